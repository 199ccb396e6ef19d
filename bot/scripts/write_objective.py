"""Writing an objective and its key results, one question at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.chat.message import Tone
from bot.coach import CountAdvice, advise_objective, advise_objective_count
from bot.coach.sets import Member, look_at_set
from bot.coach.stretch import PastKeyResult
from bot.coach.wording import said_of_set
from bot.dialogs.fields import Choice, Sentence
from bot.dialogs.script import Pick, Say, Script, agree, ask
from bot.dialogs.session import Json
from bot.okr.measure import Direction, Measure
from bot.okr.objective import TITLE_LIMIT, WHY_LIMIT, Ambition, Serves
from bot.scripts.choose_served import choose_served
from bot.scripts.coached import HINTS, coached
from bot.scripts.write_key_result import KeyResultDraft, measure_shown, write_key_result
from bot.texts import T

SKIP = Pick("skip", T("pick.skip"), "", also="also.skip")
AMBITION = Choice(
    (
        Pick("committed", T("word.ambition.committed"), Ambition.COMMITTED, T("write.committed_hint")),
        Pick("aspirational", T("word.ambition.aspirational"), Ambition.ASPIRATIONAL, T("write.aspirational_hint")),
    )
)
MORE = Choice(
    (Pick("more", T("write.one_more"), True, also="also.more"), Pick("enough", T("write.enough"), False, also="also.enough"))
)
OVERRIDE = Choice(
    (Pick("anyway", T("write.anyway"), True, also="also.yes"), Pick("rather_not", T("write.rather_not"), False, also="also.no"))
)
PUBLISH = Choice(
    (
        Pick("publish", T("write.publish"), True, T("write.publish_hint"), Tone.PRIMARY, "also.publish"),
        Pick("draft", T("write.keep_draft"), False, T("write.keep_draft_hint"), also="also.draft"),
    )
)


@dataclass(frozen=True, slots=True)
class SaveObjective:
    """Store what was written, published or as a draft. Ids were drawn before the talk began, so a repeated save stores nothing twice."""

    objective_id: str
    title: str
    why: str
    serves: Serves | None
    ambition: Ambition
    key_results: tuple[KeyResultDraft, ...]
    is_published: bool


def write_objective(facts: Mapping[str, Json], lang: str) -> Script[SaveObjective | None]:
    """Facts: `objective_id`, `key_result_ids` (fresh), `count` (objectives the person already has in this cycle), `owned` (their key
    results) and `past` (key results of the cycle before, see `past_of`); talks begun before there were the last two do without.

    Returns None when the person would rather not write a sixth one.
    """
    count = int(facts["count"])
    first: tuple[Say, ...] = ()
    match advise_objective_count(count + 1):
        case CountAdvice.BLOCK:
            if not (yield from ask("sixth", OVERRIDE, T("write.sixth", n=count))):
                return None
        case CountAdvice.HINT:
            first = (T("write.many_already", n=count),)
    title = yield from coached(
        "title",
        Sentence(TITLE_LIMIT, least=3),
        T("write.title"),
        advise_objective,
        lang,
        label=T("label.title"),
        before=first,
        is_objective=True,
    )
    why = yield from ask("why", Sentence(WHY_LIMIT, picks=(SKIP,)), T("write.why"), label=T("label.why"))
    served = yield from choose_served("serves")
    ambition = yield from ask("ambition", AMBITION, T("write.ambition"), label=T("label.ambition"))
    drafts: list[KeyResultDraft] = []
    past = past_of(facts.get("past", []))
    ids = [str(one) for one in facts["key_result_ids"]]
    for number, key_result_id in enumerate(ids, 1):
        drafts.append((yield from write_key_result(key_result_id, number, ambition, lang, past)))
        if number == len(ids) or not (yield from ask(f"{key_result_id}/more", MORE, T("write.more", n=number))):
            break
    about = [title, why, served.name if served else "", ambition.value, [draft.about() for draft in drafts]]
    card: list[Say] = [T("write.card", title=title, ambition=T(f"word.ambition.{ambition.value}"))]
    if why:
        card.append(T("write.card_why", why=why))
    if served is not None:
        card.append(T("write.card_serves", what=served.title, who=served.owner))
    for number, draft in enumerate(drafts, 1):
        card.append(T("write.card_key_result", number=number, sentence=draft.sentence, measure=measure_shown(draft.measure)))
    members = [Member(draft.sentence, draft.measure) for draft in drafts]
    found = look_at_set(title, members, lang, past, int(facts.get("owned", 0)))
    card.extend(said_of_set(finding) for finding in found[:HINTS])
    publishes = yield from agree("publish", about, PUBLISH, T("write.ready"), before=tuple(card))
    serves = served.serves if served else None
    return SaveObjective(str(facts["objective_id"]), title, why, serves, ambition, tuple(drafts), publishes)


def past_of(facts: Sequence[Mapping[str, Any]]) -> tuple[PastKeyResult, ...]:
    """Key results of the cycle before: `sentence`, `metric`, `unit`, `direction` and, as strings or None, `baseline`, `target`, `latest`."""
    return tuple(
        PastKeyResult(
            str(one["sentence"]),
            Measure(
                str(one["metric"]),
                Decimal(one["target"]),
                None if one["baseline"] is None else Decimal(one["baseline"]),
                str(one["unit"]),
                Direction(one["direction"]),
            ),
            None if one["latest"] is None else Decimal(one["latest"]),
        )
        for one in facts
    )
