"""Shrinks messages to what a platform can show. Nothing is lost: what cannot be pressed is typed, what cannot be drawn is
said."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from bot.chat.capabilities import Capabilities
from bot.chat.graphemes import shortened
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
)
from bot.chat.richtext import RichText, Span, Style, bold, join, plain, words
from bot.chat.room import block_room, form_fits, message_room, room, shows_menu
from bot.chat.splitting import split
from bot.texts import T, Text, say

_NUMBERED = re.compile(r"\d+\. (.+?) ?…?\Z")


def fit(message: Message, capabilities: Capabilities, public_url: str = "") -> list[Message]:
    """The message as one or more that the platform can show, in order; none when there is nothing to say.

    Whatever can be pressed stays with the last part, and so does `slot`; the first part `edits`. Where messages cannot be edited
    `edits` goes, and with it a message that only tidies up. An edit that only tidies up never becomes several messages: its last
    part is enough, since what stood before is still there. `public_url` is our own address, for links to pictures.
    """
    if message.edits and message.is_optional and not capabilities.can_edit:
        return []
    edits = message.edits if capabilities.can_edit else ""
    parts = _packed(_Fitting(message.lang, capabilities, public_url).blocks(message.blocks), capabilities)
    if message.edits and message.is_optional:
        parts = parts[-1:]
    if parts == [message.blocks] and edits == message.edits:
        return [message]
    editing = next((index for index, part in enumerate(parts) if not _is_picture(part)), 0)
    return [
        replace(
            message,
            blocks=part,
            edits=edits if index == editing else "",
            slot=message.slot if index == len(parts) - 1 else "",
            is_optional=message.is_optional and (index == editing or not edits),
        )
        for index, part in enumerate(parts)
    ]


@dataclass(slots=True)
class _Fitting:
    """One message being fitted, block by block, and how much may still be pressed in it."""

    lang: str
    capabilities: Capabilities
    public_url: str
    buttons_left: int = 0
    acts_left: int = 0
    forms_left: int = 1  # two could be too long together, and nobody wants to fill in two

    def blocks(self, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        """Blocks that each fit; paragraphs are split, but may still be too much together."""
        self.buttons_left = self.capabilities.buttons
        self.acts_left = self.capabilities.blocks - 1  # something is always said beside what can be pressed
        # What answers the question goes before what else one can do now, when there are not buttons enough for both.
        answers = {index: self._answer(block) for index, block in enumerate(blocks) if isinstance(block, Choices | Form)}
        fitted: list[Block] = []
        typed: list[Button] = []
        bars: list[RichText] = []
        for index, block in enumerate(blocks):
            if typed and not isinstance(block, Buttons):
                fitted.append(self._to_type(typed))
                typed = []
            if bars and not isinstance(block, ProgressBar):
                fitted.append(Paragraph(join(bars, "\n")))
                bars = []
            match block:
                case Choices() | Form():
                    fitted += answers[index][0]
                    typed += answers[index][1]
                case Buttons():
                    pressed, said = self._buttons(block.buttons)
                    fitted += pressed
                    typed += said
                case ProgressBar() if not self._draws(block):
                    bars.append(self._bar_line(block))
                case Image():
                    fitted += self._image(block)
                case Door():
                    fitted.append(self._door(block))
                case _:
                    fitted.append(block)
        fitted += [self._to_type(typed)] if typed else []
        fitted += [Paragraph(join(bars, "\n"))] if bars else []
        fitted = [piece for block in fitted for piece in self._split(block)]
        is_silent = not any(isinstance(block, Form) or _has_words(block, self.capabilities) for block in fitted)
        if is_silent and any(isinstance(block, Choices | Buttons | Door) for block in fitted):
            fitted[:0] = self._split(self._paragraph(T("fit.choose")))
        return tuple(fitted)

    def _answer(self, block: Choices | Form) -> tuple[list[Block], list[Button]]:
        """What becomes of choices or a form, and the buttons to be put in words."""
        if isinstance(block, Choices):
            return self._choices(block), []
        return self._form(block)

    def _choices(self, choices: Choices) -> list[Block]:
        options = tuple(_relabelled(option, _one_line(option.label), _one_line(option.hint)) for option in choices.options)
        if not options:
            return []
        in_menu = shows_menu(choices, self.capabilities)
        pressed = self._labelled(options, in_menu=in_menu) if self._can_press(choices, in_menu=in_menu) else ()
        if not pressed:
            how = T("fit.pick_many") if choices.many else T("fit.pick")
            return [_numbered(options), self._paragraph(how)]
        self.acts_left -= 1
        self.buttons_left -= 0 if in_menu else len(pressed)
        is_said = any(full.hint != shown.hint or full.label != shown.label for full, shown in zip(options, pressed, strict=True))
        return [*((_numbered(options),) if is_said else ()), replace(choices, options=pressed)]

    def _can_press(self, choices: Choices, *, in_menu: bool) -> bool:
        if not in_menu and (choices.many or len(choices.options) > self.buttons_left):
            return False
        return self.acts_left > 0 and self._fits_tokens(option.token for option in choices.options)

    def _labelled(self, options: tuple[Option, ...], *, in_menu: bool) -> tuple[Option, ...]:
        """The options with labels that fit and differ: as they are, or numbered and shortened; none when numbers do not help
        either."""
        limit = self.capabilities.menu_label if in_menu else self.capabilities.button_label
        labels = [option.label for option in options]
        if len(set(labels)) < len(labels) or not all(label and self._room(label) <= limit for label in labels):
            numbers = [f"{number}. " for number in range(1, len(labels) + 1)]
            short = [
                shortened(label, limit - self._room(number), self._room) for number, label in zip(numbers, labels, strict=True)
            ]
            if not all(short):
                return ()
            labels = [number + label for number, label in zip(numbers, short, strict=True)]
        has_hints = self.capabilities.has_hints
        return tuple(
            _relabelled(option, label, option.hint if has_hints else "") for option, label in zip(options, labels, strict=True)
        )

    def _buttons(self, buttons: tuple[Button, ...]) -> tuple[list[Block], list[Button]]:
        """What can be pressed, and the buttons to be put in words: all of them, or those with shortened labels."""
        if not buttons:
            return [], []
        buttons = tuple(Button(_one_line(one.label), one.token, _one_line(one.say), one.tone) for one in buttons)
        limit = self.capabilities.button_label
        labels = [shortened(button.label, limit, self._room) for button in buttons]
        are_clear = all(labels) and len(set(labels)) == len({button.label for button in buttons})
        can_press = (
            self.acts_left > 0 and len(buttons) <= self.buttons_left and self._fits_tokens(button.token for button in buttons)
        )
        if not (are_clear and can_press):
            return [], list(buttons)
        self.acts_left -= 1
        self.buttons_left -= len(buttons)
        pressed = Buttons(
            tuple(Button(label, button.token, button.say, button.tone) for button, label in zip(buttons, labels, strict=True))
        )
        return [pressed], [button for button, label in zip(buttons, labels, strict=True) if button.label != label]

    def _to_type(self, buttons: Iterable[Button]) -> Paragraph:
        ways: list[RichText] = []
        for button in buttons:
            word = button.say or button.label
            # "3. Every promise we…" beside "Every promise we make" would only say the same twice.
            numbered = _NUMBERED.match(button.label)
            is_plain = numbered is not None and word.casefold().startswith(numbered[1].casefold())
            meaning = "" if is_plain or button.label.casefold() == word.casefold() else f" ({button.label})"
            ways.append((*bold(word), *words(meaning)))
        return self._paragraph(T("fit.type", words=join(ways, " · ")))

    def _form(self, form: Form) -> tuple[list[Block], list[Button]]:
        if not form.fields:
            return [], []
        if self.acts_left > 0 and self.forms_left > 0 and form_fits(form, self.capabilities):
            self.acts_left -= 1
            self.forms_left -= 1
            return [form], []
        return self._question(next((field for field in form.fields if not field.value), form.fields[0]))

    def _question(self, field: FormField) -> tuple[list[Block], list[Button]]:
        """One field as a question by itself; the dialogue asks for the others afterwards, under the same keys."""
        asked: list[Block] = [Paragraph(words(text)) for text in (field.problem, field.label) if text]
        if field.entry is Entry.CHOICE:
            return [*asked, *self._choices(Choices(field.options))], []
        if field.placeholder:
            asked.append(Paragraph(words(field.placeholder), is_quiet=True))
        # Not a numbered list: where one can write freely, a typed "2" is the answer two.
        pressed, typed = self._buttons(
            tuple(Button(option.label, option.token, option.label, option.tone) for option in field.options)
        )
        return [*asked, *pressed], typed

    def _door(self, door: Door) -> Block:
        """A button, or words that lead there."""
        label = _one_line(door.label)
        is_short = self._room(label) <= self.capabilities.button_label
        if self.capabilities.has_doors and is_short and self.acts_left > 0 and self.buttons_left > 0:
            self.acts_left -= 1
            self.buttons_left -= 1
            return Door(label, door.address)
        return Paragraph((Span(door.label, link=door.address),))

    def _image(self, image: Image) -> list[Block]:
        capabilities = self.capabilities
        if capabilities.has_images and (capabilities.images_apart or block_room(image, capabilities) <= capabilities.text):
            alt = shortened(image.alt, capabilities.image_alt, self._room)
            if alt == image.alt:
                return [image]
            if alt:
                return [replace(image, alt=alt), Paragraph(words(image.alt))]
        is_ours = "://" not in image.source
        address = f"{self.public_url.rstrip('/')}/{image.source.lstrip('/')}" if is_ours else image.source
        return [Paragraph((Span(image.alt, link="" if is_ours and not self.public_url else address),))]

    def _draws(self, bar: ProgressBar) -> bool:
        return self.capabilities.has_bars and block_room(bar, self.capabilities) <= self.capabilities.text

    def _bar_line(self, bar: ProgressBar) -> RichText:
        line = words(bar.plain())
        if bar.expected is None:
            return line
        return (*line, Span(" · "), *say(self.lang, T("fit.expected", percent=int(bar.expected * 100 + 0.5))))

    def _split(self, block: Block) -> list[Block]:
        if not isinstance(block, Paragraph):
            return [block]
        text = block.text
        if not self.capabilities.has_rich_text and any(span.link or span.style is not Style.PLAIN for span in text):
            text = words(plain(text))
        return [Paragraph(piece, block.is_quiet) for piece in split(text, self.capabilities)]

    def _paragraph(self, text: Text) -> Paragraph:
        return Paragraph(say(self.lang, text), is_quiet=True)

    def _fits_tokens(self, tokens: Iterable[str]) -> bool:
        return all(len(token.encode()) <= self.capabilities.token_bytes for token in tokens)

    @property
    def _room(self) -> Callable[[str], int]:
        return lambda text: room(text, self.capabilities)


def _numbered(options: tuple[Option, ...]) -> Paragraph:
    lines = []
    for number, option in enumerate(options, 1):
        hint = words(f" – {option.hint}") if option.hint else ()
        lines.append((Span(f"{number}. "), *(bold(option.label) if hint else words(option.label)), *hint))
    return Paragraph(join(lines, "\n"))


def _one_line(label: str) -> str:
    return " ".join(label.split())


def _relabelled(option: Option, label: str, hint: str) -> Option:
    return option if option.label == label and option.hint == hint else replace(option, label=label, hint=hint)


def _has_words(block: Block, capabilities: Capabilities) -> bool:
    return isinstance(block, Paragraph | ProgressBar) or (isinstance(block, Image) and not capabilities.images_apart)


def _is_picture(blocks: tuple[Block, ...]) -> bool:
    return len(blocks) == 1 and isinstance(blocks[0], Image)


def _packed(blocks: tuple[Block, ...], capabilities: Capabilities) -> list[tuple[Block, ...]]:
    """Blocks as parts that each fit: what is said in order, what can be pressed with the last of it; pictures that stand apart
    come first."""
    apart = [block for block in blocks if capabilities.images_apart and isinstance(block, Image)]
    rest = tuple(block for block in blocks if block not in apart)
    parts: list[tuple[Block, ...]] = [(picture,) for picture in apart]
    if _fits(rest, capabilities):
        return [*parts, rest] if rest else parts
    acts = tuple(block for block in rest if isinstance(block, Choices | Buttons | Form | Door))
    part: tuple[Block, ...] = ()
    for block in rest:
        if isinstance(block, Choices | Buttons | Form | Door):
            continue
        if part and not _fits((*part, block), capabilities):
            parts.append(part)
            part = ()
        part = (*part, block)
    if _fits((*part, *acts), capabilities):
        return [*parts, (*part, *acts)]
    said, last = part[:-1], part[-1:]
    if _fits((*last, *acts), capabilities):
        return [*parts, said, (*last, *acts)]
    return [*parts, *((part,) if part else ()), acts]  # there is a form among them, which says by itself what it is about


def _fits(blocks: tuple[Block, ...], capabilities: Capabilities) -> bool:
    return len(blocks) <= capabilities.blocks and message_room(blocks, capabilities) <= capabilities.text
