"""Landmarks of clips, kept, against the truth of what was filmed.

`tests/data/NAME.npz` holds what the heavy model saw, every look a fresh one: of every frame of the
samples, of photographs whose leg was turned by known angles (`photo_*`) and of other exercises
(`other_*`), of motionless photographs with sensor noise (`still_*`), and of rendered people who do
the three sibling exercises (`sibling_*`). So the engine is held to
its accuracy, on rendered people and on real ones, without looking at a picture.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sessions import CLIP, DATA, MODEL, faults

from posecheck.apps.review import LOOKS_PER_S, review
from posecheck.exercises.prescription import Prescription
from posecheck.session import Session
from posecheck.types import Array, Report
from posecheck.vision.frame_times import sampled
from posecheck.vision.pose_store import load_poses

ROOT = Path(__file__).resolve().parents[1]
SAMPLES, SHARED = ROOT / "sample_videos", ROOT.parent / "shared"
NAMES = sorted(p.stem for p in DATA.glob("*.npz"))
STILLS = [n for n in NAMES if n.startswith("still_")]
OTHERS = [n for n in NAMES if n.startswith("other_")]
PHOTOS = [n for n in NAMES if n.startswith("photo_")]
SIBLINGS = [n for n in NAMES if n.startswith("sibling_")]
SAMPLE_NAMES = sorted({*NAMES} - {*STILLS, *OTHERS, *PHOTOS, *SIBLINGS})
TRUE = [*SAMPLE_NAMES, *PHOTOS]
IDLE = ["rest_only", "photo_still"]
FAULTY = [n for n in TRUE if n.startswith("fault_")]
CLEAN = [n for n in TRUE if n not in {*IDLE, *FAULTY}]
JOINTS = ("hip_flexion_deg", "knee_flexion_deg", "ankle_dorsiflexion_deg")

# Mean errors in degrees of hip, knee and ankle over the frames of a clip. Angles are those of the
# picture, so a rendered clip filmed from off the side has an offset of its own; what is left once
# its median is taken off is motion that was misread. Measured (28 November 2026): without the
# median at most 1.4, 3.0 and 3.6 on any clip; with it 3.3, 3.6 and 2.8 on the mean, 6.3, 9.2 and
# 5.3 on the worst (`fault_thigh_drift`).
STEADY_DEG = dict(zip(JOINTS, (2.0, 3.5, 4.5), strict=True))
MEAN_DEG = dict(zip(JOINTS, (4.5, 5.0, 4.5), strict=True))
WORST_DEG = dict(zip(JOINTS, (8.0, 11.0, 8.0), strict=True))
# Photographs: the hand that measured their knee at the start is good to 6 degrees. Measured: 1.3
# without the median, which lies between -7.6 and 8.7.
PHOTO_STEADY_DEG, PHOTO_OFFSET_DEG = 2.5, 10.0
# Of the tension: 0.28 s at most (`pump_right_table`), its knee as far off as that of the clip.
TENSION_S, TENSION_DEG = 0.4, 10.0
SEEN = 0.9  # of the frames that must have an angle


@cache
def report(name: str) -> Report:
    """As `review` and `grade` make it: some frames are looked at, and all have a row."""
    poses, session = load_poses(DATA / f"{name}.npz"), Session(Prescription.default())
    times = [p.t_s for p in poses]
    for _, pose in sampled(zip(times, poses, strict=True), LOOKS_PER_S):
        session.push(pose)
    return session.finish(CLIP, MODEL, np.array(times))


@cache
def truth(name: str) -> dict[str, Any]:
    folder = DATA if name in PHOTOS else SAMPLES
    plain: dict[str, Any] = json.loads((folder / f"{name}.truth.json").read_text("utf-8"))
    return plain


@cache
def errors(name: str, joint: str) -> Array:
    """Measured less true, one value a frame, NaN where none was measured."""
    series, true = report(name).series, np.array(truth(name)["angles"][joint])
    at = np.clip(np.rint(series.t_s * truth(name)["fps"]).astype(int), 0, len(true) - 1)
    off: Array = getattr(series, joint) - true[at]
    return off


def mean_off(name: str, joint: str, less: float = 0.0) -> float:
    return float(np.nanmean(np.abs(errors(name, joint) - less)))


def test_every_clip_with_a_truth_has_its_landmarks_here() -> None:
    """So that none is left out by accident."""
    samples = {p.name.removesuffix(".truth.json") for p in SAMPLES.glob("*.truth.json")}
    assert samples == set(SAMPLE_NAMES)
    assert (len(PHOTOS), len(STILLS), len(OTHERS), len(SIBLINGS)) == (5, 16, 6, 5)


@pytest.mark.parametrize("name", TRUE)
def test_repetitions_are_counted_exactly(name: str) -> None:
    """Each overlaps its true interval by more than half."""
    true = truth(name)["reps"]
    found = report(name).reps
    assert len(found) == len(true)
    for rep, its in zip(found, true, strict=True):
        shared = min(rep.end_s, its["end_s"]) - max(rep.start_s, its["start_s"])
        assert shared > 0.5 * (its["end_s"] - its["start_s"])


@pytest.mark.parametrize("name", TRUE)
def test_side_and_variant_are_right(name: str) -> None:
    """Where something is done; where nothing is done no leg works."""
    true = truth(name)
    assert report(name).variant == true["variant"]
    if true["tension"]:
        assert report(name).side == true["side"]


@pytest.mark.parametrize("name", TRUE)
def test_the_tension_is_where_it_is_and_nowhere_else(name: str) -> None:
    """When it starts, and the knee there."""
    true, found = truth(name)["tension"], report(name).tension
    assert (found is None) == (true is None)
    if found is not None:
        assert found.start_s == pytest.approx(true["start_s"], abs=TENSION_S)
        assert found.knee_flexion_deg == pytest.approx(true["knee_flexion_deg"], abs=TENSION_DEG)


@pytest.mark.parametrize("name", FAULTY)
def test_a_planted_fault_is_named_and_no_other(name: str) -> None:
    """And needs work."""
    assert faults(report(name)) == [truth(name)["fault"]]
    assert report(name).grade.verdict == "needs_work"


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_clip_passes(name: str) -> None:
    """Without a false fault, or a doubt that bars it."""
    assert truth(name)["fault"] is None
    assert faults(report(name)) == []
    assert report(name).quality.barring == ()
    assert report(name).grade.verdict == "pass"


@pytest.mark.parametrize("name", [*IDLE, *STILLS, *OTHERS])
def test_where_no_glide_is_done_none_is_found(name: str) -> None:
    """Nothing counted, no tension, no finding, not graded."""
    found = report(name)
    assert (found.tension, found.sets, found.reps, found.findings) == (None, (), (), ())
    assert found.grade.verdict == "ungradable"


@pytest.mark.parametrize("name", OTHERS)
def test_another_exercise_is_said_to_be_one(name: str) -> None:
    """So that nobody wonders why it was not counted."""
    assert report(name).quality.warnings == ("not_this_exercise",)


@pytest.mark.parametrize("name", SAMPLE_NAMES)
def test_the_motion_of_every_joint_is_read(name: str) -> None:
    """Each clip's angles without their median."""
    for joint in JOINTS:
        lasting = float(np.nanmedian(errors(name, joint)))
        assert mean_off(name, joint, less=lasting) < STEADY_DEG[joint], joint


@pytest.mark.parametrize("joint", JOINTS)
def test_angles_are_right_on_the_mean(joint: str) -> None:
    """Over the frames of every clip, then over the clips; and no clip is far off."""
    means = {name: mean_off(name, joint) for name in SAMPLE_NAMES}
    assert np.mean(list(means.values())) < MEAN_DEG[joint]
    assert max(means.values()) < WORST_DEG[joint], max(means, key=lambda n: means[n])


@pytest.mark.parametrize("name", PHOTOS)
def test_the_knee_of_a_photographed_leg_is_read(name: str) -> None:
    """Its motion closely; its offset as well as a hand could measure it on the photograph."""
    lasting = float(np.nanmedian(errors(name, "knee_flexion_deg")))
    assert abs(lasting) < PHOTO_OFFSET_DEG
    assert mean_off(name, "knee_flexion_deg", less=lasting) < PHOTO_STEADY_DEG


@pytest.mark.parametrize("name", TRUE)
def test_angles_are_given(name: str) -> None:
    """In nine frames of ten and more."""
    for joint in JOINTS[:2]:
        assert np.isfinite(errors(name, joint)).mean() > SEEN, joint


def test_the_band_of_doubt_is_honest() -> None:
    """Pooled over all clips the truth lies in the 95 % band in most frames."""
    for joint in JOINTS:
        band = joint.split("_")[0] + "_uncertainty_deg"
        inside = [np.abs(errors(n, joint)) <= getattr(report(n).series, band) for n in SAMPLE_NAMES]
        known = [np.isfinite(errors(n, joint)) for n in SAMPLE_NAMES]
        assert np.concatenate(inside)[np.concatenate(known)].mean() > 0.85, joint


@pytest.mark.slow
@pytest.mark.parametrize(
    ("clip", "count"),
    [
        ("photographed/photo_other_foot_flat_pumps", 7),
        ("real/bridge", 0),
        ("real/feet_to_camera", 0),
    ],
)
def test_real_pictures(clip: str, count: int, model_path: Path, tmp_path: Path) -> None:
    """The pictures themselves, where they lie beside the project; they are no part of it."""
    path = SHARED / f"{clip}.mp4"
    if not path.exists():
        pytest.skip("the real pictures are not here")
    found = review(path, tmp_path / "report", model=model_path, video=False).report
    assert len(found.reps) == count
    assert (found.grade.verdict == "pass") == (count > 0)
    assert (found.tension is not None) == (count > 0)
