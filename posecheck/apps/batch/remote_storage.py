"""Results behind an address: an object of a bucket appears when all of it is there.

Object storage has no locks, and none are built here: two batches that meet do the same work twice
and write the same objects, and nothing worse.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path

from posecheck.apps.batch.addresses import Address, file_system, why
from posecheck.apps.batch.local_storage import PARTS, checked, files_below
from posecheck.apps.report_dir import REPORT
from posecheck.errors import InputError, OutputError

_PROBE = ".posecheck-probe"
_AT_ONCE = ("s3", "s3a", "gs", "gcs", "memory", "az", "abfs")  # whose objects appear whole


class RemoteStorage:
    """A folder behind an address, in a bucket most often; an OutputError for one of no use."""

    is_locked = replaces_folders = False

    def __init__(self, address: Address) -> None:
        self.shown = address.shown
        self._at_once = address.scheme in _AT_ONCE
        try:
            self._files, root = file_system(address)
        except InputError as error:
            raise OutputError(str(error)) from None
        self._root: str = root.rstrip("/")

    def check(self, room: int = 0) -> None:  # noqa: ARG002 - a bucket has no end
        """Write something small, and take it away again."""
        probe = f"{_PROBE}.{secrets.token_hex(4)}"
        self.write_bytes(probe, b"Posecheck looked whether it can write here.\n")
        self.remove(probe)

    def batch_lock(self) -> contextlib.AbstractContextManager[None]:
        """Nothing: see above."""
        return contextlib.nullcontext()

    def content_lock(self, sha256: str) -> contextlib.AbstractContextManager[None]:  # noqa: ARG002
        """Nothing: see above."""
        return contextlib.nullcontext()

    def marked(self) -> contextlib.AbstractContextManager[str]:
        """Nothing: an address means the same place wherever one stands."""
        return contextlib.nullcontext("")

    def sees(self, mark: str) -> bool:
        """As `marked` says."""
        return not mark

    def exists(self, name: str) -> bool:
        """Whether a file of this name is there."""
        with self._explained("read from"):
            try:
                kind: str = self._files.info(self._place(name))["type"]
            except FileNotFoundError:
                return False
            return kind == "file"
        return False

    def read_bytes(self, name: str) -> bytes | None:
        """The content of a file, None if it is not there."""
        with self._explained("read from"):
            try:
                content: bytes = self._files.cat_file(self._place(name))
            except (FileNotFoundError, IsADirectoryError):
                return None
            return content
        return None

    def list(self, folder: str = "") -> list[str]:
        """The names of all files below a folder, sorted; without those half written."""
        with self._explained("read from"):
            try:
                paths = self._files.find(self._place(folder) if folder else self._root)
            except FileNotFoundError:
                return []
            names = [path[len(self._root) + 1 :] for path in paths]
            return sorted(name for name in names if not name.startswith(f"{PARTS}/"))
        return []

    def write(self, name: str, local: Path) -> None:
        """Put a copy of a local file there, in the place of an older one."""
        with self._explained("written to"), self._whole(name) as place:
            self._files.put_file(str(local), place)

    def write_bytes(self, name: str, content: bytes) -> None:
        """Put a small file there, in the place of an older one."""
        with self._explained("written to"), self._whole(name) as place:
            self._files.pipe_file(place, content)

    def write_folder(self, name: str, local: Path) -> None:
        """Put a local folder there: what an older one had more goes first, the report comes last.

        Until then there is no report, so that a folder which is half there never looks whole.
        """
        files = {p.relative_to(local).as_posix(): p for p in files_below(local)}
        for old in self.list(name):
            if old.removeprefix(f"{name}/") not in files or old == f"{name}/{REPORT}":
                self.remove(old)
        for inner in sorted(files, key=lambda inner: (inner == REPORT, inner)):
            self.write(f"{name}/{inner}", files[inner])

    def remove(self, name: str) -> None:
        """Take a file or a folder away, if it is there."""
        with self._explained("written to"), contextlib.suppress(FileNotFoundError):
            self._files.rm(self._place(name), recursive=True)

    def sweep(self) -> None:
        """Take away what processes that were killed left half written."""
        if not self._at_once:
            self.remove(PARTS)

    def _place(self, name: str) -> str:
        return f"{self._root}/{checked(name)}"

    @contextlib.contextmanager
    def _whole(self, name: str) -> Iterator[str]:
        """A place to write to, which becomes ``name`` when all of it is there."""
        place = self._place(name)
        if self._at_once:
            yield place
            return
        part = self._place(f"{PARTS}/{secrets.token_hex(8)}")
        for one in (part, place):
            self._files.makedirs(one.rpartition("/")[0], exist_ok=True)
        yield part
        self._files.mv(part, place)

    @contextlib.contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        """Any error as an OutputError, without a word of the library's own text."""
        try:
            yield
        except OutputError:
            raise
        except Exception as error:
            raise OutputError(
                f"{self.shown} cannot be {what}: {why(error)}; check the address of --out and "
                "what you may do there."
            ) from None
