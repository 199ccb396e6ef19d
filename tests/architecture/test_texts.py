"""Every text exists in every language, with the same gaps to fill, and the code asks only for texts that exist."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from bot.actions.show_help import IN_TALK, TABLE
from bot.chat.intents import Intent, Wish, button, read_intent
from bot.okr.check_in import Confidence
from bot.okr.measure import Direction
from bot.okr.objective import Ambition
from bot.okr.progress import Standing
from tests.architecture.source import ROOT, parse, python_files, short

FOLDER = ROOT / "bot/texts"
LANGUAGES = ("en", "vi", "zh")
GAP = re.compile(r"\{([a-z_]+)\}")
MARKS = ("**", "`")
BUTTONS_ONLY = (Wish.OBJECTIVE, Wish.EDIT, Wish.HISTORY, Wish.PUBLISH, Wish.DISCARD, Wish.DECIDE, Wish.ARRIVED)
"""They are about one objective or one call for help, which a word alone does not name."""
NAMED = {"ambition": Ambition, "confidence": Confidence, "direction": Direction, "standing": Standing}


def catalogue(language: str) -> Catalog:
    """The catalogue of a language, strictly read: a broken line is an error."""
    with (FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def texts(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Key → its forms: one, or one for each plural form of the language."""
    found: dict[str, tuple[str, ...]] = {}
    for message in catalog:
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            found[key] = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    return found


def gaps(forms: tuple[str, ...]) -> set[str]:
    """What has to be filled in. `n` is left out: "one key result" says its number in a word."""
    return {gap for form in forms for gap in GAP.findall(form)} - {"n"}


TEXTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {language: texts(catalogue(language)) for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_key_and_no_other(language: str) -> None:
    everything = set().union(*TEXTS.values())
    assert everything, "the catalogues are empty"
    assert everything - set(TEXTS[language]) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_or_doubtful(language: str) -> None:
    doubtful = [message.id for message in catalogue(language) if message.id and message.fuzzy]
    empty = [key for key, forms in TEXTS[language].items() if not forms or not all(form.strip() for form in forms)]
    assert doubtful + empty == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_fills_the_same_gaps_as_the_english_text(language: str) -> None:
    english = TEXTS["en"]
    different = {key: forms for key, forms in TEXTS[language].items() if key in english and gaps(forms) != gaps(english[key])}
    assert different == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_plurals_have_as_many_forms_as_the_language(language: str) -> None:
    wanted = catalogue(language).num_plurals
    assert {key: forms for key, forms in TEXTS[language].items() if len(forms) not in (1, wanted)} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_emphasis_is_closed_where_it_is_opened(language: str) -> None:
    unbalanced = [key for key, forms in TEXTS[language].items() if any(form.count(mark) % 2 for form in forms for mark in MARKS)]
    assert unbalanced == []


@pytest.mark.parametrize("file", python_files("bot", "adapters"), ids=short)
def test_the_code_asks_for_texts_that_exist_and_fills_their_gaps(file: Path) -> None:
    assert list(_wrong_requests(parse(file))) == []


@pytest.mark.parametrize(
    ("planted", "wrong"),
    [
        ("T('no.such.text')", ["1: no text 'no.such.text'"]),
        ("T('a.key')", ["1: 'a.key' lacks name"]),
        ("T('a.key', name=1, other=2)", ["1: 'a.key' has no gap for other"]),
        ("T('a.key', name=1)", []),
        ("T('a.key', **given)", []),
        ("T(key)", []),
    ],
)
def test_a_wrong_request_for_a_text_is_noticed(planted: str, wrong: list[str]) -> None:
    assert list(_wrong_requests(ast.parse(planted), {"a.key": ("Hello {name}",)})) == wrong


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("wish", Wish)
def test_every_wish_has_a_button_and_a_word(wish: Wish, language: str) -> None:
    shown = button(language, Intent(wish))
    assert shown.label
    assert shown.say


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("wish", [wish for wish in Wish if wish not in BUTTONS_ONLY])
def test_the_word_of_a_wish_is_understood(wish: Wish, language: str) -> None:
    assert read_intent(button(language, Intent(wish)).say) == Intent(wish)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scope", ["me", "team", "company"])
def test_the_word_of_a_board_is_understood(scope: str, language: str) -> None:
    assert read_intent(button(language, Intent(Wish.BOARD, scope)).say) == Intent(Wish.BOARD, scope)


def test_keys_put_together_from_names_exist_for_every_name() -> None:
    made = [
        *(f"word.{name}.{one.value}" for name, kind in NAMED.items() for one in kind),
        *(f"help.{wish.value}" for wish in (*(wish for wish, _ in TABLE), *IN_TALK)),
        "button.keep",
    ]
    assert [key for key in made if key not in TEXTS["en"]] == []


def test_no_text_is_left_over() -> None:
    """A key is used when the code names it, or puts it together around one name: T(f"word.ambition.{…}")."""
    named: set[str] = set()
    patterns: set[str] = set()
    for file in python_files("bot", "adapters"):
        for node in ast.walk(parse(file)):
            match node:
                case ast.Constant(value=str(text)):
                    named.add(text)
                case ast.Call(func=ast.Name(id="T"), args=[ast.JoinedStr() as joined]):
                    patterns.add(_pattern(joined))
    used = re.compile("|".join(sorted(patterns)))
    assert sorted(key for key in TEXTS["en"] if key not in named and not used.fullmatch(key)) == []


@pytest.mark.parametrize(
    ("planted", "key", "is_used"),
    [
        ("f'word.{kind}'", "word.ambition", True),
        ("f'word.{kind}'", "words.ambition", False),
        ("f'{kind}.title'", "edit.title", True),
        ("f'{kind}.title'", "edit.titles", False),
    ],
)
def test_a_key_put_together_is_recognised(planted: str, key: str, is_used: bool) -> None:
    joined = ast.parse(planted, mode="eval").body
    assert isinstance(joined, ast.JoinedStr)
    assert bool(re.fullmatch(_pattern(joined), key)) is is_used


def _pattern(joined: ast.JoinedStr) -> str:
    return "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+" for part in joined.values)


def _wrong_requests(tree: ast.Module, known: Mapping[str, tuple[str, ...]] = TEXTS["en"]) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="T"), args=[ast.Constant(value=str(key))], keywords=keywords):
                if key not in known:
                    yield f"{node.lineno}: no text {key!r}"
                    continue
                given = {keyword.arg for keyword in keywords}
                if None in given:
                    continue
                wanted = gaps(known[key])
                if wanted - given:
                    yield f"{node.lineno}: {key!r} lacks {', '.join(sorted(wanted - given))}"
                surplus = {str(name) for name in given} - wanted - {"n"}
                if surplus:
                    yield f"{node.lineno}: {key!r} has no gap for {', '.join(sorted(surplus))}"
