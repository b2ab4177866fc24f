"""A machine that looks too seldom, and unevenly: nothing is said that the report does not hold."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from figure import Figure
from script import Script
from sessions import CLIP, MODEL

from posecheck.assess.guide import Guide
from posecheck.exercises.prescription import Prescription
from posecheck.exercises.repetitions import LOOKS_MIN_PER_S
from posecheck.session import Session
from posecheck.types import Cue, Pose, Report, Update
from posecheck.vision.pose_store import load_poses

DATA = Path(__file__).parent / "data"
STORED = (
    "pump_left_side", "bend_left_portrait", "fault_knee_not_held", "fault_thigh_drift",
    "fault_bouncing", "photo_pumps", "photo_other_foot_flat_bends", "photo_still", "other_deadbug",
    "other_bicycle", "rest_only",
)  # fmt: skip
RATES = (4.0, 6.0, 10.0)
Led = tuple[list[Cue], list[Update], Report]


def seldom(poses: Sequence[Pose], per_s: float, jitter: float = 0.3) -> list[Pose]:
    """About so many of them a second, as a busy machine takes the newest when it has time."""
    rng, times = np.random.default_rng(round(per_s)), np.array([p.t_s for p in poses])
    out, now = [], 0.0
    while now <= times[-1]:
        out.append(poses[int(np.searchsorted(times, now))])
        now = out[-1].t_s + rng.uniform(1 - jitter, 1 + jitter) / per_s
    return out


def led(poses: Sequence[Pose]) -> Led:
    """A live session on them, without a camera."""
    asked = Prescription.default()
    session, guide = Session(asked, live=True), Guide(asked)
    cues: list[Cue] = []
    updates = []
    for pose in poses:
        updates.append(session.push(pose))
        cues += guide.push(updates[-1], pose)
        session.settle()
    return cues, updates, session.finish(CLIP, MODEL)


def counted(cues: Sequence[Cue]) -> int:
    """Repetitions of all sets that were counted aloud."""
    numbers = [c.number or 0 for c in cues if c.name == "count"]
    return sum(b - a if b > a else b for a, b in pairwise([0, *numbers]))


def assert_upheld(session: Led) -> None:
    """Whatever was said is in the report."""
    cues, updates, report = session
    assert counted(cues) <= len(report.reps)
    assert {c.name for c in cues if c.kind == "correct"} <= {f.rule for f in report.findings}
    if not report.reps:
        assert "praise" not in {c.kind for c in cues}
    few = any("too_few_looks" in u.warnings for u in updates)
    assert few >= ("too_few_looks" in report.quality.warnings)


@pytest.mark.parametrize("per_s", RATES)
@pytest.mark.parametrize("name", STORED)
def test_stored_clips(name: str, per_s: float) -> None:
    session = led(seldom(load_poses(DATA / f"{name}.npz"), per_s))
    assert_upheld(session)
    cues, _, report = session
    if per_s < LOOKS_MIN_PER_S:
        assert not [c for c in cues if c.kind == "correct"]
        assert report.grade.verdict != "pass"
    elif per_s == 10.0:
        assert counted(cues) == len(report.reps)


def exercise(hold_s: float = 3.0) -> Script:
    return Script().stay(4).extend().stay(hold_s)


def over(script: Script) -> Script:
    return script.stay(0.8).lower().stay(2)


SCRIPTS = {
    "pumps": over(exercise().pumps(6)),
    "quick pumps": over(exercise().pumps(6, 1.2)),
    "bends": over(exercise().bends(4)),
    "bends at the limit of their tempo": over(exercise().bends(5, 2.0)),
    "a stop at its limit": over(exercise(0.9).pumps(5)),
    "hardly a stop": over(exercise(0.2).pumps(5)),
    "a stop before bends": over(exercise(0.6).bends(4)),
    "a thigh that drifts": over(exercise().aside("hip", 70, 2.0, after_s=2).pumps(6)),
    "a knee near its limit": over(exercise().wobble("knee", 10, 0.55, 10).pumps(6)),
    "a head that is put down again": over(
        exercise().aside("head", 35, 0.8, after_s=1).pumps(4).aside("head", 0, 0.8).pumps(4)
    ),
    "a hold and nothing": over(exercise(8)),
}


@pytest.mark.parametrize("per_s", RATES)
@pytest.mark.parametrize("what", SCRIPTS)
def test_sticks(what: str, per_s: float) -> None:
    script = SCRIPTS[what]
    session = led(seldom(Figure().film(script, fps=30), per_s))
    assert_upheld(session)
    cues, _, report = session
    if per_s < LOOKS_MIN_PER_S:
        assert "too_few_looks" in report.quality.warnings
        assert not [c for c in cues if c.kind == "correct"]
        assert "ready" not in {c.name for c in cues}
    elif per_s == 10.0:
        assert counted(cues) == len(script.reps)


def test_a_hole_in_the_hold_is_no_ground_for_a_correction() -> None:
    """The machine is busy just as the knee comes to its stop."""
    script = over(exercise(1.4).pumps(6))
    stop_s = script.tension_s
    poses = [p for p in Figure().film(script, fps=12) if not stop_s - 0.2 < p.t_s < stop_s + 0.9]
    cues, _, report = led(poses)
    assert counted(cues) == len(report.reps) == 6
    assert "tension_not_held" not in {c.name for c in cues}


def test_a_stop_that_is_truly_too_short_is_corrected() -> None:
    """Once it is sure when the repetitions began, and only once."""
    cues, _, report = led(seldom(Figure().film(SCRIPTS["hardly a stop"], fps=30), 10.0))
    said = [c for c in cues if c.kind == "correct"]
    assert [c.name for c in said] == ["tension_not_held"]
    assert said[0].t_s > report.reps[1].end_s


def test_a_machine_that_becomes_slow_falls_silent() -> None:
    """Its corrections, and its praise for what is no longer seen."""
    script = exercise().aside("head", 35, 0.8, after_s=1).pumps(4).aside("head", 0, 0.8)
    poses = Figure().film(over(script.pumps(8)), fps=30)
    slow_s = script.reps[3][1]
    quick = seldom([p for p in poses if p.t_s < slow_s], 15.0)
    slow = seldom([p for p in poses if p.t_s >= slow_s], 3.0, 0.1)
    cues, updates, _ = led([*quick, *(p for p in slow if p.t_s > quick[-1].t_s)])
    assert [c.name for c in cues if c.kind in ("correct", "praise")] == ["head_lifted"]
    assert "too_few_looks" in updates[-1].warnings
