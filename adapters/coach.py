"""`laban coach`: sentences in as JSON lines, what the coach makes of each out as JSON lines; or one sentence, shown to a person."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any, BinaryIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.chat.richtext import clean
from bot.coach import Judgement, Parsed, SentenceKind, Severity, Verdict, judge
from bot.coach.places import place_in
from bot.coach.wording import praise_of, question_of
from bot.okr.people import LANGUAGES
from bot.texts import T, number, say_plain
from bot.texts import Text as Said

LONGEST_LINE = 1_000_000
"""Bytes. Nobody's sentence is longer, and what is longer is not kept in memory."""
COLOURS = {Severity.GOOD: "green", Severity.HINT: "yellow", Severity.MEND: "red"}
MARKS = {Severity.GOOD: "✓", Severity.HINT: "?", Severity.MEND: "✗"}

Json = dict[str, Any]


class LineError(ValueError):
    """A line that cannot be judged; the text says what is wrong with it. `id` is the line's own, where it could be read."""

    def __init__(self, reason: str, id: object = None) -> None:  # noqa: A002 the name it has in the line
        super().__init__(reason)
        self.id = id


def judge_lines(source: BinaryIO, sink: BinaryIO) -> bool:
    """Answer every line as it comes; whether all of them could be judged. Blank lines are passed over."""
    all_fine = True
    for line in _lines(source):
        try:
            answer = _answer(line)
        except LineError as error:
            all_fine = False
            answer = {"id": error.id, "error": str(error)}
        sink.write(_written(answer))
        sink.flush()  # whoever asks line by line waits for each answer
    return all_fine


def _lines(source: BinaryIO) -> Iterator[bytes]:
    """The lines that are not blank; of one that is too long only the beginning, which is too long still."""
    while line := source.readline(LONGEST_LINE + 1):
        rest = line
        while len(rest) > LONGEST_LINE and not rest.endswith(b"\n"):
            rest = source.readline(LONGEST_LINE + 1)
        if line.strip():
            yield line


def _answer(line: bytes) -> Json:
    fields = _fields(line)
    own = fields.get("id")
    if not (own is None or isinstance(own, str | int)) or isinstance(own, bool):
        raise LineError("id is a string or a whole number")
    text = fields.get("text")
    if not isinstance(text, str):
        raise LineError("text is missing or no string", own)
    if not clean(text, 200):
        raise LineError("text says nothing", own)
    kind = fields.get("kind")
    if kind not in ("objective", "key_result"):
        raise LineError("kind is objective or key_result", own)
    lang = fields.get("lang")
    if lang is not None and not isinstance(lang, str):
        raise LineError("lang is a string", own)
    short = (lang or "").strip().lower().replace("_", "-").partition("-")[0]
    if short and short not in LANGUAGES:
        raise LineError(f"lang is one of {', '.join(LANGUAGES)}, or left out", own)
    return {"id": own, **as_json(judge(text, SentenceKind(kind), short), text, SentenceKind(kind))}


def _fields(line: bytes) -> Json:
    if len(line) > LONGEST_LINE:
        raise LineError(f"the line is longer than {LONGEST_LINE} bytes")
    try:
        fields = json.loads(line.decode("utf-8-sig"), parse_constant=_refuse)
    except UnicodeDecodeError:
        raise LineError("the line is not UTF-8") from None
    except (ValueError, RecursionError):
        raise LineError("the line is not JSON") from None
    if not isinstance(fields, dict):
        raise LineError("the line is no JSON object")
    return fields


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _written(answer: Json) -> bytes:
    try:
        line = json.dumps(answer, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can spell and UTF-8 cannot
        line = json.dumps(answer).encode()
    return line + b"\n"


def as_json(judgement: Judgement, text: str, kind: SentenceKind) -> Json:
    """A judgement as `laban coach` says it: what is right first, then what could be better, most useful first."""
    findings = [
        {
            "code": good.value,
            "severity": Severity.GOOD.value,
            "message": _said(judgement.lang, praise_of(good)),
            "suggestion": None,
            "span": list(place_in(text, span)),
        }
        for good, span in judgement.goods
    ]
    findings += [
        {
            "code": finding.rule.value,
            "severity": finding.severity.value,
            "message": _said(judgement.lang, question_of(finding.rule, is_objective=kind is SentenceKind.OBJECTIVE)),
            "suggestion": finding.example or None,
            "span": list(place_in(text, finding.span)),
        }
        for finding in judgement.findings
    ]
    parsed = None if judgement.parsed is None else _parsed(judgement.parsed)
    return {"verdict": judgement.verdict.value, "findings": findings, "parsed": parsed}


@cache
def _said(lang: str, text: Said) -> str:
    return say_plain(lang, text)


def _parsed(parsed: Parsed) -> Json:
    return {
        "metric": parsed.metric or None,
        "baseline": _number(parsed.baseline),
        "target": _number(parsed.target),
        "unit": parsed.unit or None,
        "direction": parsed.direction,
        "relative": parsed.relative,
        "deadline": parsed.deadline or None,
    }


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def show(text: str, kind: SentenceKind, lang: str, console: Console) -> Verdict:
    """One sentence, for a person at a terminal."""
    judgement = judge(text, kind, lang)
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(overflow="fold")
    for good, _ in judgement.goods:
        table.add_row(_mark(Severity.GOOD), Text(_said(judgement.lang, praise_of(good))))
    shown = ""
    for finding in judgement.findings:
        question = question_of(finding.rule, is_objective=kind is SentenceKind.OBJECTIVE)
        table.add_row(_mark(finding.severity), Text(_said(judgement.lang, question)))
        if finding.example not in ("", shown):  # two things to mend often have one remedy
            table.add_row("", Text(f"→ {finding.example}", "italic"))
            shown = finding.example
    console.print(table)
    if judgement.parsed is not None:
        console.print(_understood(judgement.parsed, judgement.lang))
    return judgement.verdict


def _mark(severity: Severity) -> Text:
    return Text(MARKS[severity], COLOURS[severity])


def _understood(parsed: Parsed, lang: str) -> Text:
    """`NPS · 30 → 50 points · up · by end of Q3`, in the sentence's language, parts that were not said left out."""
    numbers = [number(lang, one) for one in (parsed.baseline, parsed.target) if one is not None]
    sign = {"increase": "+", "decrease": "−"}.get(parsed.direction, "±") if parsed.relative else ""
    space = "" if parsed.unit[:1] in ("", "%", "/") else " "
    measured = f"{sign}{' → '.join(numbers)}{space}{parsed.unit}" if numbers else ""
    # A number that is only to be reached has no way it goes: the number says it all.
    direction = "" if parsed.direction == "reach" else _said(lang, T(f"word.direction.{parsed.direction}"))
    return Text(" · ".join(part for part in (parsed.metric, measured, direction, parsed.deadline) if part), "bold")
