"""Splits a long text where a reader would: between paragraphs, then lines, sentences, words, perceived characters."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

import regex

from bot.chat.capabilities import Capabilities
from bot.chat.graphemes import graphemes
from bot.chat.richtext import RichText, Span, plain, words
from bot.chat.room import extra_room, room, room_of

# A cut is where a match begins. Chinese ends sentences and clauses without a space.
_BORDERS = (
    regex.compile(r"\n\s*\n"),
    regex.compile(r"\n"),
    regex.compile(r"(?<=[.!?…][\"'”’)»]?)\s|(?<=[。！？；])(?![”’」』）])|(?<=[。！？；][”’」』）])"),
    regex.compile(r"\s|(?<=[，、：])"),
)


def split(text: RichText, capabilities: Capabilities) -> list[RichText]:
    """`text` in pieces of at most `capabilities.text` units; white space at the cuts goes, nothing else.

    A perceived character that alone is too long (somebody's thousand accents) is cut between its code points.
    """
    if room_of(text, capabilities) <= capabilities.text:
        return [text] if any(span.text.strip() for span in text) else []
    if any(extra_room(span, capabilities) > capabilities.text // 2 for span in text):
        text = words(plain(text))
    run = _Run.of(text, capabilities)
    pieces = []
    start = run.past_blanks(0)
    while start < len(run.clusters):
        end = run.cut(start, run.reach(start))
        pieces.append(run.piece(start, end))
        start = run.past_blanks(end)
    return pieces


@dataclass(frozen=True, slots=True)
class _Run:
    """A text as its perceived characters; `starts` and `span_ends` are offsets into `flat`."""

    text: RichText
    flat: str
    clusters: tuple[str, ...]
    starts: tuple[int, ...]
    span_ends: tuple[int, ...]
    capabilities: Capabilities

    @classmethod
    def of(cls, text: RichText, capabilities: Capabilities) -> _Run:
        text = tuple(span for span in text if span.text)
        flat = "".join(span.text for span in text)
        widest = capabilities.text - max((extra_room(span, capabilities) for span in text), default=0)
        clusters: list[str] = []
        for cluster in graphemes(flat):
            clusters += (cluster,) if room(cluster, capabilities) <= widest else cluster
        starts = tuple(accumulate((len(cluster) for cluster in clusters), initial=0))
        span_ends = tuple(accumulate(len(span.text) for span in text))
        return cls(text, flat, tuple(clusters), starts, span_ends, capabilities)

    def past_blanks(self, index: int) -> int:
        while index < len(self.clusters) and self.clusters[index].isspace():
            index += 1
        return index

    def reach(self, start: int) -> int:
        """The end of the longest piece from `start` that fits; at least one further."""
        used = 0
        counted = bisect_right(self.span_ends, self.starts[start]) - 1
        for index in range(start, len(self.clusters)):
            last = bisect_right(self.span_ends, self.starts[index + 1] - 1)
            used += room(self.clusters[index], self.capabilities)
            used += sum(extra_room(span, self.capabilities) for span in self.text[counted + 1 : last + 1])
            counted = last
            if used > self.capabilities.text and index > start:
                return index
        return len(self.clusters)

    def cut(self, start: int, end: int) -> int:
        """The best place to end a piece that may reach to `end`: in its second half if there is one of the better places."""
        if end == len(self.clusters):
            return end
        half = (start + end) // 2
        for border in _BORDERS:
            if found := self._last(border, max(half, start + 1), end):
                return found
        return self._last(_BORDERS[-1], start + 1, half) or end

    def _last(self, border: regex.Pattern[str], first: int, last: int) -> int:
        """The last border that begins a perceived character from `first` to `last`; 0 when there is none."""
        begins = frozenset(self.starts[first : last + 1])
        matches = border.finditer(self.flat, self.starts[first], self.starts[last] + 1)
        found = max((match.start() for match in matches if match.start() in begins), default=-1)
        return bisect_right(self.starts, found) - 1 if found >= 0 else 0

    def piece(self, start: int, end: int) -> RichText:
        while end > start and self.clusters[end - 1].isspace():
            end -= 1
        first, last = self.starts[start], self.starts[end]
        parts = []
        begin = 0
        for span, finish in zip(self.text, self.span_ends, strict=True):
            if begin < last and finish > first:
                parts.append(Span(span.text[max(first - begin, 0) : last - begin], span.style, span.link))
            begin = finish
        return tuple(parts)
