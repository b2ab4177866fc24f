"""Landmarks of the sample videos, kept, against the truth of the clips they were seen in.

`tests/data/NAME.npz` holds what the landmark model saw in `sample_videos/NAME.mp4`, as
`posecheck review` keeps it; the truth stands beside the clip. So the engine is held to its
accuracy without looking at a picture.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sessions import stored_report as report

from posecheck.types import Array

HERE = Path(__file__).parent
SAMPLES = HERE.parent / "sample_videos"
NAMES = sorted(p.stem for p in (HERE / "data").glob("*.npz"))
CLEAN = [n for n in NAMES if not n.startswith(("fault_", "rest_"))]
FAULTY = [n for n in NAMES if n.startswith("fault_")]
JOINTS = ("hip_flexion_deg", "knee_flexion_deg", "ankle_dorsiflexion_deg")
# Mean error over the clips (degrees), as issue 2 asks for it, and the worst single clip.
MEAN_DEG = {"hip_flexion_deg": 8.0, "knee_flexion_deg": 5.0, "ankle_dorsiflexion_deg": 8.0}
WORST_DEG = {"hip_flexion_deg": 12.0, "knee_flexion_deg": 8.0, "ankle_dorsiflexion_deg": 12.0}
TENSION_S, TENSION_DEG = 0.5, 6.0
SEEN = 0.9  # of the frames that must have an angle


@cache
def truth(name: str) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads((SAMPLES / f"{name}.truth.json").read_text("utf-8"))
    return plain


@cache
def errors(name: str, joint: str) -> Array:
    """Measured less true, one value a frame, NaN where none was measured."""
    series, true = report(name).series, np.array(truth(name)["angles"][joint])
    at = np.clip(np.rint(series.t_s * truth(name)["fps"]).astype(int), 0, len(true) - 1)
    off: Array = getattr(series, joint) - true[at]
    return off


def named(name: str) -> set[str]:
    return {f.rule for f in report(name).findings if f.severity == "fault"}


def test_every_sample_has_its_landmarks_here() -> None:
    """So that none is left out by accident."""
    assert {p.name.removesuffix(".truth.json") for p in SAMPLES.glob("*.truth.json")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_repetitions_are_counted_exactly(name: str) -> None:
    """Each overlaps its true interval by more than half."""
    true = truth(name)["reps"]
    found = report(name).reps
    assert len(found) == len(true)
    for rep, its in zip(found, true, strict=True):
        shared = min(rep.end_s, its["end_s"]) - max(rep.start_s, its["start_s"])
        assert shared > 0.5 * (its["end_s"] - its["start_s"])


@pytest.mark.parametrize("name", NAMES)
def test_side_and_variant_are_right(name: str) -> None:
    """Where something is done; where nothing is done no leg works."""
    true = truth(name)
    assert report(name).variant == true["variant"]
    if true["tension"]:
        assert report(name).side == true["side"]


@pytest.mark.parametrize("name", NAMES)
def test_the_tension_is_where_it_is_and_nowhere_else(name: str) -> None:
    """Its start within half a second, the knee there within 6°."""
    true, found = truth(name)["tension"], report(name).tension
    assert (found is None) == (true is None)
    if found is not None:
        assert found.start_s == pytest.approx(true["start_s"], abs=TENSION_S)
        assert found.knee_flexion_deg == pytest.approx(true["knee_flexion_deg"], abs=TENSION_DEG)


@pytest.mark.parametrize("name", FAULTY)
def test_a_planted_fault_is_named_and_no_other(name: str) -> None:
    """And needs work."""
    assert named(name) == {truth(name)["fault"]}
    assert report(name).grade.verdict == "needs_work"


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_clip_passes(name: str) -> None:
    """Without a false fault."""
    assert truth(name)["fault"] is None
    assert named(name) == set()
    assert report(name).grade.verdict == "pass"


@pytest.mark.parametrize("name", sorted(set(NAMES) - {*CLEAN, *FAULTY}))
def test_a_clip_without_an_exercise_is_not_passed(name: str) -> None:
    """Nothing counted, nothing found, not graded."""
    assert truth(name)["reps"] == []
    assert report(name).grade.verdict == "ungradable"
    assert report(name).findings == ()


@pytest.mark.parametrize("joint", JOINTS)
def test_angles_are_right_on_the_mean(joint: str) -> None:
    """Over the frames of every clip, then over the clips; and no clip is far off."""
    means = {name: float(np.nanmean(np.abs(errors(name, joint)))) for name in NAMES}
    assert np.mean(list(means.values())) < MEAN_DEG[joint]
    assert max(means.values()) < WORST_DEG[joint], max(means, key=lambda n: means[n])


@pytest.mark.parametrize("name", NAMES)
def test_angles_are_given(name: str) -> None:
    """In nine frames of ten and more."""
    for joint in JOINTS[:2]:
        assert np.isfinite(errors(name, joint)).mean() > SEEN, joint


def test_the_band_of_doubt_is_honest() -> None:
    """Pooled over all clips the truth lies in the 95 % band in most frames."""
    for joint in JOINTS:
        band = joint.split("_")[0] + "_uncertainty_deg"
        inside = [np.abs(errors(n, joint)) <= getattr(report(n).series, band) for n in NAMES]
        known = [np.isfinite(errors(n, joint)) for n in NAMES]
        assert np.concatenate(inside)[np.concatenate(known)].mean() > 0.85, joint
