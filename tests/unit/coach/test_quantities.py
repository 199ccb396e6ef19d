from __future__ import annotations

import string
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coach import Quantity, read_quantity
from bot.coach.quantities import find_amounts
from bot.coach.tokens import read_sentence
from bot.coach.words import lexicon_of


def amounts(text: str, lang: str) -> list[tuple[str, str]]:
    return [(str(amount.value), amount.unit) for amount in find_amounts(read_sentence(text), lexicon_of(lang))]


ENGLISH = {
    "42": ("42", ""),
    "12.5k": ("12500", ""),
    "12 k": ("12000", ""),
    "1.2m": ("1200000", ""),
    "3bn": ("3000000000", ""),
    "1,200.50": ("1200.5", ""),
    "1,200": ("1200", ""),
    "1.200": ("1.2", ""),
    "1.200,50": ("1200.5", ""),
    "1 250 000": ("1250000", ""),
    "1'000": ("1000", ""),
    "0,5": ("0.5", ""),
    "−5": ("-5", ""),
    "-$5k": ("-5000", "USD"),
    "+20%": ("20", "%"),
    "50 %": ("50", "%"),
    "fifty percent": ("50", "%"),
    "$1.2M": ("1200000", "USD"),
    "USD 300": ("300", "USD"),
    "4.5/5": ("4.5", "/5"),
    "8 out of 10": ("8", "/10"),
    "1/2": ("0.5", ""),
    "2/3": ("0.6667", ""),
    "1½": ("1.5", ""),
    "1 1/2": ("1.5", ""),
    "half": ("0.5", ""),
    "half a million": ("500000", ""),
    "a hundred": ("100", ""),
    "two": ("2", ""),
    "twenty-five": ("25", ""),
    "two hundred and five": ("205", ""),
    "three thousand two hundred": ("3200", ""),
    "two and a half million": ("2500000", ""),
    "four point two": ("4.2", ""),
    "zero": ("0", ""),
    "about 20 tickets": ("20", "tickets"),
    "we are at 38 now": ("38", ""),
    "~ 90 days": ("90", "days"),
    "4/month": ("4", "/month"),
    "2 percentage points": ("2", "percentage points"),
    "100+": ("100", ""),
    "38.": ("38", ""),
    "12%": ("12", "%"),
}
VIETNAMESE = {
    "1,2tr": ("1200000", ""),
    "khoảng 1,2tr": ("1200000", ""),
    "khoang 1,2tr": ("1200000", ""),
    "1tr2": ("1200000", ""),
    "1tr250": ("1250000", ""),
    "2 tỷ rưỡi": ("2500000000", ""),
    "2 ty ruoi": ("2500000000", ""),
    "2 tỉ": ("2000000000", ""),
    "1 tỷ 200 triệu": ("1200000000", ""),
    "3 nghìn tỷ": ("3000000000000", ""),
    "500 ngàn": ("500000", ""),
    "5 trăm triệu": ("500000000", ""),
    "2k5": ("2500", ""),
    "nửa": ("0.5", ""),
    "nửa tỷ": ("500000000", ""),
    "chín mươi phần trăm": ("90", "%"),
    "chin muoi phan tram": ("90", "%"),
    "hai mươi lăm": ("25", ""),
    "hai trăm linh năm": ("205", ""),
    "hai nghìn ba": ("2300", ""),
    "một trăm rưỡi": ("150", ""),
    "bốn phẩy năm": ("4.5", ""),
    "1.200": ("1200", ""),
    "1,2": ("1.2", ""),
    "0.125": ("0.125", ""),
    "7.8": ("7.8", ""),
    "1.200,50": ("1200.5", ""),
    "1,200.50": ("1200.5", ""),
    "800.000đ": ("800000", "VND"),
    "10 triệu đồng": ("10000000", "VND"),
    "30 ngày": ("30", "ngày"),
    "2 giờ rưỡi": ("2.5", "giờ"),
    "tầm 45 khách": ("45", "khách"),
    "hiện đang 38 điểm": ("38", "điểm"),
    "8 trên 10": ("8", "/10"),
    "5 điểm phần trăm": ("5", "điểm phần trăm"),
    "12% ạ": ("12", "%"),
}
CHINESE = {
    "两千三": ("2300", ""),
    "3.5万": ("35000", ""),
    "10w": ("100000", ""),
    "三点五万": ("35000", ""),
    "3千5": ("3500", ""),
    "1亿2千万": ("120000000", ""),
    "两万三千五百": ("23500", ""),
    "一百零五": ("105", ""),
    "一百二": ("120", ""),
    "十五": ("15", ""),
    "九成": ("90", "%"),
    "九成五": ("95", "%"),
    "一半": ("0.5", ""),
    "三分之一": ("0.3333", ""),
    "百分之四十二": ("42", "%"),
    "百分之四十二点五": ("42.5", "%"),
    "百分百": ("100", "%"),
    "千分之三": ("3", "‰"),
    "１２．５％": ("12.5", "%"),
    "１，２００": ("1200", ""),
    "4小时": ("4", "小时"),
    "两个半小时": ("2.5", "小时"),
    "大约300个": ("300", "个"),
    "100多": ("100", ""),
    "目前是45%": ("45", "%"),
    "30万元": ("300000", "元"),
    "¥3.5万": ("35000", "元"),
    "25萬": ("250000", ""),
    "兩千三": ("2300", ""),
    "5个百分点": ("5", "个百分点"),
    "4.5/5": ("4.5", "/5"),
}


@pytest.mark.parametrize(
    "lang, text, value, unit",
    [
        (lang, text, *expected)
        for lang, table in (("en", ENGLISH), ("vi", VIETNAMESE), ("zh", CHINESE))
        for text, expected in table.items()
    ],
)
def test_reads_numbers_as_people_write_them(lang: str, text: str, value: str, unit: str) -> None:
    assert read_quantity(text, lang) == Quantity(Decimal(value), unit)


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "NaN", "inf", "Infinity", "1e5", "1e999", "-", "+", "%", "$", "/", "1/0", "30/9", "24/7", "2026-06-30", "1.5.2", "1,2,3",
        "1..2", "5-10", "10²", "Q3", "12abc", "12 apples and 3 pears", "no idea", "vài", "sau", "không", "khong", "nhiều lắm", "几个", "很多",
        "9" * 30, "9" * 50_000, "1," * 20_000, "a" * 50_000, "1" + "0" * 15, "\x00", "12\x00", "\u202e12", "\u206612", "مئة", "١٢", "一万" * 9000,
        "0x10", "1_000", "½½", "半半", "🙂", "12 🙂", "rưỡi", "triệu", "万",
    ],
)  # fmt: skip
def test_what_is_not_one_number_is_refused(text: str) -> None:
    assert [read_quantity(text, lang) for lang in ("en", "vi", "zh")] == [None] * 3


def test_the_writers_language_decides_what_a_lone_point_means() -> None:
    assert read_quantity("1.200", "vi") == Quantity(Decimal(1200))
    assert read_quantity("1.200", "en") == Quantity(Decimal("1.2"))
    assert read_quantity("1,200", "zh-CN") == Quantity(Decimal(1200))
    assert read_quantity("1,200", "vi-VN") == Quantity(Decimal("1.2"))


def test_knows_the_unit_of_a_key_result_when_told() -> None:
    assert read_quantity("45 tweets", "en") is None
    assert read_quantity("45 tweets", "en", unit="tweets") == Quantity(Decimal(45), "tweets")
    assert read_quantity("45 chậu cây", "vi", unit="chậu cây") == Quantity(Decimal(45), "chậu cây")
    assert read_quantity("45", "en", unit="\x00 %") == Quantity(Decimal(45))


def written(value: Decimal, lang: str) -> str:
    text = f"{value:,f}"
    return text.translate(str.maketrans(",.", ".,")) if lang == "vi" else text


VALUES = st.decimals(min_value=-(10**14), max_value=10**14, places=6) | st.integers(-(10**14), 10**14).map(Decimal)


@given(VALUES, st.sampled_from(["en", "vi", "zh"]), st.integers(0, 6))
def test_a_number_written_the_way_of_the_language_reads_back_the_same(value: Decimal, lang: str, places: int) -> None:
    value = round(value, places)
    assert read_quantity(written(value, lang), lang) == Quantity(value)
    assert read_quantity(f"{written(value, lang)}%", lang) == Quantity(value, "%")


def in_chinese(number: int) -> str:
    if number >= 10_000:
        rest = number % 10_000
        gap = "零" if 0 < rest < 1000 else ""
        return f"{in_chinese(number // 10_000)}万" + (gap + in_chinese(rest) if rest else "")
    text = "".join(
        "零一二三四五六七八九"[number // unit % 10] + (name if number // unit % 10 else "")
        for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, ""))
    )
    while "零零" in text:
        text = text.replace("零零", "零")
    return text.strip("零")


@given(st.integers(1, 99_999_999))
def test_chinese_numerals_read_back_the_same(number: int) -> None:
    assert read_quantity(in_chinese(number), "zh") == Quantity(Decimal(number))


VIETNAMESE_DIGITS = "không một hai ba bốn năm sáu bảy tám chín".split()


def in_vietnamese(number: int) -> str:
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    parts = [f"{VIETNAMESE_DIGITS[hundreds]} trăm"] if hundreds else []
    if tens:
        parts.append("mười" if tens == 1 else f"{VIETNAMESE_DIGITS[tens]} mươi")
    elif ones and hundreds:
        parts.append("linh")
    if ones:
        parts.append("lăm" if ones == 5 and tens else "mốt" if ones == 1 and tens > 1 else VIETNAMESE_DIGITS[ones])
    return " ".join(parts)


@given(st.integers(1, 999), st.sampled_from(["", " nghìn", " triệu", " tỷ"]))
def test_vietnamese_numerals_read_back_the_same(number: int, magnitude: str) -> None:
    scale = {"": 1, " nghìn": 10**3, " triệu": 10**6, " tỷ": 10**9}[magnitude]
    assert read_quantity(in_vietnamese(number) + magnitude, "vi") == Quantity(Decimal(number * scale))


ENGLISH_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
).split()
ENGLISH_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


def in_english(number: int) -> str:
    if number >= 1000:
        rest = number % 1000
        return f"{in_english(number // 1000)} thousand" + (f" {in_english(rest)}" if rest else "")
    if number >= 100:
        rest = number % 100
        return f"{ENGLISH_ONES[number // 100]} hundred" + (f" and {in_english(rest)}" if rest else "")
    if number >= 20:
        return ENGLISH_TENS[number // 10 - 2] + (f"-{ENGLISH_ONES[number % 10]}" if number % 10 else "")
    return ENGLISH_ONES[number]


@given(st.integers(0, 999_999))
def test_english_numerals_read_back_the_same(number: int) -> None:
    assert read_quantity(in_english(number), "en") == Quantity(Decimal(number))


@given(
    st.text(max_size=80) | st.text(alphabet=string.digits + ".,'-+/% kmtr万千百十半$", max_size=30),
    st.sampled_from(["en", "vi", "zh"]),
)
def test_any_text_is_either_a_finite_number_or_none(text: str, lang: str) -> None:
    found = read_quantity(text, lang)
    assert found is None or (found.value.is_finite() and abs(found.value) < 10**15)


@pytest.mark.parametrize(
    "lang, text",
    [
        ("en", "Launch the D7 report for Q3 2026"),
        ("en", "Become a top 10 brand by March 15, 2027"),
        ("en", "Reach every 5-star hotel in a 30-day trial by 30/6"),
        ("en", "Support 24/7 with the v2.0 bot"),
        ("en", "One team, two-factor login and a three-tier plan"),
        ("vi", "Vào top 5 trước 30/9/2026, tuần 3 quý 4"),
        ("vi", "Hoàn tất trong năm 2026, tháng 9"),
        ("vi", "cai thien hai long cua khach"),
        ("zh", "2026年9月30日前,第三季度进入前十"),
        ("zh", "统一一个团队,十分重视第一印象"),
        ("zh", "修复404页面和8080端口"),
    ],
)
def test_dates_ranks_and_names_are_no_quantities(lang: str, text: str) -> None:
    assert amounts(text, lang) == []


@pytest.mark.parametrize(
    "lang, text, expected",
    [
        ("en", "Answer within 24 hours and sell 30 seats at $99", [("24", "hours"), ("30", "seats"), ("99", "USD")]),
        ("en", "ten customers pay, half of them yearly", [("10", "customers"), ("50", "%")]),
        ("vi", "Hai mươi cửa hàng bán 1tr2 mỗi ngày", [("20", "cửa hàng"), ("1200000", "")]),
        ("vi", "một nửa khách quay lại trong 30 ngày", [("50", "%"), ("30", "ngày")]),
        ("zh", "三家门店营收一百二十万元", [("3", "家"), ("1200000", "元")]),
        ("zh", "零投诉,零售额200万", [("0", ""), ("2000000", "")]),
    ],
)
def test_finds_all_quantities_of_a_sentence(lang: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert amounts(text, lang) == expected
