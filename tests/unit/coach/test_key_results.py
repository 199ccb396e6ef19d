from __future__ import annotations

import pytest

from bot.coach import Good, Rule, Severity, advise_key_result, praise_key_result, read_measure
from bot.coach.key_results import key_result_findings
from tests.unit.coach.sentences import GOOD_KEY_RESULTS, MEASURED, POOR_KEY_RESULTS
from tests.unit.coach.test_measures import without_accents


@pytest.mark.parametrize("lang, text", GOOD_KEY_RESULTS)
def test_a_good_key_result_is_left_alone(lang: str, text: str) -> None:
    assert advise_key_result(text, lang) is None


@pytest.mark.parametrize("lang, text, rule", POOR_KEY_RESULTS)
def test_a_poor_key_result_gets_the_most_useful_advice(lang: str, text: str, rule: str) -> None:
    advice = advise_key_result(text, lang)
    assert advice is not None
    assert advice.rule == rule


@pytest.mark.parametrize("text, rule", [(text, rule) for lang, text, rule in POOR_KEY_RESULTS if lang == "vi"])
def test_vietnamese_without_accents_gets_the_same_advice(text: str, rule: str) -> None:
    advice = advise_key_result(without_accents(text), "vi")
    assert advice is not None
    assert advice.rule == rule


@pytest.mark.parametrize("text", [text for lang, text, *_, relative in MEASURED if lang == "vi" and not relative])
def test_vietnamese_without_accents_is_not_told_off_either(text: str) -> None:
    advice = advise_key_result(without_accents(text), "vi")
    assert advice is None or text == "Hai mươi cửa hàng đạt chuẩn 5 sao"  # "hai" and "muoi" need their accents to be a number


@pytest.mark.parametrize("text", ["", "  ", "\n", "\x00"])
def test_nothing_written_is_nothing_to_advise(text: str) -> None:
    assert advise_key_result(text, "en") is None
    assert praise_key_result(text, "en") == ()


@pytest.mark.parametrize(
    "lang, text, example",
    [
        ("vi", "cố gắng hết sức nâng cao hài lòng khách hàng", "Nâng mức hài lòng khách hàng từ __ lên __"),
        ("vi", "Tăng số thành viên", "Tăng số thành viên từ __ lên __"),
        ("vi", "Giao hàng nhanh hơn", "Rút ngắn thời gian giao hàng từ __ xuống __"),
        ("vi", "Nhân viên vui vẻ hơn", "Nâng mức hài lòng của nhân viên từ __ lên __"),
        ("vi", "Ra mắt ứng dụng di động", "Ra mắt ứng dụng di động để số người dùng hằng tuần tăng từ __ lên __"),
        ("vi", "Tăng 30% số đơn hàng", "Tăng 30% số đơn hàng (hiện tại __)"),
        ("en", "Improve customer service quality", "Raise customer service quality score from __ to __"),
        ("en", "Reduce waste.", "Reduce waste from __ to __"),
        ("en", "Answer emails faster", "Reduce the time to answer emails from __ to __"),
        ("en", "Happier employees", "Raise employee satisfaction from __ to __"),
        ("en", "Make onboarding easier", "Make onboarding easier: __ from __ to __"),
        ("en", "we will try our best to serve clients", "Serve clients: __ from __ to __"),
        ("en", "Launch the mobile app!", "Launch the mobile app so that weekly active users go from __ to __"),
        ("en", "Raise NPS to 50 and cut churn to 3%", "Raise NPS to 50"),
        ("zh", "优化用户体验", "用户体验评分从__提升到__"),
        ("zh", "更快响应客户", "响应客户的时间从__缩短到__"),
        ("zh", "降低获客成本", "获客成本从__降到__"),
        ("zh", "举办3场沙龙。", "举办3场沙龙，使每月有效线索从__提升到__"),
        ("zh", "订单量增长30%", "订单量增长30%（目前__）"),
        ("zh", "NPS提升到50,流失率降低到3%", "NPS提升到50"),
        ("zh", "提升產品質量", "產品質量評分從__提升到__"),
        ("zh", "舉辦3場沙龍", "舉辦3場沙龍，使每月有效線索從__提升到__"),
    ],
)
def test_the_example_is_in_the_writers_words_and_language(lang: str, text: str, example: str) -> None:
    advice = advise_key_result(text, lang)
    assert advice is not None
    assert advice.example == example


FILLED = {"en": "the rating", "vi": "điểm hài lòng", "zh": "订单量"}


@pytest.mark.parametrize("lang, text, rule", [row for row in POOR_KEY_RESULTS if row[2] != Rule.VANITY])
def test_an_example_with_its_blanks_filled_needs_no_more_advice(lang: str, text: str, rule: str) -> None:
    advice = advise_key_result(text, lang)
    assert advice is not None
    example = advice.example
    if example.count("__") == 3:
        example = example.replace("__", FILLED[lang], 1)
    example = example.replace("__", "20", 1).replace("__", "35", 1)
    assert "__" not in example
    assert example == "" or advise_key_result(example, lang) is None
    assert example == "" or read_measure(example, lang).target is not None


@pytest.mark.parametrize(
    "lang, text, good",
    [
        ("en", "Increase referrals by 25%", (Good.METRIC, Good.NUMBER, Good.TARGET, Good.DIRECTION, Good.SHORT)),
        ("en", "Rating from 3.9 to 4.6", (Good.METRIC, Good.NUMBER, Good.TARGET, Good.BASELINE, Good.DIRECTION, Good.SHORT)),
        ("en", "Improve guest satisfaction", (Good.METRIC, Good.DIRECTION, Good.SHORT)),
        ("en", "Hire 3 designers", (Good.NUMBER, Good.TARGET, Good.SHORT)),
        ("vi", "Tăng số thành viên", (Good.METRIC, Good.DIRECTION, Good.SHORT)),
        ("zh", "客诉率目前8%", (Good.METRIC, Good.NUMBER, Good.BASELINE, Good.SHORT)),
    ],
)
def test_names_what_is_already_right(lang: str, text: str, good: tuple[Good, ...]) -> None:
    assert praise_key_result(text, lang) == good


def test_a_finding_says_what_gave_it_away_and_where() -> None:
    text = "chung ta co gang nang cao hai long khach hang"
    wish = key_result_findings(text, "vi")[0]
    assert (wish.rule, wish.severity, wish.cue) == (Rule.WISH, Severity.MEND, "cố gắng")
    assert text[slice(*wish.span)] == "co gang"


def test_a_task_that_shows_its_result_is_accepted() -> None:
    assert advise_key_result("Launch the app to 30% of users", "en") is None
    assert advise_key_result("Hire 5 advisers, revenue reaches $1M", "en") is None
    assert advise_key_result("Tổ chức 4 hội thảo để 200 khách đăng ký dùng thử", "vi") is None
    assert advise_key_result("举办2场沙龙,新增付费客户达到50家", "zh") is None


def test_only_a_missing_baseline_of_a_change_is_worth_a_question() -> None:
    assert advise_key_result("Repeat orders reach 85%", "en") is None
    (finding,) = key_result_findings("Repeat orders +15%", "en")
    assert (finding.rule, finding.severity) == (Rule.NO_BASELINE, Severity.HINT)


def test_one_metric_said_twice_is_one_metric() -> None:
    assert advise_key_result("Show-up rate reaches 90%, compared to 75% last year", "en") is None
    assert advise_key_result("出勤率提升至96%,比去年多3个百分点", "zh") is None


def test_a_missing_date_is_no_fault_and_a_dated_milestone_may_stay() -> None:
    assert advise_key_result("Rating from 3.9 to 4.6", "en") is None
    assert advise_key_result("Đạt chứng nhận ISO trước 30/9", "vi") is None
    assert advise_key_result("9月底前拿到三级等保证书", "zh") is None


def test_a_sentence_of_more_than_one_breath_is_called_long() -> None:
    text = "Reach 40% adoption of the new planning board " + "among people who like to plan their weeks in detail " * 3
    advice = advise_key_result(text, "en")
    assert advice is not None
    assert advice.rule is Rule.TOO_LONG
