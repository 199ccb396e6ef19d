"""A receipt can be copied by hand, and what was copied wrongly is noticed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.anon.receipt import ALPHABET, opening, read, ref_of, write

RECEIPTS = st.binary(min_size=16, max_size=16)


@given(RECEIPTS)
def test_what_is_written_can_be_read(receipt: bytes) -> None:
    assert read(write(receipt)) == (receipt, True)


@given(RECEIPTS)
def test_it_is_four_groups_of_seven(receipt: bytes) -> None:
    groups = write(receipt).split("-")
    assert [len(group) for group in groups] == [7, 7, 7, 7]
    assert set("".join(groups)) <= set(ALPHABET)


@given(RECEIPTS, st.integers(0, 27), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(receipt: bytes, place: int, other: str) -> None:
    letters = list(write(receipt).replace("-", ""))
    if letters[place] != other:
        letters[place] = other
        assert read("".join(letters)) == (bytes(16), False)


@given(RECEIPTS, st.integers(0, 26))
def test_two_changed_places_are_noticed(receipt: bytes, place: int) -> None:
    letters = list(write(receipt).replace("-", ""))
    if letters[place] != letters[place + 1]:
        letters[place], letters[place + 1] = letters[place + 1], letters[place]
        assert not read("".join(letters))[1]


@given(RECEIPTS)
def test_it_is_read_however_it_was_copied(receipt: bytes) -> None:
    code = write(receipt)
    for typed in (
        code.lower(),
        code.replace("-", " "),
        code.replace("-", ""),
        f"  {code}\n",
        code.replace("0", "o").replace("1", "l"),
    ):
        assert read(typed) == (receipt, True)


def test_full_width_letters_are_letters() -> None:
    code = write(bytes(range(16)))
    wide = "".join(chr(ord(char) + 0xFEE0) if char != "-" else "－" for char in code)
    assert read(wide) == (bytes(range(16)), True)


@given(st.text(max_size=300))
def test_anything_else_is_no_code_and_no_error(text: str) -> None:
    receipt, is_code = read(text)
    assert is_code or receipt == bytes(16)


def test_a_hundred_thousand_receipts_have_as_many_lookups() -> None:
    lookups = {opening(number.to_bytes(16, "big")).lookup for number in range(100_000)}
    assert len(lookups) == 100_000


@given(RECEIPTS)
def test_nothing_derived_gives_the_receipt_away(receipt: bytes) -> None:
    opened = opening(receipt)
    assert receipt.hex() not in (opened.lookup.hex() + opened.wrap.hex() + ref_of(opened.lookup))
    assert opened.lookup.hex()[:20] != ref_of(opened.lookup)
