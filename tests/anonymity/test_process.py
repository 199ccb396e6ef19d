"""The real process, with its real clock and chance: killed right after it has answered, it gives the same receipt for the same form, and nothing in
its files or on its log knows who wrote.
"""

from __future__ import annotations

import re
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest
from aiohttp import FormData

from adapters.settings import KEY_FILE
from tests.anonymity.checks import needles_of
from tests.anonymity.scan import appeared, keys_in
from tests.e2e.wire import Demo, Page
from tests.unit.notes.site import OURS, Shown

NOTE = "Chỉ một người có thể viết câu này."


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    folder = tmp_path / "data"
    folder.mkdir()
    running = await Demo(folder).start()
    try:
        yield running
    finally:
        running.stop()


@pytest.mark.timeout(180)  # the process starts twice
@pytest.mark.promise("P1, P8", "the real process: killed behind its answer it knows the form again and not the author.")
async def test_a_killed_process_knows_the_form_again_and_not_who_wrote(demo: Demo, tmp_path: Path) -> None:
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{demo.url}/as/minh", headers={"Accept": "text/html"}) as response:
            page = Page(await response.text())
        before = _files(tmp_path)
        form = next(one for one in page.forms if one.action.endswith("/say"))
        wish = {**form.values, "text": "/anon"}
        headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
        async with http.post(demo.url + form.action, data=wish, headers=headers, allow_redirects=False) as response:
            link = response.headers["Location"]
        sheet = await _post(http, demo, "enter", {"link": link, "page": "write", "lang": "vi"})
        fields = {"visit": sheet.value("visit"), "nonce": sheet.value("nonce", "write"), "text": NOTE}
        code = (await _post(http, demo, "write", fields)).code
        demo.kill()
        await demo.start()
        assert (await _post(http, demo, "write", fields)).code == code
        assert len(re.findall(NOTE, (await _post(http, demo, "read", {"code": code})).text)) == 1
        after = _files(tmp_path)
    # The demo writes by itself, too: in its database only what people say is looked at, elsewhere every byte.
    keys = keys_in(after, *(content for name, content in after.items() if name.endswith(KEY_FILE)))
    elsewhere = {name: content for name, content in after.items() if "demo.db" not in name}
    found = [one for needle in needles_of("minh") for one in appeared(before, elsewhere, needle, keys, needle)]
    found += [one for words in (NOTE, code, code.replace("-", ""), "/anon") for one in appeared(before, after, words, (), words)]
    assert found == []
    assert _said(after) == _said(before) == []


def _files(folder: Path) -> dict[str, bytes]:
    """Everything the process writes, its log and the log of its database included."""
    files = (one for one in sorted(folder.rglob("*")) if one.is_file() and not one.name.endswith("-shm"))
    return {str(one.relative_to(folder)): one.read_bytes() for one in files}


def _said(files: Mapping[str, bytes]) -> list[tuple[object, ...]]:
    """Events and lines of the people who have visited the demo."""
    with tempfile.TemporaryDirectory() as folder:
        for ending in ("demo.db", "demo.db-wal"):
            (Path(folder) / ending).write_bytes(files.get(f"data/{ending}", b""))
        with closing(sqlite3.connect(Path(folder) / "demo.db")) as db:
            return [*db.execute("SELECT event_id FROM inbox"), *db.execute("SELECT said FROM web_lines WHERE said <> ''")]


async def _post(http: aiohttp.ClientSession, demo: Demo, name: str, fields: Mapping[str, str]) -> Shown:
    data = FormData(default_to_multipart=True)
    for key, value in fields.items():
        data.add_field(key, value)
    async with http.post(f"{demo.url}/notes/{name}", data=data, headers=OURS) as response:
        raw = await response.read()
        return Shown(response.status, raw.decode(), raw, dict(response.headers))
