"""Leaks to plant: small patches of the product, each of a kind that somebody might well write, and which checks have to notice them.

A patch stands for what a careless change would do, so it reaches into the product as no other test may.
"""

from __future__ import annotations

import builtins
import hashlib
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from typing import Any

import adapters.unsigned.courier
import bot.actions.unsigned
import bot.anon.audience
import bot.anon.quota
import bot.anon.receipt
import bot.anon.relay
import bot.anon.slots
import storage.anon.files
import storage.anon.keys
import storage.anon.spool
import storage.anon.threads
import storage.anon.vault
from adapters.intake import key_of
from bot.anon.audience import Audiences, Company
from bot.anon.port import Draft, Form, Receipt, Refused, Slot, Thread
from bot.anon.receipt import opening, read
from bot.anon.slots import Plan
from bot.anon.vault import Act, Item, Opening, Release, Spool, StoredThread
from bot.chat.incoming import Incoming, Place
from bot.chat.message import Message, Paragraph
from bot.chat.richtext import words
from bot.okr.people import PersonId
from bot.ports import Outgoing, Turn
from storage.anon.vault import FileVault
from tests.anonymity.company import MANAGER
from tests.anonymity.product import Plant, Product

PEPPER = b"known to whoever has the server"
After = Callable[[PersonId, Draft, Receipt], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Leak:
    """`name` is what the report calls it; it is planted on `channel`. `seen_by` are checks that have to notice it, each of them; others may, too, but
    each tells the days several times. `is_late`: it takes an answer for it to show, so the days go on until then."""

    name: str
    plant: Plant
    seen_by: tuple[str, ...]
    channel: str = "web chat"
    is_late: bool = False


@contextmanager
def swapped(owner: Any, name: str, other: Any) -> Iterator[None]:
    """`owner.name` is `other` while the block runs."""
    has_own = name in vars(owner)
    before = vars(owner).get(name)
    setattr(owner, name, other)
    try:
        yield
    finally:
        setattr(owner, name, before) if has_own else delattr(owner, name)


def after_submit(one: Product, do: After) -> None:
    """Do something more for everybody whose note has been taken."""
    submit = one.relay.submit

    async def leaky(person_id: PersonId, draft: Draft) -> Receipt | Refused:
        taken = await submit(person_id, draft)
        if isinstance(taken, Receipt):
            await do(person_id, draft, taken)
        return taken

    one.stack.enter_context(swapped(one.relay, "submit", leaky))


def in_named_store(one: Product, *statements: tuple[str, Sequence[object]]) -> None:
    """As another part of the product would write to it."""
    with closing(sqlite3.connect(one.folder / "data" / "laban.db", isolation_level=None)) as db:
        for sql, args in statements:
            db.execute(sql, args)


def _remember_authors(one: Product, named: Callable[[str], str]) -> None:
    authors: dict[bytes, str] = {}

    async def remember(person_id: PersonId, draft: Draft, receipt: Receipt) -> None:
        authors[opening(read(receipt.code)[0]).lookup] = named(person_id)

    after_submit(one, remember)
    release = one.vault.release

    async def leaky(what: Release) -> None:
        await release(what)
        with closing(sqlite3.connect(one.folder / "data/anon/anon.db", isolation_level=None)) as db:
            db.execute("CREATE TABLE IF NOT EXISTS author (lookup BLOB PRIMARY KEY, who TEXT) WITHOUT ROWID")
            for item in sorted(what.items, key=lambda item: item.thread):
                if item.thread in authors:
                    db.execute("INSERT OR IGNORE INTO author VALUES (?, ?)", (item.thread, authors[item.thread]))
            db.execute("VACUUM")

    one.stack.enter_context(swapped(one.vault, "release", leaky))


def author_column(one: Product) -> None:
    """The author's id beside the note."""
    _remember_authors(one, str)


def hashed_author(one: Product) -> None:
    """A peppered hash of it instead."""
    _remember_authors(one, lambda who: hashlib.sha256(PEPPER + who.encode()).hexdigest())


def last_seen(one: Product) -> None:
    """When somebody was last seen, also when they were only writing unsigned."""

    async def note(person_id: PersonId, draft: Draft, receipt: Receipt) -> None:
        in_named_store(
            one,
            ("CREATE TABLE IF NOT EXISTS seen (person_id TEXT PRIMARY KEY, at TEXT)", ()),
            ("INSERT OR REPLACE INTO seen VALUES (?, ?)", (person_id, one.hands.now().isoformat())),
        )

    after_submit(one, note)


def receipt_in_the_outbox(one: Product) -> None:
    """The code comes as a message, too, for convenience."""

    async def send(person_id: PersonId, draft: Draft, receipt: Receipt) -> None:
        message = Message((Paragraph(words(f"Your code: {receipt.code}")),), "en")
        outgoing = Outgoing(Place("web", "demo", person_id), message, f"receipt {draft.nonce}")
        await one.storage.work.save(Turn(one.hands.now(), outgoing=(outgoing,)))

    after_submit(one, send)


def receipt_taken_away_again(one: Product) -> None:
    """Queued, sent and deleted: still in the write-ahead log."""

    async def queue(person_id: PersonId, draft: Draft, receipt: Receipt) -> None:
        in_named_store(
            one,
            ("CREATE TABLE IF NOT EXISTS queued (id TEXT PRIMARY KEY, place TEXT, body TEXT)", ()),
            ("INSERT INTO queued VALUES (?, ?, ?)", (draft.nonce, person_id, receipt.code)),
            ("DELETE FROM queued WHERE id = ?", (draft.nonce,)),
        )

    after_submit(one, queue)


def dedupe_row(one: Product) -> None:
    """Which forms have been sent, so that none is taken twice."""

    async def note(person_id: PersonId, draft: Draft, receipt: Receipt) -> None:
        in_named_store(
            one,
            ("CREATE TABLE IF NOT EXISTS sent_forms (nonce TEXT PRIMARY KEY, at TEXT)", ()),
            ("INSERT INTO sent_forms VALUES (?, ?)", (draft.nonce, one.hands.now().isoformat())),
        )

    after_submit(one, note)


def quota_row(one: Product) -> None:
    """How many notes somebody has written today, kept across restarts."""

    async def count(person_id: PersonId, draft: Draft, receipt: Receipt) -> None:
        in_named_store(
            one,
            ("CREATE TABLE IF NOT EXISTS quota (person_id TEXT PRIMARY KEY, used INT)", ()),
            ("INSERT INTO quota VALUES (?, 1) ON CONFLICT (person_id) DO UPDATE SET used = used + 1", (person_id,)),
        )

    after_submit(one, count)


def log_line_with_id(one: Product) -> None:
    """A line in the log for support."""

    async def log(person_id: PersonId, draft: Draft, receipt: Receipt) -> None:
        logging.getLogger("adapters.notes").info("note taken from %s", person_id)

    after_submit(one, log)


def log_line_without_id(one: Product) -> None:
    """The same without a name: it stands between other lines."""

    async def log(person_id: PersonId, draft: Draft, receipt: Receipt) -> None:
        logging.getLogger("adapters.notes").info("a note was taken")

    after_submit(one, log)


def debug_line(one: Product) -> None:
    """A line that is written only where somebody has asked for more."""

    async def log(person_id: PersonId, draft: Draft, receipt: Receipt) -> None:
        logging.getLogger("adapters.notes").debug("note taken from %s", person_id)

    after_submit(one, log)


def nonce_of_the_person(one: Product) -> None:
    """The form's number is made from the person, so that a form opened twice is the same form: whoever has the pepper can try everybody."""
    form = one.relay.form

    async def leaky(person_id: PersonId) -> Form | Refused:
        shown = await form(person_id)
        made = hashlib.sha256(PEPPER + person_id.encode()).hexdigest()[:32]
        return replace(shown, nonce=made) if isinstance(shown, Form) else shown

    one.stack.enter_context(swapped(one.relay, "form", leaky))


def words_in_the_log(one: Product) -> None:
    """What failed is logged, with what it failed on."""
    submit = one.relay.submit

    async def leaky(person_id: PersonId, draft: Draft) -> Receipt | Refused:
        taken = await submit(person_id, draft)
        if isinstance(taken, Refused):
            logging.getLogger("adapters.notes").error("could not take %r of %s: %s", draft, person_id, taken.why)
        return taken

    one.stack.enter_context(swapped(one.relay, "submit", leaky))


def immediate_insert(one: Product) -> None:
    """Released at once, without waiting for a slot."""

    async def release(person_id: PersonId, draft: Draft, receipt: Receipt) -> None:
        spool = await one.vault.spool()
        await one.vault.release(Release(one.hands.now(), spool.items, datetime(2020, 1, 1, tzinfo=one.hands.now().tzinfo)))
        await one.vault.put_spool(replace(spool, items=()))

    after_submit(one, release)


def _appended(spool: Spool, item: Item) -> Spool:
    return replace(spool, items=(*spool.items, item))


def spool_in_order_of_arrival(one: Product) -> None:
    """What waits is appended, not sorted in."""
    one.stack.enter_context(swapped(bot.anon.relay, "_with", _appended))


def flush_in_order_of_arrival(one: Product) -> None:
    """Released as it came in, into a table that numbers its rows."""
    spool_in_order_of_arrival(one)
    schema = storage.anon.threads.SCHEMA.replace(" WITHOUT ROWID,", "")
    one.stack.enter_context(swapped(storage.anon.threads, "SCHEMA", schema))
    one.stack.enter_context(swapped(bot.anon.slots, "_sorted", tuple))
    one.stack.enter_context(swapped(storage.anon.threads, "sorted", _as_it_comes))
    one.stack.enter_context(swapped(bot.anon.slots, "sorted", _as_it_comes))


def _as_it_comes(items: Any, *, key: Any = None) -> list[Any]:
    found = list(items)
    return found if found and isinstance(found[0], Item | tuple) else builtins.sorted(found, key=key)


def length_not_padded(one: Product) -> None:
    """Sealed as long as it is."""
    one.stack.enter_context(swapped(storage.anon.threads, "pad", lambda data, size: len(data).to_bytes(4, "big") + data))


def date_of_the_moment(one: Product) -> None:
    """The spool is dated to the second it was written in."""
    replace_whole = storage.anon.files.replace_whole

    def leaky(file: Any, content: bytes, dated: datetime | None = None) -> None:
        replace_whole(file, content, one.hands.now())

    one.stack.enter_context(swapped(storage.anon.spool, "replace_whole", leaky))


def no_cover(one: Product) -> None:
    """The spool is rewritten only when there is something to write."""
    one.stack.enter_context(swapped(bot.anon.relay, "cover_tick", lambda now: None))


def wish_in_the_inbox(one: Product) -> None:
    """The wish for the form is an event like any other."""
    accept = one.doorman.accept

    async def leaky(incoming: Incoming) -> bool:
        await one.storage.inbox.put(incoming)
        await one.storage.inbox.give_up(key_of(incoming), "answered elsewhere")
        return await accept(incoming)

    one.stack.enter_context(swapped(one.doorman, "accept", leaky))


def draft_kept(one: Product) -> None:
    """Who has an open form is remembered until it is sent."""
    form = one.relay.form

    async def leaky(person_id: PersonId) -> Form | Refused:
        shown = await form(person_id)
        in_named_store(
            one,
            ("CREATE TABLE IF NOT EXISTS composing (person_id TEXT PRIMARY KEY)", ()),
            ("INSERT OR REPLACE INTO composing VALUES (?)", (person_id,)),
        )
        return shown

    async def forget(person_id: PersonId, draft: Draft, receipt: Receipt) -> None:
        in_named_store(one, ("DELETE FROM composing WHERE person_id = ?", (person_id,)))

    after_submit(one, forget)
    one.stack.enter_context(swapped(one.relay, "form", leaky))


def reading_noted(one: Product) -> None:
    """That an answer has been read, so that managers know it arrived."""
    look = one.relay.look

    async def leaky(code: str, asker: str) -> Thread | Refused:
        in_named_store(
            one,
            ("CREATE TABLE IF NOT EXISTS read_receipts (at TEXT)", ()),
            ("INSERT INTO read_receipts VALUES (?)", (one.hands.now().isoformat(),)),
        )
        return await look(code, asker)

    one.stack.enter_context(swapped(one.relay, "look", leaky))


def reading_told(one: Product) -> None:
    """The manager hears at once that the answer was read; nothing is written down anywhere."""
    look = one.relay.look

    async def leaky(code: str, asker: str) -> Thread | Refused:
        thread = await look(code, asker)
        if isinstance(thread, Thread) and any(entry.by for entry in thread.entries):
            account = (await one.storage.reading.chats_of([MANAGER]))[MANAGER]
            message = Message((Paragraph(words("Your answer was read.")),), "en")
            await one.messengers[account.platform].send(Place(account.platform, account.tenant, account.chat_id), message, "")
        return thread

    one.stack.enter_context(swapped(one.relay, "look", leaky))


def cue_to_the_author_alone(one: Product) -> None:
    """Why tell everybody that there are answers, when memory knows whose they are?"""
    authors: list[PersonId] = []

    async def remember(person_id: PersonId, draft: Draft, receipt: Receipt) -> None:
        authors.append(person_id)

    after_submit(one, remember)
    tick = one.relay.tick

    async def leaky() -> Slot | Refused | None:
        slot = await tick()
        return replace(slot, cued=tuple(sorted(set(authors)))) if isinstance(slot, Slot) and slot.cued else slot

    one.stack.enter_context(swapped(one.relay, "tick", leaky))


def digest_as_long_as_it_is(one: Product) -> None:
    """The digest is not filled up."""
    plain = bot.actions.unsigned.digest_message

    @wraps(plain)
    def leaky(*args: Any, **kwargs: Any) -> Message:
        message = plain(*args, **kwargs)
        kept = tuple(block for block in message.blocks if "\u2060" * 9 not in block.plain())
        return replace(message, blocks=kept)

    one.stack.enter_context(swapped(adapters.unsigned.courier, "digest_message", leaky))


def digest_only_with_news(one: Product) -> None:
    """Nobody is bothered with an empty digest."""
    tick = one.relay.tick

    async def leaky() -> Slot | Refused | None:
        slot = await tick()
        if not isinstance(slot, Slot):
            return slot
        return replace(slot, digests=tuple(digest for digest in slot.digests if digest.new))

    one.stack.enter_context(swapped(one.relay, "tick", leaky))


def language_kept(one: Product) -> None:
    """The author's language, so that the answer can be translated."""
    languages: dict[bytes, str] = {}

    async def remember(person_id: PersonId, draft: Draft, receipt: Receipt) -> None:
        person = await one.storage.reading.person(person_id)
        assert person is not None
        languages[opening(read(receipt.code)[0]).lookup] = person.locale

    after_submit(one, remember)
    put = one.vault.put_spool

    async def leaky(spool: Spool) -> None:
        items = tuple(replace(item, to=languages.get(item.thread, "")) for item in spool.items)
        await put(replace(spool, items=items))

    one.stack.enter_context(swapped(one.vault, "put_spool", leaky))


LEAKS = (
    Leak("author column", author_column, ("byte scan", "author swap")),
    Leak("hashed author", hashed_author, ("author swap",)),
    Leak("author's language in the spool", language_kept, ("author swap",)),
    Leak("last seen", last_seen, ("cross-event", "footprint")),
    Leak("receipt in the outbox", receipt_in_the_outbox, ("byte scan", "footprint")),
    Leak("receipt in a queue, deleted again", receipt_taken_away_again, ("byte scan", "order swap")),
    Leak("row against double forms", dedupe_row, ("time shift", "order swap")),
    Leak("quota row", quota_row, ("byte scan", "author swap")),
    Leak("log line with an id", log_line_with_id, ("byte scan", "footprint")),
    Leak("log line without an id", log_line_without_id, ("footprint",)),
    Leak("line in a more talkative log", debug_line, ("author swap", "footprint")),
    Leak("words in the log when it fails", words_in_the_log, ("a failing disk",)),
    Leak("form numbered by the person", nonce_of_the_person, ("author swap",)),
    Leak("immediate insert", immediate_insert, ("cross-event", "order swap")),
    Leak("spool in the order of arrival", spool_in_order_of_arrival, ("order swap",)),
    Leak("flush in the order of arrival", flush_in_order_of_arrival, ("order swap",)),
    Leak("length not padded", length_not_padded, ("length",)),
    Leak("file dated to the moment", date_of_the_moment, ("footprint",)),
    Leak("no cover writes", no_cover, ("time shift",)),
    Leak("row for an open form", draft_kept, ("author swap", "footprint")),
    Leak("reading noted", reading_noted, ("footprint",), is_late=True),
    Leak("reading told to the manager", reading_told, ("footprint",), "Telegram", is_late=True),
    Leak("inbox row for the wish", wish_in_the_inbox, ("cross-event", "footprint"), "Telegram"),
    Leak("cue to the author alone", cue_to_the_author_alone, ("egress",), "Telegram", is_late=True),
    Leak("digest not filled up", digest_as_long_as_it_is, ("digests",), "Telegram"),
    Leak("digest only with news", digest_only_with_news, ("digests",), "Telegram"),
)


# --- against the rules: no platform is needed to see them ---


@dataclass(frozen=True, slots=True)
class Bend:
    """A rule bent, while `plant` is entered. `asked` are the rules that could notice: the others cost time and know nothing of it."""

    name: str
    plant: Callable[[], AbstractContextManager[None]]
    asked: tuple[str, ...]


def _floor_of_four() -> AbstractContextManager[None]:
    """For small companies, as an exception."""
    return swapped(bot.anon.audience, "floor_for", lambda wanted, possible: 4)


@contextmanager
def _overlapping_labels() -> Iterator[None]:
    """Whoever is above counts everybody below, as on any chart."""
    plain = bot.anon.audience.audiences_of

    def leaky(company: Company, wanted: int = bot.anon.audience.FLOOR) -> Audiences:
        found = plain(company, wanted)
        everybody = frozenset(one.id for one in company.members if one.can_write)
        tops = {unit.id for unit in company.units if unit.parent is None}
        grown = {
            id_: replace(one, authors=everybody - one.unit.readers) if id_ in tops else one for id_, one in found.by_unit.items()
        }
        return replace(found, by_unit=grown)

    with swapped(bot.anon.audience, "audiences_of", leaky):
        yield


def _never_held() -> AbstractContextManager[None]:
    """The floor is looked at when somebody writes, and that is that."""
    return swapped(bot.anon.relay._Now, "is_held", lambda now, unit: False)


def _no_coin() -> AbstractContextManager[None]:
    """Everything leaves at the next slot."""
    return swapped(bot.anon.slots, "MOST_MISSED", 0)


@contextmanager
def _coin_by_the_hour() -> Iterator[None]:
    """What came in the morning leaves first."""
    plain = bot.anon.slots.eligible_from

    def leaky(plan: Plan, act: Act, now: datetime) -> datetime:
        return plain(plan, act, now) if now.hour % 2 else plain(plan, act, plain(plan, act, now))

    with swapped(bot.anon.relay, "eligible_from", leaky):
        yield


def _no_check_characters() -> AbstractContextManager[None]:
    """Any 28 characters will do."""
    return swapped(bot.anon.receipt, "_MODULUS", 1)


@contextmanager
def _short_receipts() -> Iterator[None]:
    """Receipts short enough to remember."""
    plain = bot.anon.receipt.write
    with swapped(bot.anon.receipt, "write", lambda secret: plain(bytes(13) + secret[:3])):
        yield


@contextmanager
def _more_work_for_burnt_codes() -> Iterator[None]:
    """The thread of a burnt code is opened once more before the answer."""
    plain = storage.anon.vault.FileVault.thread

    async def leaky(vault: FileVault, opened: Opening) -> StoredThread | None:
        if opened == bot.anon.relay.NOBODYS:
            await vault.threads()
        return await plain(vault, opened)

    with swapped(storage.anon.vault.FileVault, "thread", leaky):
        yield


def _burning_hides() -> AbstractContextManager[None]:
    """What is burnt is marked as such, and stays."""
    return swapped(storage.anon.threads, "_delete", lambda db, lookup: None)


@contextmanager
def _no_vacuum() -> Iterator[None]:
    """Deleting is left to the database's defaults."""

    class Lazy(sqlite3.Connection):
        def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
            is_cleaning = sql == "VACUUM" or "auto_vacuum" in sql
            sql = "PRAGMA secure_delete = OFF" if "secure_delete" in sql else sql
            return super().execute("SELECT 1" if is_cleaning else sql, *args)

    plain = sqlite3.connect

    def connect(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        return plain(*args, **kwargs, factory=Lazy)

    with swapped(storage.anon.threads, "sqlite3", _Instead(sqlite3, connect=connect)):
        yield


class _Instead:
    """A module with other functions in some places."""

    def __init__(self, module: Any, **others: Any) -> None:
        self._module = module
        self._others = others

    def __getattr__(self, name: str) -> Any:
        return self._others[name] if name in self._others else getattr(self._module, name)


def _keys_kept() -> AbstractContextManager[None]:
    """One never knows what an old key may be good for."""
    return swapped(storage.anon.keys.Keys, "prune", lambda keys, in_use, now: None)


@contextmanager
def _asker_kept() -> Iterator[None]:
    """With what is written by code stands who asked."""
    plain_look, plain_with = bot.anon.relay.Relay._look, bot.anon.relay._with
    asked: list[str] = []

    async def noted(relay: Any, code: str, asker: str) -> Any:
        asked.append(asker)
        return await plain_look(relay, code, asker)

    def kept(spool: Spool, item: Item) -> Spool:
        return plain_with(spool, replace(item, to=asked[-1]) if asked else item)

    with swapped(bot.anon.relay.Relay, "_look", noted), swapped(bot.anon.relay, "_with", kept):
        yield


@contextmanager
def _burnt_at_a_minute() -> Iterator[None]:
    """When somebody burnt a note is kept until the slot."""
    plain = bot.anon.slots.eligible_from

    def leaky(plan: Plan, act: Act, now: datetime) -> datetime:
        return now if act is Act.BURN else plain(plan, act, now)

    with swapped(bot.anon.relay, "eligible_from", leaky):
        yield


@contextmanager
def _counts_on_disk() -> Iterator[None]:
    """The limiter survives a restart."""
    plain = storage.anon.vault.FileVault.put_spool
    counts: dict[str, int] = {}

    def wrote(limiter: Any, person_id: str, now: datetime) -> None:
        key = hashlib.sha256(PEPPER + person_id.encode()).hexdigest()
        counts[key] = counts.get(key, 0) + 1

    async def leaky(vault: Any, spool: Spool) -> None:
        await plain(vault, replace(spool, counts={**spool.counts, **counts}))

    with swapped(bot.anon.quota.Limiter, "wrote", wrote), swapped(storage.anon.vault.FileVault, "put_spool", leaky):
        yield


def _links_alive() -> AbstractContextManager[None]:
    """A reader's links can be followed, for convenience."""
    return swapped(bot.anon.relay, "defang", lambda text: text)


BENDS = (
    Bend("asker kept with what is written by code", _asker_kept, ("by code",)),
    Bend("minute of a burning kept", _burnt_at_a_minute, ("by code",)),
    Bend("floor of four", _floor_of_four, ("audience floor", "floor at the slot")),
    Bend("labels that overlap", _overlapping_labels, ("audience floor",)),
    Bend("floor looked at once", _never_held, ("floor at the slot", "audience floor")),
    Bend("no coin at the slot", _no_coin, ("slot law",)),
    Bend("slots by the hour", _coin_by_the_hour, ("slot law",)),
    Bend("receipts without check characters", _no_check_characters, ("receipts",)),
    Bend("short receipts", _short_receipts, ("receipts",)),
    Bend("more work for burnt codes", _more_work_for_burnt_codes, ("equal work", "deletion")),
    Bend("burning that hides", _burning_hides, ("deletion", "equal work")),
    Bend("deleting without cleaning up", _no_vacuum, ("deletion",)),
    Bend("keys kept for ever", _keys_kept, ("deletion",)),
    Bend("counts on disk", _counts_on_disk, ("limiter",)),
    Bend("links alive", _links_alive, ("canary",)),
)
