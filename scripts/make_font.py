"""Makes the one font pictures are drawn with, from the pinned npm packages of Noto Sans and Noto Sans SC.

    python scripts/make_font.py            needs npm on PATH, and fonttools and brotli in this Python

One file, because a text run that needs two fonts is drawn with empty boxes. One family name of our own, because the Chinese file calls
itself "Noto Sans SC Thin" whatever its weight, and no drawing library finds it by the name people expect.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
from fnmatch import fnmatch
from pathlib import Path

from fontTools.merge import Merger, Options
from fontTools.subset import Subsetter
from fontTools.ttLib import TTFont

FOLDER = Path(__file__).resolve().parent.parent / "adapters/pictures/fonts"
FAMILY = "Laban Sans"
LATIN = "@fontsource/noto-sans@5.3.0"
CHINESE = "@fontsource/noto-sans-sc@5.3.0"
INTEGRITY = {
    LATIN: "sha512-fBCog2PY7DiVVTEEqtI/Qdinx/knobHYfoGpjFXdfBX5RoJaBp1Prw2G75p0OIsdlMZg3cLo0c+YbIUYOxnQJw==",
    CHINESE: "sha512-HeqIlGm0+ohOKxZLuHj1qW6r6avHH0OWdKERAcSDI0RQ+MXrteuLKA+M+5eOA8rYy0MFvOR5AT0fQo2rUkye0Q==",
}
PARTS = (
    (LATIN, "noto-sans-latin-400-normal"),
    (LATIN, "noto-sans-latin-ext-400-normal"),
    (LATIN, "noto-sans-vietnamese-400-normal"),
    (CHINESE, "noto-sans-sc-chinese-simplified-400-normal"),
)
MORE = "package/files/noto-sans-sc-[0-9]*-400-normal.woff2"
"""Slices of the whole Chinese font. What the parts lack comes from here: arrows, comparison signs, and the rest of GB 2312."""
UNNEEDED = (
    "GSUB",
    "GPOS",
    "GDEF",
    "BASE",
    "STAT",
    "DSIG",
    "vhea",
    "vmtx",
    "VORG",
    "fpgm",
    "prep",
    "cvt ",
    "gasp",
    "hdmx",
    "VDMX",
    "LTSH",
    "meta",
)
"""Shaping that none of our three languages needs, vertical writing, and hints for screens of another age."""
EPOCH = 3_870_000_000
"""Seconds since 1904: the date the font bears, so that making it again gives the same bytes."""


def main() -> None:
    """Fetch, check, merge, rename, write."""
    with tempfile.TemporaryDirectory(prefix="laban-font-") as name:
        folder = Path(name)
        packages = {package: fetch(package, folder) for package in INTEGRITY}
        files = []
        copyrights: dict[str, str] = {}
        for number, (package, part) in enumerate(PARTS):
            file = folder / f"{number}.ttf"
            font = plain(packages[package][f"package/files/{part}.woff2"])
            copyrights.setdefault(package, str(font["name"].getDebugName(0)))
            font.save(file)
            files.append(str(file))
        files += fill_up(files, packages[CHINESE], folder)
        merged = Merger(options=Options(drop_tables=[*UNNEEDED, "name"])).merge(files)
        named(merged, "; ".join(copyrights.values()))
        merged.save(FOLDER / "LabanSans-Regular.ttf")
    (FOLDER / "OFL.txt").write_text(licence(copyrights, packages[LATIN]["package/LICENSE"].decode()), encoding="utf-8")
    size = (FOLDER / "LabanSans-Regular.ttf").stat().st_size
    sys.stdout.write(f"{FAMILY}: {size / 1e6:.2f} MB, {len(merged.getBestCmap())} characters\n")


def fetch(package: str, folder: Path) -> dict[str, bytes]:
    """A package's files by name, as npm is set up here to get them. Ends the program when they are not the ones pinned."""
    packed = subprocess.run(["npm", "pack", "--json", package], check=True, capture_output=True, cwd=folder)  # noqa: S603, S607 fixed words; npm from PATH is meant
    archive = (folder / json.loads(packed.stdout)[0]["filename"]).read_bytes()
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode()
    if integrity != INTEGRITY[package]:
        sys.exit(f"{package} is not what it was: {integrity}")
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        named = {f"package/files/{part}.woff2" for owner, part in PARTS if owner == package} | {"package/LICENSE"}
        wanted = [one for one in tar.getmembers() if one.name in named or (package == CHINESE and fnmatch(one.name, MORE))]
        return {one.name: content.read() for one in wanted if (content := tar.extractfile(one)) is not None}


def fill_up(files: list[str], packed: dict[str, bytes], folder: Path) -> list[str]:
    """Small fonts with every wanted character that `files` lack, each character once."""
    missing = wanted_characters() - {char for file in files for char in TTFont(file).getBestCmap()}
    made: list[str] = []
    for name in sorted(name for name in packed if fnmatch(name, MORE)):
        font = plain(packed[name])
        here = missing & set(font.getBestCmap())
        if not here:
            continue
        subsetter = Subsetter()
        subsetter.populate(unicodes=here)
        subsetter.subset(font)
        missing -= here
        made.append(str(folder / f"more{len(made)}.ttf"))
        font.save(made[-1])
    return made


def wanted_characters() -> set[int]:
    """Punctuation, arrows, mathematical and geometric signs, and the characters of GB 2312."""
    signs = set(range(0x2010, 0x2C00)) | set(range(0x3000, 0x3030)) | set(range(0xFF00, 0xFFEF))
    rows = (bytes((high, low)) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF))
    return signs | {ord(char) for pair in rows if (char := pair.decode("gb2312", "ignore"))}


def plain(woff2: bytes) -> TTFont:
    """The font uncompressed, without what differs between the parts and is not needed."""
    font = TTFont(io.BytesIO(woff2), recalcTimestamp=False)
    font.flavor = None
    for table in UNNEEDED:
        if table in font:
            del font[table]
    for glyph in font.getGlyphOrder():
        font["glyf"][glyph].removeHinting()
    return font


def named(font: TTFont, copyrights: str) -> None:
    """Give the merged font its own name; the copyrights of what it is made of stay with it."""
    from fontTools.ttLib import newTable  # noqa: PLC0415 beside its only use

    name = font["name"] = newTable("name")
    name.names = []
    said = {
        0: copyrights,
        1: FAMILY,
        2: "Regular",
        3: f"{FAMILY} Regular 1",
        4: f"{FAMILY} Regular",
        5: "Version 1.000",
        6: "LabanSans-Regular",
        13: "This Font Software is licensed under the SIL Open Font License, Version 1.1.",
        14: "https://openfontlicense.org",
    }
    for number, text in said.items():
        name.setName(text, number, 3, 1, 0x409)
    font["head"].created = font["head"].modified = EPOCH
    font["head"].macStyle = 0
    font["OS/2"].usWeightClass = 400
    font.recalcTimestamp = False


def licence(copyrights: dict[str, str], text: str) -> str:
    """The licence once, below the copyright of each part."""
    lines = "\n".join(f"{package.removeprefix('@fontsource/').partition('@')[0]}: {said}" for package, said in copyrights.items())
    return f"{FAMILY} is merged from Noto Sans and Noto Sans SC.\n\n{lines}\n{text.partition(chr(10))[2].rstrip()}\n"


if __name__ == "__main__":
    main()
