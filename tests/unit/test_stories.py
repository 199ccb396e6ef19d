"""How stories are played: what is kept of them, what is shown once, and how they fail."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from adapters.stories.play import Stage, StoryError, company, play, play_all
from adapters.stories.story import (
    STRANGER,
    Elsewhere,
    Meanwhile,
    Opens,
    Picks,
    Presses,
    Recalls,
    Says,
    Sends,
    Step,
    Story,
    Submits,
    Ticks,
    Waits,
    in_language,
)
from bot.okr.people import PersonId
from bot.ports import Change, PutPerson, Reading
from tests.fakes import MemoryStorage


@asynccontextmanager
async def opened() -> AsyncIterator[Stage]:
    """A stage that goes with the test."""
    storage = MemoryStorage(*company().changes)
    yield Stage(storage.reading, storage.work)


def story(*steps: Step, who: str = "an", title: str = "A story") -> Story:
    return Story("talk", title, who, steps)


async def heard(*steps: Step, lang: str = "en", who: str = "an") -> list[str]:
    """What the person was told, in plain words."""
    return [one.message.plain() for one in await play(story(*steps, who=who), lang, opened)]


SETTINGS = Says(("settings", "cài đặt", "设置"))


@pytest.mark.parametrize(("lang", "asked"), [("en", "What would"), ("vi", "Bạn muốn chỉnh gì"), ("zh", "想设置什么")])
async def test_a_person_talks_and_is_answered_in_the_language_the_story_is_played_in(lang: str, asked: str) -> None:
    (said,) = await heard(SETTINGS, lang=lang)
    assert said.startswith(asked)


async def test_messages_are_named_by_story_and_step() -> None:
    names = [one.name for one in await play(story(SETTINGS, Picks("language")), "en", opened)]
    assert names == [
        "A story · 1. says “settings”",
        "A story · 2. presses language (1)",
        "A story · 2. presses language (2)",
    ]


async def test_a_story_that_presses_what_is_not_asked_says_where_it_stands() -> None:
    with pytest.raises(StoryError, match=r"A story, vi, step 2 \(presses moon\): nobody shows 'moon'; .* offers language, zone"):
        await heard(SETTINGS, Picks("moon"), lang="vi")


@pytest.mark.parametrize("step", [Submits(("1",)), Recalls("x"), Presses("edit"), Picks("skip")], ids=lambda step: step.told())
async def test_nothing_can_be_pressed_that_was_never_shown(step: Step) -> None:
    with pytest.raises(StoryError):
        await heard(Opens(), step)


async def test_an_answered_question_is_pressed_only_on_purpose() -> None:
    with pytest.raises(StoryError):
        await heard(SETTINGS, Picks("language"), Picks("quiet"))
    assert "answered already" in (await heard(SETTINGS, Picks("language"), Picks("quiet", outdated=True)))[-1]


async def test_what_others_are_told_elsewhere_is_not_kept() -> None:
    assert await heard(Elsewhere("jie", (Says("settings"), Picks("away"), Says("3 days")))) == []


async def test_what_others_do_elsewhere_is_kept_when_it_reaches_the_person_of_the_story() -> None:
    calls = (Says("cứu mạng"), Picks("linhtwice"), Says("Tây Hồ kín chỗ."))
    (card,) = await heard(Elsewhere("linh", calls), who="jie")
    assert "Lê Mai Linh needs help" in card
    decided = await heard(Elsewhere("linh", calls), Presses("decide", "talk"), who="jie")
    assert "A talk with Lê Mai Linh" in decided[-1]


async def test_what_is_due_happens_when_the_clock_strikes() -> None:
    friday = Waits(timedelta(days=3, hours=5))
    assert await heard(friday, who="minh") == []
    assert "Time for the weekly check-in" in (await heard(friday, Ticks(), who="minh"))[0]


@pytest.mark.parametrize("step", [Waits(timedelta(days=1)), Ticks(), Elsewhere("mei", ())], ids=lambda step: step.told())
async def test_nobody_elsewhere_turns_the_clock(step: Step) -> None:
    with pytest.raises(StoryError, match="only the person of a story waits"):
        await heard(Elsewhere("jie", (step,)))


async def test_time_passes_only_when_a_story_says_so() -> None:
    assert "Waiting for you since Tue 1 Dec" in (await heard(Says("new"), Says("pause"), Waits(timedelta(days=3)), Opens()))[-1]


async def test_a_change_that_cannot_be_stored_ends_the_story() -> None:
    async def twice(reading: Reading) -> Sequence[Change]:
        person = await reading.person(PersonId("an"))
        return [PutPerson(person)] if person is not None else []

    with pytest.raises(StoryError, match="cannot be stored"):
        await heard(Meanwhile("An appears twice", twice))


async def test_strangers_and_groups_have_stories_too() -> None:
    assert "I don't know you yet" in (await heard(Opens(), who=STRANGER))[0]
    assert "in private" in (await heard(Says("settings", in_group=True)))[0]


async def test_buttons_of_nobody_are_sent_as_they_are() -> None:
    assert "don't recognise" in (await heard(Sends("nonsense")))[0]


async def test_what_was_said_before_is_shown_once_and_every_chapter_shows_what_a_question_leaves_behind_once() -> None:
    stories = [story(SETTINGS, Picks("language"), Picks("en")), story(SETTINGS, Picks("zone"), title="Another")]
    samples = await play_all(stories, opened)
    assert sum("1. says “settings”" in sample.name for sample in samples) == 1
    assert sum(next(iter(sample.messages.values())).is_optional for sample in samples) == 1
    assert all(set(sample.messages) == {"en", "vi", "zh"} for sample in samples)


async def test_what_only_one_language_says_is_missing_in_the_others() -> None:
    samples = await play_all([story(Says(("settings", "abracadabra", "设置")), Says("nothing"))], opened)
    uneven = [sample.name for sample in samples if len(sample.messages) < 3]
    assert uneven, "in Vietnamese the second step answers no question, so it says less"


def test_words_are_the_same_everywhere_or_one_for_each_language() -> None:
    assert [in_language("42", lang) for lang in ("en", "vi", "zh")] == ["42"] * 3
    assert [in_language(("a", "b", "c"), lang) for lang in ("en", "vi", "zh")] == ["a", "b", "c"]
