from __future__ import annotations

import unicodedata
from decimal import Decimal

import pytest

from bot.coach import MeasureDraft, Quantity, read_measure
from bot.okr.measure import Direction, Measure
from tests.unit.coach.sentences import MEASURED


def number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def without_accents(text: str) -> str:
    plain = "".join(part for part in unicodedata.normalize("NFD", text) if unicodedata.category(part) != "Mn")
    return plain.replace("đ", "d").replace("Đ", "D")


@pytest.mark.parametrize("lang, text, baseline, target, direction, relative", MEASURED)
def test_reads_where_from_where_to_and_which_way(
    lang: str, text: str, baseline: str | None, target: str, direction: str, relative: bool
) -> None:
    draft = read_measure(text, lang)
    assert (draft.baseline, draft.target, draft.direction.value, draft.relative) == (
        number(baseline),
        number(target),
        direction,
        relative,
    )
    assert draft.metric


NEEDS_ACCENTS = frozenset(
    {
        "Hai mươi cửa hàng đạt chuẩn 5 sao",
    }
)


@pytest.mark.parametrize(
    "row", [row for row in MEASURED if row[0] == "vi" and row[1] not in NEEDS_ACCENTS], ids=lambda row: row[1]
)
def test_vietnamese_is_read_the_same_without_accents(row: tuple[str, str, str | None, str, str, bool]) -> None:
    _, text, baseline, target, direction, relative = row
    draft = read_measure(without_accents(text), "vi")
    assert (draft.baseline, draft.target, draft.direction.value, draft.relative) == (
        number(baseline),
        number(target),
        direction,
        relative,
    )


@pytest.mark.parametrize(
    "lang, text, metric, unit",
    [
        ("en", "Rating from 3.9 to 4.6", "Rating", ""),
        ("en", "ramp time < 60 days", "ramp time", "days"),
        ("en", "new users reach 10k", "new users", ""),
        ("en", "Raise win rate from 20% to 30%", "win rate", "%"),
        ("en", "The new pricing page increases upgrades from 40 to 90 by end of June", "upgrades", ""),
        ("en", "At least 40 shops reorder within 30 days", "shops reorder within 30 days", "shops"),
        ("en", "Achieve 75% attendance at the weekly demo (currently 50%)", "attendance at the weekly demo", "%"),
        ("en", "Average order value: €45 -> €60", "Average order value", "EUR"),
        ("vi", "CSAT 61 lên 80", "CSAT", ""),
        ("vi", "CSAT 61→80", "CSAT", ""),
        ("vi", "CSAT61→80", "CSAT", ""),
        ("vi", "Giảm bounce rate từ 44% xuống 30%", "bounce rate", "%"),
        ("vi", "Trước 30/9, nâng tỷ lệ chốt đơn từ 12% lên 20%", "tỷ lệ chốt đơn", "%"),
        ("vi", "Có ít nhất 30 khách giới thiệu bạn bè", "khách giới thiệu bạn bè", "khách"),
        ("vi", "Ký mới 15 hợp đồng trước 30/6", "hợp đồng", "hợp đồng"),
        ("zh", "把复购率从18%提升到30%", "复购率", "%"),
        ("zh", "本季度将客诉处理时间从3天缩短到1天", "客诉处理时间", "天"),
        ("zh", "平均审批时间 6小时→45分钟", "平均审批时间", "分钟"),
        ("zh", "通过改版首页,使注册人数从500增长到800", "注册人数", ""),
    ],
)
def test_the_metric_keeps_the_writers_words_and_the_unit_stays_as_written(lang: str, text: str, metric: str, unit: str) -> None:
    draft = read_measure(text, lang)
    assert (draft.metric, draft.unit) == (metric, unit)


@pytest.mark.parametrize(
    "lang, text",
    [("en", "Activation 60%, currently 45%"), ("vi", "Kích hoạt đạt 60%, hiện tại 45%"), ("zh", "激活率达到60%,目前45%")],
)
def test_what_one_has_now_is_the_baseline(lang: str, text: str) -> None:
    draft = read_measure(text, lang)
    assert (draft.baseline, draft.target, draft.unit) == (Decimal(45), Decimal(60), "%")


@pytest.mark.parametrize("lang, text", [("en", "currently 45%"), ("vi", "hiện tại 45%"), ("zh", "目前45%")])
def test_a_sentence_with_only_a_baseline_has_no_target(lang: str, text: str) -> None:
    draft = read_measure(text, lang)
    assert (draft.baseline, draft.target, draft.complete()) == (Decimal(45), None, None)


@pytest.mark.parametrize("lang, text", [("en", "Sign-ups +20%"), ("vi", "Lượt đăng ký +20%"), ("zh", "注册量+20%")])
def test_a_change_needs_a_baseline_to_become_a_measure(lang: str, text: str) -> None:
    draft = read_measure(text, lang)
    assert draft.relative
    assert draft.complete() is None
    complete = draft.with_baseline(Quantity(Decimal(500))).complete()
    assert complete == Measure(draft.metric, Decimal(600), Decimal(500), "", Direction.INCREASE)


@pytest.mark.parametrize(
    "lang, text, baseline, target, unit",
    [
        ("en", "Cut scrap by 20%", Quantity(Decimal(50), "kg"), "40", "kg"),
        ("en", "Double the number of pilots", Quantity(Decimal(4)), "8", ""),
        ("en", "Halve the backlog", Quantity(Decimal(90), "tickets"), "45", "tickets"),
        ("en", "Increase margin by 3 percentage points", Quantity(Decimal(12), "%"), "15", "%"),
        ("en", "Grow the community by 500 members", Quantity(Decimal(1000)), "1500", "members"),
        ("vi", "Lợi nhuận tăng thêm 200 triệu", Quantity(Decimal(800_000_000), "VND"), "1000000000", "VND"),
        ("vi", "Giảm 15% chi phí", Quantity(Decimal(200), "triệu"), "170", "triệu"),
        ("zh", "毛利率提升5个百分点", Quantity(Decimal(30), "%"), "35", "%"),
        ("zh", "线索量翻倍", Quantity(Decimal(60), "条"), "120", "条"),
    ],
)
def test_every_kind_of_change_is_worked_out_from_the_baseline(
    lang: str, text: str, baseline: Quantity, target: str, unit: str
) -> None:
    draft = read_measure(text, lang).with_baseline(baseline)
    assert (draft.target, draft.unit, draft.relative) == (Decimal(target), unit, False)
    assert draft.complete() is not None


def test_an_absolute_target_stays_when_the_baseline_becomes_known() -> None:
    draft = read_measure("Reach 300 members", "en").with_baseline(Quantity(Decimal(120)))
    assert draft.complete() == Measure("members", Decimal(300), Decimal(120), "members", Direction.INCREASE)


@pytest.mark.parametrize("lang, text", [("en", "Launch the app"), ("vi", "Ra mắt ứng dụng"), ("zh", "上线新应用")])
def test_a_task_without_any_number_is_a_milestone(lang: str, text: str) -> None:
    assert read_measure(text, lang).complete() == Measure(text, Decimal(1), Decimal(0), "", Direction.MILESTONE)


def test_a_milestone_is_named_without_its_date() -> None:
    assert read_measure("Launch the app by end of Q3.", "en").metric == "Launch the app"
    assert read_measure("Ra mắt ứng dụng trước 30/9", "vi").metric == "Ra mắt ứng dụng"


@pytest.mark.parametrize("text", ["Improve satisfaction", "NPS", "We are great", "Nâng cao hài lòng", "提升满意度"])
def test_no_number_and_no_task_leaves_target_and_baseline_open(text: str) -> None:
    draft = read_measure(text, "en")
    assert (draft.baseline, draft.target, draft.relative, draft.complete()) == (None, None, False, None)


def test_numbers_that_contradict_each_other_do_not_become_a_measure() -> None:
    draft = MeasureDraft("NPS", Decimal(50), Decimal(50), "", Direction.INCREASE)
    assert draft.complete() is None


def test_a_magnitude_at_the_target_counts_for_the_baseline_when_that_makes_sense() -> None:
    assert read_measure("from 1 to 2 million users", "en").baseline == Decimal(1_000_000)
    assert read_measure("from 500 to 1k users", "en").baseline == Decimal(500)
    assert read_measure("Giảm tồn kho từ 5 xuống 3 tỷ", "vi").baseline == Decimal(5_000_000_000)


def test_the_writers_convention_holds_in_a_sentence_of_another_language() -> None:
    assert read_measure("Average rating reaches 4,5 stars", "vi").target == Decimal("4.5")
    assert read_measure("Monthly revenue reaches 1.200 USD for our team", "vi").target == Decimal(1200)


@pytest.mark.parametrize(
    "text, direction",
    [
        ("Complaints 2%", Direction.KEEP_BELOW),
        ("Resolve 95% of complaints", Direction.INCREASE),
        ("Uptime 99.9%", Direction.KEEP_ABOVE),
        ("Keep complaints below 2%", Direction.KEEP_BELOW),
        ("Keep response rate at 95%", Direction.KEEP_ABOVE),
        ("Uptime above 99% (currently 99.5%)", Direction.KEEP_ABOVE),
        ("Error rate below 2% (currently 1%)", Direction.KEEP_BELOW),
        ("Error rate below 2% (currently 5%)", Direction.DECREASE),
    ],
)
def test_bounds_and_kinds_of_metrics_decide_the_direction(text: str, direction: Direction) -> None:
    draft = read_measure(text, "en")
    assert draft.direction is direction
    assert draft.complete() is not None
