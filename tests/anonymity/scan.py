"""Looks for somebody in bytes, in every form they are likely to have been written down in."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping

from bot.anon.receipt import derive

LABELS = ("spool", "receipt", "lookup", "wrap")
"""What the product derives keys for: whoever has a key's file has these as well."""
CUT = 8
"""Of hashes so many bytes are looked for: one that was shortened is found, too."""


def forms(text: str, keys: Iterable[bytes] = ()) -> dict[str, bytes]:
    """How `text` may stand in a file: name of the form → bytes. `keys` are all there are to compute a keyed hash with."""
    raw = text.encode()
    found = {"UTF-8": raw}
    if not text.isascii():
        found["escaped in JSON"] = json.dumps(text)[1:-1].encode()
    if len(raw) < 4:
        return found
    found["UTF-16"] = text.encode("utf-16-le")
    found["hexadecimal"] = raw.hex().encode()
    for shift in range(3):
        # The same bytes look three ways in base 64, by where they begin in what is around them; ends depend on the neighbours and are left out.
        first, after_last = -(-8 * shift // 6), 8 * (shift + len(raw)) // 6
        whole = base64.b64encode(bytes(shift) + raw)[first:after_last]
        if len(whole) >= 6:
            found[f"base 64, shifted by {shift}"] = whole
    for name in ("sha1", "sha256", "md5", "blake2b", "sha3_256"):
        found |= _hashed(name, hashlib.new(name, raw).digest())
    for number, key in enumerate(keys):
        for name in ("sha1", "sha256", "md5"):
            found |= _hashed(f"{name} with key {number}", hmac.digest(key, raw, name))
    return found


def _hashed(name: str, digest: bytes) -> dict[str, bytes]:
    start = digest[:CUT]
    return {
        name: start,
        f"{name} in hexadecimal": start.hex().encode(),
        f"{name} in capital hexadecimal": start.hex().upper().encode(),
        f"{name} in base 64": base64.b64encode(digest)[: CUT * 4 // 3],
        f"{name} in base 64 for addresses": base64.urlsafe_b64encode(digest)[: CUT * 4 // 3],
        f"{name} in base 32": base64.b32encode(digest)[: CUT * 8 // 5],
    }


def keys_in(files: Mapping[str, bytes], *more: bytes) -> tuple[bytes, ...]:
    """Every key there is on disk, and what the product makes of it."""
    masters = (*(content for name, content in sorted(files.items()) if "/keys/" in name), *more)
    return tuple(key for master in masters for key in (master, *(derive(master, label) for label in LABELS)))


def appeared(before: Mapping[str, bytes], after: Mapping[str, bytes], text: str, keys: Iterable[bytes], what: str) -> list[str]:
    """Where `text` stands more often than in a run in which the person did nothing. What is the same in both cannot have it more often."""
    found = []
    needles = forms(text, keys)
    for name, content in after.items():
        earlier = before.get(name, b"")
        if content == earlier:
            continue
        for form, needle in needles.items():
            if needle in content and content.count(needle) > earlier.count(needle):
                found.append(f"{what} in {name} ({form})")
    return found
