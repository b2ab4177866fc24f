"""What a worker is told of one clip; small, and the same on this machine and on others."""

from __future__ import annotations

from dataclasses import dataclass, field

from posecheck.apps.batch.jobs import ClipJob
from posecheck.apps.batch.limits import Limits
from posecheck.vision.landmarker import ModelChoice

GRADE_CLIP = "posecheck.apps.batch.worker:grade_clip"


@dataclass(frozen=True, slots=True)
class GradeTask:
    """One clip to grade, with everything that its grade depends on."""

    job: ClipJob
    out: str  # where the tables go: a folder, or an address
    prescription: str  # its values as JSON, with the leg that is known
    folder: str | None = None  # of its report in `out`; None: only its row is wanted
    hash_in_folder: bool = False  # other clips would have a folder of the same name
    folder_tail: str = ""  # tells two prescriptions of the same clip apart
    model: ModelChoice = None  # a file by its full path
    per_s: float | None = None  # frames a second to look at; None: every one
    video: bool = False
    limits: Limits = field(default_factory=Limits)
    runs: str = GRADE_CLIP  # what the worker process calls with this
    mark: str = ""  # of the batch in `out`; who does not find it sees another folder

    def folder_name(self, sha256: str) -> str | None:
        """The folder of its report, once its content is known."""
        if self.folder is None:
            return None
        part = f"-{sha256[:8]}" if self.hash_in_folder else ""
        return f"{self.folder}{part}{self.folder_tail}"
