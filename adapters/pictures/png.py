"""SVG → PNG, with one font of our own, so that it looks the same on every machine."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.util import find_spec

ZOOM = 1.25
"""Pixels for one of the drawing: 800 × 520, sharp on a telephone and quick to draw."""
FAMILY = "Laban Sans"
MAGIC = b"\x89PNG\r\n\x1a\n"
END = b"IEND\xaeB`\x82"


class NoPictureError(Exception):
    """This machine cannot draw, or not this."""


def can_draw() -> bool:
    """Whether this machine has what drawing takes. Imports nothing: the library is only loaded for the first picture."""
    return find_spec("resvg_py") is not None


def to_png(svg: str) -> bytes:
    """The drawing as PNG. Takes some tens of milliseconds of a thread; raises NoPictureError."""
    try:
        from resvg_py import svg_to_bytes  # noqa: PLC0415 only who draws pays for it
    except ImportError as error:
        raise NoPictureError(f"resvg cannot be imported: {type(error).__name__}") from None
    family = FAMILY
    try:
        drawn = bytes(
            svg_to_bytes(
                svg_string=svg,
                zoom=ZOOM,
                skip_system_fonts=True,
                font_files=[font_file()],
                font_family=family,
                sans_serif_family=family,
                serif_family=family,
            )
        )
    except ValueError:
        raise NoPictureError("resvg refused the drawing") from None
    if not is_png(drawn):
        raise NoPictureError("resvg drew nothing")
    return drawn


def is_png(content: bytes) -> bool:
    """Whether these are the bytes of a whole PNG file."""
    return content.startswith(MAGIC) and content.endswith(END)


@cache
def font_file() -> str:
    """Where the font lies. Wheels are unpacked when they are installed, so it is a file."""
    return str(files("adapters.pictures").joinpath("fonts/LabanSans-Regular.ttf"))
