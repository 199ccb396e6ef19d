"""What somebody is told before they write without their name, and what a refusal says: the same words on every page, modal and chat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.anon.port import TEXT_LIMIT, Form, No, Refused
from bot.texts import T, Text

DEFAULTS: Final[Mapping[str, object]] = {"limit": TEXT_LIMIT, "number": 3, "floor": 8}
"""What a refusal's text is filled with where the relay gave no facts."""

_GAPS: Final[Mapping[No, str]] = {
    No.TOO_LONG: "limit",
    No.ENOUGH_TODAY: "number",
    No.ENOUGH_THIS_SLOT: "number",
    No.TOO_FEW: "floor",
}
"""The fact a refusal's text names."""


def promise() -> Text:
    """What is kept and what is not, in two sentences. The limits belong right below."""
    return T("anon.promise")


def limits(form: Form) -> tuple[Text, ...]:
    """What no software can promise, the number of possible authors first. Shown before anything is written, never folded away."""
    return (
        T("anon.limit.number", number=form.n),
        T("anon.limit.server"),
        T("anon.limit.chat"),
        T("anon.limit.style"),
        T("anon.limit.code"),
    )


def elsewhere(form: Form) -> Text:
    """Where crime and danger go instead."""
    return T("anon.external", channel=form.external_channel) if form.external_channel else T("anon.no_external")


def giveaways() -> tuple[Text, ...]:
    """What gives an author away, shortest list that helps."""
    return (T("anon.giveaway.fact"), T("anon.giveaway.style"), T("anon.giveaway.moment"), T("anon.giveaway.device"))


def refusal(refused: Refused) -> Text:
    """Why something was not taken, and what to do next."""
    gap = _GAPS.get(refused.why)
    if gap is None:
        return T(f"anon.no.{refused.why.value}")
    given = (refused.facts or {}).get(gap, DEFAULTS[gap])
    return T(f"anon.no.{refused.why.value}", **{gap: given})
