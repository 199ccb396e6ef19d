"""The receipt: 128 random bits a person can copy, and the only thing that opens a thread from the author's side.

Written in Crockford's base 32 (no I, L, O, U) with two check characters: `XXXXXXX-XXXXXXX-XXXXXXX-XXXXXXX`. With so many random bits a plain key
derivation is enough (OWASP ASVS 5.0 6.5.2): nobody guesses one, so nothing has to be slow.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata

from bot.anon.vault import Opening

SIZE = 16
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {char: value for value, char in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_LETTERS = 26
_CHECKS = 2
_MODULUS = 1021
"""The largest prime below 32²: a wrong character, and two changed places, always give another rest."""
_GROUP = 7
_NOBODYS = bytes(SIZE)


def write(receipt: bytes) -> str:
    """16 bytes as a code."""
    number = int.from_bytes(receipt, "big")
    letters = _base32(number, _LETTERS) + _base32(number % _MODULUS, _CHECKS)
    return "-".join(letters[start : start + _GROUP] for start in range(0, len(letters), _GROUP))


def read(code: str) -> tuple[bytes, bool]:
    """A code as typed → its bytes, and whether it is one. What is none gives bytes nobody has, so that both go the same way from here."""
    letters = [char for char in unicodedata.normalize("NFKC", code[:200]).upper() if char.isalnum()]
    if len(letters) != _LETTERS + _CHECKS or any(char not in _VALUES for char in letters):
        return _NOBODYS, False
    number, check = _number(letters[:_LETTERS]), _number(letters[_LETTERS:])
    if number.bit_length() > 8 * SIZE or number % _MODULUS != check:
        return _NOBODYS, False
    return number.to_bytes(SIZE, "big"), True


def opening(receipt: bytes) -> Opening:
    """Where a receipt's thread is looked up, and the key it opens it with. Neither leads back to the other or to the receipt."""
    return Opening(derive(receipt, "lookup", SIZE), derive(receipt, "wrap"))


def derive(secret: bytes, label: str, size: int = 32) -> bytes:
    """HKDF-SHA-256 (RFC 5869) without salt, one block: a key for one purpose."""
    extracted = hmac.digest(bytes(32), secret, hashlib.sha256)
    return hmac.digest(extracted, f"laban/anon/{label}".encode() + b"\x01", hashlib.sha256)[:size]


def ref_of(lookup: bytes) -> str:
    """What a thread is called towards its readers: good for naming it to the relay and for nothing else."""
    return derive(lookup, "ref", 10).hex()


def _base32(number: int, length: int) -> str:
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(length)))


def _number(letters: list[str]) -> int:
    number = 0
    for letter in letters:
        number = number << 5 | _VALUES[letter]
    return number
