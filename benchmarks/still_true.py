"""What stays true of a clip that was spoiled."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks.scoring import Floats, Truth

OTHER = {"left": "right", "right": "left"}


def unchanged(truth: Truth) -> Truth:
    """Everything: the pictures are worse, what they show is the same."""
    return truth


def mirrored(truth: Truth) -> Truth:
    """The other leg works."""
    return replace(truth, side=OTHER[truth.side])


def at_rate(truth: Truth, fps: float) -> Truth:
    """The same times at another rate: fewer frames are old ones, more lie in between."""
    frames = len(next(iter(truth.angles.values())))
    at = np.arange(int((frames - 1) / truth.fps * fps + 1e-6) + 1) / fps * truth.fps
    if fps < truth.fps:
        at = np.ceil(at - 0.5 - 1e-4)  # the nearest, the earlier of two as near
    angles: dict[str, Floats] = {
        j: np.interp(at, np.arange(frames), a) for j, a in truth.angles.items()
    }
    return replace(truth, fps=fps, angles=angles)


def photograph(truth: Truth, at_s: float) -> Truth:
    """Nothing is done."""
    frame = round(at_s * truth.fps)
    angles = {j: a[frame : frame + 1] for j, a in truth.angles.items()}
    return replace(truth, variant=None, fault=None, tension=None, reps=(), angles=angles)


def delayed(truth: Truth, by_s: float) -> Truth:
    """All of it later, between two stretches of so many seconds in which nothing moves."""
    pad = round(by_s * truth.fps)
    return replace(
        truth,
        tension=None if truth.tension is None else _later(truth.tension, by_s),
        reps=tuple(_later(rep, by_s) for rep in truth.reps),
        angles={j: np.pad(a, pad, mode="edge") for j, a in truth.angles.items()},
    )


def _later(times: dict[str, float], by_s: float) -> dict[str, float]:
    return {name: v + by_s if name.endswith("_s") else v for name, v in times.items()}


def moment(truth: Truth) -> float:
    """The middle of the tension, or of the clip: the most tempting photograph."""
    if truth.tension is not None:
        return 0.5 * (truth.tension["start_s"] + truth.tension["end_s"])
    return 0.5 * len(next(iter(truth.angles.values()))) / truth.fps
