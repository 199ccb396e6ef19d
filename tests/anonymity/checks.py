"""The promises that a run of the product can be held to, each as a question to a bench: what speaks against it? Nothing, if it is kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, replace

from tests.anonymity.company import DINGTALK_IDS, KHOA, LINH, NAMES, SLACK_IDS, TELEGRAM_IDS, YUTONG
from tests.anonymity.product import SECRET
from tests.anonymity.scan import appeared, keys_in
from tests.anonymity.state import Snapshot, differences
from tests.anonymity.story import FIRST_TEXT, MINUTE, SECOND_TEXT, Bench, Story

DARK = frozenset({"data/anon/spool.bin", "data/anon/anon.db"})
"""Sealed files: of the length of a note their size may say nothing, and what is in them is another matter."""


MARKUP = 16
"""Bytes by which a platform's own signs for a line's end may make two digests differ; the shortest note takes more."""


@dataclass(frozen=True, slots=True)
class Check:
    """`find` looks for what breaks a promise, and says it in words. `name` is what reports call it."""

    name: str
    promise: str
    find: Callable[[Bench], Awaitable[list[str]]]


def needles_of(person_id: str) -> tuple[str, ...]:
    """What somebody is known by."""
    telegram = {id_: str(number) for id_, number in TELEGRAM_IDS.items()}
    return (
        person_id,
        NAMES[person_id],
        f"{person_id}@lantern.example",
        *(accounts[person_id] for accounts in (telegram, SLACK_IDS, DINGTALK_IDS)),
    )


async def byte_scan(bench: Bench) -> list[str]:
    """P1: no file knows the authors any better than in the same days without a note; and no file has the notes' words or codes."""
    with_notes, without = await bench.tell(bench.whole), await bench.tell(replace(bench.whole, writes=False))
    found = []
    # Not the last snapshot: by then everybody in the audience has been told that there are answers, by name as it were.
    for moment in ("waiting", "released"):
        before, after = without.snapshots[moment], with_notes.snapshots[moment]
        rows = {name: "\n".join(rows).encode() for name, rows in before.rows.items()}
        before_files = {**before.files, **rows}
        after_files = {**after.files, **{name: "\n".join(rows).encode() for name, rows in after.rows.items()}}
        keys = keys_in(after.files, SECRET)
        for author in (LINH, KHOA):
            for needle in needles_of(author):
                found += appeared(before_files, after_files, needle, keys, f"{needle} {moment}")
        for words in (FIRST_TEXT, SECOND_TEXT, *with_notes.codes, *(code.replace("-", "") for code in with_notes.codes)):
            found += appeared(before_files, after_files, words, (), f"what only the page may show, {moment}")
    return found


async def author_swap(bench: Bench) -> list[str]:
    """P2: another author, the same bytes."""
    return await _same(bench, bench.whole, replace(bench.whole, first=YUTONG))


async def time_shift(bench: Bench) -> list[str]:
    """P3: half an hour later, three looks of the timer and a colleague's message later, the same bytes."""
    return await _same(bench, bench.whole, replace(bench.whole, late=25 * MINUTE))


async def cross_event(bench: Bench) -> list[str]:
    """P3: after instead of before what a colleague says, the same bytes."""
    return await _same(bench, bench.whole, replace(bench.whole, crosses=True))


async def order_swap(bench: Bench) -> list[str]:
    """P4: the second note first, the same bytes."""
    return await _same(bench, bench.whole, replace(bench.whole, is_swapped=True))


async def length(bench: Bench) -> list[str]:
    """P5: a note of one character and one of a thousand leave files of the same sizes, and everything outside the sealed files alike."""
    short, full = [await bench.tell(replace(bench.whole, first_text=text)) for text in ("x", "字" * 1000)]
    found: list[str] = []
    for moment in short.snapshots:
        a, b = short.snapshots[moment], full.snapshots[moment]
        sizes = [name for name in a.files if name in b.files and len(a.files[name]) != len(b.files[name])]
        found += [f"{name} has another size ({moment})" for name in sizes]
        found += [f"sealed texts have other lengths ({moment})"] if _boxes(a) != _boxes(b) else []
        found += [f"{difference} ({moment})" for difference in differences(a, b) if difference.split()[0] not in DARK]
    return found


async def footprint(bench: Bench) -> list[str]:
    """P1, P3: whoever asks for the form or reads an answer changes no file, and nobody is told of the reading; whoever writes
    changes the spool alone, and that is dated to a ten-minute mark."""
    told = await bench.tell(bench.whole)
    dated = [
        f"{name} is dated {seconds % 600:.1f} seconds after a ten-minute mark ({moment})"
        for moment, snapshot in told.snapshots.items()
        for name, seconds in snapshot.dated.items()
        if seconds % 600
    ]
    return [*told.touched, *dated]


async def stumbling(bench: Bench) -> list[str]:
    """P8: when the first attempt to write fails, it leaves as little behind."""
    return await _same(bench, replace(bench.whole, stumbles=True), replace(bench.whole, stumbles=True, first=YUTONG))


async def egress(bench: Bench) -> list[str]:
    """P7: after the page's own answer nothing is sent to the author that would not be sent to anybody: another author, the same messages."""
    one, other = await bench.tell(bench.whole), await bench.tell(replace(bench.whole, first=YUTONG))
    return [] if one.egress == other.egress else ["what chats are sent depends on who wrote"]


async def digests(bench: Bench) -> list[str]:
    """P10: the manager gets one message at every slot, as long with a note as without one."""
    with_notes, without = await bench.tell(bench.whole), await bench.tell(replace(bench.whole, writes=False))
    found = [f"{number} messages at a slot" for told in (with_notes, without) for number, _ in told.digests if number != 1]
    sizes = [size for told in (with_notes, without) for _, size in told.digests]
    # The web chat's digest has no note's words in it, so there is nothing to hide there.
    if bench.channel != "web chat" and max(sizes) - min(sizes) > MARKUP:
        found.append("the digest is longer with a note than without")
    return found


async def arrival(bench: Bench) -> list[str]:
    """What it is all for: the note arrives, and its answer is read by code on another device, without a living link."""
    if not bench.whole.has_answer:
        return []
    told = await bench.tell(bench.whole)
    found = []
    if FIRST_TEXT not in told.read_by_manager or SECOND_TEXT not in told.read_by_manager:
        found.append("the manager does not see what was written")
    if "I will ask them first" not in told.read_by_author:
        found.append("the author does not see the answer")
    return found


CHECKS = (
    Check("byte scan", "P1", byte_scan),
    Check("author swap", "P2", author_swap),
    Check("time shift", "P3", time_shift),
    Check("cross-event", "P3", cross_event),
    Check("order swap", "P4", order_swap),
    Check("length", "P5", length),
    Check("footprint", "P1, P3", footprint),
    Check("egress", "P7", egress),
    Check("a failing disk", "P8", stumbling),
    Check("digests", "P10", digests),
    Check("arrival", "the way there and back", arrival),
)


async def _same(bench: Bench, one: Story, other: Story) -> list[str]:
    a, b = await bench.tell(one), await bench.tell(other)
    return [
        f"{difference} ({moment})"
        for moment in a.snapshots
        for difference in differences(a.snapshots[moment], b.snapshots[moment])
    ]


def _boxes(snapshot: Snapshot) -> list[tuple[int, ...]]:
    """How long what is sealed in the database of released notes is, row by row. Empty before there is one."""
    content = snapshot.files.get("data/anon/anon.db")
    if content is None:
        return []
    with closing(sqlite3.connect(":memory:")) as db:
        db.deserialize(content)
        threads = db.execute("SELECT length(wrap_author), length(wrap_server), length(head) FROM thread").fetchall()
        return [*threads, *db.execute("SELECT length(body) FROM message").fetchall()]
