"""Numbers and times as a report writes them, in the words of a language."""

from __future__ import annotations

import math

from posecheck.types import Words, decimal

_MINUTE_S = 60


class Moment(str):
    """A time of the clip in words, to which the page leads where it has the video."""

    start_s: float

    def __new__(cls, text: str, start_s: float) -> Moment:
        """Return the text, which knows when it is."""
        self = super().__new__(cls, text)
        self.start_s = start_s
        return self


def number(value: float, unit: str = "", digits: int = 0, words: Words | None = None) -> str:
    """Return a number with its unit, or a dash where it is unknown.

    Parameters
    ----------
    value
        The number, NaN where it is unknown.
    unit
        What stands behind it.
    digits
        How many stand behind the point.
    words
        The language; English if None.

    """
    if not math.isfinite(value):
        return "–"
    rounded = round(value, digits) + 0.0  # no "-0"
    return decimal(f"{rounded:.{digits}f}", words).replace("-", "−") + unit


def clock(seconds: float, words: Words | None = None) -> str:
    """Return a time of the clip: seconds, or minutes from one minute on.

    Parameters
    ----------
    seconds
        The time, NaN where it is unknown.
    words
        The language; English if None.

    """
    if not math.isfinite(seconds):
        return "–"
    if seconds < _MINUTE_S:
        return decimal(f"{seconds:.1f} s", words)
    tenths = round(seconds * 10)
    part = f"{tenths % (10 * _MINUTE_S) / 10:04.1f} min"
    return f"{tenths // (10 * _MINUTE_S)}:{decimal(part, words)}"


def moment(seconds: float, words: Words, text: str = "") -> str:
    """Return a time to which the page can lead, or a dash; `text` says it in other words."""
    said = text or clock(seconds, words)
    return Moment(said, seconds) if math.isfinite(seconds) else said


def with_band(value: float, half: float) -> str:
    """Return degrees with half of their 95 % band; NaN is what is not known."""
    band = f" ± {half:.0f}°" if math.isfinite(half) and math.isfinite(value) else ""
    return number(value, "°") + band
