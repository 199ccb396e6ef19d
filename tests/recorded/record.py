"""Records the sessions of a release: `python -m tests.recorded.record 0.1.0`. Done once for each release; the files are never edited."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from bot.chat.incoming import Arrived, Incoming, Picked
from bot.dialogs.session import body_of
from tests.chat import Chat, Office

FOLDER = Path(__file__).with_name("sessions")

MINH_CALLS = ("minh> cứu mạng", "minh> 1", "minh> Chủ nhà chỉ ký khi chốt giá thuê.")
CALL = "id00000000000001"
"""The id of that call: nothing is made before it."""

# Each step is something typed, "→" and the name of a button, or "d.…", a button as it is; with "name> ", somebody else types it, and that is
# not recorded.
WALKS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "write, kept and mended": (
        "an",
        "vi",
        (
            "mục tiêu mới",
            "Khách hàng yêu dịch vụ của chúng ta",
            "Khách vui sẽ quay lại",
            "đơn hàng",
            "→none",
            "→aspirational",
            "cố gắng hết sức nâng cao hài lòng",
            "→use",
            "70",
            "90",
            "→unit",
            "%",
            "→right",
            "10",
            "→raise",
            "95",
            "→more",
            "Giảm thời gian giao hàng từ 45 phút xuống 30 phút",
            "→right",
            "6",
            "→enough",
            "→~change",
            "1",
            "Bữa tối không còn là nỗi lo",
        ),
    ),
    "write, in English": (
        "thomas",
        "en",
        (
            "new",
            "Dinner is never a worry again",
            "→skip",
            "→none",
            "→committed",
            "Launch the shop in Hue",
            "→keep",
            "→right",
            "7",
        ),
    ),
    "edit": ("jie", "zh", ("d.edit.jiefriends", "→title", "让朋友带来朋友", "→why", "→skip", "→done", "说得更清楚")),
    "settings": ("minh", "vi", ("cài đặt", "→away")),
    "check in, badly": (
        "linh",
        "vi",
        (
            "cập nhật",
            "9000",
            "→no",
            "930",
            "→off_track",
            "→help",
            "Tây Hồ kín chỗ: chỉ có hai tài xế, cuối tuần không ai giao.",
            "không đổi vì khách đang nghỉ lễ",
        ),
    ),
    "check in, in English": ("thomas", "en", ("check in", "→same", "→at_risk", "Rain every evening.")),
    "call for help": ("minh", "vi", ("cứu mạng", "→minhpoints")),
    "answer a call, with another target": ("linh", "vi", (*MINH_CALLS, f"d.decide.{CALL}:change_target", "12")),
    "answer a call, and end it": ("linh", "vi", (*MINH_CALLS, f"d.decide.{CALL}:dead", "Chủ nhà bán mặt bằng rồi.")),
    "answer a call, with a talk": ("linh", "vi", (*MINH_CALLS, f"d.decide.{CALL}:talk")),
    "join": ("newcomer", "en", ("lantern-welcomes-somebody-new", "→en", "Ann Lee")),
}


async def record() -> list[dict[str, Any]]:
    """The open session after every turn of every walk."""
    recorded: list[dict[str, Any]] = []
    for name, (person, lang, steps) in WALKS.items():
        chat = Chat(Office(), person)
        for number, step in enumerate(steps):
            who, _, said = step.partition("> ")
            if said:
                await Chat(chat.office, who).says(said)
                continue
            if step.startswith("→"):
                await chat.picks(step[1:])
            elif step.startswith("d."):
                await chat.does(Picked(step))
            else:
                await chat.says(step)
            look = Incoming("look", chat.sender, chat.place, chat.office.hands.now(), Arrived())
            (session,) = (await chat.office.reading.known(look)).sessions
            recorded.append(
                {
                    "walk": name,
                    "step": number,
                    "lang": lang,
                    "script": session.script,
                    "key": session.open_key,
                    "body": body_of(session),
                }
            )
    return recorded


def main() -> None:
    """Write the file of a release that has none yet."""
    file = FOLDER / f"{sys.argv[1]}.json"
    if file.exists():
        sys.exit(f"{file} is there already and never changes")
    recorded = asyncio.run(record())
    lines = ",\n".join(json.dumps(one, ensure_ascii=False, sort_keys=True) for one in recorded)
    file.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
