"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from posecheck.errors import OutputError


@contextmanager
def write_whole(path: Path) -> Iterator[TextIO]:
    """Open a text file that takes its name only when the block ends well.

    It is written beside its place, so that the renaming is one step; whatever goes wrong, an
    interrupt too, the half file is removed and an older one stays as it was. What UTF-8 has
    no bytes for (half a surrogate pair, from a file's name that is no text) is spelled out.
    """
    with (
        place_whole(path) as made,
        made.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream,
    ):
        yield stream


@contextmanager
def place_whole(path: Path) -> Iterator[Path]:
    """Give the name of an empty file beside ``path`` that takes its place at the end.

    Raises
    ------
    OutputError
        If it cannot be written or renamed; it is gone then, and an older one as it was.

    """
    made: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        os.close(handle)
        made = Path(name)
        yield made
        made.chmod(0o666 & ~_umask())  # mkstemp's files are for nobody else's eyes
        made.replace(path)
        made = None
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"Cannot write {path.name} in {path.parent}: {reason}.") from error
    finally:
        if made is not None:
            with suppress(OSError):
                made.unlink()


def _umask() -> int:
    # It can only be read by setting it.
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
