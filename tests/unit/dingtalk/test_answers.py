"""What DingTalk's answers mean, in either of its two ways of saying no."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from adapters.dingtalk.answers import BAN, FLOW, PACE, QUOTA, ApiError, judge, judge_legacy, told_plainly
from bot.ports import SendLaterError, UndeliverableError
from tests.platforms.dingtalk_wire import RefusedError, not_permitted, over_quota, refused, refused_legacy

PUNISHED = b'{"status": 1111, "punish": "deny", "wait": 5}'


def refusal(status: int, body: bytes, *, is_legacy: bool = False) -> ApiError:
    with pytest.raises(ApiError) as told:
        (judge_legacy if is_legacy else judge)(status, body)
    return told.value


def read(error: RefusedError, *, is_legacy: bool) -> ApiError:
    return refusal(error.status, json.dumps(error.body).encode(), is_legacy=is_legacy)


def test_a_result_is_a_result() -> None:
    assert judge(200, b'{"processQueryKey": "x"}') == {"processQueryKey": "x"}
    assert judge_legacy(200, b'{"errcode": 0, "result": 1}')["result"] == 1


@pytest.mark.parametrize("is_legacy", [False, True])
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (502, b"<html>Bad Gateway</html>"),
        (200, b"<html>Sign in</html>"),
        (200, b""),
        (200, b"[]"),
        (200, b"\xff\xfe"),
        (200, b"[" * 100_000),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_answer_of_dingtalks_is_tried_again(status: int, body: bytes, is_legacy: bool) -> None:
    error = refusal(status, body, is_legacy=is_legacy)
    assert error.status == 502
    assert told_plainly(error) is error


@pytest.mark.parametrize("is_legacy", [False, True])
@pytest.mark.parametrize("status", [200, 403, 420])
def test_a_shut_door_is_known_whatever_number_it_has(status: int, is_legacy: bool) -> None:
    error = refusal(status, PUNISHED, is_legacy=is_legacy)
    assert error.shuts_for == BAN
    assert _wait(error) == BAN


@pytest.mark.parametrize("is_legacy", [False, True])
@pytest.mark.parametrize(("kind", "wait", "shuts"), [("app", PACE, None), ("method", PACE, None), ("month", QUOTA, QUOTA)])
def test_too_many_calls_mean_waiting(kind: str, wait: timedelta, shuts: timedelta | None, is_legacy: bool) -> None:
    error = read(over_quota(kind, is_legacy=is_legacy), is_legacy=is_legacy)
    assert (_wait(error), error.shuts_for) == (wait, shuts)


@pytest.mark.parametrize("is_legacy", [False, True])
def test_a_missing_permission_is_named_and_loses_nothing(is_legacy: bool) -> None:
    error = read(not_permitted("qyapi_get_member", is_legacy=is_legacy), is_legacy=is_legacy)
    assert error.scopes == ("qyapi_get_member",)
    assert error.is_missing_permission
    assert told_plainly(error) is error


def test_a_permission_named_in_a_sentence_only_is_found_there() -> None:
    body = {
        "code": "Forbidden.AccessDenied.AccessTokenPermissionDenied",
        "message": "应用尚未开通所需的权限：[qyapi_robot_sendmsg]",
    }
    assert refusal(403, json.dumps(body).encode()).scopes == ("qyapi_robot_sendmsg",)


@pytest.mark.parametrize(
    ("error", "is_legacy"),
    [
        (refused(400, "InvalidAuthentication"), False),
        (refused(401, "InvalidAuthentication"), False),
        (refused_legacy(40014, "x"), True),
    ],
    ids=str,
)
def test_a_token_that_is_no_good_is_known(error: RefusedError, is_legacy: bool) -> None:
    assert read(error, is_legacy=is_legacy).is_bad_token


def test_a_wrong_secret_is_known_and_loses_nothing() -> None:
    for code in ("invalidClientIdOrSecret", "authFailed"):
        error = read(refused(400, code), is_legacy=False)
        assert error.is_bad_secret
        assert told_plainly(error) is error


@pytest.mark.parametrize(
    ("error", "is_legacy"),
    [
        (refused(400, "staffId.notExisted"), False),
        (refused(404, "resource.not.found"), False),
        (refused_legacy(33012, "x"), True),
    ],
    ids=str,
)
def test_what_is_wrong_with_what_was_asked_stays_wrong(error: RefusedError, is_legacy: bool) -> None:
    assert isinstance(told_plainly(read(error, is_legacy=is_legacy)), UndeliverableError)


def test_flow_control_of_a_group_means_waiting() -> None:
    assert _wait(read(refused(400, "invalidParameter.flowControlled"), is_legacy=False)) == FLOW


def test_a_busy_system_is_asked_again_soon() -> None:
    assert _wait(read(refused_legacy(-1, "系统繁忙"), is_legacy=True)) == PACE
    assert _wait(refusal(503, b'{"code": "ServiceUnavailable"}')) == PACE


@pytest.mark.parametrize("code", ["x" * 500, "我的秘密", "a b\nc", None, 7, {}, "https://evil.example/?a=1"])
def test_no_code_can_carry_words_into_a_log(code: Any) -> None:
    error = refusal(400, json.dumps({"code": code, "message": "我的秘密"}).encode())
    assert "秘密" not in f"{error}{told_plainly(error)}"
    assert "evil" not in str(error)
    assert len(str(error)) < 100


def _wait(error: ApiError) -> timedelta:
    told = told_plainly(error)
    assert isinstance(told, SendLaterError)
    return told.after
