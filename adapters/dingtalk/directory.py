"""A company's address book on DingTalk → a directory of ours. What an answer means is pure; only asking waits.

There is no method for everybody: departments are walked from the top, their people paged, and who somebody's manager is only `user/get` tells.
So a sync costs about one call for each person and two for each department.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any, Final, Protocol, TypeVar

from adapters.dingtalk.answers import ApiError
from adapters.dingtalk.decode import LANGUAGE, PLATFORM, TENANT
from adapters.directories import DirectoryError, PatienceError, Tell, ignore, patiently
from adapters.nap import Nap, nap
from bot.okr.directory import Department, Directory, Entry

K = TypeVar("K")
T = TypeVar("T")

ROOT: Final = 1
"""open.dingtalk.com, "department ids": the company itself."""
PAGE: Final = 100
"""open.dingtalk.com, /topapi/v2/user/list: `size` is 100 at most."""
AT_ONCE: Final = 8
"""Calls under way at a time. How many a second is the client's business."""
DEPARTMENTS_LIMIT: Final = 10_000
"""More than any company has: a walk that finds more goes round in a circle."""

NO_PERSON: Final = frozenset({"60121", "33012"})
NO_DEPARTMENT: Final = frozenset({"60003"})
ZONES: Final = {
    "86": ("zh", "Asia/Shanghai"),
    "852": ("zh", "Asia/Hong_Kong"),
    "853": ("zh", "Asia/Macau"),
    "886": ("zh", "Asia/Taipei"),
    "84": ("vi", "Asia/Ho_Chi_Minh"),
    "65": ("en", "Asia/Singapore"),
    "81": ("en", "Asia/Tokyo"),
    "44": ("en", "Europe/London"),
}
"""By the country of somebody's mobile number: DingTalk says neither language nor zone. Everybody is asked when they first talk with us."""
ELSEWHERE: Final = (LANGUAGE, "Asia/Shanghai")

Told = Mapping[str, Any]


class Calls(Protocol):
    """What is asked of DingTalk: `DingTalkClient`."""

    async def call_legacy(self, path: str, body: Told) -> Told:
        """A method of the older interface. Raises ApiError, or OSError or TimeoutError when there was no answer."""
        ...


async def read_company(calls: Calls, *, tell: Tell = ignore, sleep: Nap = nap) -> Directory:
    """The whole address book. Raises DirectoryError unless all of it could be read."""
    reader = _Reader(calls, sleep)
    return await _told_plainly(reader.everything(tell))


async def read_some(calls: Calls, user_ids: Iterable[str], department_ids: Iterable[int], *, sleep: Nap = nap) -> Directory:
    """These people and departments as they are now, with the departments above them: a part of the address book, in which `gone` are those
    who are there no more. Raises DirectoryError."""
    reader = _Reader(calls, sleep)
    return await _told_plainly(reader.some(user_ids, department_ids))


def entry_of(user: Told) -> Entry:
    """What `user/get` says of somebody, as an entry."""
    country = _text(user.get("state_code")).lstrip("+")
    locale, timezone = ZONES.get(country, ELSEWHERE)
    departments = user.get("dept_id_list")
    return Entry(
        _text(user.get("userid")),
        _text(user.get("name")),
        # The company gives the first; the second somebody may have been allowed to write themselves.
        _text(user.get("org_email")) or _text(user.get("email")),
        _text(user.get("title")),
        locale,
        timezone,
        tuple(str(one) for one in departments if isinstance(one, int)) if isinstance(departments, list) else (),
        _text(user.get("manager_userid")),
    )


def department_of(told: Told) -> Department:
    """What `department/get` says of a department."""
    leads = told.get("dept_manager_userid_list")
    department_id, parent_id = told.get("dept_id"), told.get("parent_id")
    return Department(
        str(department_id) if isinstance(department_id, int) else "",
        _text(told.get("name")),
        str(parent_id) if isinstance(parent_id, int) and department_id != ROOT else "",
        tuple(one for one in leads if isinstance(one, str)) if isinstance(leads, list) else (),
    )


class _Reader:
    def __init__(self, calls: Calls, sleep: Nap) -> None:
        self._calls = calls
        self._sleep = sleep
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._departments: dict[int, Department] = {}

    async def everything(self, tell: Tell) -> Directory:
        ids = await self._walk()
        found = await self._all(self._department, ids)
        departments = tuple(one for one in found if one is not None)
        if len(departments) < len(ids):
            raise DirectoryError("Departments were dissolved while they were read. Nothing was done; try again.")
        staff: dict[str, Told] = {}
        for page in await self._all(self._people, ids):
            staff |= {_text(user.get("userid")): user for user in page if _text(user.get("userid"))}
        read = 0

        async def look_up(user_id: str) -> Told | None:
            nonlocal read
            told = await self._person(user_id)
            read += 1
            tell(read, len(staff))
            return told

        tell(0, len(staff))
        people = await self._all(look_up, staff)
        return Directory(
            PLATFORM,
            TENANT,
            # Who left between two calls is left out, like everybody who left before.
            tuple(entry_of(user) for user in people if user is not None),
            departments,
            name=next((one.name for one in departments if one.id == str(ROOT)), ""),
        )

    async def some(self, user_ids: Iterable[str], department_ids: Iterable[int]) -> Directory:
        wanted = list(dict.fromkeys(user_ids))
        people = await self._all(self._person, wanted)
        entries = tuple(entry_of(user) for user in people if user is not None)
        for department_id in dict.fromkeys((*department_ids, *(int(one) for entry in entries for one in entry.departments))):
            await self._climb(department_id)
        gone = frozenset(user_id for user_id, user in zip(wanted, people, strict=True) if user is None)
        return Directory(PLATFORM, TENANT, entries, tuple(self._departments.values()), gone, is_whole=False)

    # --- departments ---

    async def _walk(self) -> list[int]:
        """The ids of all departments, those above before those below."""
        found: dict[int, None] = {ROOT: None}
        level = [ROOT]
        while level:
            below = await self._all(self._below, level)
            level = list(dict.fromkeys(one for ids in below for one in ids if one not in found))
            found |= dict.fromkeys(level)
            if len(found) > DEPARTMENTS_LIMIT:
                raise DirectoryError(f"DingTalk shows more than {DEPARTMENTS_LIMIT} departments. Nothing was done.")
        return list(found)

    async def _climb(self, department_id: int) -> None:
        """Read a department and those above it."""
        at = department_id
        while at not in self._departments:
            department = await self._department(at)
            if department is None:
                return
            self._departments[at] = department
            at = int(department.parent_id or ROOT)

    async def _below(self, department_id: int) -> list[int]:
        listed = (await self._ask("/topapi/v2/department/listsub", {"dept_id": department_id})).get("result")
        if not isinstance(listed, list):
            raise _senseless()
        return [one["dept_id"] for one in listed if isinstance(one, Mapping) and isinstance(one.get("dept_id"), int)]

    async def _department(self, department_id: int) -> Department | None:
        """None when it is there no more."""
        try:
            answer = await self._ask("/topapi/v2/department/get", {"dept_id": department_id})
        except ApiError as error:
            if error.code in NO_DEPARTMENT:
                return None
            raise
        department = department_of(_map(answer.get("result")))
        if department.id != str(department_id):
            raise _senseless()
        return department

    # --- people ---

    async def _people(self, department_id: int) -> list[Told]:
        """Everybody in a department, without those below it."""
        people: list[Told] = []
        cursor = 0
        while True:
            page = await self._ask("/topapi/v2/user/list", {"dept_id": department_id, "cursor": cursor, "size": PAGE})
            told = _map(page.get("result"))
            listed = told.get("list")
            if not isinstance(listed, list):
                raise _senseless()
            people += [one for one in listed if isinstance(one, Mapping)]
            if not told.get("has_more"):
                return people
            following = told.get("next_cursor")
            if not isinstance(following, int) or following <= cursor:
                raise _senseless()
            cursor = following

    async def _person(self, user_id: str) -> Told | None:
        """What is known of somebody; None when they are there no more."""
        try:
            answer = await self._ask("/topapi/v2/user/get", {"userid": user_id})
        except ApiError as error:
            if error.code in NO_PERSON:
                return None
            raise
        told = _map(answer.get("result"))
        if told.get("userid") != user_id:
            raise _senseless()
        return told

    # --- asking ---

    async def _all(self, ask: Callable[[K], Awaitable[T]], about: Iterable[K]) -> list[T]:
        """The answers in the order of the questions. When one fails, none is waited for any more."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_awaited(ask(one))) for one in about]
        return [task.result() for task in tasks]

    async def _ask(self, path: str, body: Told) -> Told:
        async with self._slots:
            return await patiently(lambda: self._calls.call_legacy(path, body), _asked_to_wait, self._sleep)


async def _awaited(answer: Awaitable[T]) -> T:
    return await answer


async def _told_plainly(reading: Awaitable[Directory]) -> Directory:
    """Whatever goes wrong becomes a DirectoryError."""
    try:
        return await reading
    except ExceptionGroup as errors:
        error = _first(errors)
    except (ApiError, PatienceError, OSError, TimeoutError) as alone:
        error = alone
    match error:
        case DirectoryError():
            raise error
        case ApiError():
            raise _refused(error) from None
        case PatienceError():
            minutes = error.wait.total_seconds() / 60
            raise DirectoryError(f"DingTalk asks to wait for {minutes:.0f} minutes. Try again later.") from None
        case OSError() | TimeoutError():
            kind = type(error).__name__
            raise DirectoryError(f"DingTalk cannot be reached ({kind}). Check the network and try again.") from None
    raise error


def _first(errors: ExceptionGroup[Exception]) -> Exception:
    """The first that is not just another one's consequence."""
    error: Exception = errors
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


def _refused(error: ApiError) -> DirectoryError:
    if error.is_missing_permission:
        named = ", ".join(error.scopes) or "to read the address book"
        return DirectoryError(
            f"The app lacks a permission: {named}. Give it in the developers' console (Permissions), then try again; the app also has to "
            "be allowed to see the departments (range of the address book)."
        )
    if error.is_bad_secret:
        return DirectoryError(
            "DingTalk does not know the app of DINGTALK_CLIENT_ID and its secret. `laban doctor` says what to do."
        )
    return DirectoryError(f"DingTalk answers {error}. Nothing was done; wait a little and try again.")


def _senseless() -> DirectoryError:
    return DirectoryError("DingTalk's answer makes no sense. Nothing was done; try again later.")


def _asked_to_wait(error: Exception) -> timedelta | None:
    return error.wait if isinstance(error, ApiError) else None


def _map(value: object) -> Told:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
