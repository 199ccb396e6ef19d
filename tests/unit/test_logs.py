"""Logs: one record a line, nothing forged, nothing quoted."""

from __future__ import annotations

import logging
import sys

from adapters.logs import CONTINUED, SafeFormatter

SECRET = "postgres://laban:hunter2@db/okr"


def _written(message: str, *arguments: object, error: Exception | None = None) -> str:
    info = (type(error), error, error.__traceback__) if error is not None else None
    record = logging.LogRecord("laban", logging.ERROR, __file__, 1, message, arguments, info)
    return SafeFormatter("%(levelname)s %(message)s").format(record)


def test_a_line_break_in_a_value_cannot_begin_a_record() -> None:
    assert _written("said %s", "hi\nERROR all is lost") == f"ERROR said hi{CONTINUED}ERROR all is lost"


def test_characters_that_move_the_cursor_are_shown_as_dots() -> None:
    assert _written("\x1b[2J\rfoo\u202ebar\x00") == "ERROR ·[2J·foo·bar·"


def test_words_of_every_language_stay_readable() -> None:
    assert _written("Phạm Bảo An 陈杰 🧭") == "ERROR Phạm Bảo An 陈杰 🧭"


def test_of_an_error_the_kind_and_the_place_are_kept_but_not_its_text() -> None:
    try:
        raise ConnectionError(SECRET)
    except ConnectionError as error:
        written = _written("it failed", error=error)
    assert "ConnectionError" in written
    assert "test_logs.py" in written
    assert "hunter2" not in written.replace("raise ConnectionError(SECRET)", "")


def test_an_error_that_never_was_is_no_trouble() -> None:
    assert SafeFormatter().formatException((None, None, None)) == "no error"
    assert sys.exc_info() == (None, None, None)
