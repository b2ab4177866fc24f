"""The engine: `Session.push(pose)` for every frame, `Session.finish()` for the report.

Live sessions, reviews and batches push the same poses through this class; the same poses give
the same report. What `push` returns may be provisional, what `finish` returns is authoritative;
a session that is not `live` says no more than the angles on the way, and costs less.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from posecheck._version import __version__
from posecheck.assess.coverage import judge, readable, too_few, too_oblique, usable_shares
from posecheck.assess.grading import grade
from posecheck.assess.live_progress import LiveProgress
from posecheck.assess.series import MOMENT, SERIES, series_of
from posecheck.assess.sets import sets_of
from posecheck.assess.sight import Sight
from posecheck.errors import InputError
from posecheck.exercises.attempt import Attempt
from posecheck.exercises.language import words_of
from posecheck.exercises.marks import SetMarks, marked
from posecheck.exercises.prescription import Prescription
from posecheck.exercises.recognition import Recognised, recognise
from posecheck.exercises.rule import Measures, findings_of, once_each
from posecheck.motion.calibration import HEAVY, LITE, Calibration
from posecheck.motion.legs import SideJudge, near_side
from posecheck.motion.table import Table
from posecheck.motion.track import POINTS, RESTING, TRUNK, WORKING, Measured, Newest, Tracker
from posecheck.types import (
    Angles,
    Array,
    ClipInfo,
    Finding,
    Flaws,
    ModelInfo,
    Pose,
    Report,
    Side,
    Update,
    Variant,
)

# Raised when a report says something else of the same measurements, or its pictures, tables or
# page do: kept results of another number are made again from the measurements.
REPORT_SCHEMA = 7
UNKNOWN_MODEL = ModelInfo("unknown", None)  # of which nobody has said anything
NEAR_S = 0.5  # two findings of a rule that are no farther apart are one
SIDE_BEFORE_S = 2.0  # the leg that is straightened next has been held up for so long


class Session:
    """Grades one clip or one live session, pose by pose.

    Parameters
    ----------
    prescription
        What was asked for; the default asks for form and no dose.
    live
        Whether what can be said at once is wanted on the way.
    calibration
        What is true of the landmark model; if None, of the heavy one, and of an unknown one
        where the first landmarks come by `push_landmarks`.

    """

    def __init__(
        self,
        prescription: Prescription | None = None,
        *,
        live: bool = False,
        calibration: Calibration | None = None,
        language: str = "en",
    ) -> None:
        prescription = prescription or Prescription.default()
        self._prescription = prescription
        self._calibration = calibration
        self._tracker = Tracker(calibration or HEAVY)
        self._last: Pose | None = None
        self._measured: Measured | None = None
        self._words = words_of(language)
        self._part = prescription.parts[0]
        self._progress = LiveProgress(self._part, self._words) if live else None

    @classmethod
    def restored(
        cls, prescription: Prescription, measured: Measured, language: str = "en"
    ) -> Session:
        """Return one whose poses were measured before, under whatever prescription: `finish` it."""
        session = cls(prescription, language=language)
        session._measured = measured
        return session

    def push(self, pose: Pose) -> Update:
        """Take the next pose, in order of time; return what can be said at once."""
        self._last = pose
        if self._progress is None:
            self._tracker.push(pose)
            return self._update(pose, self._tracker.newest)
        self.settle()
        self._tracker.see(pose)
        return self._progress.complete(self._update(pose, self._tracker.now()))

    def push_landmarks(
        self,
        t_s: float,
        xy_px: Any,
        *,
        size_px: tuple[int, int] | None = None,
        visibility: Any = None,
    ) -> Update:
        """Take landmarks of your own, in order of time; return what can be said at once.

        Parameters
        ----------
        t_s, xy_px, size_px, visibility
            As `Pose.of` has them: when, the landmarks (33, 2) in pixels, and what is known of
            the picture.

        Raises
        ------
        InputError
            They are not of this shape, or not later than those before.

        """
        pose = Pose.of(t_s, xy_px, size_px, visibility)
        if self._last is None and self._calibration is None:
            self._tracker = Tracker(LITE)
        if self._last is not None and pose.t_s <= self._last.t_s:
            raise InputError(
                f"Landmarks of {pose.t_s:g} s came after those of {self._last.t_s:g} s; push them "
                "in order of time, each time once."
            )
        return self.push(pose)

    def begin(self, part: Prescription) -> None:
        """Follow the next part of a programme from now on; what was done before stays done.

        Parameters
        ----------
        part
            One of the `parts` of the prescription.

        """
        self._part = part
        if self._progress:
            self.settle()
            self._progress = LiveProgress(part, self._words, self._tracker.count)

    def settle(self) -> None:
        """Measure what was pushed last: the next update knows of it, and the last did not wait.

        A live session calls it once the update is shown; where nobody does, `push` does it first.
        """
        if self._progress and self._tracker.follow():
            self._progress.follow(self._tracker)

    def _update(self, pose: Pose, newest: Newest | None) -> Update:
        """Return angles and points of a frame, and of the exercise what the prescription says."""
        if newest is not None and too_oblique(
            np.array(newest.value("azimuth_deg")),
            np.array(newest.value("elevation_deg")),
            self._prescription.view,
        ):
            newest = None
        points = np.full((POINTS, 2), np.nan) if newest is None else newest.points_px
        time = pose.t_s if newest is None else newest.t_s
        exercise = self._part.exercise_value
        to = exercise.to
        moment = {name: np.nan if newest is None else newest.value(SERIES[name]) for name in MOMENT}
        return Update(
            t_s=time, phase="rest", side=None, variant=None, angles=Angles(t_s=time, **moment),
            working_px=points[WORKING], resting_px=points[RESTING], trunk_px=points[TRUNK],
            tension=None, hold_s=0.0, hold_target_s=self._hold_target(), set_index=0, reps=0,
            reps_target=self._part.dose.repetitions,
            exercise=exercise.name, end_range=(to.joint, to.end) if to else None,
        )  # fmt: skip

    def finish(
        self,
        clip: ClipInfo | None = None,
        model: ModelInfo | None = None,
        frame_t_s: Array | None = None,
        flaws: Flaws | None = None,
        *,
        marks: Sequence[SetMarks] | None = None,
        dismissed: Sequence[tuple[str, float]] = (),
    ) -> Report:
        """Report on all poses that were pushed.

        Parameters
        ----------
        clip, model
            What was looked at, and with what; if None, what the poses themselves say of it.
        frame_t_s
            The times (m,) of all frames of the clip, in seconds, where not every one was looked
            at: the series then has a row for each of them.
        flaws
            What the file lacks, where there is one.
        marks
            What a therapist says of the sets, in the place of what was found; if None, nothing.
        dismissed
            Findings that a therapist does not share, each by its rule and its start (s).

        """
        table, prescription = self._table, self._prescription
        wanted = prescription.exercise.variant
        known: Variant | None = None if wanted == "auto" else wanted
        found = (
            recognise(table, prescription.exercises, known)
            if len(table.t_s)
            else Recognised((), False)
        )
        side_of: Callable[[Attempt], Side] = self._side
        if marks is not None:
            theirs = marked(table, found.attempts, marks)
            found = Recognised(tuple(one for one, _ in theirs), False)
            side_of = {attempt: side for (_, attempt), side in theirs}.__getitem__
        done = found.attempts
        end_s = float(frame_t_s[-1]) if frame_t_s is not None and len(frame_t_s) else None
        sight = _sight(table, found, end_s).through_holes()
        if self._progress is None and too_few(sight):
            # in a live session the first of them may have been told before looks became few
            done, sight = (), replace(sight, exercising=np.zeros(len(sight.t_s), bool))
        sets, reps = sets_of(done, table, side_of)
        findings = findings_of(
            Measures.of(table),
            [(a, e.rules, e.one_cause) for e, a in done],
            prescription,
            self._words,
        )
        findings = tuple(f for f in findings if not _is_dismissed(f, dismissed))
        quality = judge(
            sight, prescription, live=self._progress is not None, flaws=flaws, words=self._words
        )
        exercise_usable, stay_usable = usable_shares(sight)
        graded = grade(
            prescription, quality, sets, reps, findings, exercise_usable=exercise_usable,
            stay_usable=stay_usable, words=self._words,
        )  # fmt: skip
        first = next((s for s in sets if s.reps), sets[0] if sets else None)
        return Report(
            posecheck=__version__,
            clip=clip or self._clip(frame_t_s),
            model=model or UNKNOWN_MODEL,
            prescription=prescription.as_dict(),
            exercise=first.exercise if first else None,
            exercise_certainty=first.certainty if first else np.nan,
            summary=first.summary if first else None,
            side=first.side if first else None,
            variant=first.variant if first else None,
            quality=quality,
            tension=first.tension if first else None,
            sets=sets,
            reps=reps,
            findings=once_each(  # the grade counts each time
                findings, [rule for e, _ in done for rule in e.rules], self._words
            ),
            grade=graded,
            language=self._words.language,
            series=series_of(
                table, self.measured().points_px, prescription.view, [a for _, a in done], frame_t_s
            ),
            flaws=flaws or Flaws(),
        )

    def _clip(self, frame_t_s: Array | None) -> ClipInfo:
        """Return what is known of a clip of which nobody has said anything."""
        t_s = self._table.t_s if frame_t_s is None or not len(frame_t_s) else frame_t_s
        # the last frame is taken to last as long as the others
        duration_s = float(t_s[-1] - t_s[0] + np.median(np.diff(t_s))) if len(t_s) > 1 else 0.0
        width_px, height_px = (self._last.width_px, self._last.height_px) if self._last else (1, 1)
        return ClipInfo("", None, None, duration_s, len(t_s), width_px, height_px, 0)

    def measured(self) -> Measured:
        """Return what was measured of all poses that were pushed; it ends the session."""
        if self._measured is None:
            self._tracker.finish()
            self._measured = self._tracker.measured()
        return self._measured

    def _hold_target(self) -> float:
        hold = self._part.dose.hold_s
        return float("nan") if hold is None else float(hold)

    @cached_property
    def _table(self) -> Table:
        """What was measured; where the camera stood too far off the side no angle is known."""
        measured = self.measured()
        return Table.of(measured.t_s, readable(measured.values, self._prescription.view))

    def _side(self, attempt: Attempt) -> Side:
        """Return the side that worked in an attempt, from the labels seen during it."""
        if self._prescription.fixed_side is not None:
            return self._prescription.fixed_side
        judge_side, table = SideJudge(), self._table
        inside = table.between(attempt.extend_s - SIDE_BEFORE_S, attempt.rest_s)
        for label in table.raised_label[inside]:
            judge_side.push(int(label))
        feet = self.measured().feet
        return judge_side.side(feet) or near_side(feet)


def _is_dismissed(finding: Finding, dismissed: Sequence[tuple[str, float]]) -> bool:
    """Tell whether it is one of those; times may have shifted a little since."""
    return any(
        rule == finding.rule and finding.start_s - NEAR_S <= start_s <= finding.end_s + NEAR_S
        for rule, start_s in dismissed
    )


def _sight(table: Table, found: Recognised, end_s: float | None) -> Sight:
    exercising, moving = (np.zeros(len(table.t_s), bool) for _ in range(2))
    for _, a in found.attempts:
        # what goes to an end range is measured there, and the other leg may hide on the way
        stays = [(p.start_s, p.end_s) for p in a.peaks] or [(a.tension_s, a.lower_s)]
        for since_s, until_s in stays:
            exercising |= table.between(since_s, max(until_s, since_s))
        moving |= exercising | table.between(a.extend_s, a.rest_s)
    return Sight(table, exercising, moving, found.something_else, end_s)
