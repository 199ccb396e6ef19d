"""Which of the three languages a line is written in, from its characters and commonest words."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.coach.labels import read_statement
from bot.coach.tokens import Kind, Token

READ_CHARACTERS = 400
KANA = re.compile("[\u3040-\u30ff]")

# Only Vietnamese writes these: đ ă ơ ư, the hook above and the dot below.
VIETNAMESE_MARKS = frozenset("\u0306\u031b\u0309\u0323đ")

CIRCUMFLEX = "\u0302"
TONES = "\u0300\u0301\u0303"
"""Grave, acute and tilde, which other languages have too, but not above a circumflex."""

ENGLISH = frozenset(
    "the a an of to from and or for in on at by with is are be our we my their all every each more less than better improve increase reduce "
    "decrease grow raise launch build create hire write keep make get become team customer customers user users sales revenue help reach "
    "achieve within until this that quarter month week year new who first last most best no not it as into per so can will has have score "
    "people product products quality time faster cut lower boost deliver ship release run complete stop average number currently today "
    "target satisfaction growth company market support".split()
)
VIETNAMESE = frozenset(
    "tang giam khach cua trong cho duoc len xuong den quy cai thien doanh nang muc tieu ty ti le nhan vien san pham dich vu chat luong hai long "
    "nguoi la khong cac nhung moi hien tai ra mat xay dung thang ngay nam tuan so diem lam viec hieu qua thanh tro phan tram it nhat duoi cham "
    "soc thoi gian hoan thanh trien khai tuyen dao chi phi loi nhuan va voi tot hon nhanh hang gap nua doi ngu cong ty giu chan minh "
    "xin chao toi".split()
)
ONSETS = ("ngh", "ng", "nh", "kh", "ch", "gh", "gi", "ph", "qu", "th", "tr", *"bcdghklmnprstvx", "")
CODAS = ("ch", "ng", "nh", "c", "m", "n", "p", "t", "")
NUCLEI = frozenset(
    "a e i o u y ai ao au ay eo eu ia ie iu oa oe oi oo ua ue ui uo uu uy ye uya uye uoi uou ieu yeu oai oay oao uay".split()
)


def guess_language(text: str, fallback: str) -> str:
    """ "en", "vi" or "zh"; `fallback` when the line does not tell ("NPS 30", "ok", another script)."""
    tokens = read_statement(text[:READ_CHARACTERS]).tokens
    if not text.isascii() and KANA.search(text[:READ_CHARACTERS]) is not None:
        return fallback
    words = [token for token in tokens if token.kind is Kind.WORD]
    han = sum([token.kind is Kind.HAN for token in tokens])
    if han > sum([len(word.key) > 2 and word.key.isalpha() for word in words]):  # "p99 延迟 ≤ 300 ms"
        return "zh"
    accented = sum([word.sig is not None and not _is_no_syllable(word.key) for word in words])
    if accented >= 2 or 2 * accented > len(words) or any(_is_surely_vietnamese(word) for word in words):
        return "vi"
    english = sum([word.key in ENGLISH for word in words if word.sig is None])
    vietnamese = sum([word.key in VIETNAMESE for word in words])
    foreign = sum([_is_no_syllable(word.key) for word in words if word.key not in ENGLISH])
    if english == vietnamese == 0:
        return "en" if foreign >= 3 and han == 0 else fallback
    plain = [word for word in words if word.sig is None and word.key.isalpha()]
    enough = 3 if fallback[:2] == "vi" else 5
    if len(plain) >= enough and 2 * english < len(plain) and not any(_is_no_syllable(word.key) for word in plain):
        return "vi"  # accents left out: "to chuc 4 buoi hoi thao"
    scores = {"en": 2 * english + foreign / 2, "vi": 2.0 * vietnamese}
    if scores["en"] == scores["vi"]:
        return fallback
    return max(scores, key=lambda lang: scores[lang])


def _is_surely_vietnamese(word: Token) -> bool:
    if word.sig is None:
        return False
    # "à la carte" has accents too; with a base word we know, or two of them on a letter, they are Vietnamese.
    doubled = CIRCUMFLEX in word.sig and any(mark in word.sig for mark in TONES)
    return doubled or any(mark in VIETNAMESE_MARKS for mark in word.sig) or word.key in VIETNAMESE


@lru_cache(maxsize=8192)
def _is_no_syllable(key: str) -> bool:
    """Whether a word could not be one Vietnamese syllable; names with figures and other scripts do not count."""
    if not key.isascii() or not key.isalpha() or len(key) < 2:
        return False
    onset = next(onset for onset in ONSETS if key.startswith(onset))
    rhyme = key[len(onset) :]
    if onset in {"gi", "qu"} and rhyme == "":
        return False
    return not any(rhyme.endswith(coda) and rhyme.removesuffix(coda) in NUCLEI for coda in CODAS)
