"""All key results of an objective looked at together."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.coach import Rule, read_measure
from bot.coach.sets import Member, SetFinding, look_at_set
from bot.coach.stretch import PastKeyResult

TITLE = "Guests would rather wait for us than go elsewhere"


def members(lang: str, *sentences: str) -> list[Member]:
    found = []
    for sentence in sentences:
        measure = read_measure(sentence, lang).complete()
        assert measure is not None, sentence
        found.append(Member(sentence, measure))
    return found


def rules(title: str, lang: str, *sentences: str) -> list[Rule]:
    return [finding.rule for finding in look_at_set(title, members(lang, *sentences), lang)]


@pytest.mark.parametrize(
    "lang, title, sentences",
    [
        ("en", TITLE, ("Guest rating from 4.1 to 4.6", "Tables answered within 5 minutes from 60% to 90%")),
        (
            "vi",
            "Khách nhớ quán vì được đón như người nhà",
            ("Điểm khách chấm từ 4,1 lên 4,6", "Thời gian khách chờ bàn từ 20 phút xuống 10 phút"),
        ),
        ("zh", "让客人宁愿等位也不去别家", ("顾客评分从4.1提升到4.6", "客人等位时间从20分钟缩短到10分钟")),
    ],
)
def test_a_sound_set_is_left_alone(lang: str, title: str, sentences: tuple[str, ...]) -> None:
    assert rules(title, lang, *sentences) == []


@pytest.mark.parametrize(
    "lang, title, sentences",
    [
        ("en", "A shop that earns its keep", ("Revenue from $2M to $3M", "Profit margin from 8% to 12%")),
        ("vi", "Cửa hàng tự nuôi được mình", ("Doanh thu từ 2 tỷ lên 3 tỷ", "Lợi nhuận từ 200 triệu lên 300 triệu")),
        ("zh", "门店能养活自己", ("营收从200万提升到300万", "毛利率从8%提升到12%")),
    ],
)
def test_only_results_that_show_at_the_end_call_for_an_early_sign(lang: str, title: str, sentences: tuple[str, ...]) -> None:
    assert Rule.ALL_LAGGING in rules(title, lang, *sentences)
    early = {
        "en": "Trial orders a week from 10 to 40",
        "vi": "Đơn dùng thử mỗi tuần từ 10 lên 40",
        "zh": "每周试用订单从10增加到40",
    }
    assert Rule.ALL_LAGGING not in rules(title, lang, *sentences, early[lang])


def test_three_of_five_that_share_a_metric_are_named() -> None:
    found = look_at_set(
        TITLE,
        members(
            "en",
            "Guest rating from 4.1 to 4.6",
            "guest rating to 4.6 in the north",
            "Guest rating above 4.7",
            "Waiting guests served within 5 minutes: 90%",
            "Repeat guests from 20% to 30%",
        ),
        "en",
    )
    assert SetFinding(Rule.SHARED_METRIC, 3, 5, "Guest rating") in found


@pytest.mark.parametrize("sentence", ["Guest rating from 4.1 to 4.6", "Guest rating from 4.3 to 4.8"])
def test_what_stood_there_last_quarter_is_copied_whatever_its_numbers(sentence: str) -> None:
    (member,) = members("en", sentence)
    (before,) = members("en", "Guest rating from 3.9 to 4.3")
    past = PastKeyResult(before.sentence, before.measure, Decimal("4.1"))
    assert look_at_set(TITLE, [member], "en", [past])[0].rule is Rule.COPIED
    (other,) = members("en", "Guests who come back within a month from 20% to 35%")
    assert Rule.COPIED not in [one.rule for one in look_at_set(TITLE, [other], "en", [past])]


@pytest.mark.parametrize(
    "lang, title, sentence, other",
    [
        ("en", "Customers love our service", "Cloud costs from $9k to $6k", "Complaints per month from 30 to 10"),
        (
            "vi",
            "Khách hàng yêu dịch vụ của chúng ta",
            "Chi phí máy chủ từ 90 triệu xuống 60 triệu",
            "Số khiếu nại mỗi tháng từ 30 xuống 10",
        ),
        ("zh", "客户离不开我们的服务", "服务器费用从9万降到6万", "每月投诉从30件降到10件"),
    ],
)
def test_key_results_about_something_else_prove_little(lang: str, title: str, sentence: str, other: str) -> None:
    assert Rule.WEAK_EVIDENCE in rules(title, lang, sentence)
    assert Rule.WEAK_EVIDENCE not in rules(title, lang, sentence, other)


@pytest.mark.parametrize("of, is_hint", [(1, True), (2, False), (5, False), (6, True)])
def test_one_key_result_is_few_and_six_are_many(of: int, is_hint: bool) -> None:
    names = ("rating", "orders", "visits", "tips", "bookings", "parties")
    found = rules(TITLE, "en", *(f"Guest {name} from 1 to {number + 2}" for number, name in enumerate(names[:of])))
    assert (Rule.COUNT in found) is is_hint


def test_seven_key_results_are_much_for_one_person() -> None:
    two = members("en", "Guest rating from 4.1 to 4.6", "Waiting guests from 30 to 10")
    assert [one.rule for one in look_at_set(TITLE, two, "en", owned=5)] == [Rule.OWNED_BY_ONE]
    assert look_at_set(TITLE, two, "en", owned=4) == ()


def test_nothing_written_is_nothing_to_look_at() -> None:
    assert [one.rule for one in look_at_set(TITLE, [], "en")] == [Rule.COUNT]
