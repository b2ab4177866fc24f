"""Fonts and measures of text: Pillow's own font, or a system's where letters are missing."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from PIL import ImageFont

from posecheck.errors import MissingDependencyError

# What Pillow's built-in font holds beside ASCII; texts with more ask the system for a font.
_BUILT_IN = frozenset(map(chr, range(32, 127))) | frozenset("°±…·“”‘’")
_SYSTEM_FONTS = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "Arial Unicode.ttf", "arial.ttf")
_DASHES = str.maketrans("−–—‐‑", "-----")


def printable(text: str) -> str:
    """Return the text as one line that any font call accepts."""
    clean = text.encode("utf-8", "replace").decode("utf-8").translate(_DASHES)
    return " ".join("".join(c if c.isprintable() else " " for c in clean).split())


@lru_cache(maxsize=64)
def _built_in(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size=size)
    if not isinstance(font, ImageFont.FreeTypeFont):  # pragma: no cover - Pillow without FreeType
        raise MissingDependencyError(
            "Pillow was built without FreeType and cannot write text: pip install --force pillow"
        )
    return font


@lru_cache(maxsize=64)
def _system(size: int) -> ImageFont.FreeTypeFont | None:
    for name in _SYSTEM_FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return None


@lru_cache(maxsize=4096)
def typeset(text: str, size: int) -> tuple[str, ImageFont.FreeTypeFont]:
    """Return what is written and the font it is written in."""
    line = printable(text)
    if _BUILT_IN.issuperset(line):
        return line, _built_in(size)
    system = _system(size)
    if system is not None:
        return line, system
    # Without a system font an accent is lost, but not the letter below it.
    plain = "".join(c for c in unicodedata.normalize("NFKD", line) if not unicodedata.combining(c))
    return "".join(c if c in _BUILT_IN else "?" for c in plain), _built_in(size)


@lru_cache(maxsize=4096)
def text_width(text: str, size: int, bold: bool = False) -> int:
    """Return how wide the text is, in pixels."""
    line, font = typeset(text, size)
    return round(font.getlength(line)) + 2 * stroke_px(size, bold)


def stroke_px(size: int, bold: bool) -> int:
    """Return how thick the stroke around a letter is."""
    # The built-in font has one weight; a thin stroke around it makes the bold one.
    return max(1, round(size / 28)) if bold else 0
