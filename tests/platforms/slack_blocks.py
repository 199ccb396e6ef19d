"""Block Kit as our Slack takes it: what it refuses, and what people read, press and are led to by what it takes.

The numbers are those of slack_sdk's models and of Slack's reference; the models themselves and the schema of `@slack/types` look at the same
blocks as second and third eyes (`slack_judges`, `slack_schema`), so that our reading of the rules is not the only one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Blocks = Sequence[Mapping[str, Any]]

BLOCKS = {"message": 50, "modal": 100, "home": 100}
ALTOGETHER = 13_200
"""Characters of all blocks of a message; beyond that Slack says `msg_blocks_too_long`, which it does not document (bolt-js issue 2509)."""
MARKDOWN = 12_000
"""Characters of all markdown blocks of a message together."""

# What an object may and must hold: {field: rule}; a `!` before the name marks what must be there. Rules are read by `_Reader.check`.
OPTION = {"!text": ("plain", 75), "!value": ("str", 150), "description": ("plain", 75)}
RICH_OPTION = {"!text": ("text", 75), "!value": ("str", 150), "description": ("text", 75)}
LINK_OPTION = {"!text": ("plain", 75), "!value": ("str", 150), "description": ("plain", 75), "url": ("url", 3000)}
GROUP = {"!label": ("plain", 75), "!options": ("list", OPTION, 1, 100)}
CONFIRM = {
    "!title": ("plain", 100),
    "!text": ("text", 300),
    "!confirm": ("plain", 30),
    "!deny": ("plain", 30),
    "style": ("one of", "primary danger"),
}
DISPATCH = {"trigger_actions_on": ("any",)}
_ACTING = {"action_id": ("id", 255), "confirm": ("object", CONFIRM)}
_FOCUS = {"focus_on_load": ("bool",)}
_MENU = {**_ACTING, **_FOCUS, "placeholder": ("plain", 150)}
_TYPED = {
    "action_id": ("id", 255),
    "placeholder": ("plain", 150),
    "dispatch_action_config": ("object", DISPATCH),
    **_FOCUS,
}
_LISTED = {"options": ("list", OPTION, 1, 100), "option_groups": ("list", GROUP, 1, 100)}
_FEW = {**_ACTING, **_FOCUS, "!options": ("list", RICH_OPTION, 1, 10)}

ELEMENTS: dict[str, dict[str, Any]] = {
    "button": {
        **_ACTING,
        "!text": ("plain", 75),
        "url": ("url", 3000),
        "value": ("str", 2000),
        "style": ("one of", "primary danger"),
        "accessibility_label": ("str", 75),
    },
    "static_select": {**_MENU, **_LISTED, "initial_option": ("object", OPTION)},
    "multi_static_select": {**_MENU, **_LISTED, "initial_options": ("list", OPTION, 1, 100), "max_selected_items": ("int",)},
    "external_select": {**_MENU, "initial_option": ("object", OPTION), "min_query_length": ("int",)},
    "users_select": {**_MENU, "initial_user": ("str", 255)},
    "multi_users_select": {**_MENU, "initial_users": ("any",), "max_selected_items": ("int",)},
    "conversations_select": {
        **_MENU,
        "initial_conversation": ("str", 255),
        "default_to_current_conversation": ("bool",),
        "response_url_enabled": ("bool",),
        "filter": ("any",),
    },
    "channels_select": {**_MENU, "initial_channel": ("str", 255), "response_url_enabled": ("bool",)},
    "overflow": {**_ACTING, "!options": ("list", LINK_OPTION, 1, 5)},
    "radio_buttons": {**_FEW, "initial_option": ("object", RICH_OPTION)},
    "checkboxes": {**_FEW, "initial_options": ("list", RICH_OPTION, 1, 10)},
    "datepicker": {**_MENU, "initial_date": ("date",)},
    "timepicker": {**_MENU, "initial_time": ("time",), "timezone": ("str", 255)},
    "datetimepicker": {**_ACTING, **_FOCUS, "initial_date_time": ("int",)},
    "plain_text_input": {
        **_TYPED,
        "initial_value": ("str", 3000),
        "multiline": ("bool",),
        "min_length": ("int",),
        "max_length": ("int",),
    },
    "email_text_input": {**_TYPED, "initial_value": ("str", 3000)},
    "url_text_input": {**_TYPED, "initial_value": ("str", 3000)},
    "number_input": {
        **_TYPED,
        "!is_decimal_allowed": ("bool",),
        "initial_value": ("str", 3000),
        "min_value": ("str", 3000),
        "max_value": ("str", 3000),
    },
    "image": {"image_url": ("url", 3000), "slack_file": ("any",), "!alt_text": ("str", 2000)},
}
MENUS = "static_select external_select users_select conversations_select channels_select"
MULTI_MENUS = "multi_static_select multi_users_select"
PICKERS = "datepicker timepicker datetimepicker"
TYPED = "plain_text_input email_text_input url_text_input number_input"
ACTIONS = f"button overflow radio_buttons checkboxes {MENUS} {PICKERS}"
ACCESSORIES = f"button overflow radio_buttons checkboxes {MENUS} {MULTI_MENUS} datepicker timepicker image"
INPUTS = f"radio_buttons checkboxes {MENUS} {MULTI_MENUS} {PICKERS} {TYPED}"

KINDS: dict[str, dict[str, Any]] = {
    "section": {
        "text": ("text", 3000),
        "fields": ("texts", 2000, 10),
        "accessory": ("element", ACCESSORIES),
        "expand": ("bool",),
    },
    "header": {"!text": ("plain", 150)},
    "divider": {},
    "context": {"!elements": ("elements", "image mrkdwn plain_text", 10)},
    "actions": {"!elements": ("elements", ACTIONS, 25)},
    "input": {
        "!label": ("plain", 2000),
        "!element": ("element", INPUTS),
        "hint": ("plain", 2000),
        "optional": ("bool",),
        "dispatch_action": ("bool",),
    },
    "image": {
        "image_url": ("url", 3000),
        "slack_file": ("any",),
        "!alt_text": ("str", 2000),
        "title": ("plain", 2000),
    },
    "rich_text": {"!elements": ("rich",)},
    "markdown": {"!text": ("str", MARKDOWN)},
}
ONLY_IN_MESSAGES = frozenset({"markdown"})
RICH_BOXES = frozenset({"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"})
RICH_PARTS = frozenset({"text", "link", "emoji", "user", "usergroup", "channel", "broadcast", "date", "color"})
VIEW: dict[str, Any] = {
    "!type": ("one of", "modal home"),
    "!blocks": ("any",),
    "private_metadata": ("str or none", 3000),
    "callback_id": ("str or none", 255),
    "external_id": ("str or none", 255),
}
MODAL = {
    **VIEW,
    "!title": ("plain", 24),
    "submit": ("plain", 24),
    "close": ("plain", 24),
    "clear_on_close": ("bool",),
    "notify_on_close": ("bool",),
}


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
        names = [one.get("action_id") for one in _elements(block) if one.get("action_id") is not None]
        if len(set(names)) < len(names):
            self.say("`action_id` must be unique within a block", at)
        if sum(one.get("focus_on_load") is True for one in _elements(block)) > 1:
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


# --- what people see ---


def _elements(block: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Whatever in a block can be pressed, chosen or filled in."""
    if block.get("type") == "rich_text":
        return []
    found = [*(block.get("elements") or ()), block.get("accessory"), block.get("element")]
    return [one for one in found if isinstance(one, Mapping) and one.get("type") in ELEMENTS and one["type"] != "image"]


def elements_of(blocks: Blocks) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """(block, element) of everything people can touch, from the top."""
    for block in blocks:
        for element in _elements(block):
            yield block, element


def options_of(element: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The options of a menu, in groups or not."""
    groups = element.get("option_groups") or [element]
    for group in groups:
        yield from group.get("options") or ()


def labels_of(blocks: Blocks) -> list[str]:
    """The words on buttons and options."""
    found = []
    for _, element in elements_of(blocks):
        if element["type"] == "button":
            found.append(element["text"]["text"])
        found += [option["text"]["text"] for option in options_of(element)]
    return found


def words_of(blocks: Blocks) -> str:
    """What can be read, without what is on buttons and in menus."""
    return "\n".join(line for block in blocks for line in _lines(block))


def _lines(block: Mapping[str, Any]) -> Iterator[str]:
    match block["type"]:
        case "section":
            texts = [*([block["text"]] if "text" in block else []), *block.get("fields", ())]
            yield from map(read, texts)
        case "header":
            yield read(block["text"])
        case "context":
            yield " ".join(one["alt_text"] if one["type"] == "image" else read(one) for one in block["elements"])
        case "input":
            yield read(block["label"])
            if "hint" in block:
                yield read(block["hint"])
        case "image":
            yield from [read(block["title"])] if "title" in block else []
            yield block["alt_text"]
        case "markdown":
            yield re.sub(r"\*\*|__|`", "", re.sub(r"\\([\\`*_{}\[\]()#+.!|<>~-])", r"\1", block["text"]))
        case "rich_text":
            yield from _rich_lines(block["elements"])


def _rich_lines(boxes: Blocks) -> Iterator[str]:
    for box in boxes:
        if box["type"] == "rich_text_list":
            for line in _rich_lines(box["elements"]):
                yield f"• {line}"
        else:
            yield "".join(_rich_words(part) for part in box["elements"])


def _rich_words(part: Mapping[str, Any]) -> str:
    match part["type"]:
        case "link":
            return str(part.get("text", part["url"]))
        case "emoji":
            return f":{part['name']}:"
        case "user":
            return f"@{part['user_id']}"
        case "broadcast":
            return f"@{part['range']}"
        case kind:
            return str(part.get("text", kind))


def read(text: Mapping[str, Any]) -> str:
    """The words of a text object: the marks of mrkdwn are gone, entities are the characters they stand for."""
    if text["type"] == "plain_text":
        return str(text["text"])
    words, _ = unmarked(text["text"])
    return words


# A mark counts when it stands at the edge of a word on the outside and touches one on the inside.
SPAN = re.compile(r"(?<![\w*_~`])([*_~`])(?!\1)(?=\S)([^\n]*?\S)\1(?![\w*_~`])")
KIND = {"*": "bold", "_": "italic", "~": "struck", "`": "code"}
SEQUENCE = re.compile(r"<([^<>\n]+)>")
BARE = re.compile(
    r"(?<![\w@.])(?:https?://[^\s<>|]+|(?:[\w-]+\.)+(?:com|net|org|io|vn|cn|example)(?:/[^\s<>|]*)?)", re.IGNORECASE
)
EMAIL = re.compile(r"[\w.+-]+@(?:[\w-]+\.)+[A-Za-z]{2,}")


def unmarked(mrkdwn: str) -> tuple[str, list[tuple[str, str]]]:
    """Words as they are read, and what stands out: (`bold`, words), (`italic`, words), …"""
    spans: list[tuple[str, str]] = []

    def plain(match: re.Match[str]) -> str:
        inner = match[2] if match[1] == "`" else SPAN.sub(plain, match[2])
        spans.append((KIND[match[1]], unescape(SEQUENCE.sub(_sequence_words, inner))))
        return inner

    unmarked_text = SPAN.sub(plain, mrkdwn)
    return unescape(SEQUENCE.sub(_sequence_words, unmarked_text)), spans


def _sequence_words(match: re.Match[str]) -> str:
    target, _, label = match[1].partition("|")
    return label or (f"@{target[1:]}" if target[0] in "@!" else target)


def unescape(text: str) -> str:
    """The three entities Slack knows; no other."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def escape(text: str) -> str:
    """As Slack writes people's words into what it sends."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def spans_of(blocks: Blocks) -> list[tuple[str, str]]:
    """What stands out in the mrkdwn texts of these blocks."""
    return [span for text in _mrkdwn(blocks) for span in unmarked(text["text"])[1]]


def acts_of(blocks: Blocks) -> list[str]:
    """Everything that pings somebody or leads somewhere, as `kind words`."""
    found: list[str] = []
    for text in _mrkdwn(blocks):
        for match in SEQUENCE.finditer(text["text"]):
            kind = {"@": "user", "#": "channel", "!": "broadcast"}.get(match[1][0], "link")
            found.append(f"{kind} {match[1]}")
        if not text.get("verbatim"):
            bare = unescape(SEQUENCE.sub(" ", text["text"]))
            found += [f"email {one}" for one in EMAIL.findall(bare)]
            found += [f"url {one.group()}" for one in BARE.finditer(EMAIL.sub(" ", bare))]
    for block in blocks:
        if block["type"] == "markdown":
            found += [f"link {one}" for one in re.findall(r"(?<!\\)\]\(([^)]*)\)|(?<!\\)<([^>\s]+)>", block["text"])]
            found += [f"url {one.group()}" for one in BARE.finditer(block["text"])]
        found += [f"image {one['image_url']}" for one in _images(block)]
        found += _rich_acts(block.get("elements", ())) if block["type"] == "rich_text" else []
    found += [f"button {element['url']}" for _, element in elements_of(blocks) if "url" in element]
    return found


def _images(block: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for one in (block, block.get("accessory"), *(block.get("elements") or ())):
        if isinstance(one, Mapping) and one.get("type") == "image" and "image_url" in one:
            yield one


def _rich_acts(parts: Blocks) -> list[str]:
    found: list[str] = []
    for part in parts:
        if part["type"] in ("link", "user", "usergroup", "channel", "broadcast"):
            value = (
                part.get("url") or part.get("user_id") or part.get("range") or part.get("channel_id") or part.get("usergroup_id")
            )
            found.append(f"{part['type']} {value}")
        found += _rich_acts(part.get("elements") or ())
    return found


def _mrkdwn(node: object) -> Iterator[Mapping[str, Any]]:
    """Every text object in it that is mrkdwn."""
    match node:
        case Mapping() if node.get("type") == "mrkdwn":
            yield node
        case Mapping():
            for value in node.values():
                yield from _mrkdwn(value)
        case list() | tuple():
            for one in node:
                yield from _mrkdwn(one)
