"""Sentences follow the numbers that were corrected, and nothing else in them changes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.coach import read_measure
from bot.coach.rewording import filled, reworded
from bot.okr.measure import Measure


@pytest.mark.parametrize(
    "lang, sentence, change, expected",
    [
        ("en", "Raise NPS from 30 to 50 by June", {"target": "60"}, "Raise NPS from 30 to 60 by June"),
        ("en", "Raise NPS from 30 to 50 by June", {"baseline": "35", "target": "60"}, "Raise NPS from 35 to 60 by June"),
        ("en", "Average order value: $45 -> $60", {"target": "1250"}, "Average order value: $45 → $1,250"),
        ("en", "Churn of small teams from 8% to 4%", {"target": "2.5"}, "Churn of small teams from 8% to 2.5%"),
        ("en", "Rating from 3.9 to 4.6", {"metric": "App rating"}, "App rating from 3.9 to 4.6"),
        (
            "en",
            "Raise rating from 3.9 to 4.6",
            {"metric": "Records without an error"},
            "Raise records without an error from 3.9 to 4.6",
        ),
        ("vi", "Doanh thu tháng từ 2 tỷ lên 3,5 tỷ", {"target": "4000000000"}, "Doanh thu tháng từ 2 tỷ lên 4 tỷ"),
        ("vi", "Tỷ lệ chốt đơn từ 12% lên 20%", {"target": "22.5"}, "Tỷ lệ chốt đơn từ 12% lên 22,5%"),
        ("vi", "Doanh thu tháng từ 2 tỷ lên 3,5 tỷ", {"target": "4123456789"}, "Doanh thu tháng từ 2 tỷ lên 4.123.456.789 đ"),
        ("en", "Raise revenue from $1M to $2M", {"target": "2500000"}, "Raise revenue from $1M to $2.5M"),
        ("zh", "日订单量从1.2万增长到2万", {"target": "25000"}, "日订单量从1.2万增长到2.5万"),
        ("zh", "客单价120元→150元", {"target": "180"}, "客单价120元→180元"),
        ("zh", "平均发货时间从3天缩短到1天", {"baseline": "4"}, "平均发货时间从4天缩短到1天"),
    ],
)
def test_corrected_parts_are_put_in_their_places(lang: str, sentence: str, change: dict[str, str], expected: str) -> None:
    measure = read_measure(sentence, lang).complete()
    assert measure is not None
    corrected = replace(
        measure,
        metric=change.get("metric", measure.metric),
        baseline=Decimal(change["baseline"]) if "baseline" in change else measure.baseline,
        target=Decimal(change["target"]) if "target" in change else measure.target,
    )
    assert reworded(sentence, corrected, lang) == expected


@pytest.mark.parametrize(
    "sentence", ["Improve guest satisfaction", "Increase referrals by 25%", "Launch the app", "", "NPS from 30 to 50"]
)
def test_what_says_no_number_or_the_right_one_stays_as_it_was(sentence: str) -> None:
    measure = read_measure("NPS from 30 to 50", "en").complete()
    assert measure is not None
    assert reworded(sentence, measure, "en") == sentence


@pytest.mark.parametrize(
    ("lang", "example", "unit", "expected"),
    [
        ("vi", "Nâng mức hài lòng từ __ lên __", "điểm", "Nâng mức hài lòng từ 4,5 điểm lên 1.200 điểm"),
        (
            "en",
            "Raise customer satisfaction from __ to __",
            "points",
            "Raise customer satisfaction from 4.5 points to 1,200 points",
        ),
        ("vi", "Raise customer satisfaction from __ to __", "", "Raise customer satisfaction from 4.5 to 1,200"),
        ("zh", "客户满意度从__提升到__", "分", "客户满意度从4.5分提升到1,200分"),
        (
            "en",
            "Raise the share of returning guests from __% to __%",
            "%",
            "Raise the share of returning guests from 4.5% to 1,200%",
        ),
    ],
)
def test_gaps_are_filled_as_the_sentences_own_language_writes_numbers(lang: str, example: str, unit: str, expected: str) -> None:
    assert filled(example, Measure("", Decimal(1200), Decimal("4.5"), unit), lang) == expected


@pytest.mark.parametrize(
    ("example", "start", "expected"),
    [
        ("Raise NPS from __ to __", None, "Raise NPS to 50"),
        ("Launch the app so that weekly users go from __ to __", None, "Launch the app so that weekly users go to 50"),
        ("Nâng mức hài lòng từ __ lên __", None, "Nâng mức hài lòng lên 50"),
        ("客户满意度从__提升到__", None, "客户满意度提升到50"),
        ("Raise NPS to 50 (currently __)", "30", "Raise NPS to 50 (currently 30)"),
        ("Raise NPS to 50 (currently __)", None, "Raise NPS to 50 (currently …)"),
        ("Raise NPS to __", "30", "Raise NPS to 50"),
    ],
)
def test_every_gap_gets_the_number_it_asks_for_and_stays_open_where_nobody_knows_it(
    example: str, start: str | None, expected: str
) -> None:
    assert filled(example, Measure("NPS", Decimal(50), None if start is None else Decimal(start)), "en") == expected
