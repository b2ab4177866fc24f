"""What a damaged file lacks: the warnings that follow, how much it is, and what it touches."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from posecheck.assess.sight import Sight
from posecheck.types import Flaws, Words, decimal

# A leg that is seen lying for so long before, or after, pictures are lost was not at work then.
REST_SEEN_S = 1.0


def file_warnings(flaws: Flaws) -> Iterator[str]:
    """Yield the warnings about the file itself."""
    if flaws.cut_off:
        yield "cut_off"
    if missing_s(flaws) > 0:
        yield "frames_missing"
    if flaws.time_uncertain:
        yield "time_uncertain"


def missing_s(flaws: Flaws) -> float:
    """Return how much is lost, but for an end that is said to be cut off."""
    lost = flaws.lost_s[:-1] if flaws.cut_off else flaws.lost_s
    return sum(b - a for a, b in lost) + flaws.unplaced_s


def how_much(warning: str, flaws: Flaws, words: Words) -> str:
    """Return a sentence on how much is lost, where the file tells.

    Parameters
    ----------
    warning
        ``frames_missing``, ``cut_off``, or another, of which nothing is said.
    flaws
        What the file lacks.
    words
        The language.

    """
    seconds = 0.0
    if warning == "frames_missing":
        seconds = missing_s(flaws)
    elif warning == "cut_off" and flaws.lost_s:
        seconds = flaws.lost_s[-1][1] - flaws.lost_s[-1][0]
    if not seconds:
        return ""
    number = words.number(max(seconds, 0.1), 0 if seconds >= 2 else 1)
    return " " + words.text("file.lost", seconds=number)


def file_notes(flaws: Flaws, words: Words) -> Iterator[str]:
    """Yield a sentence for each of the further notes on how a file was read."""
    for name, number in flaws.notes:
        yield words.text(f"file.{name}", number=decimal(f"{number:.3g}", words))


def touched(sight: Sight, flaws: Flaws, warning: str) -> bool:
    """Tell whether the exercise goes on beside what is lost, or may have.

    Parameters
    ----------
    sight
        What was seen.
    flaws
        What the file lacks.
    warning
        ``frames_missing`` or ``cut_off``.

    """
    if warning == "frames_missing" and flaws.unplaced_s > 0:
        return True
    lost = flaws.lost_s
    if flaws.cut_off:
        lost = lost[-1:] if warning == "cut_off" else lost[:-1]
    active = sight.t_s[sight.moving]
    return not len(active) or any(
        bool(np.any((active >= a - REST_SEEN_S) & (active <= b + REST_SEEN_S))) for a, b in lost
    )
