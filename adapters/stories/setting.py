"""Settings, one at a time, with everything that does not fit."""

from __future__ import annotations

from adapters.stories.spoken import SETTINGS
from adapters.stories.story import Picks, Presses, Says, Story

STORIES = (
    Story(
        "settings",
        "Language and time zone",
        "an",
        (
            SETTINGS,
            Picks("language"),
            Says("Esperanto"),
            Picks(("en", "vi", "zh")),
            Presses("settings"),
            Picks("zone"),
            Says(("on the moon", "trên mặt trăng", "月球")),
            Says(("Tokyo", "Tokyo", "东京")),
        ),
    ),
    Story(
        "settings",
        "Quiet hours",
        "an",
        (
            SETTINGS,
            Picks("quiet"),
            Says(("at night", "ban đêm", "晚上")),
            Says("21:30-7:00"),
            Presses("settings"),
            Picks("quiet"),
            Picks("never"),
            Presses("settings"),
            Picks("done"),
        ),
    ),
    Story(
        "settings",
        "Away and back again",
        "an",
        (
            SETTINGS,
            Picks("away"),
            Says(("some day", "hôm nào đó", "改天")),
            Says("1/12/2020"),
            Says("1/1/2030"),
            Says("24/12"),
            Presses("settings"),
            Picks("away"),
            Picks("back"),
        ),
    ),
)
