"""What a reply means to a conversation: an answer, or a wish about the conversation itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from bot.chat import tokens
from bot.chat.incoming import Arrived, Body, Picked, PointedAt, Submitted, Texted
from bot.chat.intents import Intent, Wish, intent_of, read_intent
from bot.dialogs import show
from bot.dialogs.engine import Waiting, changeable
from bot.dialogs.fields import picked
from bot.dialogs.script import Pick, Refusal, Reply, Said, Tapped
from bot.dialogs.session import Mode, Session
from bot.texts import Text

ONE_COMMAND = "/okr"
"""Where an app has one command for everything."""


class Steer(Enum):
    """A wish about the conversation."""

    BACK = auto()
    CANCEL = auto()
    PAUSE = auto()
    CHOOSE = auto()
    KEEP = auto()
    DROP = auto()


@dataclass(frozen=True)
class Answers:
    """Replies by question key."""

    replies: Mapping[str, Reply]


@dataclass(frozen=True)
class ChangeOne:
    """Ask this question again."""

    key: str


class Outdated(Enum):
    """A button of an earlier question, or of another conversation."""

    EARLIER = auto()
    OVER = auto()


Meaning = Answers | ChangeOne | Steer | Intent | Outdated
_STEERS = {Wish.BACK: Steer.BACK, Wish.CANCEL: Steer.CANCEL, Wish.PAUSE: Steer.PAUSE, Wish.CHANGE: Steer.CHOOSE}
_BUTTONS = {
    show.BACK: Steer.BACK,
    show.CANCEL: Steer.CANCEL,
    show.PAUSE: Steer.PAUSE,
    show.CHANGE: Steer.CHOOSE,
    show.KEEP: Steer.KEEP,
    show.DROP: Steer.DROP,
}


def read(body: Body, session: Session, waiting: Waiting, lang: str) -> Meaning | None:
    """What `body` means while `session` waits; None when somebody merely arrived or the button was never ours."""
    match body:
        case Texted(text):
            return _read_text(text, session, waiting, lang)
        case Picked(token):
            return _read_token(token, {}, session, waiting)
        case Submitted(token, values):
            return _read_token(token, values, session, waiting)
        case PointedAt():
            return Intent(Wish.CALL_FOR_HELP)
        case Arrived():
            return None


def _read_text(text: str, session: Session, waiting: Waiting, lang: str) -> Meaning:
    if session.mode is Mode.CHOOSING:
        pick = picked((*_change_options(waiting), show.KEEP_PICK), Said(text), lang, by_number=True, loosely=True)
        if pick is not None:
            return Steer.KEEP if pick is show.KEEP_PICK else ChangeOne(pick.value)
    if session.mode is Mode.CANCELLING:
        pick = picked(show.CANCEL_PICKS, Said(text), lang, by_number=True, loosely=True)
        if pick is not None:
            return _BUTTONS[pick.value]
    ask = waiting.pending[0]
    # An option's own label wins over a word of ours: "Later" may be an answer here.
    if picked(ask.field.picks, Said(text), lang, by_number=False, loosely=False) is not None:
        return Answers({ask.key: Said(text)})
    intent = read_intent(text, in_talk=True)
    if intent is not None:
        if session.mode is Mode.CANCELLING and intent.wish is Wish.CANCEL:
            return Steer.DROP
        if session.mode is not Mode.ASKING and intent.wish in (Wish.BACK, Wish.CANCEL):
            return Steer.KEEP
        return _STEERS.get(intent.wish, intent)
    named = read_intent(text)
    if named is not None and isinstance(ask.field.read(Said(text), lang), Refusal):
        # "status Vietnam" could be an answer to some questions; where it is none it asks for that board.
        return named
    if text.split()[:1] == [ONE_COMMAND]:
        # Nobody answers a question with a command; a slip in the word after it is no answer either.
        return Intent(Wish.HELP)
    return Answers({ask.key: Said(text)})


def _read_token(text: str, values: Mapping[str, str], session: Session, waiting: Waiting) -> Meaning | None:
    try:
        token = tokens.read(text)
    except tokens.TokenError:
        return None
    if isinstance(token, tokens.Deed):
        return intent_of(token)
    if token.session != session.id:
        return Outdated.OVER
    if token.asked != session.asked:
        return Outdated.EARLIER
    return _read_option(token.option, values, session, waiting)


def _read_option(option: str, values: Mapping[str, str], session: Session, waiting: Waiting) -> Meaning:
    if option in _BUTTONS:
        return _BUTTONS[option]
    if option == show.SUBMIT:
        return Answers({ask.key: _form_reply(values[ask.key]) for ask in waiting.pending if ask.key in values})
    if option.startswith(show.CHANGE_ONE):
        for pick in _change_options(waiting):
            if pick.name == option:
                return ChangeOne(pick.value)
        return Outdated.EARLIER
    owner = next((ask for ask in waiting.pending if any(pick.name == option for pick in ask.field.picks)), waiting.pending[0])
    return Answers({owner.key: Tapped(option)})


def _form_reply(value: str) -> Reply:
    """A form's choice sends the option's token, a line what was typed."""
    try:
        token = tokens.read(value)
    except tokens.TokenError:
        return Said(value)
    return Tapped(token.option) if isinstance(token, tokens.Answer) else Said(value)


def _change_options(waiting: Waiting) -> tuple[Pick[str], ...]:
    options = []
    for index, (ask, _) in enumerate(changeable(waiting.path)):
        if ask.label is not None:
            label: Text = ask.label
            options.append(Pick(f"{show.CHANGE_ONE}{index}", label, ask.key))
    return tuple(options)
