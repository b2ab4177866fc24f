"""The folder of a report: it appears whole, and takes the place of nothing but a report.

::

    with ReportDir(out) as staging:     # refused here, before any work, if it cannot be
        ...                             # write into `staging`, a folder beside
    # here it stands as `out`; after an error or an interrupt nothing does
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Set
from pathlib import Path
from types import TracebackType

from posecheck.apps.interrupts import shielded
from posecheck.atomic_files import StagingFolder, cut_name, remedy, remove_leftovers
from posecheck.errors import OutputError
from posecheck.natives import refuse_lost_directory, working_directory

REPORT, PAGE, ANGLES, POSES, VIDEO, PDF = (
    "report.json", "report.html", "angles.csv", "poses.npz", "annotated.mp4", "report.pdf",
)  # fmt: skip
OURS = frozenset((REPORT, PAGE, ANGLES, POSES, VIDEO, PDF))
SUFFIX = ".posecheck"  # of a report's folder that is named after its clip
_SCHEMAS = "posecheck.report/"


class ReportDir:
    """Builds a folder beside its place; a context manager.

    Parameters
    ----------
    path
        Where the folder is to stand.
    source
        The clip, which may not be in it.

    """

    def __init__(self, path: Path, source: Path | None = None) -> None:
        refuse_lost_directory(path)
        self.path = Path(os.path.realpath(path))
        self._shown = path
        self._source = source
        self._staging: StagingFolder | None = None
        self._made: list[Path] = []  # folders above it that were not there

    def __enter__(self) -> Path:
        try:
            self._refuse_what_is_not_ours()
            self._make_parents()
            remove_leftovers(self.path)
            with shielded():
                self._staging = StagingFolder(self.path)
            _try_to_write(self._staging.folder)
        except OSError as error:
            self._tidy(failed=True)
            raise self._refusal(error) from error
        except BaseException:
            self._tidy(failed=True)
            raise
        return self._staging.folder

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        failed = True
        try:
            if kind is None:
                with shielded():
                    self._put_in_place()
                    failed = False
        except OSError as problem:
            raise self._refusal(problem) from problem
        finally:
            self._tidy(failed)
        if isinstance(error, OSError):  # whatever was being written: a full disk, most likely
            raise self._refusal(error) from error

    def check(self) -> None:
        """Refuse now what could not be written later; leaves nothing, whatever happens then."""
        self.__enter__()
        self._tidy(failed=True)

    def _refuse_what_is_not_ours(self) -> None:
        if not os.path.lexists(self.path):
            return
        if not self.path.is_dir():
            raise OutputError(f"{self._shown} is a file; give --out a folder.")
        if self.path == working_directory():
            raise OutputError(f"{self._shown} is the folder you are in; give --out another one.")
        inside = {entry.name for entry in self.path.iterdir()}
        if not holds_only_ours(inside) or (inside and not _is_report(self.path / REPORT)):
            raise OutputError(
                f"{self._shown} holds something else than a report of Posecheck and is left "
                "alone; give --out another folder."
            )
        if self._source is not None and self.path in _real(self._source).parents:
            raise OutputError(
                f"{self._shown} would be replaced, and the clip is in it; give --out another one."
            )

    def _make_parents(self) -> None:
        missing = [p for p in self.path.parents if not p.exists()]
        self._made = []
        for folder in reversed(missing):
            self._made.append(folder)
            folder.mkdir()

    def _put_in_place(self) -> None:
        assert self._staging is not None
        self._refuse_what_is_not_ours()  # the work took its time
        self._staging.commit()

    def _tidy(self, failed: bool) -> None:
        with shielded():
            if self._staging is not None:
                self._staging.close()
            for folder in reversed(self._made) if failed else ():
                with contextlib.suppress(OSError):  # somebody else may use it by now
                    folder.rmdir()

    def _refusal(self, error: OSError) -> OutputError:
        reason = error.strerror or str(error) or type(error).__name__
        return OutputError(
            f"The report cannot be written to {self._shown} ({reason}); {remedy(error)}, or "
            "give --out a folder that can be written."
        )


def holds_only_ours(names: Set[str]) -> bool:
    """Return whether a folder with these files in it may be replaced: a report's own, or none."""
    return not names or (names <= OURS and REPORT in names)


def default_folder(clip: Path) -> Path:
    """Return the folder of a clip's report, in the working directory, where none is given.

    Parameters
    ----------
    clip
        The clip, whose name without suffix is that of the folder; where it is too long for one,
        its beginning, and what tells it from others that begin so.

    """
    stem = cut_name(clip.stem)
    if stem != clip.stem:
        stem = f"{stem}-{hashlib.sha256(os.fsencode(clip.stem)).hexdigest()[:8]}"
    return Path(f"{stem}{SUFFIX}")


def _real(path: Path) -> Path:
    """Return a path without links, as it is where there is no working directory to look from."""
    try:
        return Path(os.path.realpath(path))
    except FileNotFoundError:
        return path


def _try_to_write(folder: Path) -> None:
    """Find out now, not after minutes of work, that the disk is full."""
    probe = folder / "probe"
    probe.write_bytes(bytes(1 << 16))
    probe.unlink()


def _is_report(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8") as stream:
            found = json.load(stream)
    except (OSError, ValueError, RecursionError):
        return False
    schema = found.get("schema") if isinstance(found, dict) else None
    return isinstance(schema, str) and schema.startswith(_SCHEMAS)
