"""Keeps what is in this process's memory in it: no core dump, and no look into it by others of the same user."""

from __future__ import annotations

import ctypes
import faulthandler
import resource
import sys

PR_SET_DUMPABLE = 4
"""prctl(2). Off, the kernel writes no core and lets nobody but root attach or read the memory."""


def keep_memory_private() -> tuple[str, ...]:
    """Do what this system offers; the names of what it does, for whoever wants to know. Never fails."""
    done = []
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        done.append("no core dumps")
    except (OSError, ValueError):
        pass
    if sys.platform == "linux" and _is_undumpable():
        done.append("not readable by others")
    # Its report of a crash goes to stderr, which is kept; threads' stacks name no values, but say what was being done.
    faulthandler.disable()
    return tuple(done)


def _is_undumpable() -> bool:
    try:
        return int(ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)) == 0
    except (OSError, AttributeError):
        return False
