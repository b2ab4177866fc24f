"""Graded angles made from a script, without a camera between."""

from __future__ import annotations

import numpy as np
from script import Script

from posecheck.exercises.attempt import Attempt
from posecheck.exercises.nerve_glide.attempts import find_attempts
from posecheck.motion.table import COLUMNS, Table
from posecheck.types import Array, Variant

ANGLE_NOISE_DEG = 0.3


def table_of(t_s: Array, **columns: Array) -> Table:
    """A table of some columns (n,); the others are unknown."""
    unknown = np.full(len(t_s), np.nan)
    return Table(t_s, **{name: columns.get(name, unknown) for name in COLUMNS})


def measured_of(script: Script, fps: float = 25.0, noise_deg: float = ANGLE_NOISE_DEG) -> Table:
    """The script's angles with some noise; single looks have as much again."""
    times = np.arange(0.0, script.end_s, 1.0 / fps)
    true = script.at(times)
    noise = np.random.default_rng(0).normal(0.0, noise_deg, (6, len(times)))
    names = ("hip", "knee", "ankle", "resting_hip")
    hip, knee, ankle, resting = (true[n] + e for n, e in zip(names, noise, strict=False))
    label = np.where(true["other"] > 0.5, 1.0, 0.0)
    return table_of(
        times, hip_deg=hip, knee_deg=knee, ankle_deg=ankle, resting_hip_deg=resting,
        raw_knee_deg=knee + noise[4], raw_ankle_deg=ankle + noise[5], raised_label=label,
    )  # fmt: skip


def plain(times: Array, hip: Array, knee: Array, ankle: Array) -> Table:
    """A table of one leg, the other lying flat, whose single looks are the smoothed ones."""
    flat = np.zeros(len(times))
    return table_of(
        times, hip_deg=hip, knee_deg=knee, ankle_deg=ankle, resting_hip_deg=flat,
        raw_knee_deg=knee, raw_ankle_deg=ankle, raised_label=flat,
    )  # fmt: skip


def attempts(script: Script, variant: Variant | None = None, fps: float = 25.0) -> list[Attempt]:
    """What is found in a script."""
    return find_attempts(measured_of(script, fps), variant)


def begun(**start: float) -> Script:
    """At the point of tension, held for three seconds."""
    return Script(**start).stay(2).extend().stay(3)


def ended(script: Script) -> Script:
    """Held a little longer, and lowered."""
    return script.stay(0.8).lower().stay(1)
