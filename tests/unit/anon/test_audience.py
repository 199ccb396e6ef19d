"""Who could have written: classes that do not overlap and are never smaller than the floor."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.anon.audience import Audience, Company, Member, Outside, Unit, audiences_of
from bot.okr.people import PersonId, TeamId


def unit(name: str, parent: str | None, *readers: str) -> Unit:
    return Unit(TeamId(name), name, TeamId(parent) if parent else None, frozenset(PersonId(reader) for reader in readers))


def members(team: str, number: int, *, can_write: bool = True) -> tuple[Member, ...]:
    return tuple(Member(PersonId(f"{team}{n}"), f"{team} {n}", TeamId(team), can_write) for n in range(number))


def lead(name: str, team: str) -> Member:
    return Member(PersonId(name), name, TeamId(team))


def sizes(company: Company, floor: int = 8) -> dict[str, int]:
    return {str(id_): len(audience.authors) for id_, audience in audiences_of(company, floor).by_unit.items()}


TWO_TEAMS = (unit("top", None, "boss"), unit("big", "top", "anna"), unit("small", "top", "ben"))


def test_a_team_of_eight_has_its_own_audience() -> None:
    company = Company(TWO_TEAMS, (lead("boss", "top"), lead("anna", "big"), lead("ben", "small"), *members("big", 8)))
    assert sizes(company) == {"big": 8}


def test_a_reader_is_never_a_possible_author_of_what_they_read() -> None:
    company = Company(TWO_TEAMS, (lead("anna", "big"), *members("big", 8)))
    found = audiences_of(company).by_unit[TeamId("big")]
    assert PersonId("anna") not in found.authors


def test_a_team_too_small_rolls_up_to_the_smallest_team_large_enough() -> None:
    company = Company(TWO_TEAMS, (lead("boss", "top"), *members("small", 3), *members("top", 6)))
    assert sizes(company) == {"top": 9}
    assert isinstance(found := audiences_of(company).of(PersonId("small0")), Audience)
    assert found.unit.id == "top"


def test_people_left_over_take_the_smallest_class_with_them() -> None:
    # Three alone under "top" could be told from the nine of "big".
    company = Company(TWO_TEAMS, (lead("boss", "top"), *members("small", 3), *members("big", 9)))
    assert sizes(company) == {"top": 12}


def test_for_a_few_leads_alone_no_team_loses_its_reader() -> None:
    company = Company(TWO_TEAMS, (lead("boss", "top"), lead("anna", "big"), *members("big", 9)))
    found = audiences_of(company)
    assert list(found.by_unit) == ["big"]
    assert found.of(PersonId("anna")) is Outside.TOO_FEW


def test_whoever_leads_all_has_nobody_to_write_to() -> None:
    company = Company(TWO_TEAMS, (lead("boss", "top"), *members("top", 9)))
    assert audiences_of(company).of(PersonId("boss")) is Outside.NOBODY_READS


def test_a_company_without_a_reader_has_no_audience() -> None:
    assert audiences_of(Company((unit("top", None),), members("top", 20))).of(PersonId("top0")) is Outside.NOBODY_READS


def test_fewer_than_eight_use_five_and_fewer_than_five_nothing() -> None:
    top = (unit("top", None, "boss"),)
    seven = audiences_of(Company(top, (lead("boss", "top"), *members("top", 6))))
    assert (seven.floor, len(seven.by_unit)) == (5, 1)
    four = audiences_of(Company(top, (lead("boss", "top"), *members("top", 4))))
    assert four.by_unit == {}
    assert four.of(PersonId("top0")) is Outside.TOO_FEW


def test_a_floor_below_five_is_five() -> None:
    assert sizes(Company((unit("top", None, "boss"),), members("top", 4)), floor=1) == {}


def test_silent_and_absent_people_hide_nobody() -> None:
    company = Company((unit("top", None, "boss"),), (*members("top", 4), *members("elsewhere", 9, can_write=False)))
    assert sizes(company) == {}


@st.composite
def companies(draw: st.DrawFn) -> Company:
    """Trees of up to ten teams with any leads, who may sit in any team."""
    count = draw(st.integers(1, 10))
    people = [f"p{n}" for n in range(draw(st.integers(0, 60)))]
    units = []
    for n in range(count):
        parent = None if n == 0 else f"u{draw(st.integers(0, n - 1))}"
        readers = draw(st.lists(st.sampled_from(people), max_size=2)) if people else []
        units.append(unit(f"u{n}", parent, *readers))
    found = tuple(
        Member(PersonId(one), one, TeamId(f"u{draw(st.integers(0, count - 1))}"), draw(st.integers(0, 5)) > 0) for one in people
    )
    return Company(tuple(units), found)


@given(companies(), st.integers(0, 12))
@settings(max_examples=300)
def test_no_label_ever_has_fewer_people_behind_it_than_the_floor(company: Company, wanted: int) -> None:
    found = audiences_of(company, wanted)
    writers = {member.id for member in company.members if member.can_write}
    assert found.floor >= 5
    seen: set[PersonId] = set()
    for audience in found.by_unit.values():
        assert len(audience.authors) >= found.floor
        assert audience.unit.readers
        assert not audience.authors & audience.unit.readers
        assert audience.authors <= writers
        # Classes that do not overlap cannot be subtracted from each other.
        assert not audience.authors & seen
        seen |= audience.authors
    for member in company.members:
        audience_or_not = found.of(member.id)
        assert isinstance(audience_or_not, Audience) == (member.id in seen)


@given(companies(), st.randoms())
def test_the_order_people_and_teams_are_read_in_changes_nothing(company: Company, dice: object) -> None:
    units, people = list(company.units), list(company.members)
    dice.shuffle(units)  # type: ignore[attr-defined] # hypothesis types it as object
    dice.shuffle(people)  # type: ignore[attr-defined] # as above
    assert audiences_of(Company(tuple(units), tuple(people))) == audiences_of(company)
