"""Texts as people, scripts of the world and attackers write them, for hypothesis and for plain loops."""

from __future__ import annotations

import random

from hypothesis import strategies as st

FORBIDDEN = (
    *(chr(code) for code in (*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0))),
    *(chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200B, 0x200E, 0x200F, 0x061C, 0xFEFF, 0x2060)),
    *("\u00ad", "\u034f", "\u115f", "\u1160", "\u17b4", "\u3164", "\uffa0", "\u2028", "\u2029", "\ufff9", "\uffff", "\U000e0001"),
    *(chr(code) for code in (0xFDD0, 0xE0100, 0xD800, 0xDFFF, 0x206A, 0xFE01)),
)
JUDGED = ("\u200c", "\u200d", "\ufe0e", "\ufe0f", "\u180b", "\U000e0067", "\U000e007f")
PARTS = (
    *(
        "a",
        "Z",
        "7",
        " ",
        "  ",
        "\n",
        "\n\n",
        "\t",
        "\r\n",
        ".",
        "! ",
        "? ",
        "…",
        "。",
        "！",
        "，",
        "”",
        "(",
        "&",
        "<",
        ">",
        "*",
        "_",
        "`",
        "|",
    ),
    *("é", "e\u0301", "Ệ", "ơ", "đ", "Khách hàng", "客户", "服务", "「", "日本", "한국", "ᄀ", "ᅡ", "ᆨ"),
    *(
        "👩",
        "👧",
        "🏽",
        "❤",
        "🔥",
        "🇻",
        "🇳",
        "🏴",
        "1\ufe0f\u20e3",
        "👩\u200d👩\u200d👧",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    ),
    *(
        "שלום",
        "مرحبا",
        "می\u200cخواهم",
        "नमस्ते",
        "क्\u200dष",
        "র\u200d্য",
        "ไทย",
        "ก็",
        "\u0301",
        "\u0316",
        "\u094d",
        "\u0f71",
        "\u0903",
    ),
    *("<!channel>", "<@U1>", "@all", "[x](tg://user?id=1)", "<b>", "</p>", "![](http://evil.example/x.png)", "javascript:"),
)

any_text = st.lists(st.one_of(st.sampled_from((*PARTS, *JUDGED, *FORBIDDEN)), st.characters()), max_size=40).map("".join)
"""Anything at all, half of a character included."""
clean_text = st.lists(st.one_of(st.sampled_from(PARTS), st.characters(categories=("L", "N", "P", "S", "Zs"))), max_size=60).map(
    "".join
)
"""What may stand in a message, more or less."""


def some_text(chance: random.Random, most: int) -> str:
    """A random text of up to `most` parts."""
    return "".join(chance.choice(PARTS) for _ in range(chance.randint(1, most)))
