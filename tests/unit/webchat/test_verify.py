"""Only pages of ours may act, and only for the visitor they were made for."""

from __future__ import annotations

import pytest

from adapters.origin import is_own_host, is_same_origin
from adapters.webchat.verify import form_token, is_form_token

SECRET = b"s" * 32
PUBLIC = "https://laban.example"


def test_a_form_token_counts_for_its_visitor_only() -> None:
    token = form_token(SECRET, "an")
    assert is_form_token(SECRET, "an", token)
    assert not is_form_token(SECRET, "mei", token)
    assert not is_form_token(b"t" * 32, "an", token)


@pytest.mark.parametrize("token", ["", "x", "ü", "\ud800", form_token(SECRET, "an") + "A", form_token(SECRET, "an")[:-1]])
def test_a_form_token_that_is_not_exactly_right_does_not_count(token: str) -> None:
    assert not is_form_token(SECRET, "an", token)


@pytest.mark.parametrize(
    ("fetch_site", "origin"),
    [
        ("same-origin", None),
        ("same-origin", "null"),
        ("same-origin", "http://127.0.0.1:8000"),
        (None, "http://127.0.0.1:8000"),
        (None, "HTTP://127.0.0.1:8000"),
        (None, PUBLIC),
        ("same-origin", PUBLIC),
    ],
)
def test_a_post_from_our_own_page_passes(fetch_site: str | None, origin: str | None) -> None:
    assert is_same_origin(fetch_site, origin, "127.0.0.1:8000", PUBLIC)


@pytest.mark.parametrize(
    ("fetch_site", "origin"),
    [
        ("cross-site", None),
        ("same-site", None),
        ("none", None),
        ("", None),
        ("cross-site", "http://127.0.0.1:8000"),
        ("same-origin", "https://evil.example"),
        (None, None),
        (None, "null"),
        (None, ""),
        (None, "https://evil.example"),
        (None, "http://127.0.0.1:8001"),
        (None, "http://127.0.0.1:8000.evil.example"),
        (None, "http://laban.example"),
        (None, "file://127.0.0.1:8000"),
        (None, "http://["),
    ],
)
def test_a_post_from_anywhere_else_does_not(fetch_site: str | None, origin: str | None) -> None:
    assert not is_same_origin(fetch_site, origin, "127.0.0.1:8000", PUBLIC)


@pytest.mark.parametrize(
    "host",
    [
        "laban.example",
        "LABAN.example",
        "laban.example:8000",
        "localhost",
        "localhost:9",
        "a.localhost",
        "10.0.0.7:80",
        "[::1]:8000",
    ],
)
def test_our_name_this_machine_and_bare_addresses_are_our_hosts(host: str) -> None:
    assert is_own_host(host, PUBLIC)


@pytest.mark.parametrize(
    "host", ["", "evil.example", "laban.example.evil.example", "127.0.0.1.nip.example", "[", ":80", "localhost.evil"]
)
def test_a_name_of_somebody_else_is_not(host: str) -> None:
    assert not is_own_host(host, PUBLIC)
