"""Invitation codes: long enough that nobody guesses one, told apart from ordinary words, kept as a hash only."""

from __future__ import annotations

import hashlib

CODE_LENGTH = 26
"""Characters of base32: 130 bits, so a plain SHA-256 is enough to keep (OWASP ASVS 6.5.2 asks for a slow hash below 112 bits)."""


def normalise(code: str) -> str:
    """A code without what people add when they copy it: blanks, dashes, capitals."""
    return "".join(char for char in code.casefold() if char.isascii() and char.isalnum())


def looks_like_code(text: str) -> bool:
    """A single word (dashes and blanks aside) of exactly a code's length."""
    return len(text) <= CODE_LENGTH * 3 and len(normalise(text)) == CODE_LENGTH and not any(char in ".,!?" for char in text)


def hash_of(code: str) -> str:
    """What is stored of a code."""
    return hashlib.sha256(normalise(code).encode()).hexdigest()


def grouped(code: str) -> str:
    """The code as it is shown: groups of up to seven."""
    return "-".join(code[index : index + 7] for index in range(0, len(code), 7))
