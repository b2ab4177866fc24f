"""What is kept of a clip from run to run, so that nothing is done twice.

Everything is kept under the hash of the clip's content and of the landmark model, the looks per
second, and schema numbers that are raised when the meaning of what is kept changes:

* `POSES_SCHEMA`: which poses are found in a clip;
* `MEASURED_SCHEMA`: what is measured of these poses;
* `REPORT_SCHEMA`: what a report says of these measurements.

A row also depends on the prescription, on the name and the language of its report, and on the
record in its heading: where that changes the report is written anew, and nothing is measured again.
Names end with the schema numbers, so that `cache_cleanup` can tell what is of no use any more. A
row stands only as long as the clip's folder holds the very report that it was made of.

``diskcache`` and ``joblib`` keep things in a database or folder of this machine; these lie where
the results do, which may be a bucket, so that every worker of a cluster finds them.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from posecheck.apps.batch.rows import row_from_plain, row_to_plain
from posecheck.apps.batch.storage import Storage
from posecheck.apps.batch.tasks import CACHE, GradeTask
from posecheck.apps.report_dir import PAGE, REPORT, VIDEO
from posecheck.errors import InputError
from posecheck.motion.table import COLUMNS
from posecheck.motion.track import MEASURED_SCHEMA, Measured
from posecheck.session import REPORT_SCHEMA
from posecheck.types import Array, ClipGrade, ClipInfo, Flaws
from posecheck.vision.pose_log import Poses
from posecheck.vision.pose_store import POSES_SCHEMA, load_poses

POSES_FOLDER, MEASURED_FOLDER, ROWS_FOLDER = (
    f"{CACHE}/{n}" for n in ("poses", "measured", "grades")
)
_DAMAGED = (InputError, ValueError, KeyError, TypeError)


@dataclass(frozen=True, slots=True)
class ClipFacts:
    """What looking at a clip gave, but for its poses."""

    info: ClipInfo
    flaws: Flaws
    frame_t_s: Array  # (n,), seconds, of all frames


class PoseCache:
    """The poses of one content, looked at by one model at one rate, and what was measured.

    Parameters
    ----------
    out
        Where the results of the batch are kept.
    sha256, model_sha256
        The hash of the clip's content, and of the landmark model.
    per_s
        Looks per second; None for one at every frame.

    """

    def __init__(self, out: Storage, sha256: str, model_sha256: str, per_s: float | None) -> None:
        rate = "every" if per_s is None else f"{per_s:g}"
        self._out, self._model_sha256 = out, model_sha256
        name = f"{sha256[:2]}/{sha256}-{model_sha256[:16]}-{rate}"
        self._name = f"{POSES_FOLDER}/{name}-{poses_suffix()}"
        self._measured_name = f"{MEASURED_FOLDER}/{name}-{measured_suffix()}.npz"

    def load(self, into: Path) -> tuple[Poses, ClipFacts] | None:
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
            found = ClipFacts(info, flaws_from_plain(plain["flaws"]), poses.frame_t_s)
            if poses.model_sha256 == self._model_sha256:
                return poses, found
        return None

    def save(self, poses: Path, facts: ClipFacts) -> None:
        """Keep a copy of the file of the poses, and then what else is known.

        Parameters
        ----------
        poses
            What `PoseLog.save` wrote.
        facts
            Written last, so that where they are the poses are whole.

        """
        self._out.write(f"{self._name}.npz", poses)
        plain = {"info": dataclasses.asdict(facts.info), "flaws": dataclasses.asdict(facts.flaws)}
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


class RowCache:
    """The row of one content, graded in one way into one folder.

    Parameters
    ----------
    out
        Where the results of the batch are kept.
    task
        How the clip is to be graded.
    sha256, model_sha256
        The hash of the clip's content, and of the landmark model.

    """

    def __init__(self, out: Storage, task: GradeTask, sha256: str, model_sha256: str) -> None:
        self._out, self._task = out, task
        self._folder = task.folder_name(sha256)
        depends_on = [
            model_sha256, task.per_s, json.loads(task.prescription), task.job.short_name,
            self._folder, task.language,
            # A row has the record of whoever asks; a report is written with that of one.
            None if self._folder is None else dataclasses.asdict(task.job.record),
        ]  # fmt: skip
        key = hashlib.sha256(json.dumps(depends_on, sort_keys=True).encode()).hexdigest()
        self._name = (
            f"{ROWS_FOLDER}/{sha256[:2]}/{sha256}-{key[:16]}-{folder_digest(self._folder)}-"
            f"{row_suffix()}.json"
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
        """Keep the row, with the hash of the report that was written for it.

        Parameters
        ----------
        row
            What `load` will give.
        report
            The content of ``report.json``, None where no folder is wanted.

        """
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


def folder_digest(folder: str | None) -> str:
    """What stands for the folder of a report in the name of its row."""
    return "none" if folder is None else hashlib.sha256(folder.encode()).hexdigest()[:8]


def flaws_from_plain(plain: dict[str, Any]) -> Flaws:
    """Return what a file lacks from how JSON keeps it."""
    lost_s = tuple((float(a), float(b)) for a, b in plain["lost_s"])
    notes = tuple((str(name), float(number)) for name, number in plain["notes"])
    return Flaws(**{**plain, "lost_s": lost_s, "notes": notes})


def poses_suffix() -> str:
    """What the names of kept poses end with."""
    return f"p{POSES_SCHEMA}"


def measured_suffix() -> str:
    """What the names of kept measurements end with: they are made of poses."""
    return f"{poses_suffix()}m{MEASURED_SCHEMA}"


def row_suffix() -> str:
    """What the names of kept rows end with: a report is made of measurements."""
    return f"{measured_suffix()}r{REPORT_SCHEMA}"
