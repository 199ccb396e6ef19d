"""T13 and T14: the coach judging a sentence it has not seen, and reading its word lists."""

from __future__ import annotations

import itertools
import re
import time
from importlib.resources import files

from benchmarks.measure import Figure, Trial, Variant, compare, compare_trials
from bot.coach import SentenceKind, judge
from bot.coach.judging import parsed_of
from bot.coach.measures import read
from bot.coach.words import LANGS, build_lexicon
from bot.coach.words.lexicon import Lexicon
from bot.coach.words.reading import read_lines, sections_of

ROUNDS = 7
SENTENCES = (
    ("en", SentenceKind.KEY_RESULT, "Raise the share of guests who come back within a month from {n}% to {m}% by end of Q3"),
    ("en", SentenceKind.KEY_RESULT, "Publish {n} recipes on the blog"),
    ("en", SentenceKind.KEY_RESULT, "Improve the quality of our {n} o'clock service"),
    ("en", SentenceKind.OBJECTIVE, "Guests of table {n} would rather wait for us than go elsewhere"),
    ("vi", SentenceKind.KEY_RESULT, "Rút ngắn thời gian chờ từ {m} phút xuống còn {n} phút trước 30/9"),
    ("vi", SentenceKind.KEY_RESULT, "Doanh thu tháng đạt {n},5 tỷ (hiện tại {m} triệu)"),
    ("vi", SentenceKind.KEY_RESULT, "Tổ chức {n} buổi nếm thử cho khách quen"),
    ("vi", SentenceKind.OBJECTIVE, "Khách bàn {n} nhớ quán vì được đón như người nhà"),
    ("zh", SentenceKind.KEY_RESULT, "将客人平均等位时间从{m}分钟缩短到{n}分钟,目前周末更久"),
    ("zh", SentenceKind.KEY_RESULT, "九月底前复购率提升{n}个百分点"),
    ("zh", SentenceKind.KEY_RESULT, "举办{n}场试吃会"),
    ("zh", SentenceKind.OBJECTIVE, "让{n}号店的客人宁愿等位也不去别家"),
)
FIGURES = re.compile(r"\d+(?:[.,]\d+)*")


def measure() -> list[Figure]:
    """A sentence, in turn in each language and of each kind; none comes twice, so that nothing is remembered."""
    numbers = itertools.count(100)

    def fresh() -> tuple[str, SentenceKind, str]:
        number = next(numbers)
        lang, kind, text = SENTENCES[number % len(SENTENCES)]
        return lang, kind, text.format(n=number, m=number + 7)

    def by_hand(times: int) -> None:
        for _ in range(times):
            _, _, text = fresh()
            found = FIGURES.findall(text.lower())
            assert [float(one.replace(",", ".")) for one in found]

    def understood(times: int) -> None:
        for _ in range(times):
            lang, _, text = fresh()
            parsed_of(read(text, lang))

    def judged(times: int) -> None:
        for _ in range(times):
            lang, kind, text = fresh()
            judge(text, kind, lang)

    def recognised(times: int) -> None:
        for _ in range(times):
            _, kind, text = fresh()
            judge(text, kind)

    return compare(
        [
            Variant("by hand: the figures in it", by_hand, batch=1200),
            Variant("a sentence understood", understood, batch=120),
            Variant("a sentence judged", judged, batch=120),
            Variant("a sentence judged, its language unknown", recognised, batch=120),
        ]
    )


def measure_loading() -> list[Figure]:
    """The word lists of all languages from their files, and made ready to find phrases with."""

    def bytes_read() -> float:
        start = time.perf_counter()
        folder = files("bot.coach.words")
        for lang in LANGS:
            for file in folder.joinpath(lang).iterdir():
                assert file.name.endswith(".txt")
                assert file.read_bytes()
        return time.perf_counter() - start

    def loaded() -> float:
        start = time.perf_counter()
        _lexicons()
        return time.perf_counter() - start

    def ready() -> float:
        start = time.perf_counter()
        for lexicon in _lexicons():
            for part in (lexicon.numbers, lexicon.roles, lexicon.faults):
                for name in part.__slots__:
                    cues = getattr(part, name)
                    if hasattr(cues, "first_keys"):
                        cues.first_keys()
        return time.perf_counter() - start

    trials = [
        Trial("by hand: the files' bytes", bytes_read),
        Trial("word lists of three languages", loaded),
        Trial("the same, all phrases cut up", ready),
    ]
    return compare_trials(trials, ROUNDS)


def _lexicons() -> list[Lexicon]:
    return [build_lexicon(lang, sections_of(read_lines(lang))) for lang in LANGS]
