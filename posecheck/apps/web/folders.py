"""Where the files of a review room lie.

::

    DATA/room.sqlite                          unless --database says otherwise
    DATA/uploads/<id>                         what has arrived of a clip so far
    DATA/imports/                             folders of reports that are on their way
    DATA/deleted/                             what is just being removed
    DATA/patients/plotly.min.js               what the charts of all reports share
    DATA/patients/<patient>/<sha256>/         everything of one clip, so that it is deleted as one
        clip<.mp4>                            as it was sent
        review.mp4  frames.json               the copy for the page, and the times of its frames
        machine/                              the report: report.json, angles.csv, poses.npz ...
        corrected/                            the same with a therapist's corrections
        work/                                 while it is graded: what is kept from try to try
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from posecheck.apps.batch.tasks import PLOTLY

REVIEW_COPY, FRAMES = "review.mp4", "frames.json"
PLOTLY_FROM_REPORT = f"../../../{PLOTLY}"  # from the folder of a report to `Folders.plotly`


def is_sha256(text: str) -> bool:
    """Tell whether a text is a SHA-256, by which the folders of clips are called."""
    return len(text) == 64 and set(text) <= set("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class ClipFolder:
    """The files of one clip."""

    path: Path

    @property
    def video(self) -> Path | None:
        """The clip as it was sent; None where only its report was taken in."""
        return next(iter(sorted(self.path.glob("clip.*"))), None)

    @property
    def review_copy(self) -> Path:
        """The copy that the review page plays."""
        return self.path / REVIEW_COPY

    @property
    def frames(self) -> Path:
        """The times of the review copy's frames, in seconds of the clip."""
        return self.path / FRAMES

    @property
    def work(self) -> Path:
        """Where the queue makes all that, before it is put in place."""
        return self.path / "work"

    @property
    def machine(self) -> Path:
        """The report as the machine made it."""
        return self.path / "machine"

    @property
    def corrected(self) -> Path:
        """The report with a therapist's corrections, where there are any."""
        return self.path / "corrected"


@dataclass(frozen=True, slots=True)
class Folders:
    """The data folder."""

    data: Path

    @property
    def uploads(self) -> Path:
        """What is on its way."""
        return self.data / "uploads"

    @property
    def deleted(self) -> Path:
        """What is just being removed; nothing there is shown to anybody."""
        return self.data / "deleted"

    @property
    def imports(self) -> Path:
        """Folders of reports that are just being taken in."""
        return self.data / "imports"

    @property
    def patients(self) -> Path:
        """Everything of all clips."""
        return self.data / "patients"

    @property
    def plotly(self) -> Path:
        """What draws the charts in the pages of all reports; it comes with the first of them."""
        return self.patients / PLOTLY

    def patient(self, patient_id: int) -> Path:
        """Return the folder of a patient."""
        return self.patients / str(patient_id)

    def clip(self, patient_id: int, sha256: str) -> ClipFolder:
        """Return the folder of a clip."""
        if not is_sha256(sha256):
            raise ValueError(f"{sha256!r} is no SHA-256")
        return ClipFolder(self.patient(patient_id) / sha256)

    def make(self) -> None:
        """Make the folders, readable by their owner alone."""
        for folder in (self.data, self.uploads, self.patients, self.deleted, self.imports):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
