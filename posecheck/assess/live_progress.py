"""How far a session that still goes on has come: the provisional state at each frame."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from posecheck.assess.coverage import readable
from posecheck.assess.live_findings import LiveFindings
from posecheck.exercises.attempt import Attempt, Running
from posecheck.exercises.prescription import Prescription
from posecheck.motion.legs import SideJudge, near_side
from posecheck.motion.signals import median_of_known
from posecheck.motion.table import COLUMN_OF, RecentRows
from posecheck.motion.track import RESTING, WORKING, Newest, Tracker
from posecheck.types import Array, Side, Tension, Update, Variant, Words

# The angles that a report may leave blank, each with its column.
ANGLE_COLUMNS = {
    "hip_flexion_deg": "hip_deg",
    "knee_flexion_deg": "knee_deg",
    "ankle_dorsiflexion_deg": "ankle_deg",
    "resting_hip_flexion_deg": "resting_hip_deg",
    "resting_knee_flexion_deg": "resting_knee_deg",
}


class LiveProgress:
    """Completes what a session says of its newest frame by what is known of the exercise.

    Parameters
    ----------
    prescription, words
        What is asked for, and the language.
    taken
        How many frames were answered before this exercise began.

    """

    def __init__(
        self, prescription: Prescription, words: Words | None = None, taken: int = 0
    ) -> None:
        variant = prescription.exercise.variant
        known: Variant | None = None if variant == "auto" else variant
        self._fixed_side, self._view = prescription.fixed_side, prescription.view
        self._recent = RecentRows()
        self._to = prescription.exercise_value.to
        self._follower = prescription.exercise_value.follow(known)
        self._watch = LiveFindings(prescription, words)
        self._taken = taken
        self._answered: Newest | None = None  # the last frame that a report knows
        self._judge = SideJudge()
        self._raised_s = np.nan
        self._side: Side | None = None
        self._band = (0, np.nan)

    def complete(self, update: Update) -> Update:
        """Return the update with phase, set, repetitions, findings and warnings, if known."""
        update = self._shown(update)
        running, attempt = self._follower.running, self._follower.confirmed
        if attempt is None:
            return replace(
                update, phase=running.phase, side=self._side, warnings=self._watch.warnings
            )
        update = replace(
            update, phase=running.phase, side=self._side, variant=attempt.variant,
            set_index=running.set_index, reps=len(attempt.cycles),
            findings=self._watch.findings, warnings=self._watch.warnings,
        )  # fmt: skip
        if self._to is not None:
            peaks = [self._to.peak_deg(peak) for peak in attempt.peaks]
            return replace(
                update, peak_deg=peaks[-1] if peaks else np.nan,
                best_deg=self._to.best_deg(peaks), median_deg=median_of_known(np.array(peaks)),
            )  # fmt: skip
        tension = self._tension(running, attempt)
        return replace(update, tension=tension, hold_s=max(tension.end_s - tension.start_s, 0.0))

    def _shown(self, update: Update) -> Update:
        """Return the update without what the report leaves blank in its last frame."""
        if self._answered is None:
            return update
        known, angles = self._answered, update.angles
        shown = {
            field: getattr(angles, field) if np.isfinite(known.value(column)) else np.nan
            for field, column in ANGLE_COLUMNS.items()
        }
        points = known.points_px
        return replace(
            update,
            angles=replace(angles, **shown),
            working_px=np.where(np.isnan(points[WORKING]), np.nan, update.working_px),
            resting_px=np.where(np.isnan(points[RESTING]), np.nan, update.resting_px),
        )

    def follow(self, tracker: Tracker) -> None:
        """Look for repetitions and findings in what was answered since the last time.

        Findings are looked for between two looks for repetitions, and neither while the body is
        renewed, so that no frame bears two of them.
        """
        times, values = tracker.since(self._taken)
        self._taken = tracker.count
        if len(times):
            self._recent.push(times, readable(values, self._view))
            self._answered = tracker.newest
            self._follow_side(values, tracker.feet)
            looked = self._follower.push(self._recent, tracker.busy)
            running = replace(self._follower.running, attempt=self._follower.settled)
            self._watch.push(self._recent, running, looked or tracker.busy)

    def _tension(self, running: Running, attempt: Attempt) -> Tension:
        end = attempt.glide_s
        if running.phase == "hold" and running.on:
            end = self._recent.now_s  # it grows with every frame, not with every look
        if self._band[0] != running.set_index:
            held = self._recent.column("knee_band_deg", attempt.tension_s)
            self._band = running.set_index, median_of_known(held)
        return Tension(
            attempt.tension_s, max(end, attempt.tension_s), attempt.knee_deg, attempt.hip_deg,
            self._band[1],
        )  # fmt: skip

    def _follow_side(self, values: Array, feet: float) -> None:
        """Judge the working side from the labels seen since the thigh came up."""
        raised_s = self._follower.running.raised_s
        if np.isnan(raised_s):
            self._raised_s = raised_s
            return
        if np.isnan(self._raised_s):
            self._judge = SideJudge()
        self._raised_s = raised_s
        for label in values[:, COLUMN_OF["raised_label"]].tolist():
            self._judge.push(int(label))
        self._side = self._fixed_side or self._judge.side(feet) or near_side(feet)
