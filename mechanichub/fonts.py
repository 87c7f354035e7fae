"""The letters of our documents: fonts out of packages, and what to print for a character that none of them has.

FiraGO draws Latin, Greek, Cyrillic, Arabic, Hebrew, Devanagari, Thai and Georgian alike, Noto Sans Symbols the signs (both come with
pymupdf-fonts), Noto Sans CJK Chinese, Japanese and Korean. There is no font in the repository.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools.ttLib import TTFont
from noto_cjk_sans_otc import FONT_PATH
from pymupdf_fonts import myfont

TEXT, BOLD, SIGNS, MORE_SIGNS = "figo", "figbo", "symbol2", "symbol1"
EAST_ASIAN = Path(str(FONT_PATH))
JAPANESE, KOREAN, CHINESE = 0, 1, 2  # the faces of that collection: one ideograph is drawn differently in each

MISSING = "\u25a1"  # □, an empty box
_KANA, _HANGUL = re.compile("[\u3040-\u30ff]"), re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
# Control characters, and marks that only colour or place what stands before them.
_DROPPED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)


@cache
def path(name: str) -> Path:
    """Where one of the small fonts is. The package holds them packed, so each is unpacked once, into a folder of this process."""
    unpacked = Path(_folder().name, f"{name}.ttf")
    unpacked.write_bytes(myfont(name))
    return unpacked


@cache
def _folder() -> TemporaryDirectory:
    return TemporaryDirectory(prefix="fonts-")  # removed with the process


@cache
def _drawn() -> frozenset[int]:
    """What the small fonts have."""
    return frozenset(letter for name in (TEXT, SIGNS, MORE_SIGNS) for letter in TTFont(path(name), lazy=True).getBestCmap())


@cache
def _drawn_east_asian() -> frozenset[int]:
    return frozenset(TTFont(EAST_ASIAN, fontNumber=CHINESE, lazy=True).getBestCmap())


def needs_east_asian(text: str) -> bool:
    """Loading that font takes a third of a second, so it is not done for everybody."""
    others = {ord(letter) for letter in set(text)} - _drawn()
    return bool(others and others & _drawn_east_asian())


def east_asian_face(text: str) -> int:
    """Which face suits the text: Japanese where there is kana, Korean where there is hangul, otherwise Chinese."""
    if _KANA.search(text):
        return JAPANESE
    return KOREAN if _HANGUL.search(text) else CHINESE


def printable(text: str) -> str:
    """The text as it can be printed: what no font has is named when it is a sign ("[car]" for an emoji), or an empty box."""
    text = _DROPPED.sub("", unicodedata.normalize("NFC", text.replace("\t", "    ")))
    unknown = {letter for letter in set(text) if letter != "\n" and not is_drawn(letter)}
    return text.translate({ord(letter): _instead_of(letter) for letter in unknown})


def is_drawn(letter: str) -> bool:
    """Whether one of the fonts has it."""
    return ord(letter) in _drawn() or ord(letter) in _drawn_east_asian()


def _instead_of(letter: str) -> str:
    kind = unicodedata.category(letter)
    if ord(letter) in _FLAG_LETTERS:
        return chr(ord(letter) - _FLAG_LETTERS.start + ord("A"))
    if kind == "Zs":
        return " "
    if kind == "Cf":
        return ""
    if kind in ("So", "Sm", "Sk", "Sc") and (name := unicodedata.name(letter, "")):
        return f"[{name.lower()}]"
    return MISSING
