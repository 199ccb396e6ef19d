"""A process of its own that saves turns as fast as it can, for tests that kill it or run several at once.

    python -m tests.storage.bursts URL person [turns]

says each number on a line of its own once the turn is saved. A turn changes a session, a check-in, a note, an event and a message, all
with its number, so that half a turn could be told from a whole one.
"""

from __future__ import annotations

import asyncio
import sys

from bot.dialogs.session import SessionState
from bot.okr.people import Person
from bot.ports import AddCheckIn, AddHistory, PutSession, Saved
from storage import open_storage
from tests.storage.company import (
    AN,
    DUC,
    MEI,
    MINUTE,
    NOW,
    TOM,
    check_in,
    entry,
    event,
    next_turn,
    outgoing,
    session,
    turn,
    typed,
)

PEOPLE: dict[str, Person] = {person.id: person for person in (AN, DUC, MEI, TOM)}


async def burst(url: str, person: Person, turns: int) -> None:
    """Save turns from where an earlier process has left off."""
    async with open_storage(url) as storage:
        for _ in range(turns):
            # Read, then write: what a deferred transaction cannot do while somebody else writes.
            known = await storage.reading.known(typed("x", user=f"u-{person.id}"))
            was = known.sessions[0] if known.sessions else None
            number = was.turn + 1 if was else 1
            now = next_turn(was) if was else session(f"s-{person.id}", person, SessionState.PARKED)
            name = f"{person.id}-{number}"
            saved = await storage.work.save(
                turn(
                    PutSession(now, was.turn if was else None),
                    AddCheckIn(check_in(name, f"{number}", NOW + number * MINUTE, f"{person.id}-kr", person)),
                    AddHistory(entry(name, person.id)),
                    of=event(name),
                    out=[outgoing(name, person.id, dedupe=name)],
                )
            )
            assert saved is Saved.DONE
            print(number, flush=True)  # noqa: T201 it is what the process says


if __name__ == "__main__":
    asyncio.run(burst(sys.argv[1], PEOPLE[sys.argv[2]], int(sys.argv[3]) if len(sys.argv) > 3 else 10**9))
