"""The relay itself: puts rules, vault and directory together. Whoever asks is known for the length of the call and never kept.

Every failure becomes a refusal in which nothing of the call is left: an exception's frames hold what was typed and who typed it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from bot.anon.audience import Audience, Audiences, Company, Member, Outside, audiences_of
from bot.anon.directory import Directory
from bot.anon.port import (
    Choice,
    Colleague,
    Digest,
    Draft,
    Form,
    No,
    Receipt,
    Refused,
    Slot,
    Taken,
    Thread,
    ThreadState,
    Tray,
    TrayInbox,
)
from bot.anon.quota import MESSAGES_A_SLOT, NOTES_A_DAY, NOTES_AN_AUTHOR, Limiter
from bot.anon.receipt import opening, read, ref_of, write
from bot.anon.slots import BY_READERS, Plan, cover_tick, depart, eligible_from, newest_slot, next_slot
from bot.anon.terms import Terms
from bot.anon.vault import Act, Chance, Clock, Item, Release, Spool, StoredThread, Vault
from bot.anon.views import Names, for_author, for_readers, next_number
from bot.anon.words import defang, tidy
from bot.okr.objective import KeyResultId
from bot.okr.people import PersonId, TeamId

NONCE_SIZE = 16
NOBODYS = opening(bytes(16))
"""Opens nothing: no form's receipt is all zeros."""
UNITS_SHOWN = 20
TOLD_WITHIN = timedelta(hours=6)
"""So long after a slot a new process tells what the last one could not: then people are asleep, and notes are on their readers' page."""
TOPICS_SHOWN = 40
"""What fits a menu; who wants another key result names it in the note."""

_P = ParamSpec("_P")
_R = TypeVar("_R")


def _or_not_now(
    method: Callable[Concatenate[Relay, _P], Coroutine[Any, Any, _R]],
) -> Callable[Concatenate[Relay, _P], Coroutine[Any, Any, _R | Refused]]:
    """A failure becomes a refusal. Its kind is kept for the next slot's report, its frames and words are dropped here."""

    @wraps(method)
    async def safely(self: Relay, /, *args: _P.args, **kwargs: _P.kwargs) -> _R | Refused:
        try:
            return await method(self, *args, **kwargs)
        except Exception as error:
            kind = type(error).__name__
        self.troubles.add(kind)
        return Refused(No.NOT_NOW)

    return safely


@dataclass(frozen=True, slots=True)
class _Now:
    """The organisation at the moment of one call."""

    company: Company
    audiences: Audiences
    plan: Plan
    at: datetime

    def member(self, person_id: str) -> Member | None:
        return next((one for one in self.company.members if one.id == person_id), None)

    def readers(self, unit_id: str) -> frozenset[PersonId]:
        """Who reads for a unit; when its last reader has left, whoever reads for the next one above."""
        units = {unit.id: unit for unit in self.company.units}
        step, seen = units.get(TeamId(unit_id)), set[TeamId]()
        while step is not None and not step.readers and step.id not in seen:
            seen.add(step.id)
            step = units.get(step.parent) if step.parent is not None else None
        return frozenset() if step is None else step.readers

    def is_held(self, unit_id: str) -> bool:
        return not self.audiences.is_large_enough(unit_id)

    def holds(self, person_id: str, thread: StoredThread) -> bool:
        """Whom it was passed to while they are there, else the readers of its audience."""
        if thread.holder and self.member(thread.holder) is not None:
            return thread.holder == person_id
        return person_id in self.readers(thread.audience)

    def between(self, person_id: str, unit_id: TeamId) -> tuple[TeamId, ...]:
        """The person's team and those above it, up to a unit; that one first."""
        above = {unit.id: unit.parent for unit in self.company.units}
        member = self.member(person_id)
        line: list[TeamId] = []
        step = member.unit if member is not None else None
        while step is not None and step not in line:
            line.append(step)
            step = None if step == unit_id else above.get(step)
        return tuple(reversed(line)) if unit_id in line else (unit_id,)

    def below(self, unit_id: TeamId) -> tuple[TeamId, ...]:
        """A unit and everything under it."""
        found = [unit_id]
        for above in found:
            found.extend(unit.id for unit in self.company.units if unit.parent == above and unit.id not in found)
        return tuple(found)


class Relay:
    """Implements `AnonymousRelay` for the process that has the files."""

    def __init__(self, vault: Vault, directory: Directory, clock: Clock, chance: Chance, terms: Terms) -> None:
        self._vault = vault
        self._directory = directory
        self._clock = clock
        self._chance = chance
        self._terms = terms
        self._limiter = Limiter(chance)
        self._lock = asyncio.Lock()
        self._began_at = clock.now()
        self._covered_at: datetime | None = None
        self._is_new = True
        """Has not looked at the clock yet."""
        self._classes: tuple[Company, Audiences] | None = None
        """The audiences of the company seen last: worked out once for each that is read."""
        self._heads: tuple[StoredThread, ...] | None = None
        """The threads without their entries, as of the newest slot: boards ask for them all the time, and words stay out of memory."""
        self.troubles: set[str] = set()
        """Kinds of errors since the last slot."""

    # --- the author's side ---

    @_or_not_now
    async def form(self, person_id: PersonId) -> Form | Refused:
        now = await self._now()
        audience = now.audiences.of(person_id)
        if not isinstance(audience, Audience):
            return _outside(audience, now)
        if audience.unit.id in (await self._vault.spool()).closed:
            return Refused(No.INBOX_CLOSED)
        return Form(
            audience.unit.name,
            tuple(sorted(one.name for one in now.company.members if one.id in audience.unit.readers)),
            len(audience.authors),
            await self._choices(now, audience, person_id),
            self._terms.external_channel,
            next_slot(now.plan, now.at),
            now.plan.is_rehearsal,
            self._nonce(),
        )

    @_or_not_now
    async def submit(self, person_id: PersonId, draft: Draft) -> Receipt | Refused:
        nonce, text = _nonce_of(draft.nonce), tidy(draft.text)
        if nonce is None:
            return Refused(No.OUTDATED_FORM)
        if isinstance(text, Refused):
            return text
        now = await self._now()
        audience = now.audiences.of(person_id)
        if not isinstance(audience, Audience):
            return _outside(audience, now)
        async with self._lock:
            spool = await self._vault.spool()
            receipts = await self._vault.receipts(nonce)
            for receipt in receipts:
                opened = opening(receipt)
                waiting = next((item for item in spool.items if item.thread == opened.lookup and item.act is Act.NOTE), None)
                if waiting is not None:
                    # Sent again with other words, by way of the browser's back button: the last ones are meant.
                    await self._put_words(spool, waiting, text)
                    return Receipt(write(receipt))
                if await self._vault.thread(opened) is not None:
                    return Receipt(write(receipt))
            if draft.about and draft.about not in {choice.token for choice in await self._choices(now, audience, person_id)}:
                return Refused(No.OUTDATED_FORM)
            opened = opening(receipts[0])
            eligible = eligible_from(now.plan, Act.NOTE, now.at)
            counts = dict(spool.counts) if spool.counted_for == eligible else {}
            unit = audience.unit.id
            if unit in spool.closed:
                return Refused(No.INBOX_CLOSED)
            if not self._limiter.may_write(person_id, now.at):
                return Refused(No.ENOUGH_TODAY, {"number": NOTES_A_DAY})
            if counts.get(unit, 0) >= NOTES_AN_AUTHOR * len(audience.authors):
                return Refused(No.FULL_TODAY)
            ids = await self._vault.item_ids(opened.lookup, nonce)
            item = Item(ids[0], opened.lookup, Act.NOTE, eligible, text=text, audience=unit, about=draft.about, wrap=opened.wrap)
            counts[unit] = counts.get(unit, 0) + 1
            await self._vault.put_spool(_with(replace(spool, counted_for=eligible, counts=counts), item))
            self._limiter.wrote(person_id, now.at)
        return Receipt(write(receipts[0]))

    async def _put_words(self, spool: Spool, waiting: Item, text: str) -> None:
        if waiting.text != text:
            others = tuple(item for item in spool.items if item.id != waiting.id)
            await self._vault.put_spool(_with(replace(spool, items=others), replace(waiting, text=text)))

    @_or_not_now
    async def look(self, code: str, asker: str) -> Thread | Refused:
        found = await self._look(code, asker)
        return found if isinstance(found, Refused) else found.seen

    @_or_not_now
    async def follow_up(self, code: str, nonce: str, text: str, asker: str) -> Taken | Refused:
        number, tidied = _nonce_of(nonce), tidy(text)
        if number is None:
            return Refused(No.OUTDATED_FORM)
        if isinstance(tidied, Refused):
            return tidied
        async with self._lock:
            found = await self._look(code, asker)
            if isinstance(found, Refused):
                return found
            ids = await self._vault.item_ids(found.lookup, number)
            if found.has(ids):
                return Taken.TAKEN
            if found.seen.state is ThreadState.CLOSED:
                return Refused(No.THREAD_CLOSED)
            if sum(item.act not in BY_READERS for item in found.waiting) >= MESSAGES_A_SLOT:
                return Refused(No.ENOUGH_THIS_SLOT, {"number": MESSAGES_A_SLOT})
            item = Item(
                ids[0],
                found.lookup,
                Act.FOLLOW_UP,
                eligible_from(found.now.plan, Act.FOLLOW_UP, found.now.at),
                next_number(found.stored, found.waiting),
                text=tidied,
            )
            await self._vault.put_spool(_with(found.spool, item))
        return Taken.TAKEN

    @_or_not_now
    async def burn(self, code: str, asker: str) -> Taken | Refused:
        async with self._lock:
            found = await self._look(code, asker)
            if isinstance(found, Refused):
                return found
            kept = tuple(item for item in found.spool.items if item.thread != found.lookup)
            spool = replace(found.spool, items=kept)
            if found.stored is not None:
                # Computed, not drawn: nothing about a burn is left to chance, so that a run can be repeated byte by byte.
                ids = await self._vault.item_ids(found.lookup, b"burn")
                spool = _with(spool, Item(ids[0], found.lookup, Act.BURN, eligible_from(found.now.plan, Act.BURN, found.now.at)))
            await self._vault.put_spool(spool)
        return Taken.TAKEN

    async def _look(self, code: str, asker: str) -> _Found | Refused:
        """Goes the same way for every code. Wrong ones are counted."""
        receipt, is_code = read(code)
        opened = opening(receipt)
        now = await self._now()
        spool = await self._vault.spool()
        # What was burnt a moment ago is not opened any more: opening takes time, and would tell the code from one that never was.
        is_burnt = opened.lookup in {item.thread for item in spool.items if item.act is Act.BURN}
        stored = await self._vault.thread(NOBODYS if is_burnt else opened)
        mine = [item for item in spool.items if item.thread == opened.lookup and not is_burnt]
        waiting = tuple(mine)
        about = (stored.about if stored is not None else "", *(item.about for item in waiting))
        names = await self._names(now, about)
        may_try = self._limiter.may_try(asker, now.at)
        seen = for_author(stored, waiting, names, now.is_held, self._nonce())
        if not may_try:
            return Refused(No.TOO_MANY_TRIES)
        if seen is None or not is_code:
            return Refused(No.UNKNOWN_CODE if self._limiter.failed(asker, now.at) else No.TOO_MANY_TRIES)
        return _Found(opened.lookup, now, spool, stored, waiting, seen)

    # --- the readers' side ---

    @_or_not_now
    async def tray(self, person_id: PersonId) -> Tray | Refused:
        if not await self._directory.may_read(person_id):
            return Refused(No.NOT_YOURS)
        now = await self._now()
        spool = await self._vault.spool()
        held = [thread for thread in await self._vault.threads() if now.holds(person_id, thread)]
        units = [unit for unit in now.company.units if person_id in unit.readers and unit.id in now.audiences.by_unit]
        if not held and not units:
            return Refused(No.NOT_YOURS)
        names = await self._names(now, (thread.about for thread in held))
        notes = [for_readers(one, [item for item in spool.items if item.thread == one.lookup], names) for one in held]
        notes.sort(key=lambda note: (note.state is ThreadState.CLOSED, note.since, note.ref))
        return Tray(
            tuple(notes),
            tuple(Colleague(one.id, one.name) for one in now.company.members if one.can_receive and one.id != person_id),
            tuple(TrayInbox(unit.id, unit.name, unit.id not in spool.closed) for unit in units),
            self._nonce(),
            next_slot(now.plan, now.at),
            now.plan.is_rehearsal,
        )

    @_or_not_now
    async def answer(self, person_id: PersonId, ref: str, nonce: str, text: str) -> Taken | Refused:
        tidied = tidy(text)
        if isinstance(tidied, Refused):
            return tidied
        return await self._act(person_id, ref, nonce, Act.ANSWER, text=defang(tidied))

    @_or_not_now
    async def thank(self, person_id: PersonId, ref: str, nonce: str) -> Taken | Refused:
        return await self._act(person_id, ref, nonce, Act.THANK)

    @_or_not_now
    async def pass_to(self, person_id: PersonId, ref: str, nonce: str, to: PersonId) -> Taken | Refused:
        return await self._act(person_id, ref, nonce, Act.PASS, to=to)

    @_or_not_now
    async def close(self, person_id: PersonId, ref: str, nonce: str) -> Taken | Refused:
        return await self._act(person_id, ref, nonce, Act.CLOSE)

    @_or_not_now
    async def set_inbox(self, person_id: PersonId, team_id: TeamId, *, is_open: bool) -> Taken | Refused:
        now = await self._now()
        if person_id not in now.readers(team_id) or not await self._directory.may_read(person_id):
            return Refused(No.NOT_YOURS)
        async with self._lock:
            spool = await self._vault.spool()
            closed = spool.closed - {team_id} if is_open else spool.closed | {team_id}
            await self._vault.put_spool(replace(spool, closed=closed))
        return Taken.TAKEN

    async def _act(self, person_id: PersonId, ref: str, nonce: str, act: Act, text: str = "", to: str = "") -> Taken | Refused:
        number = _nonce_of(nonce)
        if number is None:
            return Refused(No.OUTDATED_FORM)
        now = await self._now()
        is_taken = any(one.id == to and one.can_receive and one.id != person_id for one in now.company.members)
        if act is Act.PASS and not is_taken:
            return Refused(No.OUTDATED_FORM)
        if not await self._directory.may_read(person_id):
            return Refused(No.NOT_YOURS)
        async with self._lock:
            spool = await self._vault.spool()
            stored = next((one for one in await self._vault.threads() if ref_of(one.lookup) == ref), None)
            if stored is None or not now.holds(person_id, stored):
                return Refused(No.NOT_YOURS)
            waiting = tuple(item for item in spool.items if item.thread == stored.lookup)
            ids = await self._vault.item_ids(stored.lookup, number)
            if _is_among(ids, waiting, stored):
                return Taken.TAKEN
            if stored.state is ThreadState.CLOSED or any(item.act is Act.CLOSE for item in waiting):
                return Refused(No.THREAD_CLOSED)
            mine = sum(item.act in BY_READERS for item in waiting)
            if mine >= MESSAGES_A_SLOT:
                return Refused(No.ENOUGH_THIS_SLOT, {"number": MESSAGES_A_SLOT})
            eligible = eligible_from(now.plan, act, now.at)
            place = next_number(stored, waiting)
            item = Item(ids[0], stored.lookup, act, eligible, place, text=text, by=person_id, to=to)
            await self._vault.put_spool(_with(spool, item))
        return Taken.TAKEN

    # --- by itself ---

    async def marks(self) -> frozenset[KeyResultId]:
        about = (one.about for one in await self._open_heads())
        return frozenset(KeyResultId(one.removeprefix("kr:")) for one in about if one.startswith("kr:"))

    async def open_since(self, person_id: PersonId) -> tuple[date, ...]:
        found = await self._open_since(person_id)
        return () if isinstance(found, Refused) else found

    @_or_not_now
    async def _open_since(self, person_id: PersonId) -> tuple[date, ...]:
        heads = await self._open_heads()
        if not heads or not await self._directory.may_read(person_id):
            return ()
        now = await self._now()
        return tuple(sorted(one.since.date() for one in heads if now.holds(person_id, one)))

    async def _open_heads(self) -> tuple[StoredThread, ...]:
        if self._heads is None:
            found = await self._read_heads()
            if isinstance(found, Refused):
                return ()
            self._heads = found
        return tuple(one for one in self._heads if one.state is ThreadState.OPEN)

    @_or_not_now
    async def _read_heads(self) -> tuple[StoredThread, ...]:
        return _heads_of(await self._vault.threads())

    @_or_not_now
    async def tick(self) -> Slot | None:
        async with self._lock:
            await self._vault.roll()
            at = self._clock.now()
            slot_at = newest_slot(await self._directory.plan(), at)
            is_first, self._is_new = self._is_new, False
            if slot_at is not None and await self._is_due(slot_at):
                return await self._run_slot(slot_at, await self._now(is_fresh=True))
            if is_first and slot_at is not None and at < slot_at + TOLD_WITHIN and slot_at == await self._untold():
                return await self._slot(slot_at, await self._now(is_fresh=True))
            covered_at = cover_tick(at)
            if self._covered_at != covered_at:
                await self._vault.put_spool(await self._vault.spool())
                self._covered_at = covered_at
        return None

    @_or_not_now
    async def carried(self) -> Taken:
        async with self._lock:
            await self._vault.put_spool(replace(await self._vault.spool(), told=await self._vault.last_slot()))
        return Taken.TAKEN

    async def _untold(self) -> datetime | None:
        """The newest slot, when the process that ran it died before all had been told."""
        last, told = await self._vault.last_slot(), (await self._vault.spool()).told
        return last if told is None or last != told else None

    async def _is_due(self, slot_at: datetime) -> bool:
        last = await self._vault.last_slot()
        if last is not None:
            return slot_at > last
        return slot_at > self._began_at or any(item.eligible <= slot_at for item in (await self._vault.spool()).items)

    async def _run_slot(self, slot_at: datetime, now: _Now) -> Slot:
        """The transaction comes first: after a crash in between, what has been released is recognised by its id and dropped from the spool."""
        spool, before = await self._vault.spool(), await self._vault.threads()
        released = {entry.id for thread in before for entry in thread.entries}
        waiting = tuple(item for item in spool.items if item.id not in released)
        departure = depart(
            waiting,
            slot_at,
            lambda item: now.is_held(item.audience),
            lambda: bool(self._chance.token(1)[0] & 1),
        )
        kept = tuple(item for item in departure.staying if not _is_hopeless(item, slot_at, self._terms))
        awaited = frozenset(item.thread for item in kept)
        await self._vault.release(Release(slot_at, departure.leaving, slot_at - self._terms.retention, awaited))
        await self._vault.put_spool(replace(spool, items=kept))
        self._covered_at = cover_tick(now.at)
        return await self._slot(slot_at, now)

    async def _slot(self, slot_at: datetime, now: _Now) -> Slot:
        """What a slot that has been applied brings: read from the threads, so that it can be told again."""
        threads = await self._vault.threads()
        self._heads = _heads_of(threads)
        troubles, self.troubles = tuple(sorted(self.troubles)), set()
        new = tuple((one.lookup, entry.act) for one in threads for entry in one.entries if entry.slot == slot_at)
        return Slot(slot_at.date(), await self._digests(now, threads, new), _cued(now, threads, new), troubles)

    async def _digests(
        self, now: _Now, threads: tuple[StoredThread, ...], acts: tuple[tuple[bytes, Act], ...]
    ) -> tuple[Digest, ...]:
        """One for every reader of every audience, and for whoever holds a note besides; the same number at every slot."""
        readers = {reader for audience in now.audiences.by_unit.values() for reader in audience.unit.readers}
        readers |= {PersonId(thread.holder) for thread in threads if thread.holder and now.member(thread.holder) is not None}
        readers |= {reader for unit in {thread.audience for thread in threads} for reader in now.readers(unit)}
        written = {thread for thread, act in acts if act in (Act.NOTE, Act.FOLLOW_UP)}
        passed = {thread for thread, act in acts if act is Act.PASS}
        names = await self._names(now, (thread.about for thread in threads))
        digests = []
        for reader in sorted(readers):
            held = [one for one in threads if now.holds(reader, one)]
            new = [one for one in held if one.lookup in written or (one.lookup in passed and one.holder == reader)]
            still_open = sum(one.state is ThreadState.OPEN for one in held)
            digests.append(Digest(reader, tuple(for_readers(one, (), names) for one in new), still_open))
        return tuple(digests)

    # --- what all of them need ---

    async def _now(self, *, is_fresh: bool = False) -> _Now:
        company = await self._directory.company(is_fresh=is_fresh)
        if self._classes is None or self._classes[0] is not company:
            self._classes = (company, audiences_of(company, self._terms.floor))
        return _Now(company, self._classes[1], await self._directory.plan(), self._clock.now())

    async def _choices(self, now: _Now, audience: Audience, person_id: str) -> tuple[Choice, ...]:
        """The teams below the audience and what stands on their boards; of very many those between the person and the audience."""
        units = now.below(audience.unit.id)
        if len(units) > UNITS_SHOWN:
            units = now.between(person_id, audience.unit.id)
        names = {unit.id: unit.name for unit in now.company.units}
        teams = [Choice(f"team:{unit}", names[unit]) for unit in units] if len(units) > 1 else []
        topics = await self._directory.topics(units)
        return (*teams, *(Choice(f"kr:{id_}", sentence) for id_, sentence in topics[:TOPICS_SHOWN]))

    async def _names(self, now: _Now, about: Iterable[str]) -> Names:
        topics = {}
        for id_ in sorted({one.removeprefix("kr:") for one in about if one.startswith("kr:")}):
            topics[id_] = await self._directory.sentence(id_)
        people = {str(one.id): one.name for one in now.company.members}
        return Names(people, {str(unit.id): unit.name for unit in now.company.units}, topics)

    def _nonce(self) -> str:
        return self._chance.token(NONCE_SIZE).hex()


@dataclass(frozen=True, slots=True)
class _Found:
    """What a receipt opened."""

    lookup: bytes
    now: _Now
    spool: Spool
    stored: StoredThread | None
    waiting: tuple[Item, ...]
    seen: Thread

    def has(self, ids: tuple[bytes, ...]) -> bool:
        """Whether one of these has been taken before."""
        return _is_among(ids, self.waiting, self.stored)


def _outside(why: Outside, now: _Now) -> Refused:
    return Refused(No.TOO_FEW, {"floor": now.audiences.floor}) if why is Outside.TOO_FEW else Refused(No.NOBODY_READS)


def _with(spool: Spool, item: Item) -> Spool:
    """Sorted by ids that are as good as random: nothing tells who came first."""
    return replace(spool, items=tuple(sorted((*spool.items, item), key=lambda one: one.id)))


def _is_among(ids: tuple[bytes, ...], waiting: Iterable[Item], stored: StoredThread | None) -> bool:
    entries = () if stored is None else stored.entries
    return any(item.id in ids for item in waiting) or any(entry.id in ids for entry in entries)


def _nonce_of(text: str) -> bytes | None:
    try:
        nonce = bytes.fromhex(text)
    except ValueError:
        return None
    return nonce if len(nonce) == NONCE_SIZE else None


def _is_hopeless(item: Item, slot_at: datetime, terms: Terms) -> bool:
    """Held for as long as a thread is kept: the audience will not grow any more."""
    return item.eligible + terms.retention < slot_at


def _heads_of(threads: Iterable[StoredThread]) -> tuple[StoredThread, ...]:
    return tuple(replace(one, entries=()) for one in threads)


def _cued(now: _Now, threads: Iterable[StoredThread], acts: Iterable[tuple[bytes, Act]]) -> tuple[PersonId, ...]:
    answered = {thread for thread, act in acts if act in BY_READERS}
    labels = {thread.audience for thread in threads if thread.lookup in answered}
    found = (now.audiences.by_unit[TeamId(label)].authors for label in labels if TeamId(label) in now.audiences.by_unit)
    return tuple(sorted({person for authors in found for person in authors}))
