"""What DingTalk's two interfaces have in common, and how each says no. Part of the stand-in in `dingtalk_server.py`."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CLIENT_ID = "dinglabantest0000app"
CLIENT_SECRET = "Zb3-6mF0q8WlKc1TnYv5dRxJh2Ps9eGaUo7iLtXwCfDkQyBz4SgMrNjEAVHpIuO1"
ROBOT_CODE = CLIENT_ID
"""The robot of an app that belongs to one company has the app's own id."""
CORP_ID = "ding5f2c8e0a7b41d396ffe93478753d9884"
CORP_CALLED = "拉班科技"

TOKEN_SECONDS = 7200
PER_SECOND = 20
"""Calls of one app to one method a second in the free edition (open.dingtalk.com, "call frequency limit")."""
PER_ADDRESS = 10_000
"""Calls of one address within twenty seconds; then it is shut out for five minutes (same page)."""

ROBOT = "/v1.0/im/bot/messages/get"
CARD = "/v1.0/card/instances/callback"
EVERYTHING = "*"
TOPICS = {("CALLBACK", ROBOT), ("CALLBACK", CARD), ("EVENT", EVERYTHING)}

NEEDS = {
    "/v1.0/robot/oToMessages/batchSend": "qyapi_robot_sendmsg",
    "/v1.0/robot/otoMessages/batchRecall": "qyapi_robot_sendmsg",
    "/v1.0/robot/groupMessages/send": "qyapi_robot_sendmsg",
    "/v1.0/robot/groupMessages/recall": "qyapi_robot_sendmsg",
    "/v1.0/card/instances": "Card.Instance.Write",
    "/v1.0/card/instances/deliver": "Card.Instance.Write",
    "/v1.0/card/instances/createAndDeliver": "Card.Instance.Write",
    "/topapi/v2/department/listsub": "qyapi_get_department_list",
    "/topapi/v2/department/get": "qyapi_get_department_list",
    "/topapi/v2/user/list": "qyapi_get_department_member",
    "/topapi/user/listid": "qyapi_get_department_member",
    "/topapi/v2/user/get": "qyapi_get_member",
}
"""The permission each method needs, by the name it has in the developers' console."""
FIELDS = ("fieldEmail", "fieldMobile")
"""Permissions that methods do not ask for: without them what they return has fewer fields."""
SCOPES = frozenset({*NEEDS.values(), *FIELDS})


class RefusedError(Exception):
    """What DingTalk answers instead of a result: an HTTP number and a body."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(str(body))
        self.status = status
        self.body = dict(body)


def refused(status: int, code: str, message: str = "", **more: Any) -> RefusedError:
    """A refusal of the newer interface: an HTTP number from 400 on."""
    return RefusedError(status, {"code": code, "requestid": "4F6C5A2E-0000", "message": message or code, **more})


def refused_legacy(errcode: int, errmsg: str, sub_code: str = "", sub_msg: str = "") -> RefusedError:
    """A refusal of the older interface: HTTP 200 all the same. What stands behind code 88 is in `sub_code`."""
    sub = {"sub_code": sub_code, "sub_msg": sub_msg} if sub_code else {}
    return RefusedError(200, {"errcode": errcode, "errmsg": errmsg, **sub, "request_id": "15r2w0000"})


def not_permitted(scope: str, *, is_legacy: bool) -> RefusedError:
    """The app has not been given a permission."""
    if is_legacy:
        where = f"https://open-dev.dingtalk.com/appscope/apply?content={CLIENT_ID}%23{scope}"
        said = f"应用尚未开通所需的权限：[{scope}]，点击链接申请并开通即可：{where}"
        return refused_legacy(88, f"ding talk error[subcode=60011,submsg={said}]", "60011", said)
    said = f"应用尚未开通所需的权限：[{scope}]"
    denied = {"requiredScopes": [scope]}
    return refused(403, "Forbidden.AccessDenied.AccessTokenPermissionDenied", said, accessdenieddetail=denied)


def over_quota(kind: str, *, is_legacy: bool) -> RefusedError:
    """Too many calls: `app` a second by this app, `method` a second by everybody, `month` in this month by this company."""
    errcode, code, said = {
        "app": (90018, "QpsLimitForAppkeyAndApi", "请求过于频繁，已超过该应用调用该接口的最大频率"),
        "method": (90002, "QpsLimitForApi", "请求过于频繁，已超过该接口的最大频率"),
        "month": (90020, "ApiCountLimitForOrg", "本月调用次数已超过限额"),
    }[kind]
    return refused_legacy(errcode, said) if is_legacy else refused(403, f"Forbidden.AccessDenied.{code}", said)


@dataclass(frozen=True, slots=True)
class Call:
    """What the bot asked for. `given` is the body, with what stood in the address for older methods; files are bytes."""

    verb: str
    path: str
    given: Mapping[str, Any]
    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_legacy(self) -> bool:
        return not self.path.startswith("/v1.0/")

    def text(self, name: str) -> str:
        """A parameter that is a text; empty when it is missing or anything else."""
        value = self.given.get(name)
        return value if isinstance(value, str) else ""


def signature(secret: str, stamp: str) -> str:
    """What stands in the header `sign` of a robot's HTTP callback; `stamp` are milliseconds. The body is not part of it."""
    return _signed(secret, f"{stamp}\n{secret}")


def card_signature(secret: str, stamp: str) -> str:
    """What stands in the header `x-ddpaas-signature` of a card's HTTP callback. The body is not part of it either."""
    return _signed(secret, stamp)


def _signed(secret: str, what: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), what.encode(), hashlib.sha256).digest()).decode()


def compact(value: Any) -> str:
    """JSON as DingTalk writes it into a text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
