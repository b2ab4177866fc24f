"""A finished report frame by frame, as a live session would have shown it."""

from __future__ import annotations

from collections.abc import Iterator

from posecheck.types import PHASES, Angles, ExerciseSet, Finding, Report, Update

FINDING_SHOWN_S = 2.0  # a finding stays in the picture for at least so long


def updates(report: Report) -> Iterator[Update]:
    """Yield one final state a frame, for drawing a clip after the fact."""
    s = report.series
    dose = report.prescription.get("dose", {})
    hold_target = dose.get("hold_s") or float("nan")
    for i, time in enumerate(s.t_s):
        now = float(time)
        current = _current(report.sets, now)
        done = [r for r in report.reps if current and r.set == current.index and r.end_s <= now]
        tension = current.tension if current and current.tension else None
        held = min(now, tension.end_s) - tension.start_s if tension else 0.0
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
        )  # fmt: skip


def _current(sets: tuple[ExerciseSet, ...], now_s: float) -> ExerciseSet | None:
    """Return the set that is on, or the last one that was."""
    begun = [s for s in sets if s.tension and s.tension.start_s <= now_s]
    return begun[-1] if begun else None


def _shown(findings: tuple[Finding, ...], now_s: float) -> tuple[Finding, ...]:
    return tuple(
        f
        for f in findings
        if any(start <= now_s <= max(end, start + FINDING_SHOWN_S) for start, end in f.times)
    )
