"""Home, help, and the answer to what nobody understands."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.actions.show_help import nothing_fits, show_help
from bot.actions.show_home import show_home
from bot.chat.incoming import Picked, Texted
from bot.chat.intents import Intent, Wish, read_intent
from bot.chat.message import Message
from bot.dialogs.session import SessionState
from bot.okr.objective import ObjectiveState
from bot.okr.people import LANGUAGES
from bot.ports import PutPerson
from bot.texts import T, say_plain
from tests.fakes import MemoryStorage
from tests.unit.actions.office import NOW, PEOPLE, bars, buttons, desk_of, objective, office, parked, said, sent, tokens


async def home(storage: MemoryStorage, by: str = "an", lang: str = "en") -> Message:
    """Home as somebody sees it."""
    desk = await desk_of(storage, by, lang=lang)
    await show_home(desk)
    return sent(desk)


async def answer(storage: MemoryStorage, text: str, by: str = "an", lang: str = "en") -> Message:
    """What is said to a text that is none of our words."""
    desk = await desk_of(storage, by, Texted(text), lang)
    await nothing_fits(desk)
    return sent(desk)


def busy() -> MemoryStorage:
    """An has an objective, a draft and an unfinished talk."""
    return office(
        objective("jie1", "jie", "Everyone knows the brand"),
        objective("an1", "an", "Khách hàng yêu dịch vụ", serves="jie1"),
        objective("draft", "an", "Bản nháp của An", state=ObjectiveState.DRAFT),
        said("an1-kr", "42", 1),
        parked("an"),
    )


async def test_home_greets_once_and_shows_my_objectives_and_what_they_serve() -> None:
    message = await home(busy())
    assert message.plain().startswith("Hi Phạm An!\n")
    (bar,) = bars(message)
    assert (bar.label, bar.ratio, bar.note) == ("Khách hàng yêu dịch vụ", 0.6, "▲60")
    assert "↳ serves: Everyone knows the brand" in message.plain()
    assert "d.objective.an1" in tokens(message)


async def test_home_offers_to_go_on_with_what_is_unfinished() -> None:
    message = await home(busy())
    assert "Waiting for you since Fri 20 Nov: writing your objective." in message.plain()
    assert "d.resume.parkedan" in tokens(message)
    assert "A draft only you can see:" in message.plain()
    go_on = next(button for button in buttons(message) if button.token == "d.edit.draft")
    assert go_on.label == "Continue: Bản nháp của An"


async def test_home_says_what_can_be_done_and_asks_for_nothing_that_does_not_exist_yet() -> None:
    assert tokens(await home(busy()))[-5:] == ["d.new.", "d.status.", "d.anon.", "d.settings.", "d.help."]


async def test_whoever_has_no_objective_is_invited_to_write_the_first() -> None:
    message = await home(office())
    assert "What change would make you proud" in message.plain()
    assert next(button for button in buttons(message) if button.token == "d.new.").tone == "primary"


async def test_whoever_is_writing_already_is_not_invited_again() -> None:
    assert "What change would make you proud" not in (await home(office(parked("an")))).plain()


async def test_a_talk_of_a_script_that_is_gone_is_not_offered() -> None:
    assert "d.resume" not in " ".join(tokens(await home(office(parked("an", script="of_an_older_release")))))


@pytest.mark.parametrize(("days", "is_told"), [(0, True), (4, True), (-1, False)])
async def test_whoever_is_away_is_told_that_it_will_be_quiet(days: int, is_told: bool) -> None:
    storage = busy()
    an = next(person for person in PEOPLE if person.id == "an")
    storage.apply([PutPerson(replace(an, away_until=NOW.date() + timedelta(days=days), version=2), 1)])
    assert ("You are away until the end of" in (await home(storage)).plain()) is is_told


async def test_home_needs_few_reads() -> None:
    storage = busy()
    desk = await desk_of(storage, "an")
    await show_home(desk)
    assert len(storage.reading.reads) <= 8


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_home_and_help_exist_in_every_language(lang: str) -> None:
    assert (await home(busy(), lang=lang)).lang == lang
    assert (await home(office(), "linh", lang)).lang == lang
    assert (await answer(busy(), "?!", lang=lang)).lang == lang
    for where in (None, T("write.why")):
        desk = await desk_of(busy(), "an", lang=lang)
        await show_help(desk, where)
        assert sent(desk).lang == lang


async def test_help_lists_the_words_with_their_commands() -> None:
    desk = await desk_of(office(), "an", lang="en")
    await show_help(desk, None)
    text = sent(desk).plain()
    for line in (
        "home or /home – ",
        "new or /new – ",
        "check in or /checkin – ",
        "status or /status – ",
        "trend or /trend – ",
        "help! or /helpme – ",
        "when or /when – ",
        "settings or /settings – ",
        "help or /help – ",
    ):
        assert f"\n{line}" in text


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_every_word_help_names_is_understood(lang: str) -> None:
    desk = await desk_of(office(), "an", lang=lang)
    await show_help(desk, None)
    for wish, command in (
        (Wish.HOME, "/home"),
        (Wish.NEW, "/new"),
        (Wish.CHECK_IN, "/checkin"),
        (Wish.BOARD, "/status"),
        (Wish.TREND, "/trend"),
        (Wish.CALL_FOR_HELP, "/helpme"),
        (Wish.WHEN, "/when"),
        (Wish.ANONYMOUS, "/anon"),
        (Wish.SETTINGS, "/settings"),
        (Wish.ABOUT, "/about"),
        (Wish.HELP, "/help"),
    ):
        word = say_plain(lang, T(f"say.{wish.value}"))
        assert f"{word} " in sent(desk).plain()
        assert read_intent(word) == read_intent(command) == Intent(wish)
    board = say_plain(lang, T("say.status"))
    for scope in ("me", "team", "company"):
        typed = f"{board} {say_plain(lang, T(f'say.{scope}'))}"
        assert typed in sent(desk).plain()
        assert read_intent(typed) == Intent(Wish.BOARD, scope)


@pytest.mark.parametrize("thanks", ["Thanks!", "thank you", "Cảm ơn nhé!", "cam on", "谢谢！"])
async def test_thanks_are_welcome(thanks: str) -> None:
    assert (await answer(office(), thanks, lang="en")).plain().startswith("Gladly!")


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_in_the_middle_of_a_talk_help_names_the_words_that_steer_it(lang: str) -> None:
    storage = busy()
    session = storage.rows.sessions["parkedan"]
    storage.rows.sessions["parkedan"] = replace(session, state=SessionState.ACTIVE)
    desk = await desk_of(storage, "an", lang=lang)
    await show_help(desk, T("write.why"))
    text = sent(desk).plain()
    assert say_plain(lang, T("write.why")) in text
    assert say_plain(lang, T("script.write_objective")) in text
    for wish in (Wish.BACK, Wish.CHANGE, Wish.PAUSE, Wish.CANCEL):
        word = say_plain(lang, T(f"say.{wish.value}"))
        assert f"{word} – " in text
        assert read_intent(word, in_talk=True) == Intent(wish)


async def test_what_fits_nothing_is_answered_with_what_can_be_done_here() -> None:
    message = await answer(office(), "the weather is nice")
    assert tokens(message) == ["d.new.", "d.status.", "d.home."]
    assert "write an objective" in message.plain()


async def test_what_fits_nothing_recalls_what_is_unfinished() -> None:
    message = await answer(busy(), "the weather is nice")
    assert tokens(message)[0] == "d.resume.parkedan"
    assert "Say continue to go on." in message.plain()


@pytest.mark.parametrize("text", ["Khách hàng yêu dịch vụ", "khach hang yeu", "KHÁCH HÀNG yêu dịch vụ!"])
async def test_an_objectives_title_shows_it(text: str) -> None:
    assert (await answer(busy(), text, by="jie")).plain().startswith("Khách hàng yêu dịch vụ\n")


async def test_my_own_draft_is_found_by_its_title_and_nobody_elses() -> None:
    assert (await answer(busy(), "Bản nháp của An")).plain().startswith("Bản nháp của An · draft")
    assert (await answer(busy(), "Bản nháp của An", by="jie")).plain().startswith("I am not sure")


@pytest.mark.parametrize("text", ["", "k", "   ", "\x00", "khách " * 10_000, "🌸", "<b>Khách</b>"])
async def test_odd_texts_are_answered_kindly(text: str) -> None:
    assert (await answer(busy(), text)).plain().startswith("I am not sure")


async def test_an_ambiguous_beginning_is_not_guessed() -> None:
    storage = office(objective("a", "an", "Khách hàng vui"), objective("b", "an", "Khách hàng quay lại"))
    assert (await answer(storage, "khách hàng")).plain().startswith("I am not sure")


async def test_a_strange_button_is_answered_kindly() -> None:
    desk = await desk_of(busy(), "an", Picked("d.wish_of_a_later_release."), "en")
    await nothing_fits(desk)
    assert sent(desk).plain().startswith("I am not sure")
