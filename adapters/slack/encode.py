"""Fitted messages → what Slack shows: blocks of a message, a home, a modal. Pure.

Words are rich text or plain text, never mrkdwn: Slack reads no markup in them, so nothing people wrote can ping, link or break anything. Only
the line for notifications, which stands beside the blocks, is mrkdwn; it is escaped, and a word joiner keeps Slack from finding addresses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit

from adapters.slack.decode import ANSWER, COMMAND, DONE, FORM, MANY
from adapters.slack.limits import SLACK
from bot.actions.fill_form import OpenForm
from bot.chat.graphemes import beginning
from bot.chat.intents import read_intent
from bot.chat.message import Block, Buttons, Choices, Entry, Form, FormField, Image, Message, Paragraph, Tone
from bot.chat.richtext import RichText, Span, Style, words
from bot.chat.room import shows_menu
from bot.texts import T, say, say_plain

Json = dict[str, Any]

JOINER: Final = "\u2060"
NOTICE: Final = 3000
"""chat.update takes 4000 characters of text; escaping may not push it beyond."""
ROW: Final = 25
TITLE: Final = 24
PLACEHOLDER: Final = 150
CONTEXT: Final = 2900
HOME_BLOCKS: Final = 100
RADIO: Final = 10
INPUT_LIMIT: Final = 3000

_LOOKS_LIKE_A_LINK = re.compile(r"@(?=\w)|:(?=//)|(?<=\S)\.(?=[^\W\d])")
_STYLES = {Style.BOLD: "bold", Style.ITALIC: "italic", Style.CODE: "code"}
_TONES = {Tone.PRIMARY: "primary", Tone.DANGER: "danger"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A message: what it shows, and the same in words for notifications and screen readers."""

    blocks: list[Json]
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture by itself; `source` is a path below our own address."""

    source: str
    alt: str


def encode(message: Message, public_url: str = "") -> Shown | Picture:
    """A message that fits `limits.SLACK`. `public_url` is our own address, "" when nobody outside could open it."""
    match message.blocks:
        case (Image(source, alt),):
            return Picture(source, alt)
    return Shown(_blocks(message.blocks, message.lang, public_url), notice(message.blocks))


def notice(blocks: Sequence[Block]) -> str:
    """What a notification says, and a screen reader where it cannot read blocks."""
    plain = "\n".join(block.plain() for block in blocks if not isinstance(block, Buttons))
    said = plain or "\n".join(block.plain() for block in blocks)
    return harmless(beginning(said.strip(), NOTICE, _escaped)) or "…"


def harmless(text: str) -> str:
    """`text` looking the same, but without anything Slack would take for markup, an address or a name."""
    joined = _LOOKS_LIKE_A_LINK.sub(lambda found: found.group() + JOINER, text)
    return joined.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _escaped(text: str) -> int:
    return len(harmless(text)) + 1  # a joiner may come where two characters meet


def with_own_commands(message: Message) -> Message:
    """The message with commands as they are typed on Slack."""
    return replace(message, blocks=tuple(_with_own_commands(block) for block in message.blocks))


def encode_home(parts: Sequence[Message], lang: str, public_url: str = "") -> Json:
    """A home of all the parts, one below the other; cut, and saying so, where Slack takes no more."""
    blocks = [block for part in parts for block in _blocks(part.blocks, part.lang, public_url)]
    foot = _quiet(say_plain(lang, T("slack.answers_in_messages")))
    if len(blocks) > HOME_BLOCKS - 2:
        cut = _quiet(say_plain(lang, T("slack.too_long_here", word=T("say.home"))))
        blocks = [*blocks[: HOME_BLOCKS - 2], cut]
    # The language comes back with every press there.
    return {"type": "home", "private_metadata": lang, "blocks": _numbered([*blocks, foot])}


def encode_pointer(lang: str) -> Json:
    """What opens over somebody's home when something is answered elsewhere, so that a press is never without an echo."""
    return {
        "type": "modal",
        "title": _plain("Laban"),
        "close": _plain(_cut(say_plain(lang, T("slack.all_right")), TITLE)),
        "blocks": [_section(say(lang, T("slack.asked_in_messages")))],
    }


def encode_modal(opened: OpenForm) -> Json:
    """A form as a modal. Which fields and which form it was stands in its metadata, so that the reply finds its way without a memory."""
    form, lang = opened.form, opened.lang
    said = [_section(words(field.problem)) for field in form.fields if field.problem]
    said += [_section(block.text) for block in opened.said if isinstance(block, Paragraph)]
    metadata = {"form": form.token, "close": opened.close, "keys": [field.key for field in form.fields]}
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": _plain("Laban"),
        "submit": _plain(_cut(form.submit, TITLE)),
        "close": _plain(_cut(say_plain(lang, T("slack.close")), TITLE)),
        "notify_on_close": True,
        "private_metadata": json.dumps(metadata, ensure_ascii=False, separators=(",", ":")),
        "blocks": [*said, *(_input(number, field, lang) for number, field in enumerate(form.fields))],
    }


# --- blocks of a message ---------------------------------------------------------------------------------------------------------


def _blocks(blocks: Sequence[Block], lang: str, public_url: str) -> list[Json]:
    return _numbered([one for block in blocks for one in _block(block, lang, public_url)])


def _block(block: Block, lang: str, public_url: str) -> Iterator[Json]:
    match block:
        case Paragraph(text, is_quiet):
            said = "".join(span.text for span in text)
            if is_quiet and len(said) <= CONTEXT and not any(span.link for span in text):
                yield _quiet(said)
            elif said.strip():
                yield _section(text, public_url)
        case Buttons(buttons):
            yield from _rows([_button(one.label, one.token, one.tone) for one in buttons])
        case Choices() if shows_menu(block, SLACK):
            yield from _menu(block, lang)
        case Choices(options):
            yield from _rows([_button(one.label, one.token, one.tone) for one in options])
        case Form(fields, token):
            yield _section(words("\n".join(f"• {field.label}" for field in fields)))
            opener = _button(say_plain(lang, T("slack.fill_in")), token, Tone.PRIMARY)
            yield {"type": "actions", "elements": [opener | {"action_id": FORM}]}
        case _:
            # What is fitted has nothing else to say; its words are better than nothing.
            yield _section(words(block.plain()))


def _rows(buttons: Sequence[Json]) -> Iterator[Json]:
    for start in range(0, len(buttons), ROW):
        yield {"type": "actions", "elements": list(buttons[start : start + ROW])}


def _menu(choices: Choices, lang: str) -> Iterator[Json]:
    placeholder = _plain(_cut(say_plain(lang, T("fit.choose")), PLACEHOLDER))
    if not choices.many:
        options = [_option(one.label, one.token) for one in choices.options]
        menu = {"type": "static_select", "action_id": "menu", "placeholder": placeholder, "options": options}
        yield {"type": "actions", "elements": [menu]}
        return
    # A menu of several tells of every tick; it stands beside words, and a button sends what is ticked.
    options = [_option(one.label, str(number)) for number, one in enumerate(choices.options, 1)]
    menu = {"type": "multi_static_select", "action_id": MANY, "placeholder": placeholder, "options": options}
    yield {"type": "section", "text": placeholder, "accessory": menu}
    done = _button(say_plain(lang, T("dialog.submit")), DONE, Tone.PRIMARY)
    yield {"type": "actions", "elements": [done | {"action_id": DONE}]}


def _button(label: str, token: str, tone: Tone) -> Json:
    button: Json = {"type": "button", "text": _plain(label), "value": token}
    if tone in _TONES:
        button["style"] = _TONES[tone]
    return button


def _numbered(blocks: list[Json]) -> list[Json]:
    """With action ids, which must differ within a block."""
    for block in blocks:
        if block["type"] == "actions":
            for number, element in enumerate(block["elements"]):
                element.setdefault("action_id", f"press{number}")
    return blocks


def _section(text: RichText, public_url: str = "") -> Json:
    parts = [part for span in text for part in _parts(span, public_url)]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": parts}]}


def _parts(span: Span, public_url: str) -> Iterator[Json]:
    if not span.text:
        return
    link = _address(span.link, public_url)
    part: Json = {"type": "link", "url": link, "text": span.text} if link else {"type": "text", "text": span.text}
    if span.style in _STYLES:
        part["style"] = {_STYLES[span.style]: True}
    yield part


def _address(link: str, public_url: str) -> str:
    """Where a link leads; "" when nobody could follow it."""
    if not link or urlsplit(link).scheme in ("http", "https"):
        return link
    return f"{public_url.rstrip('/')}/{link.lstrip('/')}" if public_url else ""


def _quiet(text: str) -> Json:
    return {"type": "context", "elements": [_plain(text)]}


def _plain(text: str) -> Json:
    # Without `emoji`, a name somebody put between colons stays what they wrote.
    return {"type": "plain_text", "text": text, "emoji": False}


def _option(label: str, value: str) -> Json:
    return {"text": _plain(label), "value": value}


def _cut(text: str, limit: int) -> str:
    return beginning(text, limit)


# --- inputs of a modal -----------------------------------------------------------------------------------------------------------


def _input(number: int, field: FormField, lang: str) -> Json:
    block: Json = {
        "type": "input",
        "block_id": f"{FORM}{number}",
        "label": _plain(_cut(field.label, 2000) or "…"),
        "optional": not field.is_required,
        "element": _choice(field, lang) if field.entry is Entry.CHOICE else _line(field),
    }
    if field.entry is not Entry.CHOICE and field.options:
        either = ", ".join(option.label for option in field.options)
        block["hint"] = _plain(_cut(say_plain(lang, T("slack.or_say", words=either)), 2000))
    return block


def _line(field: FormField) -> Json:
    element: Json = {"type": "plain_text_input", "action_id": ANSWER, "multiline": field.entry is Entry.LINES}
    if field.value:
        element["initial_value"] = _cut(field.value, INPUT_LIMIT)
    if field.placeholder:
        element["placeholder"] = _plain(_cut(field.placeholder, PLACEHOLDER))
    return element


def _choice(field: FormField, lang: str) -> Json:
    options = [_option(_cut(one.label, SLACK.menu_label), one.token) for one in field.options]
    chosen = next((option for option in options if option["value"] == field.value), None)
    if len(options) <= RADIO:
        element: Json = {"type": "radio_buttons", "action_id": ANSWER, "options": options}
    else:
        placeholder = _plain(_cut(say_plain(lang, T("fit.choose")), PLACEHOLDER))
        element = {"type": "static_select", "action_id": ANSWER, "options": options, "placeholder": placeholder}
    return element | ({"initial_option": chosen} if chosen else {})


# --- commands --------------------------------------------------------------------------------------------------------------------


def _with_own_commands(block: Block) -> Block:
    match block:
        case Paragraph(text):
            return replace(block, text=tuple(_with_own_command(span) for span in text))
    return block


def _with_own_command(span: Span) -> Span:
    """What our texts call `/new`, or `/这里`, is `/okr new` here: an app has the commands it has announced, and one is enough."""
    is_ours = span.style is Style.CODE and span.text.startswith("/") and read_intent(span.text) is not None
    return replace(span, text=f"{COMMAND} {span.text[1:]}") if is_ours and not span.text.startswith(COMMAND) else span
