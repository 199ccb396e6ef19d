"""Every block is shown, and what people wrote is shown as they wrote it, never acted upon."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.webchat.encode import Chat, Opened, Shell, chat_page, lines_fragment, note_page, pick_page
from adapters.webchat.visitors import Visitor
from bot.chat.message import (
    Block,
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
from bot.chat.richtext import Span, Style, words
from bot.ports import Line
from tests.hands import MORNING
from tests.unit.webchat.page import Element, take_apart
from tests.unit.webchat.site import PEOPLE, CountingIds, one_line

AN = PEOPLE[0]

INJECTIONS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    '" hx-get="/as/mei" hx-trigger="load" x="',
    "</p></div></li></ol></main></body></html><h1>gone",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "<!-- ",
    "]]><![CDATA[",
    '<a href="javascript:alert(1)">x</a>',
    "javascript:alert(1)",
    "<style>*{display:none}</style>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<base href=//evil.example>",
    "<form action=//evil.example><button>x",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<template><template>",
    "{{ 7*7 }} {% for x in y %} ${7*7} #{7*7}",
    "&lt;script&gt; &amp;lt;b&amp;gt; &#60;b&#62; &lt",
    "<b>bold</b> **bold** _it_ `code` [x](//evil.example) ![](//evil.example/i.png)",
    "@everyone <!channel> <@U123> <at id=all>",
    "\u202eright to left\u202c \u2067isolate\u2069 עברית العربية",
    "a\u0000b\u0007c\u001bd",
    "a\rb\r\nc\nd\u2028e\x0bf",
    "👩‍🚀 🇻🇳 é é ﷽ Z̷̧̛a̸l̷g̶o̵",
    "data: x\nevent: restart\nid: 9\n\nretry: 0",
    "x" * 50_000,
    "<" * 5000,
    "=cmd|' /C calc'!A0",
    "%3Cscript%3E %00 ../../etc/passwd",
)

ALLOWED = frozenset(
    "a body button code details div em fieldset form h1 h2 head header html img input label legend li line link main meta noscript ol option p"
    " path rect circle script section select span strong summary svg template textarea time title ul".split()
)


def chat(visitor: Visitor = AN, lang: str = "vi", base: str = "") -> Chat:
    return Chat(Shell(lang, base), visitor, "csrf-token", CountingIds().new, "https://laban.example")


def bot(*blocks: Block, lang: str = "vi", line_id: str = "l1") -> Line:
    return Line(line_id, 1, MORNING, message=Message(blocks, lang))


def shown(*blocks: Block, base: str = "", lang: str = "vi") -> Element:
    """One message of the bot's, taken apart."""
    return take_apart(lines_fragment(chat(base=base), (bot(*blocks, lang=lang),)))


def skeleton(root: Element) -> list[tuple[str, tuple[str, ...]]]:
    """What a page is made of, whatever it says."""
    return [(element.tag, tuple(sorted(element.attributes))) for element in root.all()]


# --- blocks ---


def test_a_paragraph_shows_its_emphasis() -> None:
    page = shown(
        Paragraph((Span("Chào "), Span("An", Style.BOLD), Span(", "), Span("NPS", Style.CODE), Span(" đẹp", Style.ITALIC)))
    )
    (paragraph,) = page.classed("words")
    assert paragraph.text == "Chào An, NPS đẹp"
    assert [one.text for tag in ("strong", "code", "em") for one in paragraph.tagged(tag)] == ["An", "NPS", " đẹp"]


def test_small_print_is_marked() -> None:
    assert shown(Paragraph(words("nhỏ"), is_quiet=True)).classed("quiet")


@pytest.mark.parametrize(
    ("link", "href"),
    [
        ("/board", "/board"),
        ("https://laban.example/board", "https://laban.example/board"),
        ("https://laban.example", "https://laban.example"),
    ],
)
def test_a_link_to_ourselves_can_be_followed(link: str, href: str) -> None:
    (anchor,) = shown(Paragraph((Span("bảng", link=link),))).classed("words")[0].tagged("a")
    assert (anchor.attributes["href"], anchor.text) == (href, "bảng")


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "https://laban.example.evil",
        "data:,x",
        "/\t/evil",
        "board",
    ],
)
def test_a_link_to_anywhere_else_is_only_words(link: str) -> None:
    (paragraph,) = shown(Paragraph((Span("xem", link=link),))).classed("words")
    assert paragraph.tagged("a") == []
    assert paragraph.text == f"xem ({link})"


def test_few_short_options_are_buttons_side_by_side() -> None:
    page = shown(Choices((Option("Dùng câu này", "a.s.4.use", tone=Tone.PRIMARY), Option("Giữ câu của tôi", "a.s.4.keep"))))
    (row,) = page.classed("row")
    first, second = row.tagged("form")
    assert first.attributes["action"] == first.attributes["hx-post"] == "/as/an/press"
    assert first.attributes["method"] == "post"
    assert (first.fields()["token"], first.fields()["label"], first.fields()["csrf"]) == (
        "a.s.4.use",
        "Dùng câu này",
        "csrf-token",
    )
    assert first.tagged("button")[0].classes == {"tone-primary"}
    assert first.fields()["event_id"] != second.fields()["event_id"]


@pytest.mark.parametrize(
    "options",
    [
        tuple(Option(f"{number}", f"a.s.1.{number}") for number in range(7)),
        (Option("một câu dài hơn một nút bấm có thể chứa", "a.s.1.x"),),
        (Option("ngắn", "a.s.1.x", hint="nhưng có giải thích"),),
    ],
)
def test_many_long_or_explained_options_are_a_numbered_list(options: tuple[Option, ...]) -> None:
    page = shown(Choices(options))
    (choices,) = page.classed("list")
    assert [number.text for number in choices.classed("number")] == [str(number) for number in range(1, len(options) + 1)]
    assert [hint.text for hint in choices.classed("hint")] == [option.hint for option in options if option.hint]
    assert page.classed("filter") == []


def test_a_long_list_can_be_searched() -> None:
    page = shown(Choices(tuple(Option(f"Mục {number}", f"a.s.1.{number}") for number in range(40))))
    (search,) = [field for field in page.tagged("input") if field.attributes["type"] == "search"]
    assert page.by_id(search.attributes["data-filter"]).classes >= {"list"}
    assert any(label.attributes["for"] == search.attributes["id"] for label in page.tagged("label"))
    # Without a script it could not search.
    assert "hidden" in page.classed("filter")[0].attributes


def test_several_choices_are_check_boxes_in_one_form() -> None:
    page = shown(Choices((Option("Một", "a.s.2.one"), Option("Hai", "a.s.2.two")), many=True))
    form = page.form("tick")
    boxes = [field for field in form.tagged("input") if field.attributes["type"] == "checkbox"]
    assert [(box.attributes["name"], box.attributes["value"]) for box in boxes] == [("pick", "a.s.2.one"), ("pick", "a.s.2.two")]
    assert len(form.tagged("button")) == 1


def test_buttons_press_like_choices() -> None:
    page = shown(Buttons((Button("Huỷ", "d.cancel.", "huỷ", Tone.DANGER),)))
    form = page.form("press")
    assert form.fields()["token"] == "d.cancel."
    assert form.tagged("button")[0].classes == {"tone-danger"}


FORM = Form(
    (
        FormField(
            "nps/value",
            "Hôm nay?",
            value="abc",
            placeholder="38",
            problem="Tôi không thấy số nào",
            options=(Option("Vẫn 38", "t"),),
        ),
        FormField(
            "nps/confidence", "Chắc không?", Entry.CHOICE, "on", options=(Option("Đúng hướng", "on"), Option("Có rủi ro", "risk"))
        ),
        FormField("zone", "Múi giờ", Entry.CHOICE, "z3", options=tuple(Option(f"Vùng {n}", f"z{n}") for n in range(9))),
        FormField("note", "Có gì cản đường?", Entry.LINES, "\ndòng hai", is_required=False),
    ),
    "a.s.2.~submit",
    "Gửi",
)


def test_a_form_has_native_fields_with_labels() -> None:
    form = shown(FORM).form("form")
    line = next(field for field in form.tagged("input") if field.attributes["name"] == "value.nps/value")
    assert (line.attributes["type"], line.attributes["value"], line.attributes["placeholder"]) == ("text", "abc", "38")
    radios = [field for field in form.tagged("input") if field.attributes["type"] == "radio"]
    assert [(radio.attributes["value"], "checked" in radio.attributes) for radio in radios] == [("on", True), ("risk", False)]
    (select,) = form.tagged("select")
    assert [option.attributes["value"] for option in select.tagged("option") if "selected" in option.attributes] == ["z3"]
    (area,) = form.tagged("textarea")
    assert area.text.removeprefix("\n") == "\ndòng hai"
    labelled = {label.attributes["for"] for label in form.tagged("label")}
    asked = [
        field for field in form.all() if field.tag in ("input", "select", "textarea") and field.attributes.get("type") != "hidden"
    ]
    assert {field.attributes["id"] for field in asked} == labelled
    assert [field.attributes["name"] for field in asked if "required" not in field.attributes] == ["value.note"]
    assert form.tagged("legend")[0].text == "Chắc không?"
    assert form.fields()["token"] == "a.s.2.~submit"


def test_a_problem_stands_beside_its_field_and_is_announced_with_it() -> None:
    form = shown(FORM).form("form")
    (bad,) = [field for field in form.all() if field.attributes.get("aria-invalid") == "true"]
    assert bad.attributes["name"] == "value.nps/value"
    assert form.by_id(bad.attributes["aria-describedby"]).text == "Tôi không thấy số nào"


def test_ready_made_answers_of_a_line_are_offered() -> None:
    form = shown(FORM).form("form")
    assert [fill.text for fill in form.all(lambda element: "data-fill" in element.attributes)] == ["Vẫn 38"]
    assert "Vẫn 38" in form.tagged("noscript")[0].text


@pytest.mark.parametrize("base", ["", "/laban"])
@pytest.mark.parametrize("source", ["charts/1.svg?w=2", "/charts/1.svg?w=2"])
def test_an_image_says_what_it_shows(base: str, source: str) -> None:
    (image,) = shown(Image(source, "NPS tăng đều"), base=base).tagged("img")
    assert (image.attributes["src"], image.attributes["alt"]) == (f"{base}/charts/1.svg?w=2", "NPS tăng đều")


@pytest.mark.parametrize(
    "source",
    ["https://evil.example/i.png", "//evil.example/i.png", "javascript:x", "data:image/png;base64,x", "\\\\evil", "/", ""],
)
def test_an_image_from_elsewhere_is_its_words(source: str) -> None:
    page = shown(Image(source, "NPS tăng đều"))
    assert page.tagged("img") == []
    assert "NPS tăng đều" in page.text


def test_a_bar_is_drawn_and_said() -> None:
    page = shown(ProgressBar("NPS", 0.58, 0.62, "▲6 · có rủi ro"))
    (bar,) = page.tagged("svg")[1:]
    assert bar.attributes["role"] == "progressbar"
    assert [bar.attributes[f"aria-value{name}"] for name in ("min", "now", "max")] == ["0", "58", "100"]
    assert bar.attributes["aria-valuetext"] == "58 %, dự kiến 62 %, ▲6 · có rủi ro"
    assert page.by_id(bar.attributes["aria-labelledby"]).text == "NPS"
    assert [rect.attributes["width"] for rect in bar.tagged("rect")] == ["100", "58"]
    assert bar.classed("expected")[0].attributes["x1"] == "62"
    assert one_line(page.classed("bar-figure")[0]) == "58 %"


def test_a_bar_without_an_expectation_has_no_mark() -> None:
    page = shown(ProgressBar("NPS", 1.7))
    assert page.tagged("line") == []
    assert page.tagged("svg")[1].attributes["aria-valuenow"] == "100"
    assert "dự kiến" not in page.text


def test_words_within_a_message_are_in_its_own_language() -> None:
    page = take_apart(lines_fragment(chat(lang="vi"), (bot(ProgressBar("NPS", 0.5, 0.6), lang="zh"),)))
    assert page.tagged("svg")[1].attributes["aria-valuetext"] == "50%, 预期 60%"


# --- lines and pages ---


def test_a_line_of_the_bots_says_its_language() -> None:
    fragment = take_apart(lines_fragment(chat(lang="zh"), (bot(Paragraph(words("Hello")), lang="en"),)))
    assert fragment.classed("theirs")[0].attributes["lang"] == "en"


def test_a_long_line_of_a_persons_is_folded_but_whole() -> None:
    said = "chữ " * 2000
    page = take_apart(lines_fragment(chat(), (Line("e1", 1, MORNING, said=said),)))
    assert page.tagged("details")
    assert page.classed("said")[-1].text == said


@pytest.mark.parametrize(("lang", "send"), [("en", "Send"), ("vi", "Gửi"), ("zh", "发送"), ("xx", "Send")])
def test_the_page_speaks_its_readers_language(lang: str, send: str) -> None:
    page = take_apart(chat_page(chat(lang=lang), Opened(())))
    assert page.tagged("html")[0].attributes["lang"] == (lang if lang != "xx" else "en")
    assert page.classed("send")[0].attributes["aria-label"] == send


def test_the_log_announces_and_the_box_is_labelled() -> None:
    page = take_apart(chat_page(chat(), Opened((bot(Paragraph(words("Chào"))),), 7)))
    log = page.by_id("lines")
    assert (log.attributes["role"], log.attributes["aria-live"]) == ("log", "polite")
    assert page.tagged("body")[0].attributes["data-after"] == "7"
    assert any(label.attributes["for"] == "text" for label in page.tagged("label"))
    assert page.classed("skip")[0].attributes["href"] == "#text"


def test_an_empty_chat_offers_a_beginning() -> None:
    page = take_apart(chat_page(chat(), Opened(())))
    assert page.by_id("hello").attributes["action"] == "/as/an/arrive"


def test_a_chat_that_has_begun_does_not() -> None:
    page = take_apart(chat_page(chat(), Opened((bot(Paragraph(words("Chào"))),), 7, earlier=400)))
    assert [form for form in page.tagged("form") if form.attributes["action"].endswith("arrive")] == []
    assert page.classed("earlier")[0].tagged("a")[0].attributes["href"] == "/as/an?lines=400"


def test_people_to_pick_are_grouped_by_team_in_their_own_languages() -> None:
    page = take_apart(pick_page(Shell("en"), PEOPLE, "demo-invite"))
    assert [one_line(heading) for heading in page.tagged("h2")] == ["Hải Đăng › Marketing", "Hải Đăng › Product"]
    people = page.classed("person")
    assert [person.attributes["href"] for person in people] == ["/as/an", "/as/mei", "/as/tom", "/new"]
    assert [person.attributes.get("lang") for person in people] == ["vi", "zh", "en", None]
    assert "Thành viên · Tiếng Việt" in people[0].text
    assert "chưa cập nhật tuần này" in people[0].text
    assert [person.classed("initial")[0].text for person in people] == ["A", "陈", "T", "+"]
    assert "demo-invite" in people[3].text


def test_a_stranger_is_reminded_of_the_code_and_nobody_else_is() -> None:
    stranger = take_apart(chat_page(replace(chat(Visitor("guest-aaaaaaaaaaaaaaaa")), invite="demo-invite"), Opened(())))
    assert stranger.classed("code")[0].tagged("button")[0].attributes["data-words"] == "demo-invite"
    known = take_apart(chat_page(replace(chat(), invite="demo-invite"), Opened(())))
    assert known.classed("code") == []


def test_no_page_has_a_style_or_a_script_of_its_own() -> None:
    pages = (
        chat_page(chat(), Opened((bot(Paragraph(words("x")), FORM, ProgressBar("x", 0.5, 0.5)),))),
        pick_page(Shell("en"), PEOPLE, "x"),
        note_page(Shell("en"), "a", "b", back="/", unsent="c"),
    )
    for html in pages:
        page = take_apart(html)
        assert page.tagged("style") == []
        assert [script.text for script in page.tagged("script") if script.text] == []
        assert [name for element in page.all() for name in element.attributes if name == "style" or name.startswith("on")] == []


# --- what people wrote ---


def every_word(text: str) -> tuple[Block, ...]:
    """A message with `text` in each place where words can be."""
    return (
        Paragraph((Span(text), Span(text, Style.BOLD), Span(text, Style.ITALIC), Span(text, Style.CODE), Span(text, link=text))),
        Choices((Option(text, "a.s.1.x"), Option(text, "a.s.1.y", text))),
        Choices((Option(text, "a.s.1.x", text),), many=True),
        Buttons((Button(text, "d.x.", text),)),
        Form(
            (
                FormField(text, text, Entry.LINE, text, text, (Option(text, text),), problem=text),
                FormField(text, text, Entry.LINES, text, text, is_required=False),
                FormField(text, text, Entry.CHOICE, text, text, (Option(text, text, text),)),
                FormField(text, text, Entry.CHOICE, text, text, tuple(Option(text, text) for _ in range(9))),
            ),
            text,
            text,
        ),
        Image(text or "x", (text.strip() and text) or "x"),
        ProgressBar(text, 0.5, 0.5, text),
    )


def in_chat(text: str) -> str:
    lines = (bot(*every_word(text)), Line("e1", 2, MORNING, said=text))
    return chat_page(chat(replace(AN, name=text, team=text)), Opened(lines, 2))


def in_pick(text: str) -> str:
    return pick_page(Shell("en"), (replace(AN, name=text, team=text, role=text, locale=text, note=text),), text)


def in_note(text: str) -> str:
    return note_page(Shell("en"), text, text, unsent=text)


@pytest.mark.parametrize("write", [in_chat, in_pick, in_note])
@pytest.mark.parametrize("text", INJECTIONS, ids=range(len(INJECTIONS)))
def test_what_people_write_is_inert_everywhere(text: str, write: Callable[[str], str]) -> None:
    page = take_apart(write(text))
    assert {element.tag for element in page.all()} <= ALLOWED
    assert [name for element in page.all() for name in element.attributes if name.startswith("on") or name == "style"] == []
    assert len(page.tagged("script")) == len(take_apart(write("plain")).tagged("script"))
    away = [
        element.attributes[name]
        for element in page.all()
        for name in ("href", "src", "action", "hx-post", "formaction")
        if name in element.attributes and not re.match(r"(/(?![/\\])|#|https://laban\.example(/|$))", element.attributes[name])
    ]
    assert away == []


@given(st.text(max_size=60))
def test_words_never_change_what_a_page_is_made_of(text: str) -> None:
    # Nine letters and a mark: short enough for every block to keep its shape, whatever `text` adds between.
    short: list[Block] = [
        Paragraph((Span(text), Span(text, Style.BOLD))),
        ProgressBar(text, 0.5, 0.5, "x" + text),
        Buttons((Button(text, "d.x.", text),)),
    ]
    plain: list[Block] = [
        Paragraph((Span("a"), Span("a", Style.BOLD))),
        ProgressBar("a", 0.5, 0.5, "xa"),
        Buttons((Button("a", "d.x.", "a"),)),
    ]
    assert skeleton(shown(*short)) == skeleton(shown(*plain))


@pytest.mark.parametrize("text", [text for text in INJECTIONS if "\0" not in text and "\r" not in text])
def test_what_people_write_is_shown_as_they_wrote_it(text: str) -> None:
    page = take_apart(lines_fragment(chat(), (Line("e1", 1, MORNING, said=text),)))
    assert page.classed("said")[-1].text == text
