"""PyPI's `dingtalk-stream`, DingTalk's own client, as a program: `python -m tests.platforms.dingtalk_stream_peer ID SECRET`.

Both releases run it unmodified. Which server they call they read from the environment when they are imported. A message of a person is an
order: what the program shall do with the client's own helpers. Everything it gets to see it prints, one line of JSON each.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from typing import Any

from dingtalk_stream import (
    AckMessage,
    CallbackHandler,
    CallbackMessage,
    CardCallbackMessage,
    CardReplier,
    ChatbotHandler,
    ChatbotMessage,
    Credential,
    DingTalkStreamClient,
    EventHandler,
    EventMessage,
)
from dingtalk_stream.version import VERSION_STRING

TEMPLATE = "1366a1eb-bc54-4859-ac88-517c56a9acb1.schema"
BUTTONS = {"msgButtons": [{"text": "Agree", "id": "agree", "request": True}, {"text": "Later", "id": "later", "request": True}]}


def say(what: str, told: Any = None) -> None:
    """Tell the test."""
    sys.stdout.write(json.dumps([what, told]) + "\n")
    sys.stdout.flush()


class Talker(ChatbotHandler):  # type: ignore[misc] # it carries no types
    """Does what people say."""

    async def process(self, message: CallbackMessage) -> tuple[int, str]:
        """One message."""
        incoming = ChatbotMessage.from_dict(message.data)
        order = (incoming.text.content if incoming.text else incoming.message_type).strip()
        say(
            "message",
            {"order": order, "from": incoming.sender_staff_id, "push": message.headers.message_id, "id": incoming.message_id},
        )
        replier = CardReplier(self.dingtalk_client, incoming)
        data = {"markdown": "**Quarter**", "sys_full_json_obj": json.dumps(BUTTONS)}
        match order:
            case "fail":
                raise ValueError(order)
            case "reply in words":
                self.reply_text("plain **words**", incoming)
            case "reply in markdown":
                self.reply_markdown("Title", "## A *heading*", incoming)
            case "create and deliver":
                say("card", replier.create_and_deliver_card(TEMPLATE, data))
            case "create, then deliver":
                say("card", replier.create_and_send_card(TEMPLATE, data))
            case "change":
                card = replier.create_and_deliver_card(TEMPLATE, data)
                replier.put_card_data(card, {"markdown": "changed"})
                say("card", card)
            case "button card":
                self.reply_markdown_button(incoming, "**Press**", BUTTONS["msgButtons"], tips="one of them")
            case "token":
                say("token", self.dingtalk_client.get_access_token())
            case _:
                pass
        say("done", order)
        return AckMessage.STATUS_OK, "OK"


class Listener(EventHandler):  # type: ignore[misc] # as above
    """Hears what happens in the company."""

    async def process(self, event: EventMessage) -> tuple[int, str]:
        """One event. The acknowledgement carries its data back: that is where a status has to be."""
        say("event", {"kind": event.headers.event_type, "corp": event.headers.event_corp_id, "data": dict(event.data)})
        event.data["status"] = "SUCCESS"
        return AckMessage.STATUS_OK, "OK"


class Presses(CallbackHandler):  # type: ignore[misc] # as above
    """Answers a press with the changed card."""

    async def process(self, message: CallbackMessage) -> tuple[int, dict[str, Any]]:
        """One press."""
        press = CardCallbackMessage.from_dict(message.data)
        private = press.content["cardPrivateData"]
        say("press", {"card": press.card_instance_id, "by": press.user_id, "corp": press.corp_id, **private})
        changed = {"cardParamMap": {"tips": f"{private['actionIds'][0]} it is"}}
        return AckMessage.STATUS_OK, {"cardUpdateOptions": {"updateCardDataByKey": True}, "cardData": changed}


async def main(client_id: str, secret: str) -> None:
    """Listen until killed."""
    say("version", VERSION_STRING)
    client = DingTalkStreamClient(Credential(client_id, secret), logging.getLogger("dingtalk"))
    client.register_callback_handler(ChatbotMessage.TOPIC, Talker())
    client.register_callback_handler(CallbackHandler.TOPIC_CARD_CALLBACK, Presses())
    client.register_all_event_handler(Listener())
    await client.start()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
