"""One clip of a batch: as it was asked for, what it may take, and what its results are called."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from posecheck.atomic_files import cut_name

if TYPE_CHECKING:  # the command line reads the limits, and NumPy takes a while to import
    from posecheck.types import Side, Subject
    from posecheck.vision.landmarker import ModelChoice

GRADE_CLIP = "posecheck.apps.batch.grade_clip:grade_clip"

# What stands in the folder of a batch beside the folders of its clips.
CSV, PARQUET, INDEX = "grades.csv", "grades.parquet", "index.html"
TABLES = (CSV, PARQUET)
PLOTLY = "plotly.min.js"  # one copy for all pages
ORDER = "order.js"  # in which pages find those beside them
FILES = frozenset((*TABLES, INDEX, PLOTLY, ORDER))
CACHE = ".posecheck"  # the folder of what is kept from run to run

_NOT_IN_NAMES = frozenset('/\\:*?"<>|')
_WINDOWS_DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one clip may take: seconds, and MiB of resident memory."""

    time_s: float = 1800.0
    memory_mib: float = 2048.0


@dataclass(frozen=True, slots=True)
class ClipJob:
    """A clip to grade, and what its manifest says of it."""

    # path or URL as it was given; may hold credentials, so it is never written
    location: str = field(repr=False)
    name: str  # what results call it: no credentials, no query
    stem: str  # its folder, by `stem_of`, before any suffix that tells twins apart
    side: Side | None = None
    prescription: Path | str | None = None  # file or the name of a ready one; None: the batch's
    said: Subject | None = None  # of whose session it was, by its manifest
    problem: str | None = None  # why it cannot be graded, known before it is opened
    exercise: str | None = None  # its name; None: the batch's

    @property
    def short_name(self) -> str:
        """What its report calls it, wherever it was found."""
        return PurePosixPath(self.name).name or self.name

    @property
    def record(self) -> Subject:
        """Whose session it was; nothing may be known of it."""
        from posecheck.types import Subject

        return self.said or Subject()


@dataclass(frozen=True, slots=True)
class GradeTask:
    """What a worker is told of one clip: everything that its grade depends on, and small."""

    job: ClipJob
    out: str  # where the tables go: a folder, or an address
    prescription: str  # its values as JSON, with the leg that is known
    folder: str | None = None  # of its report in `out`; None: only its row is wanted
    hash_in_folder: bool = False  # other clips would have a folder of the same name
    folder_tail: str = ""  # tells two prescriptions of the same clip apart
    model: ModelChoice = None  # a file by its full path
    per_s: float | None = None  # frames a second to look at; None: every one
    video: bool = False
    language: str = "en"  # of its report
    limits: Limits = field(default_factory=Limits)
    runs: str = GRADE_CLIP  # the function that a worker process calls with this
    mark: str = ""  # of the batch in `out`; who does not find it sees another folder
    progress: Path | None = None  # a file that says how far it is (`clip_progress`)
    plotly_js: str = f"../{PLOTLY}"  # where its page finds that, as seen from its folder

    def folder_name(self, sha256: str) -> str | None:
        """The folder of its report, once the SHA-256 of its content is known."""
        if self.folder is None:
            return None
        part = f"-{sha256[:8]}" if self.hash_in_folder else ""
        return f"{self.folder}{part}{self.folder_tail}"


def stem_of(name: str) -> str:
    """The folder of a clip of this name, before any suffix that tells twins apart.

    Examples
    --------
    >>> stem_of("study/Knee, week 2.mp4"), stem_of("https://host/a.b.mov"), stem_of("...mp4")
    ('Knee, week 2', 'a.b', 'clip')

    """
    last = posixpath.basename(name.replace("\\", "/").rstrip("/"))
    return safe_folder(last.rpartition(".")[0] or last)


def safe_folder(stem: str) -> str:
    """A folder name as like ``stem`` as may be: safe on any disk, and none of our own files.

    Examples
    --------
    >>> safe_folder("Knee, week 2"), safe_folder(".."), safe_folder("a/b")
    ('Knee, week 2', 'clip', 'a_b')

    """
    name = "".join(c if c.isprintable() and c not in _NOT_IN_NAMES else "_" for c in stem)
    name = cut_name(name.strip().rstrip(". ")).rstrip(". ")
    if not name:
        return "clip"
    if name.startswith("."):  # hidden ones are ours
        name = f"_{name[1:]}"
    if name.casefold() in FILES or _WINDOWS_DEVICE.fullmatch(name):
        return f"{name}_"
    return name
