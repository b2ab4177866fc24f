"""The same clip a little different gets the same answer: the short form of the suite.

`python -m benchmarks.steadiness` does all clips in all variations. Here a few are done with the
landmarks in `tests/data`, under each ready prescription: count, side, variant, verdict and faults
do not change, the tension stays within 0.3 s and 2 degrees, and where nobody exercises nothing is
counted, whatever the noise.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from benchmarks.outcome import Outcome, changes, measure, outcome, report_under
from benchmarks.varied import Variation, as_reviewed, variations
from posecheck.exercises.prescription import load_prescription, ready_prescriptions
from posecheck.motion.track import Measured
from posecheck.vision.pose_log import Poses
from posecheck.vision.pose_store import load_poses

pytestmark = pytest.mark.slow

DATA = Path(__file__).parent / "data"
# Those of the glide: who prescribes another exercise than is done gets none of it, or hardly any.
PRESCRIPTIONS = {
    name: asked
    for name, asked in ((name, load_prescription(name)) for name in ready_prescriptions())
    if asked.exercise.name == "auto" and not asked.programme
}
EXERCISES = (
    "photo_bends", "photo_pumps", "photo_other_foot_flat_pumps", "bend_left_portrait",
    "pump_left_dark_rotated", "fault_bouncing", "fault_knee_not_held",
)  # fmt: skip
# A rest, a motionless photograph of the exercise, one of a leg held up, and another exercise.
OTHERS = ("rest_only", "photo_still", "still_lying_hamstring__1", "other_deadbug")
WAYS = {way.name: way for way in variations(seeds=1)}
CHOSEN = (
    "10/s, phase 0.5", "12.5/s, phase 0.25", "every frame",
    "noise 0.5 px, seed 0", "noise 1 px, seed 0", "noise as usual, seed 0", "mirrored",
    "cropped +0.02 +0.01, x 1.03", "a tenth dropped, seed 0", "hole of 0.3 s, seed 0",
)  # fmt: skip
WORST = "noise of the worst tenth, seed 0"


@cache
def poses(name: str) -> Poses:
    return load_poses(DATA / f"{name}.npz")


@cache
def as_it_is(name: str) -> dict[str, Outcome]:
    return under_each(measure(as_reviewed(poses(name))))


def under_each(measured: Measured) -> dict[str, Outcome]:
    return {n: outcome(report_under(p, measured)) for n, p in PRESCRIPTIONS.items()}


def changed(name: str, way: Variation) -> list[str]:
    """What came out otherwise, by prescription, in words."""
    before = as_it_is(name)
    return [
        f"{way.name}, {prescription}: {change.words}"
        for prescription, now in under_each(measure(way.vary(poses(name)))).items()
        for change in changes(before[prescription], now, way.mirrored)
    ]


@pytest.mark.parametrize("name", EXERCISES)
def test_what_a_report_says_does_not_depend_on_the_moment_of_a_look(name: str) -> None:
    """Nor on noise as landmarks have it, on the side that is seen, the crop, or a missing look."""
    assert as_it_is(name)["default"].reps, "nothing was counted at all"
    found = [words for way in CHOSEN for words in changed(name, WAYS[way])]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", OTHERS)
def test_nothing_is_counted_where_nobody_does_the_exercise(name: str) -> None:
    """Nor is there a tension or a grade, with the noise of the worst photographs either."""
    nothing = {n: (o.reps, o.verdict, o.side) for n, o in as_it_is(name).items()}
    assert nothing == dict.fromkeys(PRESCRIPTIONS, ((), "ungradable", None))
    found = [words for way in (*CHOSEN, WORST) for words in changed(name, WAYS[way])]
    assert not found, "\n".join(found)
