"""The conversation itself: going back, stopping, pausing, old buttons, groups, and talks that cannot go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from adapters.stories.play import NOW, account_of, chat_of
from adapters.stories.spoken import BACK, BOARD, CANCEL, CHANGE, CONTINUE, HELP, HOME, LATER, NEW, SETTINGS, SKIP
from adapters.stories.story import Meanwhile, Opens, Picks, Presses, Recalls, Says, Sends, Story, Stumbles, Waits
from adapters.stories.writing import TITLE, WHY
from bot.chat.incoming import Arrived, Incoming
from bot.ports import Change, PutSession, Reading


async def _forget_the_script(reading: Reading) -> Sequence[Change]:
    """An is in the middle of a talk that this release does not know any more."""
    known = await reading.known(Incoming("look", account_of("an"), chat_of("an"), NOW, Arrived()))
    changes: list[Change] = []
    for one in known.sessions:
        # What a talk is about never changes, so another takes its place.
        changes.append(PutSession(replace(one, state=type(one.state).CANCELLED, turn=one.turn + 1), one.turn))
        other = replace(one, id=f"{one.id}old", script="read_the_stars", turn=1)  # type: ignore[arg-type] # stories do not know SessionId
        changes.append(PutSession(other))
    return changes


STORIES = (
    Story(
        "talk",
        "Back and another answer",
        "an",
        (NEW, BACK, CHANGE, Says(TITLE), Says(WHY), CHANGE, Picks("~change:0"), Says(TITLE), BACK),
    ),
    Story(
        "talk",
        "Stopping, with something to lose",
        "an",
        (
            NEW,
            Says(TITLE),
            SKIP,
            CANCEL,
            Picks("~keep"),
            CANCEL,
            Picks("~pause"),
            CONTINUE,
            CANCEL,
            Picks("~drop"),
            CANCEL,
            CONTINUE,
        ),
    ),
    Story("talk", "Stopping, with nothing to lose", "an", (NEW, CANCEL)),
    Story("talk", "Later", "an", (NEW, Says(TITLE), LATER, HOME, HELP, Says("abracadabra"), SKIP, Presses("resume"), Opens())),
    Story("talk", "Something in between", "an", (NEW, Says(TITLE), BOARD, SETTINGS, Picks("done"), NEW)),
    Story("talk", "Two talks at once", "an", (SETTINGS, NEW, CANCEL, LATER, CONTINUE, Stumbles("boom"))),
    Story("talk", "Forgotten for two weeks", "an", (NEW, Says(TITLE), Waits(timedelta(days=15)), Opens())),
    Story(
        "talk",
        "Old buttons",
        "an",
        (
            NEW,
            Says(TITLE),
            SKIP,
            Picks("skip", outdated=True),
            Sends("not a button of ours"),
            Recalls("an answer of last year"),
            CANCEL,
            Picks("~drop"),
            Picks("none", outdated=True),
            SETTINGS,
            Picks("none", outdated=True),
            Picks("done"),
            Sends("not a button of ours"),
            Sends("d.dance."),
        ),
    ),
    Story(
        "talk",
        "In a group",
        "an",
        (Says(("new objective", "mục tiêu mới", "新目标"), in_group=True), Says("lunch?", in_group=True)),
    ),
    Story(
        "talk",
        "A talk that no release remembers",
        "an",
        (NEW, Meanwhile("the talk is of an older release", _forget_the_script), Opens()),
    ),
)
