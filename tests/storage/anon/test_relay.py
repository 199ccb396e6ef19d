"""A note goes to the manager, and an answer comes back, over real files."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.anon.audience import Company, Unit
from bot.anon.port import Draft, Form, Kind, No, Receipt, Refused, Taken, ThreadState
from bot.okr.objective import KeyResultId
from bot.okr.people import PersonId, TeamId
from tests.anon_office import ADMIN, AUTHORS, BOSS, LEAD, MINUTE, TEAM, TOP, Office

ANNA = AUTHORS[0]


async def test_the_form_says_how_many_people_could_have_written_and_who_reads(office: Office) -> None:
    form = await office.relay.form(ANNA)
    assert isinstance(form, Form)
    assert (form.audience, form.readers, form.n) == ("Growth", ("陈杰",), 9)
    assert [choice.token for choice in form.choices] == ["kr:kr1"]


async def test_asking_for_the_form_changes_no_file(office: Office) -> None:
    before = office.files()
    await office.relay.form(ANNA)
    assert office.files() == before


async def test_the_author_sees_the_note_waiting_and_the_manager_does_not(office: Office) -> None:
    code = await office.write(text="Nobody decides.")
    thread = await office.look(code)
    assert (thread.state, [entry.text for entry in thread.entries]) == (ThreadState.WAITING, ["Nobody decides."])
    assert (await office.tray()).notes == ()


async def test_after_three_slots_the_manager_has_it(office: Office) -> None:
    code = await office.write(text="Nobody decides.", about="kr:kr1")
    await office.released()
    (note,) = (await office.tray()).notes
    assert (note.about, [entry.text for entry in note.entries]) == ("Sign-ups from 10 to 20", ["Nobody decides."])
    assert (await office.look(code)).state is ThreadState.OPEN


async def test_an_answer_comes_back_at_the_next_slot_without_its_link(office: Office) -> None:
    code = await office.write()
    await office.released()
    tray = await office.tray()
    assert await office.relay.answer(LEAD, tray.notes[0].ref, tray.nonce, "See https://x.example") is Taken.TAKEN
    assert len((await office.look(code)).entries) == 1
    assert (await office.tray()).notes[0].is_answered
    slot = await office.slot()
    assert [(one.by, one.text) for one in (await office.look(code)).entries][1:] == [("陈杰", "See hxxps[:]//x[.]example")]
    assert set(slot.cued) == set(AUTHORS)


async def test_the_author_writes_more_and_is_warned_in_time(office: Office) -> None:
    code = await office.write()
    for number in range(2):
        thread = await office.look(code)
        assert not thread.is_worn
        assert await office.relay.follow_up(code, thread.nonce, f"More {number}", "page") is Taken.TAKEN
    assert (await office.look(code)).is_worn
    await office.released()
    assert [entry.text for entry in (await office.tray()).notes[0].entries][1:] == ["More 0", "More 1"]


async def test_a_double_click_is_one_note_and_one_receipt(office: Office) -> None:
    form = await office.relay.form(ANNA)
    assert isinstance(form, Form)
    draft = Draft(form.nonce, "Once.")
    first, second = await office.relay.submit(ANNA, draft), await office.relay.submit(ANNA, draft)
    office.restart()
    assert first == second == await office.relay.submit(ANNA, draft)
    assert len((await office.vault.spool()).items) == 1
    await office.released()
    assert await office.relay.submit(ANNA, draft) == first
    assert len((await office.tray()).notes) == 1


async def test_sent_again_with_other_words_before_it_leaves_the_last_ones_are_meant(office: Office) -> None:
    form = await office.relay.form(ANNA)
    assert isinstance(form, Form)
    receipts = {await office.relay.submit(ANNA, Draft(form.nonce, words)) for words in ("First.", "Better.")}
    (receipt,) = receipts
    assert isinstance(receipt, Receipt)
    assert [entry.text for entry in (await office.look(receipt.code)).entries] == ["Better."]
    await office.released()
    await office.relay.submit(ANNA, Draft(form.nonce, "Too late."))
    assert [entry.text for entry in (await office.tray()).notes[0].entries] == ["Better."]


async def test_strangers_who_guess_do_not_keep_those_out_who_have_a_code(office: Office) -> None:
    code = await office.write()
    refusals = {await office.relay.look("wrong", f"stranger{number}") for number in range(100)}
    assert refusals == {Refused(No.UNKNOWN_CODE)}
    assert await office.relay.look("wrong", "one more") == Refused(No.TOO_MANY_TRIES)
    assert (await office.look(code, "who has one")).entries


async def test_a_form_opened_last_month_gives_the_same_receipt_this_month(office: Office) -> None:
    office.clock.at = office.clock.at.replace(day=30, hour=23, minute=50)
    form = await office.relay.form(ANNA)
    assert isinstance(form, Form)
    first = await office.relay.submit(ANNA, Draft(form.nonce, "Once."))
    office.clock.turn(timedelta(minutes=20))
    await office.relay.tick()
    assert await office.relay.submit(ANNA, Draft(form.nonce, "Once.")) == first
    assert len((await office.vault.spool()).items) == 1


async def test_a_wrong_a_mistyped_and_a_burnt_code_get_one_answer(office: Office) -> None:
    code = await office.write()
    await office.released()
    assert await office.relay.burn(code, "page") is Taken.TAKEN
    mistyped = code[:-1] + ("0" if code[-1] != "0" else "1")
    for tried in (code, mistyped, "nonsense", ""):
        assert await office.relay.look(tried, "page") == Refused(No.UNKNOWN_CODE)


async def test_what_is_burnt_is_in_no_file_after_the_next_slot(office: Office) -> None:
    code = await office.write()
    await office.released()
    (thread,) = await office.vault.threads()
    await office.relay.burn(code, "page")
    await office.slot()
    assert await office.vault.threads() == ()
    assert all(thread.lookup not in content for content in office.files().values())


async def test_what_is_burnt_before_its_slot_never_leaves(office: Office) -> None:
    code = await office.write()
    await office.relay.burn(code, "page")
    await office.released()
    assert (await office.tray()).notes == ()


async def test_ten_wrong_codes_are_enough_for_a_while(office: Office) -> None:
    for _ in range(10):
        assert await office.relay.look("wrong", "page") == Refused(No.UNKNOWN_CODE)
    assert await office.relay.look("wrong", "page") == Refused(No.TOO_MANY_TRIES)
    assert await office.relay.look("wrong", "another") == Refused(No.UNKNOWN_CODE)
    office.clock.turn(timedelta(minutes=11))
    assert await office.relay.look("wrong", "page") == Refused(No.UNKNOWN_CODE)


async def test_three_notes_a_day_and_person(office: Office) -> None:
    for _ in range(3):
        await office.write(ANNA)
    form = await office.relay.form(ANNA)
    assert isinstance(form, Form)
    assert await office.relay.submit(ANNA, Draft(form.nonce, "A fourth.")) == Refused(No.ENOUGH_TODAY, {"number": 3})
    await office.write(AUTHORS[1])
    office.clock.turn(timedelta(days=1))
    await office.write(ANNA)


async def test_a_thousand_notes_a_day_end_at_three_an_author_also_after_restarts(office: Office) -> None:
    taken = 0
    for _ in range(4):
        for author in AUTHORS:
            for _ in range(3):
                form = await office.relay.form(author)
                assert isinstance(form, Form)
                taken += isinstance(await office.relay.submit(author, Draft(form.nonce, "Again.")), Receipt)
        office.restart()
    assert taken == 3 * len(AUTHORS)


async def test_a_note_is_held_while_the_team_is_too_small_and_its_author_is_told(office: Office) -> None:
    code = await office.write()
    office.lose_people(6)
    await office.slot(4)
    assert (await office.look(code)).state is ThreadState.HELD
    assert await office.relay.tray(LEAD) == await office.relay.tray(BOSS) == Refused(No.NOT_YOURS)
    office.lose_people(9)
    await office.released()
    assert (await office.look(code)).state is ThreadState.OPEN


async def test_too_few_people_are_told_why(office: Office) -> None:
    office.lose_people(3)
    assert await office.relay.form(ANNA) == Refused(No.TOO_FEW, {"floor": 5})
    assert await office.relay.submit(ANNA, Draft("0" * 32, "x")) == Refused(No.TOO_FEW, {"floor": 5})


async def test_thanks_passing_on_and_closing_are_seen_by_the_author(office: Office) -> None:
    code = await office.write()
    await office.released()
    tray = await office.tray()
    ref = tray.notes[0].ref
    assert await office.relay.thank(LEAD, ref, tray.nonce) is Taken.TAKEN
    assert await office.relay.pass_to(LEAD, ref, (await office.tray()).nonce, ADMIN) is Taken.TAKEN
    slot = await office.slot()
    assert [len(one.new) for one in slot.digests if one.person_id == ADMIN] == [1]
    assert await office.relay.tray(LEAD) != await office.relay.tray(ADMIN)
    assert (await office.tray(LEAD)).notes == ()
    theirs = await office.tray(ADMIN)
    assert await office.relay.close(ADMIN, ref, theirs.nonce) is Taken.TAKEN
    await office.slot()
    thread = await office.look(code)
    assert [(one.kind, one.to) for one in thread.entries] == [
        (Kind.TEXT, ""),
        (Kind.THANKS, ""),
        (Kind.PASSED, "Thomas"),
        (Kind.CLOSED, ""),
    ]
    assert await office.relay.follow_up(code, thread.nonce, "But", "page") == Refused(No.THREAD_CLOSED)


async def test_a_note_is_never_handed_to_nobody(office: Office) -> None:
    await office.write()
    await office.released()
    tray = await office.tray()
    for nobody in (PersonId(""), PersonId("gone"), ANNA, LEAD):
        assert await office.relay.pass_to(LEAD, tray.notes[0].ref, tray.nonce, nobody) == Refused(No.OUTDATED_FORM)


async def test_a_note_whose_holder_left_goes_back_to_the_readers_of_its_audience(office: Office) -> None:
    await office.write()
    await office.released()
    tray = await office.tray()
    await office.relay.pass_to(LEAD, tray.notes[0].ref, tray.nonce, ADMIN)
    await office.slot()
    now = office.directory.now
    office.directory.now = Company(now.units, tuple(one for one in now.members if one.id != ADMIN))
    assert len((await office.tray(LEAD)).notes) == 1


async def test_a_note_whose_team_has_lost_its_lead_goes_to_whoever_reads_above(office: Office) -> None:
    code = await office.write(text="Nobody decides.")
    await office.released()
    units = tuple(replace(unit, readers=frozenset()) if unit.id == TEAM else unit for unit in office.directory.now.units)
    members = tuple(one for one in office.directory.now.members if one.id != LEAD)
    office.directory.now = Company(units, members)
    assert await office.relay.tray(LEAD) == Refused(No.NOT_YOURS)
    (note,) = (await office.tray(BOSS)).notes
    assert await office.relay.answer(BOSS, note.ref, "ab" * 16, "I take it from here.") is Taken.TAKEN
    slot = await office.slot()
    assert [(digest.person_id, digest.still_open) for digest in slot.digests] == [(BOSS, 1)]
    assert [entry.by for entry in (await office.look(code)).entries] == ["", "林梅"]


async def test_nobody_reads_or_answers_what_is_not_theirs(office: Office) -> None:
    await office.write()
    await office.released()
    ref = (await office.tray()).notes[0].ref
    assert await office.relay.tray(ANNA) == Refused(No.NOT_YOURS)
    assert await office.relay.answer(ANNA, ref, "0" * 32, "Me") == Refused(No.NOT_YOURS)
    assert await office.relay.answer(BOSS, ref, "0" * 32, "Me") == Refused(No.NOT_YOURS)
    assert await office.relay.set_inbox(ANNA, TEAM, is_open=False) == Refused(No.NOT_YOURS)


async def test_a_closed_inbox_takes_nothing_new_until_it_is_opened(office: Office) -> None:
    form = await office.relay.form(ANNA)
    assert isinstance(form, Form)
    await office.relay.set_inbox(LEAD, TEAM, is_open=False)
    assert await office.relay.form(ANNA) == Refused(No.INBOX_CLOSED)
    assert await office.relay.submit(ANNA, Draft(form.nonce, "Late.")) == Refused(No.INBOX_CLOSED)
    await office.relay.set_inbox(LEAD, TEAM, is_open=True)
    await office.write()


async def test_every_reader_gets_one_digest_a_slot_also_when_nothing_is_new(office: Office) -> None:
    quiet = await office.slot()
    assert [(one.person_id, one.new, one.still_open) for one in quiet.digests] == [(LEAD, (), 0)]
    await office.write()
    seen = [await office.slot() for _ in range(4)]
    assert [len(slot.digests) for slot in seen] == [1, 1, 1, 1]
    assert sum(len(slot.digests[0].new) for slot in seen) == 1
    assert seen[-1].digests[0].still_open == 1


async def test_a_slot_comes_once_also_after_a_restart_and_a_sleep_of_a_week(office: Office) -> None:
    await office.slot()
    assert await office.relay.carried() is Taken.TAKEN
    assert await office.relay.tick() is None
    office.restart()
    assert await office.relay.tick() is None
    office.clock.turn(timedelta(days=7))
    assert await office.relay.tick() is not None
    assert await office.relay.tick() is None


async def test_what_a_dead_process_could_not_tell_the_next_one_tells_once_and_in_time(office: Office) -> None:
    await office.write(text="Nobody decides.")
    slot = await office.slot(2)
    while not any(digest.new for digest in slot.digests):
        slot = await office.slot()
    (note,) = (await office.tray()).notes
    await office.relay.answer(LEAD, note.ref, "ab" * 16, "I do.")
    slot = await office.slot()
    assert slot.cued
    office.clock.turn(timedelta(hours=5))
    office.restart()
    assert await office.relay.tick() == slot
    assert await office.relay.tick() is None
    office.clock.turn(timedelta(hours=1))
    office.restart()
    assert await office.relay.tick() is None, "too late: people are asleep"


async def test_what_has_been_told_leaves_the_released_notes_alone(office: Office) -> None:
    await office.write()
    await office.released()
    before = office.files()["anon.db"]
    await office.relay.carried()
    assert office.files()["anon.db"] == before


async def test_a_key_result_with_an_open_note_is_marked_from_the_slot_on(office: Office) -> None:
    await office.write(about="kr:kr1")
    assert await office.relay.marks() == frozenset()
    await office.released()
    assert await office.relay.marks() == {KeyResultId("kr1")}
    office.restart()
    assert await office.relay.marks() == {KeyResultId("kr1")}
    tray = await office.tray()
    await office.relay.close(LEAD, tray.notes[0].ref, tray.nonce)
    await office.slot()
    assert await office.relay.marks() == frozenset()


async def test_nothing_can_be_about_what_the_form_did_not_offer(office: Office) -> None:
    assert await office.relay.submit(ANNA, Draft("0" * 32, "x", "kr:other")) == Refused(No.OUTDATED_FORM)
    assert await office.relay.submit(ANNA, Draft("not hex", "x")) == Refused(No.OUTDATED_FORM)


async def test_after_ninety_days_a_thread_is_gone(office: Office) -> None:
    code = await office.write()
    await office.released()
    office.clock.turn(timedelta(days=91))
    await office.slot()
    assert await office.relay.look(code, "page") == Refused(No.UNKNOWN_CODE)
    assert await office.vault.threads() == ()


@pytest.mark.parametrize("seed", [b"a", b"b", b"c", b"d"])  # by one coin it leaves at once, by another it stays behind
@pytest.mark.parametrize("is_reader", [False, True])
async def test_a_thread_stays_for_what_was_written_into_it_on_its_last_day(tmp_path: Path, seed: bytes, is_reader: bool) -> None:
    office = Office(tmp_path / "anon", seed=seed)
    code = await office.write(text="An old story.")
    await office.released()
    (thread,) = await office.vault.threads()
    office.clock.at = thread.touched + office.terms.retention - MINUTE
    if is_reader:
        (note,) = (await office.tray()).notes
        assert await office.relay.answer(LEAD, note.ref, "ab" * 16, "It goes on.") is Taken.TAKEN
    else:
        assert await office.relay.follow_up(code, "ab" * 16, "It goes on.", "page") is Taken.TAKEN
    await office.slot(4)
    assert [entry.text for entry in (await office.look(code)).entries] == ["An old story.", "It goes on."]


async def test_the_key_of_a_month_goes_with_its_last_thread(office: Office) -> None:
    await office.write()
    await office.released()
    assert "keys/epoch-2026-11.key" in office.files()
    office.clock.turn(timedelta(days=100))
    await office.relay.tick()
    await office.slot()
    assert [name for name in office.files() if name.startswith("keys/")] == ["keys/epoch-2027-03.key"]


async def test_with_the_months_key_gone_the_author_still_reads(office: Office) -> None:
    code = await office.write(text="Still here.")
    await office.released()
    office.clock.turn(timedelta(days=12))
    await office.relay.tick()
    (office.folder / "keys/epoch-2026-11.key").unlink()
    assert (await office.look(code)).entries[0].text == "Still here."
    assert (await office.tray()).notes == ()


async def test_without_a_key_nothing_is_taken_and_nothing_is_lost(office: Office) -> None:
    code = await office.write()
    key = office.folder / "keys/epoch-2026-11.key"
    content = key.read_bytes()
    key.unlink()
    before = office.files()
    assert await office.relay.form(ANNA) == Refused(No.NOT_NOW)
    assert await office.relay.submit(ANNA, Draft("0" * 32, "x")) == Refused(No.NOT_NOW)
    assert await office.relay.tick() == Refused(No.NOT_NOW)
    assert office.files() == before
    key.write_bytes(content)
    key.chmod(0o600)
    assert (await office.look(code)).state is ThreadState.WAITING
    assert (await office.slot()).troubles == ("VaultError",)


async def test_a_directory_that_fails_is_a_refusal(office: Office) -> None:
    async def broken(*, is_fresh: bool = False) -> Company:
        raise ConnectionError("with a name in it")

    office.directory.company = broken  # type: ignore[method-assign] # a database that is away
    assert await office.relay.form(ANNA) == Refused(No.NOT_NOW)
    assert office.relay.troubles == {"ConnectionError"}


async def test_a_thread_takes_five_messages_a_slot(office: Office) -> None:
    code = await office.write()
    for number in range(4):
        assert await office.relay.follow_up(code, (await office.look(code)).nonce, f"{number}", "page") is Taken.TAKEN
    nonce = (await office.look(code)).nonce
    assert await office.relay.follow_up(code, nonce, "one too many", "page") == Refused(No.ENOUGH_THIS_SLOT, {"number": 5})


async def test_the_floor_of_the_settings_holds(office: Office) -> None:
    office.shrink_floor_of(10)
    form = await office.relay.form(ANNA)
    # Nine below Jie are too few now; with Jie they are ten below Mei.
    assert isinstance(form, Form)
    assert (form.audience, form.n) == ("Lantern", 10)
    assert replace(form, nonce="").choices[0].token == "team:lantern"


async def test_a_reader_is_told_since_when_open_notes_wait_and_nobody_else_is(office: Office) -> None:
    await office.write()
    await office.released()
    since = (await office.tray()).notes[0].since
    assert await office.relay.open_since(LEAD) == (since,)
    assert await office.relay.open_since(BOSS) == await office.relay.open_since(ANNA) == ()
    tray = await office.tray()
    await office.relay.close(LEAD, tray.notes[0].ref, tray.nonce)
    await office.slot()
    assert await office.relay.open_since(LEAD) == ()


async def test_of_very_many_teams_those_between_the_person_and_the_audience_are_offered(office: Office) -> None:
    now = office.directory.now
    many = tuple(Unit(TeamId(f"team{number}"), f"Team {number}", TOP) for number in range(30))
    office.directory.now = Company((*now.units, *many), now.members)
    form = await office.relay.form(ANNA)
    assert isinstance(form, Form)
    assert [choice.token for choice in form.choices] == ["kr:kr1"]
    office.shrink_floor_of(10)
    form = await office.relay.form(ANNA)
    assert isinstance(form, Form)
    assert [choice.token for choice in form.choices] == ["team:lantern", "team:growth", "kr:kr1"]
