"""The conversations, and the one registry that names them. A name is stored with every session, so it never changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.dialogs.script import Script
from bot.dialogs.session import Json
from bot.scripts.call_for_help import answer_call, call_for_help
from bot.scripts.check_in import check_in
from bot.scripts.edit_objective import edit_objective
from bot.scripts.join import join
from bot.scripts.settings import settings
from bot.scripts.write_objective import write_objective
from bot.texts import T, Text


@dataclass(frozen=True, slots=True)
class Kind:
    """A conversation: what it is called in the middle of a sentence, and how its script is made from facts and the person's language."""

    title: Text
    make: Callable[[Mapping[str, Json], str], Script[Any]]


SCRIPTS: Mapping[str, Kind] = {
    "join": Kind(T("script.join"), join),
    "write_objective": Kind(T("script.write_objective"), write_objective),
    "edit_objective": Kind(T("script.edit_objective"), edit_objective),
    "settings": Kind(T("script.settings"), settings),
    "check_in": Kind(T("script.check_in"), check_in),
    "call_for_help": Kind(T("script.call_for_help"), call_for_help),
    "answer_call": Kind(T("script.answer_call"), answer_call),
}
