"""What has changed since an earlier recording, and whether that is more than chance."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, get_args

import numpy as np

from posecheck.exercises.catalogue import EXERCISES
from posecheck.exercises.exercise import Exercise
from posecheck.exercises.language import words_of
from posecheck.motion.angles import BAND_PER_SD
from posecheck.motion.signals import median_of_known
from posecheck.types import Report, Side, Tension, Words

# Of one measurement of active knee extension by the same rater with a goniometer (SEM 2.6°,
# J Sport Rehabil 2015, PMID 25364856). It holds what differs from day to day, in the person and
# in the set-up; a clip's own uncertainty does not, so never less is taken. Two such measurements
# must differ by 7.2° to mean a change.
TENSION_SD_DEG = 2.6
_AS_BEFORE_DEG = 0.5  # less is no difference once it is rounded
# Dorsiflexion lowers a straight leg raise by 4-9° (Boland & Adams, Aust J Physiother 2000); so
# much of a difference is more than the ankle of one measurement is uncertain by.
_SAME_ANKLE_DEG = 10.0
_RAISE = "straight_leg_raise"
_MOVED = {_RAISE: "raise", "active_knee_extension": "extension", "heel_slide": "slide"}
_SAME_HIP_DEG = 10.0  # more, and the knee's angle is another one: the hamstrings span both


@dataclass(frozen=True, slots=True)
class Change:
    """The knee at the point of tension, or the end range, then and now; NaN where not compared."""

    knee_change_deg: float  # negative: straighter than before
    detectable_deg: float  # the smallest change that can be told from chance
    hip_change_deg: float
    sentence: str
    # Of the median end range, in degrees; positive is more flexion of the joint that is measured.
    peak_change_deg: float = math.nan
    ankle_change_deg: float = math.nan  # of a straight leg raise; positive: more dorsiflexion

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, as the page and report.json take them."""
        return asdict(self)


def change_since(earlier: Mapping[str, Any], now: Report, words: Words | None = None) -> Change:
    """Compare with an earlier report.

    Parameters
    ----------
    earlier
        As ``read_report`` returns it.
    now
        The report on the newer recording.
    words
        The language of the sentence; that of the report if None.

    """
    words = words or words_of(now.language)
    before_exercise = _exercise(earlier)
    if None not in (before_exercise, now.exercise) and before_exercise != now.exercise:
        both = {"before": _title(before_exercise, words), "now": _title(now.exercise, words)}
        return _not_compared(words.text("change.other_exercise", **both))
    exercise = next((e for e in EXERCISES if e.name == (now.exercise or before_exercise)), None)
    if exercise is not None and exercise.to is not None:
        return _of_the_end_range(earlier, now, exercise, words)
    return _of_the_tension(earlier, now, words)


def half_band_deg(uncertainty_deg: float, sd_deg: float) -> float:
    """Return half of the 95 % band of a measurement, at least what differs from day to day.

    Parameters
    ----------
    uncertainty_deg
        Its own half band; NaN where it is not known.
    sd_deg
        How far one person's measurements differ, as a standard deviation.

    """
    return float(np.fmax(uncertainty_deg, BAND_PER_SD * sd_deg))


def detectable_deg(before_deg: float, now_deg: float, sd_deg: float) -> float:
    """Return the smallest change between two measurements that is more than chance.

    Parameters
    ----------
    before_deg, now_deg
        Their own half bands; NaN where one is not known.
    sd_deg
        How far one person's measurements differ, as a standard deviation.

    """
    return math.hypot(half_band_deg(before_deg, sd_deg), half_band_deg(now_deg, sd_deg))


def _of_the_end_range(
    earlier: Mapping[str, Any], now: Report, exercise: Exercise, words: Words
) -> Change:
    before = _mapping(earlier.get("summary"))
    then = _number(before, "median_deg")
    if not math.isfinite(then):
        return _not_compared(words.text("change.nothing_before_end_range"))
    if now.summary is None or not math.isfinite(now.summary.median_deg):
        return _not_compared(words.text("change.nothing_now_end_range"))
    if earlier.get("side") != now.side:
        return _not_compared(_other_leg(earlier, now, words))
    change = now.summary.median_deg - then
    detectable = detectable_deg(
        _number(before, "uncertainty_deg"), now.summary.uncertainty_deg, exercise.peak_sd_deg
    )
    both = words.text("change.both", before=f"{then:.0f}", now=f"{now.summary.median_deg:.0f}")
    farther = change * (exercise.to.sign if exercise.to else 1.0)
    way = "same" if abs(change) < _AS_BEFORE_DEG else "more" if farther > 0 else "less"
    moved = words.text(
        f"change.{_MOVED[exercise.name]}_{way}", degrees=f"{abs(change):.0f}", both=both
    )
    sentence = _and_whether(moved, change, detectable, words)
    ankle = math.nan
    if exercise.name == _RAISE:
        ankle = _ankle_deg([asdict(rep) for rep in now.reps]) - _ankle_deg(earlier.get("reps"))
    if abs(ankle) > _SAME_ANKLE_DEG:
        name = "ankle_up" if ankle > 0 else "ankle_down"
        sentence += " " + words.text(f"change.{name}", degrees=f"{abs(ankle):.0f}")
    return Change(math.nan, detectable, math.nan, sentence, change, ankle)


def _of_the_tension(earlier: Mapping[str, Any], now: Report, words: Words) -> Change:
    nothing = _no_comparison(earlier, now, words)
    before = earlier.get("tension")
    if nothing or before is None or now.tension is None:
        return _not_compared(nothing)
    knee_then, knee_now = _number(before, "knee_flexion_deg"), now.tension.knee_flexion_deg
    change = knee_now - knee_then
    detectable = detectable_deg(
        _number(before, "uncertainty_deg"), now.tension.uncertainty_deg, TENSION_SD_DEG
    )
    hip = now.tension.hip_flexion_deg - _number(before, "hip_flexion_deg")
    both = words.text("change.both", before=f"{knee_then:.0f}", now=f"{knee_now:.0f}")
    sentence = _sentence(change, detectable, both, words)
    if abs(hip) > _SAME_HIP_DEG:
        name = "thigh_higher" if hip > 0 else "thigh_lower"
        sentence += " " + words.text(f"change.{name}", degrees=f"{abs(hip):.0f}")
    return Change(change, detectable, hip, sentence)


def _no_comparison(earlier: Mapping[str, Any], now: Report, words: Words) -> str:
    """Say why the two cannot be compared; an empty text where they can."""
    before, tension = earlier.get("tension"), now.tension
    if before is None or not math.isfinite(_number(before, "knee_flexion_deg")):
        return words.text("change.nothing_before")
    if not _known(tension):
        return words.text("change.nothing_now")
    if earlier.get("side") != now.side:
        return _other_leg(earlier, now, words)
    return ""


def _not_compared(why: str) -> Change:
    return Change(math.nan, math.nan, math.nan, why)


def _other_leg(earlier: Mapping[str, Any], now: Report, words: Words) -> str:
    return words.text(
        "change.other_leg",
        before=words.text(f"change.{_side(earlier.get('side'))}"),
        now=words.text(f"change.{_side(now.side)}"),
    )


def _exercise(earlier: Mapping[str, Any]) -> str | None:
    name = earlier.get("exercise")
    return name if isinstance(name, str) else None


def _title(name: str | None, words: Words) -> str:
    known = {exercise.name for exercise in EXERCISES}
    return words.text(f"exercises.{name}.title") if name in known else str(name)


def _ankle_deg(reps: Any) -> float:
    """Return the ankle's median at the end range of the set that a report is of, the first."""
    found = [_mapping(rep) for rep in reps or ()]
    ankles = [_number(r, "ankle_at_peak_deg") for r in found if r.get("set") == found[0].get("set")]
    return median_of_known(np.array(ankles, dtype=float))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _side(side: object) -> str:
    return str(side) if side in get_args(Side) else "unknown"


def _known(tension: Tension | None) -> bool:
    return tension is not None and math.isfinite(tension.knee_flexion_deg)


def _sentence(change: float, detectable: float, both: str, words: Words) -> str:
    way = "straighter" if change < 0 else "less_straight"
    if abs(change) < _AS_BEFORE_DEG:
        way = "same"
    moved = words.text(f"change.{way}", degrees=f"{abs(change):.0f}", both=both)
    return _and_whether(moved, change, detectable, words)


def _and_whether(moved: str, change: float, detectable: float, words: Words) -> str:
    """Return what moved, and whether that is more than chance."""
    if abs(change) < detectable:
        return f"{moved} {words.text('change.chance', degrees=math.ceil(detectable))}"
    return f"{moved} {words.text('change.more', degrees=f'{detectable:.0f}')}"


def _number(values: Mapping[str, Any], key: str) -> float:
    value = values.get(key)
    return float(value) if isinstance(value, int | float) else math.nan
