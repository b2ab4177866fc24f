"""What results may be called in the place where they are kept."""

from __future__ import annotations

from pathlib import Path

from posecheck.apps.batch.addresses import clean
from posecheck.errors import OutputError

PROBE = ".posecheck-probe"


def checked(name: str) -> str:
    """A relative name that stays in its place; an OutputError for any other."""
    parts = name.split("/")
    if not name or "\0" in name or "\\" in name or any(part in ("", ".", "..") for part in parts):
        raise OutputError(f"{clean(name)!r} cannot be the name of a result.")
    return name


def files_below(folder: Path) -> list[Path]:
    """Every file in a folder that was built."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def is_part(name: str) -> bool:
    """Whether a file or folder of this name is still being written."""
    return name.startswith(".") and name.endswith(".part")
