"""The views of the modal for unsigned notes. Pure; nothing in them outlives the modal, and none of them is ever a message."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from adapters.slack.encode import Json
from bot.anon import disclosure
from bot.anon.port import Entry, Form, Kind, Note, Refused, Thread, ThreadState, Tray
from bot.chat.graphemes import beginning
from bot.okr.people import LANGUAGES
from bot.texts import T, Text, day, say_plain

NAME: Final = "unsigned"
TEXT, ABOUT, CODE, PASS = "text", "about", "code", "pass"
READ, TRAY, WRITE, BURN, THANK, CLOSE, ANSWER = (
    f"{NAME}_{name}" for name in ("read", "tray", "write", "burn", "thank", "close", "answer")
)
NOTES_SHOWN: Final = 20
"""Each note takes three or four of the hundred blocks of a modal."""
SECTION, TITLE, OPTION, BUTTON, OPTIONS = 3000, 24, 75, 75, 100
"""Block Kit's limits, in characters."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the modal somebody is; travels in the view's metadata, so that nothing is remembered here."""

    view: str
    nonce: str = ""
    code: str = ""
    ref: str = ""
    lang: str = "en"

    def write(self) -> str:
        """As metadata."""
        return json.dumps([self.view, self.nonce, self.code, self.ref, self.lang], separators=(",", ":"))


def read_place(view: Mapping[str, Any]) -> Place:
    """The reverse. Raises ValueError for metadata that is none of ours."""
    found = json.loads(view.get("private_metadata") or "[]")
    if not isinstance(found, list) or len(found) != 5 or not all(isinstance(one, str) for one in found):
        raise ValueError("no place of ours")
    if found[4] not in LANGUAGES:
        raise ValueError("no language of ours")
    return Place(*found)


def write_view(lang: str, form: Form, *, may_read: bool) -> Json:
    """The empty form, below all that somebody has to know first."""
    said = (
        disclosure.promise(),
        T("unsigned.write_to", readers=say_plain(lang, T("unsigned.comma")).join(form.readers), audience=form.audience),
        *((T("unsigned.rehearsal"),) if form.is_rehearsal else ()),
    )
    limits = (T("anon.modal.passes"), *disclosure.limits(form), disclosure.elsewhere(form))
    blocks = [
        _section("\n".join(say_plain(lang, one) for one in said)),
        _list(lang, T("unsigned.limits"), limits),
        _list(lang, T("unsigned.gives_away"), disclosure.giveaways()),
        _input(TEXT, lang, T("unsigned.text_label"), _lines(), hint=T("unsigned.text_hint", limit=form.limit)),
    ]
    options = [_option(one.label, one.token) for one in form.choices[:OPTIONS] if one.label.strip()]
    if options:
        placeholder = _plain(say_plain(lang, T("unsigned.about_none")))
        select = {"type": "static_select", "action_id": ABOUT, "placeholder": placeholder, "options": options}
        blocks.append(_input(ABOUT, lang, T("unsigned.about_label"), select, hint=T("unsigned.about_hint"), is_optional=True))
    blocks.append(_ways(lang, READ, *((TRAY,) if may_read else ())))
    return _view(lang, T("unsigned.title"), Place("write", form.nonce), blocks, T("anon.modal.send"))


def no_form_view(lang: str, refused: Refused, *, may_read: bool) -> Json:
    """Why somebody cannot write; reading stays possible."""
    blocks = [_section(say_plain(lang, disclosure.refusal(refused))), _ways(lang, READ, *((TRAY,) if may_read else ()))]
    return _view(lang, T("unsigned.title"), Place("none"), blocks)


def receipt_view(lang: str, code: str) -> Json:
    """The code, once, and how to keep it."""
    keep = (T("unsigned.keep_paper"), T("unsigned.keep_not_chat"), T("unsigned.keep_share"))
    blocks = [
        _section(say_plain(lang, T("unsigned.receipt_title"))),
        {"type": "header", "text": _plain(code)},
        _section(say_plain(lang, T("unsigned.receipt_lead"))),
        _list(lang, T("unsigned.keep_title"), keep),
        _section(say_plain(lang, T("anon.modal.where"))),
    ]
    return _view(lang, T("unsigned.title"), Place("receipt"), blocks)


def code_view(lang: str) -> Json:
    """Asks for a code."""
    element = {"type": "plain_text_input", "action_id": CODE, "max_length": 200}
    blocks = [_input(CODE, lang, T("unsigned.code_label"), element, hint=T("unsigned.code_hint"))]
    return _view(lang, T("unsigned.title"), Place("code"), blocks, T("unsigned.read"))


def thread_view(lang: str, thread: Thread, code: str, told: Text | None = None) -> Json:
    """What a code opens; writing on, unless it is closed; burning."""
    blocks: list[Json] = [_section(say_plain(lang, told))] if told is not None else []
    blocks.append(_section(say_plain(lang, _STATES[thread.state])))
    blocks += [_section(_entry(lang, one, T("unsigned.you_wrote"))) for one in thread.entries]
    if not any(one.by for one in thread.entries):
        blocks.append(_section(say_plain(lang, T("unsigned.no_answer"))))
    if thread.state is not ThreadState.CLOSED:
        if thread.is_worn:
            blocks.append(_section(say_plain(lang, T("unsigned.worn"))))
        blocks.append(_input(TEXT, lang, T("unsigned.follow_label"), _lines(), is_optional=True))
    blocks.append(_actions(_button(lang, BURN, T("unsigned.burn"), "burn", style="danger", confirm=_confirm(lang))))
    submit = None if thread.state is ThreadState.CLOSED else T("unsigned.follow_send")
    return _view(lang, T("unsigned.thread_title"), Place("thread", thread.nonce, code), blocks, submit)


def said_view(lang: str, title: Text, *said: Text) -> Json:
    """A few sentences."""
    return _view(lang, title, Place("said"), [_section(say_plain(lang, one)) for one in said])


def tray_view(lang: str, tray: Tray, told: Text | None = None) -> Json:
    """The open notes of a reader, oldest first, each with what can be done."""
    blocks: list[Json] = [_section(say_plain(lang, told))] if told is not None else []
    notes = [note for note in tray.notes if note.state is ThreadState.OPEN][:NOTES_SHOWN]
    if not notes:
        blocks.append(_section(say_plain(lang, T("unsigned.tray_empty"))))
    for note in notes:
        blocks += [
            _section(_note(lang, note)),
            _actions(
                _button(lang, ANSWER, T("unsigned.answer"), note.ref, style="primary"),
                _button(lang, THANK, T("unsigned.thank"), note.ref),
                _button(lang, CLOSE, T("unsigned.close"), note.ref),
            ),
        ]
    return _view(lang, T("unsigned.tray_title"), Place("tray", tray.nonce), blocks)


def answer_view(lang: str, note: Note, tray: Tray) -> Json:
    """Answers one note, or passes it on."""
    text = _input(TEXT, lang, T("unsigned.answer_label"), _lines(), hint=T("unsigned.answer_hint", limit=1000), is_optional=True)
    blocks = [_section(_note(lang, note)), text]
    colleagues = [_option(one.name, str(one.person_id)) for one in tray.colleagues[:OPTIONS]]
    if colleagues:
        placeholder = _plain(say_plain(lang, T("unsigned.pass_choose")))
        select = {"type": "static_select", "action_id": PASS, "placeholder": placeholder, "options": colleagues}
        blocks.append(_input(PASS, lang, T("unsigned.pass_label"), select, hint=T("unsigned.pass_hint"), is_optional=True))
    return _view(lang, T("unsigned.tray_title"), Place("answer", tray.nonce, ref=note.ref), blocks, T("unsigned.answer"))


def words_of(view: Mapping[str, Any], name: str) -> str:
    """What stands in an input, typed or chosen."""
    found = view.get("state", {}).get("values", {}).get(name, {}).get(name, {})
    chosen = found.get("selected_option")
    value = chosen.get("value") if isinstance(chosen, Mapping) else found.get("value")
    return value if isinstance(value, str) else ""


def _note(lang: str, note: Note) -> str:
    head = [say_plain(lang, T("unsigned.sent_as", audience=note.audience))]
    head += [say_plain(lang, T("unsigned.sent_about", about=note.about))] if note.about else []
    entries = [_entry(lang, one, T("unsigned.author_wrote")) for one in note.entries]
    return "\n".join([" · ".join(head), *entries])


def _entry(lang: str, entry: Entry, author: Text) -> str:
    name = entry.by
    match entry.kind:
        case Kind.THANKS:
            return say_plain(lang, T("unsigned.said_thanks", name=name))
        case Kind.PASSED:
            return say_plain(lang, T("unsigned.said_passed", name=name, to=entry.to))
        case Kind.CLOSED:
            return say_plain(lang, T("unsigned.said_closed", name=name))
        case Kind.TEXT:
            when = say_plain(lang, T("unsigned.entry_waiting")) if entry.slot_day is None else day(lang, entry.slot_day)
            head = say_plain(lang, T("anon.entry.words", who=name or say_plain(lang, author), when=when))
            return f"{head}\n{entry.text}"


def _view(lang: str, title: Text, place: Place, blocks: Sequence[Json], submit: Text | None = None) -> Json:
    view: Json = {
        "type": "modal",
        "callback_id": NAME,
        "title": _plain(beginning(say_plain(lang, title), TITLE)),
        "close": _plain(beginning(say_plain(lang, T("slack.close")), TITLE)),
        "private_metadata": replace(place, lang=lang).write(),
        "blocks": list(blocks),
    }
    return view if submit is None else view | {"submit": _plain(beginning(say_plain(lang, submit), TITLE))}


def _section(text: str) -> Json:
    # Plain text: people's words ping nobody, link nowhere and are no markup.
    return {"type": "section", "text": _plain(beginning(text, SECTION) or "…")}


def _list(lang: str, title: Text, lines: Iterable[Text]) -> Json:
    return _section("\n".join([f"{say_plain(lang, title)}:", *(f"• {say_plain(lang, one)}" for one in lines)]))


def _input(name: str, lang: str, label: Text, element: Json, *, hint: Text | None = None, is_optional: bool = False) -> Json:
    block: Json = {
        "type": "input",
        "block_id": name,
        "label": _plain(say_plain(lang, label)),
        "element": element,
        "optional": is_optional,
    }
    return block if hint is None else block | {"hint": _plain(say_plain(lang, hint))}


def _lines() -> Json:
    # More than a note may hold: what is too long comes back with a reason, and nothing is cut.
    return {"type": "plain_text_input", "action_id": TEXT, "multiline": True, "max_length": 3000}


def _ways(lang: str, *names: str) -> Json:
    labels = {READ: T("unsigned.tab_read"), TRAY: T("unsigned.tab_tray")}
    return _actions(*(_button(lang, name, labels[name], name) for name in names))


def _actions(*buttons: Json) -> Json:
    return {"type": "actions", "elements": list(buttons)}


def _button(lang: str, name: str, label: Text, value: str, *, style: str = "", confirm: Json | None = None) -> Json:
    button: Json = {
        "type": "button",
        "action_id": name,
        "text": _plain(beginning(say_plain(lang, label), BUTTON)),
        "value": value,
    }
    button |= {"style": style} if style else {}
    return button if confirm is None else button | {"confirm": confirm}


def _confirm(lang: str) -> Json:
    return {
        "title": _plain(say_plain(lang, T("unsigned.burn"))),
        "text": _plain(say_plain(lang, T("unsigned.burn_what"))),
        "confirm": _plain(beginning(say_plain(lang, T("unsigned.burn_do")), 30)),
        "deny": _plain(beginning(say_plain(lang, T("slack.close")), 30)),
    }


def _option(label: str, value: str) -> Json:
    return {"text": _plain(beginning(" ".join(label.split()), OPTION)), "value": value}


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}


_STATES = {
    ThreadState.WAITING: T("unsigned.state_waiting"),
    ThreadState.HELD: T("unsigned.state_held"),
    ThreadState.OPEN: T("unsigned.state_open"),
    ThreadState.CLOSED: T("unsigned.state_closed"),
}
