"""What a patient's own page says: how far the clips are, and the last result in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from posecheck.apps.report_dir import REPORT
from posecheck.apps.web.people.links import LinkHolder
from posecheck.apps.web.room import Room
from posecheck.apps.web.sentences import in_language
from posecheck.apps.web.store.tables import CORRECTED, DONE, Clip, Job, Result
from posecheck.apps.web.words import room_words
from posecheck.errors import PosecheckError
from posecheck.exercises.catalogue import all_rules
from posecheck.present.report_files import read_report
from posecheck.types import Words

_SHOWN = 20  # of the clips that were sent


class SentOut(BaseModel):
    """A clip that was sent."""

    sent_at: str = Field(description="When it arrived, ISO 8601.")
    state: str = Field(description="waiting, running, done or failed.")
    progress: float = Field(description="How much of it is done, 0 to 1.")
    error: str | None = Field(description="Why it could not be graded, in one sentence.")


class LastResultOut(BaseModel):
    """The last result, in plain words."""

    sent_at: str
    verdict: str = Field(description="pass, needs_work or ungradable.")
    title: str = Field(description="The verdict in the patient's language.")
    reps: str = Field(description="How many repetitions, as a sentence.")
    better: str = Field(description="The one thing to do better; empty where there is none.")


class PhoneState(BaseModel):
    """All that a link shows."""

    sent: list[SentOut]
    last: LastResultOut | None


def state_of(room: Room, session: Session, holder: LinkHolder) -> PhoneState:
    """Return how far the clips are that a patient has sent, and the last result of them."""
    progress = select(Job.progress).where(Job.clip_id == Clip.id).order_by(Job.id.desc()).limit(1)
    own = (
        select(Clip, progress.scalar_subquery())
        .where(Clip.patient_id == holder.patient_id, Clip.link_id.is_not(None))
        .order_by(Clip.received_at.desc(), Clip.id.desc())
    )
    sent = [
        SentOut(
            sent_at=clip.received_at.isoformat(), state=clip.state,
            progress=1.0 if clip.state == DONE else share or 0.0,
            error=clip.error and in_language(clip.error, holder.language),
        )
        for clip, share in session.execute(own.where(Clip.link_id == holder.link_id).limit(_SHOWN))
    ]  # fmt: skip
    newest = session.execute(own.where(Clip.state == DONE).limit(1)).first()
    last = None if newest is None else _last(room, session, newest[0], holder.language)
    return PhoneState(sent=sent, last=last)


def _last(room: Room, session: Session, clip: Clip, language: str) -> LastResultOut | None:
    results = list(session.scalars(select(Result).where(Result.clip_id == clip.id)))
    if not results:
        return None
    result = max(results, key=lambda one: one.whose == CORRECTED)
    t = room_words(language)
    files = room.folders.clip(clip.patient_id, clip.sha256)
    folder = files.corrected if result.whose == CORRECTED else files.machine
    try:
        report: Mapping[str, Any] = read_report(folder / REPORT)
    except PosecheckError:  # its files are gone, or just being made anew
        report = {}
    several = "one" if result.reps == 1 else "several"
    return LastResultOut(
        sent_at=clip.received_at.isoformat(), verdict=result.verdict,
        title=t.report.verdicts.get(result.verdict, result.verdict),
        reps=t(f"people.phone.reps_{several}", count=result.reps),
        better=the_one_thing(report, t.report),
    )  # fmt: skip


def the_one_thing(report: Mapping[str, Any], words: Words) -> str:
    """Return what is to be done better, from a report: its first fault, else its first advice.

    Parameters
    ----------
    report
        What ``report.json`` holds.
    words
        Those of the language that it is to be said in.

    """
    same = report.get("language") == words.language
    grade: Mapping[str, Any] = report.get("grade") or {}
    if grade.get("verdict") == "ungradable":
        reasons = grade.get("reasons") or [""]
        return str(reasons[0]) if same else ""
    findings = sorted(report.get("findings") or [], key=lambda f: f.get("severity") != "fault")
    for finding in findings:
        if same:
            return str(finding["message"])
        rule = all_rules().get(finding["rule"])
        if rule is not None:
            return rule.message(
                _number(finding.get("measured")), _number(finding.get("limit")), words=words
            )
    return ""


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)
