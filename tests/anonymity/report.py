"""The report at the end of a run: every promise with what proves it, and every planted leak with the checks that noticed it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

PROMISE, LEAK = "promise", "leak"


def tell(terminal: pytest.TerminalReporter) -> None:
    """Write it, if any of the run's tests had something to say for it."""
    promises: dict[str, list[bool]] = defaultdict(list)
    leaks: dict[str, str] = {}
    for outcome in ("passed", "failed", "error"):
        for report in terminal.stats.get(outcome, ()):
            for name, said in _properties(report):
                if name == PROMISE:
                    promises[str(said)].append(outcome == "passed")
                elif name == LEAK:
                    leak, _, caught_by = str(said).partition(" → ")
                    leaks[leak] = caught_by
    if not promises and not leaks:
        return
    terminal.section("the anonymous relay: what is promised, and what proves it")
    for promise in sorted(promises, key=_number):
        kept = promises[promise]
        terminal.write_line(
            f"{'green' if all(kept) else 'BROKEN':6}  {promise}  ({len(kept)} {'test' if len(kept) == 1 else 'tests'})"
        )
    if leaks:
        caught = sum(bool(caught_by) for caught_by in leaks.values())
        terminal.write_line(f"planted leaks: {len(leaks)}, noticed: {caught}")
        for leak, caught_by in sorted(leaks.items()):
            terminal.write_line(f"{'caught' if caught_by else 'MISSED':6}  {leak}  → {caught_by or 'by nothing'}")


def _properties(report: Any) -> list[tuple[str, object]]:
    # A test reports three times; only what happened after its body has all of its properties.
    return list(getattr(report, "user_properties", ())) if getattr(report, "when", "") == "call" else []


def _number(promise: str) -> tuple[int, str]:
    digits = "".join(char for char in promise.split(" ", maxsplit=1)[0] if char.isdigit())
    return (int(digits) if digits else 99, promise)
