"""How much room things take on a platform, and what of a message does not fit."""

from __future__ import annotations

from collections.abc import Iterable

from bot.chat.capabilities import Capabilities
from bot.chat.message import Block, Buttons, Choices, Door, Entry, Form, FormField, Image, Message, Paragraph, ProgressBar
from bot.chat.richtext import RichText, Span, Style

JOINT = 2
"""Units between two blocks: most platforms get an empty line there."""
ADDRESS = 300
"""Units kept free for the address of a picture that stands within the text."""
AT_A_GLANCE = 8
"""More options than these are easier to read in a menu."""


def room(text: str, capabilities: Capabilities) -> int:
    """Units a text takes, escaped."""
    units = len(text)
    if capabilities.counts_utf16 and not text.isascii():
        units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    for char, escaped in capabilities.escapes:
        units += text.count(char) * (escaped - 1)
    return units


def extra_room(span: Span, capabilities: Capabilities) -> int:
    """Units a span takes besides its words: its marks and its link."""
    marks = capabilities.marks if span.style is not Style.PLAIN else 0
    return marks + (room(span.link, capabilities) + len(" ()") if span.link else 0)


def room_of(text: RichText, capabilities: Capabilities) -> int:
    """Units a rich text takes."""
    return sum(room(span.text, capabilities) + extra_room(span, capabilities) for span in text)


def block_room(block: Block, capabilities: Capabilities) -> int:
    """Units of a message's text that a block takes. Labels of buttons and menus have limits of their own; so has what stands
    below a picture that is a message of its own."""
    match block:
        case Paragraph():
            return room_of(block.text, capabilities)
        case ProgressBar():
            return room(block.plain(), capabilities)
        case Image():
            return 0 if capabilities.images_apart else room(block.alt, capabilities) + ADDRESS
        case Form():
            return room("".join(_words_of(block)), capabilities)
        case Choices() | Buttons() | Door():
            return 0


def message_room(blocks: Iterable[Block], capabilities: Capabilities) -> int:
    """Units of text that blocks take in one message."""
    sizes = [size for block in blocks if (size := block_room(block, capabilities))]
    return sum(sizes) + JOINT * max(len(sizes) - 1, 0)


def shows_menu(choices: Choices, capabilities: Capabilities) -> bool:
    """Whether these choices are a menu on this platform rather than buttons. Adapters ask this too, so that limits and looks
    agree."""
    count = len(choices.options)
    return count <= capabilities.menu and (choices.many or count > AT_A_GLANCE or count > capabilities.buttons)


def overflows(message: Message, capabilities: Capabilities) -> tuple[str, ...]:
    """What of a message this platform cannot show, in a few words each; empty when it fits."""
    used = message_room(message.blocks, capabilities)
    buttons = sum(_buttons_in(block, capabilities) for block in message.blocks)
    found = [
        *_over("text", used, capabilities.text),
        *_over("blocks", len(message.blocks), capabilities.blocks),
        *_over("buttons", buttons, capabilities.buttons),
    ]
    if message.edits and not capabilities.can_edit:
        found.append("editing")
    if capabilities.images_apart and len(message.blocks) > 1 and any(isinstance(block, Image) for block in message.blocks):
        found.append("a picture within a message")
    for block in message.blocks:
        found += _block_overflows(block, capabilities)
    return tuple(found)


def _buttons_in(block: Block, capabilities: Capabilities) -> int:
    match block:
        case Buttons():
            return len(block.buttons)
        case Door():
            return 1
        case Choices():
            return 0 if shows_menu(block, capabilities) else len(block.options)
    return 0


def _block_overflows(block: Block, capabilities: Capabilities) -> list[str]:
    match block:
        case Paragraph():
            is_rich = any(span.link or span.style is not Style.PLAIN for span in block.text)
            return ["emphasis or links"] if is_rich and not capabilities.has_rich_text else []
        case ProgressBar():
            return [] if capabilities.has_bars else ["bars"]
        case Image():
            return _wide([block.alt], capabilities.image_alt, capabilities) if capabilities.has_images else ["pictures"]
        case Form():
            return _form_overflows(block, capabilities) if capabilities.has_forms else ["forms"]
        case Door():
            return _wide([block.label], capabilities.button_label, capabilities) if capabilities.has_doors else ["doors"]
        case Choices():
            return _choices_overflows(block, capabilities)
        case Buttons():
            labels = _wide([button.label for button in block.buttons], capabilities.button_label, capabilities)
            return labels + _heavy([button.token for button in block.buttons], capabilities)


def _choices_overflows(choices: Choices, capabilities: Capabilities) -> list[str]:
    in_menu = shows_menu(choices, capabilities)
    labels = [option.label for option in choices.options]
    found = _wide(labels, capabilities.menu_label if in_menu else capabilities.button_label, capabilities)
    found += _heavy([option.token for option in choices.options], capabilities)
    if choices.many and not in_menu:
        found.append("several choices without a menu")
    if len(set(labels)) < len(labels):
        found.append("two options that look the same")
    if not capabilities.has_hints and any(option.hint for option in choices.options):
        found.append("second lines of options")
    return found


def form_fits(form: Form, capabilities: Capabilities) -> bool:
    """Whether the platform has forms and this one is not too big for it."""
    return (
        capabilities.has_forms and not _form_overflows(form, capabilities) and block_room(form, capabilities) <= capabilities.text
    )


def _form_overflows(form: Form, capabilities: Capabilities) -> list[str]:
    found = _over("fields", len(form.fields), capabilities.form_fields)
    found += _heavy([form.token, *(option.token for field in form.fields for option in field.options)], capabilities)
    for field in form.fields:
        if field.entry is Entry.CHOICE:
            found += _over("options", len(field.options), capabilities.menu)
            found += _wide([option.label for option in field.options], capabilities.menu_label, capabilities)
    return found


def _over(what: str, count: int, limit: int) -> list[str]:
    return [f"{what} {count} > {limit}"] if count > limit else []


def _wide(labels: Iterable[str], limit: int, capabilities: Capabilities) -> list[str]:
    return [line for label in labels for line in _over("label", room(label, capabilities), limit)]


def _heavy(tokens: Iterable[str], capabilities: Capabilities) -> list[str]:
    return [line for token in tokens for line in _over("token bytes", len(token.encode()), capabilities.token_bytes)]


def _words_of(form: Form) -> Iterable[str]:
    for field in form.fields:
        yield from _field_words(field)
    yield form.submit


def _field_words(field: FormField) -> Iterable[str]:
    yield from (field.label, field.value, field.placeholder, field.problem)
    for option in field.options:
        yield from (option.label, option.hint)
