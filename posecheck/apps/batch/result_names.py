"""What the results of a batch are called in the place where they are kept."""

from __future__ import annotations

from pathlib import Path

from posecheck.errors import OutputError
from posecheck.present.spreadsheet import spelled

CSV, PARQUET, INDEX = "grades.csv", "grades.parquet", "index.html"
TABLES = (CSV, PARQUET)
PLOTLY = "plotly.min.js"  # one copy for all pages
FILES = frozenset((*TABLES, INDEX, PLOTLY))
KEPT = ".posecheck"  # the folder of what is kept from run to run
KEPT_POSES, KEPT_MEASURED, KEPT_ROWS = (f"{KEPT}/{n}" for n in ("poses", "measured", "grades"))
KEPT_FETCHED = f"{KEPT}/fetched"
PARTS = f"{KEPT}/part"  # what is still being written
PROBE = ".posecheck-probe"


def checked(name: str) -> str:
    """A relative name that stays in its place; an OutputError for any other."""
    parts = name.split("/")
    if not name or "\0" in name or "\\" in name or any(part in ("", ".", "..") for part in parts):
        raise OutputError(f"{spelled(name)!r} cannot be the name of a result.")
    return name


def files_below(folder: Path) -> list[Path]:
    """Every file in a folder that was built."""
    return sorted(path for path in folder.rglob("*") if path.is_file())
