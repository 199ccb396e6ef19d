"""The drawing: well-formed, inert, complete, and within its frame."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.pictures.letters import lines, width
from adapters.pictures.markup import drawable, tag
from adapters.pictures.svg import HEIGHT, WIDTH, draw
from bot.okr.measure import Direction, Measure
from bot.okr.objective import KeyResult, KeyResultId
from bot.okr.people import LANGUAGES
from bot.okr.trend import Trend, trend_of_key_result, trend_of_team
from tests.unit.okr.test_trend import CYCLE, DAY, MEASURES, NPS, check_in, key_result, objective
from tests.unit.webchat.test_encode import INJECTIONS

SVG = "{http://www.w3.org/2000/svg}"
ALLOWED = {"svg", "title", "style", "rect", "line", "circle", "path", "text"}
FETCHING = re.compile(r"href|src|url\(|@import|javascript:|data:|foreignObject|<script|\son\w+=", re.IGNORECASE)


def trend(sentence: str = "NPS 30 → 50", measure: Measure = NPS, said: Sequence[str] = ("32", "36", "42")) -> Trend:
    """A key result with a check-in a week."""
    days = [CYCLE.starts_on + timedelta(days=7 * number + 2) for number in range(len(said))]
    return trend_of_key_result(
        KeyResult(KeyResultId("kr"), sentence, measure),
        [check_in("kr", day, value) for day, value in zip(days, said, strict=True)],
        CYCLE,
        DAY,
    )


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 made by ourselves a line above


def words(root: ElementTree.Element) -> list[str]:
    """What can be read, in order, each once: words among lines are written twice, once as their rim."""
    return list(dict.fromkeys(one.text or "" for one in root.iter(f"{SVG}text")))


def test_a_drawing_says_everything_once() -> None:
    root = parsed(draw(trend(), "en"))
    assert words(root) == [
        "NPS 30 → 50", "actual", "expected",
        "30", "35", "40", "45", "50",
        "week 1", "4", "7", "10", "13",
        "today", "target 50", "start 30", "42",
    ]  # fmt: skip
    assert len(list(root.iter(f"{SVG}circle"))) == 1 + 1 + 3, "the key, the start, three check-ins"
    assert root.get("viewBox") == f"0 0 {WIDTH} {HEIGHT}"
    assert root.get("role") == "img"


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("vi", {"thực tế", "dự kiến", "tuần 1", "hôm nay", "đích 50", "xuất phát 30"}),
        ("zh", {"实际", "预期", "第1周", "今天", "目标 50", "起点 30"}),
    ],
)
def test_labels_are_in_the_readers_language(lang: str, said: set[str]) -> None:
    root = parsed(draw(trend(), lang))
    assert said <= set(words(root))
    assert root.get("lang") == lang


def test_a_milestone_is_done_or_not_and_a_team_is_in_per_cent() -> None:
    licence = Measure("licence", Decimal(1), Decimal(0), "", Direction.MILESTONE)
    said = words(parsed(draw(trend("Licence", licence, ("0", "1")), "vi")))
    assert {"chưa xong", "đã xong"} <= set(said)
    assert not any(word.startswith("đích") for word in said)
    team = trend_of_team("品牌", (objective("o", key_result()),), {}, CYCLE, DAY)
    assert {"0%", "50%", "100%", "目标 100%"} <= set(words(parsed(draw(team, "zh"))))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.direction.value)
def test_nothing_leaves_its_frame(measure: Measure, lang: str) -> None:
    for said in ((), ("1",), ("-3", "0.001", "98765432109.5")):
        root = parsed(draw(trend("Giữ vững chất lượng dịch vụ 客户满意 " * 6, measure, said), lang))
        for one in root.iter(f"{SVG}circle"):
            assert 0 <= float(one.attrib["cx"]) <= WIDTH
            assert 0 <= float(one.attrib["cy"]) <= HEIGHT
        for text in root.iter(f"{SVG}text"):
            x, room = float(text.attrib["x"]), width(text.text or "", float(text.attrib.get("font-size", 11)))
            left = {"start": x, "middle": x - room / 2, "end": x - room}[text.attrib["text-anchor"]]
            assert left >= 0, text.text
            assert left + room <= WIDTH, text.text


@pytest.mark.parametrize("odd", INJECTIONS)
def test_peoples_words_do_nothing_but_stand_there(odd: str) -> None:
    measure = Measure(odd[:60], Decimal(50), Decimal(30), odd[:12] or "x")
    svg = draw(trend(odd or "x", measure), "en")
    root = parsed(svg)
    assert {one.tag.removeprefix(SVG) for one in root.iter()} <= ALLOWED
    assert {name for one in root.iter() for name in one.attrib if name.startswith("on") or "href" in name} == set()
    bare = re.sub(r">[^<]*<", "><", svg)
    assert not FETCHING.search(bare.replace("http://www.w3.org/2000/svg", ""))


@given(st.text(max_size=80), st.text(max_size=12), st.sampled_from(LANGUAGES))
def test_any_words_make_a_whole_document(sentence: str, unit: str, lang: str) -> None:
    parsed(draw(trend(sentence if sentence.strip() else "x", Measure("m", Decimal(50), Decimal(30), unit)), lang))


def test_what_is_not_there_to_be_read_is_not_drawn() -> None:
    assert drawable(" 🚀 NPS\n🇻🇳 30 👩‍💻→ 50 ") == "NPS 30 → 50"
    assert tag("text", {"x": 1.0}, "a\x00b\ud800<&'\"").text == '<text x="1">ab&lt;&amp;&#39;&quot;</text>'


def test_long_numbers_are_said_short_and_small_ones_are_not_said_as_nothing() -> None:
    money = Measure("收入", Decimal(1_200_000_000), Decimal(300_000_000), "元")
    assert {"12.5亿", "2.5亿", "目标 12亿 元", "5.2亿 元"} <= set(words(parsed(draw(trend("收入", money, ("520000000",)), "zh"))))
    tiny = Measure("ppm", Decimal("0.0000004"), Decimal(0))
    marks = words(parsed(draw(trend("ppm", tiny, ()), "en")))[3:8]
    assert len(set(marks)) == 5


@given(st.text(min_size=1, max_size=200), st.floats(40, 400), st.integers(1, 3))
def test_lines_fit_their_room_and_lose_nothing_without_a_mark(text: str, room: float, most: int) -> None:
    broken = lines(text, 13.5, room, most)
    assert len(broken) <= most
    assert all(width(line, 13.5) <= room + 0.1 * max(len(line), 1) for line in broken)
    if not any(line.endswith("…") or not line for line in broken):
        assert "".join("".join(broken).split()) == "".join(text.split())


def test_chinese_breaks_anywhere_but_before_its_punctuation() -> None:
    broken = lines("让客户爱上我们，让员工也爱上", 10, 75, 3)
    assert broken == ("让客户爱上我", "们，让员工也爱", "上")
