"""Results in a folder of this machine: written in a corner of it, then renamed.

That corner, `PARTS`, is the only place where anything is swept away, and there only what no
living process holds: other files of any name are somebody else's.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from posecheck.apps.batch.tasks import CACHE
from posecheck.atomic_files import StagingFolder, move_into_place, remedy, remove_unlocked
from posecheck.errors import OutputError
from posecheck.natives import refuse_lost_directory
from posecheck.present.spreadsheet import spelled

PARTS = f"{CACHE}/part"  # what is still being written
LOCK = f"{CACHE}/lock"  # of the batch
LOCKS = f"{CACHE}/locks"  # of the contents that are worked on
_DIGITS = 3  # of a content's hash name its lock: at most 4,096 files, which stay


class LocalStorage:
    """A folder of this machine.

    Parameters
    ----------
    root
        The folder; made by `check`, where it is not there yet.

    """

    is_locked = replaces_folders = True

    def __init__(self, root: Path) -> None:
        self.root = root
        self.shown = spelled(str(root))

    def check(self, room: int = 1 << 16) -> None:
        """Make the folder, and try whether the disk takes so many bytes."""
        refuse_lost_directory(self.root)
        with self._explained():
            if self.root.exists() and not self.root.is_dir():
                raise OutputError(f"{self.shown} is a file; give --out a folder.")
            self.root.mkdir(parents=True, exist_ok=True)
            with self._corner() as corner:
                (corner / "probe").write_bytes(bytes(room))

    @contextlib.contextmanager
    def batch_lock(self) -> Iterator[None]:
        """Let one batch write there, of this process or another; an OutputError for a second."""
        refuse_lost_directory(self.root)
        with self._explained():
            self.root.mkdir(parents=True, exist_ok=True)
        try:
            lock = self._locked(LOCK, wait=False)
        except Timeout:
            raise OutputError(
                f"Another posecheck grade is writing to {self.shown}; wait for it, or give --out "
                "another folder."
            ) from None
        with lock:
            yield

    @contextlib.contextmanager
    def content_lock(self, sha256: str) -> Iterator[None]:
        """Let one worker at a time be at a clip's content, while others that have it wait."""
        with self._locked(f"{LOCKS}/{sha256[:_DIGITS]}", wait=True):
            yield

    @contextlib.contextmanager
    def marked(self) -> Iterator[str]:
        """Leave a mark for as long as the block lasts; gives its name."""
        with contextlib.ExitStack() as stack:
            with self._explained():
                corner = stack.enter_context(self._corner())
            yield corner.name

    def sees(self, mark: str) -> bool:
        """Whether this is the very folder where the mark was left, not one of the same name."""
        return not mark or (self.root / PARTS / mark).is_dir()

    def exists(self, name: str) -> bool:
        """Whether a file of this name is there."""
        with self._explained():
            return (self.root / checked(name)).is_file()
        return False

    def read_bytes(self, name: str) -> bytes | None:
        """The content of a file, None if it is not there."""
        with self._explained():
            try:
                return (self.root / checked(name)).read_bytes()
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                return None
        return None

    def list(self, folder: str = "") -> list[str]:
        """The names of all files below a folder, sorted; without those half written."""
        top = self.root / checked(folder) if folder else self.root
        found = []
        for here, folders, files in os.walk(top):
            where = Path(here).relative_to(self.root)
            folders[:] = [name for name in folders if (where / name).as_posix() != PARTS]
            found += [(where / name).as_posix() for name in files]
        return sorted(found)

    def write(self, name: str, local: Path) -> None:
        """Put a copy of a local file there, in the place of an older one."""
        with self._whole(name) as part:
            shutil.copyfile(local, part)

    def write_bytes(self, name: str, content: bytes) -> None:
        """Put a small file there, in the place of an older one."""
        with self._whole(name) as part:
            part.write_bytes(content)

    def write_folder(self, name: str, local: Path) -> None:
        """Put a copy of a local folder there, in the place of an older one."""
        with self._whole(name) as part:
            part.mkdir()
            for path in files_below(local):  # not copytree, which copies the rights as well
                copy = part / path.relative_to(local)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)

    def remove(self, name: str) -> None:
        """Take a file or a folder away, if it is there."""
        with self._explained():
            path = self.root / checked(name)
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Take away what processes that were killed left half written."""
        parts = self.root / PARTS
        with self._explained():
            for path in list(parts.iterdir()) if parts.is_dir() else ():
                remove_unlocked(path)

    @contextlib.contextmanager
    def _whole(self, name: str) -> Iterator[Path]:
        """A place to write to, which becomes ``name`` in one step, and never a half one."""
        path = self.root / checked(name)
        with self._explained(), self._corner() as corner:
            yield corner / "new"
            path.parent.mkdir(parents=True, exist_ok=True)
            move_into_place(corner / "new", path, corner / "old")

    @contextlib.contextmanager
    def _corner(self) -> Iterator[Path]:
        """A folder that is ours alone for as long as the block lasts, on the same disk."""
        parts = self.root / PARTS
        self._make_cache(parts)
        staging = StagingFolder(parts / "result")
        try:
            yield staging.folder
        finally:
            staging.close()

    def _locked(self, name: str, wait: bool) -> contextlib.ExitStack:
        """Lock a file of the cache until what is returned is closed, or the process has ended.

        Raises Timeout where it is not to be waited for. On a disk without locks two that meet do
        the same work twice and write the same files, and nothing worse.
        """
        path = self.root / name
        with self._explained():
            self._make_cache(path.parent)
            path.touch()
        stack = contextlib.ExitStack()
        try:
            stack.enter_context(FileLock(path, blocking=wait))
        except Timeout:
            raise
        except (NotImplementedError, OSError):
            pass
        return stack

    def _make_cache(self, folder: Path) -> None:
        """Make a folder of the cache; not the root, for a worker may not see the real one."""
        for path in (self.root / CACHE, folder):
            path.mkdir(exist_ok=True)

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """An OSError as an OutputError that says what to do."""
        try:
            yield
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise OutputError(
                f"Nothing can be written to {self.shown} ({reason}); {remedy(error)}, or give "
                "--out a folder that can be written."
            ) from error


def checked(name: str) -> str:
    """A relative name that stays in its place; an OutputError for any other."""
    parts = name.split("/")
    if not name or "\0" in name or "\\" in name or any(part in ("", ".", "..") for part in parts):
        raise OutputError(f"{spelled(name)!r} cannot be the name of a result.")
    return name


def files_below(folder: Path) -> list[Path]:
    """Every file in a folder that was built."""
    return sorted(path for path in folder.rglob("*") if path.is_file())
