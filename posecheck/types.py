"""The whole vocabulary on one screen: what flows from frames to a report.

Units stand in the names, times are seconds from the clip's first frame, missing numbers
are NaN, and an array states its shape. What a value says of itself follows from its own fields.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from posecheck.errors import InputError

Side = Literal["left", "right"]
Variant = Literal["ankle_pump", "knee_bend"]
Phase = Literal["rest", "extend", "hold", "glide", "lower"]
Severity = Literal["fault", "advice"]
Joint = Literal["hip", "knee", "ankle"]
End = Literal["most flexed", "straightest"]  # of what a joint does
Verdict = Literal["pass", "needs_work", "ungradable"]
CueKind = Literal[
    "set_up", "phase", "count", "correct", "praise", "remind", "rest", "pause", "end", "result"
]  # fmt: skip
StageName = Literal["set_up", "exercise", "rest", "done"]
Array = NDArray[np.floating[Any]]
Mask = NDArray[np.bool_]

PHASES: tuple[Phase, ...] = ("rest", "extend", "hold", "glide", "lower")
WARNINGS = (
    "no_person", "not_supine", "not_side_on", "too_small", "out_of_frame", "second_person",
    "tracking_lost", "legs_uncertain", "other_leg_unseen", "too_few_frames", "too_few_looks",
    "frames_missing", "time_uncertain", "not_this_exercise", "too_short", "cut_off",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a person's 33 landmarks are in one frame, in pixels of the upright picture.

    Where nobody was seen they are NaN throughout.
    """

    t_s: float
    width_px: int
    height_px: int
    xy_px: Array  # (33, 2)
    visibility: Array  # (33,), 0 to 1
    brightness: float = np.nan  # mean luminance of the picture, 0 to 1
    others: int = 0  # further people seen when they were last looked for
    touched: bool = False  # one of them has a hand at a leg

    @classmethod
    def of(
        cls,
        t_s: float,
        xy_px: Any,
        size_px: tuple[int, int] | None = None,
        visibility: Any = None,
    ) -> Pose:
        """Return the pose of landmarks that somebody else has found.

        Parameters
        ----------
        t_s
            When, in seconds.
        xy_px
            The 33 landmarks of MediaPipe's pose model in its order, (33, 2), in pixels of the
            upright picture, y downwards. NaN where one is unknown; None where nobody was seen.
        size_px
            Width and height of the picture. Where it is not known the picture is taken to be as
            large as the landmarks reach, and nobody is too small or out of it.
        visibility
            How well each is seen, (33,), 0 to 1; 1 for those that are known if None.

        Raises
        ------
        InputError
            They are not of this shape, or not finite times and sizes.

        """
        nobody = np.full((33, 2), np.nan)
        xy = nobody if xy_px is None else _numbers(xy_px, (33, 2), "Landmarks")
        xy = np.where(np.isfinite(xy).all(axis=1, keepdims=True), xy, np.nan)
        known = np.isfinite(xy[:, 0])
        seen = known.astype(float)
        if visibility is not None:
            seen = np.clip(np.nan_to_num(_numbers(visibility, (33,), "Visibilities")), 0, 1) * known
        reach = np.ceil(xy[known].max(axis=0)) if known.any() else np.ones(2)
        width, height = np.maximum(reach, 1) if size_px is None else size_px
        if not (isfinite(t_s) and isfinite(width) and isfinite(height) and min(width, height) >= 1):
            raise InputError("A pose needs a finite time, and a picture of at least one pixel.")
        return cls(float(t_s), int(width), int(height), xy, seen)


def _numbers(values: Any, shape: tuple[int, ...], what: str) -> Array:
    """Return an array of this shape, infinite values as unknown ones."""
    try:
        array: Array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{what} are an array {shape} of numbers.") from None
    if array.shape != shape:
        raise InputError(f"{what} are an array {shape}, and these are {array.shape}.")
    return np.where(np.isfinite(array), array, np.nan)


@dataclass(frozen=True, slots=True)
class Angles:
    """The joint angles of one moment, NaN where unknown."""

    t_s: float
    hip_flexion_deg: float
    knee_flexion_deg: float
    ankle_dorsiflexion_deg: float
    resting_hip_flexion_deg: float
    resting_knee_flexion_deg: float
    head_lift_deg: float
    confidence: float  # 0 to 1


@dataclass(frozen=True, slots=True)
class Tension:
    """The plateau at the point of tension."""

    start_s: float
    end_s: float
    knee_flexion_deg: float
    hip_flexion_deg: float
    uncertainty_deg: float  # half of the 95 % band of the knee angle


@dataclass(frozen=True, slots=True)
class Rep:
    """One full cycle of the joint that moves; numbered through over the sets, from 1."""

    index: int
    set: int
    start_s: float
    end_s: float
    min_deg: float
    max_deg: float
    range_deg: float
    uncertainty_deg: float  # half of the 95 % band: of the peak where there is one, else the range
    # At the end range, where the exercise goes to one; NaN elsewhere. `peak_deg` is that of the
    # joint that is measured.
    peak_deg: float = np.nan
    peak_start_s: float = np.nan
    peak_end_s: float = np.nan
    hip_at_peak_deg: float = np.nan
    knee_at_peak_deg: float = np.nan
    ankle_at_peak_deg: float = np.nan

    @property
    def peak_joint(self) -> Joint | None:
        """The joint whose end range was measured; None where there is none."""
        if self.peak_deg == self.hip_at_peak_deg:
            return "hip"
        return "knee" if self.peak_deg == self.knee_at_peak_deg else None


@dataclass(frozen=True, slots=True)
class Summary:
    """The end range of a set: its best, median and largest less smallest repetition (degrees)."""

    best_deg: float
    median_deg: float
    spread_deg: float
    uncertainty_deg: float  # half of the 95 % band of the median


@dataclass(frozen=True, slots=True)
class ExerciseSet:
    """One attempt: an extension, the tension it reached, the repetitions that followed.

    Where the repetitions go to an end range there is no tension, but a summary.
    """

    index: int
    side: Side
    variant: Variant | None
    tension: Tension | None
    reps: int
    exercise: str = "nerve_glide"
    certainty: float = 1.0  # that it is this exercise and no other one, 0 to 1
    summary: Summary | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A form rule that was broken, with what was measured and the limit it broke.

    A rule that was broken several times is one finding of a report: `start_s` and `end_s` are of
    the first time, `measured`, `limit` and `message` of the worst, and all are in `times`.
    """

    rule: str
    severity: Severity
    rep: int | None
    start_s: float
    end_s: float
    measured: float
    limit: float
    unit: str
    message: str
    uncertainty: float = np.nan  # half of the 95 % band of what was measured, in its unit
    joint: Joint | None = None  # where it is drawn: at this joint's label
    reps: tuple[int, ...] = ()  # all in which it was seen, `rep` the first of them
    times: tuple[tuple[float, float], ...] = ()  # start and end (s) of each time, in order

    def __post_init__(self) -> None:
        """A finding of which nothing else is said was seen once."""
        if not self.reps and self.rep is not None:
            object.__setattr__(self, "reps", (self.rep,))
        if not self.times:
            object.__setattr__(self, "times", ((self.start_s, self.end_s),))


@dataclass(frozen=True, slots=True)
class Quality:
    """What the camera could and could not see."""

    tracked_fraction: float
    usable_fraction: float
    view_azimuth_deg: float
    view_elevation_deg: float
    warnings: tuple[str, ...]
    notes: tuple[str, ...] = ()  # one sentence a warning: what it means and what to change
    barring: tuple[str, ...] = ()  # those of the warnings that bar a pass


@dataclass(frozen=True, slots=True)
class Deduction:
    """One line of the score's arithmetic: what was found and the points it cost."""

    rule: str
    points: int
    reason: str


@dataclass(frozen=True, slots=True)
class Grade:
    """The verdict, and a score from 0 to 100 (None when ungradable) with its arithmetic."""

    verdict: Verdict
    score: int | None
    reasons: tuple[str, ...]
    deductions: tuple[Deduction, ...] = ()


@dataclass(frozen=True, slots=True)
class ClipInfo:
    """The source of the poses; width and height are those of the upright picture."""

    name: str
    sha256: str | None
    recorded_at: str | None
    duration_s: float
    frames: int
    width_px: int
    height_px: int
    rotation_deg: int
    looked_at_per_s: float | None = None  # frames a second; None: every one of `frames`


@dataclass(frozen=True, slots=True)
class Flaws:
    """What a file lacks, and what it says of its times that cannot be believed."""

    cut_off: bool = False  # it ends before it should
    # From when until when there should be pictures and are none: before 0 s where the start is
    # lost, and after the last frame where the end is.
    lost_s: tuple[tuple[float, float], ...] = ()
    unplaced_s: float = 0.0  # so much more is lost, and it is not known where
    time_uncertain: bool = False  # how fast time goes by is not known
    # How it was read: the names of further sentences, each with its number.
    notes: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The landmark model that looked."""

    name: str
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Series:
    """One row a frame, smoothed: the angles of the picture, which were graded."""

    t_s: Array  # (n,)
    phase: NDArray[np.int8]  # (n,), index into PHASES
    hip_flexion_deg: Array  # (n,) and so on
    knee_flexion_deg: Array
    ankle_dorsiflexion_deg: Array
    resting_hip_flexion_deg: Array
    resting_knee_flexion_deg: Array
    head_lift_deg: Array
    confidence: Array  # (n,), 0 to 1
    hip_uncertainty_deg: Array  # (n,), half of the 95 % band
    knee_uncertainty_deg: Array
    ankle_uncertainty_deg: Array
    working_px: Array  # (n, 5, 2): hip, knee, ankle, heel, toe of the working leg
    resting_px: Array  # (n, 5, 2): the same of the resting leg
    trunk_px: Array  # (n, 2, 2): middle of the shoulders, ear


@dataclass(frozen=True, slots=True)
class Update:
    """The state of a session at one frame: what an overlay, a voice or a gauge shows."""

    t_s: float
    phase: Phase
    side: Side | None
    variant: Variant | None
    angles: Angles
    working_px: Array  # (5, 2): hip, knee, ankle, heel, toe
    resting_px: Array  # (5, 2)
    trunk_px: Array  # (2, 2): middle of the shoulders, ear
    tension: Tension | None
    hold_s: float  # seconds held so far at the point of tension, 0 before
    hold_target_s: float  # NaN when the prescription asks for no length
    set_index: int  # 0 before the first set
    reps: int  # completed repetitions of the set
    reps_target: int | None
    findings: tuple[Finding, ...] = ()  # those that hold at this moment
    warnings: tuple[str, ...] = ()
    exercise: str = "nerve_glide"
    # The joint whose end range is measured, and which end it is; None where it is none.
    end_range: tuple[Joint, End] | None = None
    peak_deg: float = np.nan  # the end range of the last repetition
    best_deg: float = np.nan  # and the best of the set
    median_deg: float = np.nan  # and its median

    @property
    def is_clear(self) -> bool:
        """Whether findings that there are would be seen; else their absence says nothing."""
        return isfinite(self.angles.knee_flexion_deg) and "too_few_looks" not in self.warnings


@dataclass(frozen=True, slots=True)
class Cue:
    """One thing to tell the person on the mat."""

    t_s: float
    kind: CueKind
    name: str  # key of its phrase
    number: int | None = None  # count, seconds or set
    urgent: bool = False  # may interrupt what is being said; of a reminder: is heard to its end


@dataclass(frozen=True, slots=True)
class Words:
    """Everything that is said and shown, in one language, by the names that the code uses."""

    language: str  # two letters
    say: Mapping[str, str]  # what is spoken for a cue; {number} stands for its number
    show: Mapping[str, str]  # the same as one short line for the screen
    titles: Mapping[str, str]  # of rules and warnings
    phases: Mapping[str, str]
    variants: Mapping[str, str]
    verdicts: Mapping[str, str]
    texts: Mapping[str, str] = field(default_factory=dict)  # all, by their dotted names

    def text(self, name: str, **values: object) -> str:
        """Return a sentence of a report by its dotted name, such as ``page.numbers``.

        Raises
        ------
        KeyError
            There is none.

        """
        return self.texts[name].format(**values)

    def number(self, value: float, digits: int = 0) -> str:
        """Return a number as the language writes it.

        Parameters
        ----------
        value
            A number, no NaN.
        digits
            How many stand behind the decimal sign.

        """
        return decimal(f"{value:.{digits}f}", self)

    def count(self, number: int) -> str:
        """Return a whole number with the sign that the language puts between thousands."""
        return f"{number:,}".replace(",", self.text("numbers.thousands"))

    def date(self, text: str) -> str:
        """Return a day as the language writes it, with the time of the day if it is given.

        Parameters
        ----------
        text
            In ISO 8601; any other text stays as it is.

        """
        day, _, clock = text.partition("T")
        parts = day.split("-")
        if len(day) != len("2026-03-30") or len(parts) != 3 or not "".join(parts).isdecimal():
            return text
        year, month, number = parts
        written = self.text("numbers.date", year=year, month=month, day=number)
        return f"{written} {clock[: len('10:30')]}".strip()

    def spoken(self, cue: Cue) -> str:
        """Return the sentence that is spoken for a cue."""
        return _filled(self.say, cue.name, cue.number)

    def line(self, name: str, number: int | None = None) -> str:
        """Return one short line for the screen: the name of a cue, a rule or a label."""
        return _filled(self.show, name, number)

    def phase(self, phase: Phase, exercise: str | None) -> str:
        """Return what a phase is called in an exercise.

        Parameters
        ----------
        phase
            Which.
        exercise
            The name of the exercise; None where none was found.

        """
        own = f"exercises.{exercise}.phases.{phase}"
        return self.texts.get(own, self.phases[phase])

    def title(self, name: str) -> str:
        """Return the title of a rule or a warning; an unknown name in words."""
        return self.titles.get(name, name.replace("_", " ").capitalize())


def decimal(number: str, words: Words | None) -> str:
    """Return a written number with the decimal sign of a language; a point if that is None."""
    sign = "." if words is None else words.texts.get("numbers.decimal", ".")
    return number.replace(".", sign)


def _filled(phrases: Mapping[str, str], name: str, number: int | None) -> str:
    phrase = phrases.get(name, name.replace("_", " "))
    return phrase.replace("{number}", "" if number is None else str(number)).strip()


@dataclass(frozen=True, slots=True)
class Stage:
    """What the screen shows beside the `Update`."""

    t_s: float
    name: StageName
    hint: str | None  # the set-up hint that is shown
    ready: float  # 0 to 1 of the two seconds that all must hold
    rest_left_s: float  # NaN outside a rest
    correction: str | None  # the rule that is being corrected
    ending: float  # 0 to 1 of the three seconds of a raised arm
    message: str | None = None  # name of the last phase cue, or of the end, for one short line
    counting: bool = False  # repetitions have been asked for, or have begun
    verdict: Verdict | None = None  # of the report, once the session is over
    to_do_better: str | None = None  # what would change most: a rule, a warning, what is missing
    best: tuple[tuple[str, int], ...] = ()  # end ranges in degrees, by the names of their phrases


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose session it was: what somebody has said of it, nothing of which is measured."""

    name: str | None = None  # of the person, or a code
    date: str | None = None  # of the session, ISO 8601
    therapist: str | None = None
    symptoms_before: int | None = None  # 0, none, to 10
    symptoms_after: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All there is to say about one clip or session."""

    posecheck: str
    clip: ClipInfo
    model: ModelInfo
    prescription: Mapping[str, Any]
    side: Side | None
    variant: Variant | None
    quality: Quality
    tension: Tension | None
    sets: tuple[ExerciseSet, ...]
    reps: tuple[Rep, ...]
    findings: tuple[Finding, ...]
    grade: Grade
    series: Series = field(repr=False)
    exercise: str | None = None  # what was found to be done
    exercise_certainty: float = np.nan  # that it is this one and no other, 0 to 1
    summary: Summary | None = None  # of the first set that goes to an end range
    subject: Subject = Subject()
    language: str = "en"  # of its sentences, two letters
    schema: str = "posecheck.report/1"
    flaws: Flaws = Flaws()  # what the file lacks, where there is one

    def angles(self) -> Any:
        """Return a pandas DataFrame with the columns of ``angles.csv``, one row a frame."""
        return _made_above("posecheck.present.data_frames", "angles_frame", self)

    def repetitions(self) -> Any:
        """Return a pandas DataFrame with one row a repetition, and a column a field of `Rep`."""
        return _made_above("posecheck.present.data_frames", "repetitions_frame", self)

    def to_json(self) -> str:
        """Return what ``report.json`` holds; `load_report` reads it back."""
        text: str = _made_above("posecheck.present.report_files", "report_json", self)
        return text

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        html: str = _made_above("posecheck.apps.notebook", "report_html", self)
        return html


def _made_above(module: str, function: str, report: Report) -> Any:
    """Have a module that stands above this one make something of a report.

    It is imported when it is asked for, and by name: what a report is knows nothing of it.
    """
    return getattr(importlib.import_module(module), function)(report)


@dataclass(frozen=True, slots=True)
class ClipGrade:
    """What became of one clip of a batch: one row of its tables."""

    clip: str  # its name: no credentials, no query
    sha256: str | None  # of its content, None when it could not be read
    verdict: Verdict | None  # None when there is an error
    score: int | None
    side: Side | None
    variant: Variant | None
    reps: int | None
    tension_knee_flexion_deg: float
    tension_hip_flexion_deg: float
    faults: tuple[str, ...]  # rules, each once
    warnings: tuple[str, ...]
    error: str | None  # one sentence
    seconds: float  # spent on it, NaN where nothing was done for it
    subject: str | None = None
    session_date: str | None = None
    folder: str | None = None  # of its report, relative to the tables
    frames: int = 0  # of the clip
    knee_curve_deg: tuple[float, ...] = ()  # knee flexion at 60 even times, NaN where unknown
    therapist: str | None = None
    symptoms_before: int | None = None  # 0, none, to 10
    symptoms_after: int | None = None
    note: str | None = None
    exercise: str | None = None  # what was found to be done
    peak_deg: float = np.nan  # the median end range of the report's summary
