"""A sync brings what the directory knows, merges nobody by name, removes nobody, and does nothing the second time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.actions.staff import BusyError, Fate
from bot.actions.sync_people import SyncRefused, sync_people
from bot.actions.sync_plan import SyncPlan
from bot.okr.directory import Department, Directory, Entry
from bot.okr.people import Account, PersonId, Role, TeamId
from bot.ports import Deps, PutAccount, PutPerson, PutTeam
from tests.fakes import MemoryStorage
from tests.unit.actions.directories import MONDAY, Company, CountingIds, company, dingtalk, entry, person, slack

DAY = timedelta(days=1)
NOBODY = Company()

AN = entry("U1", "Phạm Bảo An", "an@x.vn", locale="vi-VN", timezone="Asia/Ho_Chi_Minh", title="Marketing")
MEI = entry("U2", "林梅", "mei@x.vn", locale="zh-CN", timezone="Asia/Shanghai")

ROOT, MARKETING, SHOP = Department("1", "兰灯"), Department("2", "市场部", "1", ("mei",)), Department("3", "门店", "2", ("jie",))
DEPARTMENTS = (ROOT, MARKETING, SHOP)
BOSS = entry("boss", "陈总", departments=("1",))
LIN = entry("mei", "林梅", "mei@x.vn", departments=("2",), manager="boss", title="总监")
JIE = entry("jie", "陈杰", departments=("3",))
BAO = entry("bao", "鲍安", "bao@x.vn", departments=("3",))
LANTERN = dingtalk(BOSS, LIN, JIE, BAO, departments=DEPARTMENTS)


def of_name(plan: SyncPlan, name: str) -> tuple[Fate, dict[str, tuple[str, str]]]:
    """What becomes of somebody."""
    (found,) = [one for one in plan.people if one.name == name]
    return found.fate, {one.column: (one.before, one.after) for one in found.differences}


# --- who comes ---


def test_newcomers_come_in_as_the_directory_describes_them() -> None:
    after = NOBODY.synced(slack(AN, MEI))
    an = after.people["Phạm Bảo An"]
    assert (an.email, an.locale, an.timezone, an.joined_at) == ("an@x.vn", "vi", "Asia/Ho_Chi_Minh", None)
    assert after.accounts_of("Phạm Bảo An") == {("slack", "T1", "U1")}
    assert after.team_of("Phạm Bảo An") == "Lantern"
    assert after.listings["U1"].said.title == "Marketing"


@pytest.mark.parametrize("directory", [slack(AN), dingtalk(AN)], ids=lambda one: one.platform)
def test_where_we_may_write_first_people_can_be_reached_before_they_have_written(directory: Directory) -> None:
    (account,) = [change.account for change in NOBODY.planned(directory).changes if isinstance(change, PutAccount)]
    assert account.chat_id == "U1"


def test_a_plan_says_of_a_newcomer_what_is_known() -> None:
    fate, differences = of_name(NOBODY.planned(slack(AN)), "Phạm Bảo An")
    assert fate is Fate.CREATED
    assert differences["slack_id"] == ("", "U1")
    assert differences["title"] == ("", "Marketing")
    assert differences["team"] == ("", "Lantern")


def test_newcomers_join_the_only_top_team_or_the_one_they_are_told() -> None:
    one = company(teams=("Company", "Company/Sales"))
    assert one.synced(slack(AN)).team_of("Phạm Bảo An") == "Company"
    assert one.synced(slack(AN), team="Company/Sales").team_of("Phạm Bảo An") == "Company/Sales"
    assert one.synced(slack(AN), team="Company/New").team_of("Phạm Bảo An") == "Company/New"


def test_of_several_top_teams_somebody_has_to_choose_but_only_when_somebody_is_new() -> None:
    several = company(person("An", "an@x.vn", "A"), teams=("A", "B"))
    refused = several.plan(slack(MEI))
    assert isinstance(refused, SyncRefused)
    assert refused.reason == "Newcomers could come into A or B. Say which, for example --team A."
    assert several.synced(slack(AN)).team_of("Phạm Bảo An") == "A"


def test_odd_values_become_harmless_ones() -> None:
    odd = entry("U9", " \u202e\n ", "Not An Address", locale="fr-FR", timezone="Mars/Olympus", title="x" * 500)
    after = NOBODY.synced(slack(odd, entry("U9", "again"), entry("", "nobody")))
    (found,) = after.people.values()
    assert (found.name, found.email, found.locale, found.timezone) == ("U9", None, "en", "UTC")
    assert len(after.listings["U9"].said.title) == 120


def test_an_empty_directory_is_refused() -> None:
    refused = NOBODY.synced(slack(AN)).plan(slack())
    assert isinstance(refused, SyncRefused)
    assert refused.reason == "The directory shows nobody."


# --- who is who ---


def test_an_address_tells_who_it_is_whatever_its_case() -> None:
    after = company(person("Bảo An", "an@x.vn")).synced(slack(replace(AN, email="An@X.vn")))
    assert list(after.people) == ["Phạm Bảo An"]
    assert after.accounts_of("Phạm Bảo An") == {("slack", "T1", "U1")}


def test_a_name_never_tells_who_it_is() -> None:
    after = company(person("Phạm Bảo An")).synced(slack(AN))
    assert len(after.stored.people) == 2


def test_an_account_already_linked_wins_over_the_address() -> None:
    before = company(
        person("An", "an@old.vn"), person("Other", "an@x.vn"), accounts=[Account("slack", "T1", "U1", PersonId("An"), "D1")]
    )
    plan = before.planned(slack(AN))
    after = before.after(plan.changes)
    assert after.people["Phạm Bảo An"].id == "An"
    assert after.people["Phạm Bảo An"].email == "an@old.vn"
    assert [(clash.user_id, clash.reason) for clash in plan.clashes] == [
        ("U1", "The address an@x.vn is Other's here; it stays there.")
    ]
    # Their chat is kept: nothing is put in place of an account that is there.
    assert after.stored.accounts == before.stored.accounts


def test_somebody_on_several_platforms_stays_one_person() -> None:
    after = NOBODY.synced(slack(AN)).synced(dingtalk(entry("an", "范安", "an@x.vn")), MONDAY + DAY)
    assert after.accounts_of("Phạm Bảo An") == {("slack", "T1", "U1"), ("dingtalk", "corp", "an")}
    assert len(after.stored.people) == 1


def test_the_directory_that_knew_somebody_first_describes_them() -> None:
    after = NOBODY.synced(slack(AN)).synced(
        dingtalk(entry("an", "范安", "an@x.vn", locale="zh"), departments=[ROOT]), MONDAY + DAY
    )
    an = after.people["Phạm Bảo An"]
    assert an.locale == "vi"
    assert after.synced(slack(AN), MONDAY + 2 * DAY).people == after.people


def test_another_directory_gives_an_address_where_there_is_none() -> None:
    linked = Account("dingtalk", "corp", "an", PersonId("An"))
    first = company(person("An"), accounts=[linked]).synced(slack(entry("U1", "An"), entry("U2", "Mei")))
    assert first.people["An"].email is None
    second = first.synced(dingtalk(entry("an", "范安", "an@x.vn")), MONDAY + DAY)
    assert second.people["范安"].email == "an@x.vn"


def test_an_imported_id_is_taken_up_unless_the_addresses_differ() -> None:
    imported = [Account("slack", "", "U1", PersonId("An"))]
    assert company(person("An"), accounts=imported).synced(slack(AN)).people["Phạm Bảo An"].id == "An"
    one_of_many = replace(slack(AN), is_only=False)
    assert len(company(person("An"), accounts=imported).synced(one_of_many).people) == 2
    plan = company(person("An", "somebody.else@x.vn"), accounts=imported).planned(slack(AN))
    assert plan.changes == ()
    assert "An import gave this id to An" in plan.clashes[0].reason


def test_the_same_user_id_in_another_workspace_is_somebody_else() -> None:
    after = NOBODY.synced(slack(AN)).synced(slack(entry("U1", "Bo", "bo@x.vn"), tenant="T2"))
    assert after.accounts_of("Bo") == {("slack", "T2", "U1")}


def test_the_same_user_id_in_another_workspace_of_the_same_enterprise_is_the_same_person() -> None:
    first = NOBODY.synced(slack(replace(AN, enterprise_id="E1")))
    after = first.synced(slack(entry("U1", "An", enterprise_id="E1"), tenant="T2"), MONDAY + DAY)
    assert after.accounts_of("Phạm Bảo An") == {("slack", "T1", "U1"), ("slack", "T2", "U1")}
    other = first.synced(slack(entry("U1", "An", enterprise_id="E2"), tenant="T2"), MONDAY + DAY)
    assert len(other.people) == 2


def test_an_address_several_people_have_links_nobody() -> None:
    twins = slack(entry("U1", "An", "info@x.vn"), entry("U2", "Bo", "info@x.vn"))
    plan = NOBODY.planned(twins)
    assert len(plan.clashes) == 2
    after = NOBODY.synced(twins)
    assert {person.email for person in after.stored.people} == {None}
    boss = company(person("Boss", "info@x.vn"))
    plan = boss.planned(twins)
    assert plan.changes == ()
    assert [clash.user_id for clash in plan.clashes] == ["U1", "U2"]


def test_a_second_account_with_the_address_of_somebody_who_has_one_is_left_alone() -> None:
    before = NOBODY.synced(slack(AN))
    impostor = entry("U9", "An", "an@x.vn")
    plan = before.planned(slack(replace(AN, email=""), impostor))
    assert plan.changes == ()
    assert [clash.user_id for clash in plan.clashes] == ["U9"]


def test_whoever_was_made_anew_over_there_is_still_the_same_person() -> None:
    before = NOBODY.synced(slack(AN))
    after = before.synced(slack(replace(AN, user_id="U7"), gone=["U1"]), MONDAY + DAY)
    assert after.accounts_of("Phạm Bảo An") == {("slack", "T1", "U1"), ("slack", "T1", "U7")}
    assert after.people["Phạm Bảo An"].is_active


# --- what changes ---


def test_what_changes_over_there_arrives() -> None:
    before = NOBODY.synced(slack(AN))
    moved = replace(AN, name="An Phạm", email="an.pham@x.vn", title="Head", timezone="Asia/Tokyo", locale="en-GB")
    fate, differences = of_name(before.planned(slack(moved)), "An Phạm")
    assert fate is Fate.CHANGED
    assert differences == {
        "name": ("Phạm Bảo An", "An Phạm"),
        "email": ("an@x.vn", "an.pham@x.vn"),
        "title": ("Marketing", "Head"),
        "locale": ("vi", "en"),
        "timezone": ("Asia/Ho_Chi_Minh", "Asia/Tokyo"),
    }
    after = before.synced(slack(moved))
    assert after.people["An Phạm"].version == before.people["Phạm Bảo An"].version + 1


def test_language_and_zone_are_the_persons_own_once_they_have_joined() -> None:
    before = NOBODY.synced(slack(AN)).changed("Phạm Bảo An", joined_at=MONDAY, locale="en", timezone="Asia/Tokyo")
    after = before.synced(slack(replace(AN, timezone="Europe/Berlin", locale="zh-CN")))
    assert (after.people["Phạm Bảo An"].locale, after.people["Phạm Bảo An"].timezone) == ("en", "Asia/Tokyo")


def test_the_name_somebody_gave_stays_until_another_one_arrives() -> None:
    before = NOBODY.synced(slack(AN)).changed("Phạm Bảo An", name="Bảo An", joined_at=MONDAY)
    assert "Bảo An" in before.synced(slack(AN)).people
    assert "An Trần" in before.synced(slack(replace(AN, name="An Trần"))).people


def test_the_name_of_somebody_who_has_joined_before_the_first_sync_is_theirs() -> None:
    before = company(person("Bảo An", "an@x.vn", joined_at=MONDAY))
    assert "Bảo An" in before.synced(slack(AN)).people


def test_what_an_admin_set_right_here_stays() -> None:
    before = NOBODY.synced(LANTERN)
    fixed = before.changed("鲍安", team_id=before.people["陈总"].team_id, manager_id=before.people["陈总"].id)
    after = fixed.synced(LANTERN, MONDAY + DAY)
    assert (after.team_of("鲍安"), after.manager_of("鲍安")) == ("兰灯", "陈总")


def test_two_who_swap_their_addresses_are_stored_without_a_moment_of_two_owners() -> None:
    before = NOBODY.synced(slack(AN, MEI))
    after = before.synced(slack(replace(AN, email="mei@x.vn"), replace(MEI, email="an@x.vn")))
    assert after.people["Phạm Bảo An"].email == "mei@x.vn"
    assert after.people["林梅"].email == "an@x.vn"


def test_an_address_goes_from_one_to_the_other() -> None:
    before = NOBODY.synced(slack(AN, MEI))
    after = before.synced(slack(replace(AN, email="old.an@x.vn"), replace(MEI, email="an@x.vn")))
    assert after.people["林梅"].email == "an@x.vn"


def test_an_address_is_handed_on_to_somebody_new() -> None:
    before = NOBODY.synced(slack(AN))
    after = before.synced(slack(replace(AN, email="an.pham@x.vn"), entry("U8", "New An", "an@x.vn")))
    assert (after.people["Phạm Bảo An"].email, after.people["New An"].email) == ("an.pham@x.vn", "an@x.vn")


# --- who goes ---


def test_who_is_said_to_have_left_or_is_no_more_there_has_left_and_stays_stored() -> None:
    before = NOBODY.synced(slack(AN, MEI, entry("U3", "Bo")))
    plan = before.planned(slack(AN, gone=["U2"]), MONDAY + DAY)
    assert plan.count(Fate.LEFT) == 2
    after = before.synced(slack(AN, gone=["U2"]), MONDAY + DAY)
    assert len(after.people) == 3
    assert after.people["林梅"].left_at == after.people["Bo"].left_at == MONDAY + DAY
    assert after.people["Phạm Bảo An"].is_active
    assert after.accounts_of("林梅") == {("slack", "T1", "U2")}


def test_whom_no_directory_ever_knew_is_left_alone() -> None:
    invited = Account("slack", "T1", "U5", PersonId("Guest"))
    before = company(person("Guest"), person("Cho", "cho@x.vn"), accounts=[invited])
    after = before.synced(slack(AN))
    assert after.people["Guest"].is_active
    assert after.people["Cho"].is_active


def test_who_was_deactivated_before_the_first_sync_has_left_as_well() -> None:
    before = company(person("An"), accounts=[Account("slack", "T1", "U1", PersonId("An"), "D1")])
    after = before.synced(slack(MEI, gone=["U1", "U77"]))
    assert not after.people["An"].is_active
    # An admin's word counts from then on.
    assert after.changed("An", left_at=None).synced(slack(MEI, gone=["U1", "U77"])).people["An"].is_active


def test_who_is_put_aside_is_neither_taken_in_nor_let_go() -> None:
    before = NOBODY.synced(slack(AN, MEI))
    plan = before.planned(slack(MEI, aside=["U1", "U50"]), MONDAY + DAY)
    assert plan.changes == ()


def test_who_leaves_one_platform_but_not_the_other_stays() -> None:
    both = NOBODY.synced(slack(AN, MEI)).synced(dingtalk(entry("an", "范安", "an@x.vn"), BOSS), MONDAY + DAY)
    half = both.synced(slack(MEI, gone=["U1"]), MONDAY + 2 * DAY)
    assert half.people["Phạm Bảo An"].is_active
    gone = half.synced(dingtalk(BOSS), MONDAY + 3 * DAY)
    assert not gone.people["Phạm Bảo An"].is_active


def test_whoever_comes_back_is_with_us_again() -> None:
    gone = NOBODY.synced(slack(AN, MEI)).synced(slack(MEI), MONDAY + DAY)
    back = gone.synced(slack(AN, MEI), MONDAY + 2 * DAY)
    assert back.people["Phạm Bảo An"].is_active
    assert back.listings["U1"].listed_at == MONDAY + 2 * DAY


def test_a_part_of_a_directory_lets_nobody_go_but_those_it_names() -> None:
    before = NOBODY.synced(slack(AN, MEI, entry("U3", "Bo")))
    after = before.synced(Directory("slack", "T1", (), gone=frozenset({"U3"}), is_whole=False), MONDAY + DAY)
    assert [one.name for one in after.stored.people if not one.is_active] == ["Bo"]


# --- departments ---


def test_departments_become_the_tree_of_teams() -> None:
    after = NOBODY.synced(LANTERN)
    assert set(after.teams) == {"兰灯", "兰灯/市场部", "兰灯/市场部/门店"}
    assert after.team_of("鲍安") == "兰灯/市场部/门店"
    assert after.team_of("陈总") == "兰灯"


def test_managers_are_those_named_else_the_lead_of_the_department_or_the_nearest_above() -> None:
    after = NOBODY.synced(LANTERN)
    assert after.manager_of("林梅") == "陈总"
    assert after.manager_of("鲍安") == "陈杰"
    assert after.manager_of("陈杰") == "林梅"
    assert after.manager_of("陈总") == ""


def test_whoever_leads_is_a_manager_until_the_directory_takes_it_back() -> None:
    after = NOBODY.synced(LANTERN)
    assert {name for name, one in after.people.items() if one.role is Role.MANAGER} == {"陈总", "林梅", "陈杰"}
    assert (after.lead_of("兰灯/市场部"), after.lead_of("兰灯/市场部/门店")) == ("林梅", "陈杰")
    # Nobody leads the company by name; it is who leads most of it.
    assert after.lead_of("兰灯") == "陈总"
    other = dingtalk(BOSS, LIN, JIE, BAO, departments=(ROOT, MARKETING, replace(SHOP, leads=("bao",))))
    changed = after.synced(other, MONDAY + DAY)
    assert changed.people["陈杰"].role is Role.MEMBER
    assert changed.people["鲍安"].role is Role.MANAGER
    assert changed.lead_of("兰灯/市场部/门店") == "鲍安"
    assert (changed.manager_of("陈杰"), changed.manager_of("鲍安")) == ("鲍安", "林梅")


def test_an_admin_stays_an_admin() -> None:
    before = company(person("Mei", "mei@x.vn", role=Role.ADMIN))
    after = before.synced(LANTERN)
    assert after.people["林梅"].role is Role.ADMIN
    assert after.synced(dingtalk(BOSS, LIN, JIE, BAO, departments=[ROOT])).people["林梅"].role is Role.ADMIN


def test_the_company_itself_is_the_only_top_team_there_is() -> None:
    before = company(teams=("Lantern", "Lantern/市场部"))
    after = before.synced(LANTERN)
    assert set(after.teams) == {"Lantern", "Lantern/市场部", "Lantern/市场部/门店"}
    assert after.teams["Lantern/市场部"].id == "Lantern/市场部"


def test_the_company_itself_is_the_team_one_names() -> None:
    after = company(teams=("A", "B")).synced(LANTERN, team="B/China")
    assert set(after.teams) == {"A", "B", "B/China", "B/China/市场部", "B/China/市场部/门店"}


def test_a_department_stays_its_team_when_it_is_renamed_and_moved() -> None:
    before = NOBODY.synced(LANTERN)
    shop = before.teams["兰灯/市场部/门店"].id
    moved = dingtalk(BOSS, LIN, JIE, BAO, departments=(ROOT, replace(MARKETING, name="增长"), replace(SHOP, parent_id="1")))
    plan = before.planned(moved)
    after = before.synced(moved)
    assert set(after.teams) == {"兰灯", "兰灯/增长", "兰灯/门店"}
    assert after.teams["兰灯/门店"].id == shop
    assert {(team.path_before, team.path) for team in plan.teams} == {
        ("兰灯/市场部", "兰灯/增长"),
        ("兰灯/市场部/门店", "兰灯/门店"),
    }


def test_teams_below_a_renamed_one_move_along() -> None:
    own = NOBODY.synced(LANTERN)
    below = replace(
        own.teams["兰灯/市场部"],
        id=TeamId("sub"),
        name="Social",
        path="兰灯/市场部/Social",
        parent_id=own.teams["兰灯/市场部"].id,
    )
    before = own.after([PutTeam(below)])
    after = before.synced(dingtalk(BOSS, LIN, JIE, BAO, departments=(ROOT, replace(MARKETING, name="增长"), SHOP)))
    assert {"兰灯/增长/Social", "兰灯/增长/门店"} < set(after.teams)


def test_somebody_in_a_team_of_ours_below_their_department_stays_there() -> None:
    own = NOBODY.synced(LANTERN)
    below = replace(
        own.teams["兰灯/市场部/门店"],
        id=TeamId("sub"),
        name="Night",
        path="兰灯/市场部/门店/Night",
        parent_id=own.teams["兰灯/市场部/门店"].id,
    )
    before = own.after([PutTeam(below)]).changed("鲍安", team_id=TeamId("sub"))
    assert before.synced(LANTERN).team_of("鲍安") == "兰灯/市场部/门店/Night"


def test_two_teams_swap_their_names() -> None:
    two = (ROOT, Department("2", "A", "1"), Department("3", "B", "1"))
    before = NOBODY.synced(dingtalk(BOSS, departments=two))
    swapped = (ROOT, Department("2", "B", "1"), Department("3", "A", "1"))
    after = before.synced(dingtalk(BOSS, departments=swapped))
    assert after.teams["兰灯/B"].id == before.teams["兰灯/A"].id
    assert after.teams["兰灯/A"].id == before.teams["兰灯/B"].id


def test_departments_of_the_same_name_stay_apart_and_a_slash_makes_no_team() -> None:
    odd = (ROOT, Department("2", "R/D", "1"), Department("3", "r-d", "1"), Department("4", "  ", "1"))
    after = NOBODY.synced(dingtalk(BOSS, departments=odd))
    assert set(after.teams) == {"兰灯", "兰灯/R-D", "兰灯/r-d (2)", "兰灯/4"}


def test_a_department_that_is_no_more_leaves_its_team_to_whatever_takes_its_place() -> None:
    before = NOBODY.synced(LANTERN)
    without = dingtalk(BOSS, replace(LIN, departments=("1",)), departments=[ROOT])
    emptied = before.synced(without, MONDAY + DAY)
    assert "兰灯/市场部" in emptied.teams
    anew = dingtalk(BOSS, replace(LIN, departments=("20",)), departments=(ROOT, replace(MARKETING, id="20")))
    after = emptied.synced(anew, MONDAY + 2 * DAY)
    assert after.teams["兰灯/市场部"].id == before.teams["兰灯/市场部"].id
    assert after.team_of("林梅") == "兰灯/市场部"


def test_somebody_in_several_departments_stays_where_they_are() -> None:
    before = NOBODY.synced(LANTERN)
    after = before.synced(dingtalk(BOSS, LIN, JIE, replace(BAO, departments=("1", "2", "3")), departments=DEPARTMENTS))
    assert after.team_of("鲍安") == "兰灯/市场部/门店"


def test_somebody_new_in_several_departments_is_in_the_one_they_lead() -> None:
    after = NOBODY.synced(dingtalk(BOSS, LIN, BAO, replace(JIE, departments=("1", "2", "3")), departments=DEPARTMENTS))
    assert after.team_of("陈杰") == "兰灯/市场部/门店"


def test_departments_that_go_round_in_a_circle_end_nothing() -> None:
    after = NOBODY.synced(
        dingtalk(BAO, departments=(Department("2", "A", "3"), Department("3", "B", "2"), Department("4", "C", "4")))
    )
    assert len(after.teams) == 3


# --- managers ---


def test_a_circle_of_managers_is_said_and_not_closed() -> None:
    before = NOBODY.synced(LANTERN)
    circle = dingtalk(replace(BOSS, manager="bao"), LIN, JIE, BAO, departments=DEPARTMENTS)
    plan = before.planned(circle)
    assert [clash.user_id for clash in plan.clashes] == ["boss"]
    assert "陈总 → 鲍安 → 陈杰 → 林梅 → 陈总" in plan.clashes[0].reason
    assert before.synced(circle).manager_of("陈总") == ""


def test_newcomers_who_lead_each_other_lead_nobody() -> None:
    after = NOBODY.synced(dingtalk(entry("a", "A", manager="b"), entry("b", "B", manager="a"), entry("c", "C", manager="a")))
    assert (after.manager_of("A"), after.manager_of("B"), after.manager_of("C")) == ("", "", "A")


def test_a_manager_who_is_not_among_us_makes_way_for_the_lead_of_the_department() -> None:
    after = NOBODY.synced(dingtalk(BOSS, LIN, JIE, replace(BAO, manager="stranger"), departments=DEPARTMENTS))
    assert after.manager_of("鲍安") == "陈杰"


def test_a_manager_the_directory_takes_away_is_gone_and_one_it_never_named_stays() -> None:
    free = dingtalk(entry("a", "A", "a@x.vn", manager="b"), entry("b", "B"))
    before = NOBODY.synced(free)
    assert before.manager_of("A") == "B"
    silent = dingtalk(entry("a", "A", "a@x.vn"), entry("b", "B"))
    assert before.synced(silent).manager_of("A") == ""
    imported = company(person("A", "a@x.vn", manager_id=PersonId("Chief")), person("Chief"))
    assert imported.synced(silent).manager_of("A") == "Chief"


def test_where_a_manager_left_the_next_lead_takes_over() -> None:
    before = NOBODY.synced(LANTERN)
    after = before.synced(dingtalk(BOSS, LIN, BAO, departments=DEPARTMENTS), MONDAY + DAY)
    assert not after.people["陈杰"].is_active
    assert after.manager_of("鲍安") == "林梅"
    assert after.lead_of("兰灯/市场部/门店") == "林梅"


# --- parts of a directory ---


def test_one_newcomer_is_taken_in_with_their_department_and_its_lead() -> None:
    before = NOBODY.synced(LANTERN)
    part = replace(dingtalk(entry("new", "新人", departments=("3",)), departments=DEPARTMENTS), is_whole=False)
    after = before.synced(part, MONDAY + DAY)
    assert (after.team_of("新人"), after.manager_of("新人")) == ("兰灯/市场部/门店", "陈杰")
    assert all(person.is_active for person in after.stored.people)
    # Who leads somebody elsewhere still does.
    again = before.synced(replace(dingtalk(BOSS, departments=DEPARTMENTS), is_whole=False), MONDAY + DAY)
    assert again.people["陈总"].role is Role.MANAGER


def test_where_only_a_department_was_read_its_new_lead_leads_whom_the_old_one_led() -> None:
    before = NOBODY.synced(LANTERN)
    part = Directory("dingtalk", "corp", (), (ROOT, MARKETING, replace(SHOP, leads=("bao",))), is_whole=False)
    after = before.synced(part, MONDAY + DAY)
    assert after.lead_of("兰灯/市场部/门店") == "鲍安"
    assert after.manager_of("鲍安") == "陈杰"
    third = before.synced(dingtalk(BOSS, LIN, JIE, BAO, entry("c", "C", departments=("3",)), departments=DEPARTMENTS))
    assert third.synced(part, MONDAY + DAY).manager_of("C") == "鲍安"


def test_a_new_lead_frees_the_old_one_to_be_led_by_somebody_they_led() -> None:
    two = (ROOT, Department("2", "A", "1", ("c",)), Department("3", "B", "1"))
    b = entry("b", "B", departments=("2",))
    before = NOBODY.synced(dingtalk(entry("a", "A"), b, entry("c", "C", departments=("2",)), departments=two))
    assert before.manager_of("B") == "C"
    moved = (ROOT, Department("2", "A", "1", ("a",)), Department("3", "B", "1", ("b",)))
    part = replace(dingtalk(entry("c", "C", departments=("3",)), departments=moved), is_whole=False)
    after = before.synced(part, MONDAY + DAY)
    assert (after.manager_of("B"), after.manager_of("C")) == ("A", "B")


def test_a_newcomer_whose_departments_are_hidden_joins_the_company() -> None:
    before = NOBODY.synced(LANTERN)
    after = before.synced(Directory("dingtalk", "corp", (entry("new", "新人", departments=("99",)),), is_whole=False))
    assert after.team_of("新人") == "兰灯"


# --- carrying it out ---


class FixedClock:
    """It is Monday."""

    def now(self) -> object:
        return MONDAY


def deps_of(storage: MemoryStorage) -> Deps:
    return Deps(storage.reading, storage.work, FixedClock(), CountingIds())  # type: ignore[arg-type] # a clock of one moment


def staff(number: int) -> list[Entry]:
    return [entry(f"U{n}", f"Person {n}", f"p{n}@x.vn") for n in range(number)]


async def test_a_sync_is_stored_and_a_second_one_stores_nothing() -> None:
    storage = MemoryStorage()
    plan = await sync_people(LANTERN, deps_of(storage))
    assert isinstance(plan, SyncPlan)
    assert len(storage.rows.people) == 4
    again = await sync_people(LANTERN, deps_of(storage))
    assert isinstance(again, SyncPlan)
    assert again.changes == ()


async def test_a_dry_run_stores_nothing() -> None:
    storage = MemoryStorage()
    plan = await sync_people(LANTERN, deps_of(storage), is_dry_run=True)
    assert isinstance(plan, SyncPlan)
    assert plan.count(Fate.CREATED) == 4
    assert not storage.rows.people


@pytest.mark.parametrize(
    ("there", "missing", "is_let_go"), [(4, 3, True), (20, 3, True), (20, 4, False), (100, 10, True), (100, 11, False)]
)
async def test_more_leavers_than_a_wave_of_leavers_need_somebodys_word(there: int, missing: int, is_let_go: bool) -> None:
    storage = MemoryStorage()
    await sync_people(slack(*staff(there)), deps_of(storage))
    left: Sequence[Entry] = staff(there)[missing:]
    plan = await sync_people(slack(*left), deps_of(storage))
    assert isinstance(plan, SyncPlan) is is_let_go
    assert sum(not one.is_active for one in storage.rows.people.values()) == (missing if is_let_go else 0)
    if isinstance(plan, SyncRefused):
        assert plan.plan is not None
        assert f"{missing} of {there} people would leave" in plan.reason
        agreed = await sync_people(slack(*left), deps_of(storage), is_agreed=True)
        assert isinstance(agreed, SyncPlan)
        assert sum(not one.is_active for one in storage.rows.people.values()) == missing


async def test_a_sync_that_lost_a_race_is_planned_again() -> None:
    storage = MemoryStorage()
    await sync_people(slack(AN), deps_of(storage))
    (an,) = storage.rows.people.values()

    def somebody_else() -> None:
        storage.before_save = lambda: None
        storage.apply([PutPerson(replace(an, joined_at=MONDAY, version=2), 1)])

    storage.before_save = somebody_else
    plan = await sync_people(slack(replace(AN, name="An")), deps_of(storage))
    assert isinstance(plan, SyncPlan)
    assert storage.rows.people[an.id].name == "An"
    assert storage.rows.people[an.id].joined_at == MONDAY


async def test_a_sync_that_always_loses_says_so() -> None:
    storage = MemoryStorage()
    await sync_people(slack(AN), deps_of(storage))
    (an,) = storage.rows.people.values()
    turns = iter(range(2, 100))

    def somebody_else() -> None:
        n = next(turns)
        storage.apply([PutPerson(replace(an, version=n), n - 1), PutAccount(Account("web", "", f"w{n}", an.id))])

    storage.before_save = somebody_else
    with pytest.raises(BusyError):
        await sync_people(slack(replace(AN, name="An")), deps_of(storage))
