"""The files of a clip with corrections: made anew after each, and healed where they are behind."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import delete, select

from posecheck.apps.report_dir import ANGLES, REPORT
from posecheck.apps.web.folders import ClipFolder
from posecheck.apps.web.review import fold, history
from posecheck.apps.web.review.measuring import Measured, measured
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.results import save_result
from posecheck.apps.web.store.tables import CORRECTED, DONE, Clip, Result
from posecheck.atomic_files import StagingFolder, atomic_text
from posecheck.errors import PosecheckError
from posecheck.present.report_files import read_report, report_to_dict, write_csv
from posecheck.types import PHASES, Report

DATA = "review.json"  # what the page draws: of which revision, the report, series and points
_ANGLES = (
    "hip_flexion_deg", "knee_flexion_deg", "ankle_dorsiflexion_deg", "hip_uncertainty_deg",
    "knee_uncertainty_deg", "ankle_uncertainty_deg", "head_lift_deg", "confidence",
)  # fmt: skip
_POINTS = ("working_px", "resting_px", "trunk_px")
_UNCHANGING = frozenset(("note", "reviewed"))  # kinds that change nothing that is measured
_REVISION = re.compile(r'\{"revision":(\d+),')  # how they begin
_locks: defaultdict[Path, threading.Lock] = defaultdict(threading.Lock)


def settled(room: Room, clip: Clip) -> dict[str, Any]:
    """Return what the page draws of a clip as it stands, made now if it is not there yet.

    Raises
    ------
    InputError
        The clip has no report, or its files are damaged.

    """
    files = room.folders.clip(clip.patient_id, clip.sha256)
    with _locks[files.path]:
        machine = read_report(files.machine / REPORT)
        kept = _kept(files)
        with room.database.reading() as session:
            now = session.scalar(select(Clip.revision).where(Clip.id == clip.id))
            revision = clip.revision if now is None else now
            if kept is not None and (kept["revision"], kept["machine"]) == (revision, machine):
                return kept  # it was neither corrected nor graded again since
            steps = history.steps(session, clip.id)
        found = measured(files.machine, steps)
        report = {**machine} if not steps else _plain(found.report, revision)
        data = {"revision": revision, "report": report, "machine": machine, **_drawn(found)}
        _write(room, clip, files, steps, found.report, report)
        with atomic_text(files.path / DATA) as out:
            json.dump(data, out, allow_nan=False, separators=(",", ":"))
        return data


def settle_left_over(room: Room) -> int:
    """Make the files of clips anew that are of other corrections; return of how many.

    A process that was killed between a correction and its files has left them so, or a backup that
    was made then; exports read the files.
    """
    with room.database.reading() as session:
        wanted = select(Clip).where(Clip.revision > 0, Clip.state == DONE)
        clips = session.scalars(wanted).all()
    made = 0
    for clip in clips:
        if _revision_kept(room.folders.clip(clip.patient_id, clip.sha256)) == clip.revision:
            continue
        with contextlib.suppress(PosecheckError):  # its page says what is wrong
            settled(room, clip)
            made += 1
    return made


def _revision_kept(files: ClipFolder) -> int:
    """Return the revision of what the page draws, from its first bytes: all of it is large."""
    try:
        with (files.path / DATA).open(encoding="utf-8") as file:
            found = _REVISION.match(file.read(40))
    except (OSError, ValueError):
        return -1
    return int(found[1]) if found else -1


def _kept(files: ClipFolder) -> dict[str, Any] | None:
    try:
        data: dict[str, Any] = json.loads((files.path / DATA).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return data if {"revision", "machine"} <= data.keys() else None


def _write(
    room: Room, clip: Clip, files: ClipFolder, steps: Sequence[fold.Step], report: Report,
    plain: Mapping[str, Any],
) -> None:  # fmt: skip
    if all(step.kind in _UNCHANGING for step in steps):
        shutil.rmtree(files.corrected, ignore_errors=True)
        with room.database.writing() as session:
            session.execute(
                delete(Result).where(Result.clip_id == clip.id, Result.whose == CORRECTED)
            )
        return
    staging = StagingFolder(files.corrected)
    try:
        write_csv(report, staging.folder / ANGLES)
        with atomic_text(staging.folder / REPORT) as out:
            json.dump(plain, out, indent=2, allow_nan=False)
        staging.commit()
    finally:
        staging.close()
    with room.database.writing() as session:
        if session.get(Clip, clip.id) is not None:
            save_result(session, clip.id, CORRECTED, plain)


def _plain(report: Report, revision: int) -> dict[str, Any]:
    return {**report_to_dict(report), "corrected": {"revision": revision}}


def _drawn(found: Measured) -> dict[str, Any]:
    series = found.report.series
    return {
        "series": {
            "t_s": _numbers(series.t_s, 4),
            "phase": [PHASES[i] for i in series.phase],
            **{name: _numbers(getattr(series, name), 2) for name in _ANGLES},
        },
        "points": {name: _points(getattr(series, name)) for name in _POINTS},
        "looks_t_s": _numbers(found.looks_t_s, 4),
    }


def _numbers(values: Any, digits: int) -> list[float | None]:
    rounded = np.round(np.asarray(values, float), digits)
    return [v if np.isfinite(v) else None for v in rounded.tolist()]


def _points(places: Any) -> list[list[list[float] | None]]:
    """Return places (n, k, 2) as lists; null where one is unknown."""
    rounded = np.round(np.asarray(places, float), 1)
    seen: Any = np.isfinite(rounded).all(axis=-1)
    known: list[list[bool]] = seen.tolist()
    return [
        [point if good else None for point, good in zip(row, ok, strict=True)]
        for row, ok in zip(rounded.tolist(), known, strict=True)
    ]
