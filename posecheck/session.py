"""The engine: `Session.push(pose)` for every frame, `Session.finish()` for the report.

Live sessions, reviews and batches push the same poses through this class; the same poses give
the same report. What `push` returns may be provisional, what `finish` returns is authoritative;
a session that is not `live` says no more than the angles on the way, and costs less.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from posecheck import __version__
from posecheck.assess.coverage import Sight, judge, too_oblique, usable_shares
from posecheck.assess.form import Measures
from posecheck.assess.form import find as find_faults
from posecheck.assess.grading import grade
from posecheck.assess.prescription import Prescription
from posecheck.assess.progress import ANGLES, Progress
from posecheck.motion.attempts import Found, find
from posecheck.motion.between import at_times
from posecheck.motion.calibration import HEAVY, RANGE_UNCERTAINTY_DEG, Calibration
from posecheck.motion.reps import Cycle
from posecheck.motion.side import SideJudge, near_side
from posecheck.motion.tension import Attempt, Track
from posecheck.motion.track import COLUMNS, Measured, Newest, Tracker
from posecheck.types import (
    PHASES,
    Angles,
    Array,
    ClipInfo,
    ExerciseSet,
    Finding,
    Mask,
    ModelInfo,
    Pose,
    Rep,
    Report,
    Series,
    Side,
    Tension,
    Update,
    Variant,
)

# The columns of the series, in its order.
SERIES = (
    "hip", "knee", "ankle", "resting_hip", "resting_knee", "head", "confidence",
    "hip_sd", "knee_sd", "ankle_sd",
)  # fmt: skip
SIDE_BEFORE_S = 2.0  # the leg that is straightened next has been held up for so long
FINDING_SHOWN_S = 2.0  # a finding stays in the picture for at least so long


class Session:
    """Grade one clip or one live session, pose by pose."""

    def __init__(
        self,
        prescription: Prescription,
        *,
        live: bool = False,
        calibration: Calibration = HEAVY,
    ) -> None:
        self._prescription = prescription
        self._tracker = Tracker(calibration)
        self._measured: Measured | None = None
        self._progress = Progress(prescription) if live else None

    @classmethod
    def restored(cls, prescription: Prescription, measured: Measured) -> Session:
        """One whose poses were measured before, under whatever prescription: `finish` it."""
        session = cls(prescription)
        session._measured = measured
        return session

    def push(self, pose: Pose) -> Update:
        """Take the next pose, in order of time; return what can be said at once."""
        if self._progress is None:
            self._tracker.push(pose)
            return self._update(pose, self._tracker.newest)
        self.settle()
        self._tracker.see(pose)
        return self._progress.complete(self._update(pose, self._tracker.now()))

    def settle(self) -> None:
        """Measure what was pushed last: the next update knows of it, and the last did not wait.

        A live session calls it once the update is shown; where nobody does, `push` does it first.
        """
        if self._progress and self._tracker.follow():
            self._progress.follow(self._tracker)

    def _update(self, pose: Pose, newest: Newest | None) -> Update:
        """The angles and points of a frame, and of the exercise what the prescription says."""
        if newest is not None and too_oblique(
            newest.values[COLUMNS.index("azimuth")],
            newest.values[COLUMNS.index("elevation")],
            self._prescription.view,
        ):
            newest = None
        values = np.full(10, np.nan) if newest is None else newest.values[:10]
        points = np.full((12, 2), np.nan) if newest is None else newest.points_px
        time = pose.t_s if newest is None else newest.t_s
        return Update(
            t_s=time, phase="rest", side=None, variant=None,
            angles=Angles(time, *(float(v) for v in values[:7])),
            working_px=points[:5], resting_px=points[5:10], trunk_px=points[10:],
            tension=None, hold_s=0.0, hold_target_s=self._hold_target(), set_index=0, reps=0,
            reps_target=self._prescription.dose.repetitions,
        )  # fmt: skip

    def finish(self, clip: ClipInfo, model: ModelInfo, frame_t_s: Array | None = None) -> Report:
        """The report on all poses that were pushed.

        Parameters
        ----------
        clip, model
            What was looked at, and with what.
        frame_t_s
            The times (m,) of all frames of the clip, in seconds, where not every one was looked
            at: the series then has a row for each of them.

        """
        times, prescription = self.measured().t_s, self._prescription
        wanted = prescription.exercise.variant
        known: Variant | None = None if wanted == "auto" else wanted
        found = find(self._graded(times), known) if len(times) else Found([], False)
        attempts = found.attempts
        sides = [self._side(a, times) for a in attempts]
        sets, reps = _sets(attempts, sides, times, self._column("knee_sd"))
        findings = find_faults(self._measures(times), attempts, prescription) if attempts else ()
        sight = self._sight(times, found)
        quality = judge(sight, prescription, live=self._progress is not None)
        exercise, stay = usable_shares(sight)
        graded = grade(
            prescription, quality, sets, reps, findings, exercise_usable=exercise, stay_usable=stay
        )
        first = next((s for s in sets if s.reps), sets[0] if sets else None)
        return Report(
            posecheck=__version__,
            clip=clip,
            model=model,
            prescription=prescription.as_dict(),
            side=first.side if first else None,
            variant=first.variant if first else None,
            quality=quality,
            tension=first.tension if first else None,
            sets=sets,
            reps=reps,
            findings=findings,
            grade=graded,
            series=self._series(times, attempts, frame_t_s),
        )

    def measured(self) -> Measured:
        """What was measured of all poses that were pushed; ends the session."""
        if self._measured is None:
            self._tracker.finish()
            self._measured = self._tracker.measured()
        return self._measured

    def _hold_target(self) -> float:
        hold = self._prescription.dose.hold_s
        return float("nan") if hold is None else float(hold)

    def _column(self, name: str) -> Array:
        """What was measured; where the camera stood too far off the side no angle is known."""
        values = self.measured().column(name).astype(np.float64)
        return np.where(self._oblique(), np.nan, values) if name in ANGLES else values

    def _oblique(self) -> Mask:
        """Where (n,) the camera stands farther off the side than angles can be read from."""
        azimuth, elevation = (self.measured().column(n) for n in ("azimuth", "elevation"))
        oblique: Mask = too_oblique(azimuth, elevation, self._prescription.view)
        return oblique

    def _graded(self, times: Array) -> Track:
        return Track(times, *(self._column(f.name) for f in fields(Track)[1:]))

    def _side(self, attempt: Attempt, times: Array) -> Side:
        """The side that worked in an attempt, from the labels seen during it."""
        if self._prescription.fixed_side is not None:
            return self._prescription.fixed_side
        judge_side = SideJudge()
        inside = (times >= attempt.extend_s - SIDE_BEFORE_S) & (times <= attempt.rest_s)
        for label in self._column("label")[inside]:
            judge_side.push(int(label))
        feet = self.measured().feet
        return judge_side.side(feet) or near_side(feet)

    def _measures(self, times: Array) -> Measures:
        names = (
            "hip", "knee", "raw_knee", "resting_hip", "resting_knee", "head", "pelvis", "hands",
            "resting_x", "resting_z",
        )  # fmt: skip
        return Measures(times, *(self._column(n) for n in names))

    def _sight(self, times: Array, found: Found) -> Sight:
        exercising, moving = (np.zeros(len(times), bool) for _ in range(2))
        for a in found.attempts:
            exercising |= (times >= a.tension_s) & (times <= max(a.lower_s, a.tension_s))
            moving |= exercising | ((times >= a.extend_s) & (times <= a.rest_s))
        usable = np.isfinite(self._column("hip")) & np.isfinite(self._column("knee"))
        other_leg = np.isfinite(self._column("resting_hip"))
        return Sight(
            times, self._column("tracked"), usable.astype(float), self._column("confidence"),
            self._column("lying"), self._column("inside"), self._column("size"),
            self._column("azimuth"), self._column("elevation"), self._column("others"),
            self._column("touched"), other_leg.astype(float), exercising, moving,
            found.something_else,
        )  # fmt: skip

    def _series(self, times: Array, attempts: list[Attempt], frame_t_s: Array | None) -> Series:
        measured = self.measured()
        columns: Array = np.column_stack([self._column(name) for name in SERIES])
        points = np.where(self._oblique()[:, None, None], np.nan, measured.points_px)
        if frame_t_s is not None and len(frame_t_s) and len(times):
            columns = at_times(times, columns, frame_t_s).astype(np.float32)
            flat = points.reshape(len(times), -1)
            points = at_times(times, flat, frame_t_s).reshape(-1, 12, 2).astype(np.float32)
            times = frame_t_s
        hip, knee, ankle, resting_hip, resting_knee, head, confidence, *bands = columns.T
        return Series(
            t_s=times,
            phase=_phases(times, attempts),
            hip_flexion_deg=hip,
            knee_flexion_deg=knee,
            ankle_dorsiflexion_deg=ankle,
            resting_hip_flexion_deg=resting_hip,
            resting_knee_flexion_deg=resting_knee,
            head_lift_deg=head,
            confidence=np.clip(np.nan_to_num(confidence), 0, 1),
            hip_uncertainty_deg=bands[0],
            knee_uncertainty_deg=bands[1],
            ankle_uncertainty_deg=bands[2],
            working_px=points[:, :5],
            resting_px=points[:, 5:10],
            trunk_px=points[:, 10:],
        )


def _sets(
    attempts: list[Attempt], sides: list[Side], times: Array, knee_band: Array
) -> tuple[tuple[ExerciseSet, ...], tuple[Rep, ...]]:
    sets: list[ExerciseSet] = []
    reps: list[Rep] = []
    for i, (attempt, side) in enumerate(zip(attempts, sides, strict=True), start=1):
        held = (times >= attempt.tension_s) & (times <= attempt.glide_s)
        known = knee_band[held & np.isfinite(knee_band)]
        tension = Tension(
            attempt.tension_s, attempt.glide_s, attempt.knee_deg, attempt.hip_deg,
            float(np.median(known)) if len(known) else float("nan"),
        )  # fmt: skip
        sets.append(ExerciseSet(i, side, attempt.variant, tension, len(attempt.cycles)))
        reps += [_rep(c, len(reps) + k, i, attempt) for k, c in enumerate(attempt.cycles, start=1)]
    return tuple(sets), tuple(reps)


def _rep(cycle: Cycle, index: int, in_set: int, attempt: Attempt) -> Rep:
    return Rep(
        index, in_set, cycle.start_s, cycle.end_s, cycle.min_deg, cycle.max_deg, cycle.range_deg,
        RANGE_UNCERTAINTY_DEG[attempt.variant or "ankle_pump"],
    )  # fmt: skip


def _phases(times: Array, attempts: list[Attempt]) -> NDArray[np.int8]:
    phase = np.zeros(len(times), np.int8)
    for a in attempts:
        glide = a.glide_s if a.cycles else a.lower_s
        for name, start, end in (
            ("extend", a.extend_s, a.tension_s),
            ("hold", a.tension_s, glide),
            ("glide", glide, a.lower_s),
            ("lower", a.lower_s, a.rest_s),
        ):
            phase[(times >= start) & (times < end)] = PHASES.index(name)
    return phase


def updates(report: Report) -> Iterator[Update]:
    """One final state a frame, for drawing a clip after the fact."""
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
    """The set that is on, or the last one that was."""
    begun = [s for s in sets if s.tension and s.tension.start_s <= now_s]
    return begun[-1] if begun else None


def _shown(findings: tuple[Finding, ...], now_s: float) -> tuple[Finding, ...]:
    return tuple(
        f for f in findings if f.start_s <= now_s <= max(f.end_s, f.start_s + FINDING_SHOWN_S)
    )
