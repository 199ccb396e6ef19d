"""Pages of one length, and words that stay words."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.notes.pages import note_page, padded, thread_page, write_page
from adapters.notes.shell import SIZE_CLASS, Door, Shell
from bot.anon import disclosure
from bot.anon.port import Choice, Entry, Form, Kind, No, Refused, Thread, ThreadState
from bot.okr.people import LANGUAGES
from bot.texts import say_plain

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def form(choices: int = 3, channel: str = "", n: int = 9) -> Form:
    listed = tuple(Choice(f"kr:{number}", "把客户满意度从 7.2 提高到 8.5 " * 9) for number in range(choices))
    return Form("增长团队", ("陈杰", "Linh"), n, listed, channel, NOW, False, "0" * 32)


@given(st.binary(max_size=3 * SIZE_CLASS), st.integers(0, 40))
def test_a_page_fills_its_size_class_to_the_byte(page: bytes, taken: int) -> None:
    filled = padded(page, taken)
    assert filled.startswith(page)
    assert (len(filled) + taken) % SIZE_CLASS == 0
    assert len(filled) - len(page) <= SIZE_CLASS + len(b"<!---->")


def test_what_fills_a_page_cannot_be_squeezed_out_again() -> None:
    filler = padded(b"")
    assert len(gzip.compress(filler)) > 0.7 * len(filler)
    assert padded(b"") != padded(b"")


@given(st.integers(0, 200))
def test_what_fills_a_page_never_ends_its_comment(length: int) -> None:
    filled = padded(b"x" * length)
    assert filled.count(b"--") == 2
    assert filled.count(b">") == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_longest_form_is_no_longer_than_the_shortest_page(lang: str) -> None:
    shell = Shell(lang, visit="x" * 120, may_read=True)
    assert len(padded(write_page(shell, form(40)))) == len(padded(note_page(Shell(lang), "!", "!"))) == SIZE_CLASS


@pytest.mark.parametrize("lang", LANGUAGES)
def test_where_crime_and_danger_go_is_always_said(lang: str) -> None:
    assert "Ombudswoman, +84 24 5555 0100" in write_page(Shell(lang), form(channel="Ombudswoman, +84 24 5555 0100")).decode()
    assert say_plain(lang, disclosure.elsewhere(form())) in write_page(Shell(lang), form()).decode()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("why", No)
def test_every_refusal_has_words_with_or_without_facts(why: No, lang: str) -> None:
    for facts in (None, {}, {"limit": 7, "number": 7, "floor": 7, "person": "never said"}):
        said = say_plain(lang, disclosure.refusal(Refused(why, facts)))
        assert said
        assert "{" not in said
        assert "never said" not in said


@given(st.text(max_size=60), st.sampled_from(Kind), st.sampled_from(ThreadState))
def test_whatever_a_thread_holds_is_shown_as_words(text: str, kind: Kind, state: ThreadState) -> None:
    odd = f'{text}<b onclick="x">&amp;'
    entries = (Entry(kind, odd, odd, odd, date(2026, 11, 23)), Entry(kind, "?", odd, "?"), Entry(kind, "", odd))
    shown = thread_page(Shell("en"), Thread(odd, odd, state, entries, True, "0" * 32), odd, odd, None).decode()
    assert "<b onclick" not in shown
    assert "&lt;b onclick=&#34;x&#34;&gt;&amp;amp;" in shown


def test_somebody_who_has_left_is_called_so() -> None:
    entries = (Entry(Kind.PASSED, "?", to="?"),)
    shown = thread_page(Shell("en"), Thread("", "", ThreadState.OPEN, entries, False, "0" * 32), "code").decode()
    assert "Somebody who has left passed it on to Somebody who has left." in shown


def test_a_time_is_told_by_the_clock_of_whoever_reads() -> None:
    assert Shell("en", timezone="Asia/Ho_Chi_Minh").at(NOW).replace("\u00a0", " ") == "Mon 23 Nov, 16:00"
    assert Shell("en", timezone="No/Such_Place").at(NOW).replace("\u00a0", " ") == "Mon 23 Nov, 09:00"


def test_a_language_we_do_not_speak_is_answered_in_english() -> None:
    assert Shell("fr").say("back") == Shell("en").say("back")


def test_the_framed_pages_stay_in_their_frame() -> None:
    shown = note_page(Shell("en", Door("/laban", is_framed=True, look="dark")), "!", "!").decode()
    assert 'href="/laban/notes/telegram"' in shown
    assert 'data-look="dark"' in shown
