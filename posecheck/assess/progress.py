"""How far a session that still goes on has come: the provisional state at each frame."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from posecheck.assess.prescription import Prescription
from posecheck.assess.watch import Watch
from posecheck.motion.provisional import Provisional, Running
from posecheck.motion.recent import Recent
from posecheck.motion.side import SideJudge, near_side
from posecheck.motion.track import COLUMNS, Tracker
from posecheck.types import Array, Side, Tension, Update, Variant


class Progress:
    """Completes what a session says of its newest frame by what is known of the exercise."""

    def __init__(self, prescription: Prescription) -> None:
        variant = prescription.exercise.variant
        known: Variant | None = None if variant == "auto" else variant
        self._fixed_side = prescription.fixed_side
        self._recent = Recent()
        self._provisional = Provisional(known)
        self._watch = Watch(prescription)
        self._taken = 0
        self._judge = SideJudge()
        self._raised_s = np.nan
        self._side: Side | None = None
        self._band = (0, np.nan)

    def complete(self, update: Update) -> Update:
        """`update` with phase, set, repetitions, findings and warnings, so far as known."""
        running = self._provisional.running
        attempt = running.attempt
        if attempt is None:
            return replace(
                update, phase=running.phase, side=self._side, warnings=self._watch.warnings
            )
        tension = self._tension(running)
        return replace(
            update, phase=running.phase, side=self._side, variant=attempt.variant,
            tension=tension, hold_s=max(tension.end_s - tension.start_s, 0.0),
            set_index=running.set_index, reps=len(attempt.cycles),
            findings=self._watch.findings, warnings=self._watch.warnings,
        )  # fmt: skip

    def follow(self, tracker: Tracker) -> None:
        """Look for repetitions and findings in what was answered since the last time.

        Findings are looked for between two looks for repetitions, and neither while the body is
        renewed, so that no frame bears two of them.
        """
        times, values = tracker.since(self._taken)
        self._taken = tracker.count
        if len(times):
            self._recent.push(times, values)
            self._follow_side(values, tracker.feet)
            looked = self._provisional.push(self._recent, tracker.busy)
            self._watch.push(self._recent, self._provisional.running, looked or tracker.busy)

    def _tension(self, running: Running) -> Tension:
        attempt = running.attempt
        assert attempt is not None
        end = attempt.glide_s
        if running.phase == "hold" and running.on:
            end = self._recent.now_s  # it grows with every frame, not with every look
        if self._band[0] != running.set_index:
            held = self._recent.column("knee_sd", attempt.tension_s)
            known = held[np.isfinite(held)]
            self._band = running.set_index, float(np.median(known)) if len(known) else np.nan
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
        for label in values[:, COLUMNS.index("label")].tolist():
            self._judge.push(int(label))
        self._side = self._fixed_side or self._judge.side(feet) or near_side(feet)
