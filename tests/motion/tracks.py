"""Graded angles made from a script, without a camera between."""

from __future__ import annotations

import numpy as np
from script import Script

from posecheck.motion.tension import Attempt, Track, find_attempts
from posecheck.types import Variant

ANGLE_NOISE_DEG = 0.3


def track(script: Script, fps: float = 25.0, noise_deg: float = ANGLE_NOISE_DEG) -> Track:
    """The script's angles with some noise."""
    times = np.arange(0.0, script.end_s, 1.0 / fps)
    true = script.at(times)
    noise = np.random.default_rng(0).normal(0.0, noise_deg, (3, len(times)))
    hip, knee, ankle = (true[n] + e for n, e in zip(("hip", "knee", "ankle"), noise, strict=True))
    return Track(times, hip, knee, ankle)


def attempts(script: Script, variant: Variant | None = None, fps: float = 25.0) -> list[Attempt]:
    """What is found in a script."""
    return find_attempts(track(script, fps), variant)


def begun(**start: float) -> Script:
    """At the point of tension, held for three seconds."""
    return Script(**start).stay(2).extend().stay(3)


def ended(script: Script) -> Script:
    """Held a little longer, and lowered."""
    return script.stay(0.8).lower().stay(1)
