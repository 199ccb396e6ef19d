"""The Messenger port for the web chat: sending is writing into the transcript and waking the pages that show it."""

from __future__ import annotations

from adapters.webchat.limits import WEB
from adapters.webchat.streams import Streams
from adapters.webchat.visitors import PLATFORM
from bot.chat.degrade import fit
from bot.chat.incoming import Place
from bot.chat.message import Message
from bot.ports import Clock, Ids, Transcript, UndeliverableError


class WebMessenger:
    """Implements `bot.ports.Messenger`."""

    __slots__ = ("_clock", "_ids", "_streams", "_transcript")

    def __init__(self, transcript: Transcript, streams: Streams, clock: Clock, ids: Ids) -> None:
        self._transcript = transcript
        self._streams = streams
        self._clock = clock
        self._ids = ids

    async def send(self, place: Place, message: Message, replaces: str, key: str = "") -> str:
        """Write `message`, in the stead of the line `replaces` names if it names one. Returns the id of the line that now shows it."""
        if place.platform != PLATFORM:
            raise UndeliverableError(f"the web chat does not deliver to {place.platform}")
        line_id = self._ids.new()
        for number, part in enumerate(fit(message, WEB)):
            part_id = line_id if number == 0 else f"{line_id}-{number}"
            await self._transcript.write(place, part_id, part, self._clock.now(), replaces if number == 0 else "")
        self._streams.ring(place)
        return replaces or line_id
