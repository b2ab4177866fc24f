"""Text in a PDF: typefaces that come with Posecheck, lines that fit, and letters of any script.

The typefaces (``typefaces/``) are DejaVu Sans Condensed, cut down to Latin, Greek, Cyrillic,
Hebrew, Arabic and signs, so that a PDF looks the same on every machine. Chinese, Japanese and
Korean are left to the fonts that a reader of PDFs has for them; what nobody has is a question mark.
Arabic letters are set in their order, and are not joined.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from itertools import groupby
from typing import Any

from posecheck.errors import MissingDependencyError

_FACES = {False: "DejaVuSansCondensed", True: "DejaVuSansCondensed-Bold"}
_CHINESE, _JAPANESE, _KOREAN = "STSong-Light", "HeiseiKakuGo-W5", "HYGothic-Medium"
_HAN = re.compile(
    r"[\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60\uffe0-\uffe6]"
)
_KANA = re.compile(r"[\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9f]")
_HANGUL = re.compile(r"[\u1100-\u11ff\u3131-\u318f\uac00-\ud7af]")
_HEBREW_ARABIC = r"[\u0590-\u07ff]+"
_RIGHT_TO_LEFT = re.compile(rf"{_HEBREW_ARABIC}(?: +{_HEBREW_ARABIC})*")
_LEADING = 1.28  # from line to line, of the size of the letters
_DESCENT = 0.24  # below the line that they stand on


@dataclass(frozen=True, slots=True)
class Style:
    """How letters look: their size in points, weight and colour."""

    size_pt: float
    bold: bool = False
    colour: str = "#1f2328"

    @property
    def line_pt(self) -> float:
        """Return how high a line is."""
        return self.size_pt * _LEADING


def load_reportlab() -> None:
    """Find out whether a PDF can be written.

    Raises
    ------
    MissingDependencyError
        The library for it is not there.

    """
    try:
        import reportlab.pdfgen.canvas  # noqa: F401
    except ImportError as error:
        raise MissingDependencyError(
            "A PDF needs the library reportlab: install it with `pip install reportlab`, or leave "
            "--pdf out."
        ) from error


def lines_of(
    text: str, width_pt: float, style: Style, most: int, more: str = "…"
) -> tuple[str, ...]:
    """Return a text as lines that are no wider than they may be.

    Parameters
    ----------
    text
        Anything.
    width_pt
        How wide a line may be.
    style
        Of its letters.
    most
        How many lines there may be.
    more
        What ends the last line where there would be more of them.

    """
    lines: list[str] = []
    line = ""
    for word in _words(_clean(text), width_pt, style):
        longer = f"{line} {word}" if line else word
        if line and width_of(longer, style) > width_pt:
            lines.append(line)
            line = word
            if len(lines) == most:
                lines[-1] = _shortened(lines[-1], width_pt, style, more)
                return tuple(lines)
        else:
            line = longer
    return (*lines, line) if line else tuple(lines)


def width_of(text: str, style: Style) -> float:
    """Return how wide a line is, in points.

    Parameters
    ----------
    text
        The line.
    style
        Of its letters.

    """
    runs = _runs(text, style.bold)
    return float(sum(_font(name).stringWidth(run, style.size_pt) for name, run in runs))


def put_line(canvas: Any, x_pt: float, top_pt: float, text: str, style: Style) -> None:
    """Write a line.

    Parameters
    ----------
    canvas
        The page, one of reportlab's.
    x_pt
        Where it begins.
    top_pt
        Where the line's upper end is, from the bottom of the page.
    text
        The line.
    style
        Of its letters.

    """
    base = top_pt - style.line_pt + _DESCENT * style.size_pt
    out = canvas.beginText(x_pt, base)
    out.setFillColor(style.colour)
    for name, run in _runs(_RIGHT_TO_LEFT.sub(lambda m: m[0][::-1], text), style.bold):
        _font(name)
        out.setFont(name, style.size_pt)
        out.textOut(run)
    canvas.drawText(out)


def _words(text: str, width_pt: float, style: Style) -> Iterator[str]:
    """Yield the words, those that no line holds in pieces."""
    for word in text.split():
        rest = word
        while width_of(rest, style) > width_pt and len(rest) > 1:
            fits = 1
            while fits < len(rest) - 1 and width_of(rest[: fits + 1], style) <= width_pt:
                fits += 1
            yield rest[:fits]
            rest = rest[fits:]
        yield rest


def _shortened(line: str, width_pt: float, style: Style, more: str) -> str:
    while line and width_of(f"{line} {more}", style) > width_pt:
        line = line.rpartition(" ")[0] or line[:-1]
    return f"{line} {more}".strip()


@cache
def _clean(text: str) -> str:
    """Return the text on one line, of letters that can be written."""
    valid = text.encode("utf-8", "replace").decode("utf-8")
    printed = "".join(c if c.isprintable() else " " for c in unicodedata.normalize("NFC", valid))
    return "".join(_written(c) for c in printed)


def _written(letter: str) -> str:
    """Return a letter, what it is made of where that can be written alone, or a question mark."""
    if _has(letter) or _eastern(letter):
        return letter
    parts = "".join(c for c in unicodedata.normalize("NFKD", letter) if _has(c) or _eastern(c))
    return parts or ("" if unicodedata.combining(letter) else "?")


def _runs(text: str, bold: bool) -> Iterator[tuple[str, str]]:
    """Yield the parts of a line with the font of each."""
    japanese = _KANA.search(text) is not None

    def font(letter: str) -> str:
        if _has(letter):
            return _FACES[bold]
        if _HANGUL.match(letter):
            return _KOREAN
        return _JAPANESE if japanese else _CHINESE

    for name, run in groupby(text, font):
        yield name, "".join(run)


def _eastern(letter: str) -> bool:
    return any(script.match(letter) for script in (_HAN, _KANA, _HANGUL))


def _has(letter: str) -> bool:
    return ord(letter) in _font(_FACES[False]).face.charToGlyph


@cache
def _font(name: str) -> Any:
    """Return a font that reportlab knows from then on."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.ttfonts import TTFont

    if name in _FACES.values():
        place = files("posecheck.present").joinpath("typefaces").joinpath(f"{name}.ttf")
        with as_file(place) as path:
            font = TTFont(name, str(path))
    else:
        font = UnicodeCIDFont(name)
    pdfmetrics.registerFont(font)
    return font
