"""What comes in from Slack, by HTTP or by WebSocket. Stored first, acknowledged then, never the other way round.

Bolt takes requests apart and knows what is ours; a request is proven before Bolt sees it. Slack waits three seconds: when our database takes
longer than that the answer is 503, and Slack brings events again.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qsl

from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from adapters.failures import locate
from adapters.patience import BUGS
from adapters.slack.client import NETWORK, ApiError, SlackClient
from adapters.slack.decode import (
    COMMAND,
    TWICE,
    Told,
    actor_of,
    decode,
    farewell_of,
    form_button,
    home_opened,
    hook_of,
    input_of,
    press_of,
    pressed_at_home,
    tenancy_of,
    trigger_of,
)
from adapters.slack.encode import encode_modal, encode_pointer
from adapters.slack.homes import Homes
from adapters.slack.hooks import Hooks
from adapters.slack.installations import Installations, NotInstalledError
from adapters.slack.private import PrivateModal
from adapters.slack.verify import SIGNATURE, TIMESTAMP, is_genuine
from bot.actions.fill_form import OpenForm
from bot.chat import tokens
from bot.chat.incoming import Incoming, Picked, Sender, Submitted, Texted
from bot.chat.intents import Intent, intent_of, read_intent
from bot.ports import Clock, SendLaterError

LOG = logging.getLogger(__name__)

BODY_LIMIT: Final = 1024 * 1024
BODY_SECONDS: Final = 10.0
DEPTH: Final = 32
"""A modal within an event is a dozen levels deep."""
TAKE_SECONDS: Final = 2.5
"""Slack gives up after three."""
MODAL_SECONDS: Final = 2.5
"""A `trigger_id` is good for about three."""
PRESSES: Final = 10_000
ENDING: Final = 1.0

Accept = Callable[[Incoming], Awaitable[bool]]
"""`Intake.accept`: the event is stored when it returns."""
OpenFormFor = Callable[[Incoming], Awaitable[OpenForm | None]]
FindProblems = Callable[[Incoming], Awaitable[Mapping[str, str]]]
Answer = Mapping[str, Any] | None
"""What the acknowledgement carries; None: nothing."""


class Reception:
    """What both ways in have in common: `take` stores what was told, and says what to answer."""

    def __init__(
        self,
        accept: Accept,
        installations: Installations,
        client: SlackClient,
        clock: Clock,
        hooks: Hooks,
        homes: Homes,
        *,
        open_form: OpenFormFor,
        find_problems: FindProblems,
        modals: tuple[PrivateModal, ...] = (),
    ) -> None:
        self._accept = accept
        self._installations = installations
        self._client = client
        self._clock = clock
        self._hooks = hooks
        self._homes = homes
        self._open_form = open_form
        self._find_problems = find_problems
        self._modals = modals
        self._presses: OrderedDict[tuple[str, str], tuple[float, str]] = OrderedDict()
        self._errands: set[asyncio.Task[None]] = set()

    async def take(self, told: Told) -> Answer:
        """Store what it means; what to answer. It may be acknowledged when this returns, not when it raises."""
        gone = farewell_of(told)
        if gone:
            await self._installations.forget(gone)
            return None
        looking = home_opened(told)
        if looking is not None:
            self._homes.opened(looking)
        private = await self._take_privately(told)
        if private is not None:
            return private
        incoming = decode(told, self._clock.now())
        if incoming is None:
            return None
        self._keep_hook(told, incoming)
        if form_button(told) and trigger_of(told):
            opened = await self._open_form(incoming)
            if opened is not None:
                self._start(self._show_form(told, incoming, opened))
                return None
        if isinstance(incoming.body, Submitted):
            errors = await self._errors(told, incoming)
            if errors:
                return {"response_action": "errors", "errors": errors}
        await self._accept(self._once(told, incoming))
        lang = pressed_at_home(told)
        if lang is not None and trigger_of(told):
            self._start(self._point_to_messages(incoming, trigger_of(told), lang))
        return None

    async def end(self) -> None:
        """Give what is under way a moment to get out."""
        if self._errands:
            await asyncio.wait(self._errands, timeout=ENDING)
        for errand in tuple(self._errands):
            errand.cancel()

    # --- forms ---

    async def _show_form(self, told: Told, incoming: Incoming, opened: OpenForm) -> None:
        """Open the modal. When that fails the question is asked again: its button, or the keyboard, still leads on."""
        try:
            if not await self._open(incoming.sender.tenant, trigger_of(told), encode_modal(opened)):
                await self._accept(self._once(told, incoming))
        except Exception as error:
            LOG.error("a form could not be opened: %s", locate(error))

    async def _point_to_messages(self, incoming: Incoming, trigger: str, lang: str) -> None:
        """The answer comes in another tab, which nothing of ours can open."""
        await self._open(incoming.sender.tenant, trigger, encode_pointer(lang))

    async def _open(self, tenant: str, trigger: str, view: Mapping[str, Any]) -> bool:
        try:
            async with asyncio.timeout(MODAL_SECONDS):
                installation = await self._installations.of(tenant)
                await self._client.call(installation.token, "views.open", trigger_id=trigger, view=view)
        except (ApiError, SendLaterError, NotInstalledError, *NETWORK) as error:
            LOG.warning("a modal could not be opened: %s", getattr(error, "error", "") or type(error).__name__)
            return False
        return True

    async def _errors(self, told: Told, incoming: Incoming) -> dict[str, str]:
        """What does not fit, beside the inputs it stands in. Nothing is stored yet, and what was typed stays where it is."""
        problems = await self._find_problems(incoming)
        found = {input_of(told["view"], key): problem for key, problem in problems.items()}
        return {block: problem for block, problem in found.items() if block}

    # --- modals nobody else reads ---

    async def _take_privately(self, told: Told) -> Answer:
        actor = actor_of(told) if self._modals else None
        if actor is None:
            return None
        match told:
            case {"type": "view_submission", "view": {"callback_id": str(name)} as view}:
                modal = self._named(name)
                return None if modal is None else await _unheard(modal.submitted(actor, view))
            case {"type": "block_actions", "view": {"callback_id": str(name)} as view, "actions": [Mapping() as action, *_]} if (
                name
            ):
                modal = self._named(name)
                if modal is None:
                    return None
                self._start(self._press_privately(modal, actor, view, action))
                return {}
        incoming = decode(told, self._clock.now())
        modal = None if incoming is None else self._modal_for(incoming)
        if modal is None or not trigger_of(told):
            return None
        shown = await _unheard(modal.open(actor))
        if shown is None:
            return None
        self._start(self._show_privately(actor, trigger_of(told), shown))
        return {}

    def _named(self, name: str) -> PrivateModal | None:
        return next((one for one in self._modals if one.name == name), None)

    def _modal_for(self, incoming: Incoming) -> PrivateModal | None:
        intent = _intent(incoming)
        return next((one for one in self._modals if intent is not None and one.wish is intent.wish), None)

    async def _show_privately(self, actor: Sender, trigger: str, view: Mapping[str, Any]) -> None:
        # No line in the log, whatever comes of it: it would say when somebody asked. They see that nothing opens, and ask again.
        with suppress(Exception):
            async with asyncio.timeout(MODAL_SECONDS):
                installation = await self._installations.of(actor.tenant)
                await self._client.call(installation.token, "views.open", trigger_id=trigger, view=view)

    async def _press_privately(
        self, modal: PrivateModal, actor: Sender, view: Mapping[str, Any], action: Mapping[str, Any]
    ) -> None:
        # As above.
        with suppress(Exception):
            shown = await modal.pressed(actor, view, action)
            if shown is not None:
                installation = await self._installations.of(actor.tenant)
                await self._client.call(
                    installation.token, "views.update", view_id=view.get("id"), hash=view.get("hash"), view=shown
                )

    # --- the rest ---

    def _keep_hook(self, told: Told, incoming: Incoming) -> None:
        hook = hook_of(told)
        if hook and incoming.whisper is not None:
            self._hooks.keep(incoming.whisper.answer, hook)

    def _once(self, told: Told, incoming: Incoming) -> Incoming:
        """The event under the key of the press a moment before it, when it is the same press. The keys of presses are coarse already;
        this is for two that lie on both sides of a border."""
        pressed = press_of(told)
        if pressed is None:
            return incoming
        what, moment = pressed
        key = (incoming.sender.tenant, what)
        before = self._presses.get(key)
        if before is not None and abs(moment - before[0]) <= TWICE:
            return replace(incoming, event_id=before[1])
        self._presses[key] = (moment, incoming.event_id)
        self._presses.move_to_end(key)
        while len(self._presses) > PRESSES:
            self._presses.popitem(last=False)
        return incoming

    def _start(self, errand: Coroutine[Any, Any, None]) -> None:
        """By the side of the answer: a modal has to open while its trigger is good, and nobody should wait for Slack's own answer."""
        task = asyncio.create_task(errand)
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)


class UnheardError(Exception):
    """Something private failed. Whoever did it is told by Slack, with what they typed still there; nobody else is, since a line in the log
    would say when it was."""


async def _unheard(doing: Awaitable[Answer]) -> Answer:
    try:
        return await doing
    except Exception:
        raise UnheardError from None


def _intent(incoming: Incoming) -> Intent | None:
    match incoming.body:
        case Texted(text) if text.startswith(COMMAND):
            return read_intent(text)
        case Picked(token):
            try:
                read = tokens.read(token)
            except tokens.TokenError:
                return None
            return intent_of(read) if isinstance(read, tokens.Deed) else None
    return None


# --- Bolt ------------------------------------------------------------------------------------------------------------------------


class _Authorize(AsyncAuthorize):
    """Who we are in the workspace a request is about, from what we keep."""

    def __init__(self, installations: Installations) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # the library leaves it untyped
        self._installations = installations

    async def __call__(self, *, context: Any, enterprise_id: str | None, team_id: str | None, **_: Any) -> AuthorizeResult | None:
        """Raises NotInstalledError, NotReadyError, or what storage raises."""
        tenant = context.get(TENANT) or team_id or enterprise_id or ""
        installation = await self._installations.of(tenant)
        return AuthorizeResult(
            enterprise_id=installation.enterprise_id or None,
            team_id=installation.team_id or None,
            bot_user_id=installation.bot_user_id,
            bot_id=installation.bot_id or None,
            bot_token=installation.token,
        )


class _Take(AsyncMiddleware):
    """The catch-all. A middleware and no listener: Bolt would look up by name what each listener wants to know."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception

    async def async_process(self, *, req: AsyncBoltRequest, **_: Any) -> BoltResponse:
        """See AsyncMiddleware. Nothing comes after it."""
        req.context[TAKEN] = True
        answer = await self._reception.take(req.body)
        return BoltResponse(status=200, body=dict(answer) if answer else "")


TENANT: Final = "laban_tenant"
TAKEN: Final = "laban_taken"
"""What stands in Bolt's context: whose it is, and whether it has come as far as us."""


def make_bolt(reception: Reception, installations: Installations, client: SlackClient) -> AsyncApp:
    """Bolt, with one catch-all at the end: kinds nobody here knows are answered 200, or Slack would take them for failures."""
    bolt = AsyncApp(
        name="laban",
        logger=logging.getLogger("slack_bolt.laban"),
        client=client.wire(""),
        authorize=_Authorize(installations),  # type: ignore[arg-type] # an AsyncAuthorize is taken as it is
        # Proven before Bolt sees it: its own check raises on what is malformed, and takes the same request twice.
        request_verification_enabled=False,
    )

    async def refuse(error: Exception, context: Any) -> BoltResponse:
        if isinstance(error, BUGS) and not context.get(TAKEN):
            return _malformed(error)
        if isinstance(error, NotInstalledError):
            LOG.info("something came from a Slack workspace that has not installed Laban")
            return BoltResponse(status=200, body="")
        if not isinstance(error, UnheardError):
            LOG.error("what Slack brought could not be stored: %s", locate(error))
        return BoltResponse(status=503, body="")

    bolt.use(_Take(reception))
    bolt.error(refuse)
    return bolt


async def dispatch(bolt: AsyncApp, request: AsyncBoltRequest, seconds: float = TAKE_SECONDS) -> BoltResponse:
    """What Bolt and everything behind it answer, in time: 503 when it takes longer than Slack waits."""
    whose = tenancy_of(request.body)
    if whose is not None:
        request.context[TENANT] = whose.tenant
    try:
        async with asyncio.timeout(seconds):
            return await bolt.async_dispatch(request)
    except TimeoutError:
        LOG.error("what Slack brought could not be stored in time; it comes again")
        return BoltResponse(status=503, body="")
    except BUGS as error:
        return _malformed(error)


def _malformed(error: Exception) -> BoltResponse:
    """Bolt trips over bodies that are no event of any kind: nothing of ours has seen it yet."""
    LOG.warning("Slack's signature on something that is not Slack's kind of body: %s", type(error).__name__)
    return BoltResponse(status=401, body="")


# --- by HTTP ---------------------------------------------------------------------------------------------------------------------


class EventsRoute:
    """The address Slack brings everything to. `secrets` are the app's signing secrets: one, or two while one is being replaced."""

    def __init__(
        self,
        bolt: AsyncApp,
        secrets: tuple[str, ...],
        clock: Clock,
        *,
        take_seconds: float = TAKE_SECONDS,
        body_seconds: float = BODY_SECONDS,
    ) -> None:
        self._bolt = bolt
        self._secrets = secrets
        self._clock = clock
        self._take_seconds = take_seconds
        self._body_seconds = body_seconds

    async def post(self, request: web.Request) -> web.Response:
        """200 once it is stored, 401 for whatever Slack has not sent, 503 when it should come again."""
        try:
            async with asyncio.timeout(self._body_seconds):
                body = await _read(request)
        except TimeoutError:
            return web.Response(status=408)
        except ValueError:
            return web.Response(status=413)
        headers = request.headers
        if not is_genuine(self._secrets, headers.getall(TIMESTAMP, []), headers.getall(SIGNATURE, []), body, self._clock.now()):
            return web.Response(status=401)
        try:
            told = _told(body.decode(), request.content_type)
            # Taken apart here and not by Bolt, which takes every form that holds the word "payload" for a press.
            parsed = AsyncBoltRequest(mode="socket_mode", body=told, query=request.query_string, headers=dict(headers))
        except (ValueError, RecursionError, *BUGS):
            return web.Response(status=401)
        answer = await dispatch(self._bolt, parsed, self._take_seconds)
        kind = answer.headers.get("content-type", ["text/plain"])[0].partition(";")[0]
        return web.Response(status=answer.status, text=answer.body, content_type=kind)


async def _read(request: web.Request) -> bytes:
    """The body. Raises ValueError when it is longer than anything Slack sends."""
    body = bytearray()
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > BODY_LIMIT:
            raise ValueError("too long")
    return bytes(body)


def _told(text: str, content_type: str) -> dict[str, Any]:
    """The body as an object: JSON, JSON within a form, or a form. Raises ValueError or RecursionError when it is none."""
    if content_type == "application/x-www-form-urlencoded":
        form = dict(parse_qsl(text, keep_blank_values=True, strict_parsing=True, errors="strict"))
        if "payload" not in form:
            return form
        text = form["payload"]
    told = json.loads(text)
    if not isinstance(told, dict) or not _is_shallow(told):
        raise ValueError("not an object of Slack's")
    return told


def _is_shallow(told: object) -> bool:
    """Whether it is nested no deeper than DEPTH."""
    level: list[object] = [told]
    for _ in range(DEPTH):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return True
    return False


def _inside(one: object) -> Iterable[object]:
    match one:
        case dict():
            return one.values()
        case list():
            return one
    return ()
