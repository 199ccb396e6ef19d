"""Calling for help on a key result, and answering such a call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from bot.coach import Quantity
from bot.dialogs.fields import Amount, Choice, Sentence
from bot.dialogs.script import Pick, Script, ask
from bot.dialogs.session import Json
from bot.okr.help_request import WORDS_LIMIT, Decision
from bot.texts import T


@dataclass(frozen=True, slots=True)
class CallForHelp:
    """A call to send out."""

    request_id: str
    key_result_id: str
    words: str


@dataclass(frozen=True, slots=True)
class AnswerCall:
    """A decision on a call. `target` is the new one for CHANGE_TARGET; `lesson` what a dead key result has taught."""

    request_id: str
    decision: Decision
    remark: str
    target: Decimal | None = None
    lesson: str = ""


def call_for_help(facts: Mapping[str, Json], lang: str) -> Script[CallForHelp]:
    """Facts: `request_id` (fresh), `key_results` (each `id`, `sentence`; a single one is not asked for), and perhaps a `message` the call is
    about, which can be sent as it is."""
    key_results = facts["key_results"]
    if len(key_results) == 1:
        chosen = str(key_results[0]["id"])
    else:
        picks = tuple(Pick(str(one["id"]), str(one["sentence"]), str(one["id"])) for one in key_results)
        chosen = yield from ask("key_result", Choice(picks), T("call.which"), label=T("call.label"))
    sentence = next(str(one["sentence"]) for one in key_results if one["id"] == chosen)
    message = str(facts.get("message", ""))
    ready = (Pick("message", T("call.send_message"), message),) if message else ()
    before = (T("call.about_message", words=message),) if message else ()
    words = yield from ask("words", Sentence(WORDS_LIMIT, picks=ready), T("call.words_about", sentence=sentence), before=before)
    return CallForHelp(str(facts["request_id"]), chosen, words)


REMARK = Sentence(WORDS_LIMIT, picks=(Pick("skip", T("pick.skip"), "", also="also.skip"),))


def answer_call(facts: Mapping[str, Json], lang: str) -> Script[AnswerCall]:
    """Facts: `request_id`, `decision`, `asker`, `sentence`, `unit`."""
    decision = Decision(facts["decision"])
    named = {"who": facts["asker"], "sentence": facts["sentence"]}
    target: Decimal | None = None
    lesson = ""
    if decision is Decision.CHANGE_TARGET:
        typed: Quantity | None = yield from ask("target", Amount(str(facts["unit"])), T("answer.target", **named))
        target = None if typed is None else typed.value
    if decision is Decision.DEAD:
        remark = yield from ask("reason", Sentence(WORDS_LIMIT, least=3), T("answer.reason", **named))
        lesson = yield from ask("lesson", REMARK, T("answer.lesson"))
    else:
        remark = yield from ask("remark", REMARK, T(f"answer.remark.{decision.value}", **named))
    return AnswerCall(str(facts["request_id"]), decision, remark, target, lesson)
