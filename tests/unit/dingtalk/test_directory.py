"""What DingTalk says of people and departments, and why half an address book is none."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from adapters.dingtalk.answers import ApiError
from adapters.dingtalk.directory import department_of, entry_of, read_company, read_some
from adapters.directories import DirectoryError
from bot.okr.directory import Department

AN = {"userid": "an", "name": "范安", "dept_id_list": [2, 1], "title": "市场", "manager_userid": "mei", "email": "an@home.cn"}


@dataclass
class Scripted:
    """A small company. `refusals` are raised by the first calls of a method, one each; `answers` replace what a method would say."""

    staff: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {"an": dict(AN), "mei": {"userid": "mei", "name": "林梅", "dept_id_list": [1]}}
    )
    departments: dict[int, tuple[str, int]] = field(default_factory=lambda: {1: ("兰灯", 0), 2: ("市场部", 1)})
    refusals: dict[str, list[Exception]] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    calls: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    async def call_legacy(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        method = path.rpartition("v2/")[2]
        self.calls.append((method, body))
        if self.refusals.get(method):
            raise self.refusals[method].pop(0)
        if method in self.answers:
            return {"result": self.answers[method]}
        return {"result": self._answer(method, body)}

    def _answer(self, method: str, body: Mapping[str, Any]) -> Any:
        if method == "user/get":
            if body["userid"] not in self.staff:
                raise ApiError(400, "60121")
            return self.staff[body["userid"]]
        here = body["dept_id"]
        if here not in self.departments:
            raise ApiError(400, "60003")
        if method == "department/listsub":
            return [
                {"dept_id": one, "name": name, "parent_id": above}
                for one, (name, above) in self.departments.items()
                if above == here
            ]
        if method == "department/get":
            name, above = self.departments[here]
            return {"dept_id": here, "name": name, "dept_manager_userid_list": ["mei"]} | ({"parent_id": above} if above else {})
        people = [one for one in self.staff.values() if here in one["dept_id_list"]]
        page = people[body["cursor"] : body["cursor"] + body["size"]]
        following = body["cursor"] + body["size"]
        return {"list": page, "has_more": following < len(people)} | (
            {"next_cursor": following} if following < len(people) else {}
        )


async def no_nap(_event: asyncio.Event, _seconds: float) -> None:
    """Time flies."""


def test_an_entry_has_the_manager_the_title_and_the_departments_in_their_order() -> None:
    entry = entry_of(AN)
    assert (entry.user_id, entry.name, entry.title, entry.manager, entry.departments) == ("an", "范安", "市场", "mei", ("2", "1"))
    assert (entry.email, entry.locale, entry.timezone) == ("an@home.cn", "zh", "Asia/Shanghai")


def test_the_address_the_company_gave_counts_before_the_one_somebody_wrote() -> None:
    assert entry_of({**AN, "org_email": "an@lantern.cn"}).email == "an@lantern.cn"


@pytest.mark.parametrize(
    ("code", "locale", "zone"),
    [
        ("84", "vi", "Asia/Ho_Chi_Minh"),
        ("+852", "zh", "Asia/Hong_Kong"),
        ("999", "zh", "Asia/Shanghai"),
        (86, "zh", "Asia/Shanghai"),
    ],
)
def test_the_country_of_the_phone_is_a_hint_at_language_and_zone(code: object, locale: str, zone: str) -> None:
    entry = entry_of({**AN, "state_code": code})
    assert (entry.locale, entry.timezone) == (locale, zone)


def test_odd_answers_are_read_without_a_fuss() -> None:
    entry = entry_of({"userid": 7, "name": None, "dept_id_list": "1", "manager_userid": ["x"]})
    assert (entry.user_id, entry.name, entry.departments, entry.manager) == ("", "", (), "")
    assert department_of({"dept_id": "x", "name": 7, "dept_manager_userid_list": {"a": 1}}) == Department("", "")


def test_the_company_has_nothing_above_it() -> None:
    assert department_of({"dept_id": 1, "name": "兰灯", "parent_id": 0}).parent_id == ""
    assert department_of({"dept_id": 2, "name": "市场部", "parent_id": 1, "dept_manager_userid_list": ["mei", 7]}) == Department(
        "2", "市场部", "1", ("mei",)
    )


async def test_the_whole_company_is_read() -> None:
    told: list[tuple[int, int | None]] = []
    directory = await read_company(Scripted(), tell=lambda *both: told.append(both), sleep=no_nap)
    assert {entry.user_id: entry.manager for entry in directory.entries} == {"an": "mei", "mei": ""}
    assert directory.departments == (Department("1", "兰灯", "", ("mei",)), Department("2", "市场部", "1", ("mei",)))
    assert (directory.name, directory.is_whole) == ("兰灯", True)
    assert told[-1] == (2, 2)


async def test_departments_of_more_than_a_page_are_read_to_the_end() -> None:
    many = {f"s{n}": {"userid": f"s{n}", "name": f"S{n}", "dept_id_list": [2]} for n in range(250)}
    company = Scripted(many)
    directory = await read_company(company, sleep=no_nap)
    assert len(directory.entries) == 250
    assert [body["cursor"] for method, body in company.calls if method == "user/list" and body["dept_id"] == 2] == [0, 100, 200]


async def test_too_fast_is_waited_out() -> None:
    slow = ApiError(429, "90018", wait=timedelta(seconds=1))
    naps: list[float] = []

    async def nap(_event: asyncio.Event, seconds: float) -> None:
        naps.append(seconds)

    directory = await read_company(Scripted(refusals={"user/get": [slow, slow], "department/get": [slow]}), sleep=nap)
    assert len(directory.entries) == 2
    assert naps == [1.0, 1.0, 1.0]


async def test_who_leaves_while_it_is_read_has_left() -> None:
    company = Scripted()
    company.refusals["user/get"] = [ApiError(400, "60121")]
    assert len((await read_company(company, sleep=no_nap)).entries) == 1


@pytest.mark.parametrize(
    ("company", "said"),
    [
        (
            Scripted(refusals={"user/list": [ApiError(403, "60011", scopes=("qyapi_get_department_member",))]}),
            "qyapi_get_department_member",
        ),
        (Scripted(refusals={"user/get": [ApiError(400, "400002")]}), "400002"),
        (Scripted(refusals={"user/get": [TimeoutError()]}), "cannot be reached"),
        (Scripted(refusals={"department/listsub": [ConnectionResetError()]}), "cannot be reached"),
        (
            Scripted(refusals={"user/get": [ApiError(403, "90020", wait=timedelta(hours=1), shuts_for=timedelta(hours=1))]}),
            "60 minutes",
        ),
        (Scripted(refusals={"department/get": [ApiError(400, "60003")]}), "dissolved"),
        (Scripted(refusals={"department/get": [ApiError(400, "invalidClientIdOrSecret")]}), "DINGTALK_CLIENT_ID"),
        (Scripted(answers={"department/listsub": {"no": "list"}}), "no sense"),
        (Scripted(answers={"department/get": {}}), "no sense"),
        (Scripted(answers={"user/list": {"has_more": False}}), "no sense"),
        (Scripted(answers={"user/list": {"list": [], "has_more": True, "next_cursor": 0}}), "no sense"),
        (Scripted(answers={"user/get": {"userid": "somebody else"}}), "no sense"),
    ],
)
async def test_half_an_address_book_is_none(company: Scripted, said: str) -> None:
    with pytest.raises(DirectoryError, match=said):
        await read_company(company, sleep=no_nap)


async def test_departments_without_end_are_given_up() -> None:
    class Endless(Scripted):
        def _answer(self, method: str, body: Mapping[str, Any]) -> Any:
            return [{"dept_id": body["dept_id"] * 200 + n} for n in range(200)]

    with pytest.raises(DirectoryError, match="departments"):
        await read_company(Endless(), sleep=no_nap)


async def test_departments_in_a_circle_are_read_once() -> None:
    company = Scripted(answers={"department/listsub": [{"dept_id": 1}, {"dept_id": 2}]})
    assert len((await read_company(company, sleep=no_nap)).departments) == 2


async def test_a_part_has_the_people_their_departments_and_those_above() -> None:
    company = Scripted()
    directory = await read_some(company, ["an", "an", "ghost"], [], sleep=no_nap)
    assert [entry.user_id for entry in directory.entries] == ["an"]
    assert {department.id for department in directory.departments} == {"1", "2"}
    assert directory.gone == frozenset({"ghost"})
    assert not directory.is_whole
    assert sum(method == "department/get" for method, _ in company.calls) == 2


async def test_a_part_may_be_a_department_alone_also_one_that_is_no_more() -> None:
    directory = await read_some(Scripted(), [], [2, 99], sleep=no_nap)
    assert [department.id for department in directory.departments] == ["2", "1"]
    assert directory.entries == ()
