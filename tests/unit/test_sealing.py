"""What is entrusted to us opens with our keys, for whom it was sealed, and for nobody else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sealing import Sealer, UnsealError

KEY, OTHER = "only for tests, only for tests, only", "another key, another key, another key"


@given(st.text(max_size=300), st.text(max_size=40))
def test_what_is_sealed_opens_again(words: str, whose: str) -> None:
    words, whose = words.encode("utf-8", "replace").decode(), whose.encode("utf-8", "replace").decode()
    sealer = Sealer([KEY], "tests")
    assert sealer.open(sealer.seal(words, whose), whose) == words


def test_nothing_of_it_shows_and_no_two_look_the_same() -> None:
    sealer = Sealer([KEY], "tests")
    first, second = sealer.seal("xoxb-secret", "T1"), sealer.seal("xoxb-secret", "T1")
    assert first != second
    assert "secret" not in first


def test_it_opens_for_nobody_else_and_for_no_other_purpose() -> None:
    sealed = Sealer([KEY], "tests").seal("xoxb-secret", "T1")
    for sealer, whose in ((Sealer([KEY], "tests"), "T2"), (Sealer([KEY], "others"), "T1"), (Sealer([OTHER], "tests"), "T1")):
        with pytest.raises(UnsealError):
            sealer.open(sealed, whose)


def test_an_old_key_opens_what_it_has_sealed_and_seals_nothing_new() -> None:
    old = Sealer([KEY], "tests").seal("xoxb-secret", "T1")
    both = Sealer([OTHER, KEY], "tests")
    assert both.open(old, "T1") == "xoxb-secret"
    assert Sealer([OTHER], "tests").open(both.seal("xoxb-new", "T1"), "T1") == "xoxb-new"


@pytest.mark.parametrize("sealed", ["", "é", "AA==", "not base64 at all!", "AQ" * 20])
def test_what_we_never_sealed_is_told_plainly(sealed: str) -> None:
    with pytest.raises(UnsealError):
        Sealer([KEY], "tests").open(sealed, "T1")


def test_every_byte_of_it_counts() -> None:
    sealer = Sealer([KEY], "tests")
    sealed = sealer.seal("xoxb-secret", "T1")
    for position, letter in enumerate(sealed.rstrip("=")[:-1]):
        changed = sealed[:position] + ("A" if letter != "A" else "B") + sealed[position + 1 :]
        with pytest.raises(UnsealError):
            sealer.open(changed, "T1")
