"""What lists put in front of a sentence and nobody means: "KR2:", "1)", "•", "目标一：". Marks of lists, not words of a language."""

from __future__ import annotations

import re

from bot.coach.tokens import Kind, Sentence, read_sentence

SHORT = r"o?krs?|kq"
LONG = (
    r"o|objectives?|goals?|key\ results?|mục\ tiêu|kết\ quả\ then\ chốt|kết\ quả\ chính"
    r"|目标|目標|关键结果|關鍵結果|关键成果|關鍵成果"
)
"""Words of their own: only a colon or the like behind them makes a label of them ("mục tiêu 1 tỷ" is none)."""
COUNT = r"(?: \d{1,2}(?:[.\-]\d{1,2})* | [一二三四五六七八九十] )"
LABEL = re.compile(
    rf"""
    (?: [-*•·▪◦‣●○■□▶►✓✔☐☑]\s+ | \[[ x]\]\s* | [\U0001F300-\U0001FAFF\u2600-\u27BF\uFE0F]+\s* )*
    (?:
        [*_]{{0,2}} [(\[（【]? \s*
        (?: (?:{SHORT}) \s* [\#№]? \s* {COUNT} \s* (?: [)\]）】] | [*_]{{1,2}} | [:：.\-–—|] | (?=\s) )
          | (?:{SHORT}|{LONG}) \s* [\#№]? \s* {COUNT}? \s* [)\]）】]? [*_]{{0,2}} \s* [:：|.)–—\-]
        )
        [)\]）】]? [*_]{{0,2}} \s* [:：]? \s*
      | [(\[（] \s* p\d \s* [)\]）] \s*
      | [(（]? \d{{1,2}} (?: [)）、．] \s* | \.\s+ | \.(?=[^\W\d_]) )
      | [一二三四五六七八九十] {{1,2}} 、
      | [①-⑳⑴-⒇] \s*
      | \# \d{{1,2}} (?: [:.)] | (?=\s) ) \s*
    )?
    """,
    re.VERBOSE | re.IGNORECASE,
)


def read_statement(text: str) -> Sentence:
    """A sentence without the label in front of it; places in its text stay what they are. A label alone stays a sentence."""
    sentence = read_sentence(text)
    end = end_of_label(sentence.text)
    if end == 0:
        return sentence
    tokens = tuple(token for token in sentence.tokens if token.start >= end)
    han = sum([token.kind is Kind.HAN for token in tokens])
    marks = sum([token.kind is Kind.MARK for token in tokens])
    return Sentence(sentence.text, tokens, len(tokens) - han - marks, han) if len(tokens) > marks else sentence


def end_of_label(text: str) -> int:
    """Where the sentence begins behind its label; 0 when it has none."""
    found = LABEL.match(text)
    return found.end() if found is not None else 0
