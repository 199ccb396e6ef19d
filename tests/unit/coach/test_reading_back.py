"""What is written is read back: whatever the numbers, in each language's way of writing them; and nothing is read that nobody wrote."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bot.coach import SentenceKind, Severity, Verdict, judge
from bot.coach.folding import clean
from bot.coach.places import place_in
from bot.coach.tokens import MAX_CHARACTERS
from bot.texts import number

MEASURED = {
    "en": ("Raise {metric} from {start} to {end}", "{metric}: {start} → {end}", "{metric} of {end} (currently {start})"),
    "vi": ("Nâng {metric} từ {start} lên {end}", "{metric} {start} → {end}", "{metric} đạt {end} (hiện tại {start})"),
    "zh": ("{metric}从{start}提升到{end}", "{metric}{start}→{end}", "{metric}达到{end}(目前{start})"),
}
METRICS = {"en": "guest rating", "vi": "điểm khách chấm", "zh": "顾客评分"}
CHANGES = {
    "en": "Increase sign-ups by {change}%",
    "vi": "Tăng số đăng ký thêm {change}%",
    "zh": "注册量增长{change}%",
}
ASIDES = {
    "en": ("by end of Q3", "by 2027", "in week 12", "as a top 10 shop", "with ISO 9001"),
    "vi": ("trước cuối quý 3", "trong năm 2027", "trước 30/9", "theo ISO 9001"),
    "zh": ("，第三季度末前", "，2027年底前", "，9月30日前"),
}
WORDLESS = st.text(
    st.characters(exclude_categories=("Nd", "Nl", "No"), exclude_characters="一二三四五六七八九十百千万亿两半零〇倍番成"),
    max_size=60,
)
LANGS = st.sampled_from(["en", "vi", "zh"])
VALUES = st.decimals(min_value=0, max_value=9_999_999, places=1) | st.integers(0, 99_999_999).map(Decimal)


@given(LANGS, st.data(), VALUES, VALUES, st.sampled_from(["", "%"]))
def test_a_key_result_is_read_as_it_was_written(lang: str, data: st.DataObject, start: Decimal, end: Decimal, unit: str) -> None:
    template = data.draw(st.sampled_from(MEASURED[lang]))
    aside = data.draw(st.sampled_from(("", *ASIDES[lang])))
    written = template.format(metric=METRICS[lang], start=number(lang, start) + unit, end=number(lang, end) + unit)
    parsed = judge(f"{written} {aside}".strip(), SentenceKind.KEY_RESULT, lang).parsed
    assert parsed is not None
    assert (parsed.baseline, parsed.target, parsed.unit) == (start, end, unit)
    if start != end:
        assert parsed.direction == ("increase" if end > start else "decrease")


@given(LANGS, st.integers(1, 999))
def test_a_change_stays_a_change(lang: str, change: int) -> None:
    parsed = judge(CHANGES[lang].format(change=change), SentenceKind.KEY_RESULT, lang).parsed
    assert parsed is not None
    assert (parsed.baseline, parsed.target, parsed.unit, parsed.relative) == (None, Decimal(change), "%", True)
    assert parsed.direction == "increase"


@given(LANGS, st.data())
def test_dates_ranks_and_standards_alone_are_no_target(lang: str, data: st.DataObject) -> None:
    aside = data.draw(st.sampled_from(ASIDES[lang]))
    judgement = judge(f"{METRICS[lang]} {aside}", SentenceKind.KEY_RESULT, lang)
    assert judgement.parsed is None or (judgement.parsed.baseline, judgement.parsed.target) == (None, None)
    assert judgement.verdict is Verdict.BAD


@given(WORDLESS, st.integers(2, 899), LANGS)
def test_a_lone_number_is_read_as_it_stands_or_not_at_all(text: str, value: int, lang: str) -> None:
    """Nothing around it makes a number of another size of it, unless it is a magnitude, a share or a word for one."""
    plain = "".join(character for character in text if not (character.isalnum() or character in "+-/.,'%‰°~:"))
    parsed = judge(f"{plain} {value} {plain}", SentenceKind.KEY_RESULT, lang).parsed
    if parsed is not None and parsed.target is not None:
        assert (abs(parsed.target), parsed.baseline) == (Decimal(value), None)


@given(st.text(max_size=120), st.sampled_from(SentenceKind), LANGS | st.just(""))
def test_whatever_is_typed_is_judged_and_pointed_at(text: str, kind: SentenceKind, lang: str) -> None:
    judgement = judge(text, kind, lang)
    assert (judgement.verdict is Verdict.BAD) == any(one.severity is Severity.MEND for one in judgement.findings)
    read = clean(text.lstrip()[:MAX_CHARACTERS], MAX_CHARACTERS)
    for start, stop in [span for _, span in judgement.goods] + [one.span for one in judgement.findings]:
        assert 0 <= start <= stop <= len(read)
        first, last = place_in(text, (start, stop))
        assert 0 <= first <= last <= len(text)
    if judgement.parsed is not None:
        assert judgement.parsed.metric in read or judgement.parsed.metric in {"", judgement.parsed.unit}
        assert judgement.parsed.deadline in read


@given(st.text(st.characters(categories=("L", "P", "S")), max_size=40))
def test_the_place_of_a_word_is_where_it_was_typed(around: str) -> None:
    text = f"{around} Zq {around}"
    read = clean(text.lstrip()[:MAX_CHARACTERS], MAX_CHARACTERS)
    at = read.find("Zq")
    if at >= 0 and text.count("Zq") == 1:
        first, last = place_in(text, (at, at + 2))
        assert "Zq" in text[first:last]
