"""What people can do with the elements of a message, a modal or a home: choose, fill in; and what Slack's own programs do not let them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.platforms.slack_blocks import Blocks, elements_of, options_of

Values = dict[str, dict[str, Any]]
"""Block id → action id → what stands there."""


class UnacceptableError(AssertionError):
    """Slack's own programs refuse it beside the field, before anything is sent: a test that wants this to pass asks for the impossible."""


def initial_values(blocks: Blocks, before: Values | None = None) -> Values:
    """What stands in every element that can hold something; what was there under the same ids stays."""
    values: Values = {}
    for block, element in elements_of(blocks):
        if element["type"] in ("button", "overflow"):
            continue
        kept = (before or {}).get(block["block_id"], {}).get(element["action_id"])
        is_kept = kept is not None and kept["type"] == element["type"]
        values.setdefault(block["block_id"], {})[element["action_id"]] = kept if is_kept else _initial(element)
    return values


def _initial(element: Mapping[str, Any]) -> dict[str, Any]:
    kind = element["type"]
    match kind:
        case "checkboxes" | "multi_static_select":
            return {"type": kind, "selected_options": list(element.get("initial_options", []))}
        case "static_select" | "radio_buttons" | "external_select":
            return {"type": kind, "selected_option": element.get("initial_option")}
        case "multi_users_select":
            return {"type": kind, "selected_users": list(element.get("initial_users", []))}
        case "datetimepicker":
            return {"type": kind, "selected_date_time": element.get("initial_date_time")}
        case "datepicker" | "timepicker":
            what = kind.removesuffix("picker")
            return {"type": kind, f"selected_{what}": element.get(f"initial_{what}")}
        case "users_select" | "channels_select" | "conversations_select":
            what = kind.removesuffix("s_select")
            return {"type": kind, f"selected_{what}": element.get(f"initial_{what}")}
        case _:
            return {"type": kind, "value": element.get("initial_value")}


def filled(element: Mapping[str, Any], given: str | Sequence[str] | None) -> dict[str, Any]:
    """The element's value after somebody has put this there: words, a date, an id, or the beginnings of options' labels.

    Raises UnacceptableError for what the element does not take.
    """
    kind = element["type"]
    empty = _initial({"type": kind})
    if given is None or given in ("", []):
        return empty
    (name,) = set(empty) - {"type"}
    many = [given] if isinstance(given, str) else list(given)
    match kind:
        case "checkboxes" | "multi_static_select":
            most = element.get("max_selected_items", 100)
            if len(many) > most:
                raise UnacceptableError(f"at most {most} of {many}")
            return {"type": kind, name: [_option(element, one) for one in many]}
        case "static_select" | "radio_buttons" | "overflow":
            return {"type": kind, name: _option(element, many[0])}
        case "multi_users_select":
            return {"type": kind, name: many}
        case "datetimepicker":
            return {"type": kind, name: int(many[0])}
        case _:
            _check_words(element, many[0])
            return {"type": kind, name: many[0]}


def _option(element: Mapping[str, Any], label: str) -> dict[str, Any]:
    options = list(options_of(element))
    for is_it in (str.__eq__, str.startswith):
        for option in options:
            if is_it(option["text"]["text"], label):
                return dict(option)
    raise UnacceptableError(f"no option {label!r} among {[one['text']['text'] for one in options]}")


def _check_words(element: Mapping[str, Any], words: str) -> None:
    match element["type"]:
        case "plain_text_input":
            least, most = element.get("min_length", 0), element.get("max_length", 3000)
            if not least <= len(words) <= most:
                raise UnacceptableError(f"{len(words)} characters, and {least} to {most} are taken")
            if "\n" in words and not element.get("multiline"):
                raise UnacceptableError("a field of one line holds no line breaks")
        case "number_input":
            _check_number(element, words)
        case "email_text_input":
            if "@" not in words:
                raise UnacceptableError(f"no e-mail address: {words}")
        case "url_text_input":
            if not words.startswith(("https://", "http://")):
                raise UnacceptableError(f"no address: {words}")


def _check_number(element: Mapping[str, Any], words: str) -> None:
    try:
        number = Decimal(words)
    except InvalidOperation:
        raise UnacceptableError(f"no number: {words}") from None
    if not element["is_decimal_allowed"] and number != number.to_integral_value():
        raise UnacceptableError(f"no whole number: {words}")
    if "min_value" in element and number < Decimal(element["min_value"]):
        raise UnacceptableError(f"{words} is less than {element['min_value']}")
    if "max_value" in element and number > Decimal(element["max_value"]):
        raise UnacceptableError(f"{words} is more than {element['max_value']}")


def is_empty(state: Mapping[str, Any]) -> bool:
    """Whether nothing stands there."""
    return all(not value for name, value in state.items() if name != "type")


def missing(blocks: Blocks, values: Values) -> list[str]:
    """The labels of inputs that must be filled in and are not: with one of them the button to send does nothing."""
    return [
        block["label"]["text"]
        for block, element in elements_of(blocks)
        if block["type"] == "input" and not block.get("optional") and is_empty(values[block["block_id"]][element["action_id"]])
    ]


def find_fields(blocks: Blocks, name: str) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """(block, element) of what goes by this name: a block id, an action id, or how its label begins."""
    for block, element in elements_of(blocks):
        label = block.get("label", {}).get("text", "")
        if name in (block["block_id"], element["action_id"]) or (label and label.startswith(name)):
            yield block, element


def with_ids(blocks: Sequence[Mapping[str, Any]], new_id: Any) -> list[dict[str, Any]]:
    """A copy of the blocks in which every block and element has an id, as Slack gives one to those that have none."""
    found = []
    for block in blocks:
        one = {"block_id": block.get("block_id") or new_id(), **block}
        for name in ("accessory", "element"):
            if name in one:
                one[name] = _with_id(one[name], new_id)
        if one["type"] == "actions":
            one["elements"] = [_with_id(element, new_id) for element in one["elements"]]
        found.append(one)
    return found


def _with_id(element: Mapping[str, Any], new_id: Any) -> dict[str, Any]:
    return dict(element) if element["type"] == "image" else {"action_id": element.get("action_id") or new_id(), **element}
