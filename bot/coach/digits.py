"""Numbers written in figures: which point groups thousands and which one starts the decimals."""

from __future__ import annotations

from decimal import Decimal

MAX_WHOLE_DIGITS = 15
MAX_DECIMALS = 9


def read_digits(written: str, *, decimal_comma: bool) -> Decimal | None:
    """The value of figures with points, commas or apostrophes between them; None when they cannot be one number.

    Two different marks are unambiguous in any language ("1.200,50" = "1,200.50"), and so is a mark not followed by three figures.
    Only "1.200" and "1,200" depend on the writer's convention: `decimal_comma` is how Vietnamese is written.
    """
    if len(written) > MAX_WHOLE_DIGITS + MAX_DECIMALS + 8:
        return None
    marks = [character for character in written if character in ".,'"]
    if not marks:
        return _decimal(written, "")
    decimal_mark = "," if decimal_comma else "."
    if len(set(marks)) > 2:
        return None
    last = marks[-1]
    if len(set(marks)) == 2:
        if last == "'" or marks.count(last) != 1:
            return None
        whole, _, decimals = written.rpartition(last)
        return _decimal(_ungroup(whole.split(marks[0])), decimals)
    parts = written.split(last)
    grouped = _ungroup(parts)
    if len(parts) > 2 or last == "'":
        return _decimal(grouped, "")
    if grouped is not None and last != decimal_mark:
        return _decimal(grouped, "")
    return _decimal(parts[0], parts[1])


def _ungroup(parts: list[str]) -> str | None:
    """ "1", "200" → "1200"; None when the parts are not groups of three."""
    if not 1 <= len(parts[0]) <= 3 or parts[0].startswith("0") or any(len(part) != 3 for part in parts[1:]):
        return None
    return "".join(parts)


def _decimal(whole: str | None, decimals: str) -> Decimal | None:
    if whole is None or len(whole) > MAX_WHOLE_DIGITS or len(decimals) > MAX_DECIMALS:
        return None
    return Decimal(f"{whole}.{decimals}") if decimals else Decimal(whole)
