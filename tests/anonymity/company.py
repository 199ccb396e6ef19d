"""Who is at work in the proofs: the sample company, with accounts where a proof wants them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

from adapters.demo import sample_turn
from adapters.demo_company import PEOPLE
from adapters.dingtalk.decode import TENANT
from bot.okr.people import Account, PersonId
from bot.ports import PutAccount, Turn

WORKSPACE = "T0COMPASS"
SLOT_AT = time(16, 0)
MANAGER = PersonId("mei")
"""The company is one audience: eleven could have written, and she reads."""
LINH, KHOA, HUONG, PRIYA, YUTONG = (PersonId(one) for one in ("linh", "khoa", "huong", "priya", "yutong"))
TELEGRAM_IDS = {sample.id: 701_000_001 + 7 * number for number, sample in enumerate(PEOPLE)}
SLACK_IDS = {sample.id: f"U07LANTERN{number:02}" for number, sample in enumerate(PEOPLE)}
DINGTALK_IDS = {sample.id: f"staff-701{number:04}" for number, sample in enumerate(PEOPLE)}
NAMES = {sample.id: sample.name for sample in PEOPLE}
SEEDED_AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
"""A Saturday on which everybody has checked in."""


def sample(platform: str) -> Turn:
    """The company as one turn. Everybody can be reached in the web chat; on another platform only where that is the one they use."""
    turn = sample_turn(SEEDED_AT)
    if platform == "web":
        return turn
    accounts = tuple(PutAccount(account_on(platform, PersonId(one.id))) for one in PEOPLE)
    kept = (change for change in turn.changes if not isinstance(change, PutAccount))
    return replace(turn, changes=(*kept, *accounts))


def account_on(platform: str, person_id: PersonId) -> Account:
    """Somebody's account there, with a private chat."""
    match platform:
        case "telegram":
            number = str(TELEGRAM_IDS[person_id])
            return Account("telegram", "", number, person_id, number)
        case "slack":
            return Account("slack", WORKSPACE, SLACK_IDS[person_id], person_id, SLACK_IDS[person_id])
        case "dingtalk":
            return Account("dingtalk", TENANT, DINGTALK_IDS[person_id], person_id, DINGTALK_IDS[person_id])
    raise ValueError(platform)
