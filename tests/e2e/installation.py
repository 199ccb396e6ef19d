"""`laban` as whoever hosts it has it: the real command in a folder of its own, with its settings in the environment."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import aiohttp

from tests.e2e.wire import LABAN, PATIENCE, START_LIMIT, free_port


class Installation:
    """Runs commands, and one server that can be killed without warning and started again. None of its `secrets` is ever said by a command."""

    def __init__(self, folder: Path, settings: Mapping[str, str], secrets: tuple[str, ...]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self.secrets = secrets
        self._log = folder / "run.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": "/nonexistent",
            "LANG": "C.UTF-8",
            "PORT": str(self.port),
            **settings,
        }

    async def laban(self, *arguments: str, code: int = 0, **settings: str) -> str:
        """A command's output; `code` is how it has to end, `settings` are for this once."""
        process = await asyncio.create_subprocess_exec(
            LABAN,
            *arguments,
            cwd=self._folder,
            env=self._environment | settings,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await asyncio.wait_for(process.communicate(), START_LIMIT)
        said = output.decode()
        assert process.returncode == code, said
        assert not any(secret in said for secret in self.secrets)
        return said

    async def doctor(self, code: int = 0, **settings: str) -> str:
        """What the doctor says, in one line: its sentences break where its table has no more room."""
        return " ".join((await self.laban("doctor", code=code, **settings)).split())

    async def start(self, command: str = "run") -> None:
        """Start the server that `command` is, and wait until it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([LABAN, command], cwd=self._folder, env=self._environment, stdout=log, stderr=log)  # noqa: ASYNC220 it is started once, before anything else runs
        async with aiohttp.ClientSession() as session, asyncio.timeout(START_LIMIT):
            while True:
                assert self._process.poll() is None, self.log
                try:
                    async with session.get(f"{self.url}/health") as response:
                        if response.status == 200:
                            return
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(0.05)  # a process has no event to wait for

    def kill(self) -> None:
        """As a power cut would."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.terminate()
        return self._process.wait(PATIENCE)

    @property
    def log(self) -> str:
        return self._log.read_text()
