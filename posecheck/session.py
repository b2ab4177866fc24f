"""The engine: `Session.push(pose)` for every frame, `Session.finish()` for the report.

Live sessions, reviews and batches push the same poses through this class; the same poses give
the same report. What `push` returns may be provisional, what `finish` returns is authoritative;
a session that is not `live` says no more than the angles on the way, and costs less.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from posecheck import __version__
from posecheck.assess.coverage import Sight, judge, readable, too_oblique, usable_shares
from posecheck.assess.form import find as find_faults
from posecheck.assess.grading import grade
from posecheck.assess.measures import Measures
from posecheck.assess.prescription import Prescription
from posecheck.assess.progress import Progress
from posecheck.motion.attempts import Found, find
from posecheck.motion.between import at_times
from posecheck.motion.calibration import HEAVY, RANGE_UNCERTAINTY_DEG, Calibration
from posecheck.motion.medians import median_of_known
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
        found = find(Track.of(times, self._column), known) if len(times) else Found([], False)
        attempts = found.attempts
        sides = [self._side(a, times) for a in attempts]
        sets, reps = _sets(attempts, sides, times, self._column("knee_sd"))
        findings = find_faults(Measures.of(times, self._column), attempts, prescription)
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

    @cached_property
    def _readable(self) -> Measured:
        """What was measured; where the camera stood too far off the side no angle is known."""
        measured = self.measured()
        return replace(measured, values=readable(measured.values, self._prescription.view))

    def _column(self, name: str) -> Array:
        return self._readable.column(name).astype(np.float64)

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
        columns: Array = np.column_stack([self._column(name) for name in SERIES])
        oblique = too_oblique(
            self._column("azimuth"), self._column("elevation"), self._prescription.view
        )
        points = np.where(oblique[:, None, None], np.nan, self.measured().points_px)
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
        tension = Tension(
            attempt.tension_s, attempt.glide_s, attempt.knee_deg, attempt.hip_deg,
            median_of_known(knee_band[held]),
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
