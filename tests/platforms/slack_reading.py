"""What people read and press in blocks, and where it would lead them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.platforms.slack_blocks import Blocks, elements_of, options_of


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
