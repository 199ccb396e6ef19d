"""Nobody asks faster than people do, and what is counted names nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from adapters.notes.pace import ASKERS, Pace

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_an_asker_has_so_many_requests_a_minute() -> None:
    pace = Pace()
    assert [pace.may("person minh", NOW, 3) for _ in range(5)] == [True, True, True, False, False]


def test_others_are_not_held_up() -> None:
    pace = Pace()
    assert pace.may("person minh", NOW, 1)
    assert pace.may("person linh", NOW, 1)


def test_the_next_minute_begins_anew() -> None:
    pace = Pace()
    assert pace.may("person minh", NOW, 1)
    assert not pace.may("person minh", NOW + timedelta(seconds=59), 1)
    assert pace.may("person minh", NOW + MINUTE, 1)


def test_many_strangers_take_no_more_memory_than_there_is_room_for() -> None:
    pace = Pace()
    for number in range(ASKERS):
        assert pace.may(f"address {number}", NOW, 9)
    assert not pace.may("one more", NOW, 9)
    assert pace.may("address 7", NOW, 9)
    assert pace.may("one more", NOW + MINUTE, 9)


def test_what_is_kept_holds_no_name() -> None:
    pace = Pace()
    pace.may("person minh", NOW, 9)
    kept = [getattr(pace, name) for name in vars(pace)]
    assert "minh" not in repr(kept)
    assert vars(Pace()) != vars(Pace()), "every process has a key of its own"
