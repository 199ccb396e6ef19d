"""What the deciding part of the core must not do: look at a clock, roll dice, wait, or touch the machine."""

from __future__ import annotations

import ast
from collections.abc import Iterator

BANNED_MODULES = frozenset(
    {
        *("asyncio", "concurrent", "multiprocessing", "threading", "sched", "queue"),
        *("random", "secrets"),
        *("os", "shutil", "signal", "socket", "ssl", "subprocess", "tempfile", "urllib", "http"),
        *("logging", "structlog"),
    }
)
# Harmless modules with a few names that are not: what comes from a clock or from chance.
BANNED_NAMES = {
    "datetime": frozenset({"now", "utcnow", "today"}),
    "time": frozenset(
        {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "sleep", "localtime", "gmtime"}
    ),
    "uuid": frozenset({"uuid1", "uuid4"}),
}
BANNED_CALLS = frozenset({"open", "print", "input", "eval", "exec", "__import__"})


def impurities(tree: ast.Module) -> list[str]:
    """`line: what` for everything in a module that makes its answers depend on more than its arguments."""
    origins = _origins(tree)
    return [f"{line}: {what}" for line, what in sorted(set(_found(tree, origins)))]


def _origins(tree: ast.Module) -> dict[str, str]:
    """Local name → top-level module it came from, for the modules of which only some names are banned."""
    origins: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                if name.name in BANNED_NAMES:
                    origins[name.asname or name.name] = name.name
        elif isinstance(node, ast.ImportFrom) and node.module in BANNED_NAMES and node.level == 0:
            for name in node.names:
                origins[name.asname or name.name] = node.module
    return origins


def _found(tree: ast.Module, origins: dict[str, str]) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, f"imports {one.name}") for one in names if one.name.partition(".")[0] in BANNED_MODULES)
            case ast.ImportFrom(module=str(module), names=names):
                if module.partition(".")[0] in BANNED_MODULES:
                    yield node.lineno, f"imports {module}"
                banned = BANNED_NAMES.get(module, frozenset())
                # `from datetime import time` is a type; `from time import time` is a clock.
                yield from ((node.lineno, f"imports {module}.{one.name}") for one in names if one.name in banned)
            case ast.AsyncFunctionDef(name=name):
                yield node.lineno, f"{name} is asynchronous"
            case ast.Attribute(attr=attribute):
                module = origins.get(_root_name(node), "")
                if attribute in BANNED_NAMES.get(module, frozenset()):
                    yield node.lineno, f"uses {ast.unparse(node)}"
            case ast.Call(func=ast.Name(id=name)) if name in BANNED_CALLS:
                yield node.lineno, f"calls {name}"


def _root_name(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
