"""Changing an objective: part by part, then one line why, then consent to exactly these changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from bot.chat.message import Tone
from bot.coach import advise_key_result, advise_objective
from bot.coach.sets import Member, look_at_set
from bot.coach.wording import said_of_set
from bot.dialogs.fields import Choice, Sentence
from bot.dialogs.script import Pick, Say, Script, agree, ask
from bot.dialogs.session import Json
from bot.okr.measure import Direction, Measure
from bot.okr.objective import SENTENCE_LIMIT, TITLE_LIMIT, WHY_LIMIT, Ambition, Serves
from bot.scripts.choose_served import choose_served
from bot.scripts.coached import HINTS, coached
from bot.scripts.write_key_result import KeyResultDraft, change_measure, measure_shown, reword, write_key_result
from bot.scripts.write_objective import AMBITION, SKIP
from bot.texts import T

CHANGES = 50
REASON_LIMIT = 500
MOST_KEY_RESULTS = 6


@dataclass(frozen=True, slots=True)
class ReviseObjective:
    """What to change; parts left None stay. `serves` is (Serves | None,) when it changes. `removed` are key results to take away."""

    objective_id: str
    reason: str
    title: str | None = None
    why: str | None = None
    ambition: Ambition | None = None
    serves: tuple[Serves | None] | None = None
    key_results: tuple[KeyResultDraft, ...] = ()
    """Changed and added ones, whole."""
    originals: tuple[KeyResultDraft, ...] = ()
    """The key results as they were when the talk began: what does not differ from them was not changed."""
    removed: tuple[str, ...] = ()
    publishes: bool = False


@dataclass(frozen=True)
class _Working:
    """The objective as it would be, while it is being changed."""

    title: str
    why: str
    ambition: Ambition
    key_results: tuple[KeyResultDraft, ...]
    served_title: str


def edit_objective(facts: Mapping[str, Json], lang: str) -> Script[ReviseObjective | None]:
    """Facts: the objective as `facts_of` in actions/change_objective.py gives it, and `fresh_ids` for added key results.

    Returns None when nothing was changed.
    """
    objective_id = str(facts["objective_id"])
    is_draft = bool(facts["is_draft"])
    now = _Working(
        str(facts["title"]),
        str(facts["why"]),
        Ambition(facts["ambition"]),
        tuple(_draft_of(one) for one in facts["key_results"]),
        str(facts["served_title"]),
    )
    fresh = [str(one) for one in facts["fresh_ids"]]
    revision = ReviseObjective(objective_id, "", originals=now.key_results)
    changed: dict[str, Say] = {}
    for number in range(CHANGES):
        what = yield from ask(
            f"what/{number}",
            _parts_of(now, can_add=bool(fresh), is_changed=bool(changed)),
            T("edit.what") if not changed else T("edit.more"),
            before=tuple(changed.values()),
        )
        if what == "done":
            break
        key = f"{number}/{what}"
        match what.partition(":"):
            case ("title", _, _):
                field = Sentence(TITLE_LIMIT, least=3)
                title = yield from coached(
                    key, field, T("edit.title"), advise_objective, lang, label=T("label.title"), is_objective=True
                )
                now, revision = replace(now, title=title), replace(revision, title=title)
                changed[what] = T("edit.title_is", title=title)
            case ("why", _, _):
                why = yield from ask(key, Sentence(WHY_LIMIT, picks=(SKIP,)), T("write.why"))
                now, revision = replace(now, why=why), replace(revision, why=why)
                changed[what] = T("edit.why_is", why=why) if why else T("edit.no_why")
            case ("ambition", _, _):
                ambition = yield from ask(key, AMBITION, T("write.ambition"))
                now, revision = replace(now, ambition=ambition), replace(revision, ambition=ambition)
                changed[what] = T("edit.ambition_is", ambition=T(f"word.ambition.{ambition.value}"))
            case ("serves", _, _):
                served = yield from choose_served(key, objective_id)
                now = replace(now, served_title=served.title if served else "")
                revision = replace(revision, serves=(served.serves if served else None,))
                changed[what] = T("edit.serves_is", what=served.title) if served else T("edit.serves_nothing")
            case ("add", _, _):
                added = yield from write_key_result(fresh.pop(0), len(now.key_results) + 1, now.ambition, lang)
                now, revision = _with_key_result(now, revision, added)
                changed[f"kr:{added.id}"] = T("edit.added", sentence=added.sentence)
            case ("kr", _, id_):
                draft = next(one for one in now.key_results if one.id == id_)
                draft_or_none = yield from _change_key_result(key, draft, lang, is_last=len(now.key_results) == 1)
                if draft_or_none is None:
                    now = replace(now, key_results=tuple(one for one in now.key_results if one.id != id_))
                    kept = tuple(one for one in revision.key_results if one.id != id_)
                    revision = replace(revision, key_results=kept, removed=(*revision.removed, id_))
                    changed[what] = T("edit.removed", sentence=draft.sentence)
                    if id_ in facts["fresh_ids"]:
                        del changed[what]  # nobody has ever seen it
                else:
                    now, revision = _with_key_result(now, revision, draft_or_none)
                    shown = measure_shown(draft_or_none.measure)
                    changed[what] = T("edit.key_result_is", sentence=draft_or_none.sentence, measure=shown)
    if not changed:
        return None
    reason = ""
    if not is_draft:
        reason = yield from ask("reason", Sentence(REASON_LIMIT, least=3), T("edit.reason"), label=T("label.reason"))
    about = [now.title, now.why, now.ambition.value, now.served_title, [one.about() for one in now.key_results], reason]
    card = (*changed.values(), *_said_of_all(now, changed, lang))
    decision = yield from agree("agree", about, DRAFT_END if is_draft else SAVE, T("edit.agree"), before=card)
    return None if decision == "no" else replace(revision, reason=reason, publishes=decision == "publish")


def _said_of_all(now: _Working, changed: Mapping[str, Say], lang: str) -> tuple[Say, ...]:
    """What the set could do better as a whole, once its title or a key result has changed; a new ambition or why changes nothing there."""
    if not any(what == "title" or what.startswith("kr:") for what in changed):
        return ()
    members = [Member(one.sentence, one.measure) for one in now.key_results]
    return tuple(said_of_set(finding) for finding in look_at_set(now.title, members, lang)[:HINTS])


SAVE = Choice(
    (Pick("save", T("edit.save"), "save", tone=Tone.PRIMARY, also="also.yes"), Pick("no", T("edit.dont"), "no", also="also.no"))
)
DRAFT_END = Choice(
    (
        Pick("publish", T("write.publish"), "publish", T("write.publish_hint"), Tone.PRIMARY, "also.publish"),
        Pick("save", T("write.keep_draft"), "save", also="also.draft"),
        Pick("no", T("edit.dont"), "no", also="also.no"),
    )
)


def _parts_of(now: _Working, *, can_add: bool, is_changed: bool) -> Choice[str]:
    nothing = T("edit.nothing_yet")
    picks: list[Pick[str]] = []
    if is_changed:
        picks.append(Pick("done", T("edit.done"), "done", tone=Tone.PRIMARY, also="also.done"))
    picks += [
        Pick("title", T("label.title"), "title", now.title),
        Pick("why", T("label.why"), "why", now.why or nothing),
        Pick("serves", T("label.serves"), "serves", now.served_title or nothing),
        Pick("ambition", T("label.ambition"), "ambition", T(f"word.ambition.{now.ambition.value}")),
    ]
    for number, draft in enumerate(now.key_results, 1):
        picks.append(Pick(f"kr:{draft.id}", T("label.key_result", number=number), f"kr:{draft.id}", draft.sentence))
    if can_add and len(now.key_results) < MOST_KEY_RESULTS:
        picks.append(Pick("add", T("edit.add"), "add"))
    if not is_changed:
        picks.append(Pick("done", T("edit.leave"), "done", also="also.done"))
    return Choice(tuple(picks))


def _change_key_result(key: str, draft: KeyResultDraft, lang: str, *, is_last: bool) -> Script[KeyResultDraft | None]:
    """The key result changed, or None when it goes."""
    picks = [Pick("sentence", T("edit.sentence"), "sentence"), Pick("measure", T("edit.measure"), "measure")]
    if not is_last:
        picks.append(Pick("remove", T("edit.remove"), "remove", tone=Tone.DANGER))
    part = yield from ask(
        f"{key}/part", Choice(tuple(picks)), T("edit.which_part", sentence=draft.sentence, measure=measure_shown(draft.measure))
    )
    if part == "remove":
        return None
    if part == "measure":
        sentence, measure = yield from change_measure(key, draft.sentence, draft.measure, lang)
        return replace(draft, sentence=sentence, measure=measure)
    field = Sentence(SENTENCE_LIMIT, least=3)
    sentence = yield from coached(
        f"{key}/sentence", field, T("edit.new_sentence"), advise_key_result, lang, label=T("label.sentence")
    )
    sentence, measure = yield from reword(key, sentence, draft.measure, lang)
    return replace(draft, sentence=sentence, measure=measure)


def _with_key_result(now: _Working, revision: ReviseObjective, draft: KeyResultDraft) -> tuple[_Working, ReviseObjective]:
    is_new = all(one.id != draft.id for one in now.key_results)
    listed = (*now.key_results, draft) if is_new else tuple(draft if one.id == draft.id else one for one in now.key_results)
    others = tuple(one for one in revision.key_results if one.id != draft.id)
    return replace(now, key_results=listed), replace(revision, key_results=(*others, draft))


def _draft_of(facts: Mapping[str, Any]) -> KeyResultDraft:
    baseline = facts["baseline"]
    measure = Measure(
        str(facts["metric"]),
        Decimal(facts["target"]),
        None if baseline is None else Decimal(baseline),
        str(facts["unit"]),
        Direction(facts["direction"]),
    )
    return KeyResultDraft(str(facts["id"]), str(facts["sentence"]), measure, facts["start_confidence"])
