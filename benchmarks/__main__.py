"""`make bench`: prints every figure with its floor and ratio, all measured in this run. `python -m benchmarks T6 T8` measures only those."""

from __future__ import annotations

import argparse
import asyncio
import platform
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import (
    boards,
    checking_in,
    coaching,
    engine,
    engines,
    fan_out,
    opening,
    slack_events,
    start_up,
    trend,
    turn,
    two_processes,
)
from benchmarks.engines import Copies
from benchmarks.measure import Figure, fsync_micros, pin_to_one_cpu

ROWS = {
    "T12": "two processes on one SQLite file",
    "T1": "a durable turn on SQLite, synchronous=FULL, one task",
    "T4": "the engine alone, a turn",
    "T5": "a Slack event over HTTP, durable before its 200, 32 connections",
    "T6": "opening a round for 10,000 people",
    "T8": "boards, worked out when they are read",
    "T9": "saving a check-in on three key results, SQLite (no roll-ups are kept)",
    "T10": "a trend picture",
    "T11": "start of the command line",
    "T13": "the coach: a sentence it has not seen",
    "T14": "the coach's word lists, read and made ready",
    "T15": "the same words for a thousand people on DingTalk",
}
"""In the order they are measured: two processes first, because pinned to one CPU they could not meet."""
AIMS = {
    "T1": "≤ 3× now, ≤ 1.8× later",
    "T4": "≤ 100 µs now, ≤ 40 µs later",
    "T5": "≤ 1.6× bare Bolt now, ≤ 1.3× later",
    "T6": "≤ 1.1× SQLite, ≤ 1.15× PostgreSQL later",
    "T8": "≤ 1.2× later, with roll-ups that are kept",
    "T9": "≤ 2.5× later",
    "T10": "drawn ≤ 60 ms, from memory ≤ 100 µs",
    "T11": "≤ 150 ms now, ≤ 120 ms later",
    "T12": "all turns, none locked",
    "T13": "≤ 500 µs now, ≤ 100 µs later (10,000 a second)",
    "T14": "≤ 30 ms",
    "T15": "≤ 50 calls",
}
COMPANY = ("T6", "T8", "T9")
UNITS = ((1e6, "s"), (1e3, "ms"), (1.0, "µs"))


def main() -> None:
    """Measure and print. Never fails for being slow, only for being wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("rows", nargs="*", metavar="row", help=f"what to measure: {', '.join(ROWS)} (all)")
    parser.add_argument("--turns", type=int, default=two_processes.TURNS, help="turns of each of two processes (T12)")
    asked = parser.parse_args()
    unknown = set(asked.rows) - set(ROWS)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(ROWS)}")
    wanted = [row for row in ROWS if not asked.rows or row in asked.rows]
    with tempfile.TemporaryDirectory(prefix="laban-bench-") as name:
        folder = Path(name)
        is_right = "T12" not in wanted or _two_processes(folder, asked.turns)
        pinned = pin_to_one_cpu()
        print(
            f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {pinned}, one fsync {fsync_micros(folder):.0f} µs"
        )
        print("Each line: median (least–most) of the rounds, and how many times its floor, paired by round.")
        for row in wanted:
            if row not in (*COMPANY, "T12"):
                _table(row, _alone(row, folder))
        if any(row in COMPANY for row in wanted):
            with engines.copies(folder) as found:
                for row in COMPANY:
                    if row in wanted:
                        _table(row, _of_company(row, found))
    sys.exit(0 if is_right else 1)


def _alone(row: str, folder: Path) -> Iterator[list[Figure]]:
    match row:
        case "T1":
            yield turn.measure(folder)
        case "T4":
            yield engine.measure()
        case "T5":
            yield slack_events.measure(folder)
        case "T10":
            yield trend.measure()
            yield trend.measure_cold()
        case "T11":
            yield start_up.measure()
        case "T13":
            yield coaching.measure()
        case "T14":
            yield coaching.measure_loading()
        case "T15":
            yield fan_out.measure(folder)


def _of_company(row: str, found: list[Copies]) -> Iterator[list[Figure]]:
    match row:
        case "T6":
            yield from map(opening.measure, found)
        case "T8":
            for copies in found:
                yield boards.measure_team(copies)
                yield boards.measure_company(copies)
        case "T9":
            yield checking_in.measure(found[0])


def _two_processes(folder: Path, turns: int) -> bool:
    file = folder / "two.db"
    asyncio.run(_prepared(file))
    asked, stored, rate = two_processes.measure(file, turns)
    _head("T12")
    print(f"    {stored:,} of {asked:,} turns stored, none locked, {rate:,.0f} turns/s", flush=True)
    return stored == asked


async def _prepared(file: Path) -> None:
    storage = await turn._opened(file)
    await storage.close()


def _head(row: str) -> None:
    print(f"\n{row}  {ROWS[row]}    aim: {AIMS[row]}", flush=True)


def _table(row: str, groups: Iterator[list[Figure]]) -> None:
    _head(row)
    for figures in groups:
        for number, figure in enumerate(figures):
            least, most = figure.ratio[1], figure.ratio[2]
            ratio = "floor" if number == 0 else f"{figure.ratio[0]:.2f}× ({least:.2f}–{most:.2f})"
            print(f"    {figure.name:<46}{_time(figure.micros):<28}{ratio}", flush=True)


def _time(micros: tuple[float, float, float]) -> str:
    """`12.3 ms (11.9–14.0)`."""
    size, unit = next((one for one in UNITS if micros[0] >= one[0]), UNITS[-1])
    median, least, most = (one / size for one in micros)
    return f"{median:,.2f} {unit} ({least:,.2f}–{most:,.2f})"


if __name__ == "__main__":
    main()
