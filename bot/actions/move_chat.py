"""A platform has given a group chat another id (Telegram does, once, when a group becomes a supergroup)."""

from __future__ import annotations

from bot.chat.incoming import Place
from bot.ports import Change, Deps, PutTeamPlace, Turn


async def move_chat(old: Place, new: Place, deps: Deps) -> None:
    """Let the team whose chat `old` was have `new`, unless somebody has bound that to a team meanwhile. Doing it twice changes nothing."""
    team_id = await deps.reading.team_of_place(old)
    if team_id is None:
        return
    is_taken = await deps.reading.team_of_place(new) is not None
    change: Change = PutTeamPlace(team_id, None if is_taken else new)
    await deps.work.save(Turn(deps.clock.now(), changes=(change,)))
