"""Paired measuring: variants of one question take turns in one run, on one CPU, and are compared round by round."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROUNDS = 5
SLOT = 0.5
"""Seconds a variant runs in each round."""
WARM_UP = 0.3

Run = Callable[[int], None]
"""Does the thing so many times."""


@dataclass(frozen=True, slots=True)
class Variant:
    """Something to time. `run(n)` does it n times; a batch is what is timed at once, so that reading the clock costs nothing."""

    name: str
    run: Run
    batch: int = 50


@dataclass(frozen=True, slots=True)
class Figure:
    """Microseconds each, and the cost as a multiple of the first variant's in the same round: median, least and most."""

    name: str
    micros: tuple[float, float, float]
    ratio: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Trial:
    """Something that has to be prepared anew each time. `run` does it once and returns the seconds that count."""

    name: str
    run: Callable[[], float]


def compare_trials(trials: Sequence[Trial], rounds: int) -> list[Figure]:
    """Run each once a round, starting with another one in each. The first is the floor."""
    costs: list[list[float]] = [[] for _ in trials]
    for number in range(rounds):
        for offset in range(len(trials)):
            index = (number + offset) % len(trials)
            costs[index].append(trials[index].run())
    return _figures([trial.name for trial in trials], costs)


def compare(variants: Sequence[Variant], rounds: int = ROUNDS, slot: float = SLOT) -> list[Figure]:
    """Time the variants in turn, starting with another one in each round. The first is the floor."""
    for variant in variants:
        _timed(variant, WARM_UP)
    costs: list[list[float]] = [[] for _ in variants]
    for number in range(rounds):
        for offset in range(len(variants)):
            index = (number + offset) % len(variants)
            costs[index].append(_timed(variants[index], slot))
    return _figures([variant.name for variant in variants], costs)


def pin_to_one_cpu() -> str:
    """Keep this process on one CPU: a thread woken on another one costs more than what is measured. Says what was done."""
    if not hasattr(os, "sched_setaffinity"):
        return "not pinned (this system cannot)"
    cpu = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cpu})
    return f"pinned to CPU {cpu}"


def fsync_micros(folder: Path) -> float:
    """The median time of one durable 8 kB write here, in µs: the part of every durable figure that is the disk's."""
    times = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        for _ in range(200):
            start = time.perf_counter()
            file.write(b"x" * 8192)
            file.flush()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6


def _timed(variant: Variant, seconds: float) -> float:
    done = 0
    start = now = time.perf_counter()
    while now - start < seconds:
        variant.run(variant.batch)
        done += variant.batch
        now = time.perf_counter()
    return (now - start) / done


def _figures(names: Sequence[str], costs: Sequence[Sequence[float]]) -> list[Figure]:
    figures = []
    for name, cost in zip(names, costs, strict=True):
        ratios = [mine / floor for mine, floor in zip(cost, costs[0], strict=True)]
        figures.append(Figure(name, _spread([one * 1e6 for one in cost]), _spread(ratios)))
    return figures


def _spread(values: list[float]) -> tuple[float, float, float]:
    return statistics.median(values), min(values), max(values)
