"""The gauge of an exercise to an end range: where the joint is, and how far it came in the set.

It stands in the place of the gauge of the point of tension, which these exercises have not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache

from posecheck.present.canvas import BLUE, GREEN, INK, MUTED, PAPER, Canvas, Line
from posecheck.present.gauge import head_lines
from posecheck.present.stencils import Box, Sketch, Stencil
from posecheck.types import End, Joint, Update, Words

# From where the joint lies to where few people come (degrees of flexion): a thigh that lies flat to
# one that stands; a shank that hangs to a straight knee; a straight knee to a heel at the seat.
SCALES: Mapping[tuple[Joint, End], tuple[float, float]] = {
    ("hip", "most flexed"): (0.0, 100.0), ("hip", "straightest"): (100.0, 0.0),
    ("knee", "most flexed"): (0.0, 140.0), ("knee", "straightest"): (100.0, 0.0),
}  # fmt: skip


def place(deg: float, to: tuple[Joint, End]) -> float:
    """Return where on the bar an angle of the joint is, 0 to 1 at the far end.

    Parameters
    ----------
    deg
        The angle, finite.
    to
        The joint that goes to an end range, and which end.

    """
    start, end = SCALES[to]
    return min(max((deg - start) / (end - start), 0.0), 1.0)


def now_deg(update: Update) -> float:
    """Return the angle of the joint that goes to an end range, NaN where it is not known."""
    angles = update.angles
    return angles.hip_flexion_deg if _to(update)[0] == "hip" else angles.knee_flexion_deg


def _to(update: Update) -> tuple[Joint, End]:
    return update.end_range or ("knee", "most flexed")


def draw_peak_gauge(canvas: Canvas, box: Box, u: float, update: Update, words: Words) -> None:
    """Draw the panel.

    Parameters
    ----------
    canvas, box
        What is drawn on, and where on it, in pixels.
    u
        The unit that all sizes are multiples of, in pixels.
    update
        What is shown.
    words
        In which language.

    """
    canvas.shade(box, 2.5 * u)
    x0, x1, y = box[0] + 3.5 * u, box[2] - 3.5 * u, box[1] + 11.2 * u
    supersample = canvas.supersample
    canvas.put(_bar(x1 - x0, u, supersample), (x0, y))
    for deg, kind in ((update.median_deg, "median"), (update.best_deg, "best")):
        if math.isfinite(deg):
            canvas.put(_mark(kind, u, supersample), (x0 + (x1 - x0) * place(deg, _to(update)), y))
    canvas.write(peak_lines(box, u, update, words))
    now = now_deg(update)
    if math.isfinite(now):
        canvas.put(_pointer(u, supersample), (x0 + (x1 - x0) * place(now, _to(update)), y))


def peak_lines(box: Box, u: float, update: Update, words: Words) -> list[Line]:
    """Return what the panel says; nothing overlaps. Parameters as those of `draw_peak_gauge`."""
    x0, x1, head, foot = box[0] + 3.5 * u, box[2] - 3.5 * u, box[1] + 4.4 * u, box[3] - 3.4 * u
    own = f"exercises.{update.exercise}"
    joint = words.texts.get(f"{own}.scale", words.line(_to(update)[0]))
    lines = [*head_lines((x0, x1, head), u, joint, now_deg(update), words)]
    # Room as for any angle, so that the word beside it does not change its size.
    widest = max(lines[1].width, lines[1]._replace(text="-188°").width)
    if math.isfinite(update.best_deg):
        best = words.text("picture.best", degrees=round(update.best_deg))
        line = Line(x1, head, best, 5.4 * u, GREEN, bold=True, align=1.0)
        lines.append(line.within(x1 - lines[1].x - widest - 2 * u, 3.6 * u))
    ends = [words.texts.get(f"{own}.scale_{end}", "") for end in ("start", "end")]
    below = [
        Line(x0, foot, ends[0], 4.8 * u, MUTED),
        Line(x1, foot, ends[1], 4.8 * u, MUTED, align=1.0),
    ]
    free = x1 - x0 - sum(line.width for line in below)
    if math.isfinite(update.median_deg):
        median = words.text("picture.median", degrees=round(update.median_deg))
        middle = (x0 + below[0].width + x1 - below[1].width) / 2
        line = Line(middle, foot, median, 4.8 * u, PAPER, align=0.5)
        below.append(line.within(free - 3 * u, 3.0 * u))
    elif free < 1.5 * u:
        below = [line.within((x1 - x0) / 2 - u) for line in below]
    return [line for line in (*lines, *below) if line.text]


@lru_cache(maxsize=16)
def _bar(length: float, u: float, supersample: int) -> list[Stencil]:
    """Return the bar, from (0, 0) to the right."""
    pen = 2.6 * u
    sketch = Sketch([(0, 0), (length, 0)], 2 * pen, supersample)
    sketch.line([(0, 0), (length, 0)], pen)
    sketch.ink(BLUE, 0.45)
    return sketch.stencils


@lru_cache(maxsize=16)
def _mark(kind: str, u: float, supersample: int) -> list[Stencil]:
    """Return the mark of the best or of the median repetition, as it is on the joint's arc."""
    half, pen, colour = (2.9, 1.0, GREEN) if kind == "best" else (2.0, 0.7, PAPER)
    sketch = Sketch([(0, 0)], 6 * u, supersample)
    for width, ink in ((pen + 0.7, INK), (pen, colour)):
        sketch.line([(0, -half * u), (0, half * u)], width * u)
        sketch.ink(ink)
    return sketch.stencils


@lru_cache(maxsize=16)
def _pointer(u: float, supersample: int) -> list[Stencil]:
    sketch = Sketch([(0, 0)], 6 * u, supersample)
    for radius, colour in ((2.0 * u, INK), (1.45 * u, PAPER)):
        sketch.disc((0, 0), radius)
        sketch.ink(colour)
    return sketch.stencils
