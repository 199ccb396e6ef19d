"""What the process writes about itself, on stderr: never what people said, and never a line somebody else could have forged."""

from __future__ import annotations

import asyncio
import logging
import sys
import traceback
from types import TracebackType
from typing import Any

SysExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
CONTINUED = "\n  | "


class SafeFormatter(logging.Formatter):
    """One record, one line; further lines of a record are marked as such. Of an error its kind and place are kept, not its text:
    that may quote a message, an address or a token."""

    def format(self, record: logging.LogRecord) -> str:
        """The record without characters that move the cursor or begin a line."""
        text = super().format(record)
        return CONTINUED.join("".join(char if char.isprintable() else "·" for char in line) for line in text.split("\n"))

    def formatException(self, ei: SysExcInfo) -> str:  # noqa: N802 logging's own name
        """The error's kind and its frames."""
        kind = ei[0].__name__ if ei[0] is not None else "no error"
        return f"{kind}\n{''.join(traceback.format_tb(ei[2]))}".rstrip()


def set_up_logs(level: int) -> None:
    """Everything of `level` and above to stderr. Libraries that write whole addresses, tokens included, are kept quiet."""
    stream = logging.StreamHandler(sys.stderr)
    stream.setFormatter(SafeFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[stream], force=True)
    for chatty in ("httpx", "httpcore", "apscheduler", "tortoise", "aiosqlite", "asyncio"):
        logging.getLogger(chatty).setLevel(max(level, logging.WARNING))


def log_stray_errors(loop: asyncio.AbstractEventLoop) -> None:
    """Errors nobody awaited are logged without what asyncio adds: the text of the error and of its task."""

    def log(_: asyncio.AbstractEventLoop, about: dict[str, Any]) -> None:
        error = about.get("exception")
        info = (type(error), error, error.__traceback__) if isinstance(error, BaseException) else None
        logging.getLogger("laban").error("an error nobody waited for: %s", type(error).__name__, exc_info=info)

    loop.set_exception_handler(log)
