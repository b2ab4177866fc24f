"""Where the results of a batch are kept: a folder of this machine, or one behind an address.

::

    out = open_storage("graded")                # or "s3://bucket/graded"
    out.check()                                 # refused now, not after an hour of work
    out.write_folder("clip_1", built)           # a folder that was built on the local disk
    out.write("grades.csv", built_table)

Names are relative, with ``/``. Every file is there whole or not at all: on a disk it is written
in a corner and renamed, in a bucket an object appears when all of it is there. Of a folder
the report is written last, so that a folder with a report is whole.

The two are not one implementation over fsspec or universal-pathlib: both move a folder *into* an
older one where it should take its place, and know neither locks nor which half-written files
still have a writer.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from posecheck.apps.batch.addresses import is_address, parse_address
from posecheck.apps.batch.local_storage import LocalStorage
from posecheck.apps.batch.remote_storage import RemoteStorage
from posecheck.errors import InputError, OutputError


class Storage(Protocol):
    """What a place for results can do; every failure is an OutputError of one sentence."""

    @property
    def shown(self) -> str:
        """What messages call it: no credentials."""

    @property
    def is_locked(self) -> bool:
        """Whether its locks keep others out; where they do not, somebody else may be at work."""

    @property
    def replaces_folders(self) -> bool:
        """Whether a folder is put there in one step, so that a half one is never seen."""

    def check(self, room: int = 1 << 16) -> None:
        """Make sure that it can be written to; a disk, so many bytes."""

    def batch_lock(self) -> AbstractContextManager[None]:
        """Let one batch write there for as long as the block lasts; OutputError for a second."""

    def content_lock(self, sha256: str) -> AbstractContextManager[None]:
        """Let one worker at a time be at a clip's content, while others that have it wait."""

    def marked(self) -> AbstractContextManager[str]:
        """Leave a mark for as long as the block lasts; gives its name, "" where none is needed."""

    def sees(self, mark: str) -> bool:
        """Whether this is the very place where the mark was left, seen from here."""

    def exists(self, name: str) -> bool:
        """Whether a file of this name is there."""

    def read_bytes(self, name: str) -> bytes | None:
        """The content of a file, None if it is not there."""

    def list(self, folder: str = "") -> list[str]:
        """The names of all files below a folder, sorted; without those half written."""

    def write(self, name: str, local: Path) -> None:
        """Put a copy of a local file there, in the place of an older one.

        Parameters
        ----------
        name
            What it is called there: relative, with ``/`` between folders, which are made.
        local
            The file to copy.

        """

    def write_bytes(self, name: str, content: bytes) -> None:
        """Put a small file there, in the place of an older one."""

    def write_folder(self, name: str, local: Path) -> None:
        """Put a copy of a local folder there, in the place of an older one.

        Parameters
        ----------
        name
            As for `write`.
        local
            The folder to copy; what the older one had more is gone afterwards.

        """

    def remove(self, name: str) -> None:
        """Take a file or a folder away, if it is there."""

    def sweep(self) -> None:
        """Take away what processes that were killed left half written, and nothing else."""


def unseen(shown: str) -> str:
    """What is said of a worker that does not see a place."""
    return (
        f"A worker does not see {shown}; give --out a folder that all machines share, or an "
        "address such as s3://bucket/folder."
    )


def open_storage(out: str | Path) -> Storage:
    """The place that ``--out`` names; an OutputError for one that cannot be written to."""
    text = os.fspath(out)
    if not is_address(text):
        return LocalStorage(Path(text))
    try:
        address = parse_address(text)
    except InputError as error:
        raise OutputError(str(error)) from None
    if address.is_file:
        return LocalStorage(Path(address.path))
    if address.is_web:
        raise OutputError("Nothing can be written to a web server; give --out a folder or bucket.")
    return RemoteStorage(address)
