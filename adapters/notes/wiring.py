"""Puts the parts together: the pages, who may come in, and the addresses that lead there."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web

from adapters.notes.askers import Askers, KnownAskers
from adapters.notes.receive import create_notes
from adapters.notes.shell import PATH
from adapters.notes.ways import Doors, Ways
from bot.anon.port import AnonymousRelay
from bot.ports import Clock, Reading


@dataclass(frozen=True, slots=True)
class Notes:
    """The pages, ready to be served; `ways` is for chats."""

    pages: web.Application
    ways: Ways
    askers: Askers
    troubles: set[str] = field(default_factory=set)
    """Kinds of our own failures since somebody last told them."""

    def add_routes(self, app: web.Application) -> None:
        """Serve the pages below `PATH`."""
        app.add_subapp(PATH, self.pages)

    async def path_for(self, platform: str, tenant: str, user_id: str) -> str:
        """The way in for an account, seen from a page of ours; "" for somebody unknown or gone."""
        asker = await self.askers.account(platform, tenant, user_id)
        return "" if asker is None else self.ways.path(asker.person_id)


def connect(relay: AnonymousRelay, reading: Reading, clock: Clock, doors: Doors, *, is_reachable: bool) -> Notes:
    """The pages over a relay. `is_reachable`: people can open our address from where they are."""
    askers, troubles = KnownAskers(reading, clock), set[str]()
    pages = create_notes(relay, askers, doors, clock, troubles=troubles)
    return Notes(pages, Ways(doors, clock, is_reachable=is_reachable), askers, troubles)
