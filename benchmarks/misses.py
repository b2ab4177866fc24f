"""What a report got wrong, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from benchmarks.scoring import JOINTS, Score

# As issue 3 asks for them: a clip's mean error, frames with an angle, the tension's start, knee.
ANGLE_DEG, SEEN, TENSION_S, TENSION_DEG = 8.0, 0.95, 0.5, 4.0


class Miss(NamedTuple):
    """What kind of thing is wrong, and what was measured."""

    kind: str
    words: str


def misses(score: Score) -> Iterator[Miss]:
    """Each thing that is not as it should be."""
    for joint in JOINTS:
        error, name = score.angles[joint], joint.split("_")[0]
        if error.seen < SEEN:
            yield Miss(f"{name} seen", f"{name} in {100 * error.seen:.0f} % of the frames")
        if error.mean_deg > ANGLE_DEG:
            yield Miss(name, f"{name} {error.mean_deg:.1f}° off")
    if score.reps != score.true_reps:
        yield Miss("repetitions", f"{score.reps} of {score.true_reps} repetitions")
    yield from _of_the_tension(score)
    if not score.side_ok:
        yield Miss("side", "wrong side")
    if not score.variant_ok:
        yield Miss("variant", "wrong variant")
    if score.fault and score.fault not in score.faults:
        yield Miss("fault", f"`{score.fault}` not named")
    yield from (Miss(f, f"`{f}` is not there") for f in score.faults if f != score.fault)
    if not score.verdict_ok:
        yield Miss("verdict", f"verdict {score.verdict}")


def _of_the_tension(score: Score) -> Iterator[Miss]:
    if not score.tension_ok:
        wrong = "not found" if score.true_reps else "found where there is none"
        yield Miss("tension", f"tension {wrong}")
    if abs(score.tension_late_s) > TENSION_S:
        late = "late" if score.tension_late_s > 0 else "early"
        yield Miss("tension start", f"tension {abs(score.tension_late_s):.2f} s {late}")
    if abs(score.tension_knee_deg) > TENSION_DEG:
        yield Miss("tension knee", f"knee {score.tension_knee_deg:+.1f}° at the tension")
