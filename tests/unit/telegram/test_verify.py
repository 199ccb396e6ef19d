"""Only Telegram knows the secret."""

from __future__ import annotations

import re

import pytest

from adapters.telegram.verify import is_genuine, make_secret

KEY = b"only for tests, only for tests, only for tests"


def test_a_secret_is_long_stays_the_same_and_fits_what_telegram_takes() -> None:
    secret = make_secret(KEY, "1:a")
    assert re.fullmatch(r"[A-Za-z0-9_-]{32,256}", secret)
    assert secret == make_secret(KEY, "1:a")


def test_another_key_or_bot_has_another_secret() -> None:
    assert len({make_secret(KEY, "1:a"), make_secret(KEY, "1:b"), make_secret(KEY + b"x", "1:a")}) == 3


def test_the_right_secret_once_is_genuine() -> None:
    assert is_genuine(["s3cret"], "s3cret")


@pytest.mark.parametrize(
    "given", [[], [""], ["wrong"], ["s3cret", "s3cret"], ["s3cret", "wrong"], ["S3CRET"], ["s3cret "], ["é\udcff"]]
)
def test_a_missing_wrong_or_doubled_secret_is_not(given: list[str]) -> None:
    assert not is_genuine(given, "s3cret")


def test_nothing_is_genuine_where_there_is_no_secret() -> None:
    assert not is_genuine([""], "")
