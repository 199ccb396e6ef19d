"""Does what a finished conversation has decided. Every decision is checked again against today's data before it counts."""

from __future__ import annotations

from typing import Any

from bot.actions.call_for_help import answer, send_call
from bot.actions.change_objective import revise_objective
from bot.actions.check_in import save_check_ins
from bot.actions.desk import Desk
from bot.actions.join import finish_joining
from bot.actions.redo import Redo
from bot.actions.settings import save_settings
from bot.actions.write_objective import save_objective
from bot.chat.intents import Intent, Wish
from bot.scripts.call_for_help import AnswerCall, CallForHelp
from bot.scripts.check_in import SaveCheckIns
from bot.scripts.edit_objective import ReviseObjective
from bot.scripts.join import Join
from bot.scripts.settings import SaveSettings
from bot.scripts.write_objective import SaveObjective
from bot.texts import T


async def execute(desk: Desk, decision: Any) -> Redo | None:
    """Carry out a script's decision; None as a decision means that nothing is to be done. Returns what must be asked again, if anything."""
    match decision:
        case SaveObjective():
            return await save_objective(desk, decision)
        case ReviseObjective():
            return await revise_objective(desk, decision)
        case Join():
            return await finish_joining(desk, decision)
        case SaveSettings():
            save_settings(desk, decision)
        case SaveCheckIns():
            await save_check_ins(desk, decision)
        case CallForHelp():
            await send_call(desk, decision)
        case AnswerCall():
            await answer(desk, decision)
        case None:
            desk.say(T("dialog.nothing_changed"), buttons=(Intent(Wish.HOME),))
        case _:
            raise TypeError(f"nobody carries out a {type(decision).__name__}")
    return None
