"""A process that dies at any moment, or whose disk is full, loses no note, doubles none, and leaves no word behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.anonymity.scene import DEEDS, WORDS

pytestmark = pytest.mark.timeout(240)
"""The whole product is run many times; on a machine with other things to do that takes its time."""

ROOT = Path(__file__).parent.parent.parent
ABORT = f"""
import os, resource
most = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (most, most))
from adapters.hygiene import keep_memory_private
words = {WORDS!r}
keep_memory_private()
os.abort()
"""


@pytest.mark.promise(
    "P8",
    "kill -9 and a full disk: before whichever file call of ours and whichever statement to the database, the same form sent again gives the same "
    "receipt and one note.",
)
@pytest.mark.parametrize("deed", [deed for deed in DEEDS if deed != "look"])
def test_dying_at_any_call_changes_nothing_in_the_end(deed: str, folder: Path) -> None:
    command = [sys.executable, "-m", "tests.anonymity.mortal", str(folder), deed]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT, timeout=200)
    assert ended.returncode == 0, ended.stderr
    assert not ended.stderr
    told = [json.loads(line) for line in ended.stdout.splitlines()]
    assert len(told) > 10
    assert [one for one in told if one["found"]] == []


@pytest.mark.promise("P8", "an abort writes no core: what was in memory is in no file.")
def test_an_abort_leaves_no_core(tmp_path: Path) -> None:
    """Where cores would be written, this process would have written one."""
    process = subprocess.Popen(
        [sys.executable, "-c", ABORT], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.DEVNULL
    )
    _, status = os.waitpid(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert (process.returncode, os.WCOREDUMP(status)) == (-signal.SIGABRT, False)
    assert list(tmp_path.iterdir()) == []
