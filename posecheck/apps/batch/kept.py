"""What is kept of a clip, so that nothing is done twice.

Poses are kept under the hash of the clip's content, that of the model, the sampling, and the
code that looks; what was measured of them also under the code that measures; the row of a grade
under all that it depends on. Names end with the code, so that `superseded` can tell what is of no
use any more. A row stands only as long as the clip's folder holds the very report that it was
made of.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

import posecheck
from posecheck.apps.batch.code import code_digest, looks_digest, motion_digest
from posecheck.apps.batch.jobs import ClipJob
from posecheck.apps.batch.result_names import KEPT_MEASURED, KEPT_POSES, KEPT_ROWS
from posecheck.apps.batch.rows import row_from_plain, row_to_plain
from posecheck.apps.batch.storage import Storage
from posecheck.apps.batch.tasks import GradeTask
from posecheck.apps.report_dir import PAGE, REPORT, VIDEO
from posecheck.errors import InputError
from posecheck.motion.table import COLUMNS
from posecheck.motion.track import Measured
from posecheck.types import Array, ClipGrade, ClipInfo
from posecheck.vision.pose_log import Poses
from posecheck.vision.pose_store import load_poses

_DAMAGED = (InputError, ValueError, KeyError, TypeError)


@dataclass(frozen=True, slots=True)
class Looked:
    """What looking at a clip gave, but for its poses."""

    info: ClipInfo
    truncated: bool
    frame_t_s: Array  # (n,), of all frames


class KeptPoses:
    """The poses of one content, looked at by one model at one rate, and what was measured."""

    def __init__(self, out: Storage, sha256: str, model_sha256: str, per_s: float | None) -> None:
        rate = "every" if per_s is None else f"{per_s:g}"
        self._out, self._model_sha256 = out, model_sha256
        name = f"{sha256[:2]}/{sha256}-{model_sha256[:16]}-{rate}-{looks_digest()[:8]}"
        self._name = f"{KEPT_POSES}/{name}"
        self._measured_name = f"{KEPT_MEASURED}/{name}-{motion_digest()[:8]}.npz"

    def load(self, into: Path) -> tuple[Poses, Looked] | None:
        """Copy the kept file to ``into`` and read it; None if none was kept, or a damaged one."""
        # The facts are written last, so that where they are the poses are whole.
        facts = self._out.read_bytes(f"{self._name}.json")
        content = None if facts is None else self._out.read_bytes(f"{self._name}.npz")
        if facts is None or content is None:
            return None
        into.write_bytes(content)
        with contextlib.suppress(*_DAMAGED):
            plain = json.loads(facts)
            poses = load_poses(into)
            info = ClipInfo(**plain["info"])
            looked = Looked(info, bool(plain["truncated"]), poses.frame_t_s)
            if poses.model_sha256 == self._model_sha256:
                return poses, looked
        return None

    def save(self, poses: Path, looked: Looked) -> None:
        """Keep a copy of the file of the poses, and then what else is known."""
        self._out.write(f"{self._name}.npz", poses)
        plain = {"info": dataclasses.asdict(looked.info), "truncated": looked.truncated}
        self._out.write_bytes(f"{self._name}.json", json.dumps(plain).encode())

    def load_measured(self) -> Measured | None:
        """What was measured of these poses; None if it was not kept, or damaged."""
        content = self._out.read_bytes(self._measured_name)
        if content is None:
            return None
        # a damaged archive may fail in many ways; it is made again
        with contextlib.suppress(Exception), np.load(io.BytesIO(content)) as arrays:
            found = Measured(
                arrays["t_s"], arrays["values"], arrays["points_px"], float(arrays["feet"])
            )
            n = len(found.t_s)
            if (found.values.shape, found.points_px.shape) == ((n, len(COLUMNS)), (n, 12, 2)):
                return found
        return None

    def save_measured(self, measured: Measured) -> None:
        """Keep it for other prescriptions."""
        content = io.BytesIO()
        np.savez(
            content, t_s=measured.t_s, values=measured.values, points_px=measured.points_px,
            feet=np.float64(measured.feet),
        )  # fmt: skip
        self._out.write_bytes(self._measured_name, content.getvalue())


class KeptRow:
    """The row of one content, graded in one way into one folder."""

    def __init__(self, out: Storage, task: GradeTask, sha256: str, model_sha256: str) -> None:
        self._out, self._task = out, task
        self._folder = task.folder_name(sha256)
        depends_on = [
            posecheck.__version__, code_digest(), model_sha256, task.per_s,
            json.loads(task.prescription), short_name(task.job), self._folder,
        ]  # fmt: skip
        key = hashlib.sha256(json.dumps(depends_on, sort_keys=True).encode()).hexdigest()
        self._name = (
            f"{KEPT_ROWS}/{sha256[:2]}/{sha256}-{key[:16]}-{place(self._folder)}-"
            f"{code_digest()[:8]}.json"
        )

    def load(self) -> ClipGrade | None:
        """The row, if it was kept and its report is where it was written."""
        content = self._out.read_bytes(self._name)
        if content is None:
            return None
        with contextlib.suppress(*_DAMAGED):
            plain: dict[str, Any] = json.loads(content)
            if plain["report_sha256"] == self._report():
                return row_from_plain(plain["row"])
        return None

    def save(self, row: ClipGrade, report: bytes | None) -> None:
        """Keep the row, with the hash of the ``report.json`` that was written for it."""
        digest = None if report is None else hashlib.sha256(report).hexdigest()
        plain = {"report_sha256": digest, "row": row_to_plain(row)}
        self._out.write_bytes(self._name, json.dumps(plain).encode())

    def _report(self) -> str | None:
        """The hash of the report that stands there; "" if something is missing."""
        if self._folder is None:
            return None
        needed = (PAGE, VIDEO) if self._task.video else (PAGE,)
        if not all(self._out.exists(f"{self._folder}/{name}") for name in needed):
            return ""
        content = self._out.read_bytes(f"{self._folder}/{REPORT}")
        return "" if content is None else hashlib.sha256(content).hexdigest()


def place(folder: str | None) -> str:
    """What stands for the folder of a report in the name of its row."""
    return "none" if folder is None else hashlib.sha256(folder.encode()).hexdigest()[:8]


def short_name(job: ClipJob) -> str:
    """What the report of a clip calls it, wherever it was found."""
    return PurePosixPath(job.name).name or job.name
