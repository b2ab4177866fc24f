"""What has changed since an earlier recording, and whether that is more than chance."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from posecheck.types import Report, Tension

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


def change_since(earlier: Mapping[str, Any], now: Report) -> Change:
    """Compare with an earlier report.

    Parameters
    ----------
    earlier
        As ``read_report`` returns it.
    now
        The report on the newer recording.

    """
    nothing = _no_comparison(earlier, now)
    before = earlier.get("tension")
    if nothing or before is None or now.tension is None:
        return Change(math.nan, math.nan, math.nan, nothing)
    knee_then, knee_now = _number(before, "knee_flexion_deg"), now.tension.knee_flexion_deg
    change = knee_now - knee_then
    detectable = math.hypot(
        _half_band(_number(before, "uncertainty_deg")), _half_band(now.tension.uncertainty_deg)
    )
    hip = now.tension.hip_flexion_deg - _number(before, "hip_flexion_deg")
    sentence = _sentence(change, detectable, f"{knee_then:.0f}° then, {knee_now:.0f}° now")
    if abs(hip) > _SAME_HIP_DEG:
        sentence += (
            f" The thigh stood {abs(hip):.0f}° {'higher' if hip > 0 else 'lower'}, which alone "
            "changes how far the knee goes: hold it as you did then to compare."
        )
    return Change(change, detectable, hip, sentence)


def _no_comparison(earlier: Mapping[str, Any], now: Report) -> str:
    """Say why the two cannot be compared; an empty text where they can."""
    before, tension = earlier.get("tension"), now.tension
    if before is None or not math.isfinite(_number(before, "knee_flexion_deg")):
        return "The earlier recording has no point of tension to compare with."
    if not _known(tension):
        return "No point of tension was found, so there is nothing to compare."
    if earlier.get("side") != now.side:
        return (
            f"The earlier recording is of the {earlier.get('side') or 'unknown'} leg, this one of "
            f"the {now.side or 'unknown'} leg, so they are not compared."
        )
    return ""


def _known(tension: Tension | None) -> bool:
    return tension is not None and math.isfinite(tension.knee_flexion_deg)


def _sentence(change: float, detectable: float, both: str) -> str:
    way = "straighter" if change < 0 else "less straight"
    moved = f"The knee came {abs(change):.0f}° {way} at the point of tension ({both})."
    if abs(change) < 0.5:
        moved = f"The knee came as far as before at the point of tension ({both})."
    if abs(change) < detectable:
        return (
            f"{moved} That is no change that can be told from chance: it would have to be "
            f"{math.ceil(detectable)}° or more."
        )
    return f"{moved} That is more than chance explains ({detectable:.0f}°)."


def _half_band(uncertainty_deg: float) -> float:
    known = math.isfinite(uncertainty_deg)
    return max(uncertainty_deg, _DAY_TO_DAY_DEG) if known else _DAY_TO_DAY_DEG


def _number(values: Mapping[str, Any], key: str) -> float:
    value = values.get(key)
    return float(value) if isinstance(value, int | float) else math.nan
