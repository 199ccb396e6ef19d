"""What our Slack has against blocks, modals and homes, in its manner of speaking and with the place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.platforms.slack_blocks import (
    ALTOGETHER,
    BLOCKS,
    ELEMENTS,
    KINDS,
    MARKDOWN,
    MODAL,
    ONLY_IN_MESSAGES,
    RICH_BOXES,
    RICH_PARTS,
    VIEW,
    Blocks,
    options_of,
    touchable,
)


def refusals(blocks: object, surface: str, at: str = "/blocks") -> list[str]:
    """What Slack has against these blocks, in its manner of speaking; empty when it takes them."""
    reader = _Reader()
    reader.read_blocks(blocks, surface, at)
    return reader.found


def refusals_of_view(view: object, surface: str) -> list[str]:
    """The same for a whole modal or home."""
    reader = _Reader()
    if not isinstance(view, Mapping):
        return ["must provide an object [json-pointer:/view]"]
    kind = view.get("type")
    reader.read_object(view, MODAL if kind == "modal" else VIEW, "/view", also={"type"})
    if kind != surface:
        reader.say("unsupported type" if kind else "missing required field: type", "/view")
    reader.read_blocks(view.get("blocks", []), surface, "/view/blocks")
    asks = any(isinstance(one, Mapping) and one.get("type") == "input" for one in view.get("blocks") or ())
    if kind == "modal" and asks and not view.get("submit"):
        reader.say("missing required field: submit", "/view")
    return reader.found


def is_too_long(blocks: Blocks) -> bool:
    """Whether all of it together is more than Slack takes in a message."""
    return sum(len(text) for block in blocks for text in _texts(block)) > ALTOGETHER


def _texts(node: object) -> Iterator[str]:
    """Whatever of a block counts as its characters; how Slack counts is not documented, so labels, values and links count too."""
    match node:
        case Mapping():
            for name, value in node.items():
                if isinstance(value, str) and name in ("text", "value", "alt_text", "image_url", "url"):
                    yield value
                else:
                    yield from _texts(value)
        case list():
            for one in node:
                yield from _texts(one)


class _Reader:
    """Collects what is wrong, each with a JSON pointer to where it is."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def say(self, what: str, at: str) -> None:
        self.found.append(f"{what} [json-pointer:{at}]")

    def read_blocks(self, blocks: object, surface: str, at: str) -> None:
        if not isinstance(blocks, list):
            self.say("must provide an array", at)
            return
        if len(blocks) > BLOCKS[surface]:
            self.say(f"no more than {BLOCKS[surface]} items allowed", at)
        if not blocks and surface != "home":
            self.say("no less than 1 items allowed" if surface == "modal" else "must not be empty", at)
        seen: set[str] = set()
        for number, block in enumerate(blocks):
            self._read_block(block, surface, f"{at}/{number}")
            name = block.get("block_id") if isinstance(block, Mapping) else None
            if isinstance(name, str) and name in seen:
                self.say(f"`block_id` {name!r} already exists for another block", f"{at}/{number}/block_id")
            seen |= {name} if isinstance(name, str) else set()
        written = sum(
            len(str(one.get("text", ""))) for one in blocks if isinstance(one, Mapping) and one.get("type") == "markdown"
        )
        if written > MARKDOWN:
            self.say(f"markdown blocks hold at most {MARKDOWN} characters together", at)

    def _read_block(self, block: object, surface: str, at: str) -> None:
        if not isinstance(block, Mapping):
            self.say("must provide an object", at)
            return
        kind = block.get("type")
        if kind not in KINDS or (kind in ONLY_IN_MESSAGES and surface != "message"):
            self.say(f"unsupported type: {kind}", f"{at}/type")
            return
        self.read_object(block, {"block_id": ("id", 255), **KINDS[kind]}, at, also={"type"})
        if kind == "section" and "text" not in block and "fields" not in block:
            self.say("missing required field: text", at)
        if kind == "image":
            self._one_source(block, at)
        names = [one.get("action_id") for one in touchable(block) if one.get("action_id") is not None]
        if len(set(names)) < len(names):
            self.say("`action_id` must be unique within a block", at)
        if sum(one.get("focus_on_load") is True for one in touchable(block)) > 1:
            self.say("only one element may take the focus", at)

    def read_object(
        self, given: object, rules: Mapping[str, Any], at: str, also: frozenset[str] | set[str] = frozenset()
    ) -> None:
        """Every field of an object against its rule."""
        if not isinstance(given, Mapping):
            self.say("must provide an object", at)
            return
        wanted = {name.removeprefix("!"): rule for name, rule in rules.items()}
        for name in rules:
            if name.startswith("!") and name[1:] not in given:
                self.say(f"missing required field: {name[1:]}", at)
        for name, value in given.items():
            if name in wanted:
                self.check(value, wanted[name], f"{at}/{name}")
            elif name not in also:
                self.say(f"invalid additional property: {name}", at)

    def check(self, value: object, rule: tuple[Any, ...], at: str) -> None:
        """One value against one rule."""
        match rule:
            case ("plain" | "text" as kind, most):
                self._check_text(value, most, at, kinds={"plain_text"} if kind == "plain" else {"plain_text", "mrkdwn"})
            case ("texts", most, many):
                for number, one in enumerate(self._items(value, 1, many, at)):
                    self._check_text(one, most, f"{at}/{number}", kinds={"plain_text", "mrkdwn"})
            case ("object", rules):
                self.read_object(value, rules, at)
            case ("list", rules, least, many):
                for number, one in enumerate(self._items(value, least, many, at)):
                    self.read_object(one, rules, f"{at}/{number}")
            case ("element", kinds):
                self._check_element(value, kinds, at)
            case ("elements", kinds, many):
                for number, one in enumerate(self._items(value, 1, many, at)):
                    self._check_element(one, kinds, f"{at}/{number}")
            case ("rich",):
                for number, one in enumerate(self._items(value, 0, 10_000, at)):
                    self._check_rich(one, f"{at}/{number}")
            case _:
                self._check_simple(value, rule, at)

    def _check_simple(self, value: object, rule: tuple[Any, ...], at: str) -> None:
        match rule:
            case ("str" | "id" as kind, most):
                self._check_words(value, most, at, least=0 if kind == "str" else 1)
            case ("str or none", most):
                if value is not None:
                    self._check_words(value, most, at)
            case ("url", most):
                self._check_words(value, most, at)
                if not isinstance(value, str) or not re.match(r"https?://[^\s/]+\S*\Z", value):
                    self.say("invalid url", at)
            case ("bool",):
                if not isinstance(value, bool):
                    self.say("must be a boolean", at)
            case ("int",):
                if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                    self.say("must be an integer", at)
            case ("date",):
                if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
                    self.say("must be a date in the form of YYYY-MM-DD", at)
            case ("time",):
                if not isinstance(value, str) or not re.fullmatch(r"\d\d:\d\d", value):
                    self.say("must be a time in the form of HH:mm", at)
            case ("one of", names):
                if value not in str(names).split():
                    self.say(f"must be one of {names}", at)
            case ("any",):
                return
            case _:
                raise AssertionError(f"no such rule: {rule}")

    def _check_words(self, value: object, most: int, at: str, least: int = 0) -> None:
        if not isinstance(value, str):
            self.say("must be a string", at)
        elif len(value) > most:
            self.say(f"must be less than {most + 1} characters", at)
        elif len(value) < least:
            self.say(f"must be more than {least - 1} characters", at)

    def _check_text(self, value: object, most: int, at: str, kinds: set[str]) -> None:
        kind = value.get("type") if isinstance(value, Mapping) else None
        if not isinstance(value, Mapping) or kind not in kinds:
            self.say(f"must be of type {' or '.join(sorted(kinds))}", at)
            return
        also = {"type": ("any",), "emoji": ("bool",)} if kind == "plain_text" else {"type": ("any",), "verbatim": ("bool",)}
        self.read_object(value, {"!text": ("id", most), **also}, at)

    def _check_element(self, value: object, kinds: str, at: str) -> None:
        kind = value.get("type") if isinstance(value, Mapping) else None
        if not isinstance(value, Mapping) or kind not in kinds.split():
            self.say(f"unsupported type: {kind}", f"{at}/type")
            return
        if kind in ("mrkdwn", "plain_text"):
            self._check_text(value, 3000, at, {kind})
            return
        self.read_object(value, ELEMENTS[str(kind)], at, also={"type"})
        if kind == "image":
            self._one_source(value, at)
        if kind in ("static_select", "multi_static_select"):
            if ("options" in value) == ("option_groups" in value):
                self.say("must provide either options or option_groups", at)
            groups = value.get("option_groups") or ()
            if sum(len(group.get("options", ())) for group in groups if isinstance(group, Mapping)) > 100:
                self.say("no more than 100 items allowed", f"{at}/option_groups")
        self._check_initial(value, at)

    def _check_initial(self, element: Mapping[str, Any], at: str) -> None:
        """What is chosen from the beginning is one of the options, to the letter."""
        chosen = [element["initial_option"]] if "initial_option" in element else element.get("initial_options", ())
        options = list(options_of(element))
        if options and any(one not in options for one in chosen):
            self.say("initial option must match one of the options", at)

    def _one_source(self, image: Mapping[str, Any], at: str) -> None:
        if ("image_url" in image) == ("slack_file" in image):
            self.say("must provide either image_url or slack_file", at)

    def _check_rich(self, box: object, at: str) -> None:
        if not isinstance(box, Mapping) or box.get("type") not in RICH_BOXES:
            self.say("unsupported type", f"{at}/type")
            return
        parts = box.get("elements")
        if not isinstance(parts, list):
            self.say("missing required field: elements", at)
            return
        for number, part in enumerate(parts):
            where = f"{at}/elements/{number}"
            if box["type"] == "rich_text_list":
                self._check_rich(part, where)
            elif not isinstance(part, Mapping) or part.get("type") not in RICH_PARTS:
                self.say("unsupported type", f"{where}/type")
            elif part["type"] == "text" and not part.get("text"):
                self.say("must be more than 0 characters", f"{where}/text")

    def _items(self, value: object, least: int, most: int, at: str) -> list[Any]:
        if not isinstance(value, list):
            self.say("must provide an array", at)
            return []
        if len(value) > most:
            self.say(f"no more than {most} items allowed", at)
        if len(value) < least:
            self.say(f"no less than {least} items allowed", at)
        return value
