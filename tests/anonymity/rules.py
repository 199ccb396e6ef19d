"""The promises that hold without a platform: who can be behind a label, when notes leave, what a receipt is, what deleting leaves, what is counted.

Each function looks for what breaks one, over a relay with real files in an empty folder, and says it in words. Everything random has a seed.
"""

from __future__ import annotations

import asyncio
import hmac
import random
import re
import sqlite3
import sys
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import FrameType

from bot.anon import audience, quota, receipt, slots
from bot.anon.audience import HARD_FLOOR, Company, Member, Unit
from bot.anon.port import Draft, Form, No, Receipt, Refused, Taken
from bot.anon.vault import Act, VaultError
from bot.okr.people import PersonId, TeamId
from storage.anon.seal import unseal
from tests.anon_office import AUTHORS, LEAD, MONDAY, Office, Seeded

ANNA, BEN = AUTHORS[0], AUTHORS[1]
WORDS = "Only she could have written this sentence."
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """`find` looks for what breaks a promise; `name` is what reports call it."""

    name: str
    promise: str
    find: Callable[[Path], Awaitable[list[str]]]


# --- P2, P3 ---


async def by_code(folder: Path) -> list[str]:
    """P2, P3: who reads, writes more or burns by a code, and at which minute, is in no file, neither before the slot nor
    after it."""
    left: list[tuple[dict[str, bytes], dict[str, bytes]]] = []
    for asker, late in (("one who asks", 0), ("another who asks", 0), ("one who asks", 7)):
        office = Office(folder / str(len(left)))
        codes = [await office.write(author) for author in (ANNA, BEN)]
        await office.released()
        office.clock.turn(timedelta(minutes=late))
        await office.look(codes[0], asker)
        done = [
            await office.relay.follow_up(codes[0], "ab" * 16, WORDS, asker),
            await office.relay.burn(codes[1], asker),
        ]
        assert done == [Taken.TAKEN, Taken.TAKEN]
        waiting = office.files()
        await office.slot(3)
        left.append((waiting, office.files()))
    found = ["files tell who asked"] if left[0] != left[1] else []
    return [*found, "files tell the minute"] if left[0] != left[2] else found


# --- P9 ---


def company_of(seed: int) -> tuple[Company, int]:
    """Some organisation, and the floor that is set there: up to a dozen units in any tree, some without readers, people
    anywhere."""
    draw = random.Random(seed)
    units = [Unit(TeamId("u0"), "u0", None)]
    for number in range(1, draw.randint(1, 12)):
        units.append(Unit(TeamId(f"u{number}"), f"u{number}", draw.choice(units).id))
    members = [
        Member(PersonId(f"p{number}"), f"p{number}", draw.choice(units).id, draw.random() < 0.9)
        for number in range(draw.choice((3, 6, 9, 15, 40)))
    ]
    read = tuple(
        Unit(unit.id, unit.name, unit.parent, frozenset(draw.sample([one.id for one in members], draw.choice((0, 1, 1, 2)))))
        for unit in units
    )
    return Company(read, tuple(members)), draw.choice((1, 5, 8, 12))


def broken_floors(company: Company, wanted: int) -> list[str]:
    """What is wrong with the audiences of this organisation."""
    found = []
    audiences = audience.audiences_of(company, wanted)
    writers = sum(one.can_write for one in company.members)
    least = max(wanted, HARD_FLOOR) if writers >= max(wanted, HARD_FLOOR) else HARD_FLOOR
    shown = list(audiences.by_unit.values())
    here = {one.id for one in company.members if one.can_write}
    for one in shown:
        if len(one.authors) < least:
            found.append(f"{len(one.authors)} people behind a label where the floor is {least}")
        if one.authors & one.unit.readers or not one.unit.readers:
            found.append("a reader counts as a possible author, or nobody reads")
        if not one.authors <= here:
            found.append("somebody counts who cannot write")
    for number, one in enumerate(shown):
        for other in shown[number + 1 :]:
            # Two views differ by whoever is behind one label and not behind the other.
            apart = [len(one.authors - other.authors), len(other.authors - one.authors)]
            if one.authors & other.authors or min(apart) < HARD_FLOOR:
                found.append(f"two labels differ by {min(apart)} people")
    for member in company.members:
        where = audiences.of(member.id)
        if isinstance(where, audience.Audience) and member.id not in where.authors:
            found.append("somebody writes under a label that does not count them")
    return found


async def floors(folder: Path) -> list[str]:
    """P9: in four hundred organisations, before and after people have moved, no label hides fewer than the floor, and none
    isolates fewer than five."""
    found: list[str] = []
    for seed in range(400):
        company, wanted = company_of(seed)
        draw = random.Random(seed + 1_000_000)
        moved = [Member(one.id, one.name, draw.choice(company.units).id, one.can_write) for one in company.members]
        for now in (company, Company(company.units, tuple(moved[: draw.randint(0, len(moved))]))):
            found += broken_floors(now, wanted)
    return sorted(set(found))


async def release_floor(folder: Path) -> list[str]:
    """P9: what was written when the team was large enough does not leave while it is not."""
    office = Office(folder / "anon")
    await office.write(ANNA, WORDS)
    office.lose_people(4)
    slot = await office.slot(4)
    shown = [note for digest in slot.digests for note in digest.new]
    return ["a note left although too few could have written it"] if shown or await office.vault.threads() else []


# --- P10 ---

CHI_MISSED, CHI_HOURS = 13.8, 22.5
"""What a fair coin exceeds once in a thousand seeds, with 2 and with 6 degrees of freedom."""


async def slot_law(folder: Path) -> list[str]:
    """P10: half of the notes leave at the first slot they may, half of the rest at the second, all others at the third,
    whatever the hour they came."""
    office = Office(folder / "anon", seed=b"slot law")
    written: dict[str, tuple[int, int]] = {}
    plan = await office.directory.plan()
    for day in range(15):
        weeks, weekday = divmod(day, 5)
        office.clock.at = MONDAY + timedelta(weeks=weeks, days=weekday) - HOUR
        for number in range(24):
            author = AUTHORS[number % 8]
            if number % 6 == 0:
                office.clock.turn(HOUR)
            code = await office.write(author, f"{day} {number}")
            written[code] = (number // 6, slots.eligible_from(plan, Act.NOTE, office.clock.at).date().toordinal())
        await office.slot()
    await office.slot(3)
    by_hour: dict[int, Counter[int]] = {hour: Counter() for hour in range(4)}
    days = sorted({one.since.date() for one in await office.vault.threads()})
    for code, (hour, eligible) in written.items():
        thread = await office.vault.thread(receipt.opening(receipt.read(code)[0]))
        assert thread is not None
        by_hour[hour][sum(eligible <= day.toordinal() < thread.since.date().toordinal() for day in days)] += 1
    missed = sum(by_hour.values(), Counter[int]())
    found = []
    if max(missed) > slots.MOST_MISSED or max(missed) > 2:
        found.append(f"a note missed {max(missed)} slots")
    whole = missed.total()
    wanted = {0: whole / 2, 1: whole / 4, 2: whole / 4}
    if sum((missed[one] - number) ** 2 / number for one, number in wanted.items()) > CHI_MISSED:
        found.append(f"slots missed: {dict(missed)} of {whole}")
    apart = 0.0
    for counts in by_hour.values():
        for one in range(3):
            expected = counts.total() * missed[one] / whole
            apart += (counts[one] - expected) ** 2 / expected if expected else 0.0
    if apart > CHI_HOURS:
        found.append("when a note leaves depends on the hour it came")
    return found


# --- P11 ---


async def receipts(folder: Path) -> list[str]:
    """P11: a hundred thousand receipts are different, full of chance and computed again alike; a wrong character, or two that
    have changed places, is none."""
    office = Office(folder / "anon")
    key = receipt.derive(next(iter((folder / "anon/keys").iterdir())).read_bytes(), "receipt")
    nonces = [hmac.digest(b"nonces", number.to_bytes(4, "big"), "sha256")[:16] for number in range(100_000)]
    made = [hmac.digest(key, b"receipt:" + nonce, "sha256")[:16] for nonce in nonces]
    codes = {receipt.write(one) for one in made}
    found = [] if len(codes) == len(made) else [f"{len(made) - len(codes)} of {len(made)} receipts have been given out before"]
    for nonce, one in zip(nonces[:50], made[:50], strict=True):
        if await office.vault.receipts(nonce) != (one,) or receipt.read(receipt.write(one)) != (one, True):
            found.append("a receipt is not the one of its form")
    ones = sum(byte.bit_count() for one in made for byte in one)
    # Of 12.8 million bits; five standard deviations are 9 000.
    if abs(ones - 64 * len(made)) > 9_000:
        found.append("bits of receipts lean to one side")
    for one in made[:40]:
        code = receipt.write(one).replace("-", "")
        wrong = [code[:at] + char + code[at + 1 :] for at in range(28) for char in receipt.ALPHABET if char != code[at]]
        wrong += [code[:at] + code[at + 1] + code[at] + code[at + 2 :] for at in range(27) if code[at] != code[at + 1]]
        if any(receipt.read(other)[1] for other in wrong):
            found.append("a mistyped receipt is taken for one")
            break
    return found


async def equal_work(folder: Path) -> list[str]:
    """P11: a code that never was, a mistyped one, one burnt just now, one burnt long ago and one that has run out get the same
    answer by the same steps.

    Steps are counted, not timed: a clock on a busy machine says nothing, and equal steps over data of equal size take equal time.
    """
    office = Office(folder / "anon")
    run_out = await office.write(ANNA, "Long ago.")
    burnt = await office.write(BEN, "Burnt.")
    await office.released()
    assert await office.relay.burn(burnt, "page") is Taken.TAKEN
    office.clock.turn(timedelta(days=91))
    await office.relay.tick()
    await office.slot()
    await office.write(ANNA, "Others write, too.")
    just_burnt = await office.write(BEN, "Burnt in a moment.")
    await office.released()
    await office.write(AUTHORS[2], "Waits.")
    assert await office.relay.burn(just_burnt, "page") is Taken.TAKEN
    waited = await office.write(AUTHORS[3], "Burnt before it left.")
    assert await office.relay.burn(waited, "page") is Taken.TAKEN
    tried = {
        "one that never was": receipt.write(Seeded(b"never").token(16)),
        "one just burnt": just_burnt,
        "one burnt while it waited": waited,
        "one burnt long ago": burnt,
        "one that has run out": run_out,
        "a mistyped one": run_out[:-1] + ("0" if run_out[-1] != "0" else "1"),
    }
    found, steps = [], {}
    for name, code in tried.items():
        answers: list[object] = []
        with _steps() as counted:
            answers.append(await office.relay.look(code, f"page for {name}"))
        if answers != [Refused(No.UNKNOWN_CODE)]:
            found.append(f"{name} is answered otherwise")
        steps[name] = dict(counted)
    usual = steps["one that never was"]
    for name, taken in steps.items():
        more = {step: taken.get(step, 0) - usual.get(step, 0) for step in taken.keys() | usual.keys()}
        odd = sorted(step for step, number in more.items() if number)
        if name == "a mistyped one":
            # Whether it is spelled right is for everybody to see, before anything is looked up.
            odd = [step for step in odd if not step.startswith("receipt.py:")]
        if odd:
            found.append(f"{name} takes other steps: {', '.join(odd[:4])}")
    return found


@contextmanager
def _steps() -> Iterator[Counter[str]]:
    """Counts every call of a function of the anonymous path and of a library's below it, in this thread and in the one that
    reads files."""
    counted: Counter[str] = Counter()

    def note(frame: FrameType, event: str, arg: object) -> None:
        file = frame.f_code.co_filename
        if "/anon/" not in file:
            return
        name = file.rpartition("/")[2]
        if event == "call":
            counted[f"{name}:{frame.f_code.co_name}"] += 1
        elif event == "c_call":
            counted[f"{name}:{getattr(arg, '__qualname__', arg)}"] += 1

    loop = asyncio.get_running_loop()
    threading.setprofile(note)
    readers = ThreadPoolExecutor(1)
    loop.set_default_executor(readers)
    sys.setprofile(note)
    try:
        yield counted
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
        loop.set_default_executor(ThreadPoolExecutor(2))
        readers.shutdown()


# --- P12 ---


async def deletion(folder: Path) -> list[str]:
    """P12: of what was burnt or has run out, words, key and address are in no file and in no fresh backup; an old backup is of
    no use without its month's key."""
    found = []
    for how in ("burnt", "run out"):
        office = Office(folder / how.replace(" ", ""))
        code = await office.write(ANNA, WORDS)
        kept = await office.write(BEN, "This one stays for a while.")
        await office.released()
        gone = _secrets_of(office, code)
        old_copy = _backup(office.folder / "anon.db")
        if how == "burnt":
            await office.relay.burn(code, "page")
        else:
            office.clock.turn(timedelta(days=80))
            await office.relay.tick()
            await office.slot()
            thread = await office.look(kept)
            await office.relay.follow_up(kept, thread.nonce, "Still true.", "page")
            await office.slot(3)
            office.clock.turn(timedelta(days=12))
        await office.slot(3)
        if await office.relay.look(code, "page") != Refused(No.UNKNOWN_CODE) or not (await office.look(kept)).entries:
            found.append(f"what was {how} opens, or another went with it")
        places = {**office.files(), "a fresh backup": _backup(office.folder / "anon.db")}
        found += [
            f"{what} is in {name} after the note has {how}"
            for what, secret in gone.items()
            for name, content in places.items()
            if secret in content
        ]
        office.clock.turn(timedelta(days=200))
        await office.relay.tick()
        await office.slot(2)
        found += _opened_by_a_key(old_copy, office.folder / "keys", how)
    return found


def _secrets_of(office: Office, code: str) -> Mapping[str, bytes]:
    """All of a released thread that must not outlive it."""
    opened = receipt.opening(receipt.read(code)[0])
    with closing(sqlite3.connect(f"file:{office.folder / 'anon.db'}?mode=ro", uri=True)) as db:
        author, server, head = db.execute(
            "SELECT wrap_author, wrap_server, head FROM thread WHERE lookup = ?", [opened.lookup]
        ).fetchone()
        ((body,),) = db.execute("SELECT body FROM message WHERE lookup = ?", [opened.lookup]).fetchall()
    key = unseal(opened.wrap, author, b"author:" + opened.lookup)
    return {
        "its words": WORDS.encode(),
        "its key": key,
        "its key in hexadecimal": key.hex().encode(),
        "its address": opened.lookup,
        "its key, sealed for the author": author,
        "its key, sealed for the server": server,
        "its sealed head": head[:32],
        "its sealed words": body[:32],
    }


def _backup(file: Path) -> bytes:
    copy = file.with_name("copy.db")
    with closing(sqlite3.connect(file)) as db:
        db.execute("VACUUM INTO ?", [str(copy)])
    content = copy.read_bytes()
    copy.unlink()
    return content


def _opened_by_a_key(copy: bytes, folder: Path, how: str) -> list[str]:
    with closing(sqlite3.connect(":memory:")) as db:
        db.deserialize(copy)
        rows = db.execute("SELECT lookup, wrap_server FROM thread").fetchall()
    for lookup, wrap in rows:
        for file in folder.iterdir():
            try:
                unseal(file.read_bytes(), wrap, b"server:" + lookup)
            except VaultError:
                continue
            return [f"{file.name} still opens an old backup, half a year after the note was {how}"]
    return []


# --- P13 ---


async def limiter(folder: Path) -> list[str]:
    """P13: a day's notes are enough for a person, and no file tells one who has written three from one who has written none;
    restarts, midnights and a thousand tries change nothing on disk."""
    found, left = [], {}
    for name, authors in (("one person", [ANNA, ANNA, ANNA]), ("three people", [ANNA, BEN, AUTHORS[2]])):
        office = Office(folder / name.replace(" ", ""))
        for author in authors:
            await office.write(author, "Again.")
        left[name] = office.files()
        is_enough = await _writes(office, ANNA) == Refused(No.ENOUGH_TODAY, {"number": quota.NOTES_A_DAY})
        if is_enough != (name == "one person"):
            found.append("a day's notes are not what they should be")
        before = office.files()
        office.restart()
        office.clock.turn(timedelta(hours=13))
        for number in range(1000):
            await office.relay.look(receipt.write(Seeded(b"guess").token(16)), f"guest {number}")
        if name == "one person" and office.files() != before:
            found.append("restarts, midnights or tries change files")
    if left["one person"] != left["three people"]:
        found.append("files tell how much one person has written")
    return found


async def _writes(office: Office, person_id: PersonId) -> Receipt | Refused:
    form = await office.relay.form(person_id)
    assert isinstance(form, Form)
    return await office.relay.submit(person_id, Draft(form.nonce, "Once more."))


# --- P14 ---

CANARIES: Sequence[str] = (
    "https://canary.example/you?id=17",
    "http://127.0.0.1:8080/",
    "hTTps://canary.example",
    "//canary.example/x",
    "www.canary.example",
    "canary.example",
    "ftp://canary.example/a",
    "[look](https://canary.example)",
    "![pixel](https://canary.example/p.png)",
    "<https://canary.example|look>",
    "<a href='https://canary.example'>look</a>",
    "<img src=//canary.example/p.png>",
    "<!channel> <@U123> <#C1>",
    "@linh @everyone ＠linh",
    "tg://user?id=701000001",
    "dingtalk://dingtalkclient/page/link?url=x",
    "mailto:linh@lantern.example",
    "javascript:alert(1)",
    "data:text/html;base64,AAAA",
    "h\u200bttps://canary.example",
    "https\u2060://canary.example",
    "\u202ehttps://elpmaxe.yranac",
)
_ALIVE = re.compile(
    r"(?i)[a-z][a-z0-9+.-]*://|\bwww\.|(?<=[a-z0-9])\.(?:example|com|net)\b|\]\(|<[@!#a-z/]|[@＠]\w|\b(?:mailto|tel|javascript|data|tg):"
)


async def canaries(folder: Path) -> list[str]:
    """P14: whatever a reader plants in an answer, nothing of it is a link, a picture, a mention or markup when the author sees
    it."""
    office = Office(folder / "anon")
    found = []
    code = await office.write()
    await office.released()
    for canary in CANARIES:
        tray = await office.tray()
        await office.relay.answer(LEAD, tray.notes[0].ref, tray.nonce, f"Look at {canary} and tell me.")
        await office.slot()
        said = (await office.look(code)).entries[-1].text
        if _ALIVE.search(said):
            found.append(f"{canary!r} arrives as {said!r}")
    return found


RULES = (
    Rule("by code", "P2, P3", by_code),
    Rule("audience floor", "P9", floors),
    Rule("floor at the slot", "P9", release_floor),
    Rule("slot law", "P10", slot_law),
    Rule("receipts", "P11", receipts),
    Rule("equal work", "P11", equal_work),
    Rule("deletion", "P12", deletion),
    Rule("limiter", "P13", limiter),
    Rule("canary", "P14", canaries),
)
"""The rest of the promises are in `checks`."""
