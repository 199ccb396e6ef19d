"""What is in memory stays in memory, tried in a process of its own."""

from __future__ import annotations

import subprocess
import sys

ASK = """
import resource, ctypes, sys
from adapters.hygiene import keep_memory_private
done = keep_memory_private()
dumpable = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) if sys.platform == "linux" else 0
print(done, resource.getrlimit(resource.RLIMIT_CORE), dumpable)
"""


def test_no_core_is_ever_written() -> None:
    told = subprocess.run([sys.executable, "-c", ASK], check=True, capture_output=True, text=True, timeout=50).stdout
    names = "('no core dumps', 'not readable by others')" if sys.platform == "linux" else "('no core dumps',)"
    assert told == f"{names} (0, 0) 0\n"
