"""Who leads whom, as a graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bot.okr.people import PersonId


def circles(starts: Iterable[PersonId], manager_of: Mapping[PersonId, PersonId | None]) -> Iterator[tuple[PersonId, ...]]:
    """The circles of managers that are met on the way up from `starts`, each once, its people in the order in which one leads to the next."""
    settled: set[PersonId] = set()
    for start in starts:
        at: PersonId | None = start
        walked: dict[PersonId, None] = {}
        while at is not None and at not in settled and at not in walked:
            walked[at] = None
            at = manager_of.get(at)
        settled.update(walked)
        if at is not None and at in walked:
            steps = list(walked)
            yield tuple(steps[steps.index(at) :])
