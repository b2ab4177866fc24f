"""How far a session that still goes on has come: the provisional state at each frame."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from posecheck.assess.coverage import readable
from posecheck.assess.prescription import Prescription
from posecheck.assess.upheld import Upheld
from posecheck.assess.watch import Watch
from posecheck.motion.medians import median_of_known
from posecheck.motion.provisional import Provisional, Running
from posecheck.motion.recent import Recent
from posecheck.motion.side import SideJudge, near_side
from posecheck.motion.tension import Attempt
from posecheck.motion.track import COLUMNS, Newest, Tracker
from posecheck.types import Array, Side, Tension, Update, Variant

LABEL = COLUMNS.index("label")


class Progress:
    """Completes what a session says of its newest frame by what is known of the exercise."""

    def __init__(self, prescription: Prescription) -> None:
        variant = prescription.exercise.variant
        known: Variant | None = None if variant == "auto" else variant
        self._fixed_side, self._view = prescription.fixed_side, prescription.view
        self._recent = Recent()
        self._provisional, self._upheld = Provisional(known), Upheld(known)
        self._watch = Watch(prescription)
        self._taken = 0
        self._answered: Newest | None = None  # the last frame that a report knows
        self._judge = SideJudge()
        self._raised_s = np.nan
        self._side: Side | None = None
        self._band = (0, np.nan)

    def complete(self, update: Update) -> Update:
        """`update` with phase, set, repetitions, findings and warnings, so far as known."""
        update = self._shown(update)
        running, attempt = self._provisional.running, self._upheld.attempt
        if attempt is None:
            return replace(
                update, phase=running.phase, side=self._side, warnings=self._watch.warnings
            )
        tension = self._tension(running, attempt)
        return replace(
            update, phase=running.phase, side=self._side, variant=attempt.variant,
            tension=tension, hold_s=max(tension.end_s - tension.start_s, 0.0),
            set_index=running.set_index, reps=len(attempt.cycles),
            findings=self._watch.findings, warnings=self._watch.warnings,
        )  # fmt: skip

    def _shown(self, update: Update) -> Update:
        """`update` without what the report leaves blank in the last frame that it knows of."""
        if self._answered is None:
            return update
        values, points = self._answered.values, self._answered.points_px
        angles = update.angles
        hip, knee, ankle, resting_hip, resting_knee = np.where(np.isnan(values[:5]), np.nan, (
            angles.hip_flexion_deg, angles.knee_flexion_deg, angles.ankle_dorsiflexion_deg,
            angles.resting_hip_flexion_deg, angles.resting_knee_flexion_deg,
        )).tolist()  # fmt: skip
        return replace(
            update,
            angles=replace(
                angles, hip_flexion_deg=hip, knee_flexion_deg=knee, ankle_dorsiflexion_deg=ankle,
                resting_hip_flexion_deg=resting_hip, resting_knee_flexion_deg=resting_knee,
            ),
            working_px=np.where(np.isnan(points[:5]), np.nan, update.working_px),
            resting_px=np.where(np.isnan(points[5:10]), np.nan, update.resting_px),
        )  # fmt: skip

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
            looked = self._provisional.push(self._recent, tracker.busy)
            running = self._provisional.running
            self._upheld.push(self._recent, running)
            running = replace(running, attempt=self._upheld.settled)
            self._watch.push(self._recent, running, looked or tracker.busy)

    def _tension(self, running: Running, attempt: Attempt) -> Tension:
        end = attempt.glide_s
        if running.phase == "hold" and running.on:
            end = self._recent.now_s  # it grows with every frame, not with every look
        if self._band[0] != running.set_index:
            held = self._recent.column("knee_sd", attempt.tension_s)
            self._band = running.set_index, median_of_known(held)
        return Tension(
            attempt.tension_s, max(end, attempt.tension_s), attempt.knee_deg, attempt.hip_deg,
            self._band[1],
        )  # fmt: skip

    def _follow_side(self, values: Array, feet: float) -> None:
        """The working side, from the labels seen since the thigh came up."""
        raised_s = self._provisional.running.raised_s
        if np.isnan(raised_s):
            self._raised_s = raised_s
            return
        if np.isnan(self._raised_s):
            self._judge = SideJudge()
        self._raised_s = raised_s
        for label in values[:, LABEL].tolist():
            self._judge.push(int(label))
        self._side = self._fixed_side or self._judge.side(feet) or near_side(feet)
