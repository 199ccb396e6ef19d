"""What the bot can say in DingTalk: messages to people and groups, pictures, taking back. Part of the stand-in in `dingtalk_server.py`.

Where a code of a refusal is not known from DingTalk's own pages it is ours, and begins with `invalidParameter`: rely on none of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.hands import Hands
from tests.platforms.dingtalk_chats import Chat, Shown
from tests.platforms.dingtalk_company import Company
from tests.platforms.dingtalk_wire import ROBOT_CODE, Call, refused, refused_legacy

PEOPLE = 20
"""User ids in one `batchSend`."""
PARAM_BYTES = 15_000
RECALLABLE = timedelta(hours=24)
PICTURE = 20 * 1024 * 1024
PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"BM")
SESSION = timedelta(minutes=90)
"""So long an answer can go to the address that came with a message."""

KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "sampleText": ("text", ("content",)),
    "sampleMarkdown": ("markdown", ("title", "text")),
    "sampleImageMsg": ("picture", ("photoURL",)),
    "sampleLink": ("link", ("title", "text", "picUrl", "messageUrl")),
    "sampleActionCard": ("markdown", ("title", "text", "singleTitle", "singleURL")),
}
"""What a message is, by `msgKey`, and what its `msgParam` has to hold."""


class Robot:
    """Sends and takes back. `chats` are one-to-one by user id and groups by conversation id."""

    def __init__(self, clock: Hands, company: Company, complain: Callable[[str], None]) -> None:
        self.clock = clock
        self.chats: dict[str, Chat] = {}
        self.media: dict[str, bytes] = {}
        """What was uploaded, by media id."""
        self.filtered: set[str] = set()
        """People a message is quietly not given to (`filteredStaffIdList`)."""
        self._company = company
        self._complain = complain
        self._sessions: dict[str, tuple[Chat, datetime]] = {}
        self._number = 0
        self.methods: dict[tuple[str, str], Callable[[Call], Any]] = {
            ("POST", "/v1.0/robot/oToMessages/batchSend"): self._batch_send,
            ("POST", "/v1.0/robot/groupMessages/send"): self._group_send,
            ("POST", "/v1.0/robot/otoMessages/batchRecall"): self._batch_recall,
            ("POST", "/v1.0/robot/groupMessages/recall"): self._group_recall,
            ("POST", "/media/upload"): self._upload,
            ("POST", "/robot/sendBySession"): self._send_by_session,
        }

    def chat_with(self, user_id: str) -> Chat:
        """The one-to-one chat with somebody."""
        return self.chats.setdefault(user_id, Chat(f"cid-one-{user_id}", user_id))

    def reachable(self, user_id: str) -> bool:
        """Whether somebody works here and has ever signed in."""
        return user_id in self._company.staff and self._company.staff[user_id].is_active

    def session_for(self, chat: Chat) -> tuple[str, int]:
        """The name of a session that answers go to for a while, and when it ends, in milliseconds."""
        self._number += 1
        until = self.clock.now() + SESSION
        self._sessions[f"session{self._number}"] = (chat, until)
        return f"session{self._number}", int(until.timestamp() * 1000)

    def new_key(self) -> str:
        self._number += 1
        return f"key+{self._number:06}=="

    # --- what the bot asks for ---

    def _batch_send(self, call: Call) -> dict[str, Any]:
        _check_robot(call)
        people = call.given.get("userIds")
        if not isinstance(people, list) or not people or not all(isinstance(one, str) for one in people):
            raise refused(400, "invalidParameter.userIds.empty", "userIds不能为空")
        if len(people) > PEOPLE:
            raise refused(400, "invalidParameter.userIds.tooMany", "userIds每次最多20个")
        if len(set(people)) < len(people):
            self._complain("batchSend names somebody twice")
        message = self._read(call)
        known = [one for one in people if self.reachable(one)]
        if not known:
            raise refused(400, "staffId.notExisted", "员工不存在")
        key, limited, filtered = self.new_key(), [], []
        for user_id in known:
            chat = self.chat_with(user_id)
            if chat.limits_next:
                chat.limits_next -= 1
                limited.append(user_id)
            elif user_id in self.filtered:
                filtered.append(user_id)
            else:
                self._show(chat, key, message)
        return {
            "processQueryKey": key,
            "invalidStaffIdList": [one for one in people if one not in known],
            "flowControlledStaffIdList": limited,
            "filteredStaffIdList": filtered,
        }

    def _group_send(self, call: Call) -> dict[str, Any]:
        _check_robot(call)
        chat = self._group(call)
        message = self._read(call)
        key = self.new_key()
        self._show(chat, key, message)
        return {"processQueryKey": key}

    def _batch_recall(self, call: Call) -> dict[str, Any]:
        _check_robot(call)
        return self._recall(call, [chat for chat in self.chats.values() if not chat.is_group])

    def _group_recall(self, call: Call) -> dict[str, Any]:
        _check_robot(call)
        return self._recall(call, [self._group(call)])

    def _upload(self, call: Call) -> dict[str, Any]:
        picture = call.given.get("media")
        if call.text("type") != "image" or not isinstance(picture, bytes):
            raise refused_legacy(40035, "缺少参数 type or media")
        if not picture.startswith(PICTURES):
            raise refused_legacy(40006, "不合法的文件大小或类型")
        if len(picture) > PICTURE:
            raise refused_legacy(40006, "文件大小超过限制")
        self._number += 1
        media_id = f"@lADPM{self._number:08}"
        self.media[media_id] = picture
        created_at = int(self.clock.now().timestamp() * 1000)
        return {"errcode": 0, "errmsg": "ok", "type": "image", "media_id": media_id, "created_at": created_at}

    def _send_by_session(self, call: Call) -> dict[str, Any]:
        chat, until = self._sessions.get(call.query.get("session", ""), (None, self.clock.now()))
        if chat is None or until <= self.clock.now():
            raise refused_legacy(300001, "session 不存在")
        kind = call.text("msgtype")
        if kind == "text":
            self._show(chat, "", Shown("", is_ours=True, raw=str(call.given["text"]["content"])))
        elif kind == "markdown":
            told = call.given["markdown"]
            self._show(chat, "", Shown("", is_ours=True, kind="markdown", title=str(told["title"]), raw=str(told["text"])))
        else:
            raise refused_legacy(40035, f"不合法的消息类型 {kind}")
        return {"errcode": 0, "errmsg": "ok"}

    # --- how it works ---

    def _group(self, call: Call) -> Chat:
        chat = self.chats.get(call.text("openConversationId"))
        if chat is None or not chat.is_group:
            raise refused(400, "invalidParameter.openConversationId.invalid", "会话不存在")
        if not chat.has_bot:
            raise refused(400, "invalidParameter.robot.notInGroup", "机器人不在群内")
        if chat.limits_next:
            chat.limits_next -= 1
            raise refused(400, "invalidParameter.flowControlled", "消息发送过于频繁")
        return chat

    def _read(self, call: Call) -> Shown:
        """The message in a call."""
        key, raw = call.text("msgKey"), call.given.get("msgParam")
        if key not in KINDS:
            raise refused(400, "invalidParameter.msgKey.invalid", f"不支持的msgKey {key}")
        if not isinstance(raw, str):
            raise refused(400, "invalidParameter.msgParam.invalid", "msgParam必须是JSON字符串")
        if len(raw.encode()) > PARAM_BYTES:
            raise refused(400, "invalidParameter.msgParam.tooLong", "msgParam超过15000字节")
        try:
            param = json.loads(raw)
        except ValueError:
            raise refused(400, "invalidParameter.msgParam.invalid", "msgParam必须是JSON字符串") from None
        kind, needed = KINDS[key]
        if not isinstance(param, dict) or any(not isinstance(param.get(one), str) or not param[one] for one in needed):
            raise refused(400, "invalidParameter.msgParam.invalid", f"{key}需要{needed}")
        words = str(param.get("text") or param.get("content") or "")
        shown = Shown("", is_ours=True, kind=kind, title=str(param.get("title") or ""), raw=words)
        if kind == "picture":
            shown.picture = self._picture(param["photoURL"])
        for address in shown.looks.pictures:
            self._picture(address)
        return shown

    def _picture(self, address: str) -> bytes | str:
        if address.startswith(("http://", "https://")):
            return address
        if address not in self.media:
            raise refused(400, "invalidParameter.photoURL.invalid", f"没有这个图片 {address}")
        return self.media[address]

    def _show(self, chat: Chat, key: str, message: Shown) -> None:
        mine = Shown(key, is_ours=True, kind=message.kind, title=message.title, raw=message.raw, picture=message.picture)
        mine.sent_at = self.clock.now()
        chat.shown.append(mine)

    def _recall(self, call: Call, chats: list[Chat]) -> dict[str, Any]:
        keys = call.given.get("processQueryKeys")
        if not isinstance(keys, list) or not 1 <= len(keys) <= PEOPLE:
            raise refused(400, "invalidParameter.processQueryKeys.invalid", "processQueryKeys为1到20个")
        done, failed = [], {}
        for key in keys:
            found = [one for chat in chats for one in chat.said if one.key == key]
            if not found:
                failed[key] = "消息不存在"
            elif any(one.sent_at is not None and self.clock.now() - one.sent_at > RECALLABLE for one in found):
                failed[key] = "超过24小时"
            else:
                done.append(key)
                for one in found:
                    one.is_recalled = True
        return {"successResult": done, "failedResult": failed}


def _check_robot(call: Call) -> None:
    if call.text("robotCode") != ROBOT_CODE:
        raise refused(404, "resource.not.found", "robot 不存在")
