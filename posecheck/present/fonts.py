"""Fonts, measures and masks of text: Pillow's own font, or a system's where letters are missing."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import pairwise

from PIL import Image, ImageDraw, ImageFont

from posecheck.errors import MissingDependencyError

# What Pillow's built-in font holds beside ASCII; texts with more ask the system for a font.
_BUILT_IN = frozenset(map(chr, range(32, 127))) | frozenset("°±…·“”‘’")
_SYSTEM_FONTS = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "Arial Unicode.ttf", "arial.ttf")
_DASHES = str.maketrans("−–—‐‑", "-----")
# The built-in font has one weight. The bold one is drawn enlarged with a stroke around each
# letter, of this share of the size, and the letters are moved apart by what the stroke adds.
_STROKE = 1 / 36


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
    """Return what is written and the font it is written in.

    Parameters
    ----------
    text
        What was asked for.
    size
        Of its letters, in pixels.

    """
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
    """Return how wide a text is, in pixels.

    Parameters
    ----------
    text
        One line.
    size
        Of its letters, in pixels.
    bold
        Whether it is.

    """
    if bold:
        enlarged = _enlarged(size)
        return -(-round(_pens(text, size * enlarged)[-1]) // enlarged)
    line, font = typeset(text, size)
    return round(font.getlength(line))


@lru_cache(maxsize=4096)
def text_mask(text: str, size: int, bold: bool = False) -> Image.Image:
    """Return a text as a mask of its width and of the font's full height.

    Parameters
    ----------
    text
        One line.
    size
        Of its letters, in pixels.
    bold
        Whether it is.

    """
    if bold:
        return _bold_mask(text, size)
    line, font = typeset(text, size)
    mask = Image.new("L", (text_width(text, size) + 2, sum(font.getmetrics())), 0)
    ImageDraw.Draw(mask).text((0, 0), line, fill=255, font=font)
    return mask


def _bold_mask(text: str, size: int) -> Image.Image:
    enlarged = _enlarged(size)
    line, font = typeset(text, size * enlarged)
    stroke, pens = _stroke_px(size * enlarged), _pens(text, size * enlarged)
    wide = (text_width(text, size, True) + 2) * enlarged
    high = -(-(sum(font.getmetrics()) + 2 * stroke) // enlarged) * enlarged
    mask = Image.new("L", (wide, high), 0)
    draw = ImageDraw.Draw(mask)
    for letter, x in zip(line, pens[:-1], strict=True):
        # With a stroke the letter's outline starts at the point, not its body.
        at = (round(x), stroke)
        draw.text(at, letter, fill=255, font=font, stroke_width=stroke)
    return mask.reduce(enlarged)


@lru_cache(maxsize=4096)
def _pens(text: str, size: int) -> tuple[float, ...]:
    """Return where each bold letter starts, and where the line ends."""
    line, font = typeset(text, size)
    stroke = _stroke_px(size)
    pens = [float(stroke)]
    for letter, following in pairwise(line):
        kerned = font.getlength(letter + following) - font.getlength(following)
        pens.append(pens[-1] + kerned + 1.5 * stroke)
    pens.append(pens[-1] + (font.getlength(line[-1]) + stroke if line else 0.0))
    return tuple(pens) if line else (0.0,)


def _enlarged(size: int) -> int:
    return 6 if size < 24 else 4 if size < 60 else 2


def _stroke_px(size: int) -> int:
    return max(round(size * _STROKE), 1)
