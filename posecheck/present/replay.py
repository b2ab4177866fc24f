"""A finished report frame by frame, as a live session would have shown it."""

from __future__ import annotations

from collections.abc import Iterator

from posecheck.present.end_ranges import Programme, begin_s, end_range_of
from posecheck.types import PHASES, Angles, Finding, Rep, Report, Update

FINDING_SHOWN_S = 2.0  # a finding stays in the picture for at least so long


def updates(report: Report) -> Iterator[Update]:
    """Yield one final state a frame, for drawing a clip after the fact."""
    s = report.series
    dose = report.prescription.get("dose", {})
    hold_target = dose.get("hold_s") or float("nan")
    starts = {
        one.index: one.tension.start_s if one.tension else begin_s(report, one)
        for one in report.sets
    }
    ranges = {one.index: end_range_of(report, one) for one in report.sets}
    programme = Programme(report)
    for i, time in enumerate(s.t_s):
        now = float(time)
        begun = [one for one in report.sets if starts[one.index] <= now]
        current = begun[-1] if begun else None
        done = [r for r in report.reps if current and r.set == current.index and r.end_s <= now]
        tension = current.tension if current and current.tension else None
        held = min(now, tension.end_s) - tension.start_s if tension else 0.0
        exercise = programme.at(now) or ""
        # before the first set the scale of what is going to be done is shown
        shown = current or next((one for one in report.sets if one.exercise == exercise), None)
        to = ranges[shown.index] if shown and shown.exercise == exercise else None
        peaks = [r for r in to.reps if r.peak_end_s <= now] if to else []
        if to is not None:
            held = _stopped_s(to.reps, now)
        yield Update(
            t_s=now,
            phase=PHASES[s.phase[i]],
            side=current.side if current else report.side,
            variant=current.variant if current else report.variant,
            angles=Angles(
                now, *(float(x[i]) for x in (
                    s.hip_flexion_deg, s.knee_flexion_deg, s.ankle_dorsiflexion_deg,
                    s.resting_hip_flexion_deg, s.resting_knee_flexion_deg, s.head_lift_deg,
                    s.confidence,
                ))
            ),
            working_px=s.working_px[i],
            resting_px=s.resting_px[i],
            trunk_px=s.trunk_px[i],
            tension=tension,
            hold_s=max(held, 0.0),
            hold_target_s=hold_target,
            set_index=current.index if current else 0,
            reps=len(done),
            reps_target=dose.get("repetitions"),
            findings=_shown(report.findings, now),
            warnings=report.quality.warnings,
            exercise=exercise,
            peak_deg=peaks[-1].peak_deg if peaks else float("nan"),
            best_deg=to.best_deg(peaks) if to else float("nan"),
            median_deg=to.median_deg(peaks) if to else float("nan"),
            end_range=(to.joint, to.end) if to else None,
        )  # fmt: skip


def _stopped_s(reps: tuple[Rep, ...], now_s: float) -> float:
    """Return for how long the leg has been at its end range, 0 where it is not there."""
    return max((now_s - r.peak_start_s for r in reps if r.peak_start_s <= now_s <= r.peak_end_s),
               default=0.0)  # fmt: skip


def _shown(findings: tuple[Finding, ...], now_s: float) -> tuple[Finding, ...]:
    return tuple(
        f
        for f in findings
        if any(start <= now_s <= max(end, start + FINDING_SHOWN_S) for start, end in f.times)
    )
