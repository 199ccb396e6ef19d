"""What DingTalk answers, judged in one place. Pure. Both interfaces end in the same words: a result, or ApiError with what it asks of us.

The newer interface says no with an HTTP number and `{code, message, requestid}`, the older one with HTTP 200 and `{errcode, errmsg}`; who asks
too much gets a page of neither kind. Nobody ever says how long to wait, so these times are ours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from bot.ports import SendLaterError, UndeliverableError

PACE: Final = timedelta(seconds=1)
"""Too many calls in this second."""
BAN: Final = timedelta(minutes=5)
"""How long an address is shut out that made more than 10 000 calls in 20 seconds (open.dingtalk.com, "call frequency limit")."""
QUOTA: Final = timedelta(hours=1)
"""The month's calls are used up. Somebody may buy more at any time, so it is tried every hour."""
FLOW: Final = timedelta(minutes=1)
"""A single person got too much from robots."""

_TOO_FAST_CODES = ("QpsLimit", "Throttling", "TooManyRequests")
_TOO_MUCH_CODES = ("FlowControl",)
_TOO_FAST = frozenset({90001, 90002, 90003, 90004, 90005, 90006, 90018, 90019, 43007})
_MONTH = frozenset({90020})
_BAD_TOKENS = frozenset({40001, 40014, 42001})
_BAD_TOKEN_CODES = ("InvalidAuthentication", "InvalidAccessToken", "AccessTokenExpired")
_BAD_SECRET_CODES = ("invalidClientIdOrSecret", "authFailed")
_PERMISSION_CODE = "AccessTokenPermissionDenied"
_PERMISSIONS = frozenset({60011, 60020, 50002})
_LATER_STATUSES = frozenset({429, 503})
_SCOPES = re.compile(r"\[([\w.-]+(?:,\s*[\w.-]+)*)\]")
_SUB_CODE = re.compile(r"subcode=(\d+)")


class ApiError(Exception):
    """An answer that is not what we asked for. `code` is DingTalk's word or number for it and never holds anything of ours."""

    def __init__(
        self,
        status: int,
        code: str,
        *,
        wait: timedelta | None = None,
        shuts_for: timedelta | None = None,
        scopes: tuple[str, ...] = (),
        is_bad_token: bool = False,
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.wait = wait
        """How long to wait before the same is asked again; None when waiting does not help or nothing is known."""
        self.shuts_for = shuts_for
        """Nothing at all is answered for so long; None when only this call is concerned."""
        self.scopes = scopes
        """Permissions that are missing, by their names in the developers' console."""
        self.is_bad_token = is_bad_token

    @property
    def is_missing_permission(self) -> bool:
        """Somebody has to give the app a permission first."""
        return bool(self.scopes) or _PERMISSION_CODE in self.code

    @property
    def is_bad_secret(self) -> bool:
        """The app's id or secret is wrong, and no token or connection is given for them."""
        return _has_any(self.code, _BAD_SECRET_CODES)

    @property
    def is_final(self) -> bool:
        """The same will never be taken: it is about what was asked, not about when."""
        return (
            400 <= self.status < 500
            and self.wait is None
            and not (self.is_bad_token or self.is_bad_secret or self.is_missing_permission)
        )

    def still(self, left: timedelta) -> ApiError:
        """The same refusal, which lasts for so long yet."""
        return ApiError(self.status, self.code, wait=left, shuts_for=None)


def judge(status: int, body: bytes) -> Mapping[str, Any]:
    """The result of a call of the newer interface. Raises ApiError."""
    answer = _read(body)
    if answer is None or _is_shut_out(answer):
        raise _strange(status, answer)
    if 200 <= status < 300:
        return answer
    code, message = word(answer.get("code")), answer.get("message")
    if _has_any(code, _TOO_FAST_CODES) or status in _LATER_STATUSES:
        raise ApiError(status, code, wait=PACE)
    if _has_any(code, _TOO_MUCH_CODES):
        raise ApiError(status, code, wait=FLOW)
    if "ApiCountLimitForOrg" in code:
        raise ApiError(status, code, wait=QUOTA, shuts_for=QUOTA)
    if _PERMISSION_CODE in code:
        raise ApiError(status, code, scopes=_required(answer) or _scopes_in(message))
    raise ApiError(status, code, is_bad_token=_has_any(code, _BAD_TOKEN_CODES))


def judge_legacy(status: int, body: bytes) -> Mapping[str, Any]:
    """The same for the older interface, where the number is in the body."""
    answer = _read(body)
    if answer is None or _is_shut_out(answer):
        raise _strange(status, answer)
    errcode, message = answer.get("errcode"), answer.get("errmsg")
    if not isinstance(errcode, int):
        raise ApiError(status if status >= 400 else 502, "not an answer of DingTalk's")
    if errcode == 0 and 200 <= status < 300:
        return answer
    number = _sub_code(answer) or errcode
    code = str(number)
    if number in _PERMISSIONS:
        raise ApiError(403, code, scopes=_scopes_in(message) or _scopes_in(answer.get("sub_msg")))
    if number in _MONTH:
        raise ApiError(403, code, wait=QUOTA, shuts_for=QUOTA)
    if number in _TOO_FAST:
        raise ApiError(429, code, wait=PACE)
    if number in _BAD_TOKENS:
        raise ApiError(401, code, is_bad_token=True)
    # -1 is "the system is busy"; any other number is about what was asked.
    raise ApiError(503 if number == -1 else 400, code, wait=PACE if number == -1 else None)


def told_plainly(error: ApiError) -> Exception:
    """What a refusal means to whoever sends: SendLaterError, UndeliverableError, or "try again" as it is.

    A missing permission is mended by an admin sooner or later, so what waits is not thrown away.
    """
    if error.wait is not None:
        return SendLaterError(error.wait)
    if error.is_final:
        return UndeliverableError(f"DingTalk refuses it: {error.code}")
    return error


def _read(body: bytes) -> Mapping[str, Any] | None:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def _is_shut_out(answer: Mapping[str, Any]) -> bool:
    """`{"status": 1111, "punish": "deny"}`: a gateway in front of DingTalk has had enough of our address."""
    return "punish" in answer


def _strange(status: int, answer: Mapping[str, Any] | None) -> ApiError:
    if answer is not None:
        return ApiError(429, "shut out", wait=BAN, shuts_for=BAN)
    # A proxy's page, or half an answer: it is neither shown nor logged.
    return ApiError(status if status >= 500 else 502, "not an answer of DingTalk's", wait=PACE if status == 429 else None)


def word(code: object) -> str:
    """DingTalk's name for a reason, in letters that can hold nothing else."""
    text = code if isinstance(code, str) else str(code) if isinstance(code, int) else ""
    text = "_".join(text.split())
    return text[:80] if re.fullmatch(r"[\w.\-]{1,200}", text, re.ASCII) else "unknown"


def _has_any(code: str, words: tuple[str, ...]) -> bool:
    return any(word.casefold() in code.casefold() for word in words)


def _required(answer: Mapping[str, Any]) -> tuple[str, ...]:
    match answer:
        case {"accessdenieddetail": {"requiredScopes": list(scopes)}}:
            return tuple(word(scope) for scope in scopes)
    return ()


def _scopes_in(message: object) -> tuple[str, ...]:
    """Names of permissions stand in square brackets within a sentence."""
    match = _SCOPES.search(message) if isinstance(message, str) else None
    return tuple(scope.strip() for scope in match[1].split(",")) if match else ()


def _sub_code(answer: Mapping[str, Any]) -> int:
    """What is behind errcode 88, which only says that something went wrong."""
    told = answer.get("sub_code")
    if isinstance(told, str) and told.isascii() and told.isdigit() and len(told) < 8:
        return int(told)
    message = answer.get("errmsg")
    match = _SUB_CODE.search(message[:500]) if isinstance(message, str) else None
    return int(match[1]) if match and len(match[1]) < 8 else 0
