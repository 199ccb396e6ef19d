"""`make bench`: prints every figure with its floor and ratio, all measured in this run."""

from __future__ import annotations

import argparse
import platform
import sqlite3
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import engine, start_up, trend, turn, two_processes
from benchmarks.measure import Figure, fsync_micros, pin_to_one_cpu

AIMS = {
    "T1": "≤ 3× now, ≤ 1.8× later",
    "T4": "≤ 100 µs now, ≤ 40 µs later",
    "T10": "drawn ≤ 60 ms; from memory ≤ 100 µs",
    "T11": "≤ 150 ms now, ≤ 120 ms later",
}


def main() -> None:
    """Measure and print. Never fails for being slow, only for being wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--turns", type=int, default=two_processes.TURNS, help="turns of each of two processes (T12)")
    turns = parser.parse_args().turns
    console = Console()
    with tempfile.TemporaryDirectory(prefix="laban-bench-") as name:
        folder = Path(name)
        # Two processes first: pinned to one CPU they could not meet.
        asked, stored, rate = _two_processes(folder, turns)
        pinned = pin_to_one_cpu()
        console.print(
            f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {pinned}, one fsync {fsync_micros(folder):.0f} µs"
        )
        table = Table("", "what", "µs, median (least–most)", "× floor, paired", "aim")
        _rows(table, "T1", "durable turn, SQLite, FULL, 1 task", turn.measure(folder))
        _rows(table, "T4", "engine alone", engine.measure())
        _rows(table, "T10", "trend picture", trend.measure())
        _rows(table, "T10", "trend picture, cold process", trend.measure_cold())
        _rows(table, "T11", "start", start_up.measure())
        console.print(table)
    console.print(
        f"T12  two processes on one SQLite file: {stored} of {asked} turns stored, 0 locked, {rate:.0f} turns/s   aim: all, 0 locked"
    )
    sys.exit(0 if stored == asked else 1)


def _two_processes(folder: Path, turns: int) -> tuple[int, int, float]:
    import asyncio

    file = folder / "two.db"
    storage = asyncio.run(_prepared(file))
    assert storage
    return two_processes.measure(file, turns)


async def _prepared(file: Path) -> bool:
    storage = await turn._opened(file)
    await storage.close()
    return True


def _rows(table: Table, number: str, what: str, figures: list[Figure]) -> None:
    for index, figure in enumerate(figures):
        micros, ratio = figure.micros, figure.ratio
        table.add_row(
            number if index == 0 else "",
            f"{what}: {figure.name}",
            f"{micros[0]:,.1f} ({micros[1]:,.1f}–{micros[2]:,.1f})",
            "floor" if index == 0 else f"{ratio[0]:.2f} ({ratio[1]:.2f}–{ratio[2]:.2f})",
            "" if index == 0 else AIMS[number],
        )
    table.add_section()


if __name__ == "__main__":
    main()
