"""The pages' routes: who asks is established anew by every post, the relay is asked, and its answer is the page.

Nothing is logged here, and no failure's words or frames leave the request: both could hold a note and its author. Nothing is changed by GET,
and every page a GET gives is the same for everybody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from aiohttp import web

from adapters.accept_language import preferred_language
from adapters.notes import pages
from adapters.notes.askers import Asker, Askers
from adapters.notes.body import LongBodyError, OddBodyError, read_fields
from adapters.notes.pace import BY_ADDRESS, BY_PERSON, Pace
from adapters.notes.pages import Typed
from adapters.notes.shell import FRAMED, PATH, WORDS_OF_COMMAND, Door, Shell, load_assets
from adapters.notes.spent import SpentLinks
from adapters.notes.verify import VISIT_LIFE, Purpose, make_pass, read_init_data, read_pass
from adapters.notes.ways import Doors
from adapters.origin import is_own_host, is_same_origin
from bot.anon.port import TEXT_LIMIT, AnonymousRelay, Form, No, Refused, Taken, Thread
from bot.okr.people import LANGUAGES, PersonId, TeamId
from bot.ports import Clock

BODY_LIMIT: Final = 64 * 1024
BODY_SECONDS: Final = 10.0
TELEGRAM: Final = ("telegram", "")
"""Platform and tenant of accounts that come by the Mini App."""

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; object-src 'none'; frame-ancestors {}"
)
FRAMES: Final = "https://web.telegram.org https://webk.telegram.org https://webz.telegram.org"
"""Telegram's web clients. Their other clients show pages in a window of their own, which no frame-ancestors speaks of."""
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # No transform: a proxy that compressed pages would give back the lengths that padding hides.
    "Cache-Control": "no-store, no-transform",
    "Server": "laban",
}
HSTS: Final = "max-age=31536000"

_SAID: Final = frozenset({400, 401, 403, 404, 405, 408, 413, 429, 500})


def create_notes(
    relay: AnonymousRelay,
    askers: Askers,
    doors: Doors,
    clock: Clock,
    *,
    troubles: set[str],
    pace: Pace | None = None,
    body_seconds: float = BODY_SECONDS,
) -> web.Application:
    """The pages, to be mounted at `shell.PATH`. A post has `body_seconds` to arrive. The kinds of our own failures are put into `troubles`, to
    be told when that says nothing about when somebody was here."""
    site = _Notes(relay, askers, doors, clock, troubles, pace or Pace(), body_seconds)
    app = web.Application(middlewares=[site.answer_kindly])
    app.add_routes([web.get("/static/{name}", site.static), *(route for way in site.ways for route in _routes(site, way))])
    return app


def _routes(site: _Notes, way: str) -> list[web.RouteDef]:
    acts = {
        "enter": site.enter,
        "page": site.page,
        "write": site.write,
        "read": site.read,
        "follow": site.follow,
        "burn": site.burn,
        "answer": site.answer,
        "thank": site.thank,
        "pass": site.pass_to,
        "close": site.close,
        "inbox": site.inbox,
    }
    # With a slash at its end as well: the address is copied by hand from one device to another.
    return [
        web.get(way, site.door),
        web.get(f"{way}/", site.door),
        *(web.post(f"{way}/{name}", site.taking(act)) for name, act in acts.items()),
    ]


class _StopError(Exception):
    """Answer with the page of this number; what was typed goes back."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@dataclass(frozen=True, slots=True)
class _Post:
    """A post of a page of ours. `came_from` counts tries where nobody is known."""

    fields: Mapping[str, str]
    door: Door
    lang: str
    came_from: str

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")

    @property
    def typed(self) -> Typed:
        return Typed(self["text"], self["about"], self["code"], self["ref"], self["to"])


@dataclass(frozen=True, slots=True)
class _Inside:
    """Somebody who has come in, for one request."""

    asker: Asker
    visit: str

    def shell(self, door: Door, tab: str) -> Shell:
        return Shell(self.asker.lang, door, tab, self.visit, self.asker.may_read, self.asker.timezone)


Act = Callable[[_Post], Awaitable[bytes]]


class _Notes:
    def __init__(
        self,
        relay: AnonymousRelay,
        askers: Askers,
        doors: Doors,
        clock: Clock,
        troubles: set[str],
        pace: Pace,
        body_seconds: float,
    ) -> None:
        self._relay = relay
        self._askers = askers
        self._doors = doors
        self._clock = clock
        self._troubles = troubles
        self._pace = pace
        self._spent = SpentLinks()
        self._body_seconds = body_seconds
        # We speak no TLS ourselves: where our address is https, a proxy stands in front and says last who came to it.
        self._is_secure = doors.public_url.startswith("https://")
        self._assets = {asset.served_as: asset for asset in load_assets().values()}
        self.ways = ("", FRAMED) if doors.bot_token else ("",)

    # --- around every request ---

    @web.middleware
    async def answer_kindly(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Every failure becomes a page, and everything that leaves is hardened. Only a failure's number goes on from here."""
        try:
            if not is_own_host(request.host, self._doors.public_url):
                raise _StopError(403)
            response = await handler(request)
        except (ConnectionError, asyncio.CancelledError):
            raise
        except web.HTTPException as error:
            response = self._error(request, error.status)
            if "Allow" in error.headers:
                response.headers["Allow"] = error.headers["Allow"]
        except _StopError as stop:
            response = self._error(request, stop.number)
        except Exception as error:
            # Its frames hold what was typed and who typed it, so they end here.
            self._troubles.add(type(error).__name__)
            response = self._error(request, 500)
        return self._hardened(request, response)

    def taking(self, act: Act) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """A handler that reads a post, lets `act` answer it, and gives what was typed back when that fails."""

        async def take(request: web.Request) -> web.StreamResponse:
            headers = request.headers
            own = self._doors.public_url
            if not is_same_origin(headers.get("Sec-Fetch-Site"), headers.get("Origin"), request.host, own):
                raise _StopError(403)
            came_from = self._came_from(request)
            if not self._pace.may(f"address {came_from}", self._clock.now(), BY_ADDRESS):
                raise _StopError(429)
            post = await self._read(request, came_from)
            try:
                return _page(await act(post))
            except _StopError as stop:
                number = stop.number
            except Exception as error:
                # As above; here what was typed is known and given back.
                self._troubles.add(type(error).__name__)
                number = 500
            return self._error(request, number, post)

        return take

    def _hardened(self, request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
        is_framed = bool(self._doors.bot_token) and self._door_of(request).is_framed
        response.headers.setdefault("Content-Security-Policy", POLICY.format(FRAMES if is_framed else "'none'"))
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if self._is_secure:
            response.headers["Strict-Transport-Security"] = HSTS
        return response

    def _error(self, request: web.Request, number: int, post: _Post | None = None) -> web.Response:
        lang = post.lang if post is not None else preferred_language(request.headers.get("Accept-Language", ""))
        door = post.door if post is not None else self._door_of(request)
        shell = Shell(lang, door)
        said = number if number in _SAID else 400 if number < 500 else 500
        gaps: dict[int, dict[str, object]] = {401: {"command": WORDS_OF_COMMAND}, 413: {"limit": TEXT_LIMIT}}
        what = shell.say(f"error_{said}", **gaps.get(said, {}))
        typed = post.typed if post is not None else Typed()
        response = _page(pages.note_page(shell, shell.say("error_title"), what, typed), number)
        if number == 429:
            response.headers["Retry-After"] = "60"
        return response

    # --- what a GET gives: the same to everybody ---

    async def static(self, request: web.Request) -> web.Response:
        asset = self._assets.get(request.match_info["name"])
        if asset is None:
            raise web.HTTPNotFound
        return asset.answer(request)

    async def door(self, request: web.Request) -> web.Response:
        shell = Shell(preferred_language(request.headers.get("Accept-Language", "")), self._door_of(request))
        return _page(pages.door_page(shell))

    # --- coming in ---

    async def enter(self, post: _Post) -> bytes:
        """A link's pass or a Mini App's start becomes a pass for the forms of this visit."""
        now = self._clock.now()
        if post["init"]:
            user_id = read_init_data(post["init"], self._doors.bot_token, now)
            asker = None if user_id is None else await self._askers.account(*TELEGRAM, user_id)
        else:
            # People copy what they see: "#in=…", or the whole address.
            given = post["link"].strip().rpartition("in=")[2].partition("&")[0]
            person_id = read_pass(self._doors.secret, Purpose.LINK, given, now)
            if person_id is not None and not self._spent.may_use(given, now):
                person_id = None
            asker = None if person_id is None else await self._askers.person(person_id)
        if asker is None:
            raise _StopError(401)
        inside = _Inside(asker, make_pass(self._doors.secret, Purpose.VISIT, asker.person_id, now + VISIT_LIFE))
        if not post["page"] and asker.may_read and await self._comes_to_read(asker.person_id):
            return await self._tray(inside, post)
        return await self._show(inside, post)

    async def _comes_to_read(self, person_id: PersonId) -> bool:
        """A reader comes for the notes that wait for them or, with nobody above to write to, for nothing else."""
        if await self._relay.open_since(person_id):
            return True
        is_shut = isinstance(await self._relay.form(person_id), Refused)
        return is_shut and not isinstance(await self._relay.tray(person_id), Refused)

    async def page(self, post: _Post) -> bytes:
        return await self._show(await self._inside(post), post)

    async def _show(self, inside: _Inside, post: _Post) -> bytes:
        if post["page"] == "tray":
            return await self._tray(inside, post)
        form = await self._relay.form(inside.asker.person_id)
        return self._form(inside, post, form)

    async def _inside(self, post: _Post) -> _Inside:
        now = self._clock.now()
        person_id = read_pass(self._doors.secret, Purpose.VISIT, post["visit"], now)
        asker = None if person_id is None else await self._askers.person(person_id)
        if asker is None:
            raise _StopError(401)
        if not self._pace.may(f"person {asker.person_id}", now, BY_PERSON):
            raise _StopError(429)
        return _Inside(asker, post["visit"])

    # --- writing ---

    async def write(self, post: _Post) -> bytes:
        """The receipt, in the answer to the very request that brought the note: nothing else ever carries it."""
        inside = await self._inside(post)
        person_id = inside.asker.person_id
        draft = pages.draft_of(post.fields)
        taken = await self._relay.submit(person_id, draft)
        if isinstance(taken, Refused):
            form = await self._relay.form(person_id)
            if isinstance(form, Form) and taken.why is not No.OUTDATED_FORM:
                form = replace(form, nonce=draft.nonce)
            return self._form(inside, post, form, taken)
        form = await self._relay.form(person_id)
        shown = form if isinstance(form, Form) else None
        return pages.receipt_page(inside.shell(post.door, "write"), taken.code, shown, f"{self._doors.public_url}{PATH}")

    def _form(self, inside: _Inside, post: _Post, form: Form | Refused, trouble: Refused | None = None) -> bytes:
        shell = inside.shell(post.door, "write")
        if isinstance(form, Refused):
            return pages.refusal_page(shell, trouble or form, post.typed)
        return pages.write_page(shell, form, trouble, post.typed)

    # --- the author's side, by code alone: who reads is not asked and cannot be told ---

    async def read(self, post: _Post) -> bytes:
        return self._thread(post, await self._relay.look(post["code"], post.came_from))

    async def follow(self, post: _Post) -> bytes:
        taken = await self._relay.follow_up(post["code"], post["nonce"], post["text"], post.came_from)
        if isinstance(taken, Refused) and taken.why in (No.UNKNOWN_CODE, No.TOO_MANY_TRIES):
            return self._thread(post, taken)
        thread = await self._relay.look(post["code"], post.came_from)
        if isinstance(taken, Taken):
            return self._thread(replace(post, fields={"code": post["code"]}), thread, said="followed")
        return self._thread(post, thread, trouble=taken)

    async def burn(self, post: _Post) -> bytes:
        burnt = await self._relay.burn(post["code"], post.came_from)
        shell = _public(post)
        if isinstance(burnt, Refused):
            return self._thread(post, burnt)
        return pages.note_page(shell, shell.say("burnt_title"), shell.say("burnt"))

    def _thread(self, post: _Post, found: Thread | Refused, said: str = "", trouble: Refused | None = None) -> bytes:
        shell = _public(post)
        if isinstance(found, Refused):
            if post["text"]:
                return pages.refusal_page(shell, trouble or found, post.typed)
            return pages.door_page(shell, pages.refusal_words(shell, trouble or found), post.typed)
        return pages.thread_page(shell, found, post["code"], shell.say(said) if said else "", trouble, post.typed)

    # --- the readers' side ---

    async def answer(self, post: _Post) -> bytes:
        inside = await self._inside(post)
        done = await self._relay.answer(inside.asker.person_id, post["ref"], post["nonce"], post["text"])
        return await self._tray(inside, post, done, "did_answer")

    async def thank(self, post: _Post) -> bytes:
        inside = await self._inside(post)
        done = await self._relay.thank(inside.asker.person_id, post["ref"], post["nonce"])
        return await self._tray(inside, post, done, "did_thank")

    async def pass_to(self, post: _Post) -> bytes:
        inside = await self._inside(post)
        if not post["to"]:
            return await self._tray(inside, post, trouble="pass_nobody")
        done = await self._relay.pass_to(inside.asker.person_id, post["ref"], post["nonce"], PersonId(post["to"]))
        return await self._tray(inside, post, done, "did_pass")

    async def close(self, post: _Post) -> bytes:
        inside = await self._inside(post)
        done = await self._relay.close(inside.asker.person_id, post["ref"], post["nonce"])
        return await self._tray(inside, post, done, "did_close")

    async def inbox(self, post: _Post) -> bytes:
        inside = await self._inside(post)
        is_open = post["open"] == "1"
        done = await self._relay.set_inbox(inside.asker.person_id, TeamId(post["team"]), is_open=is_open)
        return await self._tray(inside, post, done, "did_inbox_open" if is_open else "did_inbox_closed")

    async def _tray(
        self, inside: _Inside, post: _Post, done: Taken | Refused | None = None, said: str = "", trouble: str = ""
    ) -> bytes:
        tray = await self._relay.tray(inside.asker.person_id)
        shell = inside.shell(post.door, "tray")
        wrong = shell.say(trouble) if trouble else pages.refusal_words(shell, done if isinstance(done, Refused) else None)
        if isinstance(tray, Refused):
            if tray.why is No.NOT_YOURS and done is None:
                return pages.note_page(shell, shell.say("tray_none_title"), shell.say("tray_none"))
            return pages.refusal_page(shell, done if isinstance(done, Refused) else tray, post.typed)
        start = int(post["start"]) if post["start"].isascii() and post["start"].isdigit() and len(post["start"]) < 6 else 0
        typed = post.typed if wrong else Typed()
        return pages.tray_page(shell, tray, start, shell.say(said) if isinstance(done, Taken) else "", wrong, typed)

    # --- pieces ---

    def _door_of(self, request: web.Request) -> Door:
        is_framed = f"{request.path}/".startswith(f"{PATH}{FRAMED}/")
        return Door(self._doors.base, is_framed, chat=self._doors.chat, is_rehearsal=self._doors.is_rehearsal)

    async def _read(self, request: web.Request, came_from: str) -> _Post:
        """The fields of a post. Raises _StopError for everything a page of ours does not send."""
        try:
            async with asyncio.timeout(self._body_seconds):
                fields = await read_fields(request, BODY_LIMIT)
        except TimeoutError:
            raise _StopError(408) from None
        except LongBodyError:
            raise _StopError(413) from None
        except OddBodyError:
            raise _StopError(400) from None
        lang = fields.get("lang", "")
        if lang not in LANGUAGES:
            lang = preferred_language(request.headers.get("Accept-Language", ""))
        look = fields.get("look", "")
        door = replace(self._door_of(request), look=look if look in ("light", "dark") else "")
        return _Post(fields, door, lang, came_from)

    def _came_from(self, request: web.Request) -> str:
        """The address that asks, to count by for a minute. What a client says of itself is never believed: only the last hop's word counts."""
        said = request.headers.getall("X-Forwarded-For", [])
        if self._is_secure and said:
            return said[-1].rpartition(",")[2].strip()[:64]
        return request.remote or ""


def _public(post: _Post) -> Shell:
    return Shell(post.lang, post.door)


def _page(html: bytes, number: int = 200) -> web.Response:
    response = web.Response(status=number, content_type="text/html", charset="utf-8")
    # The line with the number is as long as its words; the page makes up for it.
    response.body = pages.padded(html, len(response.reason or ""))
    return response
