"""The web chat's pages: shows the transcript, takes what people type and press, and streams what is new.

A post is durable before it is answered, and the turn it starts is committed before that; the bot's words come by way of the outbox.
"""

from __future__ import annotations

import asyncio
import logging
import re
import traceback
from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from adapters.accept_language import preferred_language
from adapters.assets import Asset
from adapters.origin import is_own_host, is_same_origin
from adapters.webchat import decode
from adapters.webchat.assets import load_assets
from adapters.webchat.decode import Heard, OddPostError, Posted
from adapters.webchat.encode import PICTURES, Chat, Opened, Shell, chat_page, lines_fragment, note_page, pick_page
from adapters.webchat.streams import Bell, Streams, TooManyError
from adapters.webchat.verify import form_token, is_form_token
from adapters.webchat.visitors import GUEST_PREFIX, Visitor, Visitors, is_guest_id, place_of
from bot.actions.unsigned_typed import is_private_matter
from bot.chat.incoming import Incoming
from bot.ports import Clock, Ids, Line, Transcript

log = logging.getLogger("laban.webchat")

BODY_LIMIT: Final = 64 * 1024
BODY_SECONDS: Final = 10.0
HEARTBEAT_SECONDS: Final = 15.0
REPLY_SECONDS: Final = 2.0
"""How long a page without JavaScript waits for an answer to show with what was just said."""
SETTLED_SECONDS: Final = 0.1
PAGE_LINES: Final = 200
MOST_LINES: Final = 2000

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
HSTS: Final = "max-age=31536000"

PICTURE_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
"""For a picture opened by itself: its own style colours it, and nothing runs, is fetched or leads anywhere."""

Talk = Callable[[Incoming], Awaitable[None]]
Draw = Callable[[Visitor, str], Awaitable[str | None]]
"""A visitor and an image's source → SVG, None for what is not there or not for them."""
Way = Callable[[Visitor], Awaitable[str]]
"""A visitor → where they go, "" for those who cannot."""
Reader = Callable[[Visitor, Posted, Sequence[Line]], Heard | None]


def create_app(
    talk: Talk,
    transcript: Transcript,
    visitors: Visitors | None,
    streams: Streams,
    *,
    secret: bytes,
    clock: Clock,
    ids: Ids,
    public_url: str,
    invite: str = "",
    is_healthy: Callable[[], Awaitable[bool]] | None = None,
    heartbeat: float = HEARTBEAT_SECONDS,
    draw: Draw | None = None,
    unsigned_at: Way | None = None,
) -> web.Application:
    """The whole site. `talk` has committed the turn when it returns; `visitors` is None where nobody can sign in yet: every page of the chat
    then says so. `streams` is shared with the WebMessenger, `invite` is the code strangers are told, `heartbeat` is in seconds.

    `unsigned_at` is where a visitor writes unsigned: the wish to do so leads there and is not kept. None where there is no such page.

    Start the server with `handler_cancellation=False` (aiohttp's default), so that a closed tab never interrupts a turn.
    """
    site = _Site(
        talk,
        transcript,
        visitors,
        streams,
        secret,
        clock,
        ids,
        public_url.rstrip("/"),
        invite,
        is_healthy,
        heartbeat,
        draw,
        unsigned_at,
    )
    app = web.Application(client_max_size=BODY_LIMIT, middlewares=[site.answer_kindly])
    app.on_response_prepare.append(site.harden)
    app.on_shutdown.append(site.stop)
    app.add_routes(
        [
            web.get("/health", site.health),
            web.get("/static/{name}", site.static),
            web.get("/", site.pick),
            web.get("/new", site.be_new),
            web.get(_CHAT, site.show),
            web.get(f"{_CHAT}/{{picture:{PICTURES}/[A-Za-z0-9_/-]{{1,120}}}}", site.picture),
            web.get(f"{_CHAT}/events", site.events, allow_head=False),
            web.post(f"{_CHAT}/{{action:arrive|say|press|tick|form}}", site.post),
        ]
    )
    return app


_CHAT: Final = "/as/{visitor:[A-Za-z0-9_-]{1,64}}"


class _Site:
    def __init__(
        self,
        talk: Talk,
        transcript: Transcript,
        visitors: Visitors | None,
        streams: Streams,
        secret: bytes,
        clock: Clock,
        ids: Ids,
        public_url: str,
        invite: str,
        is_healthy: Callable[[], Awaitable[bool]] | None,
        heartbeat: float,
        draw: Draw | None,
        unsigned_at: Way | None,
    ) -> None:
        self._talk = talk
        self._transcript = transcript
        self._visitors = visitors
        self._streams = streams
        self._secret = secret
        self._clock = clock
        self._ids = ids
        self._public_url = public_url
        self._base = urlsplit(public_url).path.rstrip("/")
        self._is_secure = public_url.startswith("https://")
        self._invite = invite
        self._is_healthy = is_healthy
        self._heartbeat = heartbeat
        self._draw = draw
        self._unsigned_at = unsigned_at
        self._assets: dict[str, Asset] = {asset.served_as: asset for asset in load_assets().values()}
        self._readers: dict[str, Reader] = {
            "arrive": lambda visitor, posted, _: decode.arrived(visitor, posted, clock.now()),
            "say": lambda visitor, posted, _: decode.said(visitor, posted, clock.now()),
            "press": lambda visitor, posted, _: decode.pressed(visitor, posted, clock.now()),
            "tick": lambda visitor, posted, shown: decode.ticked(visitor, posted, clock.now(), shown),
            "form": lambda visitor, posted, shown: decode.submitted(visitor, posted, clock.now(), shown),
        }

    # --- around every request ---

    async def harden(self, request: web.Request, response: web.StreamResponse) -> None:
        """The same headers on everything that leaves, errors included."""
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if self._is_secure:
            response.headers["Strict-Transport-Security"] = HSTS
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        response.headers["Server"] = "laban"

    @web.middleware
    async def answer_kindly(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Turns every failure into a page that says what to do. Logs what failed, never what somebody wrote."""
        try:
            if request.path != "/health" and not is_own_host(request.host, self._public_url):
                return self._note(request, 421)
            return await handler(request)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            return self._note(request, error.status, allow=error.headers.get("Allow", ""))
        except OddPostError:
            return self._note(request, 400)
        except TooManyError:
            return self._note(request, 503)
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception as error:
            _log_failure("a request failed", error)
            return self._note(request, 500)

    async def stop(self, app: web.Application) -> None:
        """Open streams end at once; the server would wait a minute for them otherwise."""
        self._streams.close()

    # --- pages ---

    async def health(self, request: web.Request) -> web.Response:
        is_well = self._is_healthy is None or await self._is_healthy()
        return web.Response(text="ok" if is_well else "not well", status=200 if is_well else 503)

    async def static(self, request: web.Request) -> web.Response:
        asset = self._assets.get(request.match_info["name"])
        if asset is None:
            raise web.HTTPNotFound
        return asset.answer(request)

    async def pick(self, request: web.Request) -> web.Response:
        if self._visitors is None:
            return self._closed(request)
        return _page(pick_page(self._shell(request), await self._visitors.all(), self._invite))

    async def be_new(self, request: web.Request) -> web.Response:
        if self._visitors is None:
            return self._closed(request)
        raise web.HTTPSeeOther(f"{self._base}/as/{GUEST_PREFIX}{self._ids.new()}")

    async def show(self, request: web.Request) -> web.Response:
        if self._visitors is None:
            return self._closed(request)
        visitor = await self._visitor(request)
        wanted = _whole_number(request.query.get("lines", str(PAGE_LINES)), most=MOST_LINES)
        lines = await self._transcript.lines(place_of(visitor.id), limit=max(wanted, 1))
        newest = max((line.number for line in lines), default=0)
        has_earlier = len(lines) >= wanted and wanted < MOST_LINES
        opened = Opened(lines, newest, min(wanted * 2, MOST_LINES) if has_earlier else 0)
        return _page(chat_page(self._chat(request, visitor, lines), opened))

    async def picture(self, request: web.Request) -> web.Response:
        """A picture of a message, drawn anew of what is stored now, for those who may see it."""
        if self._visitors is None or self._draw is None:
            raise web.HTTPNotFound
        drawn = await self._draw(await self._visitor(request), request.match_info["picture"])
        if drawn is None:
            raise web.HTTPNotFound
        headers = {"Content-Security-Policy": PICTURE_POLICY}
        return web.Response(text=drawn, content_type="image/svg+xml", charset="utf-8", headers=headers)

    # --- what is new ---

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: `lines` with the HTML of lines that are new or changed and the number to go on from, `restart` when the page
        shows a conversation that is no more."""
        if self._visitors is None:
            return self._closed(request)
        visitor = await self._visitor(request)
        after = _whole_number(request.headers.get("Last-Event-ID") or request.query.get("after", "0"), most=2**53)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"})
        try:
            with self._streams.listen(place_of(visitor.id)) as bell:
                await self._stream(request, response, visitor, after, bell)
        except ConnectionError:
            pass  # the page was closed
        except Exception as error:
            if not response.prepared:
                raise
            _log_failure("a stream broke off; the page will ask again", error)
        return response

    async def _stream(self, request: web.Request, response: web.StreamResponse, visitor: Visitor, after: int, bell: Bell) -> None:
        place = place_of(visitor.id)
        # The page's newest line, or what became of it, must be there; if not, the sample company was made afresh meanwhile.
        is_other_talk = after > 0 and not await self._transcript.lines(place, after - 1, 1)
        lines = await self._transcript.lines(place, after, MOST_LINES)
        # Begun only now: a stream that opens and breaks at once would be asked for again and again without a pause.
        await response.prepare(request)
        await response.write(b"retry: 1000\n\n")
        if is_other_talk:
            await response.write(_event("restart", after, ""))
            return
        while not bell.is_over:
            if lines:
                after = max(line.number for line in lines)
                await response.write(_event("lines", after, lines_fragment(self._chat(request, visitor, lines), lines)))
            elif not await bell.heard_within(self._heartbeat):
                await response.write(b": still here\n\n")
            bell.hush()
            lines = await self._transcript.lines(place, after, MOST_LINES)
        await response.write_eof()

    # --- what people do ---

    async def post(self, request: web.Request) -> web.Response:
        if self._visitors is None:
            return self._closed(request)
        headers = request.headers
        if not is_same_origin(headers.get("Sec-Fetch-Site"), headers.get("Origin"), request.host, self._public_url):
            raise web.HTTPForbidden
        visitor = await self._visitor(request)
        posted = await _read_post(request)
        if not is_form_token(self._secret, visitor.id, posted.csrf):
            raise web.HTTPForbidden
        action = request.match_info["action"]
        shown = await self._transcript.lines(place_of(visitor.id)) if action in ("tick", "form") else ()
        heard = self._readers[action](visitor, posted, shown)
        if heard is not None and self._unsigned_at is not None and is_private_matter(heard.incoming.body):
            way = await self._unsigned_at(visitor)
            if way:
                return _led_to(request, way)
        if _wants_page(request):
            return await self._hear_and_show(request, visitor, heard)
        try:
            if heard is not None and await self._keep(heard):
                await self._take_turn(heard)
        except _NotKeptError:
            return self._note(request, 503)
        return web.Response(status=204)

    async def _hear_and_show(self, request: web.Request, visitor: Visitor, heard: Heard | None) -> web.Response:
        address = f"{self._base}/as/{visitor.id}"
        if heard is not None:
            with self._streams.listen(place_of(visitor.id)) as bell:
                try:
                    is_new = await self._keep(heard)
                except _NotKeptError:
                    return self._note(request, 503, back=address, unsent=heard.said)
                if is_new:
                    bell.hush()
                    await self._take_turn(heard)
                    await _settled(bell)
        raise web.HTTPSeeOther(f"{address}#compose")

    async def _keep(self, heard: Heard) -> bool:
        """Store the event and show what was said. False when that had happened before. Raises _NotKeptError: then nothing has happened."""
        try:
            is_new = await self._transcript.hear(heard.incoming, heard.said)
        except Exception as error:
            _log_failure("an event could not be kept", error)
            raise _NotKeptError from None
        if is_new:
            self._streams.ring(heard.incoming.place)
        return is_new

    async def _take_turn(self, heard: Heard) -> None:
        try:
            await self._talk(heard.incoming)
        except Exception as error:
            # The event is in the inbox and will be dealt with from there: telling the person to send it again would be wrong.
            _log_failure("a turn failed; its event stays in the inbox", error)

    # --- pieces ---

    async def _visitor(self, request: web.Request) -> Visitor:
        visitor_id = request.match_info["visitor"]
        visitor = None if self._visitors is None else await self._visitors.get(visitor_id)
        if visitor is None and is_guest_id(visitor_id):
            return Visitor(visitor_id, locale=preferred_language(request.headers.get("Accept-Language", "")))
        if visitor is None:
            raise web.HTTPNotFound
        return visitor

    def _shell(self, request: web.Request, lang: str = "") -> Shell:
        return Shell(lang or preferred_language(request.headers.get("Accept-Language", "")), self._base)

    def _chat(self, request: web.Request, visitor: Visitor, lines: Sequence[Line]) -> Chat:
        # The bot's newest words show best which language its person reads, also while a stranger is still choosing one.
        lang = next((line.message.lang for line in reversed(lines) if line.message is not None), visitor.locale)
        return Chat(
            self._shell(request, lang),
            visitor,
            form_token(self._secret, visitor.id),
            self._ids.new,
            self._public_url,
            self._invite,
        )

    def _closed(self, request: web.Request) -> web.Response:
        words = self._shell(request).words
        return _page(note_page(self._shell(request), words("off_title"), words("off")), 404)

    def _note(self, request: web.Request, number: int, *, allow: str = "", back: str = "", unsent: str = "") -> web.Response:
        shell = self._shell(request)
        number_said = number if number in _SAID else 400 if number < 500 else 500
        page = note_page(
            shell, shell.words("error_title"), shell.words(f"error_{number_said}"), back=back or f"{self._base}/", unsent=unsent
        )
        response = _page(page, number)
        if allow:
            response.headers["Allow"] = allow
        if number == 503:
            response.headers["Retry-After"] = "5"
        return response


_SAID = frozenset({400, 403, 404, 405, 408, 413, 421, 500, 503})
"""What there are words for; the rest shares those of 400 and 500."""


class _NotKeptError(Exception):
    """The event could not be stored; the page may send it again."""


async def _settled(bell: Bell) -> None:
    """Until the bot has answered and finished: its answer may be several messages."""
    is_answered = await bell.heard_within(REPLY_SECONDS)
    while is_answered and not bell.is_over:
        bell.hush()
        is_answered = await bell.heard_within(SETTLED_SECONDS)


async def _read_post(request: web.Request) -> Posted:
    if request.content_type != "application/x-www-form-urlencoded" or (request.charset or "utf-8").lower() != "utf-8":
        raise web.HTTPUnsupportedMediaType
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    return decode.read_post(body)


def _wants_page(request: web.Request) -> bool:
    """A plain form post shows its answer as a page; a script only needs to know that it was taken."""
    return "HX-Request" not in request.headers and "text/html" in request.headers.get("Accept", "")


def _led_to(request: web.Request, address: str) -> web.Response:
    """Away from the chat, before anything is kept. A script is told by htmx's own header."""
    if _wants_page(request):
        raise web.HTTPSeeOther(address)
    return web.Response(status=204, headers={"HX-Redirect": address})


def _whole_number(text: str, *, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most))):
        raise web.HTTPBadRequest
    return min(int(text), most)


def _page(html: str, number: int = 200) -> web.Response:
    return web.Response(text=html, status=number, content_type="text/html", charset="utf-8")


def _event(name: str, number: int, data: str) -> bytes:
    # A lone carriage return ends a line in this format too.
    lines = "".join(f"data: {line}\n" for line in re.split(r"\r\n|\r|\n", data))
    return f"event: {name}\nid: {number}\n{lines}\n".encode()


def _log_failure(what: str, error: Exception) -> None:
    # The error's own text may quote what somebody wrote, so only its kind and place are kept.
    log.error("%s: %s\n%s", what, type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
