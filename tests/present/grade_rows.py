"""Made-up rows of a batch: any that could be, and one of each verdict."""

from __future__ import annotations

import math
from typing import Any, get_args

import numpy as np
from hypothesis import strategies as st

from posecheck.exercises.catalogue import rule_names
from posecheck.types import WARNINGS, ClipGrade, Side, Variant, Verdict

EVIL = "</script><script>alert(1)</script>.mp4"
EVIL_ATTRIBUTE = '"><img src=x onerror=alert(2)>.mp4'


def make_row(**changes: Any) -> ClipGrade:
    """Return a clip that passed."""
    values: dict[str, Any] = {
        "clip": "monday/anna.mp4", "sha256": "ab" * 32, "verdict": "pass", "score": 96,
        "side": "left", "variant": "ankle_pump", "reps": 6, "tension_knee_flexion_deg": 24.8,
        "tension_hip_flexion_deg": 83.5, "faults": (), "warnings": (), "error": None,
        "seconds": 3.125, "subject": "P-07", "session_date": "2026-03-02", "folder": "anna",
        "frames": 554, "knee_curve_deg": curve(0),
    }  # fmt: skip
    return ClipGrade(**{**values, **changes})


def make_failure(clip: str = "broken.mp4", **changes: Any) -> ClipGrade:
    """Return a clip that could not be read."""
    values: dict[str, Any] = {
        "clip": clip, "sha256": None, "verdict": None, "score": None, "side": None,
        "variant": None, "reps": None, "tension_knee_flexion_deg": math.nan,
        "tension_hip_flexion_deg": math.nan, "faults": (), "warnings": (),
        "error": f"{clip} is not a video.", "seconds": math.nan,
    }  # fmt: skip
    return ClipGrade(**{**values, **changes})


def curve(seed: int) -> tuple[float, ...]:
    """Return a knee that is straightened, held and lowered, with a gap."""
    t = np.linspace(0, 1, 60)
    knee = 90 - 65 * np.clip(np.minimum(t / 0.3, (1 - t) / 0.2), 0, 1)
    knee += 6 * np.sin(40 * t + seed)
    knee[20 + seed % 7 : 23 + seed % 7] = np.nan
    return tuple(float(value) for value in knee)


def many(count: int) -> list[ClipGrade]:
    """Return so many rows, of all kinds."""
    kinds: list[dict[str, Any]] = [
        {},
        {"verdict": "needs_work", "score": 71, "faults": ("knee_not_held", "too_fast")},
        {"verdict": "ungradable", "score": None, "reps": 0, "warnings": ("not_side_on",),
         "tension_knee_flexion_deg": math.nan},
    ]  # fmt: skip
    return [
        make_failure(f"clip-{i}.mp4")
        if i % 7 == 6
        else make_row(
            clip=f"clip-{i}.mp4", folder=f"clip-{i}", subject=f"P-{i % 50:02}",
            knee_curve_deg=curve(i),
            **{"reps": i % 12, "tension_knee_flexion_deg": float(i * 37 % 900) / 10,
               **kinds[i % 3]},
        )
        for i in range(count)
    ]  # fmt: skip


# Whatever a name may hold, what a spreadsheet would run in particular.
_PIECES = st.sampled_from(
    ["=cmd()", "+1", "-2", "@a", "'", '"', ";", ",", "\t", "\r", "\n", " ", "＝1", "=", "x", "😀"]
)
_TEXTS = st.text() | st.lists(_PIECES, max_size=8).map("".join)
names = _TEXTS.map(lambda text: text.encode("utf-8", "replace").decode().replace("\0", ""))
_angles = st.just(math.nan) | st.floats(-180, 180).map(lambda v: round(v, 2) + 0.0)


@st.composite
def rows(draw: st.DrawFn) -> ClipGrade:
    """Draw any row, without a curve, as the tables hold it."""
    verdict: Verdict | None = draw(st.sampled_from([None, *get_args(Verdict)]))
    whole = st.none() | st.integers(-(2**31), 2**31)
    text = names.map(lambda name: name or None)
    return ClipGrade(
        clip=draw(names),
        sha256=draw(text),
        verdict=verdict,
        score=draw(whole),
        side=draw(st.sampled_from([None, *get_args(Side)])),
        variant=draw(st.sampled_from([None, *get_args(Variant)])),
        reps=draw(whole),
        tension_knee_flexion_deg=draw(_angles),
        tension_hip_flexion_deg=draw(_angles),
        faults=tuple(draw(st.lists(st.sampled_from(rule_names()), unique=True, max_size=3))),
        warnings=tuple(draw(st.lists(st.sampled_from(WARNINGS), unique=True, max_size=3))),
        error=draw(text),
        seconds=draw(st.just(math.nan) | st.floats(0, 1e6).map(lambda v: round(v, 3) + 0.0)),
        subject=draw(text),
        session_date=draw(text),
        folder=draw(text),
        frames=draw(st.integers(0, 2**40)),
        therapist=draw(text),
        symptoms_before=draw(st.none() | st.integers(0, 10)),
        symptoms_after=draw(st.none() | st.integers(0, 10)),
        note=draw(text),
    )
