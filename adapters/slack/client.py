"""Calls to Slack's Web API. What Slack answers is judged here, once, and told in the words of our ports.

Built on slack_sdk's client, whose own handling of "too many requests" is left off: it would wait inside the call, while the relay can let
everybody else go on.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.verify import is_hook
from bot.ports import Clock, SendLaterError, UndeliverableError

ANSWER_SECONDS: Final = 12.0
"""Longer than Slack takes on a bad day, shorter than the relay waits for a messenger."""
CONNECT_SECONDS: Final = 5.0
PATIENCE: Final = timedelta(seconds=5)
"""How long to wait when Slack does not say."""
PAGE: Final = 200
"""docs.slack.dev, "Pagination": no more than 200 at a time are recommended."""
CHATTY: Final = ("slack_sdk", "slack_bolt")
"""They log whole requests, and what is said in them."""
CLIENTS: Final = 1000

POSTING: Final = "chat.postMessage"
READING: Final = frozenset(("auth.teams.list", "users.list", "users.info"))
"""Those of our methods that take no JSON, or may not: what stands in it would be overlooked."""

# What Slack will never take, or not while things are as they are: docs.slack.dev, chat.postMessage and its siblings, "Errors".
_LOST: Final = frozenset(
    (
        *(
            "channel_not_found",
            "thread_not_found",
            "invalid_thread_ts",
            "not_in_channel",
            "is_archived",
            "user_not_found",
            "users_not_found",
            "user_disabled",
        ),
        *("user_not_in_channel", "cannot_dm_bot", "messages_tab_disabled", "user_not_visible", "not_enabled"),
        *("restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_only_channel"),
        *("restricted_action_non_threadable_channel", "restricted_action_thread_locked", "as_user_not_supported"),
        *("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "no_text", "invalid_arguments"),
        *("team_not_found", "team_access_not_granted", "access_denied", "no_permission", "ekm_access_denied"),
    )
)
_GONE: Final = frozenset(("message_not_found", "cant_update_message", "edit_window_closed", "block_mismatch"))
_UNINSTALLED: Final = frozenset(("invalid_auth", "account_inactive", "token_revoked", "not_authed", "app_uninstalled"))


class ApiError(Exception):
    """An answer that is not what we asked for. `error` is Slack's name for it, "" for what is no answer of Slack's; `needed` names the
    scopes that are missing."""

    def __init__(
        self, method: str, error: str, *, status: int = 200, retry_after: timedelta | None = None, needed: str = ""
    ) -> None:
        super().__init__(f"{method}: {error or status}")
        self.error = error
        self.status = status
        self.retry_after = retry_after
        self.needed = needed

    @property
    def is_gone(self) -> bool:
        """The message to edit is not there any more, or cannot be changed any more."""
        return self.error in _GONE

    @property
    def is_uninstalled(self) -> bool:
        """Nobody knows this token (any more)."""
        return self.error in _UNINSTALLED


class GoneError(Exception):
    """There is nothing to edit any more."""


class _Wire(AsyncWebClient):
    async def oauth_v2_access(self, **given: Any) -> AsyncSlackResponse:
        """See AsyncWebClient. Its way puts id and secret into a header by means that aiohttp is giving up; a form does as well."""
        return await self.api_call("oauth.v2.access", data={name: value for name, value in given.items() if value is not None})


class SlackClient:
    """Every method raises ApiError, SendLaterError when Slack asks to wait, or what the network raises.

    What Slack asks is kept: until then that method is not called for that workspace, and nobody else's waits for it.
    """

    def __init__(self, api_url: str, clock: Clock) -> None:
        for name in CHATTY:
            logger = logging.getLogger(name)
            logger.setLevel(max(logger.level, logging.ERROR))
        self.api_url = api_url
        self._clock = clock
        # A server on this machine is not behind the proxy the environment names.
        self._is_near = urlsplit(api_url).hostname in ("127.0.0.1", "localhost", "::1")
        self._session: aiohttp.ClientSession | None = None
        self._wires: dict[str, AsyncWebClient] = {}
        self._silent_until: dict[tuple[str, str], datetime] = {}

    async def close(self) -> None:
        """End all connections."""
        if self._session is not None:
            await self._session.close()

    @property
    def session(self) -> aiohttp.ClientSession:
        """The connections everything here shares. Needs a running loop."""
        if self._session is None:
            limits = aiohttp.ClientTimeout(total=ANSWER_SECONDS, sock_connect=CONNECT_SECONDS)
            connector = aiohttp.TCPConnector(limit=100)
            self._session = aiohttp.ClientSession(timeout=limits, connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    @property
    def proxy(self) -> str | None:
        """What stands between us and Slack, by the environment."""
        return self.wire("").proxy or None

    def wire(self, token: str) -> AsyncWebClient:
        """slack_sdk's client for a token, on our connections."""
        found = self._wires.get(token)
        if found is None:
            if len(self._wires) >= CLIENTS:
                self._wires.clear()
            found = _Wire(token or None, self.api_url, session=self.session, retry_handlers=[])
            if self._is_near:
                found.proxy = None
            self._wires[token] = found
        return found

    async def call(self, token: str, method: str, **given: Any) -> Mapping[str, Any]:
        """Slack's answer to a method. What is None is left out."""
        # A message a second for each channel, and for the workspace as many as Slack thinks right (docs.slack.dev, "Rate limits").
        lane = f"{method} {given.get('channel')}" if method == POSTING else method
        self._hold_back(token, lane)
        asked = {name: value for name, value in given.items() if value is not None}
        try:
            if method in READING:
                answer = await self.wire(token).api_call(method, http_verb="GET", params=asked)
            else:
                answer = await self.wire(token).api_call(method, json=asked)
        except SlackClientError as error:
            raise self._judged(token, method, error, lane) from None
        return _json(method, answer)

    async def call_by_form(self, token: str, method: str, **given: Any) -> Mapping[str, Any]:
        """The same, for the methods that take neither JSON nor an address's arguments."""
        self._hold_back(token, method)
        try:
            answer = await self.wire(token).api_call(method, data=given)
        except SlackClientError as error:
            raise self._judged(token, method, error) from None
        return _json(method, answer)

    async def pages(self, token: str, method: str, items: str, **given: Any) -> AsyncIterator[list[Mapping[str, Any]]]:
        """A list that comes in pages, page by page: what stands under `items` of each. SendLaterError leaves off where it stands; the caller
        that wants to go on passes the last `cursor`."""
        cursor = str(given.pop("cursor", ""))
        while True:
            answer = await self.call(token, method, limit=PAGE, cursor=cursor or None, **given)
            yield list(answer.get(items) or ())
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return

    async def scopes(self, token: str) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        """What auth.test says of a token, and what the token may do."""
        self._hold_back(token, "auth.test")
        try:
            answer = await self.wire(token).api_call("auth.test", json={})
        except SlackClientError as error:
            raise self._judged(token, "auth.test", error) from None
        headers = {str(name).lower(): value for name, value in answer.headers.items()}
        listed = str(headers.get("x-oauth-scopes", ""))
        return _json("auth.test", answer), tuple(scope.strip() for scope in listed.split(",") if scope.strip())

    async def put(self, url: str, content: bytes) -> None:
        """The bytes of a file, to the address Slack has just given for it."""
        async with self.session.post(url, data=content, proxy=self.proxy, allow_redirects=False) as response:
            if response.status != 200:
                raise ApiError("upload", "", status=response.status)

    async def respond(self, hook: str, said: Mapping[str, Any]) -> bool:
        """Answer by a `response_url`; whether Slack took it: they are good for half an hour and five answers."""
        if not is_hook(hook, self.api_url):
            return False
        async with self.session.post(hook, json=dict(said), proxy=self.proxy, allow_redirects=False) as response:
            return response.status == 200

    def _hold_back(self, token: str, lane: str) -> None:
        for silent in (lane, POSTING) if lane.startswith(POSTING) else (lane,):
            until = self._silent_until.get((token, silent))
            if until is None:
                continue
            left = until - self._clock.now()
            if left > timedelta(0):
                raise SendLaterError(left)
            del self._silent_until[token, silent]

    def _silence(self, token: str, method: str, lane: str, until: datetime) -> None:
        """Leave this alone until then. A second channel that asks to wait speaks for the whole workspace."""
        now = self._clock.now()
        others = [one for (whose, one), at in self._silent_until.items() if whose == token and one != lane and at > now]
        self._silent_until[token, lane] = until
        if lane != method and any(one.startswith(f"{method} ") for one in others):
            self._silent_until[token, method] = until

    def _judged(self, token: str, method: str, error: Exception, lane: str = "") -> Exception:
        """The library's errors quote requests and answers, so nothing of their text is passed on."""
        response = getattr(error, "response", None)
        status = getattr(response, "status_code", None) or getattr(response, "status", None) or 502
        told = getattr(response, "data", None)
        answer = told if isinstance(told, Mapping) else {}
        judged = _judge(method, status if isinstance(status, int) else 502, answer, getattr(response, "headers", None) or {})
        if judged.retry_after is None:
            return judged
        self._silence(token, method, lane or method, self._clock.now() + judged.retry_after)
        return SendLaterError(judged.retry_after)


def told_plainly(error: ApiError) -> Exception:
    """What an answer to something we sent means to whoever sends: UndeliverableError, or "try again" as it is."""
    return UndeliverableError(error.error) if error.error in _LOST else error


def _json(method: str, answer: AsyncSlackResponse) -> Mapping[str, Any]:
    data = answer.data
    if isinstance(data, Mapping):
        return data
    raise ApiError(method, "", status=502)


def _judge(method: str, status: int, answer: Mapping[str, Any], headers: Mapping[str, Any]) -> ApiError:
    error, needed = answer.get("error"), answer.get("needed")
    name = error if isinstance(error, str) and len(error) <= 60 and error.replace("_", "").isalnum() else ""
    wait: timedelta | None = None
    if status == 429 or name in ("ratelimited", "rate_limited"):
        wait = _seconds(headers) or PATIENCE
    return ApiError(method, name, status=status, retry_after=wait, needed=needed if isinstance(needed, str) else "")


def _seconds(headers: Mapping[str, Any]) -> timedelta | None:
    for name, value in headers.items():
        text = value[0] if isinstance(value, list) and value else value
        if str(name).lower() == "retry-after" and str(text).isdigit() and len(str(text)) < 7:
            return timedelta(seconds=int(text))
    return None


NETWORK: Final = (aiohttp.ClientError, TimeoutError, asyncio.TimeoutError, OSError, json.JSONDecodeError)
"""What is raised when there was no answer."""
