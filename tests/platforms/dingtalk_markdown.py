"""How a text in DingTalk's Markdown looks to who reads it. The client knows a part of Markdown only; the rest is shown as typed.

What it knows: headings, quotes, bold, italics, links, pictures, lists, a line break by two blanks at the end of a line
(open.dingtalk.com, "message types of robots"). A single line break is a blank. That a backslash makes a mark harmless, and what entities
stand for, is Markdown as everywhere; DingTalk's pages do not say it.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass, field

JOINER = "\u2060"
"""A word joiner: it is there and nobody sees it."""
BLOCK = re.compile(r"\s{0,3}(?:#{1,6} |> ?|[-*+] |\d{1,9}[.)] )")
INLINE = re.compile(
    r"\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|!\[(?P<alt>[^\]]*)\]\((?P<picture>[^)\s]+)[^)]*\)"
    r"|\[(?P<label>(?:\\.|[^\]\\])+)\]\((?P<link>[^)\s]+)[^)]*\)"
    r"|\*\*(?P<bold>(?!\s)(?:\\.|[^\\])+?(?<!\s))\*\*"
    r"|(?<!\w)(?P<mark>[*_])(?P<italic>(?![\s*_])(?:\\.|[^\\*_])+?(?<!\s))(?P=mark)(?!\w)"
    r"|</?font\b[^>]*>"
    r"|(?P<bare>https?://[^\s<>\"'，。；）】]+)"
)


@dataclass(slots=True)
class Looks:
    """A text as it is seen, and what in it can be tapped or is fetched from somewhere."""

    text: str = ""
    bold: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)


def looks(markdown: str) -> Looks:
    """How `markdown` looks. Headings and bold words keep no marks; a list's item begins with a dot or its number."""
    seen = Looks()
    shown: list[str] = []
    for raw in markdown.replace("\r\n", "\n").split("\n"):
        line = _line(raw.strip(), seen)
        is_continued = bool(shown) and shown[-1] != "" and not shown[-1].endswith("\n")
        if line and is_continued and not BLOCK.match(raw):
            shown[-1] += f" {line}"
        else:
            shown.append(line)
        if raw.endswith("  ") and line:
            shown[-1] += "\n"
    seen.text = re.sub(r"\n{3,}", "\n\n", "\n".join(one.removesuffix("\n") for one in shown)).strip()
    return seen


def _line(line: str, seen: Looks) -> str:
    marks = ""
    while match := re.match(r"(#{1,6}) +|(>) ?|([-*+]) +", line):
        marks += "┃ " if match.group(2) else "• " if match.group(3) else ""
        line = line[match.end() :]
    return marks + _inline(line, seen)


def _inline(text: str, seen: Looks) -> str:
    said, at = "", 0
    while match := INLINE.search(text, at):
        said += html.unescape(text[at : match.start()])
        got = match.groupdict()
        sign = "**" if got["bold"] else got["mark"]
        if sign and not _is_emphasis(text, match, sign):
            said += sign
            at = match.start() + len(sign)
            continue
        at = match.end()
        if got["escaped"]:
            said += got["escaped"]
        elif got["picture"]:
            seen.pictures.append(got["picture"])
            said += f"[{got['alt']}]"
        elif got["link"]:
            label = _inline(got["label"], seen)
            seen.links.append((label, got["link"]))
            said += label
        elif got["bold"]:
            inner = _inline(got["bold"], seen)
            seen.bold.append(inner)
            said += inner
        elif got["italic"]:
            said += _inline(got["italic"], seen)
        elif got["bare"]:
            seen.links.append((got["bare"], got["bare"]))
            said += got["bare"]
    return (said + html.unescape(text[at:])).replace(JOINER, "")


def _is_emphasis(text: str, match: re.Match[str], sign: str) -> bool:
    """Whether signs around some words make them bold: beside punctuation inside there has to be white space or punctuation outside, or the
    signs are shown as typed (CommonMark, "left-flanking" and "right-flanking")."""
    start, end = match.start() + len(sign), match.end() - len(sign)
    before, after = text[: match.start()][-1:], text[match.end() :][:1]
    return (not _is_punctuation(text[start]) or _is_apart(before)) and (not _is_punctuation(text[end - 1]) or _is_apart(after))


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"


def _is_apart(character: str) -> bool:
    return character == "" or character.isspace() or _is_punctuation(character)
