"""How texts look in DingTalk."""

from __future__ import annotations

import pytest

from tests.platforms.dingtalk_markdown import looks


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("plain", "plain"),
        ("**bold** and *slanted*", "bold and slanted"),
        ("## Heading", "Heading"),
        ("> quoted **words**", "┃ quoted words"),
        ("one\ntwo", "one two"),
        ("one  \ntwo", "one\ntwo"),
        ("one\n\ntwo", "one\n\ntwo"),
        ("one\n\n\n\ntwo", "one\n\ntwo"),
        ("- a\n- b", "• a\n• b"),
        ("Choose:\n1. a\n2. b", "Choose:\n1. a\n2. b"),
        ("# Title\n- a", "Title\n• a"),
        ("[Laban](https://laban.example)", "Laban"),
        ("![chart](@lADPM1)", "[chart]"),
        ("\\*not bold\\* \\[x\\](y) \\# 1\\. \\\\", "*not bold* [x](y) # 1. \\"),
        ("2 * 3 * 4 = 24", "2 * 3 * 4 = 24"),
        ("snake_case_name", "snake_case_name"),
        ("&lt;b&gt; &amp; &#42;", "<b> & *"),
        ("<font color=red>red</font>", "red"),
        ("~~struck~~ `code` | a | b |", "~~struck~~ `code` | a | b |"),
        ("▓▓▓░░ 64 %", "▓▓▓░░ 64 %"),
        ("**达成率**：64%", "达成率：64%"),
        ("**「达成率」**到 64%", "**「达成率」**到 64%"),
        ("**「达成率」** 到 64%", "「达成率」 到 64%"),
        ("**\u2060「达成率」\u2060**到 64%", "「达成率」到 64%"),
        ("** not bold **", "** not bold **"),
    ],
)
def test_a_text_looks_like(markdown: str, text: str) -> None:
    assert looks(markdown).text == text


def test_what_can_be_tapped_or_is_fetched_is_found() -> None:
    seen = looks("**Now**: [**our** page](https://a.example/x) https://b.example，![c](https://c.example/c.png)")
    assert seen.bold == ["Now", "our"]
    assert seen.links == [("our page", "https://a.example/x"), ("https://b.example", "https://b.example")]
    assert seen.pictures == ["https://c.example/c.png"]


def test_what_was_made_harmless_is_neither() -> None:
    seen = looks(r"\[x\](https\://evil.example) \!\[x\](@lADPM1) \*\*x\*\*")
    assert (seen.bold, seen.links, seen.pictures) == ([], [], [])
