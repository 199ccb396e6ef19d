"""`spool.bin`: all that waits, one sealed blob whose size says nothing below steps of 64 items.

It is rewritten whole for every item and every ten minutes besides, dated to the ten-minute mark. Not part of backups.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from bot.anon.slots import cover_tick
from bot.anon.vault import Act, Chance, Item, Spool, VaultError
from bot.anon.words import pad, unpad
from storage.anon.files import read_whole, replace_whole
from storage.anon.keys import Keys
from storage.anon.seal import seal, unseal

MAGIC = b"laban-spool-1\n"
SLOTS = 64
"""Items a step: the file grows by whole steps only."""
RECORD = 4352
"""Bytes an item: a text of the one size class and what belongs to it."""
HEAD = 16 * 1024
"""Bytes of the part that belongs to no item: counts of some 600 audiences fit."""
MOST_ITEMS = 4096
"""64 steps, 18 MB. Beyond it nothing more is taken until a slot makes room."""
_EPOCH = 7


def write_spool(file: Path, spool: Spool, keys: Keys, chance: Chance, now: datetime) -> None:
    """Seal and replace. Raises VaultError: then the old one stands."""
    epoch = keys.current()
    box = seal(keys.derived(epoch, "spool"), _packed(spool), MAGIC + epoch.encode(), chance)
    replace_whole(file, MAGIC + epoch.encode() + box, dated=cover_tick(now))


def read_spool(file: Path, keys: Keys) -> Spool:
    """What waits; nothing where there is no file yet. Raises VaultError when it cannot be opened."""
    content = read_whole(file)
    if content is None:
        return Spool()
    if not content.startswith(MAGIC):
        raise VaultError
    epoch = content[len(MAGIC) : len(MAGIC) + _EPOCH].decode("ascii", "replace")
    return _unpacked(unseal(keys.derived(epoch, "spool"), content[len(MAGIC) + _EPOCH :], MAGIC + epoch.encode()))


def _packed(spool: Spool) -> bytes:
    if len(spool.items) > MOST_ITEMS:
        raise VaultError
    steps = max(1, -(-len(spool.items) // SLOTS))
    head = {
        "items": len(spool.items),
        "for": spool.counted_for.isoformat() if spool.counted_for is not None else "",
        "counts": dict(sorted(spool.counts.items())),
        "closed": sorted(spool.closed),
        "told": spool.told.isoformat() if spool.told is not None else "",
    }
    records = [_record(item) for item in spool.items]
    empty = [bytes(RECORD)] * (steps * SLOTS - len(records))
    return b"".join((_padded(_json(head), HEAD), *records, *empty))


def _unpacked(plain: bytes) -> Spool:
    head = json.loads(unpad(plain[:HEAD]))
    starts = (HEAD + number * RECORD for number in range(head["items"]))
    items = tuple(_item(plain[start : start + RECORD]) for start in starts)
    counted_for = datetime.fromisoformat(head["for"]) if head["for"] else None
    told = datetime.fromisoformat(head["told"]) if head.get("told") else None
    return Spool(items, counted_for, head["counts"], frozenset(head["closed"]), told)


def _record(item: Item) -> bytes:
    facts = [
        *(item.id.hex(), item.thread.hex(), item.act.value, int(item.eligible.timestamp()), item.number, item.missed),
        *(item.audience, item.about, item.wrap.hex(), item.by, item.to),
    ]
    text = item.text.encode()
    return _padded(len(text).to_bytes(2, "big") + text + _json(facts), RECORD)


def _item(record: bytes) -> Item:
    data = unpad(record)
    end = 2 + int.from_bytes(data[:2], "big")
    id_, thread, act, eligible, number, missed, audience, about, wrap, by, to = json.loads(data[end:])
    return Item(
        bytes.fromhex(id_),
        bytes.fromhex(thread),
        Act(act),
        datetime.fromtimestamp(eligible, UTC),
        number,
        missed,
        data[2:end].decode(),
        audience,
        about,
        bytes.fromhex(wrap),
        by,
        to,
    )


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _padded(data: bytes, size: int) -> bytes:
    try:
        return pad(data, size)
    except ValueError:
        pass
    raise VaultError
