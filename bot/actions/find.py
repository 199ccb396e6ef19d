"""What scripts can look up between two questions. Findings are plain JSON, since they are stored like answers."""

from __future__ import annotations

from bot.actions.alignment import find_candidates
from bot.actions.desk import Desk
from bot.dialogs.script import LookUp
from bot.dialogs.session import Json


async def find(desk: Desk, look_up: LookUp) -> Json:
    """The finding for a look-up. Raises LookupError for a name no release has ever used."""
    if look_up.name == "candidates":
        return await find_candidates(desk, str(look_up.params["words"]), str(look_up.params.get("objective", "")))
    raise LookupError(f"nothing finds {look_up.name!r}")
