"""Calls to DingTalk. It has two interfaces with an address and a way of saying no each; what they answer is judged in `answers`, here it is
asked: with a token that is renewed in time, at a pace both take, and not at all while DingTalk has shut us out.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import aiohttp

from adapters.dingtalk.answers import ApiError, judge, judge_legacy, word
from adapters.nap import Nap, nap
from adapters.turnstile import Turnstile
from bot.ports import Clock

ANSWER_SECONDS: Final = 12.0
"""Longer than DingTalk takes on a bad day, shorter than the relay waits for a messenger."""
CONNECT_SECONDS: Final = 5.0
ANSWER_LIMIT: Final = 4 * 1024 * 1024
BATCH: Final = 20
"""People one call can write to (open.dingtalk.com, "send one-to-one messages in batches")."""
GAP: Final = timedelta(seconds=1) / 14
BURST: Final = 6
"""The free edition allows an app 20 calls of a method a second (open.dingtalk.com, "call frequency limit"): 6 at once and 14 more."""
EARLY: Final = timedelta(minutes=5)
"""So long before a token ends it is renewed; DingTalk keeps the old one good meanwhile."""
HEADER: Final = "x-acs-dingtalk-access-token"


@dataclass(frozen=True, slots=True)
class Credentials:
    """An app of a company's own, and its robot."""

    client_id: str
    client_secret: str
    robot_code: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a message to several people. `reference` is "" when nobody got it."""

    reference: str
    unknown: frozenset[str] = frozenset()
    """DingTalk knows nobody by these ids, or they are not allowed to use the app."""
    held_back: frozenset[str] = frozenset()
    """They get too much from robots at the moment."""
    filtered: frozenset[str] = frozenset()
    """They do not want it, or somebody does not want it for them."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a Stream connection is told: a type of frame and a topic."""

    type: str
    topic: str


class DingTalkClient:
    """One app. Every method raises ApiError, or OSError or TimeoutError when there was no answer, unless it says otherwise."""

    def __init__(self, who: Credentials, api_url: str, oapi_url: str, clock: Clock, nap: Nap = nap) -> None:
        self._who = who
        self._api = api_url.rstrip("/")
        self._oapi = oapi_url.rstrip("/")
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None
        self._turnstiles: defaultdict[str, Turnstile] = defaultdict(lambda: Turnstile(clock, GAP, BURST, nap))
        self._token = ""
        self._good_until: datetime | None = None
        self._renewing: asyncio.Task[str] | None = None
        self._shut: ApiError | None = None
        self._shut_until: datetime | None = None

    async def close(self) -> None:
        """End all connections."""
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.wait({self._renewing})
        if self._session is not None:
            await self._session.close()

    @property
    def session(self) -> aiohttp.ClientSession:
        """Where all connections come from; to be asked for in a running loop."""
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS, connect=CONNECT_SECONDS)
            # A server on this machine is not behind the proxy the environment names.
            is_near = urlsplit(self._api).hostname in ("127.0.0.1", "localhost", "::1")
            self._session = aiohttp.ClientSession(timeout=timeout, trust_env=not is_near)
        return self._session

    # --- both interfaces, for whoever needs a method of theirs ---

    async def call(self, verb: str, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """A method of the newer interface (`/v1.0/…`): JSON in, JSON out."""

        async def ask(token: str) -> Mapping[str, Any]:
            return await self._fetch(judge, verb, f"{self._api}{path}", headers={HEADER: token}, json=body)

        return await self._with_token(path, ask)

    async def call_legacy(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """A method of the older interface (`/topapi/…`), on its own address, with the token in the query. The whole answer; it has been
        looked at whether `errcode` is 0."""

        async def ask(token: str) -> Mapping[str, Any]:
            return await self._fetch(judge_legacy, "POST", f"{self._oapi}{path}", params={"access_token": token}, json=body)

        return await self._with_token(path, ask)

    # --- what goes out ---

    async def say(self, staff_ids: Sequence[str], key: str, param: str) -> Delivery:
        """Say the same to up to BATCH people, each in their own chat."""
        body = {"robotCode": self._who.robot_code, "userIds": list(staff_ids), "msgKey": key, "msgParam": param}
        told = await self.call("POST", "/v1.0/robot/oToMessages/batchSend", body)
        lists = ("invalidStaffIdList", "flowControlledStaffIdList", "filteredStaffIdList")
        return Delivery(_text(told.get("processQueryKey")), *(_ids(told.get(name)) for name in lists))

    async def say_in_group(self, conversation_id: str, key: str, param: str) -> str:
        """Say something in a group; its reference."""
        body = {
            "robotCode": self._who.robot_code,
            "openConversationId": conversation_id,
            "msgKey": key,
            "msgParam": param,
        }
        return _text((await self.call("POST", "/v1.0/robot/groupMessages/send", body)).get("processQueryKey"))

    async def put_card(
        self,
        track_id: str,
        template_id: str,
        params: Mapping[str, str],
        chat_id: str,
        *,
        is_private: bool,
        route: str,
        summary: str,
    ) -> None:
        """Make a card and put it into a chat. A `track_id` that has been used names the same card, so doing it twice makes one.

        `route` is where presses go, as registered by `register_route`; "" for Stream.
        """
        kind = "Robot" if is_private else "Group"
        space = {"supportForward": False, "lastMessageI18n": {"ZH_CN": summary}}
        deliver: dict[str, Any] = {"robotCode": self._who.robot_code}
        if is_private:
            deliver["spaceType"] = "IM_ROBOT"
        told = await self.call(
            "POST",
            "/v1.0/card/instances/createAndDeliver",
            {
                "outTrackId": track_id,
                "cardTemplateId": template_id,
                "userIdType": 1,
                "cardData": {"cardParamMap": dict(params)},
                **({"callbackType": "HTTP", "callbackRouteKey": route} if route else {"callbackType": "STREAM"}),
                "openSpaceId": f"dtv1.card//IM_{kind.upper()}.{chat_id}",
                f"im{kind}OpenSpaceModel": space,
                f"im{kind}OpenDeliverModel": deliver,
            },
        )
        match told:
            case {"result": {"deliverResults": [{"success": False, **rest}]}}:
                # The card is made and lies nowhere.
                raise ApiError(400, word(rest.get("errorMsg")))

    async def change_card(self, track_id: str, params: Mapping[str, str]) -> None:
        """Show something else on a card that is there."""
        body = {
            "outTrackId": track_id,
            "userIdType": 1,
            "cardData": {"cardParamMap": dict(params)},
            "cardUpdateOptions": {"updateCardDataByKey": True},
        }
        await self.call("PUT", "/v1.0/card/instances", body)

    async def register_route(self, route: str, url: str, secret: str) -> None:
        """From now on presses of cards made with this `route` are brought to `url`, signed with `secret`."""
        body = {"callbackRouteKey": route, "callbackUrl": url, "apiSecret": secret, "forceUpdate": True}
        await self.call("POST", "/v1.0/card/callbacks/register", body)

    async def upload(self, picture: bytes) -> str:
        """A picture's media id, which messages and cards take in the place of an address."""

        async def ask(token: str) -> Mapping[str, Any]:
            form = aiohttp.FormData()
            form.add_field("media", picture, filename="picture.png", content_type="image/png")
            query = {"access_token": token, "type": "image"}
            return await self._fetch(judge_legacy, "POST", f"{self._oapi}/media/upload", params=query, data=form)

        told = await self._with_token("/media/upload", ask)
        media_id = _text(told.get("media_id"))
        if not media_id:
            raise ApiError(502, "no media id")
        return media_id

    # --- what comes in ---

    async def open_stream(self, subscriptions: Sequence[Subscription]) -> str:
        """The address of a Stream connection, which is good for one and for 90 seconds."""
        body = {
            "clientId": self._who.client_id,
            "clientSecret": self._who.client_secret,
            "subscriptions": [{"type": one.type, "topic": one.topic} for one in subscriptions],
            "ua": "laban",
            "localIp": "",
        }
        self._refuse_while_shut()
        told = await self._noting(self._fetch(judge, "POST", f"{self._api}/v1.0/gateway/connections/open", json=body))
        endpoint, ticket = _text(told.get("endpoint")), _text(told.get("ticket"))
        if not endpoint.startswith(("wss://", "ws://")) or not ticket:
            raise ApiError(502, "no connection offered")
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode({'ticket': ticket})}"

    # --- token, pace and closed doors ---

    async def renew_token(self) -> None:
        """Get a new token, whatever the old one."""
        self._good_until = None
        await self._current_token()

    async def _with_token(self, path: str, ask: Callable[[str], Any]) -> Mapping[str, Any]:
        self._refuse_while_shut()
        await self._turnstiles[path].enter()
        self._refuse_while_shut()
        token = await self._current_token()
        try:
            return await self._noting(ask(token))
        except ApiError as error:
            if not error.is_bad_token:
                raise
        # Somebody has renewed it elsewhere, or it ended early. Once: a second refusal has another cause.
        if self._token == token:
            self._good_until = None
        return await self._noting(ask(await self._current_token()))

    async def _current_token(self) -> str:
        if self._good_until is not None and self._clock.now() < self._good_until:
            return self._token
        if self._renewing is None:
            self._renewing = asyncio.create_task(self._renew())
            self._renewing.add_done_callback(self._end_renewing)
        # Whoever asks may be cancelled; the others still wait for the same answer.
        return await asyncio.shield(self._renewing)

    def _end_renewing(self, renewing: asyncio.Task[str]) -> None:
        self._renewing = None
        if not renewing.cancelled():
            renewing.exception()  # whoever waited has been told

    async def _renew(self) -> str:
        body = {"appKey": self._who.client_id, "appSecret": self._who.client_secret}
        asked_at = self._clock.now()
        told = await self._noting(self._fetch(judge, "POST", f"{self._api}/v1.0/oauth2/accessToken", json=body))
        token, seconds = _text(told.get("accessToken")), told.get("expireIn")
        if not token:
            raise ApiError(502, "no token")
        life = timedelta(seconds=seconds) if isinstance(seconds, int) and 0 < seconds < 10**7 else timedelta(hours=2)
        self._token, self._good_until = token, asked_at + max(life - EARLY, life / 2)
        return token

    async def _noting(self, asking: Any) -> Mapping[str, Any]:
        """What was asked for. When DingTalk shuts the door for longer, nobody knocks until it opens."""
        try:
            found: Mapping[str, Any] = await asking
        except ApiError as error:
            if error.shuts_for is not None:
                self._shut, self._shut_until = error, self._clock.now() + error.shuts_for
            raise
        return found

    def _refuse_while_shut(self) -> None:
        if self._shut is None or self._shut_until is None:
            return
        left = self._shut_until - self._clock.now()
        if timedelta(0) < left <= (self._shut.shuts_for or timedelta(0)):
            raise self._shut.still(left)
        self._shut = self._shut_until = None

    async def _fetch(
        self, judged: Callable[[int, bytes], Mapping[str, Any]], verb: str, url: str, **more: Any
    ) -> Mapping[str, Any]:
        async with self.session.request(verb, url, allow_redirects=False, **more) as response:
            body = await response.content.read(ANSWER_LIMIT)
            while len(body) < ANSWER_LIMIT and (rest := await response.content.read(ANSWER_LIMIT - len(body))):
                body += rest
            return judged(response.status, body)


def compact(value: Mapping[str, Any]) -> str:
    """JSON within JSON, as short as it gets."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _ids(value: object) -> frozenset[str]:
    return frozenset(one for one in value if isinstance(one, str)) if isinstance(value, list) else frozenset()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
