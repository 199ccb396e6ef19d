"""Seals what is entrusted to us, so that whoever gets hold of the database alone cannot use it."""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_VERSION: Final = b"\x01"
_NONCE: Final = 12


class UnsealError(Exception):
    """It was sealed with a key we do not have, for somebody else, or has been changed."""


class Sealer:
    """AES-256-GCM under keys derived from SECRET_KEY. Seals with the first key, opens with any: that is how a key is replaced."""

    def __init__(self, keys: Sequence[str], purpose: str) -> None:
        self._ciphers = [AESGCM(_derive(key, purpose)) for key in keys if key]

    def seal(self, words: str, whose: str) -> str:
        """`words` as base64 that opens only for the same `whose`."""
        nonce = os.urandom(_NONCE)
        sealed = self._ciphers[0].encrypt(nonce, words.encode(), whose.encode())
        return base64.urlsafe_b64encode(_VERSION + nonce + sealed).decode("ascii")

    def open(self, sealed: str, whose: str) -> str:
        """The words. Raises UnsealError."""
        try:
            data = base64.urlsafe_b64decode(sealed.encode("ascii"))
        except ValueError:
            raise UnsealError from None
        nonce, rest = data[1 : 1 + _NONCE], data[1 + _NONCE :]
        if data[:1] == _VERSION and len(nonce) == _NONCE:
            for cipher in self._ciphers:
                try:
                    return cipher.decrypt(nonce, rest, whose.encode()).decode()
                except InvalidTag:
                    continue
        raise UnsealError


def _derive(key: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(key.encode())
