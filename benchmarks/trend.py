"""T10: a trend picture as PNG, cold, warm and from the shelf, beside the same drawing as SVG text.

Cold is a whole process that imports, draws one picture and ends, beside one that only makes the SVG.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from adapters.pictures.pictures import Easel
from adapters.pictures.png import is_png, to_png
from adapters.pictures.svg import draw
from benchmarks.measure import Figure, Variant, compare
from bot.okr.check_in import CheckIn, Confidence
from bot.okr.cycle import quarter_of
from bot.okr.measure import Measure
from bot.okr.objective import KeyResult, KeyResultId
from bot.okr.people import PersonId
from bot.okr.trend import Trend, trend_of_key_result

WEEKS = 13
TITLE = "Khách hàng yêu dịch vụ của chúng ta · 客户爱上我们 · NPS 30 → 50"
COLD = "from benchmarks.trend import {what}; {what}()"


def sample(title: str = TITLE) -> Trend:
    """A quarter with a check-in every week, in two scripts."""
    cycle = quarter_of(date(2026, 12, 31))
    key_result = KeyResult(KeyResultId("kr"), title, Measure("NPS", Decimal(50), Decimal(30)))
    first = datetime(2026, 10, 2, 8, tzinfo=UTC)
    said = [
        CheckIn(
            f"{week}",
            key_result.id,
            PersonId("an"),
            first + timedelta(weeks=week),
            Decimal(30 + week * 3 // 2),
            Confidence.ON_TRACK,
        )
        for week in range(WEEKS)
    ]
    return trend_of_key_result(key_result, said, cycle, cycle.ends_on)


def svg_once() -> None:
    """Cold floor."""
    assert draw(sample(), "vi")


def png_once() -> None:
    """Cold picture."""
    assert is_png(to_png(draw(sample(), "vi")))


def measure() -> list[Figure]:
    """Floor first: the SVG text. Then the PNG drawn anew, from memory and from disk."""
    trend = sample()
    svg = draw(trend, "vi")
    with tempfile.TemporaryDirectory(prefix="laban-bench-pictures-") as name, asyncio.Runner() as runner:
        folder = Path(name)
        known = Easel(folder)
        assert is_png(runner.run(known.png_of(svg)) or b"")

        def drawn(times: int) -> None:
            for _ in range(times):
                assert draw(trend, "vi") == svg

        def warm(times: int) -> None:
            for _ in range(times):
                to_png(svg)

        async def from_memory(times: int) -> None:
            for _ in range(times):
                assert await known.png_of(svg)

        async def from_disk(times: int) -> None:
            for _ in range(times):
                assert await Easel(folder).png_of(svg)

        return compare(
            [
                Variant("SVG text", drawn),
                Variant("PNG, drawn", warm, batch=2),
                Variant("PNG, from memory", lambda times: runner.run(from_memory(times))),
                Variant("PNG, from disk", lambda times: runner.run(from_disk(times))),
            ]
        )


def measure_cold() -> list[Figure]:
    """Floor first: a process that makes the SVG and ends."""
    return compare([_process("SVG text", "svg_once"), _process("PNG", "png_once")], rounds=5)


def _process(name: str, what: str) -> Variant:
    words = (sys.executable, "-c", COLD.format(what=what))

    def run(times: int) -> None:
        for _ in range(times):
            subprocess.run(words, check=True, stdout=subprocess.DEVNULL)

    return Variant(name, run, batch=1)
