"""The habits a reader can see: names, comments that give reasons, tests that say why they do not run."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator

POSTPONED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
EXEMPTION = re.compile(
    r"#\s*(?P<what>type:\s*ignore|noqa)(?P<codes>\[[\w, -]+\]|:\s*[A-Z]+[0-9]+(,\s*[A-Z]+[0-9]+)*)?(?P<reason>.*)$"
)

# Each of these has a more exact name in the words of people who work with OKRs, or means too much to mean anything.
VAGUE = frozenset({"goal", "status", "update", "context", "handler", "payload"})
VAGUE_FILES = frozenset({"utils", "util", "helpers", "helper", "common", "base", "misc"})


def careless_comments(source: str) -> list[str]:
    """`line: what` for postponed work, and for exemptions from a check that do not say from which rule and why."""
    return [f"{line}: {what}" for line, what in _careless_comments(source)]


def _careless_comments(source: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        if POSTPONED.search(token.string):
            yield token.start[0], "postponed work belongs into an issue"
        exemption = EXEMPTION.search(token.string)
        if exemption and not exemption["codes"]:
            yield token.start[0], f"{exemption['what']} names no rule"
        elif exemption and not re.search(r"\w{2}", exemption["reason"]):
            yield token.start[0], f"{exemption['what']} gives no reason"


def vague_names(tree: ast.Module) -> list[str]:
    """`line: name` for every name a module gives to something of its own and that is on the list of names not to give."""
    return [f"{line}: {name}" for line, name in sorted(set(_given_names(tree))) if _words(name) & VAGUE]


def _given_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.arg(arg=name):
                yield node.lineno, name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield node.lineno, name
            case ast.alias(asname=str(name)):
                yield node.lineno, name


def _words(name: str) -> set[str]:
    """`ShowStatuses` → {"show", "status"}: words in the singular, as far as a list of six needs it."""
    words = {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}
    return words | {word.removesuffix("s") for word in words} | {word.removesuffix("es") for word in words}


def hollow_tests(tree: ast.Module) -> list[str]:
    """`line: what` for tests that do not run and do not say why, and for assertions that cannot fail."""
    return [f"{line}: {what}" for line, what in sorted(_hollow_tests(tree))]


def _hollow_tests(tree: ast.Module) -> Iterator[tuple[int, str]]:
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        match node:
            case ast.Assert(test=ast.Constant()) | ast.Assert(test=ast.Tuple()):
                yield node.lineno, "an assertion that cannot fail"
            case ast.Attribute() if ast.unparse(node) in ("pytest.mark.skip", "pytest.mark.xfail") and id(node) not in called:
                yield node.lineno, f"{ast.unparse(node)} without a reason"
            case ast.Call(func=ast.Attribute() as function, args=arguments, keywords=keywords):
                name = ast.unparse(function)
                named = {keyword.arg for keyword in keywords}
                if name in ("pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail") and "reason" not in named:
                    yield node.lineno, f"{name} without a reason"
                if name in ("pytest.skip", "pytest.xfail") and not arguments and "reason" not in named:
                    yield node.lineno, f"{name} without a reason"
