"""Whole conversations on Slack's wire, by HTTP and by Socket Mode, and everything that can come between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.actions.make_invite import make_invite
from bot.okr.people import Account, Person, PersonId, Role, Team, TeamId
from bot.ports import PutAccount, PutPerson, PutTeam
from tests.e2e.slack_office import Office, slack_office
from tests.platforms import slack_person

TEAM = TeamId("lantern")
WORKSPACE = "T0COMPASS"
OBJECTIVE = "Khách hàng yêu dịch vụ của chúng ta"


@pytest.fixture(params=["http", "socket"])
async def office(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Office]:
    async with slack_office(tmp_path, by=request.param) as opened:
        yield opened


async def knows(
    office: Office, user_id: str, name: str, locale: str = "vi", *, has_joined: bool = True, workspace: str = WORKSPACE
) -> slack_person.Person:
    """Somebody a sync has brought."""
    person_id = PersonId(f"person-{workspace}-{user_id}")
    joined_at = office.hands.now() if has_joined else None
    person = Person(person_id, name, None, TEAM, Role.MANAGER, locale=locale, timezone="Asia/Ho_Chi_Minh", joined_at=joined_at)
    account = Account("slack", workspace, user_id, person_id)
    await office.store(PutTeam(Team(TEAM, "Lantern", "Lantern", lead_id=None)), PutPerson(person), PutAccount(account))
    return office.server.person(user_id, name, f"{locale}-XX", workspace=office.server.workspace(workspace))


async def writes(an: slack_person.Person) -> None:
    """Begin an objective and answer the first two questions."""
    await an.says("mục tiêu mới")
    await an.sees("Quý này bạn muốn tạo ra thay đổi gì?")
    await an.says(OBJECTIVE)
    await an.sees("Vì sao điều đó quan trọng?")


@pytest.mark.timeout(120)
async def test_a_stranger_comes_in_by_code_and_writes_an_objective_through_restarts(office: Office) -> None:
    await office.store(PutTeam(Team(TEAM, "Lantern", "Lantern", lead_id=None)))
    invited = await make_invite(office.deps, team_path="Lantern", role=Role.MEMBER, valid_for=timedelta(days=1), uses=1)
    an = office.server.person("U0AN", "Phạm Bảo An")
    await an.says("xin chào")
    await an.sees("mã mời")
    await an.says(invited.code)
    await an.sees("Mình nói chuyện bằng tiếng gì?")
    await an.presses("Tiếng Việt")
    await an.sees("Lantern")
    await an.says("Phạm Bảo An")
    await an.sees("Bạn đang ở đâu?")
    await office.restart()
    await an.says("Hà Nội")
    await an.sees("Chào Phạm Bảo An!")
    await writes(an)
    await office.restart(suddenly=True)
    await an.presses("Quay lại")
    await an.sees("Quý này bạn muốn tạo ra thay đổi gì?")
    await an.says(OBJECTIVE)
    await an.sees("Vì sao điều đó quan trọng?")
    await an.says("Vì khách hài lòng sẽ quay lại mỗi tuần 💚")
    await an.sees("mục tiêu lớn nào?")
    await an.presses("Mục tiêu này đứng riêng")
    await an.sees("theo kiểu nào?")
    await an.presses("Thách thức")
    await an.sees("Kết quả then chốt đầu tiên")
    await an.says("cố gắng hết sức nâng cao hài lòng")
    await an.sees("đo bằng gì")
    await office.restart(suddenly=True)
    await an.says("NPS 30 lên 50")
    await an.sees("30", "50", "Đúng không?")
    await an.presses("Đúng rồi")
    await an.sees("từ 0 đến 10")
    await an.says("5")
    await an.sees("Thêm một cái nữa nhé?")
    await an.presses("Đủ rồi")
    await an.sees(OBJECTIVE, "NPS", "Công bố luôn nhé?")
    await an.presses("Công bố")
    await an.sees("Đã công bố")
    await an.says("bảng tôi")
    await an.sees(OBJECTIVE)
    asked = [message for message in an.chat.said if "?" in message.words and message is not an.last]
    assert all(not message.labels for message in asked if "Đúng không?" in message.words or "từ 0 đến 10" in message.words)
