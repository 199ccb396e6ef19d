"""The JSON Schema of npm's `@slack/types`, Slack's own description of Block Kit, as a judge of what our Slack has taken.

It knows which blocks, elements and fields there are and of which kind; it knows no lengths (those are `slack_blocks`).
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.platforms.npm_packages import installed


class SlackTypes:
    """A program that judges one thing after the other. Use it by `slack_types()`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def judge(self, surface: str, blocks: list[dict[str, Any]], view: Mapping[str, Any]) -> None:
        """A judge for `SlackServer.judges`. Raises ValueError with what the schema has against it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {"surface": surface, "blocks": blocks, "view": view or None}
        self._process.stdin.write(f"{json.dumps(asked)}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the program that judges by @slack/types has ended")
        found = json.loads(answer)
        if found:
            raise ValueError(f"@slack/types: {'; '.join(found)}")


@contextmanager
def slack_types() -> Iterator[SlackTypes]:
    """The judge, running. Raises NpmUnavailableError where it cannot be had."""
    folder = installed("slack_types")
    with subprocess.Popen(
        ["node", "judge.mjs"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        yield SlackTypes(process)
        assert process.stdin is not None
        process.stdin.close()
