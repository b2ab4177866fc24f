"""What programs ask for: a patient's weeks."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter
from pydantic import BaseModel, Field

from posecheck.apps.web import audit
from posecheck.apps.web.access import PatientId, Reader, found_or_404
from posecheck.apps.web.progress.data import date_of, day_of, progress_of
from posecheck.apps.web.progress.sentences import sentence, title_of
from posecheck.apps.web.room import TheRoom
from posecheck.apps.web.store.tables import Patient, now
from posecheck.apps.web.words import RoomWords, room_words
from posecheck.assess.progress import Moved, Point, SessionSummary, Trend

router = APIRouter(prefix="/api", tags=["progress"])


class PointOut(BaseModel):
    """What was measured in a session."""

    day: date
    value_deg: float = Field(description="Median of the day's clips.")
    uncertainty_deg: float = Field(
        description="Half of the 95 % band, at least what differs from day to day."
    )


class MovedOut(BaseModel):
    """The newest session against an earlier one."""

    since: date
    change_deg: float
    detectable_deg: float = Field(description="The smallest change that is more than chance.")
    more_than_chance: bool
    sentence: str = Field(description="The same in words.")


class TrendOut(BaseModel):
    """One measure of one side."""

    measure: str = Field(
        description="tension (knee at the point of tension), range_ankle_pump, range_knee_bend, "
        "or the name of a test whose end range it is."
    )
    title: str
    side: str
    points: list[PointOut] = Field(description="In order of time.")
    since_first: MovedOut | None
    since_last: MovedOut | None


class SessionOut(BaseModel):
    """What was filmed of one side on one day."""

    day: date
    side: str | None
    verdicts: dict[str, int] = Field(description="How many clips of each verdict.")
    reps: int = Field(description="Repetitions of the clips that could be graded.")
    symptoms_before: int | None = Field(description="0 to 10, of the first clip that says it.")
    symptoms_after: int | None = Field(description="0 to 10, of the last clip that says it.")
    values: dict[str, PointOut] = Field(description="By measure; none of ungradable clips.")


class WeekOut(BaseModel):
    """How much of what was prescribed was done in a week."""

    monday: date
    done: int = Field(description="Days with a clip, graded or not.")
    asked: float | None = Field(description="Sessions a week, of the version in force then.")


class ProgressOut(BaseModel):
    """A patient's weeks."""

    sessions: list[SessionOut] = Field(description="In order of time.")
    trends: list[TrendOut]
    weeks: list[WeekOut]


@router.get("/patients/{patient_id}/progress")
def progress(room: TheRoom, caller: Reader, patient_id: PatientId) -> ProgressOut:
    """Return what has changed over the sessions, and whether it is more than chance."""
    t = room_words(caller.language)
    with room.database.writing() as session:
        found_or_404(session, Patient, patient_id)
        audit.note(session, caller, "progress.see", patient_id=patient_id)
    with room.database.reading() as session:
        found = progress_of(session, patient_id, day_of(now()))
    return ProgressOut(
        sessions=[_session(one) for one in found.sessions],
        trends=[_trend(one, t) for one in found.trends],
        weeks=[WeekOut(monday=date_of(w.monday), done=w.done, asked=w.asked) for w in found.weeks],
    )


def _session(one: SessionSummary) -> SessionOut:
    return SessionOut(
        day=date_of(one.day), side=one.side, verdicts={str(k): n for k, n in one.verdicts.items()},
        reps=one.reps, symptoms_before=one.symptoms_before, symptoms_after=one.symptoms_after,
        values={name: _point(point) for name, point in one.values.items()},
    )  # fmt: skip


def _trend(one: Trend, t: RoomWords) -> TrendOut:
    return TrendOut(
        measure=one.measure.name, title=title_of(one.measure.name, t), side=one.side,
        points=[_point(point) for point in one.points],
        since_first=_moved(one, one.since_first, "since_first", t),
        since_last=_moved(one, one.since_last, "since_last", t),
    )  # fmt: skip


def _point(point: Point) -> PointOut:
    return PointOut(
        day=date_of(point.day), value_deg=point.value_deg, uncertainty_deg=point.uncertainty_deg
    )


def _moved(trend: Trend, moved: Moved | None, since: str, t: RoomWords) -> MovedOut | None:
    if moved is None:
        return None
    return MovedOut(
        since=date_of(moved.since),
        change_deg=moved.change_deg, detectable_deg=moved.detectable_deg,
        more_than_chance=moved.is_more_than_chance, sentence=sentence(trend, moved, since, t),
    )  # fmt: skip
