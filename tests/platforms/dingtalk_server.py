"""Our own DingTalk, over real HTTP and WebSockets. It refuses what the real one refuses, and lets a test be the people who use it.

Two addresses, as DingTalk has two hosts: `url` for the newer interface and the Stream gateway, `oapi_url` for the older one. Checked with the
official clients in `test_dingtalk_server.py`. It has no time of its own: the test's clock ends tokens and tickets, and brings back what
nobody has acknowledged.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web

from tests.hands import Hands
from tests.platforms import dingtalk_wire as wire
from tests.platforms.dingtalk_cards import Cards
from tests.platforms.dingtalk_chats import Chat, Template
from tests.platforms.dingtalk_company import Company, Staff
from tests.platforms.dingtalk_gateway import AGAIN, Gateway
from tests.platforms.dingtalk_people import Person
from tests.platforms.dingtalk_robot import Robot
from tests.platforms.dingtalk_wire import CLIENT_ID, CLIENT_SECRET, NEEDS, PER_ADDRESS, ROBOT, SCOPES, Call, RefusedError

TOKEN = timedelta(seconds=wire.TOKEN_SECONDS)
BAN = timedelta(minutes=5)
WINDOW = timedelta(seconds=20)
OPEN = ("/v1.0/oauth2/accessToken", "/v1.0/gateway/connections/open", "/gettoken", "/robot/sendBySession")
"""What needs no token."""
SENDS = ("/send", "/batchSend", "/createAndDeliver", "/deliver", "/instances")


class DingTalkServer:
    """One company's DingTalk, with one app in it. Use it by `dingtalk_server()`.

    `judges` are called with every call, to look at it with other eyes; what one raises is kept in `complaints`, like every call that no
    method of ours answers and everything a client should not do.
    """

    def __init__(self, clock: Hands | None = None) -> None:
        self.clock = clock or Hands()
        self.url = ""
        self.oapi_url = ""
        self.calls: list[Call] = []
        self.judges: list[Callable[[Call], None]] = []
        self.complaints: list[str] = []
        self.granted: set[str] = set(SCOPES)
        """Permissions the app has, by their names in the console."""
        self.callback_url = ""
        """Where the robot's messages are posted to; empty: they go through the gateway."""
        self.session_webhook = ""
        """What messages name as the address for answers; empty: the true one."""
        self.deliveries: list[int] = []
        """The HTTP numbers callbacks were answered with; 0: not at all."""
        self.tokens: dict[str, datetime] = {}
        """Those that were given out, and until when they are good."""
        self.tokens_given = 0
        self.is_down = False
        self.answers_with = 0
        """An HTTP number with a page that is no answer of the API, to everything; 0: as usual."""
        self.banned_until: datetime | None = None
        """Until then this machine's address is shut out."""
        self.per_second = 0
        """Calls to one method a second; 0: any number. The real number is `dingtalk_wire.PER_SECOND`."""
        self.calls_left: int | None = None
        """What is left of this month's quota, which neither tokens nor the address book count for; None: enough."""
        self.faults: deque[tuple[str, RefusedError | None]] = deque()
        """(end of a path, refusal) for the next calls of these methods, one each; None: that one is answered as usual."""
        self.lost_answers = 0
        """So many sends are done, but the connection breaks before their answer."""
        self.gateway = Gateway(self.clock, self._stir_soon, self.complaints.append)
        self.company = Company(self._tell, lambda scope: scope in self.granted)
        self.robot = Robot(self.clock, self.company, self.complaints.append)
        self.cards = Cards(self.clock, self.robot, self.gateway.push, self.post_card, self.complaints.append)
        self._methods: dict[tuple[str, str], Callable[[Call], Any]] = {
            ("POST", "/v1.0/oauth2/accessToken"): self._access_token,
            ("GET", "/gettoken"): self._get_token,
            ("POST", "/v1.0/gateway/connections/open"): self.gateway.open,
            **self.company.methods,
            **self.robot.methods,
            **self.cards.methods,
        }
        self._recent: deque[datetime] = deque()
        self._recent_of: defaultdict[str, deque[datetime]] = defaultdict(deque)
        self._stirred = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        self._again = asyncio.Event()
        self._session: aiohttp.ClientSession | None = None
        self._number = 0

    # --- what tests do ---

    def person(self, user_id: str = "staff-an", name: str = "安", **more: Any) -> Person:
        """Somebody who works here, and has done so all the time: nobody is told. `more` are fields of `Staff`."""
        self.company.staff.setdefault(user_id, Staff(user_id, name, **more))
        return Person(self, user_id, name)

    def stranger(self, name: str = "客人") -> Person:
        """Somebody from another company, who can be in groups and has no user id here."""
        return Person(self, "", name)

    def group(self, chat_id: str = "cidMarketing==", title: str = "市场部") -> Chat:
        """A group the bot is a member of."""
        return self.robot.chats.setdefault(chat_id, Chat(chat_id, title, is_group=True))

    @property
    def pushed(self) -> list[Mapping[str, Any]]:
        """Everything the gateway was given to push, newest last."""
        return [push.data for push in self.gateway.pushes]

    def of(self, *ends: str) -> list[Call]:
        """The calls of these methods so far, by how their paths end."""
        return [call for call in self.calls if call.path.endswith(ends)]

    def end_tokens(self) -> None:
        """All tokens end before their time."""
        self.tokens.clear()

    @property
    def templates(self) -> dict[str, Template]:
        """What was built and published in the console, by template id."""
        return self.cards.templates

    def calls_before(self, number: int) -> None:
        """So many calls have come from this address just now, from whatever else runs there."""
        self._recent.extend([self.clock.now()] * number)

    def try_again(self) -> None:
        """Time for what was not taken over HTTP to be posted again."""
        self._again.set()

    async def until(self, is_so: Callable[[], object]) -> None:
        """Return when `is_so`; looked at after everything that happens here. Fails when that takes half a minute."""
        async with asyncio.timeout(30), self._stirred:
            await self._stirred.wait_for(lambda: bool(is_so()))

    # --- what the bot is told ---

    def tell_robot(self, data: Mapping[str, Any]) -> None:
        """Somebody wrote to the bot, or in a group where it is mentioned."""
        if self.callback_url:
            stamp = self._stamp()
            headers = {"timestamp": stamp, "sign": wire.signature(CLIENT_SECRET, stamp)}
            self._spawn(self._post(self.callback_url, headers, data, None))
        else:
            self.gateway.push("CALLBACK", ROBOT, data)

    def post_card(
        self, url: str, secret: str, data: Mapping[str, Any], answered: Callable[[Any, datetime], None]
    ) -> asyncio.Task[None]:
        """Somebody pressed a card whose presses go to an address."""
        stamp = self._stamp()
        headers = {"x-ddpaas-signature-timestamp": stamp, "x-ddpaas-signature": wire.card_signature(secret, stamp)}
        return self._spawn(self._post(url, headers if secret else {}, data, answered))

    def new_id(self, prefix: str) -> str:
        """Something nobody has had before."""
        self._number += 1
        return f"{prefix}{self._number:06}=="

    def _tell(self, event: str, kind: str, ids: list[Any]) -> None:
        self.gateway.event(event, {kind: ids})

    async def _post(
        self, url: str, headers: Mapping[str, str], data: Mapping[str, Any], answered: Callable[[Any, datetime], None] | None
    ) -> None:
        """Post until it is taken, once a minute; a press is posted once, for it is answered at once or not at all."""
        assert self._session is not None
        while True:
            status, told = 0, None
            try:
                async with self._session.post(url, json=dict(data), headers=headers) as response:
                    status, told = response.status, await response.text()
            except aiohttp.ClientError:
                pass
            self.deliveries.append(status)
            if answered is not None:
                answered(_json(told) if status == 200 else None, self.clock.now())
            await self._stir()
            if status == 200 or answered is not None:
                return
            self._again.clear()
            waking = asyncio.create_task(self._again.wait())
            ringing = self.clock.alarm(self.clock.now() + AGAIN)
            first: set[asyncio.Future[Any]] = {waking, ringing}
            try:
                await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
            finally:
                waking.cancel()
                ringing.cancel()

    # --- how it works ---

    async def start(self, url: str, oapi_url: str) -> None:
        """Begin to work behind these two addresses."""
        self.url, self.oapi_url = url, oapi_url
        self.gateway.url = f"ws{url.removeprefix('http')}/connect"
        self._session = aiohttp.ClientSession()
        self.gateway.start()

    async def stop(self) -> None:
        """Let nobody wait any longer."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self.gateway.stop()
        if self._session is not None:
            await self._session.close()

    def app(self, *, is_legacy: bool) -> web.Application:
        """One of the two hosts. Each answers its own methods only."""

        async def answer(request: web.Request) -> web.StreamResponse:
            return await self._answer(request, is_legacy=is_legacy)

        app = web.Application(client_max_size=32 * 1024 * 1024)
        if not is_legacy:
            app.router.add_get("/connect", self._connect)
        app.router.add_route("*", "/{path:.*}", answer)
        return app

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        if self.is_down:
            return _gone(request)
        return await self.gateway.connect(request)

    async def _answer(self, request: web.Request, *, is_legacy: bool) -> web.StreamResponse:
        if self.is_down:
            return _gone(request)
        if self.answers_with:
            return web.Response(status=self.answers_with, text="<html>Bad Gateway</html>", content_type="text/html")
        try:
            call = await _read(request)
            self._look_at(call)
            self._count(call)
            result = self._do(call, request, is_legacy=is_legacy)
        except BannedError:
            # Which HTTP number it has is not written anywhere. 200 is the one that catches who only looks at numbers and `errcode`.
            page = {"status": 1111, "wait": 5, "source": "x5", "punish": "deny", "uuid": "0a1b2c"}
            await self._stir()
            return web.Response(text=json.dumps(page), content_type="text/html")
        except RefusedError as refusal:
            await self._stir()
            return web.json_response(refusal.body, status=refusal.status)
        except Exception as error:  # a call so odd that nobody thought of it
            self.complaints.append(f"{request.method} {request.path}: {error!r}")
            await self._stir()
            return web.json_response({"code": "system.busy", "message": "系统繁忙"}, status=500)
        if self.lost_answers and call.path.endswith(SENDS):
            self.lost_answers -= 1
            assert request.transport is not None
            request.transport.abort()
        await self._stir()
        return web.json_response(result)

    def _do(self, call: Call, request: web.Request, *, is_legacy: bool) -> Any:
        method = self._methods.get((call.verb, call.path))
        if method is None or call.is_legacy is not is_legacy:
            self.complaints.append(f"unexpected: {call.verb} {call.path} at the {'older' if is_legacy else 'newer'} host")
            if is_legacy:
                raise wire.refused_legacy(22, "不合法ApiName")
            raise wire.refused(404, "InvalidAction.NotFound")
        if call.path not in OPEN:
            self._check_token(call, request)
        fault = next((one for one in self.faults if call.path.endswith(one[0])), None)
        if fault is not None:
            self.faults.remove(fault)
            if fault[1] is not None:
                raise fault[1]
        scope = NEEDS.get(call.path)
        if scope is not None and scope not in self.granted:
            raise wire.not_permitted(scope, is_legacy=is_legacy)
        result = method(call)
        if call.path.startswith("/topapi/"):
            return {"errcode": 0, "errmsg": "ok", "result": result, "request_id": "15r2w0000"}
        return result

    def _look_at(self, call: Call) -> None:
        self.calls.append(call)
        for judge in self.judges:
            try:
                judge(call)
            except Exception as error:
                self.complaints.append(f"{call.path}: {error}")

    def _count(self, call: Call) -> None:
        now = self.clock.now()
        if self.banned_until is not None and now < self.banned_until:
            raise BannedError
        if _are_too_many(self._recent, now, WINDOW, PER_ADDRESS):
            self.banned_until = now + BAN
            raise BannedError
        recent = self._recent_of[call.path]
        if self.per_second and _are_too_many(recent, now, timedelta(seconds=1), self.per_second):
            raise wire.over_quota("app", is_legacy=call.is_legacy)
        if self.calls_left is not None and call.path not in OPEN and not call.path.startswith("/topapi/"):
            if self.calls_left <= 0:
                raise wire.over_quota("month", is_legacy=call.is_legacy)
            self.calls_left -= 1

    def _check_token(self, call: Call, request: web.Request) -> None:
        places = (request.query, "access_token") if call.is_legacy else (request.headers, "x-acs-dingtalk-access-token")
        token = places[0].get(places[1], "")
        until = self.tokens.get(token)
        if until is None or until <= self.clock.now():
            if call.is_legacy:
                raise wire.refused_legacy(40014, "不合法的access_token")
            raise wire.refused(400, "InvalidAuthentication", "不合法的access_token")

    def _access_token(self, call: Call) -> dict[str, Any]:
        if (call.text("appKey"), call.text("appSecret")) != (CLIENT_ID, CLIENT_SECRET):
            raise wire.refused(400, "invalidClientIdOrSecret", "无效的clientId或者clientSecret")
        return {"accessToken": self._token(), "expireIn": wire.TOKEN_SECONDS}

    def _get_token(self, call: Call) -> dict[str, Any]:
        if (call.query.get("appkey"), call.query.get("appsecret")) != (CLIENT_ID, CLIENT_SECRET):
            raise wire.refused_legacy(40089, "不合法的appKey或appSecret")
        return {"errcode": 0, "errmsg": "ok", "access_token": self._token(), "expires_in": wire.TOKEN_SECONDS}

    def _token(self) -> str:
        """Asked again while one is good it is the same one, good for two hours from now on."""
        self.tokens_given += 1
        now = self.clock.now()
        token = next((one for one, until in self.tokens.items() if until > now), f"token{self.tokens_given:04}")
        self.tokens[token] = now + TOKEN
        return token

    def _stamp(self) -> str:
        return str(int(self.clock.now().timestamp() * 1000))

    def _spawn(self, what: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.create_task(what)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _stir_soon(self) -> None:
        self._spawn(self._stir())

    async def _stir(self) -> None:
        async with self._stirred:
            self._stirred.notify_all()


class BannedError(Exception):
    """The address is shut out."""


def _are_too_many(recent: deque[datetime], now: datetime, window: timedelta, most: int) -> bool:
    while recent and now - recent[0] >= window:
        recent.popleft()
    recent.append(now)
    return len(recent) > most


def _gone(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def _json(text: str | None) -> Any:
    try:
        return json.loads(text or "null")
    except ValueError:
        return None


async def _read(request: web.Request) -> Call:
    """A call, whatever its body is written in."""
    given: dict[str, Any] = {}
    if request.content_type == "application/json" and request.can_read_body:
        try:
            told = await request.json()
        except ValueError:
            raise wire.refused(400, "invalidParameter.body", "JSON") from None
        given = told if isinstance(told, dict) else {}
    elif request.content_type in ("multipart/form-data", "application/x-www-form-urlencoded"):
        for name, value in (await request.post()).items():
            given[name] = value if isinstance(value, str) else value.file.read() if isinstance(value, web.FileField) else b""
    query = {name: value for name, value in request.query.items() if name != "access_token"}
    if request.query.get("type"):
        given.setdefault("type", request.query["type"])
    return Call(request.method, request.path, given, query)


@asynccontextmanager
async def dingtalk_server(clock: Hands | None = None) -> AsyncIterator[DingTalkServer]:
    """A server on two free ports of this machine."""
    server = DingTalkServer(clock)
    runners = [
        web.AppRunner(server.app(is_legacy=is_legacy), access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        for is_legacy in (False, True)
    ]
    urls = []
    for runner in runners:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        urls.append(f"http://{host}:{port}")
    await server.start(*urls)
    try:
        yield server
    finally:
        await server.stop()
        for runner in runners:
            await runner.cleanup()
