"""How a text in DingTalk's Markdown looks to who reads it. The client knows a part of Markdown only; the rest is shown as typed.

What it knows: headings, quotes, bold, italics, links, pictures, lists, a line break by two blanks at the end of a line
(open.dingtalk.com, "message types of robots"). A single line break is a blank.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

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
    for match in INLINE.finditer(text):
        said += html.unescape(text[at : match.start()])
        at = match.end()
        got = match.groupdict()
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
    return said + html.unescape(text[at:])
