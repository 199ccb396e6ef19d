"""Only what Slack has signed, within five minutes, and only Slack's own addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.verify import is_genuine, is_hook, sign
from tests.hands import MORNING

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
BODY = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&command=%2Fweather&text=94070"
NOW = int(MORNING.timestamp())


def check(
    timestamp: str = str(NOW), signature: str | None = None, body: bytes = BODY, *, secrets: tuple[str, ...] = (SECRET,)
) -> bool:
    proof = sign(SECRET, timestamp, BODY) if signature is None else signature
    return is_genuine(secrets, [timestamp], [proof], body, MORNING)


def test_the_example_of_slacks_own_documentation_is_signed_as_it_says() -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
        b"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
        b"%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10"
        b"d2c447fce8b6703c"
    )
    proof = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert sign("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body) == proof


@pytest.mark.parametrize(
    ("seconds", "is_good"), [(-301, False), (-300, True), (-299, True), (0, True), (299, True), (301, False)]
)
def test_a_request_is_good_for_five_minutes_in_both_directions(seconds: int, is_good: bool) -> None:
    assert check(str(NOW + seconds)) is is_good


@pytest.mark.parametrize(
    "timestamp",
    [
        "",
        " ",
        "now",
        "1e9",
        "-1",
        "+1",
        "0x10",
        "１２３",
        "12.5",
        "9" * 400,
        f" {NOW}",
        f"{NOW} ",
        f"{NOW}\n",
        "\ud800",
        "é",
        "None",
    ],
)
def test_a_malformed_timestamp_is_a_refusal(timestamp: str) -> None:
    proof = "v0=" + "0" * 64
    assert not is_genuine((SECRET,), [timestamp], [proof], BODY, MORNING)


@pytest.mark.parametrize("signature", ["", "v0=", "v1=" + "0" * 64, "é" * 67, "\ud800", "0" * 67, "v0=" + "g" * 64, "\0"])
def test_a_malformed_signature_is_a_refusal(signature: str) -> None:
    assert not check(signature=signature)


def test_every_byte_of_the_body_counts() -> None:
    for position in range(len(BODY)):
        changed = BODY[:position] + bytes([BODY[position] ^ 1]) + BODY[position + 1 :]
        assert not check(body=changed)


def test_headers_are_there_exactly_once() -> None:
    stamp, proof = str(NOW), sign(SECRET, str(NOW), BODY)
    assert is_genuine((SECRET,), [stamp], [proof], BODY, MORNING)
    for stamps, proofs in (([], [proof]), ([stamp], []), ([stamp] * 2, [proof]), ([stamp], [proof] * 2)):
        assert not is_genuine((SECRET,), stamps, proofs, BODY, MORNING)


def test_two_secrets_are_good_while_one_takes_the_others_place_and_none_is_good_for_nothing() -> None:
    assert check(secrets=("new", SECRET))
    assert check(secrets=(SECRET, "old"))
    assert not check(secrets=("new", "old"))
    assert not check(secrets=())
    assert not is_genuine(("",), [str(NOW)], [sign("", str(NOW), BODY)], BODY, MORNING)


@given(st.text(max_size=80), st.text(max_size=80), st.binary(max_size=200))
def test_nothing_made_up_is_genuine_and_nothing_raises(timestamp: str, signature: str, body: bytes) -> None:
    assert not is_genuine((SECRET,), [timestamp], [signature], body, MORNING)


@pytest.mark.parametrize(
    ("url", "is_slacks"),
    [
        ("https://hooks.slack.com/actions/T0/1/a", True),
        ("https://hooks.slack.com:443/actions/T0/1/a", True),
        ("http://hooks.slack.com/actions/T0/1/a", False),
        ("https://hooks.slack.com:8443/a", False),
        ("https://hooks.slack.com.evil.example/a", False),
        ("https://evil.example/hooks.slack.com", False),
        ("https://hooks.slack.com@evil.example/a", False),
        ("https://user:pass@hooks.slack.com/a", False),
        ("https://169.254.169.254/latest", False),
        ("http://127.0.0.1:4003/a", False),
        ("file:///etc/passwd", False),
        ("//hooks.slack.com/a", False),
        ("https://[::1", False),
        ("", False),
    ],
)
def test_answers_go_to_slacks_own_address_and_to_no_other(url: str, is_slacks: bool) -> None:
    assert is_hook(url, "https://slack.com/api/") is is_slacks


def test_where_another_server_stands_for_slack_answers_go_to_that_one() -> None:
    api = "http://127.0.0.1:4003/api/"
    assert is_hook("http://127.0.0.1:4003/hooks/a", api)
    assert not is_hook("http://127.0.0.1:4004/hooks/a", api)
    assert not is_hook("https://hooks.slack.com/a", api)
