"""What the camera could and could not see: fractions, the view, and the warnings that follow."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from posecheck.assess.messages import warning_note
from posecheck.assess.prescription import Prescription
from posecheck.motion.cycles import runs
from posecheck.types import WARNINGS, Array, Mask, Quality

# A body that lies is about 3.4 trunk lengths long; MediaPipe misses one that takes less than
# about a third of the picture (measured).
BODY_IN_TRUNKS = 3.4
BODY_MIN_SHARE = 0.33
SHORTEST_S = 4.0  # no hold and repetition fit into less
LOST_S = 1.0
TRACKED_MIN = 0.5
LYING_MIN = 0.5
INSIDE_MIN = 0.9
CERTAIN_MIN = 0.85  # of the exercise's frames that must be known and steady
# Frames of each set in which the resting leg was seen: 0.6 and more in 62 rendered clips, none
# where both legs are up, one behind the other. Whether it moves cannot be told without it.
OTHER_LEG_MIN = 0.4
STEADY = 0.5  # confidence of a frame in which the legs were told apart
OTHERS_MIN = 2  # how often somebody else must have been seen
# Where nobody lies for so long, they have left: who lies there later has come anew.
ABSENT_S = 10.0
DOWN_S = 0.5  # a leg whose exercise was seen to begin, or to end, is seen for so long beside it


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen in each frame, (n,) each."""

    t_s: Array
    tracked: Array  # 1 where a person was seen
    usable: Array  # 1 where knee and hip are known
    confidence: Array
    lying: Array  # 1 where the person lies on the back, NaN where that is not known
    inside: Array  # 1 where all of the body lies in the picture
    size: Array  # trunk length over the picture's long side
    azimuth_deg: Array
    elevation_deg: Array
    others: Array
    other_leg: Array  # 1 where the resting leg is known, or painted out where it was seen
    exercising: Mask  # bool, at the point of tension and until the leg is lowered
    moving: Mask  # bool, the same with the extension before and the lowering after it


def attended(sight: Sight) -> Mask:
    """The frames (n,) that tell whether the exercise was seen, and which warnings hold.

    From its first to its last, gaps and all, and on either side for as long as somebody lies
    there: nobody has exercised before they came or after they left. But who vanishes while the
    leg is up has not left: then all frames on that side count, for they may hide the rest. Where
    no exercise was found all count.
    """
    frames, n = np.flatnonzero(sight.moving), len(sight.t_s)
    if not len(frames):
        return np.ones(n, bool)
    lies, usable = (sight.tracked > 0) & (sight.lying == 1), sight.usable > 0
    before = _stays(-sight.t_s[::-1], lies[::-1], usable[::-1], n - 1 - int(frames[0]))
    after = _stays(sight.t_s, lies, usable, int(frames[-1]))
    inside: Mask = np.zeros(n, bool)
    inside[n - 1 - before : after + 1] = True
    return inside


def _stays(times: Array, lies: Mask, usable: Mask, at: int) -> int:
    """The last frame that counts after the exercise has ended with number `at`."""
    seen = at + np.flatnonzero(np.r_[True, lies[at + 1 :]])
    away = np.flatnonzero(np.diff(times[seen]) > ABSENT_S)
    until = int(seen[away[0]] if len(away) else seen[-1])
    known = at + np.flatnonzero(np.r_[True, usable[at + 1 : until + 1]])
    return until if times[known[-1]] - times[at] >= DOWN_S else len(times) - 1


def usable_shares(sight: Sight) -> tuple[float, float]:
    """Usable fraction of the exercise and of the frames `attended`, NaN without an exercise."""
    if not sight.exercising.any():
        return float("nan"), float("nan")
    return _mean(sight.usable[sight.exercising]), _mean(sight.usable[attended(sight)])


def judge(sight: Sight, prescription: Prescription) -> Quality:
    """The quality of a clip: fractions over all of it, warnings over what is `attended`."""
    tracked, usable = _mean(sight.tracked), _mean(sight.usable)
    counts = attended(sight)
    sight = Sight(*(getattr(sight, f.name)[counts] for f in fields(Sight)))
    exercise = sight.exercising if sight.exercising.any() else np.ones(len(sight.t_s), bool)
    azimuth, elevation = (_median(x[exercise]) for x in (sight.azimuth_deg, sight.elevation_deg))
    found = set(_body(sight, tracked, exercise))
    view = prescription.view
    if abs(azimuth) > view.max_azimuth_deg or abs(elevation) > view.max_elevation_deg:
        found.add("not_side_on")
    if tracked > 0 and _lost(sight) > LOST_S:
        found.add("tracking_lost")
    if tracked > 0 and sight.exercising.any() and _uncertain(sight) > 1 - CERTAIN_MIN:
        found.add("legs_uncertain")
    if any(_mean(sight.other_leg[a : b + 1]) < OTHER_LEG_MIN for a, b in runs(sight.exercising)):
        found.add("other_leg_unseen")
    if np.sum(np.diff(np.nan_to_num(sight.others), prepend=0) > 0) >= OTHERS_MIN or (
        _mean((sight.others > 0).astype(float)) > 0.5
    ):
        found.add("second_person")
    length = float(sight.t_s[-1] - sight.t_s[0]) if len(sight.t_s) else 0.0
    if length < SHORTEST_S and not sight.exercising.any():
        found.add("too_short")
    warnings = tuple(w for w in WARNINGS if w in found)
    return Quality(
        tracked, usable, azimuth, elevation, warnings, tuple(warning_note(w) for w in warnings)
    )


def _body(sight: Sight, tracked: float, exercise: Mask) -> list[str]:
    """How the person lies in the picture."""
    if tracked == 0 or not len(sight.t_s):
        return ["no_person"]
    found = []
    if tracked < TRACKED_MIN and not sight.exercising.any():
        found.append("no_person")
    lying = sight.lying[exercise]
    if np.isfinite(lying).any() and _mean(lying[np.isfinite(lying)]) < LYING_MIN:
        found.append("not_supine")
    if _median(sight.size[exercise]) * BODY_IN_TRUNKS < BODY_MIN_SHARE:
        found.append("too_small")
    inside = sight.inside[exercise]
    if np.isfinite(inside).any() and _mean(inside[np.isfinite(inside)]) < INSIDE_MIN:
        found.append("out_of_frame")
    return found


def _lost(sight: Sight) -> float:
    """The longest stretch (s) without knee and hip between two known frames."""
    known = np.flatnonzero(sight.usable > 0)
    if not len(known):
        return float(sight.t_s[-1] - sight.t_s[0]) if len(sight.t_s) else 0.0
    gaps = [
        (a + known[0], b + known[0]) for a, b in runs(sight.usable[known[0] : known[-1] + 1] == 0)
    ]
    return max((float(sight.t_s[b] - sight.t_s[a]) for a, b in gaps), default=0.0)


def _uncertain(sight: Sight) -> float:
    """Share of the exercise in which the legs could not be told apart steadily."""
    return float(np.mean(sight.confidence[sight.exercising] < STEADY))


def _mean(values: Array) -> float:
    known = np.nan_to_num(np.asarray(values, float))
    return float(known.mean()) if len(known) else 0.0


def _median(values: Array) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")
