"""Messages and platforms at random, and a judge of fitted messages that knows nothing of how they were made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hypothesis import strategies as st

from bot.chat.capabilities import Capabilities
from bot.chat.message import (
    Audience,
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
from bot.chat.richtext import Span, Style
from tests.unit.chat.odd_texts import clean_text

short_text = clean_text.map(lambda text: text[:30])
long_text = st.builds(lambda text, times: text * times, clean_text, st.integers(1, 8))
a_token = st.integers(1, 64).map("t".__mul__)
a_tone = st.sampled_from(Tone)
spans = st.builds(Span, long_text, st.sampled_from(Style), st.sampled_from(["", "", "https://laban.example/o/1"]))
an_option = st.builds(Option, short_text, a_token, st.one_of(st.just(""), short_text), a_tone)
options = st.lists(an_option, max_size=8).map(tuple)
a_field = st.builds(
    FormField,
    short_text,
    short_text,
    st.sampled_from(Entry),
    st.sampled_from(["", "", "5"]),
    short_text,
    options,
    st.booleans(),
    short_text,
)
paragraphs = st.builds(Paragraph, st.lists(spans, max_size=4).map(tuple), st.booleans())
choices = st.builds(Choices, options, st.booleans())
buttons = st.builds(Buttons, st.lists(st.builds(Button, short_text, a_token, short_text, a_tone), max_size=5).map(tuple))
forms = st.builds(Form, st.lists(a_field, max_size=4).map(tuple), a_token, short_text)
images = st.builds(Image, st.just("charts/1.png"), short_text.filter(str.strip))
ratios = st.floats(-1, 2)
bars = st.builds(ProgressBar, short_text, ratios, st.none() | ratios, short_text)
doors = st.builds(Door, short_text.filter(str.strip), st.just("https://laban.example/o/2"))
blocks: st.SearchStrategy[Block] = st.one_of(paragraphs, paragraphs, choices, buttons, forms, images, bars, doors)
slots = st.sampled_from(["", "s:1"])
messages = st.builds(
    Message,
    st.lists(blocks, max_size=6).map(tuple),
    st.sampled_from(["en", "vi", "zh"]),
    slots,
    slots,
    st.booleans(),
    st.sampled_from(Audience),
)
platforms = st.builds(
    Capabilities,
    platform=st.just("some"),
    text=st.integers(400, 900),
    blocks=st.integers(1, 8),
    buttons=st.integers(0, 8),
    button_label=st.integers(1, 30),
    menu=st.integers(0, 10),
    menu_label=st.integers(1, 30),
    token_bytes=st.integers(8, 64),
    has_rich_text=st.booleans(),
    has_doors=st.booleans(),
    has_forms=st.booleans(),
    form_fields=st.integers(0, 4),
    has_images=st.booleans(),
    has_bars=st.booleans(),
    can_edit=st.booleans(),
    counts_utf16=st.booleans(),
    has_hints=st.booleans(),
    images_apart=st.booleans(),
    image_alt=st.integers(1, 40),
    escapes=st.sampled_from([(), (("&", 5), ("<", 4), (">", 4))]),
    marks=st.integers(0, 4),
)


def units(text: str, platform: Capabilities) -> int:
    """The length of `text` as the platform counts it."""
    for char, size in platform.escapes:
        text = text.replace(char, "\0" * size)
    return sum(2 if platform.counts_utf16 and ord(char) > 0xFFFF else 1 for char in text)


def words_shown(message: Message, *, with_links: bool = True) -> list[str]:
    """Everything a reader of a fitted message sees outside buttons, block by block."""
    shown = []
    for block in message.blocks:
        match block:
            case Paragraph(text):
                shown.append("".join(f"{span.text} ({span.link})" if span.link and with_links else span.text for span in text))
            case ProgressBar() | Image():
                shown.append(block.plain())
            case Form(fields, _, submit):
                shown.append("".join(f.label + f.problem + f.placeholder + f.value for f in fields) + submit)
    return shown


def labels_shown(message: Message) -> Iterator[tuple[str, str]]:
    """(label, token) of everything that can be pressed, form fields included."""
    for block in message.blocks:
        match block:
            case Choices(options):
                yield from ((option.label + option.hint, option.token) for option in options)
            case Buttons(buttons):
                yield from ((button.label, button.token) for button in buttons)
            case Door(label, address):
                yield label, address
            case Form(fields):
                yield from ((option.label + option.hint, option.token) for f in fields for option in f.options)


def judge(parts: Sequence[Message], platform: Capabilities) -> None:
    """Fails when a part breaks a limit of the platform."""
    for part in parts:
        sizes = [units(words, platform) for words in words_shown(part)]
        assert sum(sizes) <= platform.text
        assert 1 <= len(part.blocks) <= platform.blocks
        assert any(not isinstance(block, Choices | Buttons | Door) for block in part.blocks), "nothing is said"
        assert not part.edits or platform.can_edit
        pressed = 0
        for block in part.blocks:
            match block:
                case Paragraph(text):
                    assert "".join(span.text for span in text).strip()
                    assert platform.has_rich_text or all(span.style is Style.PLAIN and not span.link for span in text)
                case ProgressBar():
                    assert platform.has_bars
                case Image():
                    assert platform.has_images
                    assert units(block.alt, platform) <= platform.image_alt
                    assert not platform.images_apart or len(part.blocks) == 1
                case Form(fields, token, _):
                    assert platform.has_forms
                    assert len(fields) <= platform.form_fields
                    assert len(token.encode()) <= platform.token_bytes
                case Choices(options, many):
                    assert options
                    labels = [units(option.label, platform) for option in options]
                    assert len({option.label for option in options}) == len(options)
                    is_menu = max(labels) <= platform.menu_label and len(options) <= platform.menu
                    is_row = max(labels) <= platform.button_label and len(options) <= platform.buttons and not many
                    assert is_menu or is_row
                    assert all(len(option.token.encode()) <= platform.token_bytes for option in options)
                    assert platform.has_hints or not any(option.hint for option in options)
                    pressed += 0 if is_menu else len(options)
                case Door(label):
                    assert platform.has_doors
                    assert 0 < units(label, platform) <= platform.button_label
                    pressed += 1
                case Buttons(row):
                    assert row
                    assert all(0 < units(button.label, platform) <= platform.button_label for button in row)
                    assert all(len(button.token.encode()) <= platform.token_bytes for button in row)
                    pressed += len(row)
        assert pressed <= platform.buttons
