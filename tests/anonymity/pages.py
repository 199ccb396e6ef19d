"""Somebody in front of the pages, on a device of their own."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import FormData

from adapters.notes.shell import PATH
from adapters.notes.verify import LINK_LIFE as _LIFE
from adapters.notes.verify import Purpose, make_pass
from bot.okr.people import PersonId
from tests.anonymity.product import SECRET, Product
from tests.unit.notes.site import OURS, Shown


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

    async def enters(self, way: Mapping[str, str], page: str = "write") -> Shown:
        """Come in the way a chat has shown."""
        shown = await self.post("enter", page=page, lang="en", **way)
        assert shown.number == 200, (shown.number, shown.text)
        self.visit = shown.value("visit")
        self.form = shown
        return shown

    async def sends(self, text: str, about: str = "") -> str:
        """Send the form; the code on the page that comes back."""
        assert self.form is not None
        fields = {"visit": self.visit, "nonce": self.form.value("nonce", "write"), "text": text, "about": about}
        return (await self.post("write", **fields)).code

    async def reads(self, code: str) -> Shown:
        """As anybody could who has the code."""
        return await self.post("read", code=code, lang="en")

    async def opens_tray(self, person_id: PersonId) -> Shown:
        """A reader comes for what has been written to them."""
        way = make_pass(SECRET, Purpose.LINK, person_id, self._one.hands.now().replace(microsecond=0) + _LIFE)
        return await self.enters({"link": way}, page="tray")

    async def answers(self, tray: Shown, text: str) -> Shown:
        """Answer the first note of the tray."""
        fields = {"visit": self.visit, "nonce": tray.value("nonce", "answer"), "ref": tray.value("ref", "answer"), "text": text}
        return await self.post("answer", **fields)
