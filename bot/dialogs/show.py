"""Turns a waiting question into a message in its person's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat import tokens
from bot.chat.message import (
    Block,
    Button,
    Buttons,
    Choices,
    Entry,
    Form,
    FormField,
    Message,
    Option,
    Paragraph,
    ProgressBar,
    Tone,
)
from bot.dialogs.engine import Waiting, changeable
from bot.dialogs.fields import Choice
from bot.dialogs.script import Ask, Pick, Refusal, Say
from bot.dialogs.session import Mode, Session
from bot.texts import T, Text, say, say_plain

BACK = "~back"
CANCEL = "~cancel"
CHANGE = "~change"
PAUSE = "~pause"
KEEP = "~keep"
CHANGE_ONE = "~change:"
SUBMIT = "~submit"
DROP = "~drop"
LABEL_LIMIT = 60
KEEP_PICK = Pick(KEEP, T("button.keep"), KEEP, also="also.keep")
CANCEL_PICKS = (
    Pick(DROP, T("dialog.drop"), DROP, tone=Tone.DANGER, also="also.drop"),
    Pick(PAUSE, T("dialog.for_later"), PAUSE, also="also.pause"),
    Pick(KEEP, T("dialog.go_on"), KEEP, tone=Tone.PRIMARY, also="also.keep"),
)


def slot_of(session: Session) -> str:
    """The name of the message that asks the open question."""
    return f"{session.id}:{session.asked}"


def question(
    session: Session, waiting: Waiting, lang: str, refusals: Mapping[str, Refusal] | None = None, notes: tuple[Say, ...] = ()
) -> Message:
    """The open question. `refusals` say why the last reply did not fit; `notes` come first."""
    refusals = {**waiting.problems, **(refusals or {})}
    blocks = (*said(lang, notes), *_asked(session, waiting, lang, refusals), *_to_answer(session, waiting, lang, refusals))
    return Message(blocks, lang, slot=slot_of(session))


def closed(session: Session, waiting: Waiting, lang: str) -> Message:
    """What is left of the open question once it is answered: its words, without anything to press."""
    return Message(tuple(_asked(session, waiting, lang, waiting.problems)), lang, edits=slot_of(session), is_optional=True)


def _asked(session: Session, waiting: Waiting, lang: str, refusals: Mapping[str, Refusal]) -> list[Block]:
    """The words of the question."""
    match session.mode:
        case Mode.CHOOSING:
            return said(lang, (T("dialog.which"),))
        case Mode.CANCELLING:
            return said(lang, (T("dialog.really"),))
        case Mode.ASKING if waiting.form is not None and _is_form(waiting):
            return said(lang, (*waiting.form.before, waiting.form.text))
        case Mode.ASKING:
            ask = waiting.pending[0]
            refused = (refusals[ask.key].hint,) if ask.key in refusals else ()
            return said(lang, (*refused, *ask.before, ask.text))


def _to_answer(session: Session, waiting: Waiting, lang: str, refusals: Mapping[str, Refusal]) -> list[Block]:
    """What can be pressed or filled in."""
    match session.mode:
        case Mode.CHOOSING:
            return [Choices((*_changes(session, waiting, lang), _option(session, KEEP_PICK, lang)))]
        case Mode.CANCELLING:
            return [Choices(tuple(_option(session, pick, lang) for pick in CANCEL_PICKS))]
        case Mode.ASKING:
            answers = (
                [_form(session, waiting, lang, refusals)] if _is_form(waiting) else _answers(session, waiting.pending[0], lang)
            )
            return [*answers, Buttons(_steering(session, waiting, lang))]


def _is_form(waiting: Waiting) -> bool:
    """A form of one question is a plain question."""
    return waiting.form is not None and len(waiting.form.asks) > 1


def said(lang: str, what: tuple[Say, ...]) -> list[Block]:
    """Things said, as blocks."""
    blocks: list[Block] = []
    for one in what:
        match one:
            case Text():
                blocks.append(Paragraph(say(lang, one)))
            case ProgressBar():
                blocks.append(one)
            case _:
                blocks.append(Paragraph(one))
    return blocks


def label(lang: str, text: Text | str) -> str:
    """A label in words: a text of ours, or somebody's own words as they are."""
    return text if isinstance(text, str) else say_plain(lang, text)


def _token(session: Session, option: str) -> str:
    return tokens.write(tokens.Answer(session.id, session.asked, option))


def _option(session: Session, pick: Pick[Any], lang: str) -> Option:
    return Option(label(lang, pick.label), _token(session, pick.name), label(lang, pick.hint), pick.tone)


def _answers(session: Session, ask: Ask[Any], lang: str) -> list[Block]:
    picks = ask.field.picks
    if not picks:
        return []
    if ask.field.reads_numbers:
        # Never a numbered list here: a typed "2" is the answer two.
        return [
            Buttons(
                tuple(
                    Button(label(lang, pick.label), _token(session, pick.name), label(lang, pick.label), pick.tone)
                    for pick in picks
                )
            )
        ]
    return [Choices(tuple(_option(session, pick, lang) for pick in picks))]


def _form(session: Session, waiting: Waiting, lang: str, refusals: Mapping[str, Refusal]) -> Form:
    return Form(
        tuple(_form_field(session, ask, lang, refusals) for ask in waiting.pending),
        _token(session, SUBMIT),
        say_plain(lang, T("dialog.submit")),
    )


def _form_field(session: Session, ask: Ask[Any], lang: str, refusals: Mapping[str, Refusal]) -> FormField:
    return FormField(
        key=ask.key,
        label=say_plain(lang, ask.text),
        entry=Entry.CHOICE if isinstance(ask.field, Choice) else Entry.LINE,
        placeholder="" if ask.placeholder is None else say_plain(lang, ask.placeholder),
        options=tuple(_option(session, pick, lang) for pick in ask.field.picks),
        problem=say_plain(lang, refusals[ask.key].hint) if ask.key in refusals else "",
    )


def _changes(session: Session, waiting: Waiting, lang: str) -> tuple[Option, ...]:
    shown = []
    for index, (ask, answer) in enumerate(changeable(waiting.path)):
        if ask.label is not None:
            now = label(lang, answer)
            shorter = now if len(now) <= LABEL_LIMIT else now[: LABEL_LIMIT - 1] + "…"
            shown.append(Option(say_plain(lang, ask.label), _token(session, f"{CHANGE_ONE}{index}"), shorter))
    return tuple(shown)


def _steer(session: Session, lang: str, option: str, name: str, tone: Tone = Tone.PLAIN) -> Button:
    return Button(say_plain(lang, T(f"button.{name}")), _token(session, option), say_plain(lang, T(f"say.{name}")), tone)


def _steering(session: Session, waiting: Waiting, lang: str) -> tuple[Button, ...]:
    buttons = [_steer(session, lang, BACK, "back")] if waiting.path else []
    if changeable(waiting.path):
        buttons.append(_steer(session, lang, CHANGE, "change"))
    return (*buttons, _steer(session, lang, PAUSE, "pause"), _steer(session, lang, CANCEL, "cancel"))
