"""Text as typed → text that can be compared: one spelling per character, same length before and after folding."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# Traditional → simplified, only for characters that occur in our own cue words; not a general converter.
TRADITIONAL_PAIRS = (
    "達达 從从 減减 長长 舉举 辦办 組组 織织 維维 優优 強强 標标 萬万 億亿 兩两 後后 續续 術术 設设 計计 劃划 訓训 寫写 "
    "發发 佈布 實实 現现 獲获 簽签 約约 單单 線线 測测 試试 開开 產产 業业 務务 銷销 額额 錢钱 滿满 員员 團团 隊队 戶户 "
    "體体 驗验 質质 區区 縮缩 擴扩 漲涨 為为 於于 這这 個个 總总 結结 識识 報报 準准 備备 買买 賣卖 號号 點点 歲岁 節节 "
    "層层 級级 處处 應应 響响 時时 間间 週周 當当 則则 無无 種种 機机 構构 難难 題题 穩稳 顧顾 際际 項项 歷历 導导 師师 "
    "籌筹 閱阅 讀读 轉转 換换 絲丝 註注 冊册 載载 數数 對对 關关 鍵键 過过 營营 運运 環环 顯显 訴诉 錯错 誤误 壓压 購购 "
    "們们 盡尽 讓让 來来 將将 費费 進进 啟启 動动 還还 沒没 領领 請请 書书 場场 會会 議议 爭争 頁页 類类 貨货 東东 幫帮 "
    "錄录 積积 極极 學学 習习 績绩 價价 創创 聯联 說说 願愿 監监 漸渐 趨趋 勢势 條条 檔档 鐘钟 係系 繫系 鬆松 稱称 聲声 價价 負负 責责"
)
SIMPLIFIED = {ord(pair[0]): pair[1] for pair in TRADITIONAL_PAIRS.split()}

# Several ways to type one sign; longer spellings first.
SIGNS = (
    ("-->", "→"),
    ("->", "→"),
    ("=>", "→"),
    ("⟶", "→"),
    ("➔", "→"),
    ("➜", "→"),
    ("➡", "→"),
    ("⇒", "→"),
    (">=", "≥"),
    ("≧", "≥"),
    ("<=", "≤"),
    ("≦", "≤"),
    ("\u2212", "-"),
    ("\u2013", "-"),
    ("\u2012", "-"),
    ("’", "'"),
)

# Chinese punctuation stays as it was typed, for examples quote it, and is only folded; between figures it becomes part of a number.
WIDE_PUNCTUATION = dict(zip("\uff0c\uff1a\uff1b\uff1f\uff01\uff08\uff09", ",:;?!()", strict=True))


@lru_cache(maxsize=4096)
def _plain_character(character: str) -> str:
    if character in WIDE_PUNCTUATION:
        return character
    category = unicodedata.category(character)
    if category == "Cf":  # zero-width marks and bidi controls: invisible, so nobody typed them on purpose
        return ""
    if category in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"}:
        return " "
    wide = unicodedata.normalize("NFKC", character)
    if category == "No":
        # "1½" must not turn into "11/2", nor "m²" and "10²" into other numbers.
        return f" {wide.replace(chr(0x2044), '/')}" if chr(0x2044) in wide else character
    return wide


def clean(text: str, limit: int) -> str:
    """At most `limit` characters of `text` on one line: full-width forms narrowed, invisible characters gone, arrows and dashes unified."""
    text = unicodedata.normalize("NFC", text.strip()[:limit])
    if not text.isascii() or not text.isprintable():
        text = "".join(map(_plain_character, text))[:limit]
        if "\uff0c" in text:
            text = "".join(
                "," if character == "\uff0c" and text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit() else character
                for at, character in enumerate(text)
            )
    for written, sign in SIGNS:
        text = text.replace(written, sign)
    return " ".join(text.split())


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    if character in WIDE_PUNCTUATION:
        return WIDE_PUNCTUATION[character]
    lower = character.lower()[:1]
    if lower == "đ":
        return "d"
    return unicodedata.normalize("NFD", lower)[:1].translate(SIMPLIFIED) or character


def fold(text: str) -> str:
    """Lower case, no accents, simplified characters; every character stays at its place, so positions remain valid."""
    return text.lower() if text.isascii() else "".join(map(_fold_character, text))


def accents(word: str) -> str | None:
    """What distinguishes words that fold alike, or None for a word typed without accents.

    Sorted, so that "hoà" and "hòa" count as one spelling.
    """
    if word.isascii():
        return None
    lower = word.lower()
    return "".join(sorted(unicodedata.normalize("NFD", lower))) if fold(word) != lower else None
