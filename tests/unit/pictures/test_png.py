"""Pixels: whole files of the right size, letters that are letters, and a shelf that stays within its bounds."""

from __future__ import annotations

import asyncio
import builtins
import os
import struct
import zlib
from pathlib import Path

import pytest

from adapters.pictures import png
from adapters.pictures.markup import tag
from adapters.pictures.pictures import DrawnPictures, Easel, digest_of
from adapters.pictures.png import MAGIC, NoPictureError, can_draw, font_file, to_png
from adapters.pictures.shelf import Shelf
from adapters.pictures.svg import draw
from bot.actions.trends import TrendKind, key_result_trend, source_of
from bot.okr.objective import KeyResultId, ObjectiveId
from bot.okr.trend import day_of
from bot.texts import T, say_plain
from tests.unit.actions.office import NOW, objective, office, said
from tests.unit.pictures.test_svg import trend

TOFU = "\ue000"
"""No font of ours has a glyph here."""
SAID = ("picture.value", "picture.expected", "picture.today", "trend.done", "trend.not_done")
SAMPLES = (
    "ĂÂĐÊÔƠƯăâđêôơư",
    "ẰẲẴẮẶẦẨẪẤẬỀỂỄẾỆỒỔỖỐỘỜỞỠỚỢỪỬỮỨỰỲỶỸÝỴ",
    "ằẳẵắặầẩẫấậềểễếệồổỗốộờởỡớợừửữứựỳỷỹýỵ",
    "客户喜爱我们的服务团队增长收入目标趋势图",
    "顧客滿意度與團隊成長",
    "昊婷骞璐淼瑶",
    "→≥≤±×%₫¥€…“”—，。、：；！？（）《》·",
)


def pixels(text: str) -> bytes:
    """The picture of a few letters, to be compared."""
    letters = tag("text", {"x": 4, "y": 24, "font_size": 20, "font_family": "'Laban Sans'"}, text)
    return to_png(tag("svg", {"xmlns": "http://www.w3.org/2000/svg", "width": 40, "height": 32}, letters).text)


def size_of(content: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def test_a_picture_is_a_whole_png_of_the_size_chats_show() -> None:
    content = to_png(draw(trend(), "vi"))
    assert content.startswith(MAGIC)
    assert size_of(content) == (800, 520)
    position, kinds = 8, []
    while position < len(content):
        length, kind = struct.unpack(">I4s", content[position : position + 8])
        body = content[position + 4 : position + 8 + length]
        assert zlib.crc32(body) == struct.unpack(">I", content[position + 8 + length : position + 12 + length])[0]
        kinds.append(kind)
        position += 12 + length
    assert (kinds[0], kinds[-1]) == (b"IHDR", b"IEND")
    assert 10_000 < len(content) < 200_000


@pytest.mark.parametrize("letters", SAMPLES, ids=["upper", "tones", "lower", "simplified", "traditional", "names", "signs"])
def test_every_letter_is_drawn_as_itself_and_not_as_a_box(letters: str) -> None:
    boxes = {pixels(TOFU), pixels(" ")}
    drawn = [pixels(letter) for letter in letters]
    assert [letter for letter, picture in zip(letters, drawn, strict=True) if picture in boxes] == []
    assert len(set(drawn)) == len(set(letters)), "two letters look the same"


@pytest.mark.parametrize("lang", ["vi", "zh"])
def test_the_words_on_pictures_have_all_their_letters(lang: str) -> None:
    box = pixels(TOFU)
    said_there = {letter for key in SAID for letter in say_plain(lang, T(key))} - {" "}
    said_there |= set(say_plain(lang, T("picture.week", number=12)) + say_plain(lang, T("picture.target", value="9"))) - {" "}
    assert [letter for letter in sorted(said_there) if pixels(letter) == box] == []


def test_the_font_comes_with_its_licence() -> None:
    licence = Path(font_file()).with_name("OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "The Noto Project Authors" in licence
    assert "Adobe" in licence


def test_what_is_no_drawing_is_refused() -> None:
    with pytest.raises(NoPictureError):
        to_png("<p>not a drawing")


# --- the shelf ---

PICTURE = MAGIC + b"-" * 40 + png.END


def name(number: int) -> str:
    return f"{number:064x}"


def test_the_shelf_keeps_the_newest_within_its_bounds(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, in_memory=3, on_disk=20)
    for number in range(50):
        shelf.put(name(number), PICTURE)
        os.utime(tmp_path / f"{name(number)}.png", (number, number))
        assert len(list(tmp_path.iterdir())) <= 20
    assert [number for number in range(50) if shelf.at_hand(name(number))] == [47, 48, 49]
    assert shelf.take(name(40)) == PICTURE, "from disk"
    assert shelf.take(name(0)) is None
    assert {file.suffix for file in tmp_path.iterdir()} == {".png"}


def test_half_a_picture_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / f"{name(1)}.png").write_bytes(PICTURE[:-3])
    assert Shelf(tmp_path).take(name(1)) is None


def test_a_disk_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    shelf = Shelf(tmp_path / "file" / "pictures")
    shelf.put(name(1), PICTURE)
    assert shelf.take(name(1)) == PICTURE
    assert Shelf(tmp_path / "file" / "pictures").take(name(1)) is None


def test_what_is_not_ours_in_the_folder_stays(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    shelf = Shelf(tmp_path, on_disk=1)
    shelf.put(name(1), PICTURE)
    shelf.put(name(2), PICTURE)
    assert (tmp_path / "notes.txt").exists()


# --- for messengers ---


async def test_a_source_becomes_a_picture_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = office(objective("an1", "an", "Khách hàng yêu chúng ta"), said("an1-kr", "42", 1))
    stored = await storage.reading.objective(ObjectiveId("an1"))
    assert stored is not None
    seen = await key_result_trend(storage.reading, stored, KeyResultId("an1-kr"), day_of(NOW))
    source = source_of("vi", TrendKind.KEY_RESULT, "an1-kr", seen)
    pictures = DrawnPictures(storage.reading, tmp_path)
    first, second = await asyncio.gather(pictures.png(source), pictures.png(source))
    assert first is not None
    assert first is second
    assert [file.name for file in (tmp_path / "pictures").iterdir()] == [f"{digest_of(draw(seen, 'vi'))}.png"]
    assert await DrawnPictures(storage.reading, tmp_path).png(source) == first, "after a restart"
    assert await pictures.png(source.replace("an1-kr", "gone")) is None
    assert await pictures.png("static/compass.svg") is None


async def test_without_the_library_there_is_no_picture_and_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = builtins.__import__

    def missing(wanted: str, *args: object) -> object:
        if wanted == "resvg_py":
            raise ImportError
        return usual(wanted, *args)  # type: ignore[arg-type] # handed on as it came

    monkeypatch.setattr(builtins, "__import__", missing)
    assert can_draw()
    assert await Easel(None).png_of(draw(trend(), "en")) is None
