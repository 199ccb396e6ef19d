"""The `laban` command. Only what every start needs is imported here; each command imports what it needs itself."""

from __future__ import annotations

import sys


def main() -> int:
    """The exit code: 0 done, 1 something is wrong (said on stderr), 2 not a command we know."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from importlib.metadata import version

        print(f"laban {version('laban')}")
        return 0
    from adapters.commands import run

    return run(sys.argv[1:])
