"""What pages, modals and chats may ask of the anonymous relay, and what they get.

A page knows who is asking (the platform says so at every request) and passes the id on for this one call. The relay uses it to look up the
audience and to count in memory; it never keeps it. What a caller does besides must not keep it either: no session, no inbox row, no outbox
row, no line in a log. `docs/decisions/0006-an-unsigned-note-takes-a-way-of-its-own.md` says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from bot.okr.objective import KeyResultId
from bot.okr.people import PersonId, TeamId

TEXT_LIMIT = 1000
"""Characters of a note, a follow-up or an answer: enough for a blocker, too few for a sample of somebody's style."""


class No(StrEnum):
    """Why something was refused. The values name texts: `anon.no.<value>`."""

    TOO_FEW = "too_few"
    """Not even all of the organisation has enough possible authors."""
    NOBODY_READS = "nobody_reads"
    """No team above this person has a reader who is not the person."""
    INBOX_CLOSED = "inbox_closed"
    EMPTY = "empty"
    """Nothing was written, or nothing visible."""
    TOO_LONG = "too_long"
    ENOUGH_TODAY = "enough_today"
    """This person has written their notes of the day."""
    FULL_TODAY = "full_today"
    """The audience has, or the relay."""
    ENOUGH_THIS_SLOT = "enough_this_slot"
    """The thread has its messages for this slot."""
    TOO_MANY_TRIES = "too_many_tries"
    UNKNOWN_CODE = "unknown_code"
    """One answer for a code that never was, was mistyped, was burnt or has run out."""
    THREAD_CLOSED = "thread_closed"
    OUTDATED_FORM = "outdated_form"
    """The nonce is none of ours, or what was chosen is not offered any more."""
    NOT_YOURS = "not_yours"
    """This manager holds no such note (any more)."""
    ELSEWHERE = "elsewhere"
    """Another process has the relay's files and cannot be asked, so this one cannot help."""
    NOT_NOW = "not_now"
    """A file could not be written or a key is missing: nothing was taken."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal. Nothing has changed, so what was typed belongs back into the form."""

    why: No
    facts: Mapping[str, object] | None = None
    """Values the text needs: `limit`, `number`, `floor`."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something a note can be about. `token` goes back as `about`; tokens start with "team:" or "kr:"."""

    token: str
    label: str


@dataclass(frozen=True, slots=True)
class Form:
    """What the empty form shows one person. Asking for it changes nothing anywhere.

    `n` is the real number of people who could have written a note with this label, the person included; `readers` are the names of those
    who get it; `nonce` (32 hex digits) belongs into a hidden field and makes a second submit harmless.
    """

    audience: str
    readers: tuple[str, ...]
    n: int
    choices: tuple[Choice, ...]
    external_channel: str
    """Where crime and safety go, as the admin wrote it; "" when none is set."""
    next_slot: datetime
    """When the next slot is (aware); a note waits for one of the next three."""
    is_rehearsal: bool
    """Slots are shortened, as in the demo: the page has to say so."""
    nonce: str
    limit: int = TEXT_LIMIT


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form sends back. `about` is a choice's token or ""."""

    nonce: str
    text: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The code, to be shown once and never again: `XXXXXXX-XXXXXXX-XXXXXXX-XXXXXXX`."""

    code: str


class Taken(StrEnum):
    """What was asked for is safely in the spool; it moves on at a slot."""

    TAKEN = "taken"


class Kind(StrEnum):
    """What an entry of a thread is. Only a TEXT has words."""

    TEXT = "text"
    THANKS = "thanks"
    PASSED = "passed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a thread, oldest first there. `slot_day` is the day it was released, None while it waits in the spool.

    `by` is the manager's name, "" for the author's own; `to` is whom a PASSED went to. `text` is plain: show it as text, never as markup;
    links in a manager's words have been defanged.
    """

    kind: Kind
    by: str
    text: str = ""
    to: str = ""
    slot_day: date | None = None


class ThreadState(StrEnum):
    """How far a thread is."""

    WAITING = "waiting"
    """Not released yet."""
    HELD = "held"
    """Not released, because the audience has become too small; it goes out when that changes."""
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Thread:
    """What a receipt opens. `is_worn` from the second follow-up on: each makes guessing easier, which the page has to say.

    `nonce` is for the follow-up's form.
    """

    audience: str
    about: str
    state: ThreadState
    entries: tuple[Entry, ...]
    is_worn: bool
    nonce: str


@dataclass(frozen=True, slots=True)
class Note:
    """A note as its readers have it. `ref` names it to the relay, is of no use to anybody but its readers, and is no receipt."""

    ref: str
    audience: str
    about: str
    state: ThreadState
    entries: tuple[Entry, ...]
    since: date
    """The slot day it came."""
    is_answered: bool
    """The newest entry is a reader's, waiting ones included."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody a note can be passed to."""

    person_id: PersonId
    name: str


@dataclass(frozen=True, slots=True)
class TrayInbox:
    """An audience a manager reads for, and whether it takes new notes."""

    team_id: TeamId
    name: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Tray:
    """A manager's side: the notes they hold, oldest first, open ones before closed ones. `nonce` is for one action; ask again after it."""

    notes: tuple[Note, ...]
    colleagues: tuple[Colleague, ...]
    inboxes: tuple[TrayInbox, ...]
    nonce: str
    next_slot: datetime
    is_rehearsal: bool


@dataclass(frozen=True, slots=True)
class Digest:
    """What one manager is sent at a slot, every slot, also when nothing is new. `still_open` counts the open notes they hold."""

    person_id: PersonId
    new: tuple[Note, ...]
    still_open: int


@dataclass(frozen=True, slots=True)
class Slot:
    """What a slot brings: a digest for every reader of every audience, and who gets the cue that there are answers.

    The cue goes to everybody who could have written, by audience; it says nothing about any note. `troubles` are the kinds of errors that made
    the relay refuse something since the slot before: told only now, so that no log says when somebody tried to write.
    """

    day: date
    digests: tuple[Digest, ...]
    cued: tuple[PersonId, ...]
    troubles: tuple[str, ...] = ()


class AnonymousRelay(Protocol):
    """The whole of it. Every method may answer Refused(ELSEWHERE) or Refused(NOT_NOW); none raises, and none takes longer for one code than
    for another.

    `asker` counts tries and is forgotten with the process: a person's id, or the address where nobody is known.
    """

    async def form(self, person_id: PersonId) -> Form | Refused:
        """What the empty form shows this person."""
        ...

    async def submit(self, person_id: PersonId, draft: Draft) -> Receipt | Refused:
        """Take a note. The same nonce gives the same receipt and one note, however often it is sent, also after a crash."""
        ...

    async def look(self, code: str, asker: str) -> Thread | Refused:
        """What a receipt opens, as typed (case, dashes, blanks, O for 0, I and L for 1 do not matter). Writes nothing."""
        ...

    async def follow_up(self, code: str, nonce: str, text: str, asker: str) -> Taken | Refused:
        """Write more in a thread that is not closed."""
        ...

    async def burn(self, code: str, asker: str) -> Taken | Refused:
        """Make the thread unreadable: the code stops working now, what was released is deleted at the next slot."""
        ...

    async def tray(self, person_id: PersonId) -> Tray | Refused:
        """What this person reads. Refused(NOT_YOURS) for somebody who reads for no audience and holds no note."""
        ...

    async def answer(self, person_id: PersonId, ref: str, nonce: str, text: str) -> Taken | Refused:
        """Answer a note; the author can read it from the next slot on."""
        ...

    async def thank(self, person_id: PersonId, ref: str, nonce: str) -> Taken | Refused:
        """Say thanks without words."""
        ...

    async def pass_to(self, person_id: PersonId, ref: str, nonce: str, to: PersonId) -> Taken | Refused:
        """Hand a note to another manager or an admin, from the next slot on; the author sees that."""
        ...

    async def close(self, person_id: PersonId, ref: str, nonce: str) -> Taken | Refused:
        """End a thread: nobody writes in it any more, the author can read it until it runs out."""
        ...

    async def set_inbox(self, person_id: PersonId, team_id: TeamId, *, is_open: bool) -> Taken | Refused:
        """Take new notes for an audience or refuse them, from now on."""
        ...

    async def marks(self) -> frozenset[KeyResultId]:
        """Key results an open, released note is about. Changes at slots only, so it tells nobody anything in between."""
        ...

    async def open_since(self, person_id: PersonId) -> tuple[date, ...]:
        """The slot days of the open notes this person reads, oldest first. Changes at slots only, but for what they close themselves."""
        ...

    async def tick(self) -> Slot | Refused | None:
        """Called every minute: rewrites the spool when it is time, and runs a slot that is due. What a slot brings is given out once, and
        once more to a new process where the last one died before `carried`; Refused when the clock's own work failed."""
        ...

    async def carried(self) -> Taken | Refused:
        """What the newest slot brought has gone out."""
        ...
