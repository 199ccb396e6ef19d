"""What Slack tells us → Incoming. Pure; whatever it looks like, nothing is raised: what we cannot read means nothing to us.

Bodies are plain JSON here: events, slash commands, presses, filled-in and closed modals, message shortcuts. Whose workspace it is comes from
the envelope, which Slack has signed, never from what people wrote.

The private place of a person is named by their user id, not by the id of the chat (`D…`): Slack takes either, and a person we have never
talked with has only the first.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from bot.chat import tokens
from bot.chat.incoming import (
    TEXT_LIMIT,
    Arrived,
    Body,
    Incoming,
    Picked,
    Place,
    PointedAt,
    Sender,
    Submitted,
    Texted,
    Whisper,
)
from bot.chat.intents import Wish, read_intent
from bot.chat.richtext import clean
from bot.okr.people import LANGUAGES, NAME_LIMIT

PLATFORM: Final = "slack"
COMMAND: Final = "/okr"
SHORTCUT: Final = "call_for_help"
"""The message shortcut "Ask for help about this"."""
FORM: Final = "form"
"""A modal that asks what a form of ours asks, and the button that opens it."""
MANY: Final = "many"
"""A menu of several choices. Its options have numbers for values, which every question understands."""
DONE: Final = "done"
"""The button that sends them."""
ANSWER: Final = "answer"
"""The element of a modal's input."""
TWICE: Final = 2.0
"""Seconds within which the same button pressed again is a slip of the finger."""

THREAD: Final = "/"
"""Between a channel and the message whose thread is meant, in the name of a place."""

Told = Mapping[str, Any]

_ID = re.compile(r"[A-Z0-9]{1,40}\Z")
_TS = re.compile(r"[0-9]{1,12}\.[0-9]{1,9}\Z")
_SUBTYPES = (None, "file_share", "thread_broadcast")
_MARKUP = re.compile(
    r"<(?:(?P<kind>[@#!])(?P<target>[^<>|\s]+)|(?P<link>[a-z][a-z0-9+.-]{1,20}:[^<>|\s]+))(?:\|(?P<label>[^<>]*))?>"
)
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_PARTS_LIMIT = 5000


@dataclass(frozen=True, slots=True)
class Tenancy:
    """Whose workspace something happened in. `tenant` is the organisation for an app that was installed for all of it, else the
    workspace: user ids are unique within it."""

    tenant: str
    team_id: str
    enterprise_id: str = ""

    @property
    def is_org_wide(self) -> bool:
        return self.tenant != self.team_id


def tenancy_of(told: Told) -> Tenancy | None:
    """By the envelope: the authorisation an event was sent for, the workspace of a command or a press."""
    match told:
        case {"authorizations": [{"is_enterprise_install": is_org_wide} as granted, *_]}:
            # In channels shared between organisations `team_id` can be the other one's; the authorisation is ours.
            return _tenancy(granted.get("team_id") or told.get("team_id"), granted.get("enterprise_id"), is_org_wide)
        case {"type": "event_callback", "team_id": team_id}:
            return _tenancy(team_id, told.get("enterprise_id"), is_org_wide=False)
        case {"command": str()}:
            return _tenancy(told.get("team_id"), told.get("enterprise_id"), told.get("is_enterprise_install"))
        case {"user": Mapping()}:
            team, enterprise, view = told.get("team"), told.get("enterprise"), told.get("view")
            team_id = team.get("id") if isinstance(team, Mapping) else told["user"].get("team_id")
            if isinstance(view, Mapping) and view.get("app_installed_team_id"):
                # A modal may be filled in where another organisation shares a channel; it is ours nevertheless.
                team_id = view["app_installed_team_id"]
            enterprise_id = enterprise.get("id") if isinstance(enterprise, Mapping) else None
            return _tenancy(team_id, enterprise_id, told.get("is_enterprise_install"))
    return None


def _tenancy(team_id: object, enterprise_id: object, is_org_wide: object) -> Tenancy | None:
    team = team_id if isinstance(team_id, str) and _ID.match(team_id) else ""
    enterprise = enterprise_id if isinstance(enterprise_id, str) and _ID.match(enterprise_id) else ""
    # Forms carry "true" and "false" as words.
    tenant = enterprise if is_org_wide in (True, "true") else team
    return Tenancy(tenant, team, enterprise) if tenant else None


def decode(told: Told, at: datetime) -> Incoming | None:
    """What something told means to us; None for all that means nothing (edits, other bots, people of other companies, kinds of the future).

    `at` is now, for what carries no time of its own.
    """
    whose = tenancy_of(told)
    if whose is None:
        return None
    match told:
        case {"type": "event_callback", "event_id": str(event_id), "event": Mapping() as event}:
            return _event(whose, _named(event_id), event, _bot_of(told), at)
        case {"command": str(), "user_id": str(user_id), "channel_id": str(channel_id), "trigger_id": str(trigger_id)}:
            return _command(whose, told, user_id, channel_id, trigger_id, at)
        case {"type": "block_actions", "user": Mapping() as user, "actions": [Mapping() as action, *_]}:
            return _press(whose, told, user, action, at)
        case {"type": "view_submission", "user": Mapping() as user, "view": {"callback_id": "form"} as view}:
            return _submission(whose, user, view, at)
        case {"type": "view_closed", "user": Mapping() as user, "view": {"callback_id": "form"} as view}:
            return _closing(whose, user, view, at)
        case {
            "type": "message_action",
            "callback_id": "call_for_help",
            "user": Mapping() as user,
            "message": Mapping() as message,
        }:
            return _pointing(whose, told, user, message, at)
    return None


# --- events ------------------------------------------------------------------------------------------------------------------


def _event(whose: Tenancy, event_id: str, event: Told, bot: str, at: datetime) -> Incoming | None:
    match event:
        case {"bot_id": str()}:
            return None
        case {"type": "message", "channel_type": "im", "user": str(user_id)} if event.get("subtype") in _SUBTYPES:
            return _incoming(whose, event_id, event, user_id, at, _texted(_words_of(event)))
        case {"type": "app_mention", "user": str(user_id), "channel": str(channel_id), "text": str(text)}:
            # Called by name and nothing else: what can be said here?
            spoken = _plain(text.replace(f"<@{bot}>", " ") if bot else text).strip() or "?"
            return _mention(whose, event_id, event, user_id, channel_id, spoken, at)
        case {"type": "app_home_opened", "tab": "home", "user": str(user_id)} if "view" not in event:
            # There is no home yet: they have never been here.
            return _incoming(whose, event_id, event, user_id, at, Arrived())
    return None


def _mention(
    whose: Tenancy, event_id: str, event: Told, user_id: str, channel_id: str, spoken: str, at: datetime
) -> Incoming | None:
    """What is said in a channel for all to hear is answered for all to see, when it is about the channel; anything else is private."""
    intent = read_intent(spoken) or read_intent(f"/{spoken}")
    if intent is None or not _ID.match(channel_id):
        return None
    said = _texted(spoken if read_intent(spoken) else f"/{spoken}")
    incoming = _incoming(whose, event_id, event, user_id, at, said)
    if incoming is None:
        return None
    thread = event.get("thread_ts")
    room = f"{channel_id}{THREAD}{thread}" if isinstance(thread, str) and _TS.match(thread) else channel_id
    group = Place(PLATFORM, whose.tenant, channel_id, is_private=False)
    match intent.wish:
        case Wish.HERE:
            # It concerns the whole channel, wherever it was said.
            return replace(incoming, place=group)
        case Wish.BOARD:
            return replace(incoming, place=group, answer=None if room == channel_id else replace(group, chat_id=room))
    return replace(incoming, whisper=Whisper(group, whisper_place(whose.tenant, room, user_id)))


def _incoming(
    whose: Tenancy, event_id: str, event: Told, user_id: str, at: datetime, body: Body | None, name: str = ""
) -> Incoming | None:
    if body is None or not _ID.match(user_id) or _is_foreign(whose, event):
        return None
    sender = Sender(PLATFORM, whose.tenant, user_id, name)
    return Incoming(event_id, sender, home_of(whose.tenant, user_id), _moment(event.get("ts"), at), body)


def home_of(tenant: str, user_id: str) -> Place:
    """Somebody's private chat with us."""
    return Place(PLATFORM, tenant, user_id)


def _is_foreign(whose: Tenancy, event: Told) -> bool:
    """Somebody of another company, met in a shared channel: their ids are not unique here."""
    theirs = event.get("user_team") or event.get("source_team") or event.get("team")
    return not whose.is_org_wide and isinstance(theirs, str) and theirs not in (whose.team_id, whose.enterprise_id)


def _bot_of(told: Told) -> str:
    match told:
        case {"authorizations": [{"user_id": str(user_id), "is_bot": True}, *_]}:
            return user_id
    return ""


# --- commands, presses, forms, shortcuts -----------------------------------------------------------------------------------------


def _command(whose: Tenancy, told: Told, user_id: str, channel_id: str, trigger_id: str, at: datetime) -> Incoming | None:
    text = told.get("text")
    said = _texted(f"{COMMAND} {_plain(text if isinstance(text, str) else '')}".strip())
    event_id = _derived("command", trigger_id)
    incoming = _incoming(whose, event_id, {}, user_id, at, said, _name(told.get("user_name")))
    if incoming is None or _is_direct(channel_id):
        # In a chat of two we cannot tell whether we are the second, so the answer comes where we surely are.
        return incoming
    return _whispered(whose, incoming, channel_id, user_id)


def _press(whose: Tenancy, told: Told, user: Told, action: Told, at: datetime) -> Incoming | None:
    user_id, body = user.get("id"), _pressed(told, action)
    if not isinstance(user_id, str) or body is None or _is_other_team(whose, user):
        return None
    event_id = _derived("press", _stage(told), user_id, _value(action), "" if _is_answer(body) else _window(action))
    incoming = _incoming(whose, event_id, {}, user_id, at, body, _name(user.get("username") or user.get("name")))
    channel = told.get("channel")
    channel_id = channel.get("id") if isinstance(channel, Mapping) else None
    if incoming is None or not isinstance(channel_id, str) or _is_direct(channel_id):
        return incoming
    return _whispered(whose, incoming, channel_id, user_id)


def press_of(told: Told) -> tuple[str, float] | None:
    """What was pressed by whom on which message, and when (seconds): two presses within a moment are one. None for no press."""
    match told:
        case {"type": "block_actions", "user": {"id": str(user_id)}, "actions": [{"action_ts": str(moment)} as action, *_]}:
            try:
                return _derived("again", _stage(told), user_id, _value(action)), float(moment)
            except ValueError:
                return None
    return None


def _pressed(told: Told, action: Told) -> Body | None:
    match action:
        case {"action_id": str(name)} if name.startswith(MANY):
            return None  # not sent yet
        case {"action_id": str(name)} if name.startswith(DONE):
            return _chosen(told)
        case {"value": str(token)} | {"selected_option": {"value": str(token)}} if _is_token(token):
            return Picked(token)
    return None


def _chosen(told: Told) -> Texted | None:
    """The numbers of what is chosen in the menu of several."""
    match told:
        case {"state": {"values": Mapping() as values}}:
            elements = [one for block in values.values() if isinstance(block, Mapping) for one in block.items()]
            for name, element in elements:
                if name.startswith(MANY) and isinstance(element, Mapping):
                    options = element.get("selected_options")
                    listed = (
                        [one.get("value") for one in options if isinstance(one, Mapping)] if isinstance(options, list) else []
                    )
                    return _texted(", ".join(one for one in listed if isinstance(one, str)))
    return None


def form_button(told: Told) -> str:
    """The token of the form whose button was pressed; "" for anything else."""
    match told:
        case {"type": "block_actions", "actions": [{"action_id": "form", "value": str(token)}, *_]} if _is_token(token):
            return token
    return ""


def _submission(whose: Tenancy, user: Told, view: Told, at: datetime) -> Incoming | None:
    token, keys = _form_of(view)
    user_id = user.get("id")
    if not isinstance(user_id, str) or not token or _is_other_team(whose, user):
        return None
    values = {keys[block]: value for block, value in _values(view) if block in keys}
    event_id = _derived("view", str(view.get("id")), str(view.get("hash")), token)
    body = Submitted(token, {key: clean(value, TEXT_LIMIT) for key, value in values.items()})
    return _incoming(whose, event_id, {}, user_id, at, body, _name(user.get("username") or user.get("name")))


def _closing(whose: Tenancy, user: Told, view: Told, at: datetime) -> Incoming | None:
    user_id, close = user.get("id"), _metadata(view).get("close")
    if not isinstance(user_id, str) or not isinstance(close, str) or not _is_token(close) or _is_other_team(whose, user):
        return None
    return _incoming(whose, _derived("closed", str(view.get("id"))), {}, user_id, at, Picked(close))


def _pointing(whose: Tenancy, told: Told, user: Told, message: Told, at: datetime) -> Incoming | None:
    user_id, text = user.get("id"), clean(_words_of(message), TEXT_LIMIT)
    if not isinstance(user_id, str) or _is_other_team(whose, user):
        return None
    event_id = _derived("shortcut", str(told.get("action_ts")), str(told.get("trigger_id")))
    name = _name(user.get("username") or user.get("name"))
    incoming = _incoming(whose, event_id, {}, user_id, at, PointedAt(text), name)
    channel = told.get("channel")
    channel_id = channel.get("id") if isinstance(channel, Mapping) else None
    if incoming is None or not isinstance(channel_id, str) or _is_direct(channel_id):
        return incoming
    return _whispered(whose, incoming, channel_id, user_id)


def _form_of(view: Told) -> tuple[str, Mapping[str, str]]:
    """The form's token, and which key each input stands for."""
    told = _metadata(view)
    token, keys = told.get("form"), told.get("keys")
    if not isinstance(token, str) or not _is_token(token) or not isinstance(keys, list):
        return "", {}
    return token, {f"{FORM}{number}": key for number, key in enumerate(keys) if isinstance(key, str)}


def input_of(view: Told, key: str) -> str:
    """The block that asks for a field, to write a problem beside it; "" when it is not in this modal."""
    _, keys = _form_of(view)
    return next((block for block, its in keys.items() if its == key), "")


def _metadata(view: Told) -> Mapping[str, Any]:
    try:
        told = json.loads(view.get("private_metadata") or "{}")
    except (TypeError, ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _values(view: Told) -> Iterator[tuple[str, str]]:
    match view:
        case {"state": {"values": Mapping() as values}}:
            for block, elements in values.items():
                match elements:
                    case {"answer": {"value": str(value)}} | {"answer": {"selected_option": {"value": str(value)}}}:
                        yield block, value


# --- what else can happen --------------------------------------------------------------------------------------------------------


def actor_of(told: Told) -> Sender | None:
    """Who gave a command, pressed, or filled something in; None when nobody did."""
    whose = tenancy_of(told)
    if whose is None:
        return None
    match told:
        case {"command": str(), "user_id": str(user_id)} if _ID.match(user_id):
            return Sender(PLATFORM, whose.tenant, user_id, _name(told.get("user_name")))
        case {"type": str(), "user": {"id": str(user_id)} as user} if _ID.match(user_id) and not _is_other_team(whose, user):
            return Sender(PLATFORM, whose.tenant, user_id, _name(user.get("username") or user.get("name")))
    return None


def home_opened(told: Told) -> Sender | None:
    """Somebody looks at the home tab."""
    whose = tenancy_of(told)
    match told:
        case {"type": "event_callback", "event": {"type": "app_home_opened", "tab": "home", "user": str(user_id)}}:
            if whose is not None and _ID.match(user_id):
                return Sender(PLATFORM, whose.tenant, user_id)
    return None


def pressed_at_home(told: Told) -> str | None:
    """The language of the home something was pressed in; None when it was elsewhere."""
    match told:
        case {"type": "block_actions", "view": {"type": "home", "private_metadata": str(lang)}}:
            return lang if lang in LANGUAGES else LANGUAGES[0]
    return None


def farewell_of(told: Told) -> str:
    """The tenant that has taken the app, or its token, away; "" when nobody has."""
    whose = tenancy_of(told)
    if whose is None:
        return ""
    match told:
        case {"type": "event_callback", "event": {"type": "app_uninstalled"}}:
            return whose.tenant
        case {"type": "event_callback", "event": {"type": "tokens_revoked", "tokens": {"bot": [_, *_]}}}:
            return whose.tenant
    return ""


def trigger_of(told: Told) -> str:
    """What lets a modal be opened, for about three seconds; "" when there is none."""
    trigger = told.get("trigger_id")
    return trigger if isinstance(trigger, str) else ""


def hook_of(told: Told) -> str:
    """Where an answer may be sent that one person sees; "" when there is none."""
    hook = told.get("response_url")
    return hook if isinstance(hook, str) else ""


# --- reading ---------------------------------------------------------------------------------------------------------------------


def whisper_place(tenant: str, room: str, user_id: str) -> Place:
    """A channel, or a thread in it, as one person alone sees it."""
    return Place(PLATFORM, tenant, f"{room}:{user_id}", is_private=False)


def _whispered(whose: Tenancy, incoming: Incoming, channel_id: str, user_id: str) -> Incoming | None:
    if not _ID.match(channel_id):
        return None
    group = Place(PLATFORM, whose.tenant, channel_id, is_private=False)
    return replace(incoming, whisper=Whisper(group, whisper_place(whose.tenant, channel_id, user_id)))


def _is_direct(channel_id: str) -> bool:
    return channel_id.startswith("D")


def _is_other_team(whose: Tenancy, user: Told) -> bool:
    theirs = user.get("team_id")
    return not whose.is_org_wide and isinstance(theirs, str) and theirs not in (whose.team_id, whose.enterprise_id)


def _is_token(token: str) -> bool:
    return bool(token) and len(token.encode("utf-8", "replace")) <= tokens.LIMIT and clean(token) == token


def _is_answer(body: Body) -> bool:
    """Whether it answers a question, which can be done once: whenever the same button is pressed again it is the same event."""
    return isinstance(body, Picked) and body.token.startswith("a.")


def _window(action: Told) -> str:
    """The moment of a press, as coarse as a double click is long, so that two processes which get one press each find the same event."""
    try:
        return str(int(float(action["action_ts"]) // TWICE))
    except (KeyError, OverflowError, TypeError, ValueError):
        return str(action.get("action_ts"))


def _value(action: Told) -> str:
    match action:
        case {"value": str(value)} | {"selected_option": {"value": str(value)}}:
            return value
    return str(action.get("action_id"))


def _stage(told: Told) -> str:
    """The message or view something was pressed on, as it looked then."""
    match told:
        case {"container": {"message_ts": str(ts)} as container}:
            return f"{container.get('channel_id')}/{ts}"
        case {"view": {"id": str(view_id)} as view}:
            return f"{view_id}/{view.get('hash')}"
    return ""


def _derived(*parts: str) -> str:
    """A key for what carries no id of its own."""
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{parts[0]}:{digest[:40]}"


def _named(event_id: str) -> str:
    return event_id if _ID.match(event_id.upper()) else _derived("event", event_id)


def _name(name: object) -> str:
    return clean(" ".join(name.split()), NAME_LIMIT) if isinstance(name, str) else ""


def _moment(ts: object, at: datetime) -> datetime:
    """A message's name is the time it was written."""
    try:
        return datetime.fromtimestamp(int(ts.partition(".")[0]), UTC) if isinstance(ts, str) else at
    except (OverflowError, OSError, ValueError):
        return at


def _texted(text: str) -> Texted | None:
    said = clean(text, TEXT_LIMIT)
    return Texted(said) if said else None


def _words_of(message: Told) -> str:
    """What somebody wrote: from the parts their message is made of, where nothing is escaped, else from its text."""
    blocks = message.get("blocks")
    rich = (
        [one for one in blocks if isinstance(one, Mapping) and one.get("type") == "rich_text"] if isinstance(blocks, list) else []
    )
    lines = [line for block in rich for line in _lines(block)]
    if lines:
        return "\n".join(lines)
    text = message.get("text")
    return _plain(text) if isinstance(text, str) else ""


def _lines(block: Told) -> Iterator[str]:
    for box in _list(block.get("elements")):
        if box.get("type") == "rich_text_list":
            for item in _list(box.get("elements")):
                yield "".join(_part(one) for one in _list(item.get("elements")))
        else:
            yield "".join(_part(one) for one in _list(box.get("elements")))


def _list(given: object) -> list[Told]:
    return [one for one in given[:_PARTS_LIMIT] if isinstance(one, Mapping)] if isinstance(given, list) else []


def _part(part: Told) -> str:
    match part:
        case {"type": "emoji", "unicode": str(code)}:
            return _emoji(code)
        case {"type": "emoji", "name": str(name)}:
            return f":{name}:"
        case {"text": str(text)}:
            return text
        case {"type": "link", "url": str(url)}:
            return url
        case {"type": "user", "user_id": str(user_id)}:
            return f"@{user_id}"
        case {"type": "broadcast", "range": str(everybody)}:
            return f"@{everybody}"
    return ""


def _emoji(code: str) -> str:
    """`1f44d-1f3fd` → 👍🏽"""
    try:
        return "".join(chr(int(one, 16)) for one in code.split("-"))
    except (ValueError, OverflowError):
        return ""


def _plain(text: str) -> str:
    """Slack's mrkdwn as people read it: links by their words, mentions by name, entities as the characters they stand for."""
    shown = _MARKUP.sub(_shown, text)
    for entity, char in _ENTITIES:
        shown = shown.replace(entity, char)
    return shown


def _shown(match: re.Match[str]) -> str:
    if match["label"]:
        return match["label"]
    if match["link"]:
        return match["link"].removeprefix("mailto:")
    return f"{match['kind'].replace('!', '@')}{match['target']}"
