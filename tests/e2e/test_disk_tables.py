"""A disk that fills up under the tables of a batch: said in a sentence, nothing half left."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from grade_rows import make_row, many

from posecheck.errors import OutputError
from posecheck.exercises.language import words_of
from posecheck.present.grades import write_grades_csv, write_grades_parquet
from posecheck.present.index_page import write_index
from posecheck.types import ClipGrade

pytestmark = pytest.mark.root


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 200 KB."""
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def write_page(rows: Iterable[ClipGrade], path: Path) -> None:
    """The index in English."""
    write_index(rows, path, words=words_of())


@pytest.mark.parametrize("write", [write_grades_csv, write_grades_parquet, write_page])
def test_a_full_disk(small_disk: Path, write: Callable[[Iterable[ClipGrade], Path], None]) -> None:
    path = small_disk / "table"
    write([make_row()], path)
    before = path.read_bytes()
    with pytest.raises(OutputError, match="No space left"):
        write(many(30_000), path)
    assert [found.name for found in small_disk.iterdir()] == ["table"]
    assert path.read_bytes() == before
