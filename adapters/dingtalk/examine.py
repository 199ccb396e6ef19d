"""Asks DingTalk about our app, for an admin at the command line. Nobody gets a message, and nothing that can be seen is changed."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from adapters.clock import SystemClock
from adapters.dingtalk.answers import BAN, QUOTA, ApiError
from adapters.dingtalk.callback import CALLBACK_PATH
from adapters.dingtalk.cards import VARIABLES
from adapters.dingtalk.client import Credentials, DingTalkClient
from adapters.dingtalk.receive import named
from adapters.dingtalk.stream import CARDS, MESSAGES

SECONDS: Final = 20.0
PERMISSIONS: Final = {
    "qyapi_robot_sendmsg": ("企业内机器人发送消息权限", "to send messages"),
    "Card.Instance.Write": ("互动卡片实例写权限", "to make cards with buttons"),
    "qyapi_get_department_list": ("通讯录部门信息读权限", "to read departments (laban people sync dingtalk)"),
    "qyapi_get_department_member": ("通讯录部门成员读权限", "to read who is in them (laban people sync dingtalk)"),
    "qyapi_get_member": ("成员信息读权限", "to read managers and titles (laban people sync dingtalk)"),
}
"""What the app needs: each permission's name in the console, and what for."""
NEEDED_TO_TALK: Final = frozenset({"qyapi_robot_sendmsg", "Card.Instance.Write"})
CONSOLE: Final = "open-dev.dingtalk.com, your app"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found and, when something has to be done, what. `is_wrong`: it keeps the bot from working as it is set."""

    found: str
    remedy: str = ""
    is_wrong: bool = False


async def examine(
    who: Credentials, api_url: str, oapi_url: str, *, template_id: str = "", address: str = "", is_reachable: bool = True
) -> tuple[Diagnosis, ...]:
    """The app, then its permissions, then the way in. `address` is where DingTalk posts to, "" for streams; `is_reachable`: it can get there."""
    client = DingTalkClient(who, api_url, oapi_url, SystemClock())
    try:
        async with asyncio.timeout(SECONDS):
            return tuple([one async for one in _examine(client, template_id, address, is_reachable=is_reachable)])
    except (ApiError, aiohttp.ClientError, OSError) as error:
        return (_unreachable(error, urlsplit(api_url).netloc),)
    finally:
        await client.close()


async def _examine(client: DingTalkClient, template_id: str, address: str, *, is_reachable: bool) -> AsyncIterator[Diagnosis]:
    await client.renew_token()
    yield Diagnosis("DingTalk knows the app")
    missing: dict[str, None] = {}
    for probe in (_may_send, *((_may_make_cards,) if template_id else ()), *_DIRECTORY):
        try:
            found = await probe(client, template_id)
        except ApiError as error:
            if not error.is_missing_permission:
                raise
            missing |= dict.fromkeys(error.scopes or ("unknown",))
        else:
            if found is not None:
                yield found
    for scope in missing:
        yield _missing(scope)
    if not missing:
        yield Diagnosis("it has all the permissions it needs")
    yield _cards(template_id)
    yield await _way_in(client, address, is_reachable=is_reachable)


Probe = Callable[[DingTalkClient, str], Awaitable[Diagnosis | None]]


async def _may_send(client: DingTalkClient, _: str) -> Diagnosis | None:
    """Say something to nobody. Whether the app may is asked before whom it is for."""
    try:
        await client.say([], "sampleText", '{"content":"-"}')
    except ApiError as error:
        if not error.is_final:
            raise
        if error.status == 404:
            return Diagnosis(
                "DingTalk knows no robot with this code",
                f"Add a robot to the app ({CONSOLE}, Robot) and publish it; leave DINGTALK_ROBOT_CODE empty unless it has another code.",
                is_wrong=True,
            )
    return None


async def _may_make_cards(client: DingTalkClient, template_id: str) -> Diagnosis | None:
    """Make a card and put it nowhere."""
    body = {
        "outTrackId": f"laban.doctor.{secrets.token_hex(8)}",
        "cardTemplateId": template_id,
        "callbackType": "STREAM",
        "cardData": {"cardParamMap": dict.fromkeys(VARIABLES, "")},
        "imRobotOpenSpaceModel": {"supportForward": False},
    }
    try:
        await client.call("POST", "/v1.0/card/instances", body)
    except ApiError as error:
        if not error.is_final:
            raise
        if error.code.startswith("param.template"):
            return Diagnosis(
                f"the card template cannot be used ({error.code})",
                "Publish it in the card platform, for this app, and copy its id into DINGTALK_CARD_TEMPLATE_ID: docs/dingtalk-cards.",
                is_wrong=True,
            )
    return None


def _reads(path: str, **body: object) -> Probe:
    async def probe(client: DingTalkClient, _: str) -> Diagnosis | None:
        try:
            await client.call_legacy(path, body)
        except ApiError as error:
            # That nobody has this id is an answer, too.
            if not error.is_final:
                raise
        return None

    return probe


_DIRECTORY: Final = (
    _reads("/topapi/v2/department/get", dept_id=1),
    _reads("/topapi/v2/user/list", dept_id=1, cursor=0, size=1),
    _reads("/topapi/v2/user/get", userid="laban-doctor"),
)


def _missing(scope: str) -> Diagnosis:
    name, purpose = PERMISSIONS.get(scope, ("", "for something it does"))
    title = f" ({name})" if name else ""
    return Diagnosis(
        f"the permission {scope}{title} is missing, {purpose}",
        f"Apply for it: {CONSOLE}, Permissions; then publish a new version of the app.",
        is_wrong=scope in NEEDED_TO_TALK,
    )


def _cards(template_id: str) -> Diagnosis:
    if template_id:
        return Diagnosis("buttons and forms are shown on cards")
    remedy = "For buttons import our card template and set DINGTALK_CARD_TEMPLATE_ID: docs/dingtalk-cards."
    return Diagnosis("there are no cards: everything is said in words, with numbers to choose by", remedy)


async def _way_in(client: DingTalkClient, address: str, *, is_reachable: bool) -> Diagnosis:
    if not address:
        await client.open_stream((MESSAGES, CARDS))  # a ticket nobody uses is forgotten after 90 seconds
        return Diagnosis("messages come by streams that we open, no address needed")
    where = f"{address}{CALLBACK_PATH}"
    if not is_reachable:
        remedy = "Set PUBLIC_URL to an https address DingTalk can open, or leave DINGTALK_MODE empty for streams."
        return Diagnosis(f"DingTalk cannot post to {where}", remedy, is_wrong=True)
    return Diagnosis(f"DingTalk posts messages to {where}; it has to be set there as well ({CONSOLE}, Robot, HTTP mode)")


def _unreachable(error: Exception, server: str) -> Diagnosis:
    if isinstance(error, ApiError) and error.is_bad_secret:
        remedy = f"Copy Client ID and Client Secret again: {CONSOLE}, Credentials and basic information."
        return Diagnosis(f"{server} knows no app with this id and secret", remedy, is_wrong=True)
    if isinstance(error, ApiError) and error.shuts_for == BAN:
        minutes = BAN.total_seconds() // 60
        remedy = (
            f"It made too many calls. Wait {minutes:.0f} minutes; if it comes again, look for another program on this address."
        )
        return Diagnosis(f"{server} has shut out this machine's address", remedy, is_wrong=True)
    if isinstance(error, ApiError) and error.shuts_for == QUOTA:
        remedy = "Messages wait, and are tried every hour. Buy calls, or wait for the next month."
        return Diagnosis("the company's calls for this month are used up", remedy, is_wrong=True)
    if isinstance(error, ApiError):
        return Diagnosis(f"{server} answers {error}", "Wait a little; check DINGTALK_API_URL if it stays so.", is_wrong=True)
    remedy = "Check the network of this machine (a proxy goes into HTTPS_PROXY), DINGTALK_API_URL and DINGTALK_OAPI_URL."
    return Diagnosis(f"{server} cannot be reached: {named(error.__cause__ or error)}", remedy, is_wrong=True)
