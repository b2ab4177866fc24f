"""What has changed since an earlier recording, and whether that is more than chance."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, get_args

from posecheck.exercises.language import words_of
from posecheck.types import Report, Side, Tension, Words

# Half of the 95 % band of one measurement of active knee extension by the same rater with a
# goniometer (SEM 2.6°, J Sport Rehabil 2015, PMID 25364856). It holds what differs from day to
# day, in the person and in the set-up; a clip's own uncertainty does not, so never less is
# taken. Two such measurements must differ by 7.2° to mean a change.
_DAY_TO_DAY_DEG = 1.96 * 2.6
_SAME_HIP_DEG = 10.0  # more, and the knee's angle is another one: the hamstrings span both


@dataclass(frozen=True, slots=True)
class Change:
    """The knee at the point of tension, then and now; NaN where it cannot be compared."""

    knee_change_deg: float  # negative: straighter than before
    detectable_deg: float  # the smallest change that can be told from chance
    hip_change_deg: float
    sentence: str

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
    nothing = _no_comparison(earlier, now, words)
    before = earlier.get("tension")
    if nothing or before is None or now.tension is None:
        return Change(math.nan, math.nan, math.nan, nothing)
    knee_then, knee_now = _number(before, "knee_flexion_deg"), now.tension.knee_flexion_deg
    change = knee_now - knee_then
    detectable = math.hypot(
        _half_band(_number(before, "uncertainty_deg")), _half_band(now.tension.uncertainty_deg)
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
        return words.text(
            "change.other_leg",
            before=words.text(f"change.{_side(earlier.get('side'))}"),
            now=words.text(f"change.{_side(now.side)}"),
        )
    return ""


def _side(side: object) -> str:
    return str(side) if side in get_args(Side) else "unknown"


def _known(tension: Tension | None) -> bool:
    return tension is not None and math.isfinite(tension.knee_flexion_deg)


def _sentence(change: float, detectable: float, both: str, words: Words) -> str:
    way = "straighter" if change < 0 else "less_straight"
    if abs(change) < 0.5:
        way = "same"
    moved = words.text(f"change.{way}", degrees=f"{abs(change):.0f}", both=both)
    if abs(change) < detectable:
        return f"{moved} {words.text('change.chance', degrees=math.ceil(detectable))}"
    return f"{moved} {words.text('change.more', degrees=f'{detectable:.0f}')}"


def _half_band(uncertainty_deg: float) -> float:
    known = math.isfinite(uncertainty_deg)
    return max(uncertainty_deg, _DAY_TO_DAY_DEG) if known else _DAY_TO_DAY_DEG


def _number(values: Mapping[str, Any], key: str) -> float:
    value = values.get(key)
    return float(value) if isinstance(value, int | float) else math.nan
