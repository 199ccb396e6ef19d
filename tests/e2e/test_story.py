"""The first story of the product, on the web chat's wire, against a real process that is killed in the middle."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest

from tests.e2e.wire import Demo, Visitor

pytestmark = pytest.mark.timeout(180)


async def test_a_member_writes_an_objective_through_a_crash_and_the_manager_sees_it(tmp_path: Path) -> None:
    demo = await Demo(tmp_path / "data").start()
    try:
        async with aiohttp.ClientSession() as session:
            an = await Visitor(session, demo, "an").opens()
            await an.says("mục tiêu mới")
            assert "Quý này bạn muốn tạo ra thay đổi gì?" in an.last.text
            await an.says("Khách hàng yêu dịch vụ của chúng ta")
            await an.says("Vì khách hài lòng sẽ giới thiệu bạn bè")
            # goes back once
            await an.says("quay lại")
            assert "Vì sao điều đó quan trọng?" in an.last.text
            await an.says("Khách hài lòng sẽ quay lại mỗi tuần")
            await an.presses("Mục tiêu này đứng riêng")
            await an.presses("Thách thức")
            # is corrected once
            await an.says("cố gắng hết sức nâng cao hài lòng")
            assert "đo bằng gì" in an.last.text
            await an.says("NPS 30 lên 50")
            assert "30" in an.last.text
            assert "50" in an.last.text
            await an.presses("Đúng rồi")
            await an.says("5")
            await an.presses("Thêm một cái")
            await an.says("Giảm thời gian giao hàng từ 45 phút xuống 30 phút")
            demo.kill()
            await demo.start()
            await an.opens()
            assert "45" in an.last.text
            await an.presses("Đúng rồi")
            await an.says("6")
            await an.presses("Đủ rồi")
            assert "Khách hàng yêu dịch vụ của chúng ta" in an.last.text
            assert "NPS" in an.last.text
            await an.presses("Công bố")
            assert "Đã công bố" in an.last.text

            jie = await Visitor(session, demo, "jie").opens()
            await jie.says("看板 团队")
            board = next(line for line in reversed(jie.page.lines) if "Khách hàng yêu dịch vụ của chúng ta" in line.text)
            assert board.lang == "zh"
            assert "Phạm Bảo An" in board.text
    finally:
        demo.stop()
