from __future__ import annotations

import string
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coach.cues import Cues, cues, phrases
from bot.coach.folding import accents, clean, fold
from bot.coach.tokens import read_sentence
from bot.coach.words import LANGS, lexicon_of
from bot.coach.words.lexicon import Templates


def found(listed: Cues, text: str) -> str | None:
    match = listed.search(read_sentence(text).tokens)
    return None if match is None else match[1].phrase


def test_words_match_with_and_without_accents_but_not_with_wrong_ones() -> None:
    listed = cues("hơn", "đến", "hoà")
    assert found(listed, "tốt hơn") == "hơn"
    assert found(listed, "tot HON") == "hơn"
    assert found(listed, "hôn nhau") is None
    assert found(listed, "ĐẾN nơi") == "đến"
    assert found(listed, "hòa giải") == "hoà"


def test_a_phrase_can_insist_on_its_accents() -> None:
    assert found(cues("!hạ"), "hạ giá") == "hạ"
    assert found(cues("!hạ"), "Ha Noi") is None


def test_whole_words_are_found_and_the_longest_phrase_wins() -> None:
    listed = cues("try", "try our best")
    assert found(listed, "We try our best") == "try our best"
    assert found(listed, "country trysts") is None


def test_chinese_needs_no_spaces_and_traditional_writing_is_the_same() -> None:
    assert found(cues("提升到"), "把轉化率提升到三成") == "提升到"
    assert found(cues("举办"), "舉辦沙龍") == "举办"


def test_a_phrase_may_hold_a_number_or_a_year() -> None:
    listed = cues("top #", "by @")
    assert found(listed, "a top 10 brand") == "top #"
    assert found(listed, "done by 2027") == "by @"
    assert found(listed, "grow by 1500") is None


def test_lists_are_written_with_commas() -> None:
    assert phrases(" so that,\n  in   order to, ,") == ("so that", "in order to")


@given(st.text(max_size=200))
def test_folding_keeps_every_character_at_its_place(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text(max_size=200))
def test_cleaning_leaves_one_line_without_invisible_characters(text: str) -> None:
    once = clean(text, 300)
    assert clean(once, 300) == once or "½" in text or len(once) > 290
    assert once == once.strip()
    assert not set(once) & {"\n", "\t", "\x00", "\u202e", "\u200b"}


@given(st.text(max_size=300))
def test_tokens_cover_everything_but_spaces(text: str) -> None:
    sentence = read_sentence(text)
    covered = "".join(sentence.text[token.start : token.end] for token in sentence.tokens)
    assert covered == sentence.text.replace(" ", "")


def test_words_without_accents_have_none() -> None:
    assert accents("hon") is None
    assert accents("hơn") != accents("hôn")
    assert accents("thuý") == accents("thúy")


@pytest.mark.parametrize("lang", LANGS)
def test_every_example_has_the_same_holes_in_every_language(lang: str) -> None:
    def holes(templates: Templates) -> dict[str, tuple[set[str], int]]:
        shapes = {}
        for field in fields(templates):
            template = getattr(templates, field.name)
            if isinstance(template, str):
                names = {name for _, name, _, _ in string.Formatter().parse(template) if name}
                shapes[field.name] = (names - {"verb"}, template.count("__"))
        return shapes

    assert holes(lexicon_of(lang).templates) == holes(lexicon_of("en").templates)


def test_a_language_we_do_not_speak_falls_back_to_english() -> None:
    assert lexicon_of("fr").lang == "en"
    assert lexicon_of("vi-VN").lang == "vi"
    assert lexicon_of("zh_Hant").lang == "zh"
    assert lexicon_of("").lang == "en"


def test_a_vietnamese_writer_keeps_the_decimal_comma_in_english() -> None:
    assert lexicon_of("en", "vi").numbers.decimal_comma
    assert not lexicon_of("en", "zh").numbers.decimal_comma
    assert lexicon_of("vi", "en").numbers.decimal_comma
