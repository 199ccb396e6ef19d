"""A page as a browser takes it apart, as far as tests ask: its elements, what they say, its forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

EMPTY = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})


@dataclass
class Element:
    """A tag, its attributes and what is inside."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    inside: list[Element | str] = field(default_factory=list)

    @property
    def classes(self) -> frozenset[str]:
        return frozenset(self.attributes.get("class", "").split())

    @property
    def text(self) -> str:
        """All words inside, white space as written."""
        return "".join(part if isinstance(part, str) else part.text for part in self.inside)

    def all(self, matches: Callable[[Element], bool] = lambda _: True) -> Iterator[Element]:
        """Every element inside, in reading order."""
        for part in self.inside:
            if isinstance(part, Element):
                if matches(part):
                    yield part
                yield from part.all(matches)

    def tagged(self, tag: str) -> list[Element]:
        """Every element of this kind."""
        return list(self.all(lambda element: element.tag == tag))

    def classed(self, name: str) -> list[Element]:
        """Every element with this class."""
        return list(self.all(lambda element: name in element.classes))

    def by_id(self, name: str) -> Element:
        """The one element with this id."""
        (found,) = self.all(lambda element: element.attributes.get("id") == name)
        return found

    def fields(self) -> dict[str, str]:
        """What this form sends without anything being typed."""
        inputs = self.all(lambda element: element.tag == "input" and element.attributes.get("type") == "hidden")
        return {element.attributes["name"]: element.attributes["value"] for element in inputs}

    def form(self, action: str) -> Element:
        """The first form that posts to an address with this end."""
        return next(form for form in self.tagged("form") if form.attributes["action"].endswith(f"/{action}"))


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), f"<{tag}> has an attribute twice"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].inside.append(element)
        if tag not in EMPTY:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in EMPTY:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].inside.append(data)

    def close(self) -> None:
        super().close()
        assert self._open == [self.root], f"<{self._open[-1].tag}> is never closed"


def take_apart(html: str) -> Element:
    """The page as a tree. Fails for tags that are not closed in order and for attributes given twice."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    ids = [element.attributes["id"] for element in builder.root.all() if "id" in element.attributes]
    assert len(set(ids)) == len(ids), "two elements share an id"
    return builder.root
