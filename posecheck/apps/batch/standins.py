"""Stand-ins until the batch's other parts are here; each is replaced by an import.

From `inputs`: list_jobs. From `fetch`: LocalClip, local_copy. From `storage` and
`local_storage`: Storage, LocalStorage, open_storage. From `present.grades` and
`present.index_page`: write_grades_csv, write_grades_parquet, write_index. From `addresses`:
is_address.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from posecheck.apps.batch.jobs import ClipJob
from posecheck.errors import InputError, OutputError
from posecheck.types import ClipGrade
from posecheck.vision.containers import file_sha256, first_bytes

_VIDEOS = frozenset((".mp4", ".mov", ".webm", ".mkv", ".avi", ".m4v"))


def is_address(text: str) -> bool:
    """Whether it is a URL."""
    return "://" in text


def list_jobs(paths: Sequence[str]) -> list[ClipJob]:
    """Every clip that the paths lead to."""
    found: list[Path] = []
    for given in map(Path, paths):
        if given.is_dir():
            found += [p for p in given.rglob("*") if p.suffix.lower() in _VIDEOS]
        else:
            found.append(given)
    return [ClipJob(str(p), p.name, p.stem) for p in sorted(found)]


@dataclass(frozen=True, slots=True)
class LocalClip:
    """A clip on this machine's disk, known by its content."""

    path: Path
    sha256: str
    state: tuple[int, ...]

    def check(self) -> None:
        """Raise InputError if the file is no longer the one that was hashed."""
        if _state(self.path) != self.state:
            raise InputError("It was changed while it was read; grade it again when it is whole.")


def _state(path: Path) -> tuple[int, ...]:
    status = path.stat()
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


@contextlib.contextmanager
def local_copy(job: ClipJob, folder: Path) -> Iterator[LocalClip]:
    """The clip of a job as a local file."""
    del folder
    path = Path(job.location)
    first_bytes(path)
    state = _state(path)
    clip = LocalClip(path, file_sha256(path), state)
    clip.check()
    yield clip
    clip.check()


class LocalStorage:
    """A folder of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.shown = str(root)

    def check(self) -> None:
        """Make sure that it can be written to."""
        with self._told():
            self.root.mkdir(parents=True, exist_ok=True)
            self.write_bytes(".posecheck-probe", bytes(1 << 16))
            self.remove(".posecheck-probe")

    def exists(self, name: str) -> bool:
        """Whether a file of this name is there."""
        return (self.root / name).is_file()

    def read_bytes(self, name: str) -> bytes | None:
        """The content of a file, None if it is not there."""
        path = self.root / name
        return path.read_bytes() if path.is_file() else None

    def list(self, folder: str = "") -> list[str]:
        """The names of all files below a folder."""
        top = self.root / folder
        return sorted(str(p.relative_to(self.root)) for p in top.rglob("*") if p.is_file())

    def write(self, name: str, local: Path) -> None:
        """Put a copy of a local file there."""
        with self._beside(name) as part:
            shutil.copyfile(local, part)

    def write_bytes(self, name: str, content: bytes) -> None:
        """Put a small file there."""
        with self._beside(name) as part:
            part.write_bytes(content)

    def write_folder(self, name: str, local: Path) -> None:
        """Put a copy of a local folder there."""
        with self._beside(name) as part:
            shutil.copytree(local, part)
            if (self.root / name).is_dir():
                shutil.rmtree(self.root / name)

    def remove(self, name: str) -> None:
        """Take a file or a folder away."""
        path = self.root / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Take away what a process that was killed left half written."""
        for here, folders, files in os.walk(self.root):
            for name in (*folders, *files):
                if name.startswith(".") and name.endswith(".part"):
                    self.remove(str((Path(here) / name).relative_to(self.root)))

    @contextlib.contextmanager
    def _beside(self, name: str) -> Iterator[Path]:
        path = self.root / name
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        with self._told():
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                yield part
                part.replace(path)
            finally:
                with contextlib.suppress(OSError):
                    self.remove(str(part.relative_to(self.root)))

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise OutputError(
                f"Nothing can be written to {self.shown} ({error.strerror or error}); make room, "
                "or give --out a folder that can be written."
            ) from error


Storage = LocalStorage


def open_storage(out: str | Path) -> Storage:
    """The place that ``--out`` names."""
    return LocalStorage(Path(out))


def write_grades_csv(rows: Iterable[ClipGrade], path: Path) -> None:
    """Write ``grades.csv``."""
    from posecheck.apps.batch.rows import row_to_json

    path.write_text("".join(f"{row_to_json(row)}\n" for row in rows))


def write_grades_parquet(rows: Iterable[ClipGrade], path: Path) -> None:
    """Write ``grades.parquet``."""
    write_grades_csv(rows, path)


def write_index(rows: Iterable[ClipGrade], path: Path) -> None:
    """Write ``index.html``."""
    write_grades_csv(rows, path)


def connect(address: str) -> Executor:
    """posecheck.apps.batch.cluster: the executor of a Dask scheduler."""
    raise MissingDependencyError(f"There is no way to {address} yet.")
