"""Bytes of a CSV file → rows of people, every cell checked. Pure; nothing is looked up, and no input makes it raise.

What is wrong is collected, not raised: whoever prepares the file wants to see all of it at once.
"""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import zip_longest
from unicodedata import normalize
from zoneinfo import available_timezones

from bot.chat.richtext import clean
from bot.okr.people import LANGUAGES, NAME_LIMIT, Role
from bot.scripts.zones import read_zone

COLUMNS = (
    *("name", "email", "team", "role", "manager_email", "locale", "timezone"),
    *("telegram_id", "slack_id", "dingtalk_id"),
)
REQUIRED = ("name", "team")
ID_COLUMNS = {"telegram_id": "telegram", "slack_id": "slack", "dingtalk_id": "dingtalk"}
NOBODY = "-"
"""In manager_email: this person has no manager. An empty cell leaves what is stored as it is."""

BYTES_LIMIT = 10 * 1024 * 1024
ROW_LIMIT = 20_000
COLUMN_LIMIT = 50
CELL_LIMIT = 500
TEAM_DEPTH = 10
PROBLEM_LIMIT = 1000

_SAVE_AS = "Save it again as “CSV UTF-8 (comma delimited)”."
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!", b"%PDF")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# What people write for a language although it names a country.
_LANGUAGE_SLIPS = {
    "vn": "vi",
    "viet": "vi",
    "cn": "zh",
    "ch": "zh",
    "chinese": "zh",
    "vietnamese": "vi",
    "english": "en",
    "us": "en",
}


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row cannot be imported. `line` is the row's first line, 0 for the file as a whole; `column` may be empty."""

    line: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    """One person as the file has them. None means "the file does not say", and what is stored stays.

    `email` and `manager_email` are lower case; `team` holds the names along the path; `ids` holds user ids by platform.
    """

    line: int
    name: str
    team: tuple[str, ...]
    email: str | None = None
    role: Role | None = None
    manager_email: str | None = None
    locale: str | None = None
    timezone: str | None = None
    ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What could be read and what could not. A row with a bad cell is there, without that cell, so that further checks see it."""

    rows: tuple[Row, ...]
    problems: tuple[RowProblem, ...]


def read_rows(data: bytes) -> Sheet:
    """Read a file of people: UTF-8, separated by commas, semicolons or tabs, with a line of column names."""
    unreadable = _why_not_text(data)
    if unreadable is not None:
        return Sheet((), (unreadable,))
    text = data.decode("utf-8-sig")
    problems: list[RowProblem] = []
    records = _records(text, problems)
    first = next(records, None)
    if first is None:
        problems.append(RowProblem(0, "", f"The file is empty. Its first line names the columns: {','.join(COLUMNS)}"))
        return Sheet((), tuple(problems))
    columns = _read_columns(first[1], first[0], problems)
    if columns is None:
        return Sheet((), tuple(problems))
    rows: list[Row] = []
    for line, cells in records:
        if len(rows) == ROW_LIMIT:
            problems.append(RowProblem(line, "", f"The file has more than {ROW_LIMIT} people. Import it in parts."))
            break
        if len(problems) >= PROBLEM_LIMIT:
            problems.append(RowProblem(line, "", "Too much is wrong to go on; nothing from here on was looked at."))
            break
        row = _read_row(line, cells, columns, problems)
        if row is not None:
            rows.append(row)
    if not rows and not problems:
        problems.append(RowProblem(0, "", "There are column names but no people below them."))
    return Sheet(tuple(rows), tuple(problems))


# --- the file as a whole -------------------------------------------------------------------------------------------------


def _why_not_text(data: bytes) -> RowProblem | None:
    if len(data) > BYTES_LIMIT:
        return RowProblem(0, "", f"The file is larger than {BYTES_LIMIT // 1024 // 1024} MB. Import it in parts.")
    if data.startswith(_WORKBOOKS):
        return RowProblem(0, "", f"This is a workbook, an archive or a document, not a CSV file. {_SAVE_AS}")
    if data.startswith(_UTF_16) or data[:1000].count(0) > len(data[:1000]) // 4:
        return RowProblem(0, "", f"The file is written in UTF-16 (“Unicode text”), which cannot be read here. {_SAVE_AS}")
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        return RowProblem(line, "", f"There is a NUL character here, so the file is damaged or no text. {_SAVE_AS}")
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return RowProblem(data.count(b"\n", 0, error.start) + 1, "", f"These characters are not UTF-8. {_SAVE_AS}")
    return None


def _records(text: str, problems: list[RowProblem]) -> Iterator[tuple[int, list[str]]]:
    """The records that hold anything, each with its first line's number. Stops where one cannot be told from the next."""
    lines = io.StringIO(text, newline="")
    skipped = 0
    delimiter = ""
    if text[:4].lower() == "sep=" and text[4:5] and text[5:6] in ("\r", "\n"):  # Excel's own way of saying it
        delimiter = text[4]
        lines.readline()
        skipped = 1
    reader = csv.reader(lines, delimiter=delimiter or _delimiter_of(text), strict=True)
    line = skipped + 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = 'A cell is far too long, probably because a quote (") is not closed.'
            if "limit" not in str(error):
                reason = 'A quote (") is not closed or stands in the middle of a cell. Inside quotes, write "" for one.'
            problems.append(RowProblem(line, "", f"{reason} Nothing from here on was looked at."))
            return
        if any(cell.strip() for cell in cells):
            yield line, cells
        line = skipped + reader.line_num + 1


def _delimiter_of(text: str) -> str:
    """What separates the column names: whatever of comma, semicolon and tab the first record holds most of, outside quotes."""
    counts = {",": 0, ";": 0, "\t": 0}
    is_quoted = False
    for char in text:
        if char == '"':
            is_quoted = not is_quoted
        elif is_quoted:
            continue
        elif char in counts:
            counts[char] += 1
        elif char in "\r\n" and any(counts.values()):
            break
    return max(counts, key=lambda delimiter: counts[delimiter])


def _read_columns(cells: list[str], line: int, problems: list[RowProblem]) -> tuple[str, ...] | None:
    """The columns in order, "" for one without a name. None when rows cannot be read with them."""
    if len(cells) > COLUMN_LIMIT:
        problems.append(RowProblem(line, "", f"There are {len(cells)} columns; the file may have these: {','.join(COLUMNS)}"))
        return None
    columns = tuple("_".join(clean(cell, 100).casefold().replace("-", " ").split()) for cell in cells)
    problems_before = len(problems)
    for place, column in enumerate(columns):
        if not column or column in COLUMNS:
            if column and column in columns[:place]:
                problems.append(RowProblem(line, column, "This column is there twice. Keep one of them."))
            continue
        close = difflib.get_close_matches(column.replace("_", ""), COLUMNS, n=1, cutoff=0.6)
        hint = f"Did you mean {close[0]}?" if close else f"Take it out, or rename it to one of these: {', '.join(COLUMNS)}"
        problems.append(RowProblem(line, column[:40], f"There is no such column. {hint}"))
    problems.extend(RowProblem(line, column, "This column is missing.") for column in REQUIRED if column not in columns)
    return columns if len(problems) == problems_before else None


# --- one row ---------------------------------------------------------------------------------------------------------------


def _read_row(line: int, cells: list[str], columns: tuple[str, ...], problems: list[RowProblem]) -> Row | None:
    """The row, bad cells left out. None when the cells do not belong to the columns."""
    overhang = cells[len(columns) :] + [cell for cell, column in zip(cells, columns, strict=False) if not column]
    if any(cell.strip() for cell in overhang):
        reason = f"This row has more cells than the {len(columns)} columns. A comma inside a cell needs quotes around the cell."
        problems.append(RowProblem(line, "", reason))
        return None
    read: dict[str, str] = {}
    # Spreadsheets leave out empty cells at the end of a row.
    for column, cell in zip_longest(columns, cells[: len(columns)], fillvalue=""):
        if not column:
            continue
        # A line break inside quotes is as good as a space.
        text = " ".join(clean(cell[: CELL_LIMIT * 2]).split())
        if len(cell) > CELL_LIMIT:
            problems.append(RowProblem(line, column, f"This cell is longer than {CELL_LIMIT} characters."))
        elif text:
            value, reason = _READERS[column](text)
            if reason:
                problems.append(RowProblem(line, column, reason))
            else:
                read[column] = value
        elif column in REQUIRED:
            problems.append(RowProblem(line, column, "This cell is empty; every person needs it."))
    return Row(
        line=line,
        name=read.get("name", ""),
        team=tuple(read["team"].split("/")) if "team" in read else (),
        email=read.get("email"),
        role=Role(read["role"]) if "role" in read else None,
        manager_email=read.get("manager_email"),
        locale=read.get("locale"),
        timezone=read.get("timezone"),
        ids={platform: read[column] for column, platform in ID_COLUMNS.items() if column in read},
    )


Reader = Callable[[str], tuple[str, str]]
"""A cell's text → the value to store and "", or "" and the reason why not."""


def _name(text: str) -> tuple[str, str]:
    if len(text) > NAME_LIMIT:
        return "", f"A name has at most {NAME_LIMIT} characters."
    if not any(char.isalnum() for char in text):
        return "", "There is no letter in this name."
    return text, ""


def read_email(text: str) -> tuple[str, str]:
    """The address in lower case and "", or "" and the reason why it is none."""
    # NFKC turns the full-width ＠ and ． of East Asian keyboards into what mail systems know.
    address = normalize("NFKC", text).strip("<>").casefold()
    local, at, domain = address.rpartition("@")
    labels = domain.split(".")
    is_odd = any(char.isspace() or char in '@,;:<>()[]\\"' for char in local + domain)
    if not local or not at or is_odd or len(labels) < 2 or not all(labels) or len(address) > 254 or len(local) > 64:
        return "", "This is not an e-mail address like an@example.com."
    if any(label.startswith("-") or label.endswith("-") for label in labels) or ".." in f".{local}.":
        return "", "This is not an e-mail address like an@example.com."
    return address, ""


def _manager_email(text: str) -> tuple[str, str]:
    return (NOBODY, "") if text in (NOBODY, "–", "—") else read_email(text)


def _team(text: str) -> tuple[str, str]:
    names = [" ".join(name.split()) for name in text.replace("／", "/").strip("/").split("/")]
    if not all(any(char.isalnum() for char in name) for name in names):
        return "", "This is not a path of teams like Company/Marketing."
    if len(names) > TEAM_DEPTH or any(len(name) > NAME_LIMIT for name in names):
        return "", f"A path has at most {TEAM_DEPTH} teams, each name at most {NAME_LIMIT} characters."
    return "/".join(names), ""


def _role(text: str) -> tuple[str, str]:
    roles = [role.value for role in Role]
    if text.casefold() in roles:
        return text.casefold(), ""
    close = difflib.get_close_matches(text.casefold(), roles, n=1)
    return "", f"A role is member, manager or admin.{f' Did you mean {close[0]}?' if close else ''}"


def _locale(text: str) -> tuple[str, str]:
    language = text.casefold().replace("_", "-").partition("-")[0]
    if language in LANGUAGES:
        return language, ""
    hint = f" Did you mean {_LANGUAGE_SLIPS[language]}?" if language in _LANGUAGE_SLIPS else ""
    return "", f"Laban speaks {', '.join(LANGUAGES)}.{hint}"


@lru_cache(maxsize=1)
def zones() -> Mapping[str, str]:
    """Every zone's name by its lower case."""
    return {name.casefold(): name for name in available_timezones() if name not in ("Factory", "localtime")}


def _timezone(text: str) -> tuple[str, str]:
    known = zones()
    asked = text.casefold().replace(" ", "_")
    if asked in known:
        return known[asked], ""
    # Read as a conversation would read it, but only to point it out: in a file a zone has one name.
    meant = read_zone(text) or read_zone(text.rpartition("/")[2].replace("_", " "))
    if meant is None:
        close = difflib.get_close_matches(asked[:60], known, n=1)
        meant = known[close[0]] if close else None
    hint = f"Did you mean {meant}?" if meant else "Write it like Asia/Ho_Chi_Minh."
    return "", f"There is no such time zone. {hint}"


def _telegram_id(text: str) -> tuple[str, str]:
    # Telegram: ids of users are positive and have at most 52 significant bits.
    if text.isascii() and text.isdigit() and len(text) <= 16 and 0 < int(text) < 2**52:
        return str(int(text)), ""
    if text.startswith("@"):
        return "", "This is a user name, which can change hands; the id is a whole number like 123456789."
    if any(char in text for char in ".,eE+") and any(char.isdigit() for char in text):
        return "", "A spreadsheet rewrote this number. Format the column as text and enter the id again, like 123456789."
    return "", "A Telegram id is a whole number like 123456789."


def _slack_id(text: str) -> tuple[str, str]:
    asked = text.upper()
    if 6 <= len(asked) <= 24 and asked[0] in "UW" and asked.isascii() and asked.isalnum():
        return asked, ""
    return "", "A Slack member id looks like U01ABCDEF23 (in the profile under “Copy member ID”)."


def _dingtalk_id(text: str) -> tuple[str, str]:
    if len(text) <= 64 and text.isascii() and not any(char.isspace() for char in text):
        return text, ""
    return "", "A DingTalk user id has at most 64 letters and digits, without spaces."


_READERS: Mapping[str, Reader] = {
    "name": _name,
    "email": read_email,
    "team": _team,
    "role": _role,
    "manager_email": _manager_email,
    "locale": _locale,
    "timezone": _timezone,
    "telegram_id": _telegram_id,
    "slack_id": _slack_id,
    "dingtalk_id": _dingtalk_id,
}
