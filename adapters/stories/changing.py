"""Changing, publishing and throwing away objectives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from adapters.stories.spoken import CANCEL, CHANGE, ENOUGH, HOME, RIGHT, SKIP
from adapters.stories.story import Elsewhere, Meanwhile, Picks, Presses, Says, Sends, Step, Story, Submits, Words
from adapters.stories.writing import KEY_RESULTS, NPS, ORDERS, TITLE, WHY, up_to_key_results
from bot.okr.objective import ObjectiveId, ObjectiveState
from bot.ports import Change, PutObjective, Reading

FRESH: Words = ("Vegetables as fresh as just picked", "Rau tươi như vừa hái ngoài vườn", "蔬菜像刚摘下来一样新鲜")
REASON: Words = ("The landlord signed at last.", "Chủ nhà cuối cùng cũng ký.", "房东终于签字了。")
STARTS: Step = Presses("edit", "minhfresh")
SHOWS: tuple[Step, ...] = (HOME, Presses("objective", "minhfresh"))
DONE: Step = Picks("done")
DRAFTS: tuple[Step, ...] = (*up_to_key_results("committed"), Says(NPS), RIGHT, SKIP, ENOUGH, Picks("draft"))


async def _close(reading: Reading) -> Sequence[Change]:
    objective = await reading.objective(ObjectiveId("minhfresh"))
    if objective is None:
        return ()
    return (PutObjective(replace(objective, state=ObjectiveState.CLOSED, version=objective.version + 1), objective.version),)


STORIES = (
    Story(
        "edit_objective",
        "Every part of an objective is changed",
        "minh",
        (
            *SHOWS,
            STARTS,
            Picks("title"),
            Says(("Fresh vegetables", "Chất lượng", "产品质量")),
            CHANGE,
            Picks("~keep"),
            Says(FRESH),
            Picks("why"),
            SKIP,
            Picks("why"),
            Says(WHY),
            Picks("serves"),
            Picks("none"),
            Picks("serves"),
            Says("NPS"),
            Picks("k-meinps"),
            Picks("ambition"),
            Picks("aspirational"),
            Picks("add"),
            Says(ORDERS),
            RIGHT,
            SKIP,
            Picks("kr:minhpoints"),
            Picks("sentence"),
            Says(KEY_RESULTS[0]),
            CHANGE,
            Picks("~keep"),
            Picks("use"),
            Submits(("70", "90")),
            RIGHT,
            Picks("kr:minhpoints"),
            Picks("measure"),
            Picks("target"),
            Says("95"),
            RIGHT,
            Picks("kr:minhbruise"),
            Picks("remove"),
            DONE,
            Says("OK"),
            Says(REASON),
            CHANGE,
            Picks("~keep"),
            Picks("save"),
            Presses("objective"),
            Presses("history"),
        ),
    ),
    Story("edit_objective", "Nothing is changed after all", "minh", (*SHOWS, STARTS, Picks("done"))),
    Story(
        "edit_objective",
        "A change is not saved",
        "minh",
        (*SHOWS, STARTS, Picks("ambition"), Picks("aspirational"), DONE, Says(REASON), Picks("no")),
    ),
    Story(
        "edit_objective",
        "Two people want to serve each other",
        "jie",
        (
            HOME,
            Presses("objective", "jiefriends"),
            Presses("edit", "jiefriends"),
            Picks("serves"),
            Says("Lantern mỗi khi"),
            Picks("o-linhhome"),
            Elsewhere(
                "linh",
                (
                    Says("home"),
                    Presses("objective", "linhhome"),
                    Presses("edit", "linhhome"),
                    Picks("serves"),
                    Picks("o-jiefriends"),
                    Picks("done"),
                    Says("It belongs there"),
                    Picks("save"),
                ),
            ),
            DONE,
            Says(REASON),
            Picks("save"),
        ),
    ),
    Story(
        "edit_objective",
        "A draft is worked on and published",
        "an",
        (
            *DRAFTS,
            Presses("edit"),
            Picks("why"),
            Says(WHY),
            DONE,
            Picks("save"),
            HOME,
            Presses("edit"),
            Picks("title"),
            Says(TITLE),
            DONE,
            Picks("publish"),
            Presses("objective"),
        ),
    ),
    Story("edit_objective", "A draft is published as it is", "an", (*DRAFTS, Presses("publish"), Presses("publish"), HOME)),
    Story(
        "edit_objective",
        "A draft is thrown away",
        "an",
        (
            *DRAFTS,
            HOME,
            Presses("edit"),
            CANCEL,
            Sends("d.objective.aaaaaaaaaaaaaaab"),
            Presses("discard"),
            Presses("objective"),
            Presses("history"),
            Presses("objective"),
            Presses("discard"),
            Presses("discard", "yes:aaaaaaaaaaaaaaab"),
            Presses("edit"),
            Presses("objective", "aaaaaaaaaaaaaaab"),
        ),
    ),
    Story(
        "edit_objective",
        "What cannot be changed",
        "minh",
        (
            Sends("d.edit.meitable"),
            Sends("d.discard.minhfresh"),
            Meanwhile("the quarter is closed", _close),
            Sends("d.edit.minhfresh"),
            Sends("d.objective.minhfresh"),
        ),
    ),
)
