"""One way to compare words, whatever case, accents or width they are typed in."""

from __future__ import annotations

import unicodedata

_EDGES = " \t\n.!?…。！？,，、;；:：\"'“”‘’«»()（）[]"
FOLD_LIMIT = 400
"""Nothing that is compared is longer; more text is not looked at."""


def fold(text: str) -> str:
    """Lower case, full-width forms narrowed, Vietnamese without accents, single spaces, no punctuation at the ends: "Cứu mạng!" → "cuu mang"."""
    if text.isascii():
        return " ".join(text[:FOLD_LIMIT].casefold().split()).strip(_EDGES)
    narrowed = unicodedata.normalize("NFKC", text[:FOLD_LIMIT]).casefold().replace("đ", "d")
    bare = "".join(char for char in unicodedata.normalize("NFD", narrowed) if unicodedata.category(char) != "Mn")
    return " ".join(unicodedata.normalize("NFC", bare).split()).strip(_EDGES)
