"""A trend as an SVG drawing: what it was, where a straight line would be, where it should go. No scripts, no links, nothing fetched.

Colours are attributes, and a dark page's come from a media query, so that a reader who ignores styles still gets a finished picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from adapters.pictures.letters import lines, width
from adapters.pictures.markup import Markup, Value, drawable, tag
from bot.actions.trends import amount_said, decimal_of
from bot.okr.board import BOUNDS
from bot.okr.measure import Direction
from bot.okr.trend import Point, Trend, week_marks
from bot.texts import T, Text, number, say_plain

WIDTH, HEIGHT = 400, 260
"""In units of the drawing."""
SHOWN = 640, 416
"""Pixels of a page, where there is room: the width of a chat's bubble."""
FONT = "'Laban Sans', system-ui, 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
LIGHT = {
    "paper": "#fffefb",
    "ink": "#1c2523",
    "quiet": "#5a6664",
    "hair": "#e4dfd6",
    "accent": "#0f665d",
    "line": "#85918e",
    "aim": "#b8452c",
}
DARK = {
    "paper": "#1b2322",
    "ink": "#e4eae8",
    "quiet": "#9caaa7",
    "hair": "#2f3a38",
    "accent": "#63c7b8",
    "line": "#7f8d8a",
    "aim": "#ef7d63",
}
EDGE = 14.0
TITLE, SMALL = 13.5, 11.0
TITLE_LINES = 2
BELOW = 30.0
"""Room for the names of weeks."""
LONGEST = 8
"""Characters of a number at the axis; longer ones are said in thousands, millions, 万 …"""
LEFTMOST, RIGHTMOST = 30.0, 96.0
"""Room for numbers at the axis."""
LABEL_ROOM = 76.0
"""Room for a value on the plot."""
EIGHTH = Fraction(1, 8)


def draw(trend: Trend, lang: str) -> str:
    """The picture in a language, as SVG text."""
    sheet = _sheet(trend, lang)
    body = [
        tag("title", {}, drawable(trend.title)),
        tag("style", {}, _night()),
        tag("rect", {**_fill("paper"), "width": WIDTH, "height": HEIGHT, "rx": 10}),
        *_heading(sheet),
        *_legend(sheet),
        *_grid(sheet),
        *_weeks(sheet),
        *_today(sheet),
        *_aims(sheet),
        *_expected(sheet),
        *_values(sheet),
    ]
    root: dict[str, Value] = {"xmlns": "http://www.w3.org/2000/svg", "width": SHOWN[0], "height": SHOWN[1]}
    frame: dict[str, Value] = {"viewBox": f"0 0 {WIDTH} {HEIGHT}", "role": "img", "lang": lang}
    return tag("svg", {**root, **frame, "font_family": FONT, "font_size": SMALL}, *body).text


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The trend with where its corners are."""

    trend: Trend
    lang: str
    title: tuple[str, ...]
    marks: tuple[str, ...]
    left: float
    top: float
    right: float = WIDTH - EDGE
    bottom: float = HEIGHT - BELOW

    def x(self, at: Fraction) -> float:
        return self.left + (self.right - self.left) * float(at)

    def y(self, value: Fraction) -> float:
        return self.bottom - (self.bottom - self.top) * float(self.trend.axis.share(value))

    def say(self, text: Text) -> str:
        return say_plain(self.lang, text)

    def amount(self, value: Fraction) -> str:
        """With its unit; a long number in thousands, millions, 万 …"""
        said = drawable(amount_said(self.lang, self.trend.measure, value))
        if width(said, SMALL) <= LABEL_ROOM or self.trend.measure.direction is Direction.MILESTONE:
            return said
        return lines(f"{_compact(self.lang, value)} {drawable(self.trend.measure.unit)}", SMALL, LABEL_ROOM, 1)[0]


def _sheet(trend: Trend, lang: str) -> _Sheet:
    title = lines(drawable(trend.title), TITLE, WIDTH - 2 * EDGE, TITLE_LINES)
    marks = tuple(_mark(trend, lang, value) for value in trend.axis.marks)
    room = max(width(mark, SMALL) for mark in marks) + EDGE + 8
    return _Sheet(trend, lang, title, marks, min(max(room, LEFTMOST), RIGHTMOST), EDGE + len(title) * (TITLE + 3.5) + 38)


def _mark(trend: Trend, lang: str, value: Fraction) -> str:
    """A number at the axis, short."""
    if trend.measure.direction is Direction.MILESTONE or trend.measure.unit == "%":
        said = amount_said(lang, trend.measure, value)
    else:
        said = number(lang, decimal_of(value))
    if len(said) <= LONGEST and (said.strip("-−0.,") or value == 0):
        return said
    return said if trend.measure.direction is Direction.MILESTONE else _compact(lang, value)


def _compact(lang: str, value: Fraction) -> str:
    from babel.numbers import format_compact_decimal  # noqa: PLC0415 Babel costs 40 ms to import; few pictures need it

    said = str(format_compact_decimal(decimal_of(value), locale=lang, fraction_digits=2))
    return said if len(said) <= LONGEST and abs(value) >= 1 else f"{decimal_of(value):.1E}"


# --- parts -----------------------------------------------------------------------------------------------------------------


def _night() -> Markup:
    """The colours of a dark page. Made here of names and numbers only, so it is markup."""
    fills = "".join(f".f-{name}{{fill:{colour}}}.s-{name}{{stroke:{colour}}}" for name, colour in DARK.items())
    return Markup(f"@media (prefers-color-scheme:dark){{{fills}}}")


def _fill(name: str) -> dict[str, Value]:
    return {"class": f"f-{name}", "fill": LIGHT[name]}


def _stroke(name: str, thick: float) -> dict[str, Value]:
    return {"class": f"s-{name}", "fill": "none", "stroke": LIGHT[name], "stroke_width": thick}


def _words(x: float, y: float, said: str, colour: str = "quiet", anchor: str = "start", size: float = SMALL) -> Markup:
    return tag("text", {"x": x, "y": y, "text_anchor": anchor, "font_size": size, **_fill(colour)}, said)


def _on_plot(x: float, y: float, said: str, colour: str, anchor: str) -> Iterator[Markup]:
    """Words among lines: a rim of paper keeps them readable."""
    halo: dict[str, Value] = {
        "class": "s-paper",
        "fill": "none",
        "stroke": LIGHT["paper"],
        "stroke_width": 3.5,
        "stroke_linejoin": "round",
    }
    yield tag("text", {"x": x, "y": y, "text_anchor": anchor, "aria_hidden": "true", **halo}, said)
    yield _words(x, y, said, colour, anchor)


def _rule(x1: float, y1: float, x2: float, y2: float, colour: str, thick: float, dashes: str = "") -> Markup:
    dashed: dict[str, Value] = {"stroke_dasharray": dashes} if dashes else {}
    return tag("line", {"x1": x1, "y1": y1, "x2": x2, "y2": y2, **_stroke(colour, thick), **dashed})


def _heading(sheet: _Sheet) -> Iterator[Markup]:
    for index, line in enumerate(sheet.title):
        yield _words(EDGE, EDGE + TITLE - 1.5 + index * (TITLE + 3.5), line, "ink", size=TITLE)


def _legend(sheet: _Sheet) -> Iterator[Markup]:
    y = sheet.top - 24
    said = sheet.say(T("picture.value"))
    yield _rule(EDGE, y - 4, EDGE + 18, y - 4, "accent", 2.2)
    yield tag("circle", {"cx": EDGE + 9, "cy": y - 4, "r": 3.0, **_fill("accent")})
    yield _words(EDGE + 23, y, said)
    if sheet.trend.expected is not None:
        x = EDGE + 23 + width(said, SMALL) + 16
        yield _rule(x, y - 4, x + 18, y - 4, "line", 1.6, "5 4")
        yield _words(x + 23, y, sheet.say(T("picture.expected")))


def _grid(sheet: _Sheet) -> Iterator[Markup]:
    for value, said in zip(sheet.trend.axis.marks, sheet.marks, strict=True):
        y = sheet.y(value)
        yield _rule(sheet.left, y, sheet.right, y, "hair", 1.0)
        yield _words(sheet.left - 8, y + 4, said, anchor="end")


def _weeks(sheet: _Sheet) -> Iterator[Markup]:
    cycle = sheet.trend.cycle
    length = (cycle.ends_on - cycle.starts_on).days + 1
    for week in week_marks(cycle):
        x = sheet.x(Fraction((week - 1) * 7, length))
        yield _rule(x, sheet.bottom, x, sheet.bottom + 4, "line", 1.0)
        first = week == 1
        said = sheet.say(T("picture.week", number=week)) if first else number(sheet.lang, week)
        yield _words(x - 2 if first else x, sheet.bottom + 17, said, anchor="start" if first else "middle")


def _today(sheet: _Sheet) -> Iterator[Markup]:
    at = sheet.trend.today
    if at is None:
        return
    x = sheet.x(at)
    yield _rule(x, sheet.top - 4, x, sheet.bottom, "quiet", 1.0, "2 3")
    anchor = "start" if at < EIGHTH else "end" if at > 1 - EIGHTH else "middle"
    yield _words(x, sheet.top - 8, sheet.say(T("picture.today")), "quiet", anchor)


def _aims(sheet: _Sheet) -> Iterator[Markup]:
    """The target over the whole width, named at the left, where the line still has its way to go; the start named at the right.

    A bound to keep is named at the right: there the line has not been yet.
    """
    trend, measure = sheet.trend, sheet.trend.measure
    if measure.direction is Direction.MILESTONE:
        return
    target = Fraction(measure.target)
    y = sheet.y(target)
    yield _rule(sheet.left, y, sheet.right, y, "aim", 1.4)
    said = sheet.say(T("picture.target", value=sheet.amount(target)))
    if measure.direction in BOUNDS:
        yield from _on_plot(sheet.right - 3, _beside(sheet, y), said, "aim", "end")
    else:
        yield from _on_plot(sheet.left + 5, _beside(sheet, y), said, "aim", "start")
    if measure.baseline is not None and not trend.is_team and measure.baseline != measure.target:
        y = sheet.y(Fraction(measure.baseline))
        yield _rule(sheet.left, y, sheet.right, y, "line", 1.0, "1 3")
        said = sheet.say(T("picture.start", value=sheet.amount(Fraction(measure.baseline))))
        yield from _on_plot(sheet.right - 3, _beside(sheet, y), said, "quiet", "end")


def _beside(sheet: _Sheet, y: float) -> float:
    """Where words about a horizontal line stand: above it, or below one at the top."""
    return y + 14 if y - 16 < sheet.top else y - 5


def _expected(sheet: _Sheet) -> Iterator[Markup]:
    if sheet.trend.expected is not None:
        first, last = sheet.trend.expected
        yield _rule(sheet.x(first.at), sheet.y(first.value), sheet.x(last.at), sheet.y(last.value), "line", 1.6, "5 4")


def _values(sheet: _Sheet) -> Iterator[Markup]:
    trend = sheet.trend
    places = [(sheet.x(one.at), sheet.y(one.value)) for one in trend.line]
    if len(places) > 1:
        path = _path(places, is_stepped=trend.measure.direction is Direction.MILESTONE)
        ground = f"{path}L{_near(places[-1][0])} {_near(sheet.bottom)}L{_near(places[0][0])} {_near(sheet.bottom)}Z"
        yield tag("path", {"d": ground, **_fill("accent"), "fill_opacity": "0.09"})
        yield tag("path", {"d": path, **_stroke("accent", 2.2), "stroke_linejoin": "round", "stroke_linecap": "round"})
    if trend.start is not None:
        yield _dot(sheet, trend.start, "paper")
    for one in trend.points:
        yield _dot(sheet, one, "accent")
    if trend.points and trend.measure.direction is not Direction.MILESTONE:
        yield from _newest(sheet, trend.points)


def _dot(sheet: _Sheet, point: Point, colour: str) -> Markup:
    rim = "accent" if colour == "paper" else "paper"
    look: dict[str, Value] = {"class": f"f-{colour} s-{rim}", "fill": LIGHT[colour], "stroke": LIGHT[rim], "stroke_width": 1.4}
    return tag("circle", {"cx": sheet.x(point.at), "cy": sheet.y(point.value), "r": 3.4, **look})


def _newest(sheet: _Sheet, points: Sequence[Point]) -> Iterator[Markup]:
    """The newest value in figures, on the side of its dot where the line does not come from."""
    newest = points[-1]
    x, y = sheet.x(newest.at), sheet.y(newest.value)
    is_rising = len(sheet.trend.line) < 2 or newest.value >= sheet.trend.line[-2].value
    above = y - 9 if y - 20 > sheet.top else y + 17
    below = y + 17 if y + 20 < sheet.bottom else y - 9
    anchor = "end" if newest.at > Fraction(3, 4) else "start" if newest.at < EIGHTH else "middle"
    yield from _on_plot(x, above if is_rising else below, sheet.amount(newest.value), "accent", anchor)


def _path(places: Sequence[tuple[float, float]], *, is_stepped: bool) -> str:
    drawn = [f"M{_near(places[0][0])} {_near(places[0][1])}"]
    for (_, before), (x, y) in pairwise(places):
        if is_stepped:
            drawn.append(f"L{_near(x)} {_near(before)}")
        drawn.append(f"L{_near(x)} {_near(y)}")
    return "".join(drawn)


def _near(place: float) -> str:
    return f"{place:.1f}"
