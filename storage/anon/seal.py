"""Sealing with AES-256-GCM: every box a random nonce, every box bound to what it is for."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.anon.vault import Chance, VaultError

NONCE_SIZE = 12
KEY_SIZE = 32


def seal(key: bytes, plain: bytes, purpose: bytes, chance: Chance) -> bytes:
    """Nonce, ciphertext, tag."""
    nonce = chance.token(NONCE_SIZE)
    return nonce + AESGCM(key).encrypt(nonce, plain, purpose)


def unseal(key: bytes, box: bytes, purpose: bytes) -> bytes:
    """The reverse. Raises VaultError when the key is another, the purpose is, or a byte has changed."""
    try:
        return AESGCM(key).decrypt(box[:NONCE_SIZE], box[NONCE_SIZE:], purpose)
    except (InvalidTag, ValueError):
        pass
    raise VaultError
