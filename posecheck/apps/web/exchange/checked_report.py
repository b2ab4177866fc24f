"""A report from elsewhere, read with more care than one of one's own."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from posecheck.apps.report_dir import ANGLES, POSES, REPORT
from posecheck.errors import InputError
from posecheck.exercises.catalogue import EXERCISES
from posecheck.present.report_reader import load_report
from posecheck.types import Report
from posecheck.vision.pose_store import load_poses

MIB = 1 << 20
LARGEST = {REPORT: 8 * MIB, ANGLES: 32 * MIB, POSES: 128 * MIB}  # five hours and more
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")  # of rules and warnings
_MOST_FINDINGS, _BEST_SCORE = 10_000, 100


def checked_report(folder: Path) -> Report:
    """Return the report of a folder.

    Parameters
    ----------
    folder
        With a ``report.json``, and perhaps ``angles.csv`` and ``poses.npz``.

    Raises
    ------
    InputError
        It is damaged, of another program, or too large; one sentence says which.

    """
    for name, most in LARGEST.items():
        path = folder / name
        if path.is_symlink():
            raise InputError(f"{name} is a link and not the file itself; copy it there.")
        if path.is_file() and path.stat().st_size > most:
            raise InputError(f"{name} is larger than {most // MIB} MiB, so it is no report's.")
    report = load_report(folder)
    _check_names(report)
    if (folder / POSES).is_file():
        _check_poses(folder / POSES, report)
    return report


def _check_names(report: Report) -> None:
    """Refuse what no Posecheck writes and what lists and tables would have to hold."""
    done = {report.exercise, *(one.exercise for one in report.sets)} - {None}
    unknown = sorted(str(name) for name in done - {one.name for one in EXERCISES})
    if unknown:
        raise InputError(f"{unknown[0][:40]!r} is no exercise that this Posecheck knows.")
    names = [*(finding.rule for finding in report.findings), *report.quality.warnings]
    score = report.grade.score
    if (
        len(names) > _MOST_FINDINGS
        or not all(_NAME.fullmatch(name) for name in names)
        or not (score is None or 0 <= score <= _BEST_SCORE)
    ):
        raise InputError(f"{REPORT} is a damaged report: its findings or its score cannot be.")


def _check_poses(path: Path, report: Report) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            packed = any(m.compress_type != zipfile.ZIP_STORED for m in archive.infolist())
    except (zipfile.BadZipFile, OSError):
        packed = False  # `load_poses` says what is wrong with it
    if packed:  # a small file could fill the memory
        raise InputError(f"{POSES} is packed, which Posecheck never does.")
    poses = load_poses(path)
    if poses.model_sha256 != (report.model.sha256 or poses.model_sha256):
        raise InputError(f"Its {POSES} is of another landmark model than its {REPORT}.")
