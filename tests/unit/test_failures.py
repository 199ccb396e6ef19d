"""What is told of a failure helps an admin and gives nothing away."""

from __future__ import annotations

import pytest

from adapters.failures import LIMIT, describe, locate
from bot.chat.message import Message, Paragraph
from bot.chat.richtext import words
from bot.ports import UndeliverableError

SECRET = "my boss is a liar 他在说谎"
MESSAGE = Message((Paragraph(words(SECRET)),))
TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


class PlatformError(Exception):
    """As HTTP clients have them."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def test_the_text_of_an_ordinary_error_is_left_out_and_its_number_kept() -> None:
    assert describe(PlatformError(502, f"https://api.example/bot{TOKEN}/send {SECRET}"), MESSAGE) == "PlatformError 502"
    assert describe(ConnectionRefusedError(111, "refused"), MESSAGE) == "ConnectionRefusedError 111"
    assert describe(ValueError(SECRET), MESSAGE) == "ValueError"


def test_the_cause_is_named() -> None:
    error = OSError("outer")
    error.__cause__ = PlatformError(429, "inner")
    assert describe(error, MESSAGE) == "OSError from PlatformError 429"


def test_a_refusal_says_why() -> None:
    assert (
        describe(UndeliverableError("bot was blocked by the user"), MESSAGE) == "UndeliverableError – bot was blocked by the user"
    )


@pytest.mark.parametrize(
    "reason",
    [
        f"cannot show {SECRET}",
        "cannot show «is a liar»",
        "说了：他在说谎",
        "MY BOSS IS A L…",
    ],
)
def test_a_refusal_that_quotes_the_message_is_cut_to_its_name(reason: str) -> None:
    assert describe(UndeliverableError(reason), MESSAGE) == "UndeliverableError"


@pytest.mark.parametrize(
    "reason",
    [
        f"POST https://api.telegram.example/bot{TOKEN}/sendMessage failed",
        f"token {TOKEN} revoked",
        "token xoxb-1234567890-abcdefghijkl revoked",
        "key 3f786850e387550fdab836ed7e6dc881de23001b refused",
        "signature dGhpcyBpcyBhIHNpZ25hdHVyZTE= is wrong",
    ],
)
def test_addresses_and_tokens_are_blotted_out_of_a_refusal(reason: str) -> None:
    told = describe(UndeliverableError(reason), MESSAGE)
    assert "…" in told
    assert not any(part in told for part in ("AAHdq", "xoxb-1", "3f7868", "dGhpc", "https"))


def test_a_refusal_is_one_short_printable_line() -> None:
    told = describe(UndeliverableError("chat\r\nnot\x1b[31m found " + "word " * 1000), MESSAGE)
    assert told.isprintable()
    assert len(told) <= LIMIT


def test_an_error_is_located_without_its_text() -> None:
    with pytest.raises(KeyError) as raised:
        raise KeyError(SECRET)
    assert locate(raised.value).startswith("KeyError at test_failures.py:")
    assert locate(KeyError(SECRET)) == "KeyError"
