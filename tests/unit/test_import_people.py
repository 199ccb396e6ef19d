"""Importing people: a file is read whole, judged whole, and stored whole or not at all."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions.import_people import Known, Plan, Refused, import_people, plan_import
from bot.actions.import_rows import BYTES_LIMIT, COLUMNS, Sheet, read_rows
from bot.actions.staff import BusyError, Fate
from bot.okr.people import Account, Person, PersonId, Role, Team, TeamId
from bot.ports import Change, Deps, Guard, PutAccount, PutPerson, PutTeam
from tests.fakes import MemoryStorage

HEADER = ",".join(COLUMNS)
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


NOBODY_YET = Known()
_COUNT = itertools.count(1)


class CountingIds:
    """Ids in the order they are asked for, never the same one twice."""

    def new(self) -> str:
        return f"new{next(_COUNT)}"


def _plan(text: str | bytes, known: Known = NOBODY_YET) -> Plan | Refused:
    sheet = read_rows(text.encode() if isinstance(text, str) else text)
    return plan_import(sheet.rows, known, CountingIds(), sheet.problems)


def _planned(text: str | bytes, known: Known = NOBODY_YET) -> Plan:
    plan = _plan(text, known)
    assert isinstance(plan, Plan), plan.problems
    return plan


def _refused(text: str | bytes, known: Known = NOBODY_YET) -> list[tuple[int, str, str]]:
    plan = _plan(text, known)
    assert isinstance(plan, Refused)
    return [(problem.line, problem.column, problem.reason) for problem in plan.problems]


def _stored(plan: Plan, known: Known = NOBODY_YET) -> Known:
    """What storage would hold after the plan."""
    before: list[Change] = [PutTeam(team) for team in known.teams]
    before += [PutPerson(person) for person in known.people]
    before += [PutAccount(account) for account in known.accounts]
    storage = MemoryStorage(*before)
    storage.apply(plan.changes)
    rows = storage.rows
    for person in rows.people.values():
        assert person.team_id in rows.teams
        assert person.manager_id is None or person.manager_id in rows.people
    for team in rows.teams.values():
        assert team.parent_id is None or team.parent_id in rows.teams
        assert team.lead_id is None or team.lead_id in rows.people
    assert len({team.path.casefold() for team in rows.teams.values()}) == len(rows.teams)
    return Known(tuple(rows.people.values()), tuple(rows.teams.values()), tuple(rows.accounts.values()))


def _people(known: Known) -> Mapping[str, Person]:
    return {person.name: person for person in known.people}


def _teams(known: Known) -> Mapping[str, Team]:
    return {team.path: team for team in known.teams}


COMPANY = f"""{HEADER}
林梅,mei@lantern.example,Lantern,manager,,zh,Asia/Shanghai,,U0MEI0001,
陈杰,jie@lantern.example,Lantern/Growth,manager,mei@lantern.example,zh,Asia/Shanghai,,,jie.chen
Phạm Bảo An,an@lantern.example,Lantern/Growth,member,jie@lantern.example,vi,Asia/Ho_Chi_Minh,700100200,,
Lê Mai Linh,linh@lantern.example,Lantern/Growth/Vietnam,manager,jie@lantern.example,vi,Asia/Ho_Chi_Minh,,,
Thomas Wright,thomas@lantern.example,Lantern,admin,mei@lantern.example,en,Asia/Ho_Chi_Minh,,,
"""


def test_a_company_is_planned_with_its_tree_its_managers_and_its_accounts() -> None:
    known = _stored(_planned(COMPANY))
    people, teams = _people(known), _teams(known)
    assert list(teams) == ["Lantern", "Lantern/Growth", "Lantern/Growth/Vietnam"]
    assert teams["Lantern/Growth/Vietnam"].parent_id == teams["Lantern/Growth"].id
    assert people["Phạm Bảo An"].manager_id == people["陈杰"].id
    assert (people["Phạm Bảo An"].locale, people["Phạm Bảo An"].timezone) == ("vi", "Asia/Ho_Chi_Minh")
    assert people["Thomas Wright"].role is Role.ADMIN
    assert all(person.joined_at is None for person in known.people)
    assert {(account.platform, account.user_id) for account in known.accounts} == {
        ("slack", "U0MEI0001"),
        ("dingtalk", "jie.chen"),
        ("telegram", "700100200"),
    }


def test_whoever_has_no_chat_yet_can_be_written_to_in_dingtalk_at_once() -> None:
    known = _stored(_planned(COMPANY))
    chats = {account.platform: account.chat_id for account in known.accounts}
    assert chats == {"slack": "", "dingtalk": "jie.chen", "telegram": ""}
    mei = _people(known)["林梅"]
    chatting = replace(known, accounts=tuple(replace(one, chat_id="D9") for one in known.accounts if one.person_id == mei.id))
    later = _stored(_planned(COMPANY.replace("U0MEI0001,", "U0MEI0001,mei.lin"), chatting), chatting)
    assert {one.user_id: one.chat_id for one in later.accounts if one.platform == "dingtalk"}["mei.lin"] == ""


def test_the_lead_of_a_team_is_its_manager_whose_own_manager_is_elsewhere() -> None:
    known = _stored(_planned(COMPANY))
    people, teams = _people(known), _teams(known)
    assert teams["Lantern"].lead_id == people["林梅"].id
    assert teams["Lantern/Growth"].lead_id == people["陈杰"].id
    assert teams["Lantern/Growth/Vietnam"].lead_id == people["Lê Mai Linh"].id


def test_a_team_without_a_manager_of_its_own_is_led_by_whoever_manages_most_of_it() -> None:
    plan = _planned(
        "name,email,team,role,manager_email\n"
        "Mei,mei@x.vn,Company,manager,\n"
        "An,an@x.vn,Company/Shop,member,mei@x.vn\n"
        "Binh,binh@x.vn,Company/Shop,member,mei@x.vn\n"
        "Chi,chi@x.vn,Company/Shop,member,an@x.vn\n"
    )
    known = _stored(plan)
    assert _teams(known)["Company/Shop"].lead_id == _people(known)["Mei"].id


def test_an_admin_leads_only_where_no_manager_does() -> None:
    known = _stored(_planned("name,team,role\nAda,Company,admin\nMei,Company,manager\nTom,Company/Solo,admin\n"))
    assert _teams(known)["Company"].lead_id == _people(known)["Mei"].id
    assert _teams(known)["Company/Solo"].lead_id == _people(known)["Tom"].id


def test_a_second_import_of_the_same_file_changes_nothing() -> None:
    known = _stored(_planned(COMPANY))
    again = _planned(COMPANY, known)
    assert again.changes == ()
    assert again.teams == ()
    assert again.count(Fate.UNCHANGED) == 5


def test_a_changed_row_says_what_was_and_what_will_be() -> None:
    known = _stored(_planned(COMPANY))
    plan = _planned(
        "name,email,team,role,manager_email\nBảo An,an@lantern.example,Lantern/Growth/Vietnam,,linh@lantern.example\n", known
    )
    (person,) = plan.people
    assert person.fate is Fate.CHANGED
    assert {(one.column, one.before, one.after) for one in person.differences} == {
        ("name", "Phạm Bảo An", "Bảo An"),
        ("team", "Lantern/Growth", "Lantern/Growth/Vietnam"),
        ("manager_email", "jie@lantern.example", "linh@lantern.example"),
    }
    (change,) = [change for change in plan.changes if isinstance(change, PutPerson)]
    assert (change.was, change.person.version, change.person.id) == (1, 2, _people(known)["Phạm Bảo An"].id)


def test_an_empty_cell_leaves_what_is_stored() -> None:
    known = _stored(_planned(COMPANY))
    again = _planned(f"{HEADER}\nPhạm Bảo An,an@lantern.example,lantern / GROWTH,,,,,,,\n", known)
    assert again.changes == ()


def test_a_dash_takes_the_manager_away() -> None:
    known = _stored(_planned(COMPANY))
    plan = _planned("name,email,team,manager_email\nPhạm Bảo An,an@lantern.example,Lantern/Growth,-\n", known)
    assert _people(_stored(plan, known))["Phạm Bảo An"].manager_id is None


def test_people_who_are_not_in_the_file_are_left_alone() -> None:
    known = _stored(_planned(COMPANY))
    plan = _planned("name,email,team\nNew One,new@lantern.example,Lantern\n", known)
    assert [type(change) for change in plan.changes] == [PutPerson]


def test_a_newcomer_without_language_and_zone_gets_the_defaults() -> None:
    (person,) = _stored(_planned("team,name\nCompany,An\n")).people
    assert (person.email, person.role, person.locale, person.timezone) == (None, Role.MEMBER, "en", "UTC")


def test_language_and_zone_are_the_persons_own_once_they_have_joined() -> None:
    known = _stored(_planned(COMPANY))
    joined = tuple(replace(person, joined_at=MONDAY, locale="en") for person in known.people)
    plan = _planned(COMPANY, replace(known, people=joined))
    assert plan.changes == ()
    assert plan.people[0].kept == ("locale",)


def test_whoever_comes_back_is_with_us_again() -> None:
    known = _stored(_planned(COMPANY))
    gone = tuple(replace(person, left_at=MONDAY) if person.name == "Phạm Bảo An" else person for person in known.people)
    plan = _planned(COMPANY, replace(known, people=gone))
    assert plan.count(Fate.CHANGED) == 1
    assert _people(_stored(plan, replace(known, people=gone)))["Phạm Bảo An"].is_active


# --- who is who ---


def test_an_id_tells_who_it_is_when_the_address_is_new() -> None:
    known = _stored(_planned(COMPANY))
    plan = _planned("name,email,team,telegram_id\nPhạm Bảo An,an.pham@lantern.example,Lantern/Growth,700100200\n", known)
    assert [one.column for one in plan.people[0].differences] == ["email"]


def test_name_and_team_tell_who_it_is_when_there_is_nothing_else() -> None:
    known = _stored(_planned("name,team\nAn,Company\n"))
    plan = _planned("name,email,team\nan,an@x.vn,company\n", known)
    assert plan.people[0].fate is Fate.CHANGED
    assert len(_stored(plan, known).people) == 1


def test_a_namesake_with_another_address_is_another_person() -> None:
    known = _stored(_planned("name,email,team\nAn,an@x.vn,Company\n"))
    assert _planned("name,email,team\nAn,an2@x.vn,Company\n", known).people[0].fate is Fate.CREATED


def test_accented_names_are_different_names() -> None:
    known = _stored(_planned("name,team\nAn,Company\n"))
    assert _planned("name,team\nÂn,Company\n", known).people[0].fate is Fate.CREATED


def test_namesakes_nothing_tells_apart_are_refused() -> None:
    assert _refused("name,email,team\nAn,an@x.vn,Company\nAn,,Company\n")[0][:2] == (3, "name")
    twins = Known(
        (Person(PersonId("a"), "An", None, TeamId("t")), Person(PersonId("b"), "An", None, TeamId("t"))),
        (Team(TeamId("t"), "Company", "Company"),),
    )
    assert "2 people of this name" in _refused("name,team\nAn,Company\n", twins)[0][2]


def test_a_row_about_two_people_is_refused() -> None:
    known = _stored(_planned(COMPANY))
    problems = _refused("name,email,team,telegram_id\nThomas Wright,thomas@lantern.example,Lantern,700100200\n", known)
    assert problems == [(2, "telegram_id", "This id is Phạm Bảo An's, but the rest of the row is about Thomas Wright.")]


def test_two_rows_about_one_person_are_refused() -> None:
    known = _stored(_planned(COMPANY))
    problems = _refused(
        "name,email,team,telegram_id\nAn,an@lantern.example,Lantern,\nBảo An,an2@lantern.example,Lantern,700100200\n", known
    )
    assert problems == [(3, "", "Lines 2 and 3 are both about Phạm Bảo An. Keep one of them.")]


def test_an_account_is_never_silently_joined_by_a_second_one() -> None:
    known = _stored(_planned(COMPANY))
    problems = _refused("name,email,team,telegram_id\nAn,an@lantern.example,Lantern,700100201\n", known)
    assert problems[0][:2] == (2, "telegram_id")


def test_an_account_keeps_its_workspace_and_chat() -> None:
    known = _stored(_planned(COMPANY))
    talked = tuple(replace(account, tenant="T1", chat_id="D9") for account in known.accounts)
    assert _planned(COMPANY, replace(known, accounts=talked)).changes == ()


# --- managers ---


def test_a_manager_may_be_stored_already_or_come_later_in_the_file() -> None:
    known = _stored(_planned("name,email,team,role\nMei,mei@x.vn,Company,manager\n"))
    plan = _planned("name,email,team,manager_email\nAn,an@x.vn,Company,binh@x.vn\nBinh,binh@x.vn,Company,MEI@X.VN\n", known)
    people = _people(_stored(plan, known))
    assert people["An"].manager_id == people["Binh"].id
    assert people["Binh"].manager_id == people["Mei"].id


def test_a_manager_nobody_knows_is_named() -> None:
    problems = _refused("name,email,team,manager_email\nAn,an@x.vn,Company,nobody@x.vn\n")
    assert problems == [(2, "manager_email", "Nobody in the file or in Laban has the address nobody@x.vn.")]


def test_a_manager_whose_own_row_is_faulty_is_reported_once() -> None:
    problems = _refused("name,email,team,manager_email\nAn,an@x.vn,Company,mei@x.vn\nMei,mei@x.vn,,\n")
    assert [(line, column) for line, column, _ in problems] == [(3, "team")]


@pytest.mark.parametrize("length", [1, 2, 5])
def test_people_cannot_manage_each_other_in_a_circle(length: int) -> None:
    rows = "".join(f"P{n},p{n}@x.vn,Company,p{(n + 1) % length}@x.vn\n" for n in range(length))
    problems = _refused(f"name,email,team,manager_email\nTop,top@x.vn,Company,p0@x.vn\n{rows}")
    assert [(line, column) for line, column, _ in problems] == [(3, "manager_email")]


def test_a_circle_closed_by_somebody_stored_is_found() -> None:
    known = _stored(_planned(COMPANY))
    problems = _refused("name,email,team,manager_email\n林梅,mei@lantern.example,Lantern,an@lantern.example\n", known)
    assert problems[0][:2] == (2, "manager_email")
    assert "林梅 → Phạm Bảo An → 陈杰 → 林梅" in problems[0][2]


def test_a_manager_who_has_left_manages_nobody() -> None:
    known = _stored(_planned(COMPANY))
    gone = replace(
        known, people=tuple(replace(person, left_at=MONDAY) if person.name == "陈杰" else person for person in known.people)
    )
    assert "has left" in _refused("name,email,team,manager_email\nAn,new@x.vn,Lantern,jie@lantern.example\n", gone)[0][2]


def test_a_long_line_of_managers_is_worked_through_at_once() -> None:
    rows = "".join(f"P{n},p{n}@x.vn,Company,p{n + 1}@x.vn\n" for n in range(5000))
    plan = _planned(f"name,email,team,manager_email\n{rows}P5000,p5000@x.vn,Company,\n")
    assert len(_stored(plan).people) == 5001


# --- what is wrong with a file ---


def test_every_fault_is_reported_and_nothing_is_planned() -> None:
    problems = _refused(
        f"{HEADER}\n"
        "An,an@x.vn,Company,manger,,vn,Asia/Hanoi,1.23E+09,@an,\n"
        ",not-an-address,Company//Shop,member,,vi,Asia/Ho_Chi_Minh,,,\n"
        "Binh,an@x.vn,Company,member,ghost@x.vn,en,UTC,@binh,,two words\n"
        "Chi,chi@x.vn,Company,member,,en,UTC,,,,,extra\n"
    )
    assert [(line, column) for line, column, _ in problems] == [
        (2, "locale"),
        (2, "role"),
        (2, "slack_id"),
        (2, "telegram_id"),
        (2, "timezone"),
        (3, "email"),
        (3, "name"),
        (3, "team"),
        (4, "dingtalk_id"),
        (4, "email"),
        (4, "manager_email"),
        (4, "telegram_id"),
        (5, ""),
    ]
    reasons = {(line, column): reason for line, column, reason in problems}
    assert "Did you mean manager?" in reasons[2, "role"]
    assert "Did you mean vi?" in reasons[2, "locale"]
    assert "Did you mean Asia/Ho_Chi_Minh?" in reasons[2, "timezone"]
    assert "spreadsheet" in reasons[2, "telegram_id"]
    assert "Line 2 has the same" in reasons[4, "email"]


@pytest.mark.parametrize(
    ("header", "column", "hint"),
    [
        ("name,e-mail,team", "e_mail", "Did you mean email?"),
        ("name,team,phone number", "phone_number", "one of these"),
        ("name,team,Name", "name", "twice"),
        ("name,email", "team", "missing"),
        ("nme,team", "nme", "Did you mean name?"),
    ],
)
def test_a_column_nobody_knows_is_named_with_the_one_that_was_meant(header: str, column: str, hint: str) -> None:
    problems = _refused(f"{header}\nAn,x,y\n")
    assert any((line, named) == (1, column) and hint in reason for line, named, reason in problems), problems


def test_columns_stand_in_any_order_and_case_and_may_be_missing() -> None:
    (person,) = _stored(_planned(" TEAM , Manager Email ,Name\nCompany,,An\n")).people
    assert person.name == "An"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_file_reads_the_same_with_every_delimiter_line_end_and_mark(delimiter: str, ending: str) -> None:
    written = io.StringIO()
    rows = list(csv.reader(io.StringIO(COMPANY)))
    csv.writer(written, delimiter=delimiter, lineterminator=ending).writerows(rows)
    expected = read_rows(COMPANY.encode())
    assert read_rows(written.getvalue().encode("utf-8-sig")) == expected
    assert read_rows(f"sep={delimiter}{ending}{written.getvalue()}".encode()).problems == ()


def test_a_quoted_line_break_is_a_space_and_line_numbers_stay_right() -> None:
    sheet = read_rows('name,team\n"Phạm\nBảo An",Company\n\n,Company\n'.encode())
    assert sheet.rows[0].name == "Phạm Bảo An"
    assert [problem.line for problem in sheet.problems] == [5]


def test_what_looks_like_a_formula_is_only_text() -> None:
    plan = _planned('name,team\n"=HYPERLINK(""http://evil"")",Company\n@sum,+Team\n')
    assert [person.name for person in plan.people] == ['=HYPERLINK("http://evil")', "@sum"]


def test_hidden_and_turning_characters_are_taken_out() -> None:
    (row,) = read_rows("name,team\n\u202eAn\u200b\x07 Phạm,Company\n".encode()).rows
    assert row.name == "An Phạm"


def test_full_width_signs_of_east_asian_keyboards_are_understood() -> None:
    (row,) = read_rows("name,email,team\n陈杰,JIE＠lantern．example,公司／市场\n".encode()).rows
    assert (row.email, row.team) == ("jie@lantern.example", ("公司", "市场"))


@pytest.mark.parametrize("locale", ["vi", "VI", "vi-VN", "vi_VN"])
def test_a_language_may_carry_its_country(locale: str) -> None:
    assert read_rows(f"name,team,locale\nAn,Company,{locale}\n".encode()).rows[0].locale == "vi"


@pytest.mark.parametrize(
    ("zone", "meant"),
    [
        ("asia/ho_chi_minh", None),
        ("Asia/Hanoi", "Asia/Ho_Chi_Minh"),
        ("Beijing", "Asia/Shanghai"),
        ("UTC+7", "Asia/Ho_Chi_Minh"),
        ("London", "Europe/London"),
        ("Asia/Shangai", "Asia/Shanghai"),
        ("../../etc/passwd", ""),
        ("Mars/Olympus", ""),
    ],
)
def test_a_zone_that_does_not_exist_is_refused_with_the_one_that_was_meant(zone: str, meant: str | None) -> None:
    sheet = read_rows(f"name,team,timezone\nAn,Company,{zone}\n".encode())
    if meant is None:
        assert sheet.rows[0].timezone == "Asia/Ho_Chi_Minh"
    else:
        assert f"Did you mean {meant}" in sheet.problems[0].reason or not meant


@pytest.mark.parametrize(
    "address",
    [
        "an",
        "an@",
        "@x.vn",
        "an@x",
        "an@@x.vn",
        "an @x.vn",
        "an@x..vn",
        "an@-x.vn",
        "a" * 65 + "@x.vn",
        "an@x.vn,b@x.vn",
        ".an@x.vn",
    ],
)
def test_an_address_no_mail_could_reach_is_refused(address: str) -> None:
    assert read_rows(f'name,email,team\nAn,"{address}",Company\n'.encode()).problems[0].column == "email"


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (COMPANY.encode("utf-16"), "UTF-16"),
        (COMPANY.encode("utf-16-le"), "UTF-16"),
        (b"PK\x03\x04 a workbook", "workbook"),
        (b"\x1f\x8b packed", "workbook"),
        ("name,team\n陈杰,公司\n".encode("gb18030"), "not UTF-8"),
        (b"name,team\nAn,Com\0pany\n" + b"x" * 200, "NUL"),
        (b"", "empty"),
        (b"\n\n  \n", "empty"),
        (b"name,team\n", "no people"),
        (b'name,team\n"An,Company\n', "quote"),
        (b'name,team\nAn "x",Company\n"An"x,Company\n', "quote"),
        (b'name,team\n"' + b"x" * 140_000 + b'",Company\n', "too long"),
        (b"name,team\nAn," + b"x" * 501 + b"\n", "longer than 500"),
        (b"name,team\nAn," + b"a/" * 11 + b"b\n", "at most 10 teams"),
        (b"a," * 1_000_000, "1000001 columns"),
        (b"name,team\n" + b"An,Company\n" * 20_001, "more than 20000"),
        (b"x" * (BYTES_LIMIT + 1), "larger than"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_what_to_do(data: bytes, word: str) -> None:
    sheet = read_rows(data)
    assert any(word in problem.reason for problem in sheet.problems), sheet.problems


def test_endless_faults_are_cut_off_with_a_word_about_it() -> None:
    sheet = read_rows(b"name,team\n" + b"An,\n" * 5000)
    assert len(sheet.problems) == 1001
    assert "nothing from here on" in sheet.problems[-1].reason


# --- storing it ---


class StandingClock:
    """It is always Monday morning."""

    def now(self) -> datetime:
        return MONDAY


def _deps(storage: MemoryStorage) -> Deps:
    return Deps(storage.reading, storage.work, StandingClock(), CountingIds())


async def test_an_import_is_stored_and_the_second_one_saves_nothing() -> None:
    storage = MemoryStorage()
    assert isinstance(await import_people(COMPANY.encode(), _deps(storage), is_dry_run=False), Plan)
    assert len(storage.rows.people) == 5
    assert storage.rows.guards == {"people import": 1}
    again = await import_people(COMPANY.encode(), _deps(storage), is_dry_run=False)
    assert isinstance(again, Plan)
    assert again.count(Fate.UNCHANGED) == 5
    assert storage.rows.guards == {"people import": 1}


async def test_a_dry_run_and_a_refused_file_store_nothing() -> None:
    storage = MemoryStorage()
    plan = await import_people(COMPANY.encode(), _deps(storage), is_dry_run=True)
    assert isinstance(plan, Plan)
    assert plan.count(Fate.CREATED) == 5
    refused = await import_people((COMPANY + "An,,,,,,,,,\n").encode(), _deps(storage), is_dry_run=False)
    assert isinstance(refused, Refused)
    assert not storage.rows.people
    assert not storage.rows.teams
    assert not storage.rows.guards


async def test_an_import_that_lost_a_race_is_planned_again_on_what_is_true_then() -> None:
    storage = MemoryStorage()
    rival = _planned(COMPANY)

    def be_faster() -> None:
        storage.before_save = lambda: None
        storage.apply([Guard("people import", 0), *rival.changes])

    storage.before_save = be_faster
    plan = await import_people(COMPANY.encode(), _deps(storage), is_dry_run=False)
    assert isinstance(plan, Plan)
    assert plan.changes == ()
    assert len(storage.rows.people) == 5


async def test_an_import_gives_up_when_it_loses_every_race() -> None:
    storage = MemoryStorage()
    storage.before_save = lambda: storage.apply([Guard("people import", storage.rows.guards.get("people import", 0))])
    with pytest.raises(BusyError):
        await import_people(COMPANY.encode(), _deps(storage), is_dry_run=False)
    assert storage.rows.people == {}


# --- any file at all ---

_CELLS = st.one_of(
    st.sampled_from(
        ["", "An", "an@x.vn", "b@x.vn", "Company", "Company/Shop", "manager", "vi", "Asia/Shanghai", "1", "U01ABCDEF", "-"]
    ),
    st.text(max_size=12),
)


@given(data=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: f"{HEADER}\n{text}".encode())))
def test_no_file_makes_reading_or_planning_raise(data: bytes) -> None:
    sheet = read_rows(data)
    plan = plan_import(sheet.rows, Known(), CountingIds(), sheet.problems)
    assert isinstance(plan, Plan) or plan.problems


def _file(rows: Sequence[Sequence[str]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows([COLUMNS, *rows])
    return written.getvalue().encode()


_WELL_FORMED = st.tuples(
    st.sampled_from(["An", "Bình", "陈杰", "Mei"]),
    st.sampled_from(["", "a@x.vn", "b@x.vn", "c@x.vn", "d@x.vn"]),
    st.sampled_from(["Company", "Company/Shop", "company/shop", "Company/Shop/Web", "Other"]),
    st.sampled_from(["", "member", "manager", "admin"]),
    st.sampled_from(["", "-", "a@x.vn", "b@x.vn"]),
    st.sampled_from(["", "vi", "zh"]),
    st.sampled_from(["", "UTC"]),
    st.sampled_from(["", "1", "2"]),
    st.just(""),
    st.sampled_from(["", "x"]),
)


@given(
    data=st.one_of(st.lists(_WELL_FORMED, min_size=1, max_size=5), st.lists(st.lists(_CELLS, max_size=10), max_size=4)).map(_file)
)
def test_importing_twice_changes_nothing_the_second_time(data: bytes) -> None:
    first = _plan(data)
    if isinstance(first, Refused):
        return
    again = _planned(data, _stored(first))
    assert again.changes == ()
    assert again.count(Fate.UNCHANGED) == len(first.people)


@given(
    before=st.lists(_WELL_FORMED, min_size=1, max_size=4).map(_file),
    after=st.lists(_WELL_FORMED, min_size=1, max_size=4).map(_file),
)
def test_an_import_over_another_settles_at_once(before: bytes, after: bytes) -> None:
    first = _plan(before)
    known = _stored(first) if isinstance(first, Plan) else Known()
    second = _plan(after, known)
    if isinstance(second, Refused):
        return
    assert _planned(after, _stored(second, known)).changes == ()


def test_a_sheet_without_faults_is_equal_to_itself_read_again() -> None:
    assert read_rows(COMPANY.encode()) == read_rows(COMPANY.encode())
    assert isinstance(read_rows(COMPANY.encode()), Sheet)


def test_accounts_of_others_are_never_touched() -> None:
    known = _stored(_planned(COMPANY))
    plan = _planned("name,email,team,slack_id\nThomas Wright,thomas@lantern.example,Lantern,U0THOMAS1\n", known)
    (change,) = plan.changes
    assert change == PutAccount(Account("slack", "", "U0THOMAS1", _people(known)["Thomas Wright"].id))
