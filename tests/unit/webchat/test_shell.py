"""The words around the talk come in the language a browser likes best."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.accept_language import preferred_language
from adapters.webchat.shell import Words
from bot.okr.people import LANGUAGES


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("", "en"),
        ("fr", "en"),
        ("vi", "vi"),
        ("zh-Hans-CN", "zh"),
        ("vi-VN,vi;q=0.9,en;q=0.8", "vi"),
        ("en;q=0.1, zh;q=0.9", "zh"),
        ("fr-FR, vi;q=0.5", "vi"),
        ("vi;q=0, en", "en"),
        ("vi;q=x, zh;q=0.1", "zh"),
        ("ZH", "zh"),
    ],
)
def test_the_best_liked_language_of_ours_is_taken(header: str, lang: str) -> None:
    assert preferred_language(header) == lang


@given(st.text(max_size=600))
def test_any_header_leads_to_a_language_of_ours(header: str) -> None:
    assert preferred_language(header) in LANGUAGES


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("number", [400, 403, 404, 405, 408, 413, 421, 500, 503])
def test_every_failure_is_explained_in_every_language(lang: str, number: int) -> None:
    assert Words(lang)(f"error_{number}") != Words("en" if lang != "en" else "vi")(f"error_{number}")
