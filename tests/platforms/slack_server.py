"""Our own Slack, over real HTTP and WebSocket. It refuses what the real one refuses, and lets a test be the people who use Slack.

Checked with the official clients in `test_slack_server.py` and its neighbours. It has no time of its own: the test's clock decides what is
too old and when something comes again. Parts: `slack_world` (what there is), `slack_methods` (what the app can ask), `slack_oauth` (how it is
let in), `slack_delivery` (what it is told), `slack_person` (what people do), and for blocks `slack_blocks` (what they may be),
`slack_refusals` (what is wrong with them), `slack_forms` (what is filled in) and `slack_reading` (what people see).
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from tests.hands import Hands
from tests.platforms.slack_delivery import Answer, Courier
from tests.platforms.slack_forms import initial_values
from tests.platforms.slack_judges import SlackJudge, look_at
from tests.platforms.slack_methods import METHODS, Methods, RefusedError, Trigger
from tests.platforms.slack_oauth import OAuth
from tests.platforms.slack_person import Person
from tests.platforms.slack_world import API_APP, BOT_USER, SLACKBOT, Account, Alarms, App, Call, Channel, Grant, Post, Workspace

HOOK_USES = 5
HOOK_LIFE = timedelta(minutes=30)
# What the app must be allowed to read to be told of something.
EVENT_SCOPES = {
    "app_mention": "app_mentions:read",
    "channel_archive": "channels:read",
    "channel_rename": "channels:read",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "team_join": "users:read",
    "user_change": "users:read",
}


class WallClock:
    """Implements `slack_world.Alarms` by the machine's clock, for an app that runs in a process of its own."""

    def now(self) -> datetime:
        """Aware, in UTC."""
        return datetime.now(UTC)

    def alarm(self, at: datetime) -> asyncio.Future[None]:
        """Done at that moment."""
        loop = asyncio.get_running_loop()
        ringing: asyncio.Future[None] = loop.create_future()
        timer = loop.call_later((at - self.now()).total_seconds(), _ring, ringing)
        ringing.add_done_callback(lambda _: timer.cancel())
        return ringing


def _ring(ringing: asyncio.Future[None]) -> None:
    if not ringing.done():
        ringing.set_result(None)


@dataclass(slots=True)
class Hook:
    """A `response_url`: five answers within half an hour."""

    workspace: Workspace
    channel: Channel
    user_id: str
    at: datetime
    post: Post | None
    """The message that was touched; None for a command."""
    uses: int = 0


class SlackServer:
    """One app's Slack, with as many workspaces as a test makes. Use it by `slack_server()`.

    `judges` are called with (surface, blocks, view) of everything that was taken, to look at it with other eyes; what one raises is kept
    in `complaints`, like every call that no method of ours answers and everything a careful app would not do.
    """

    def __init__(self, clock: Alarms | None = None) -> None:
        self.clock: Alarms = clock or Hands()
        self.app = App()
        self.url = ""
        self.calls: list[Call] = []
        self.complaints: list[str] = []
        self.judges: list[SlackJudge] = [look_at]
        self.workspaces: dict[str, Workspace] = {}
        self.triggers: dict[str, Trigger] = {}
        self.hooks: dict[str, Hook] = {}
        self.numbers = 0
        self.page_size = 1000
        """Slack gives shorter pages than asked for when it likes."""
        self.is_down = False
        self.answers_with = 0
        """An HTTP number with a page that is no answer of the API, to everything; 0: as usual."""
        self.faults: deque[tuple[str, RefusedError | None]] = deque()
        """(method, refusal) for the next calls of these methods, one each; None: that one is answered as usual."""
        self.lost_answers = 0
        """So many messages are written, but the connection breaks before the answer."""
        self.holds_to_tiers = False
        """Count calls by the clock and answer 429 beyond a method's tier. Off: most tests' clocks stand still while much is said."""
        self.oauth = OAuth(self)
        self.methods = Methods(self)
        self.courier = Courier(self.app, self.clock, self.complain, self._stir)
        self._stirred = asyncio.Condition()
        self._recent: dict[tuple[str, str, str], list[datetime]] = {}

    # --- what tests do ---

    def workspace(self, team_id: str = "T0COMPASS", name: str = "Compass", *, enterprise_id: str = "") -> Workspace:
        """The workspace of that id, with the app's bot and Slackbot in it."""
        found = self.workspaces.get(team_id)
        if found is None:
            found = Workspace(team_id, name, name.lower(), enterprise_id)
            found.accounts[SLACKBOT] = Account(SLACKBOT, "Slackbot", team_id=team_id)
            found.accounts[BOT_USER] = Account(BOT_USER, "Laban", is_bot=True, team_id=team_id)
            self.workspaces[team_id] = found
        return found

    def install(
        self, workspace: Workspace | None = None, *, scopes: tuple[str, ...] | None = None, is_org_wide: bool = False
    ) -> Grant:
        """Let the app into a workspace without a browser; the token it gets."""
        wanted = self.app.bot_scopes if scopes is None else scopes
        return self.oauth.grant(workspace or self.workspace(), wanted, is_org_wide=is_org_wide)

    def person(
        self,
        user_id: str = "U0AN",
        name: str = "An",
        locale: str = "vi-VN",
        *,
        workspace: Workspace | None = None,
        email: str | None = None,
        home_team: str = "",
    ) -> Person:
        """Somebody in a workspace; with a `home_team`, of another company and met by Slack Connect."""
        there = workspace or self.workspace()
        if user_id not in there.accounts:
            address = f"{name.lower()}@{there.domain}.example" if email is None else email
            account = Account(user_id, name, address, locale=locale, team_id=home_team or there.id)
            account.is_stranger = bool(home_team)
            there.accounts[user_id] = account
        return Person(self, there, there.accounts[user_id])

    async def uninstall(self, workspace: Workspace) -> None:
        """Take the app out of a workspace, or out of the organisation it is in. Slack tells it twice, in either order."""
        gone = [one for one in self.oauth.grants.values() if self.is_good_for(one, workspace) and not one.is_revoked]
        for grant in gone:
            grant.is_revoked = True
        await self.event(workspace, {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT_USER]}}, is_farewell=True)
        await self.event(workspace, {"type": "app_uninstalled"}, is_farewell=True)

    async def tell_revoked(self, grant: Grant) -> None:
        """A token was taken back."""
        for workspace in [one for one in self.workspaces.values() if self.is_good_for(grant, one)][:1]:
            await self.event(workspace, {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT_USER]}}, is_farewell=True)

    async def limit_events(self, workspace: Workspace) -> Answer:
        """Slack says that so much has happened in a workspace that some of it was left out."""
        now = int(self.clock.now().timestamp())
        told = {"token": "legacy", "type": "app_rate_limited", "team_id": workspace.id, "minute_rate_limited": now - now % 60}
        return await self.courier.deliver("events_api", {**told, "api_app_id": self.app.id}, self.app.events_url)

    async def verify_address(self) -> bool:
        """As Slack does when an address for events is set: whether the app gives back what it is sent."""
        challenge = self.new_name()
        told = {"token": "legacy", "challenge": challenge, "type": "url_verification"}
        answer = await self.courier.deliver("events_api", told, self.app.events_url)
        given = answer.body.get("challenge") if isinstance(answer.body, Mapping) else str(answer.body).removeprefix("challenge=")
        return answer.is_taken and given == challenge

    def flood(self, workspace: Workspace, method: str = "*", seconds: int = 30) -> None:
        """From now on so long a method of this workspace answers 429 (`*`: every method)."""
        workspace.flooded[method] = self.clock.now() + timedelta(seconds=seconds)

    async def until(self, is_so: Callable[[], object]) -> None:
        """Return when `is_so`; looked at after every call and every answer. Fails when that takes half a minute."""
        async with asyncio.timeout(30), self._stirred:
            await self._stirred.wait_for(lambda: bool(is_so()))

    def of(self, *methods: str) -> list[Call]:
        """The calls of these methods so far."""
        return [call for call in self.calls if call.method in methods]

    # --- what the parts need of one another ---

    def complain(self, what: str) -> None:
        """Something a careful app would not do."""
        self.complaints.append(what)

    def judge(self, surface: str, blocks: list[dict[str, Any]], view: Mapping[str, Any] | None = None) -> None:
        """Look at what was taken with other eyes."""
        for judge in self.judges:
            try:
                judge(surface, blocks, view or {})
            except Exception as error:
                self.complaints.append(f"{surface}: {error}")

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Something that happens by the side."""
        return self.courier.start(work)

    def new_id(self, letter: str) -> str:
        """`V0000012`."""
        self.numbers += 1
        return f"{letter}{self.numbers:07d}"

    def new_name(self) -> str:
        """A short word that was never used."""
        self.numbers += 1
        return base64.b32encode(self.numbers.to_bytes(4, "big")).decode().rstrip("=").lower()

    def new_ts(self) -> str:
        """The name of a message: seconds and a number, ever growing."""
        self.numbers += 1
        return f"{int(self.clock.now().timestamp())}.{self.numbers:06d}"

    def trigger(self, workspace: Workspace, user_id: str, view_id: str = "") -> str:
        """What lets the app open a modal, from now on."""
        self.numbers += 1
        name = f"{self.numbers}.{self.numbers:09d}.only-for-tests"
        self.triggers[name] = Trigger(workspace.id, user_id, self.clock.now(), view_id)
        return name

    def hook(self, workspace: Workspace, channel: Channel, user_id: str, post: Post | None = None) -> str:
        """A `response_url`."""
        name = self.new_name()
        self.hooks[name] = Hook(workspace, channel, user_id, self.clock.now(), post)
        return f"{self.url}/hooks/{name}"

    def socket_address(self) -> str:
        """Where one WebSocket may be opened."""
        ticket = self.new_name()
        self.courier.tickets.add(ticket)
        return f"{self.url.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={API_APP}"

    def grant_in(self, workspace: Workspace) -> Grant | None:
        """What the app may do in a workspace at this moment."""
        for one in reversed(self.oauth.grants.values()):
            if self.is_good_for(one, workspace) and not one.is_revoked:
                return one
        return None

    def is_good_for(self, grant: Grant, workspace: Workspace) -> bool:
        """Whether a token opens this workspace: it is for it, or for the organisation it belongs to."""
        return grant.enterprise_id == workspace.enterprise_id if grant.is_org_wide else grant.team_id == workspace.id

    async def event(
        self,
        workspace: Workspace,
        told: Mapping[str, Any],
        kind: str = "",
        *,
        is_farewell: bool = False,
        is_shared: bool = False,
        event_id: str = "",
    ) -> Answer | None:
        """Something happened; what the app said to it at first. None: it has not asked for it, or may not know."""
        kind = kind or str(told["type"])
        if not self.app.is_socket and not self.app.events_url:
            return None
        grant = self.grant_in(workspace)
        if kind not in self.app.events or (grant is None and not is_farewell):
            return None
        needed = EVENT_SCOPES.get(kind)
        if grant is not None and needed is not None and needed not in grant.scopes:
            return None
        now = self.clock.now()
        whole: dict[str, Any] = {
            "token": "legacy",
            "team_id": workspace.id,
            "api_app_id": self.app.id,
            "event": {"event_ts": self.new_ts(), **told},
            "type": "event_callback",
            "event_id": event_id or self.new_id("Ev"),
            "event_time": int(now.timestamp()),
            "is_ext_shared_channel": is_shared,
            "event_context": "4-only-for-tests",
        }
        if workspace.enterprise_id:
            whole["enterprise_id"] = workspace.enterprise_id
        if grant is not None:
            whole["authorizations"] = [
                {
                    "enterprise_id": workspace.enterprise_id or None,
                    "team_id": None if grant.is_org_wide else workspace.id,
                    "user_id": BOT_USER,
                    "is_bot": True,
                    "is_enterprise_install": grant.is_org_wide,
                }
            ]
        return await self.courier.event(whole)

    def echo(self, workspace: Workspace, channel: Channel, told: Mapping[str, Any]) -> None:
        """Slack tells the app of its own messages as well."""
        kind = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}.get(channel.kind, "")
        if kind in self.app.events:
            named = {"channel": "channel", "group": "group", "im": "im"}[channel.kind]
            self.start(self.event(workspace, {**told, "channel_type": named}, kind))

    # --- how it works ---

    def web_app(self) -> web.Application:
        """Everything Slack has under its addresses."""
        app = web.Application(client_max_size=50 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", self._answer)
        app.router.add_post("/upload/v1/{path}", self._take_file)
        app.router.add_post("/hooks/{name}", self._take_hook)
        app.router.add_get("/link/", self.courier.connect)
        return app

    async def stop(self) -> None:
        """Nothing comes any more."""
        await self.courier.stop()

    async def _stir(self) -> None:
        async with self._stirred:
            self._stirred.notify_all()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if self.is_down:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if self.answers_with:
            return web.Response(status=self.answers_with, text="<html>Bad Gateway</html>", content_type="text/html")
        name = request.match_info["method"]
        grant: Grant | None = None
        try:
            token, given = await _given(request, reads_json=name not in METHODS or METHODS[name].reads_json)
            if name == "apps.connections.open" and "Authorization" not in request.headers:
                raise RefusedError("invalid_auth")  # an app's token is taken from the header alone (python-slack-sdk issue 1877)
            if name not in METHODS:
                self.complain(f"unexpected: {name}")
                raise RefusedError("unknown_method", req_method=name)
            method = METHODS[name]
            grant = self._grant(token, method.token)
            call = Call(name, given, grant.team_id)
            self.calls.append(call)
            self._hold_back(call, method.tier)
            if method.scopes and not set(method.scopes) & set(grant.scopes):
                raise RefusedError("missing_scope", needed=",".join(method.scopes), provided=",".join(grant.scopes))
            fault = next((one for one in self.faults if one[0] == name), None)
            if fault is not None:
                self.faults.remove(fault)
                if fault[1] is not None:
                    raise fault[1]
            found = getattr(self.methods, method.does)(call, grant)
            told = {"ok": True, **(await found if asyncio.iscoroutine(found) else found)}
        except RefusedError as refused:
            await self._stir()
            headers = {"Retry-After": str(refused.retry_after)} if refused.retry_after else {}
            answer = {"ok": False, "error": refused.error, **refused.more}
            return web.json_response(answer, status=429 if refused.retry_after else 200, headers=headers | _scopes(grant, name))
        if self.lost_answers and name.startswith(("chat.", "views.", "files.complete")):
            self.lost_answers -= 1
            assert request.transport is not None
            request.transport.abort()
        response = web.json_response(told, headers=_scopes(grant, name))
        await self._stir()
        return response

    def _grant(self, token: str, kind: str) -> Grant:
        if kind == "none":
            return Grant("", (), "", "")
        if not token:
            raise RefusedError("not_authed")
        if token == self.app.app_token:
            if kind != "app":
                raise RefusedError("not_allowed_token_type")
            return Grant(token, self.app.app_scopes, "", "")
        grant = self.oauth.grants.get(token)
        if grant is None:
            raise RefusedError("invalid_auth")
        if kind != "bot":
            raise RefusedError("not_allowed_token_type")
        if grant.is_revoked:
            raise RefusedError("token_revoked" if self._is_still_installed(grant) else "account_inactive")
        if grant.expires_at is not None and grant.expires_at <= self.clock.now():
            raise RefusedError("token_expired")
        return grant

    def _is_still_installed(self, old: Grant) -> bool:
        """Whether the installation a token belonged to has another one."""
        same = (old.team_id, old.enterprise_id)
        return any((one.team_id, one.enterprise_id) == same and not one.is_revoked for one in self.oauth.grants.values())

    def _hold_back(self, call: Call, tier: int) -> None:
        """Raise 429 where the test floods, or where a method is called more often than its tier says."""
        now = self.clock.now()
        workspace = self.workspaces.get(call.team_id)
        until = max((workspace.flooded.get(one, now) for one in ("*", call.method)), default=now) if workspace else now
        if until > now:
            raise RefusedError("ratelimited", retry_after=max(1, -int(-(until - now).total_seconds() // 1)))
        if not self.holds_to_tiers:
            return
        is_posting = call.method == "chat.postMessage"
        key = (call.method, call.team_id, call.text("channel") if is_posting else "")
        window = timedelta(seconds=1) if is_posting else timedelta(minutes=1)
        most = 1 if is_posting else tier
        recent = [at for at in self._recent.get(key, []) if now - at < window]
        if most and len(recent) >= most:
            raise RefusedError("ratelimited", retry_after=max(1, int((recent[0] + window - now).total_seconds())))
        self._recent[key] = [*recent, now]

    async def _take_file(self, request: web.Request) -> web.Response:
        if request.content_type.startswith("multipart/"):
            parts = [one async for one in await request.multipart()]
            content = await parts[0].read() if parts else b""  # type: ignore[union-attr] # nested multiparts are not ours
        else:
            content = await request.read()
        problem = self.methods.receive(request.match_info["path"], bytes(content))
        return web.Response(text=problem or f"OK - {len(content)}", status=400 if problem else 200)

    async def _take_hook(self, request: web.Request) -> web.Response:
        hook = self.hooks.get(request.match_info["name"])
        if hook is None:
            return web.json_response({"ok": False, "error": "invalid_url"}, status=404)
        if self.clock.now() - hook.at > HOOK_LIFE:
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        if hook.uses >= HOOK_USES:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        try:
            given = json.loads(await request.read())
            problem = self.use(hook, given)
        except (ValueError, TypeError):
            problem = "invalid_payload"
        except RefusedError as refused:
            problem = refused.error
        await self._stir()
        return web.Response(text=problem or "ok", status=400 if problem else 200)

    def use(self, hook: Hook, given: Mapping[str, Any]) -> str:
        """Write, replace or take away by a `response_url`; what is wrong with it, or nothing. Raises RefusedError."""
        hook.uses += 1
        posts = hook.channel.posts
        if given.get("delete_original"):
            if hook.post is None or hook.post not in posts:
                return "message_not_found"
            posts.remove(hook.post)
            return ""
        call = Call("response_url", given, hook.workspace.id)
        blocks = self.methods.blocks(call, "blocks")
        text = call.text("text")
        if not text.strip() and not blocks:
            return "no_text"
        if given.get("replace_original") and hook.post is None:
            self.complain(
                "what a command was answered with cannot be replaced: this becomes another message (bolt-js issue 2287)"
            )
        elif given.get("replace_original"):
            if hook.post not in posts:
                return "message_not_found"
            assert hook.post is not None
            hook.post.text, hook.post.blocks = text, blocks
            hook.post.values = initial_values(blocks, hook.post.values)
            hook.post.edits += 1
            return ""
        self.reply(hook, given, text, blocks)
        return ""

    def reply(self, hook: Hook, given: Mapping[str, Any], text: str, blocks: list[dict[str, Any]]) -> Post:
        """A message in answer to something somebody did: only they see it, unless it says otherwise."""
        post = Post(self.new_ts(), BOT_USER, text, blocks, is_ours=True, bot_id=hook.workspace.bot_id, app_id=self.app.id)
        post.values = initial_values(blocks)
        post.seen_by = "" if given.get("response_type") == "in_channel" else hook.user_id
        hook.channel.posts.append(post)
        return post


def _scopes(grant: Grant | None, name: str) -> dict[str, str]:
    """Slack lists what a token may do beside every answer."""
    if grant is None or not grant.token:
        return {}
    accepted = METHODS[name].scopes if name in METHODS else ()
    return {"X-OAuth-Scopes": ",".join(grant.scopes), "X-Accepted-OAuth-Scopes": ",".join(accepted)}


async def _given(request: web.Request, *, reads_json: bool) -> tuple[str, dict[str, Any]]:
    """The token, and arguments from wherever they may stand: the address, a form, JSON where the method reads it."""
    given: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            told = await request.json()
        except ValueError:
            raise RefusedError("invalid_json") from None
        if not isinstance(told, dict):
            raise RefusedError("json_not_object")
        given |= told if reads_json else {}
    else:
        given |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    kind, _, word = request.headers.get("Authorization", "").partition(" ")
    if kind == "Basic":
        name, _, secret = base64.b64decode(word).decode().partition(":")
        given |= {"client_id": name, "client_secret": secret}
    told = str(given.pop("token", ""))
    return word if kind == "Bearer" else told, given


@asynccontextmanager
async def slack_server(clock: Alarms | None = None) -> AsyncIterator[SlackServer]:
    """A server on a free port of this machine. The base address of its API is `{url}/api/`."""
    server = SlackServer(clock)
    runner = web.AppRunner(server.web_app(), access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}"
    try:
        yield server
    finally:
        await server.stop()
        await runner.cleanup()
