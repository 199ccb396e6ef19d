"""The web chat's memory on both engines keeps what the one in memory promises, and a little more."""

from __future__ import annotations

import asyncio

import pytest

from bot.ports import Transcript
from storage import Storage
from tests.hands import MORNING
from tests.transcript_promises import AN, TranscriptPromises, saying, shown, typed


class TestTranscript(TranscriptPromises):
    """All promises."""

    @pytest.fixture
    def transcript(self, storage: Storage) -> Transcript:
        return storage.transcript


async def test_what_is_heard_waits_in_the_inbox_and_is_committed_with_its_line(storage: Storage) -> None:
    assert await storage.transcript.hear(typed("e1", "chào"), "chào")
    assert await storage.inbox.pending(10) == (typed("e1", "chào"),)


async def test_an_event_the_inbox_has_already_leaves_no_line(storage: Storage) -> None:
    assert await storage.inbox.put(typed("e1", "chào"))
    assert not await storage.transcript.hear(typed("e1", "chào"), "chào")
    assert await storage.transcript.lines(AN) == ()


async def test_a_line_may_be_named_by_any_of_its_versions(storage: Storage) -> None:
    await storage.transcript.write(AN, "l1", saying("one"), MORNING, "")
    await storage.transcript.write(AN, "l2", saying("two"), MORNING, "l1")
    await storage.transcript.write(AN, "l3", saying("three"), MORNING, "l2")
    (line,) = await storage.transcript.lines(AN)
    assert (line.id, shown((line,))) == ("l1", ["three"])


async def test_an_older_version_written_again_does_not_come_back(storage: Storage) -> None:
    await storage.transcript.write(AN, "l1", saying("one"), MORNING, "")
    await storage.transcript.write(AN, "l2", saying("two"), MORNING, "l1")
    await storage.transcript.write(AN, "l3", saying("three"), MORNING, "l1")
    before = await storage.transcript.lines(AN)
    await storage.transcript.write(AN, "l2", saying("two"), MORNING, "l1")
    await storage.transcript.write(AN, "l1", saying("one"), MORNING, "")
    assert await storage.transcript.lines(AN) == before


async def test_what_a_person_said_is_not_replaced(storage: Storage) -> None:
    await storage.transcript.hear(typed("e1", "chào"), "chào")
    (line,) = await storage.transcript.lines(AN)
    await storage.transcript.write(AN, "l1", saying("something else"), MORNING, line.id)
    assert shown(await storage.transcript.lines(AN)) == ["chào", "something else"]


async def test_an_event_cannot_take_the_name_of_a_line(storage: Storage) -> None:
    await storage.transcript.write(AN, "l1", saying("one"), MORNING, "")
    assert await storage.transcript.hear(typed("l1", "chào"), "chào")
    assert shown(await storage.transcript.lines(AN)) == ["one", "chào"]


async def test_both_sides_at_once_leave_every_line_with_a_number_of_its_own(storage: Storage) -> None:
    await asyncio.gather(
        *(storage.transcript.hear(typed(f"e{n}", "said"), f"said {n}") for n in range(20)),
        *(storage.transcript.write(AN, f"l{n}", saying(f"written {n}"), MORNING, "") for n in range(20)),
    )
    lines = await storage.transcript.lines(AN)
    assert [line.number for line in lines] == list(range(1, 41))


async def test_a_reader_who_asks_for_what_is_new_misses_nothing_that_is_written_meanwhile(storage: Storage) -> None:
    """Numbers become visible in their order: nothing appears below a number somebody has seen."""
    writing = asyncio.gather(
        *(storage.transcript.hear(typed(f"e{n}", "said"), f"said {n}") for n in range(60)),
        *(storage.transcript.write(AN, f"l{n}", saying(f"written {n}"), MORNING, "") for n in range(60)),
    )
    seen: list[int] = []
    while not writing.done():
        lines = await storage.transcript.lines(AN, max(seen, default=0))
        seen.extend(line.number for line in lines)
    await writing
    seen.extend(line.number for line in await storage.transcript.lines(AN, max(seen)))
    assert sorted(seen) == list(range(1, 121))
