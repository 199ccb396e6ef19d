"""A person who uses DingTalk. Part of the stand-in in `dingtalk_server.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.platforms.dingtalk_chats import Button, Card, Chat, Shown
from tests.platforms.dingtalk_wire import CORP_ID, ROBOT_CODE

if TYPE_CHECKING:
    from tests.platforms.dingtalk_server import DingTalkServer

BOT = "$:LWCP_v1:$laban"


@dataclass(slots=True)
class Person:
    """Somebody with DingTalk open. Without an `id` a stranger from another company."""

    server: DingTalkServer
    id: str
    name: str

    @property
    def chat(self) -> Chat:
        """The one-to-one chat with the bot."""
        return self.server.robot.chat_with(self.id)

    @property
    def last(self) -> Shown:
        """What the bot said last."""
        return self.chat.said[-1]

    def says(self, text: str) -> dict[str, Any]:
        """Write to the bot."""
        return self.sends("text", text=text)

    def says_in(self, group: Chat, text: str, *, mentioned: bool = True) -> dict[str, Any]:
        """Write in a group. The bot hears it only when it is `mentioned`, and then without its own name."""
        return self.sends("text", group=group, mentioned=mentioned, text=text)

    def sends(
        self,
        kind: str,
        content: Mapping[str, Any] | None = None,
        *,
        group: Chat | None = None,
        mentioned: bool = True,
        text: str = "",
    ) -> dict[str, Any]:
        """Send anything: `kind` is DingTalk's `msgtype`, `content` what goes with it (text has none)."""
        chat = group or self.chat
        chat.shown.append(Shown("", is_ours=False, kind=kind, raw=text, sent_at=self.server.clock.now()))
        now = int(self.server.clock.now().timestamp() * 1000)
        session, until = self.server.robot.session_for(chat)
        home = CORP_ID if self.id else "dingsomebodyelse"
        message: dict[str, Any] = {
            "conversationId": chat.id,
            "conversationType": "2" if group else "1",
            "chatbotCorpId": CORP_ID,
            "chatbotUserId": BOT,
            "msgId": self.server.new_id("msg"),
            "senderNick": self.name,
            "isAdmin": False,
            "senderCorpId": home,
            "senderId": f"$:LWCP_v1:${self.id or self.name}",
            "sessionWebhook": self.server.session_webhook or f"{self.server.oapi_url}/robot/sendBySession?session={session}",
            "sessionWebhookExpiredTime": until,
            "createAt": now,
            "robotCode": ROBOT_CODE,
            "msgtype": kind,
        }
        if self.id:
            message["senderStaffId"] = self.id
        if kind == "text":
            message["text"] = {"content": f" {text}" if group else text}  # what is left behind the bot's name
        else:
            message["content"] = dict(content or {})
        if group:
            message |= {"conversationTitle": group.title, "isInAtList": True, "atUsers": [{"dingtalkId": BOT}]}
        if not group or mentioned:
            self.server.tell_robot(message)
        return message

    def presses(self, label: str, card: Card | Shown | None = None, *, group: Chat | None = None) -> dict[str, Any]:
        """Press the newest button whose label begins like this."""
        found, button = self._find(label, card, group)
        return self.server.cards.press(self.id, found, button)

    def submits(
        self, values: Mapping[str, Any], card: Card | Shown | None = None, *, label: str = "", group: Chat | None = None
    ) -> dict[str, Any]:
        """Fill in the newest card with fields and press its button, the first one unless a `label` says which."""
        for one in self._cards(card, group):
            face = one.face(self.id)
            if face.inputs:
                self._check(values, one)
                _, button = self._find(label, one, group)
                return self.server.cards.press(self.id, one, button, values)
        raise AssertionError("no card with anything to fill in")

    async def sees(self, *words: str, group: Chat | None = None) -> Shown:
        """Wait until the newest message of the bot says all of this."""
        chat = group or self.chat

        def says_so() -> bool:
            return bool(chat.said) and all(one in chat.said[-1].text for one in words)

        try:
            await self.server.until(says_so)
        except TimeoutError:
            raise AssertionError(f"{words} never came; the last was {[one.text for one in chat.said[-1:]]}") from None
        return chat.said[-1]

    def _cards(self, card: Card | Shown | None, group: Chat | None) -> list[Card]:
        if isinstance(card, Shown):
            assert card.card is not None, "that is no card"
            return [card.card]
        return [card] if card else (group or self.chat).cards[::-1]

    def _find(self, label: str, card: Card | Shown | None, group: Chat | None) -> tuple[Card, Button]:
        cards = self._cards(card, group)
        for one in cards:
            for button in one.face(self.id).buttons:
                if button.label.startswith(label) and not button.is_disabled:
                    return one, button
        raise AssertionError(f"no button {label!r} among {[one.face(self.id).labels for one in cards]}")

    def _check(self, values: Mapping[str, Any], card: Card) -> None:
        """What the client itself would not let a person do."""
        inputs = {one.name: one for one in card.face(self.id).inputs}
        for name, value in values.items():
            assert name in inputs, f"no field {name!r} among {sorted(inputs)}"
            options = inputs[name].options
            chosen = value if isinstance(value, list) else [value]
            assert not options or set(chosen) <= set(options), f"{value!r} is not among {options}"
        missing = [one.name for one in inputs.values() if one.is_required and not values.get(one.name)]
        assert not missing, f"{missing} must be filled in"
