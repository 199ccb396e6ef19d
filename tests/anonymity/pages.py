"""Somebody in front of the pages, on a device of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

from aiohttp import FormData

from adapters.notes.shell import PATH
from adapters.notes.verify import LINK_LIFE as _LIFE
from adapters.notes.verify import Purpose, make_pass
from bot.okr.people import PersonId
from tests.unit.notes.site import OURS, Shown

if TYPE_CHECKING:
    from tests.anonymity.product import Product


class Device:
    """A browser without scripts. `visit` is what the forms of the page it shows carry."""

    def __init__(self, one: Product) -> None:
        self._one = one
        self.visit = ""
        self.form: Shown | None = None

    async def post(self, name: str, **fields: str) -> Shown:
        data = FormData(default_to_multipart=True)
        for key, value in fields.items():
            data.add_field(key, value.replace("\n", "\r\n"))
        async with self._one.http.post(f"{self._one.url}{PATH}/{name}", data=data, headers=OURS) as response:
            raw = await response.read()
            return Shown(response.status, raw.decode(), raw, dict(response.headers))

    async def enters(self, way: Mapping[str, str]) -> Self:
        """Come in the way a chat has shown, to the form."""
        self.form = await self._enters(way, "write")
        return self

    async def _enters(self, way: Mapping[str, str], page: str) -> Shown:
        shown = await self.post("enter", page=page, lang="en", **way)
        assert shown.number == 200, (shown.number, shown.text)
        self.visit = shown.value("visit")
        return shown

    async def sends(self, text: str) -> str:
        """Send the form; the code on the page that comes back."""
        return (await self._sends(text)).code

    async def stumbles(self, text: str) -> None:
        """The same when it cannot work."""
        shown = await self._sends(text)
        assert shown.number == 200, shown.text
        assert text in shown.box()

    async def _sends(self, text: str) -> Shown:
        assert self.form is not None
        return await self.post("write", visit=self.visit, nonce=self.form.value("nonce", "write"), text=text, about="")

    async def reads(self, code: str) -> Shown:
        """As anybody could who has the code."""
        return await self.post("read", code=code, lang="en")

    async def opens_tray(self, person_id: PersonId) -> Shown:
        """A reader comes for what has been written to them."""
        from tests.anonymity.product import SECRET

        way = make_pass(SECRET, Purpose.LINK, person_id, self._one.hands.now().replace(microsecond=0) + _LIFE)
        return await self._enters({"link": way}, "tray")

    async def answers(self, tray: Shown, text: str) -> Shown:
        """Answer the first note of the tray."""
        fields = {"visit": self.visit, "nonce": tray.value("nonce", "answer"), "ref": tray.value("ref", "answer"), "text": text}
        return await self.post("answer", **fields)
