"""A message shrinks to what a platform can show, and nothing anybody wanted to say or could choose is lost on the way."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings

from adapters.dingtalk.limits import DINGTALK
from adapters.slack.limits import SLACK
from adapters.telegram.limits import TELEGRAM
from adapters.webchat.limits import WEB
from bot.chat.capabilities import Capabilities
from bot.chat.degrade import fit
from bot.chat.graphemes import graphemes
from bot.chat.message import (
    Block,
    Button,
    Buttons,
    Choices,
    Door,
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
from bot.chat.richtext import RichText, Span, Style, bold, plain, words
from bot.chat.room import overflows, shows_menu
from bot.chat.splitting import split
from tests.unit.chat.messages import judge, labels_shown, messages, platforms, units, words_shown
from tests.unit.chat.odd_texts import some_text

TEXT_ONLY = Capabilities(platform="text", text=4000)
ROOMY = Capabilities(
    platform="roomy",
    text=3000,
    escapes=(("&", 5), ("<", 4), (">", 4)),
    marks=2,
    blocks=50,
    buttons=25,
    button_label=75,
    menu=100,
    menu_label=75,
    token_bytes=150,
    has_rich_text=True,
    has_images=True,
    image_alt=2000,
    can_edit=True,
)
"""A platform of nobody's: menus, long messages, words that grow when they are escaped."""
REAL = (WEB, TELEGRAM, SLACK, DINGTALK, TEXT_ONLY)
YES_NO = Choices((Option("Yes", "a.s.1.yes", tone=Tone.PRIMARY), Option("No", "a.s.1.no")))
STEERING = Buttons((Button("Go back", "a.s.1.~back", "back"), Button("Cancel", "a.s.1.~cancel", "cancel")))


def said(*what: str) -> list[Block]:
    return [Paragraph(words(text)) for text in what]


def fitted(platform: Capabilities, *blocks: Block, lang: str = "en") -> list[Message]:
    parts = fit(Message(blocks, lang), platform, "https://laban.example")
    judge(parts, platform)
    return parts


def only(parts: list[Message]) -> tuple[Block, ...]:
    assert len(parts) == 1
    return parts[0].blocks


def without_spaces(text: str) -> str:
    return "".join(text.split())


# --- what always holds ------------------------------------------------------------------------------------------------------


@settings(max_examples=120)
@given(messages, platforms)
def test_every_part_is_within_the_limits(message: Message, platform: Capabilities) -> None:
    parts = fit(message, platform)
    judge(parts, platform)
    assert not any(overflows(part, platform) for part in parts)


@settings(max_examples=80)
@given(messages, platforms)
def test_fitting_gives_the_same_every_time_and_leaves_alone_what_fits(message: Message, platform: Capabilities) -> None:
    parts = fit(message, platform)
    assert fit(message, platform) == parts
    for part in parts:
        assert fit(part, platform) == [part]


@settings(max_examples=120)
@given(messages, platforms)
def test_no_word_and_no_option_is_lost(message: Message, platform: Capabilities) -> None:
    message = replace(message, edits="")
    parts = fit(message, platform)
    shown = without_spaces("".join(text for part in parts for text in words_shown(part, with_links=False)))
    links = {span.link for part in parts for block in part.blocks if isinstance(block, Paragraph) for span in block.text}
    pressed = dict.fromkeys(label for part in parts for label, _ in labels_shown(part))
    labels = {without_spaces(label) for label in pressed}

    def is_shown(text: str) -> bool:
        return without_spaces(text) in shown or without_spaces(text) in labels

    for block in message.blocks:
        match block:
            case Paragraph(text):
                assert all(without_spaces(span.text) in shown for span in text)
                assert all(span.link in links or span.link in shown for span in text if span.text.strip())
            case Choices(options):
                assert all(is_shown(option.label) or is_shown(option.label + option.hint) for option in options)
                assert all(is_shown(option.hint) or is_shown(option.label + option.hint) for option in options)
            case Buttons(row):
                tokens = {token for part in parts for _, token in labels_shown(part)}
                assert all(is_shown(button.label) for button in row)
                assert all(button.token in tokens or without_spaces(button.say) in shown for button in row)
            case Form(fields) if fields:
                asked = next((one for one in fields if not one.value), fields[0])
                assert is_shown(asked.label)
                assert is_shown(asked.problem)
                assert all(is_shown(option.label) or is_shown(option.label + option.hint) for option in asked.options)
            case Image() | ProgressBar():
                assert is_shown(block.plain())
            case Door(label, address):
                addresses = {token for part in parts for _, token in labels_shown(part)} | links
                assert is_shown(label)
                assert address in addresses or address in shown


@settings(max_examples=40)
@given(messages, platforms)
def test_what_can_be_pressed_is_in_the_last_part_and_so_is_the_slot(message: Message, platform: Capabilities) -> None:
    parts = fit(message, platform)
    for part in parts[:-1]:
        assert not list(labels_shown(part))
        assert part.slot == ""
    assert not parts or parts[-1].slot == message.slot
    assert sum(bool(part.edits) for part in parts) <= 1
    assert all(part.lang == message.lang and part.audience is message.audience for part in parts)


def test_ten_thousand_random_texts_are_cut_between_perceived_characters_and_lose_nothing() -> None:
    chance = random.Random(20_261_123)
    for _ in range(10_000):
        text = some_text(chance, 40)
        platform = Capabilities("some", text=chance.randint(40, 60), has_rich_text=True, counts_utf16=chance.random() < 0.5)
        middle = chance.randint(0, len(text))
        rich = (Span(text[:middle], Style.BOLD), Span(text[middle:]))
        pieces = [plain(piece) for piece in split(rich, platform)]
        assert all(0 < units(piece, platform) <= platform.text for piece in pieces), text
        whole = [grapheme for grapheme in graphemes(text) if not grapheme.isspace()]
        if all(units(grapheme, platform) <= platform.text for grapheme in whole):
            assert [grapheme for piece in pieces for grapheme in graphemes(piece) if not grapheme.isspace()] == whole, text
        assert without_spaces("".join(pieces)) == without_spaces(text)


# --- text -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, pieces",
    [
        ("One.\n\nTwo two two.\n\nThree three.", ["One.\n\nTwo two two.", "Three three."]),
        ("First line here\nsecond line\nthe third", ["First line here\nsecond line", "the third"]),
        ("It works. It really does! Does it not", ["It works. It really does!", "Does it not"]),
        ("a few words that go on and on and on", ["a few words that go on and on", "and on"]),
        ("x" * 45, ["x" * 30, "x" * 15]),
        ("客户爱我们的服务。" * 4, ["客户爱我们的服务。" * 3, "客户爱我们的服务。"]),
        (
            "他说：“客服只有两个人，周末没人接。”然后我们一起去找主管谈了很久",
            ["他说：“客服只有两个人，周末没人接。”", "然后我们一起去找主管谈了很久"],
        ),
        ("   \n  ", []),
    ],
)
def test_long_text_is_split_where_a_reader_would(text: str, pieces: list[str]) -> None:
    assert [plain(piece) for piece in split(words(text), Capabilities("some", text=30))] == pieces


def test_emoji_count_twice_where_the_platform_counts_utf16() -> None:
    family = "👩\u200d👩\u200d👧"
    assert len(split(words(family * 10), Capabilities("some", text=80))) == 1
    pieces = split(words(family * 10), Capabilities("some", text=80, counts_utf16=True))
    assert [plain(piece) for piece in pieces] == [family * 10]
    assert [plain(piece) for piece in split(words(family * 11), Capabilities("some", text=80, counts_utf16=True))] == [
        family * 10,
        family,
    ]


def test_a_character_with_a_thousand_accents_is_cut_rather_than_lost() -> None:
    pieces = split(words("a" + "\u0301" * 1000), Capabilities("some", text=300))
    assert [len(plain(piece)) for piece in pieces] == [300, 300, 300, 101]


def test_escapes_count_as_long_as_they_will_be() -> None:
    parts = fitted(ROOMY, Paragraph(words("&" * 1300)))
    assert [len(words_shown(part)[0]) for part in parts] == [600, 600, 100]


def test_emphasis_and_links_survive_a_cut() -> None:
    text: RichText = (Span("bold words " * 3, Style.BOLD), Span("a link of ours", link="https://l.example"))
    pieces = split(text, Capabilities("some", text=50, has_rich_text=True))
    assert [[(span.text, span.style, span.link) for span in piece] for piece in pieces] == [
        [("bold words bold words bold words", Style.BOLD, "")],
        [("a link of ours", Style.PLAIN, "https://l.example")],
    ]


def test_emphasis_goes_and_addresses_stay_where_there_is_only_plain_text() -> None:
    text = (*bold("Look"), Span(" at "), Span("the board", link="https://laban.example/b"))
    assert only(fitted(TEXT_ONLY, Paragraph(text))) == (Paragraph(words("Look at the board (https://laban.example/b)")),)


def test_a_link_that_takes_most_of_the_room_becomes_text() -> None:
    link = "https://laban.example/" + "x" * 40
    pieces = split((Span("here", link=link),), Capabilities("some", text=40, has_rich_text=True))
    assert without_spaces("".join(plain(piece) for piece in pieces)) == f"here({link})"


def test_a_fifty_thousand_character_text_is_split_quickly_and_whole() -> None:
    text = "🇻🇳" * 10_000 + "an " * 10_000
    parts = fitted(TELEGRAM, Paragraph(words(text)))
    assert without_spaces("".join(words_shown(part)[0] for part in parts)) == without_spaces(text)
    assert len(parts) == 18


def test_nothing_to_say_is_no_message() -> None:
    assert fit(Message(()), WEB) == []
    assert fit(Message((Paragraph(()), Choices(()), Buttons(()), Form((), "t", "Send"))), WEB) == []


def test_a_long_talk_becomes_several_messages_and_the_buttons_stay_with_the_last() -> None:
    parts = fitted(TELEGRAM, *said("a " * 1500, "b " * 1500, "Publish?"), YES_NO, STEERING)
    assert [[type(block).__name__ for block in part.blocks] for part in parts] == [
        ["Paragraph"],
        ["Paragraph", "Paragraph", "Choices", "Buttons"],
    ]


def test_too_many_blocks_become_several_messages() -> None:
    parts = fitted(ROOMY, *said(*(f"line {number}" for number in range(99))), YES_NO)
    assert [len(part.blocks) for part in parts] == [50, 49 + 1]
    assert parts[1].blocks[-1] == YES_NO


def test_the_last_words_come_along_when_there_is_no_room_for_buttons_beside_them() -> None:
    parts = fitted(ROOMY, *said(*(f"line {number}" for number in range(50))), YES_NO)
    assert [len(part.blocks) for part in parts] == [49, 2]
    assert words_shown(parts[1]) == ["line 49"]


# --- choices ----------------------------------------------------------------------------------------------------------------


def test_a_few_choices_are_buttons_and_many_are_a_menu_where_there_are_menus() -> None:
    assert not shows_menu(YES_NO, ROOMY)
    many = Choices(tuple(Option(f"Team {number}", f"t{number}") for number in range(40)))
    assert shows_menu(many, ROOMY)
    assert not shows_menu(many, TELEGRAM)
    assert only(fitted(ROOMY, *said("Which?"), many))[1] == many


@pytest.mark.parametrize(
    "lang, how",
    [
        ("en", "Reply with a number or with the words."),
        ("vi", "Bạn trả lời bằng số thứ tự hoặc gõ lại lựa chọn nhé."),
        ("zh", "回复序号或选项文字即可。"),
    ],
)
def test_without_buttons_choices_are_a_numbered_list_and_a_line_that_says_how(lang: str, how: str) -> None:
    assert words_shown(fitted(DINGTALK, *said("Publish?"), YES_NO, lang=lang)[0]) == ["Publish?", "1. Yes\n2. No", how]


def test_more_options_than_buttons_are_a_numbered_list() -> None:
    many = Choices(tuple(Option(f"Team {number}", f"t{number}") for number in range(1, 32)))
    shown = words_shown(fitted(TELEGRAM, *said("Which?"), many)[0])
    assert shown[1].splitlines()[30] == "31. Team 31"


def test_long_labels_are_shortened_under_their_numbers_and_said_in_full() -> None:
    long = Choices(
        (
            Option("Customers love our service and tell their friends about it", "t1"),
            Option("Customers love our service and come back every month", "t2"),
            Option("None", "t3"),
        )
    )
    question, full, pressed = only(fitted(TELEGRAM, *said("Which one does it serve?"), long))
    assert question.plain() == "Which one does it serve?"
    assert full.plain().splitlines() == [f"{number}. {option.label}" for number, option in enumerate(long.options, 1)]
    assert isinstance(pressed, Choices)
    assert [option.label for option in pressed.options] == [
        "1. Customers love our service and tell…",
        "2. Customers love our service and come…",
        "3. None",
    ]
    assert [option.token for option in pressed.options] == ["t1", "t2", "t3"]


def test_labels_that_cannot_be_shortened_become_a_list() -> None:
    narrow = replace(TELEGRAM, button_label=3)
    assert words_shown(fitted(narrow, *said("Sure?"), Choices((Option("Certainly", "y"), Option("No", "n"))))[0])[1] == (
        "1. Certainly\n2. No"
    )


def test_options_that_look_the_same_are_told_apart_by_number() -> None:
    _, full, pressed = only(
        fitted(TELEGRAM, *said("Who?"), Choices((Option("An", "p1", "Marketing"), Option("An", "p2", "Sales"))))
    )
    assert full.plain() == "1. An – Marketing\n2. An – Sales"
    assert isinstance(pressed, Choices)
    assert [option.label for option in pressed.options] == ["1. An", "2. An"]


def test_second_lines_are_said_where_buttons_have_no_room_for_them() -> None:
    ambition = Choices((Option("Committed", "c", "we all count on it"), Option("Aspirational", "a", "70 % is good")))
    assert only(fitted(WEB, *said("Which?"), ambition))[1] == ambition
    _, full, pressed = only(fitted(TELEGRAM, *said("Which?"), ambition))
    assert full.plain() == "1. Committed – we all count on it\n2. Aspirational – 70 % is good"
    assert pressed == Choices((Option("Committed", "c"), Option("Aspirational", "a")))


def test_a_token_too_long_for_a_button_makes_a_list() -> None:
    assert not list(labels_shown(fitted(TELEGRAM, *said("?"), Choices((Option("Yes", "t" * 65), Option("No", "n"))))[0]))


@pytest.mark.parametrize("platform", [TELEGRAM, DINGTALK, TEXT_ONLY], ids=lambda platform: platform.platform)
def test_several_choices_at_once_are_typed_where_there_is_no_menu(platform: Capabilities) -> None:
    shown = words_shown(fitted(platform, *said("Which days?"), replace(YES_NO, many=True))[0])
    assert shown[1:] == ["1. Yes\n2. No", "Reply with the numbers, for example: 1, 3"]


def test_several_choices_at_once_stay_a_menu_where_there_is_one() -> None:
    assert only(fitted(ROOMY, *said("Which days?"), replace(YES_NO, many=True)))[1] == replace(YES_NO, many=True)


def test_options_are_one_line_each() -> None:
    assert words_shown(fitted(TEXT_ONLY, Choices((Option("two\nlines", "t"), Option("b", "b"))))[0])[0] == "1. two lines\n2. b"


def test_bare_choices_come_with_a_word() -> None:
    assert only(fitted(TELEGRAM, YES_NO))[0].plain() == "Your choice:"


# --- buttons ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lang, line",
    [
        ("en", "You can type: back (Go back) · cancel"),
        ("vi", "Bạn có thể gõ: back (Go back) · cancel"),
        ("zh", "可以直接输入：back (Go back) · cancel"),
    ],
)
def test_without_buttons_a_line_says_what_to_type(lang: str, line: str) -> None:
    assert words_shown(fitted(TEXT_ONLY, *said("Why?"), STEERING, lang=lang)[0]) == ["Why?", line]


def test_rows_of_buttons_become_one_line() -> None:
    still = Buttons((Button("Still 38", "a.s.1.same", "Still 38"),))
    assert words_shown(fitted(DINGTALK, *said("NPS?"), still, STEERING)[0])[1:] == [
        "You can type: Still 38 · back (Go back) · cancel"
    ]


def test_answers_keep_their_buttons_before_anything_else_does() -> None:
    three = replace(TELEGRAM, buttons=3)
    blocks = only(fitted(three, *said("?"), STEERING, YES_NO))
    assert YES_NO in blocks
    assert not any(isinstance(block, Buttons) for block in blocks)
    assert words_shown(Message(blocks))[1] == "You can type: back (Go back) · cancel"


def test_a_button_with_a_long_label_is_shortened_and_explained() -> None:
    narrow = replace(TELEGRAM, button_label=8)
    blocks = only(fitted(narrow, *said("?"), Buttons((Button("Show the whole board", "d.status.", "status"),))))
    assert blocks[1:] == (
        Buttons((Button("Show th…", "d.status.", "status"),)),
        Paragraph((Span("You can type: "), Span("status", Style.BOLD), Span(" (Show the whole board)")), is_quiet=True),
    )


# --- forms, pictures, bars --------------------------------------------------------------------------------------------------

FORM = Form(
    (
        FormField(
            "nps/value", "NPS today", placeholder="e.g. 42", options=(Option("Still 38", "a.s.1.same"),), problem="Not a number"
        ),
        FormField("nps/confidence", "How sure are you?", Entry.CHOICE, options=YES_NO.options),
    ),
    "a.s.1.~submit",
    "Send",
)


def test_a_form_stays_a_form_where_there_are_forms() -> None:
    assert only(fitted(WEB, *said("Your week"), FORM, STEERING)) == (*said("Your week"), FORM, STEERING)


def test_without_forms_the_first_question_is_asked_alone() -> None:
    assert only(fitted(ROOMY, *said("Your week"), FORM)) == (
        *said("Your week", "Not a number", "NPS today"),
        Paragraph(words("e.g. 42"), is_quiet=True),
        Buttons((Button("Still 38", "a.s.1.same", "Still 38"),)),
    )


def test_a_number_is_never_asked_for_with_a_numbered_list() -> None:
    shown = words_shown(fitted(DINGTALK, FORM)[0])
    assert shown == ["Not a number", "NPS today", "e.g. 42", "You can type: Still 38"]


def test_all_that_can_be_typed_stands_in_one_line() -> None:
    assert words_shown(fitted(DINGTALK, FORM, STEERING)[0])[-1] == "You can type: Still 38 · back (Go back) · cancel"


def test_a_numbered_beginning_of_what_can_be_typed_is_not_said_again() -> None:
    row = Buttons((Button("3. Every promise we…", "t", "Every promise we make is kept"), Button("4. Other", "u", "else")))
    assert (
        words_shown(fitted(DINGTALK, *said("Board"), row)[0])[-1]
        == "You can type: Every promise we make is kept · else (4. Other)"
    )


def test_the_next_question_of_a_form_comes_once_the_first_is_answered() -> None:
    rest = replace(FORM, fields=(replace(FORM.fields[0], value="42"), FORM.fields[1]))
    assert only(fitted(TELEGRAM, rest)) == (*said("How sure are you?"), YES_NO)


def test_a_form_bigger_than_the_platform_takes_is_asked_one_by_one() -> None:
    assert words_shown(fitted(replace(WEB, form_fields=1), FORM)[0])[:2] == ["Not a number", "NPS today"]


CHART = Image("charts/nps.png", "NPS rose from 30 to 38 in eight weeks")


def test_without_pictures_their_words_and_a_link_are_sent() -> None:
    rich = replace(TEXT_ONLY, has_rich_text=True)
    assert only(fitted(rich, CHART)) == (Paragraph((Span(CHART.alt, link="https://laban.example/charts/nps.png"),)),)
    assert words_shown(fitted(TEXT_ONLY, CHART)[0]) == [f"{CHART.alt} (https://laban.example/charts/nps.png)"]


def test_without_a_public_address_only_the_words_are_sent() -> None:
    assert words_shown(fit(Message((CHART,)), TEXT_ONLY)[0]) == [CHART.alt]


def test_a_picture_is_a_message_of_its_own_before_the_words_where_it_has_to_be() -> None:
    parts = fitted(TELEGRAM, *said("Eight weeks"), CHART, YES_NO)
    assert [part.blocks for part in parts] == [(CHART,), (*said("Eight weeks"), YES_NO)]


def test_words_too_long_for_below_a_picture_are_said_beside_it() -> None:
    chart = Image("charts/nps.png", "word " * 300)
    picture, text = fitted(TELEGRAM, chart)
    assert units(picture.plain(), TELEGRAM) <= 1024
    assert without_spaces(text.plain()) == "word" * 300


def test_bars_become_lines_of_one_paragraph_and_keep_what_they_say() -> None:
    bars = (ProgressBar("Sign-ups", 0.644, note="▲6"), ProgressBar("NPS", 0.31, 0.62))
    assert only(fitted(WEB, *bars)) == bars
    assert words_shown(fitted(TELEGRAM, *bars)[0]) == ["Sign-ups ▓▓▓▓▓▓░░░░ 64 % ▲6\nNPS ▓▓▓░░░░░░░ 31 % · expected 62 %"]


# --- editing ----------------------------------------------------------------------------------------------------------------


def test_the_first_part_replaces_and_the_last_has_the_name() -> None:
    message = Message((*said("a " * 3000), YES_NO), slot="s:2", edits="s:1")
    parts = fit(message, TELEGRAM)
    assert [(part.edits, part.slot) for part in parts] == [("s:1", ""), ("", "s:2")]


def test_a_picture_never_replaces_words() -> None:
    parts = fit(Message((*said("Eight weeks"), CHART), edits="s:1"), TELEGRAM)
    assert [(type(part.blocks[0]).__name__, part.edits) for part in parts] == [("Image", ""), ("Paragraph", "s:1")]


def test_where_nothing_can_be_edited_a_new_message_says_it() -> None:
    assert [part.edits for part in fit(Message(tuple(said("Published")), edits="s:1"), DINGTALK)] == [""]


def test_tidying_up_is_left_out_where_nothing_can_be_edited() -> None:
    tidy = Message(tuple(said("Published?", "✓ Yes")), edits="s:1", is_optional=True)
    assert fit(tidy, DINGTALK) == []
    assert fit(tidy, TELEGRAM) == [tidy]


def test_tidying_up_a_long_question_touches_only_the_part_with_the_buttons() -> None:
    (part,) = fit(Message(tuple(said("a " * 3000, "✓ Yes")), edits="s:1", is_optional=True), TELEGRAM)
    assert part.edits == "s:1"
    assert words_shown(part)[-1] == "✓ Yes"


# --- people's words ---------------------------------------------------------------------------------------------------------

INJECTIONS = (
    "<!channel>",
    "<!here|look>",
    "<@U1>",
    "<!subteam^S1>",
    "@all",
    "@everyone",
    "[x](tg://user?id=1)",
    '<a href="tg://user?id=1">x</a>',
    "[x](dingtalk://dingtalkclient/action)",
    "![](http://evil.example/x.png)",
    "*b* _i_ ~s~ `c` ```pre```",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }} {words} %s \\u003c",
    "</b><b>",
    "&lt;!channel&gt;",
)


@pytest.mark.parametrize("platform", REAL, ids=lambda platform: platform.platform)
@pytest.mark.parametrize("text", INJECTIONS)
def test_peoples_words_stay_plain_spans_letter_by_letter(text: str, platform: Capabilities) -> None:
    blocks = (
        Paragraph((Span("An says: "), Span(text))),
        ProgressBar(text, 0.5, note=text),
        Image("charts/1.png", text),
        Choices((Option(text, "t1", text), Option(f"{text} " * 20, "t2"))),
        Buttons((Button(text, "t3", text),)),
        Form((FormField("k", text, placeholder=text, problem=text, options=(Option(text, "t4"),)),), "t5", text),
    )
    parts = fitted(platform, *blocks)
    spans = [span for part in parts for block in part.blocks if isinstance(block, Paragraph) for span in block.text]
    assert all(not span.link or span.link == "https://laban.example/charts/1.png" for span in spans)
    assert all(span.style is not Style.CODE for span in spans)
    everything = " ".join(shown for part in parts for shown in [*words_shown(part), *(label for label, _ in labels_shown(part))])
    assert everything.count(" ".join(text.split())) >= 6
