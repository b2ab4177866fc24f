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

from posecheck.apps.batch.result_names import PARTS, checked, files_below
from posecheck.apps.staging import Staging, remove_unlocked
from posecheck.errors import OutputError
from posecheck.present.spreadsheet import spelled


class LocalStorage:
    """A folder of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.shown = spelled(str(root))

    def check(self, room: int = 1 << 16) -> None:
        """Make the folder, and try whether the disk takes anything."""
        with self._told():
            if self.root.exists() and not self.root.is_dir():
                raise OutputError(f"{self.shown} is a file; give --out a folder.")
            self.root.mkdir(parents=True, exist_ok=True)
            with self._corner() as corner:
                (corner / "probe").write_bytes(bytes(room))

    @contextlib.contextmanager
    def marked(self) -> Iterator[str]:
        """Leave a mark for as long as the block lasts; gives its name."""
        with contextlib.ExitStack() as stack:
            with self._told():
                corner = stack.enter_context(self._corner())
            yield corner.name

    def sees(self, mark: str) -> bool:
        """Whether this is the very folder where the mark was left, not one of the same name."""
        return not mark or (self.root / PARTS / mark).is_dir()

    def exists(self, name: str) -> bool:
        """Whether a file of this name is there."""
        with self._told():
            return (self.root / checked(name)).is_file()
        return False

    def read_bytes(self, name: str) -> bytes | None:
        """The content of a file, None if it is not there."""
        with self._told():
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
        with self._beside(name) as part:
            shutil.copyfile(local, part)

    def write_bytes(self, name: str, content: bytes) -> None:
        """Put a small file there, in the place of an older one."""
        with self._beside(name) as part:
            part.write_bytes(content)

    def write_folder(self, name: str, local: Path) -> None:
        """Put a copy of a local folder there, in the place of an older one."""
        with self._beside(name) as part:
            part.mkdir()
            for path in files_below(local):  # not copytree, which copies the rights as well
                copy = part / path.relative_to(local)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)

    def remove(self, name: str) -> None:
        """Take a file or a folder away, if it is there."""
        with self._told():
            _take_away(self.root / checked(name))

    def sweep(self) -> None:
        """Take away what processes that were killed left half written."""
        parts = self.root / PARTS
        with self._told():
            for path in list(parts.iterdir()) if parts.is_dir() else ():
                remove_unlocked(path)

    @contextlib.contextmanager
    def _beside(self, name: str) -> Iterator[Path]:
        """A place to write to, which becomes ``name`` in one step, and never a half one."""
        path = self.root / checked(name)
        with self._told(), self._corner() as corner:
            part, old = corner / "new", corner / "old"
            try:
                yield part
                path.parent.mkdir(parents=True, exist_ok=True)
                if path.is_dir() and not path.is_symlink():  # which cannot be replaced in a step
                    path.rename(old)
                part.replace(path)
            except BaseException:
                if old.exists() and not path.exists():
                    old.rename(path)
                raise

    @contextlib.contextmanager
    def _corner(self) -> Iterator[Path]:
        """A folder that is ours alone for as long as the block lasts, on the same disk."""
        parts = self.root / PARTS
        for folder in (parts.parent, parts):  # not the root: a worker may not see the real one
            folder.mkdir(exist_ok=True)
        staging = Staging(parts / "result")
        try:
            yield staging.folder
        finally:
            staging.close()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise OutputError(
                f"Nothing can be written to {self.shown} ({reason}); make room, or give --out a "
                "folder that can be written."
            ) from error


def _take_away(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
