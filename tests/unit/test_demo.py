"""The sample company: believable on any day of the year, and holding everything the demo promises."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from adapters.demo import INVITE_CODE, sample_cycle, sample_turn
from bot.okr.check_in import CheckIn, Confidence
from bot.okr.cycle import Cycle
from bot.okr.invites import hash_of, looks_like_code
from bot.okr.measure import Direction
from bot.okr.objective import KeyResult, Objective
from bot.okr.people import LANGUAGES, Account, Invite, Person, Role, Team
from bot.okr.prompt import Prompt
from bot.ports import AddCheckIn, AddHistory, AddPrompt, PutAccount, PutCycle, PutInvite, PutObjective, PutPerson, PutTeam, Turn

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
MOMENTS = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=31 * n) for n in range(290)]
"""A little over a year, at every hour of the day."""


class Company:
    """What a turn would store."""

    def __init__(self, turn: Turn) -> None:
        self.people: dict[str, Person] = {}
        self.teams: dict[str, Team] = {}
        self.accounts: list[Account] = []
        self.objectives: dict[str, Objective] = {}
        self.check_ins: dict[str, list[CheckIn]] = {}
        self.cycles: list[Cycle] = []
        self.invites: list[Invite] = []
        self.prompts: list[Prompt] = []
        self.ids: list[str] = []
        for change in turn.changes:
            match change:
                case PutPerson(person):
                    self.people[person.id] = person
                    self.ids.append(person.id)
                case PutTeam(team):
                    self.teams[team.id] = team
                case PutAccount(account):
                    self.accounts.append(account)
                case PutCycle(cycle):
                    self.cycles.append(cycle)
                case PutInvite(invite):
                    self.invites.append(invite)
                case PutObjective(objective):
                    self.objectives[objective.id] = objective
                    self.ids += [objective.id, *(one.id for one in objective.key_results)]
                case AddCheckIn(check_in):
                    self.check_ins.setdefault(check_in.key_result_id, []).append(check_in)
                    self.ids.append(check_in.id)
                case AddHistory(entry):
                    self.ids.append(entry.id)
                case AddPrompt(prompt):
                    self.prompts.append(prompt)
                case _:
                    pytest.fail(f"the demo has no {change}")

    @property
    def key_results(self) -> Mapping[str, KeyResult]:
        return {one.id: one for objective in self.objectives.values() for one in objective.key_results}

    def progress(self, key_result_id: str) -> Decimal:
        measure = self.key_results[key_result_id].measure
        assert measure.baseline is not None
        return (self.check_ins[key_result_id][-1].value - measure.baseline) / (measure.target - measure.baseline)


@pytest.fixture(scope="module")
def company() -> Company:
    return Company(sample_turn(NOW))


def test_twelve_people_in_four_teams_that_form_a_tree(company: Company) -> None:
    assert len(company.people) == 12
    assert sorted(team.path for team in company.teams.values()) == [
        "Lantern",
        "Lantern/Growth",
        "Lantern/Growth/Vietnam",
        "Lantern/Product",
    ]
    for team in company.teams.values():
        parent = company.teams[team.parent_id] if team.parent_id else None
        assert team.path == (f"{parent.path}/{team.name}" if parent else team.name)
        assert team.lead_id is not None
        assert company.people[team.lead_id].team_id == team.id


def test_three_languages_and_two_time_zones(company: Company) -> None:
    assert {person.locale for person in company.people.values()} == set(LANGUAGES)
    zones = {person.timezone for person in company.people.values()}
    assert len(zones) == 2
    assert all(ZoneInfo(zone) for zone in zones)


def test_everybody_is_somebodys_report_up_to_one_leader(company: Company) -> None:
    tops = [person for person in company.people.values() if person.manager_id is None]
    assert len(tops) == 1
    for person in company.people.values():
        at, steps = person, 0
        while at.manager_id is not None:
            at, steps = company.people[at.manager_id], steps + 1
            assert at.role is not Role.MEMBER
            assert steps < 5
        assert at == tops[0]


def test_everybody_has_joined_and_can_be_picked(company: Company) -> None:
    assert all(person.joined_at for person in company.people.values())
    assert {(one.platform, one.tenant, one.user_id, one.chat_id) for one in company.accounts} == {
        ("web", "demo", person_id, person_id) for person_id in company.people
    }


def test_a_vietnamese_member_without_objectives_has_a_chinese_speaking_manager_in_the_same_team(company: Company) -> None:
    owners = {objective.owner_id for objective in company.objectives.values()}
    idle = [person for person in company.people.values() if person.id not in owners]
    assert [person.id for person in idle] == ["an"]
    assert idle[0].manager_id is not None
    manager = company.people[idle[0].manager_id]
    assert (idle[0].locale, manager.locale, manager.team_id) == ("vi", "zh", idle[0].team_id)


def test_every_objective_leads_up_to_one_of_the_companys(company: Company) -> None:
    of_key_result = {str(one.id): objective for objective in company.objectives.values() for one in objective.key_results}
    for objective in company.objectives.values():
        at, seen = objective, {objective.id}
        while at.serves is not None:
            at = company.objectives.get(at.serves.id) or of_key_result[at.serves.id]
            assert at.id not in seen
            seen.add(at.id)
        assert at.team_id == "lantern"
        assert 2 <= len(objective.key_results) <= 3
        assert objective.why


def test_people_write_in_their_own_language(company: Company) -> None:
    for objective in company.objectives.values():
        texts = [objective.title, objective.why, *(one.sentence for one in objective.key_results)]
        texts += [one.note for result in objective.key_results for one in company.check_ins[result.id] if one.note]
        locale = company.people[objective.owner_id].locale
        joined = " ".join(texts)
        assert bool(re.search(r"[\u4e00-\u9fff]", joined)) == (locale == "zh"), joined
        assert bool(re.search(r"[ạảấầẩậắằẵặẹẻẽếềểễệỉịọỏốồổỗộớờởợụủứừửữựỳỵđ]", joined)) == (locale == "vi"), joined


def test_numbers_are_in_the_sentences_and_the_direction_fits(company: Company) -> None:
    for result in company.key_results.values():
        numbers = {text.replace(",", "").replace(".", "") for text in re.findall(r"-?\d[\d.,]*", result.sentence)}
        assert {str(result.measure.baseline).replace(".", ""), str(result.measure.target).replace(".", "")} <= numbers
        assert result.measure.direction in (Direction.INCREASE, Direction.DECREASE)


def test_one_leader_is_late_and_nobody_else(company: Company) -> None:
    late = {
        objective.owner_id
        for objective in company.objectives.values()
        if all(company.check_ins[one.id][-1].at < NOW - timedelta(days=21) for one in objective.key_results)
    }
    assert late == {"daniel"}
    assert company.people["daniel"].role is Role.MANAGER


def test_one_key_result_is_stuck_and_at_risk(company: Company) -> None:
    stuck = {
        result_id
        for result_id, said in company.check_ins.items()
        if len({one.value for one in said[-4:]}) == 1 and all(one.confidence is Confidence.AT_RISK for one in said[-4:])
    }
    assert stuck == {"minhpoints"}


def test_bars_vary_and_one_stands_near_seventy_per_cent(company: Company) -> None:
    shares = [company.progress(result_id) for result_id in company.key_results]
    assert min(shares) < Decimal("0.5")
    assert max(shares) > Decimal("0.85")
    assert any(abs(share - Decimal("0.7")) < Decimal("0.01") for share in shares)
    assert len({int(share * 10) for share in shares}) >= 5


def test_ids_are_readable_fit_into_a_button_and_are_never_given_twice(company: Company) -> None:
    assert len(company.ids) == len(set(company.ids))
    assert all(re.fullmatch(r"[a-z0-9]{1,16}", one) for one in company.ids)


def test_the_invitation_lets_somebody_new_in(company: Company) -> None:
    assert looks_like_code(INVITE_CODE)
    (invite,) = company.invites
    assert invite.code_hash == hash_of(INVITE_CODE)
    assert invite.team_id in company.teams
    assert invite.uses_left > 100


@pytest.mark.parametrize("now", MOMENTS[::10], ids=str)
def test_the_board_is_alive_whatever_the_day(now: datetime) -> None:
    company = Company(sample_turn(now))
    (cycle,) = company.cycles
    assert cycle == sample_cycle(now)
    for said in company.check_ins.values():
        times = [one.at for one in said]
        assert times == sorted(times)
        assert times[-1] <= now
        assert now - times[0] < timedelta(weeks=8, days=3)
        assert times[0].date() >= cycle.starts_on
    newest = [said[-1].at for result_id, said in company.check_ins.items() if not result_id.startswith("daniel")]
    assert all(now - at < timedelta(days=7, hours=5) for at in newest)
    assert all(objective.published_at and objective.published_at < now for objective in company.objectives.values())


@pytest.mark.parametrize("now", MOMENTS[::3], ids=str)
def test_the_cycle_has_eight_weeks_behind_it_and_two_before_it(now: datetime) -> None:
    cycle = sample_cycle(now)
    today = now.date()
    assert timedelta(weeks=8) <= today - cycle.starts_on
    assert cycle.ends_on - today >= timedelta(weeks=2)
    assert cycle.weeks in (13, 14)
    assert re.fullmatch(r"\d{4}-Q\d|\d{4} W\d+ – (\d{4} )?W\d+", cycle.name)
