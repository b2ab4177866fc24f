"""The tables of the review room, and what stands in each.

Pictures and measurements are files in the data folder (`posecheck.apps.web.folders`); the database
knows whose they are, how far they are, and the numbers that lists and charts are made of. Secrets
(session cookies, links, tokens) are kept as SHA-256 alone.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

OWNER, THERAPIST = "owner", "therapist"
# Of a clip, in the order in which it goes through them; a job has the first four too.
WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
MACHINE, CORRECTED = "machine", "corrected"  # whose result it is

_NAMES = {  # so that migrations can name them on either database
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Utc(TypeDecorator[datetime]):
    """A moment in UTC; SQLite forgets the zone, so it is put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """Return the moment as it is kept; one without a zone is a mistake of the program."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} says no time zone")
        return value.astimezone(timezone.utc)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """Return the moment with its zone."""
        if value is None:
            return None
        kept = value if value.tzinfo else value.replace(tzinfo=timezone.utc)
        return kept.astimezone(timezone.utc)


def now() -> datetime:
    """Return this moment in UTC."""
    return datetime.now(timezone.utc)


class Base(DeclarativeBase):
    """The root of all tables."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Utc, dict[str, Any]: JSON}


class User(Base):
    """Somebody who signs in: the owner of the room, or a therapist."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(120), unique=True)  # in lower case
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(8), default="en")
    created_at: Mapped[datetime] = mapped_column(default=now)
    disabled_at: Mapped[datetime | None]


class LoginSession(Base):
    """A browser that is signed in; the cookie holds what the hash is of."""

    __tablename__ = "login_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]


class KnownBrowser(Base):
    """A browser in which somebody has signed in: strangers cannot lock them out there."""

    __tablename__ = "known_browser"
    __table_args__ = (UniqueConstraint("token_hash", "user_id"),)  # a practice shares machines

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    seen_at: Mapped[datetime] = mapped_column(default=now)  # when they signed in last


class OneTimeLink(Base):
    """The first account, an invitation, or a new password: good once."""

    __tablename__ = "one_time_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(20))  # first, invitation, password
    role: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[int | None] = mapped_column(  # whose password it is
        ForeignKey("user_account.id", ondelete="CASCADE")
    )
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="SET NULL")
    )
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ApiToken(Base):
    """What a program signs in with."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    scopes: Mapped[str] = mapped_column(String(120))  # separated by blanks
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Patient(Base):
    """Somebody whose clips are graded, by name or code."""

    __tablename__ = "patient"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    search_name: Mapped[str] = mapped_column(String(240), index=True)  # folded, for the search
    note: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(8), default="en")  # of what the link shows
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="SET NULL")
    )


class PatientLink(Base):
    """What a patient opens on a phone: good for sending clips and seeing the last result."""

    __tablename__ = "patient_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="SET NULL")
    )
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class PrescriptionVersion(Base):
    """What was prescribed to a patient from a day on; never changed, a new one follows."""

    __tablename__ = "prescription_version"
    __table_args__ = (UniqueConstraint("patient_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"))
    version: Mapped[int]  # from 1
    name: Mapped[str] = mapped_column(String(80))
    values: Mapped[dict[str, Any]]  # of `Prescription.as_dict`
    sessions_per_week: Mapped[float | None] = mapped_column(Float)
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="SET NULL")
    )


class Upload(Base):
    """A clip that is on its way; its bytes so far are in the folder of uploads."""

    __tablename__ = "upload"

    id: Mapped[str] = mapped_column(String(43), primary_key=True)  # random
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("patient_link.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(255))
    size: Mapped[int] = mapped_column(BigInteger)  # bytes
    said: Mapped[dict[str, Any]] = mapped_column(default=dict)  # symptoms, day, note of the clip
    created_at: Mapped[datetime] = mapped_column(default=now)
    touched_at: Mapped[datetime] = mapped_column(default=now)


class Clip(Base):
    """A clip of a patient, and how far it is."""

    __tablename__ = "clip"
    __table_args__ = (
        UniqueConstraint("patient_id", "sha256"),
        Index("ix_clip_patient_recorded", "patient_id", "recorded_at"),
        Index("ix_clip_seen_received", "seen_at", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(
        ForeignKey("patient.id", ondelete="CASCADE"), index=True
    )
    sha256: Mapped[str] = mapped_column(String(64), index=True)  # of the file
    name: Mapped[str] = mapped_column(String(255))
    size: Mapped[int] = mapped_column(BigInteger)  # bytes; 0 where only its report is here
    state: Mapped[str] = mapped_column(String(20), default=WAITING, index=True)
    error: Mapped[str | None] = mapped_column(Text)  # one sentence
    recorded_at: Mapped[datetime]  # by the file or whoever sent it, else when it arrived
    received_at: Mapped[datetime] = mapped_column(default=now, index=True)
    prescription_id: Mapped[int | None] = mapped_column(
        ForeignKey("prescription_version.id", ondelete="SET NULL")
    )
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("patient_link.id", ondelete="SET NULL"))
    symptoms_before: Mapped[int | None]  # 0 to 10
    symptoms_after: Mapped[int | None]
    note: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column(Integer, default=0)  # raised by every correction
    has_video: Mapped[bool] = mapped_column(default=True)
    seen_at: Mapped[datetime | None]  # when somebody opened its page for the first time


class Job(Base):
    """A clip that is to be graded. Whoever works on it keeps raising `beat`.

    A lease has run out when another one has seen the same `beat` for too long by its own
    monotonic clock, so that a clock which is set changes nothing.
    """

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(primary_key=True)
    clip_id: Mapped[int] = mapped_column(ForeignKey("clip.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(20), default=WAITING, index=True)
    owner: Mapped[str | None] = mapped_column(String(64))  # the server that works on it
    beat: Mapped[int] = mapped_column(Integer, default=0)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    progress: Mapped[float] = mapped_column(Float, default=0.0)  # 0 to 1
    stage: Mapped[str] = mapped_column(String(20), default="")  # what is being done
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class Result(Base):
    """The numbers of a clip's report, for lists and progress: the machine's and the corrected."""

    __tablename__ = "result"
    __table_args__ = (UniqueConstraint("clip_id", "whose"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    clip_id: Mapped[int] = mapped_column(ForeignKey("clip.id", ondelete="CASCADE"))
    whose: Mapped[str] = mapped_column(String(20))  # MACHINE or CORRECTED
    verdict: Mapped[str] = mapped_column(String(20))
    score: Mapped[int | None]
    exercise: Mapped[str | None] = mapped_column(String(40))
    side: Mapped[str | None] = mapped_column(String(8))
    variant: Mapped[str | None] = mapped_column(String(20))
    reps: Mapped[int] = mapped_column(Integer, default=0)
    tension_knee_deg: Mapped[float | None]
    tension_hip_deg: Mapped[float | None]
    tension_uncertainty_deg: Mapped[float | None]
    range_deg: Mapped[float | None]  # median of the repetitions
    range_uncertainty_deg: Mapped[float | None]
    peak_deg: Mapped[float | None]  # median end range, of a test
    peak_uncertainty_deg: Mapped[float | None]
    faults: Mapped[str] = mapped_column(Text, default="")  # names joined by ;
    warnings: Mapped[str] = mapped_column(Text, default="")
    duration_s: Mapped[float | None]
    made_at: Mapped[datetime] = mapped_column(default=now)


class Correction(Base):
    """One thing that a therapist has put right, in the order in which it was done."""

    __tablename__ = "correction"
    __table_args__ = (UniqueConstraint("clip_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    clip_id: Mapped[int] = mapped_column(ForeignKey("clip.id", ondelete="CASCADE"))
    revision: Mapped[int]  # of the clip, once it was done
    kind: Mapped[str] = mapped_column(String(30))
    values: Mapped[dict[str, Any]]
    before: Mapped[dict[str, Any]]  # what the machine, or the correction before it, had there
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    made_at: Mapped[datetime] = mapped_column(default=now)
    undone_at: Mapped[datetime | None]
    dropped: Mapped[bool] = mapped_column(default=False)  # undone, and something else done since


class AuditEntry(Base):
    """Who saw, changed, exported or deleted what. It stays when what it speaks of is gone."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    who: Mapped[str] = mapped_column(String(140))  # "user 3", "token 2", "link 7", "system"
    user_id: Mapped[int | None]
    action: Mapped[str] = mapped_column(String(40))  # such as "clip.see", "patient.delete"
    patient_id: Mapped[int | None] = mapped_column(index=True)
    clip_id: Mapped[int | None]
    detail: Mapped[str] = mapped_column(Text, default="")  # no names of patients


class RoomSetting(Base):
    """What holds for the room as a whole, such as for how long clips are kept."""

    __tablename__ = "room_setting"

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
