"""Whatever directories say, in whatever order: a sync can be repeated, removes nothing, and merges nobody by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.actions.directory_matching import match
from bot.actions.staff import folded
from bot.actions.sync_people import SyncRefused
from bot.okr.directory import Department, Directory, Entry
from bot.okr.managers import circles
from bot.okr.people import Account, Person, PersonId, Role, TeamId
from tests.unit.actions.directories import MONDAY, Company, company

# Few values, so that they meet often.
NAMES = ("An", "an", "Mei", "鲍安")
ADDRESSES = ("", "an@x.vn", "mei@x.vn", "bo@x.vn", "AN@x.vn", "nonsense")
USERS = ("u1", "u2", "u3", "u4", "u5")
DEPARTMENTS = ("1", "2", "3", "4")

entries = st.builds(
    Entry,
    st.sampled_from(USERS),
    st.sampled_from(NAMES),
    st.sampled_from(ADDRESSES),
    st.sampled_from(("", "Lead")),
    st.sampled_from(("", "vi-VN", "fr")),
    st.sampled_from(("", "Asia/Tokyo", "Mars")),
    st.lists(st.sampled_from(DEPARTMENTS), max_size=3).map(tuple),
    st.sampled_from(("", "stranger", *USERS)),
    st.sampled_from(("", "E1")),
)
departments = st.builds(
    Department,
    st.sampled_from(DEPARTMENTS),
    st.sampled_from(("Sales", "sales", "R/D", "Lantern")),
    st.sampled_from(("", *DEPARTMENTS)),
    st.lists(st.sampled_from(USERS), max_size=2).map(tuple),
)
user_ids = st.frozensets(st.sampled_from(USERS), max_size=2)
directories = st.builds(
    Directory,
    st.sampled_from(("slack", "dingtalk")),
    st.sampled_from(("T1", "T2")),
    st.lists(entries, max_size=6).map(tuple),
    st.lists(departments, max_size=5).map(tuple),
    user_ids,
    user_ids,
    st.just("兰灯"),
    st.booleans(),
)
people = st.builds(
    Person,
    st.sampled_from([PersonId(one) for one in ("p1", "p2", "p3")]),
    st.sampled_from(NAMES),
    st.none() | st.sampled_from(("an@x.vn", "mei@x.vn")),
    st.sampled_from([TeamId("Lantern"), TeamId("Lantern/Sales")]),
    st.sampled_from(Role),
    joined_at=st.none() | st.just(MONDAY),
    left_at=st.none() | st.just(MONDAY),
)


@st.composite
def companies(draw: st.DrawFn) -> Company:
    """People with and without an address, some of them linked already."""
    staff = draw(st.lists(people, max_size=3, unique_by=(lambda one: one.id, lambda one: one.email or one.id)))
    accounts = [
        Account(draw(st.sampled_from(("slack", "dingtalk"))), draw(st.sampled_from(("", "T1"))), user, one.id)
        for one, user in zip(staff, USERS, strict=False)
        if draw(st.booleans())
    ]
    return company(*staff, accounts=accounts, teams=("Lantern", "Lantern/Sales"))


histories = st.lists(directories, min_size=1, max_size=4)
SOME = settings(max_examples=50)
"""Each is up to four syncs, stored one after the other."""


def after_all(before: Company, history: Sequence[Directory]) -> Company:
    """After all these syncs, a day apart; refused ones change nothing."""
    for day, directory in enumerate(history):
        plan = before.plan(directory, MONDAY + timedelta(days=day), "Lantern")
        before = before if isinstance(plan, SyncRefused) else before.after(plan.changes)
    return before


@given(companies(), histories)
@SOME
def test_a_sync_done_twice_changes_nothing_the_second_time(before: Company, history: list[Directory]) -> None:
    after = after_all(before, history)
    again = after.plan(history[-1], MONDAY + timedelta(days=len(history)), "Lantern")
    assert isinstance(again, SyncRefused) or again.changes == ()


@given(companies(), histories)
@SOME
def test_nobody_and_nothing_is_ever_removed_or_handed_to_somebody_else(before: Company, history: list[Directory]) -> None:
    after = after_all(before, history)
    assert {one.id for one in before.stored.people} <= {one.id for one in after.stored.people}
    assert {one.id for one in before.stored.teams} <= {one.id for one in after.stored.teams}
    assert set(before.stored.accounts) <= set(after.stored.accounts)
    admins = {one.id for one in before.stored.people if one.role is Role.ADMIN}
    assert admins == {one.id for one in after.stored.people if one.role is Role.ADMIN}


@given(companies(), histories)
@SOME
def test_whoever_leaves_was_known_to_a_directory(before: Company, history: list[Directory]) -> None:
    after = after_all(before, history)
    were_active = {one.id for one in before.stored.people if one.is_active}
    listed = {one.person_id for one in after.stored.listings}
    present = {one.person_id for one in after.stored.listings if one.is_present}
    for person in after.stored.people:
        if person.id in were_active and not person.is_active:
            assert person.id in listed - present


@given(companies(), histories)
@SOME
def test_people_are_led_without_circles_and_teams_stand_where_their_paths_say(before: Company, history: list[Directory]) -> None:
    after = after_all(before, history).stored
    assert not list(circles([one.id for one in after.people], {one.id: one.manager_id for one in after.people}))
    by_id = {team.id: team for team in after.teams}
    assert len({folded(team.path) for team in after.teams}) == len(after.teams)
    for team in after.teams:
        assert team.path == (f"{by_id[team.parent_id].path}/{team.name}" if team.parent_id else team.name)
        assert team.lead_id is None or isinstance(team.lead_id, str)


@given(histories)
@SOME
def test_without_addresses_and_accounts_everybody_is_somebody_of_their_own(history: list[Directory]) -> None:
    nameless = [replace(one, entries=tuple(replace(each, email="", enterprise_id="") for each in one.entries)) for one in history]
    after = after_all(company(teams=("Lantern",)), nameless)
    assert len(after.stored.people) == len(after.stored.accounts)


@given(companies(), directories)
def test_two_are_matched_only_by_an_account_or_an_address(before: Company, directory: Directory) -> None:
    stored = before.stored
    renamed = tuple(replace(one, name=f"Somebody {number}") for number, one in enumerate(stored.people))
    as_named = match(directory, stored.people, stored.accounts, stored.listings)
    assert match(directory, renamed, stored.accounts, stored.listings).who == as_named.who
