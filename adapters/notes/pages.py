"""What the pages show → HTML, every page as long as every other. All words go through the templates' escaping; none is marked as safe."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from adapters.notes.shell import SIZE_CLASS, WORDS_OF_COMMAND, Shell
from adapters.notes.verify import LINK_LIFE
from bot.anon import disclosure
from bot.anon.port import TEXT_LIMIT, Draft, Form, Note, Refused, Thread, ThreadState, Tray
from bot.chat.richtext import plain

LINK_MINUTES: Final = int(LINK_LIFE.total_seconds()) // 60
PAGE_NOTES: Final = 20
"""Notes of one page of the tray."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed and could not be taken: it goes back where it came from."""

    text: str = ""
    about: str = ""
    code: str = ""
    ref: str = ""
    to: str = ""


def door_page(shell: Shell, trouble: str = "", typed: Typed = Typed()) -> bytes:
    """Where everybody comes in. The same for everybody: who is to come in stands behind the # of the address, which no server is told."""
    return _render("door.html", shell, trouble=trouble, typed=typed)


def write_page(shell: Shell, form: Form, trouble: Refused | None = None, typed: Typed = Typed()) -> bytes:
    """The empty form, or one that came back."""
    teams = [choice for choice in form.choices if choice.token.startswith("team:")]
    key_results = [choice for choice in form.choices if not choice.token.startswith("team:")]
    return _render(
        "write.html",
        shell,
        form=form,
        teams=teams,
        key_results=key_results,
        promise=shell.spans(disclosure.promise()),
        limits=[shell.spans(limit) for limit in disclosure.limits(form)],
        elsewhere=shell.spans(disclosure.elsewhere(form)),
        giveaways=[shell.spans(one) for one in disclosure.giveaways()],
        trouble=refusal_words(shell, trouble),
        typed=typed,
    )


def receipt_page(shell: Shell, code: str, form: Form | None, address: str) -> bytes:
    """The code, once. `address` is where it is entered."""
    return _render("receipt.html", shell, code=code, form=form, address=address)


def thread_page(
    shell: Shell, thread: Thread, code: str, said: str = "", trouble: Refused | None = None, typed: Typed = Typed()
) -> bytes:
    """What a code opens. `said` is what was just done."""
    has_answer = any(entry.by for entry in thread.entries)
    can_write = thread.state is not ThreadState.CLOSED
    return _render(
        "thread.html",
        shell,
        thread=thread,
        code=code,
        has_answer=has_answer,
        can_write=can_write,
        said=said,
        trouble=refusal_words(shell, trouble),
        typed=typed,
    )


def tray_page(shell: Shell, tray: Tray, start: int = 0, said: str = "", trouble: str = "", typed: Typed = Typed()) -> bytes:
    """A reader's notes, some at a time, from the one numbered `start`."""
    start = start if 0 <= start < len(tray.notes) else 0
    shown: Sequence[Note] = tray.notes[start : start + PAGE_NOTES]
    return _render(
        "tray.html",
        shell,
        tray=tray,
        shown=shown,
        start=start,
        earlier=max(start - PAGE_NOTES, 0) if start else None,
        later=start + PAGE_NOTES if start + PAGE_NOTES < len(tray.notes) else None,
        said=said,
        trouble=trouble,
        typed=typed,
        closed=ThreadState.CLOSED,
    )


def note_page(shell: Shell, title: str, what: str, typed: Typed = Typed(), *, has_way_back: bool = True) -> bytes:
    """A page that says one thing, and gives back what was typed."""
    return _render("note.html", shell, title=title, what=what, typed=typed, has_way_back=has_way_back)


def refusal_page(shell: Shell, refused: Refused, typed: Typed = Typed()) -> bytes:
    """A refusal where there is no form to put it on."""
    return _render(
        "note.html", shell, title=shell.say("no_form_title"), what=refusal_words(shell, refused), typed=typed, has_way_back=True
    )


def refusal_words(shell: Shell, refused: Refused | None) -> str:
    """What a refusal says; "" for none."""
    return "" if refused is None else plain(shell.spans(disclosure.refusal(refused)))


def padded(page: bytes, taken: int = 0) -> bytes:
    """`page`, filled up with noise behind its last tag, so that together with `taken` bytes sent besides it fills its size class.

    Noise and not blanks: something in between may compress what passes, and blanks would vanish.
    """
    room = -(len(page) + taken + len(_comment(b""))) % SIZE_CLASS
    noise = base64.urlsafe_b64encode(secrets.token_bytes(room))[:room].replace(b"-", b"_")
    return page + _comment(noise)


def draft_of(fields: Mapping[str, str]) -> Draft:
    """What the form says."""
    return Draft(fields.get("nonce", ""), fields.get("text", ""), fields.get("about", ""))


def _comment(noise: bytes) -> bytes:
    return b"<!--" + noise + b"-->"


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("adapters.notes"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals.update(LIMIT=TEXT_LIMIT, MINUTES=LINK_MINUTES, COMMAND=WORDS_OF_COMMAND)
    return templates


def _render(name: str, shell: Shell, /, **values: Any) -> bytes:
    return _templates().get_template(name).render(shell=shell, say=shell.say, door=shell.door, **values).encode()
