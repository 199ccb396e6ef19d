"""What DingTalk tells a robot → Incoming. Pure; whatever a payload looks like, nothing is raised: what we cannot read means nothing to us.

Addresses in payloads (`sessionWebhook`, pictures to download) are not even looked at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from adapters.dingtalk.cards import fields_in, is_group_card, ticks_in, token_in
from bot.chat.incoming import TEXT_LIMIT, Arrived, Body, Incoming, Picked, Place, Sender, Submitted, Texted
from bot.chat.richtext import clean
from bot.chat.tokens import LIMIT as TOKEN_BYTES
from bot.okr.people import NAME_LIMIT

PLATFORM: Final = "dingtalk"
TENANT: Final = ""
"""An app of a company's own lives in one company; people from others are strangers to it, whatever their ids."""
LANGUAGE: Final = "zh"
"""DingTalk does not say which language somebody uses. Who has not told us is spoken to in the one nearly everybody there does."""

Payload = Mapping[str, Any]

INVITE_LIMIT: Final = 64
ID_LIMIT: Final = 256
PRIVATE: Final = "1"
_START = re.compile(r"/start(?:\s+(?P<code>.*))?", re.IGNORECASE | re.DOTALL)
_SPACE = re.compile(r"(?:dtv1\.card//IM_GROUP\.)?(?P<id>\S+)\Z")


def decode(message: Payload, at: datetime) -> Incoming | None:
    """What a message to the robot means; None for all that means nothing (pictures, files, people from elsewhere). `at` is now, for a message
    that does not say when it was written."""
    match message:
        case {
            "msgId": str(message_id),
            "senderStaffId": str(staff_id),
            "conversationType": "1" | "2" as kind,
            "conversationId": str(conversation_id),
        } if _are_ids(message_id, staff_id, conversation_id) and not _is_from_elsewhere(message):
            is_private = kind == PRIVATE
            body = _said(message, is_private=is_private)
            if body is None or (not is_private and message.get("isInAtList") is False):
                return None
            # In private the chat is the person: that is whom one writes to, also before they have ever written to us.
            place = Place(PLATFORM, TENANT, staff_id if is_private else conversation_id, is_private=is_private)
            sender = Sender(PLATFORM, TENANT, staff_id, _name(message.get("senderNick")), LANGUAGE)
            corp = message.get("chatbotCorpId")
            event_id = f"{corp if isinstance(corp, str) else ''}:{message_id}"
            return Incoming(event_id, sender, place, _moment(message.get("createAt"), at), body)
    return None


def decode_press(press: Payload, push_id: str, at: datetime) -> Incoming | None:
    """What a press on a card means. `push_id` is the same when the press is told again: a press has no name of its own."""
    match press:
        case {"outTrackId": str(track_id), "userId": str(staff_id), "content": content} if _are_ids(push_id, staff_id, track_id):
            params = _params(content)
            place = _place_of(press, track_id, staff_id)
            body = _pressed(params)
            if body is None or place is None:
                return None
            return Incoming(f"card:{push_id}", Sender(PLATFORM, TENANT, staff_id, "", LANGUAGE), place, at, body)
    return None


def track_id_of(press: Payload) -> str:
    """The card that was pressed; "" for something that is no press."""
    track_id = press.get("outTrackId")
    return track_id if isinstance(track_id, str) else ""


def _are_ids(*ids: str) -> bool:
    return all(0 < len(one) <= ID_LIMIT and clean(one) == one and not any(map(str.isspace, one)) for one in ids)


def _is_from_elsewhere(message: Payload) -> bool:
    """Somebody from another company, whose id may well be one of ours."""
    ours, theirs = message.get("chatbotCorpId"), message.get("senderCorpId")
    return isinstance(ours, str) and isinstance(theirs, str) and ours != theirs


def _said(message: Payload, *, is_private: bool) -> Body | None:
    match message:
        case {"msgtype": "text", "text": {"content": str(text)}}:
            return (_arrived(text) if is_private else None) or _texted(text)
        case {"msgtype": "audio", "content": {"recognition": str(text)}}:
            # DingTalk has listened already.
            return _texted(text)
        case {"msgtype": "richText", "content": {"richText": list(pieces)}}:
            return _texted("".join(piece["text"] for piece in pieces if _has_text(piece)))
    return None


def _has_text(piece: object) -> bool:
    return isinstance(piece, Mapping) and isinstance(piece.get("text"), str)


def _texted(text: str) -> Texted | None:
    said = clean(text, TEXT_LIMIT)
    return Texted(said) if said else None


def _arrived(text: str) -> Arrived | None:
    match = _START.fullmatch(text.strip())
    return Arrived(clean(match["code"] or "", INVITE_LIMIT)) if match else None


def _name(nick: object) -> str:
    return clean(" ".join(nick.split()), NAME_LIMIT) if isinstance(nick, str) else ""


def _moment(milliseconds: object, at: datetime) -> datetime:
    try:
        return (
            datetime.fromtimestamp(milliseconds / 1000, UTC) if isinstance(milliseconds, int | float) and milliseconds > 0 else at
        )
    except (OverflowError, OSError, ValueError):
        return at


def _params(content: object) -> Payload:
    """`content` is JSON in a text; what was pressed is in `cardPrivateData.params`."""
    try:
        read = json.loads(content) if isinstance(content, str) else content
    except (ValueError, RecursionError):
        return {}
    match read:
        case {"cardPrivateData": {"params": Mapping() as params}}:
            return params
    return {}


def _pressed(params: Payload) -> Body | None:
    token = token_in(params)
    if not token:
        ticks = ticks_in(params)
        return Texted(", ".join(ticks)) if ticks else None
    if len(token.encode("utf-8", "replace")) > TOKEN_BYTES or clean(token) != token:
        return None
    values = fields_in(params)
    return Picked(token) if values is None else Submitted(token, {key: clean(value, TEXT_LIMIT) for key, value in values.items()})


def _place_of(press: Payload, track_id: str, staff_id: str) -> Place | None:
    """Where the card is. Only its own name tells a group from a private chat: presses call both a space of kind "im"."""
    if not is_group_card(track_id):
        return Place(PLATFORM, TENANT, staff_id)
    space = press.get("spaceId")
    match = _SPACE.match(space) if isinstance(space, str) and len(space) <= ID_LIMIT else None
    return Place(PLATFORM, TENANT, match["id"], is_private=False) if match else None
