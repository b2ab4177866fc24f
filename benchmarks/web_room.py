"""A review room that is full, for the benchmarks of the web: rows and results, no files."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from posecheck.apps.web.access import COOKIE
from posecheck.apps.web.room import Room
from posecheck.apps.web.secrets_of_links import hash_of, new_secret
from posecheck.apps.web.store.tables import (
    CORRECTED,
    DONE,
    FAILED,
    MACHINE,
    THERAPIST,
    Clip,
    LoginSession,
    Patient,
    Result,
    User,
    now,
)

_NAMES = ("Albrecht", "Brandt", "Celik", "Dahl", "Ehlers", "Fuchs", "Grünwald", "Holm", "Iwanow",
          "Jäger", "Krüger", "Lehmann", "Möller", "Novak", "Öztürk", "Peters")  # fmt: skip
_SCORES = {"pass": (90, 100), "needs_work": (40, 80), "ungradable": None}
_EXERCISES = ("nerve_glide", "straight_leg_raise", "active_knee_extension", "heel_slide")


def fill(room: Room, patients: int, clips: int, seed: int = 0) -> None:
    """Add patients, and clips of them with results, over two years; their numbers begin at 1.

    Parameters
    ----------
    room
        An empty one.
    patients, clips
        How many.
    seed
        The same one gives the same rows.

    """
    chance = random.Random(seed)
    with room.database.writing() as session:
        _add(session, Patient, _patients(patients, chance))
        _add(session, Clip, _clips(clips, patients, chance))
        _add(session, Result, _results(clips, chance))


def sign_in(room: Room, number: int) -> dict[str, str]:
    """Make the account of a therapist and return the cookie of a browser signed in with it."""
    secret = new_secret()
    with room.database.writing() as session:
        user = User(
            login=f"therapist{number}", name=f"Therapist {number}", role=THERAPIST,
            password_hash="-",
        )  # fmt: skip
        session.add(user)
        session.flush()
        session.add(
            LoginSession(
                token_hash=hash_of(secret), user_id=user.id, expires_at=now() + timedelta(1)
            )
        )
    return {COOKIE: secret}


def _add(session: Session, table: Any, rows: Iterator[dict[str, Any]]) -> None:
    several: list[dict[str, Any]] = []
    for row in rows:
        several.append(row)
        if len(several) == 2000:
            session.execute(insert(table), several)
            several = []
    if several:
        session.execute(insert(table), several)


def _patients(count: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    for number in range(1, count + 1):
        name = f"{chance.choice(_NAMES)}, {chance.choice('ABCDEFGHIJ')}. ({number})"
        yield {
            "name": name, "search_name": name.casefold(), "note": "",
            "language": "en", "created_at": now(), "created_by": None,
        }  # fmt: skip


def _clips(count: int, patients: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    begun = now() - timedelta(days=730)
    for number in range(1, count + 1):
        at = begun + timedelta(days=730 * number / count)
        failed = chance.random() < 0.01
        # a few patients have come five times a week for two years
        patient = 1 + int(patients * chance.random() ** 2)
        yield {
            "patient_id": min(patient, patients), "sha256": secrets.token_hex(32),
            "name": "clip.mp4", "size": 20_000_000, "state": FAILED if failed else DONE,
            "error": "It is too dark." if failed else None, "recorded_at": at, "received_at": at,
            "symptoms_before": chance.randint(0, 10), "symptoms_after": chance.randint(0, 10),
            "note": "", "revision": 0, "has_video": True, "prescription_id": None,
            "user_id": None, "link_id": None,
            "seen_at": at if chance.random() < 0.95 or number < 0.8 * count else None,
        }  # fmt: skip


def _results(clips: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    for clip in range(1, clips + 1):
        whose: Sequence[str] = (MACHINE, CORRECTED) if chance.random() < 0.1 else (MACHINE,)
        for one in whose:
            exercise, verdict = chance.choice(_EXERCISES), chance.choice(list(_SCORES))
            between = _SCORES[verdict]
            yield {
                "clip_id": clip, "whose": one, "verdict": verdict,
                "score": chance.randint(*between) if between else None,
                "exercise": exercise, "side": chance.choice(("left", "right")),
                "variant": "ankle_pump" if exercise == "nerve_glide" else None,
                "reps": chance.randint(0, 12), "tension_knee_deg": chance.uniform(10, 60),
                "tension_hip_deg": chance.uniform(60, 90), "tension_uncertainty_deg": 3.0,
                "range_deg": chance.uniform(20, 40), "range_uncertainty_deg": 4.0,
                "peak_deg": chance.uniform(40, 90), "peak_uncertainty_deg": 3.0,
                "faults": "bouncing;thigh_drift" if verdict == "needs_work" else "",
                "warnings": "", "duration_s": 30.0, "made_at": now(),
            }  # fmt: skip
