"""T11: how long `laban --version` takes, beside a bare interpreter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.measure import Figure, Variant, compare

LABAN = Path(sys.executable).with_name("laban")


def command(name: str, *words: str) -> Variant:
    """A whole process from start to exit."""

    def run(times: int) -> None:
        for _ in range(times):
            subprocess.run(words, check=True, stdout=subprocess.DEVNULL)

    return Variant(name, run, batch=1)


def measure() -> list[Figure]:
    """Floor first."""
    return compare([command("python -c pass", sys.executable, "-c", "pass"), command("laban --version", str(LABAN), "--version")])
