"""Unsigned notes in a modal: a call to the relay and its answer, within the three seconds Slack waits. Nothing of it is stored or logged.

Slack knows that somebody opened the modal, and carries what is written in it; the modal says so. It is never a message, so it is in no chat.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from adapters.slack import unsigned_views as views
from adapters.slack.encode import Json
from bot.anon import disclosure
from bot.anon.port import AnonymousRelay, Draft, Form, No, Receipt, Refused, Taken, Thread, Tray
from bot.chat.incoming import Sender
from bot.chat.intents import Wish
from bot.okr.people import Person, PersonId
from bot.texts import T, Text, say_plain

WhoIs = Callable[[Sender], Awaitable[Person | None]]
"""The person behind an account, None for a stranger or somebody who has left. Writes nothing."""


class UnsignedModal:
    """Implements `adapters.slack.private.PrivateModal`."""

    wish = Wish.ANONYMOUS
    name = views.NAME

    def __init__(self, relay: AnonymousRelay, who_is: WhoIs) -> None:
        self._relay = relay
        self._who_is = who_is

    async def open(self, sender: Sender) -> Mapping[str, Any] | None:
        """The form, or why there is none; None for somebody we do not know."""
        person = await self._person(sender)
        return None if person is None else await self._first(person)

    async def submitted(self, sender: Sender, view: Mapping[str, Any]) -> Mapping[str, Any]:
        """What was handed in, answered at once: by the next view, or by a reason beside the input."""
        try:
            place = views.read_place(view)
        except ValueError:
            return {"response_action": "clear"}
        person = await self._person(sender)
        if person is None:
            # What was typed stays: the database may be back in a moment, and who has left has lost nothing of ours.
            return _refused(place.lang, views.CODE if place.view == "code" else views.TEXT, Refused(No.NOT_NOW))
        match place.view:
            case "write":
                return await self._submit(person, place, view)
            case "code":
                return await self._look(person, views.words_of(view, views.CODE))
            case "thread":
                return await self._follow_up(person, place, view)
            case "answer":
                return await self._answer(person, place, view)
        return {}

    async def pressed(self, sender: Sender, view: Mapping[str, Any], action: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """A button within it."""
        person = await self._person(sender)
        name, value = action.get("action_id"), action.get("value")
        if person is None or not isinstance(value, str):
            return None
        try:
            place = views.read_place(view)
        except ValueError:
            return None
        match name:
            case views.READ:
                return views.code_view(person.locale)
            case views.TRAY:
                return await self._tray(person)
            case views.BURN:
                return await self._burn(person, place)
            case views.ANSWER:
                return await self._open_note(person, value)
            case views.THANK:
                done = await self._relay.thank(person.id, value, place.nonce)
                return await self._tray(person, _told(done, T("unsigned.did_thank")))
            case views.CLOSE:
                done = await self._relay.close(person.id, value, place.nonce)
                return await self._tray(person, _told(done, T("unsigned.did_close")))
        return None

    async def _first(self, person: Person) -> Json:
        form, tray = await self._relay.form(person.id), await self._relay.tray(person.id)
        may_read = isinstance(tray, Tray)
        if isinstance(form, Form):
            return views.write_view(person.locale, form, may_read=may_read)
        return views.no_form_view(person.locale, form, may_read=may_read)

    async def _submit(self, person: Person, place: views.Place, view: Mapping[str, Any]) -> Json:
        draft = Draft(place.nonce, views.words_of(view, views.TEXT), views.words_of(view, views.ABOUT))
        taken = await self._relay.submit(person.id, draft)
        if isinstance(taken, Receipt):
            return _instead(views.receipt_view(person.locale, taken.code))
        return _refused(person.locale, views.TEXT, taken)

    async def _look(self, person: Person, code: str) -> Json:
        thread = await self._relay.look(code, str(person.id))
        if isinstance(thread, Thread):
            return _instead(views.thread_view(person.locale, thread, code))
        return _refused(person.locale, views.CODE, thread)

    async def _follow_up(self, person: Person, place: views.Place, view: Mapping[str, Any]) -> Json:
        text, asker = views.words_of(view, views.TEXT), str(person.id)
        taken = await self._relay.follow_up(place.code, place.nonce, text, asker)
        if isinstance(taken, Refused):
            return _refused(person.locale, views.TEXT, taken)
        thread = await self._relay.look(place.code, asker)
        if isinstance(thread, Thread):
            return _instead(views.thread_view(person.locale, thread, place.code, T("unsigned.followed")))
        return _instead(views.said_view(person.locale, T("unsigned.title"), T("unsigned.followed")))

    async def _burn(self, person: Person, place: views.Place) -> Json:
        burnt = await self._relay.burn(place.code, str(person.id))
        if burnt is Taken.TAKEN:
            return views.said_view(person.locale, T("unsigned.burnt_title"), T("unsigned.burnt"))
        assert isinstance(burnt, Refused)  # noqa: S101 the only other answer
        return views.said_view(person.locale, T("unsigned.title"), disclosure.refusal(burnt))

    async def _tray(self, person: Person, told: Text | None = None) -> Json:
        tray = await self._relay.tray(person.id)
        if isinstance(tray, Tray):
            return views.tray_view(person.locale, tray, told)
        return views.said_view(person.locale, T("unsigned.title"), disclosure.refusal(tray))

    async def _open_note(self, person: Person, ref: str) -> Json:
        tray = await self._relay.tray(person.id)
        note = next((one for one in tray.notes if one.ref == ref), None) if isinstance(tray, Tray) else None
        if note is None or not isinstance(tray, Tray):
            return await self._tray(person, disclosure.refusal(Refused(No.NOT_YOURS)))
        return views.answer_view(person.locale, note, tray)

    async def _answer(self, person: Person, place: views.Place, view: Mapping[str, Any]) -> Json:
        text, to = views.words_of(view, views.TEXT), views.words_of(view, views.PASS)
        said = T("unsigned.did_answer")
        if text.strip() or not to:
            done = await self._relay.answer(person.id, place.ref, place.nonce, text)
            if isinstance(done, Refused):
                return _refused(person.locale, views.TEXT, done)
        if to:
            # Another nonce than the answer's, and the same one however often this is sent.
            nonce = f"{int(place.nonce or '0', 16) ^ 1:032x}"
            done = await self._relay.pass_to(person.id, place.ref, nonce, PersonId(to))
            if isinstance(done, Refused):
                return _refused(person.locale, views.PASS, done)
            said = T("unsigned.did_pass")
        return _instead(await self._tray(person, said))

    async def _person(self, sender: Sender) -> Person | None:
        """Never fails: an error here must neither be logged beside the moment nor send what was typed another way."""
        try:
            person = await self._who_is(sender)
        except Exception:
            return None
        return person if person is not None and person.is_active and person.joined_at is not None else None


def _told(done: Taken | Refused, text: Text) -> Text:
    return disclosure.refusal(done) if isinstance(done, Refused) else text


def _instead(view: Json) -> Json:
    return {"response_action": "update", "view": view}


def _refused(lang: str, name: str, refused: Refused) -> Json:
    """Beside the input, which keeps what was typed."""
    return {"response_action": "errors", "errors": {name: say_plain(lang, disclosure.refusal(refused))}}
