"""The tables of a batch: what goes in comes out, and no cell is a formula."""

from __future__ import annotations

import csv
import dataclasses
import math
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from grade_rows import make_failure, make_row, many, names, rows
from hypothesis import given, settings
from hypothesis import strategies as st

from posecheck.errors import InputError, OutputError
from posecheck.present.grades import (
    COLUMNS,
    read_grades,
    write_grades_csv,
    write_grades_parquet,
)
from posecheck.present.spreadsheet import defused, restored, spelled
from posecheck.types import ClipGrade

Writer = Callable[[Iterable[ClipGrade], Path], None]
WRITERS = {"grades.csv": write_grades_csv, "grades.parquet": write_grades_parquet}
CONTRACT = [
    "clip", "sha256", "verdict", "score", "side", "variant", "reps", "tension_knee_flexion_deg",
    "tension_hip_flexion_deg", "exercise", "peak_deg", "faults", "warnings", "error", "seconds",
]  # fmt: skip
both = pytest.mark.parametrize("name", WRITERS)


def same(one: ClipGrade, other: ClipGrade) -> bool:
    """Equal, NaN and NaN too, but for the curve, which no table holds."""
    return repr(dataclasses.replace(one, knee_curve_deg=())) == repr(
        dataclasses.replace(other, knee_curve_deg=())
    )


def cells(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


@both
@given(table=st.lists(rows(), max_size=4))
@settings(max_examples=40)
def test_what_is_written_is_read(
    name: str, table: list[ClipGrade], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever the names, and with numbers to the digits that are kept."""
    path = tmp_path_factory.getbasetemp() / name
    WRITERS[name](table, path)
    found = read_grades(path)
    assert len(found) == len(table)
    for one, other in zip(found, table, strict=True):
        assert same(one, other)


@given(text=names)
def test_a_defused_text_comes_back(text: str) -> None:
    """The apostrophes that were put in, and no others, are taken off."""
    assert restored(defused(text)) == text


@given(text=names, delimiter=st.sampled_from([",", ";", "\t"]))
def test_no_cell_is_a_formula(
    text: str, delimiter: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """With whatever delimiter a spreadsheet opens the file, each cell that begins is text."""
    path = tmp_path_factory.getbasetemp() / "formula.csv"
    write_grades_csv([make_row(clip=text, subject=text, folder=text, error=text)], path)
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.reader(stream, delimiter=delimiter):
            for cell in row:
                assert delimiter != "," or not cell.startswith(("\t", "\r"))
                # After quotes that a reader with another delimiter leaves in, and space.
                assert not cell.strip(' "\t\r\n').startswith(("=", "+", "-", "@")), cell


def test_numbers_stay_numbers(tmp_path: Path) -> None:
    """A negative angle has no apostrophe; what is unknown is empty."""
    write_grades_csv(
        [make_row(tension_knee_flexion_deg=-3.2, tension_hip_flexion_deg=math.inf)],
        tmp_path / "grades.csv",
    )
    header, row = cells(tmp_path / "grades.csv")
    found = dict(zip(header, row, strict=True))
    assert header[: len(CONTRACT)] == CONTRACT
    assert header[len(CONTRACT) :] == [
        "subject", "session_date", "therapist", "symptoms_before", "symptoms_after", "note",
        "folder", "frames",
    ]  # fmt: skip
    assert found["tension_knee_flexion_deg"] == "-3.2"
    assert found["tension_hip_flexion_deg"] == ""
    assert (found["score"], found["reps"], found["seconds"]) == ("96", "6", "3.125")


def test_parquet_is_typed(tmp_path: Path) -> None:
    """Text, whole numbers and numbers, null where unknown."""
    write_grades_parquet([make_failure(), make_row()], tmp_path / "grades.parquet")
    table = pyarrow.parquet.read_table(tmp_path / "grades.parquet")
    types = {field.name: str(field.type) for field in table.schema}
    assert list(types) == list(COLUMNS)
    assert types["clip"] == types["faults"] == "string"
    assert types["score"] == types["reps"] == types["frames"] == "int64"
    assert types["tension_knee_flexion_deg"] == types["seconds"] == "double"
    failure, passed = table.to_pylist()
    unknown = {k for k, v in failure.items() if v is None}
    assert unknown == set(COLUMNS) - {"clip", "error", "frames"}
    assert (passed["faults"], passed["tension_knee_flexion_deg"]) == ("", 24.8)


@both
def test_a_table_of_no_clips(name: str, tmp_path: Path) -> None:
    """It has its columns and no rows."""
    WRITERS[name]([], tmp_path / name)
    assert read_grades(tmp_path / name) == []


@both
def test_bytes_that_are_no_text(name: str, tmp_path: Path) -> None:
    """A file's name that is not UTF-8 is spelled out, as is NUL."""
    clip = os.fsdecode(b"caf\xe9.mp4")
    WRITERS[name]([make_row(clip=clip, error="a\0b", faults=(clip,))], tmp_path / name)
    (row,) = read_grades(tmp_path / name)
    assert row.clip == spelled(clip) == r"caf\xe9.mp4"
    assert row.faults == (r"caf\xe9.mp4",)
    assert row.error == r"a\x00b"


@both
def test_a_table_is_there_whole_or_not_at_all(name: str, tmp_path: Path) -> None:
    """What goes wrong among the rows leaves the older table, and nothing beside it."""

    def breaks() -> Iterator[ClipGrade]:
        yield from many(3000)
        raise RuntimeError("no more")

    WRITERS[name]([make_row()], tmp_path / name)
    with pytest.raises(RuntimeError, match="no more"):
        WRITERS[name](breaks(), tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert len(read_grades(tmp_path / name)) == 1


@both
def test_where_nothing_can_be_written(name: str, tmp_path: Path) -> None:
    """The error names the file."""
    with pytest.raises(OutputError, match=name):
        WRITERS[name]([make_row()], tmp_path / "missing" / name)


@both
def test_the_contracts_columns_suffice(name: str, tmp_path: Path) -> None:
    """In any order, and with others beside them."""
    path = tmp_path / name
    WRITERS[name](many(10), path)
    if name.endswith("csv"):
        shown = [[*reversed(row[: len(CONTRACT)]), "more"] for row in cells(path)]
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(shown)
    else:
        kept = pyarrow.parquet.read_table(path).select(CONTRACT[::-1])
        pyarrow.parquet.write_table(kept, path)
    for found, row in zip(read_grades(path), many(10), strict=True):
        assert same(
            found,
            dataclasses.replace(row, subject=None, session_date=None, folder=None, frames=0),
        )


def test_a_table_that_a_spreadsheet_saved(tmp_path: Path) -> None:
    """Semicolons, decimal commas, Windows' Latin and its line ends are understood."""
    write_grades_csv([make_row(clip="Übung.mp4", subject="a;b")], tmp_path / "grades.csv")
    header, row = cells(tmp_path / "grades.csv")
    row = [cell.replace(".", ",") if cell == "24.8" else cell for cell in row]
    with (tmp_path / "saved.csv").open("w", encoding="cp1252", newline="") as stream:
        csv.writer(stream, delimiter=";").writerows([header, row])
    (found,) = read_grades(tmp_path / "saved.csv")
    assert same(found, make_row(clip="Übung.mp4", subject="a;b"))


def change(column: str, value: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        write_grades_csv([make_row()], path)
        header, row = cells(path)
        row[header.index(column)] = value
        path.write_text(f"{','.join(header)}\n{','.join(row)}\n")

    return make


def without(path: Path) -> None:
    path.write_text("clip,verdict,score\na.mp4,pass,90\n")


def cut_short(path: Path) -> None:
    write_grades_parquet(many(100), path)
    path.write_bytes(path.read_bytes()[:2000])


def numbers_for_names(path: Path) -> None:
    write_grades_parquet([make_row()], path)
    table = pyarrow.parquet.read_table(path)
    column = pyarrow.array([7])
    pyarrow.parquet.write_table(table.set_column(0, "clip", column), path)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda _: None, "is not there"),
        (lambda path: path.mkdir(), "is a folder"),
        (os.mkfifo, "is not a file"),
        (lambda path: path.touch(), "is empty"),
        (lambda path: path.write_bytes(b"\0\1\2"), "not text"),
        (lambda path: path.write_bytes(b"PK\x03\x04"), "save it as CSV"),
        (lambda path: path.write_text('clip\n"open'), "line 2: this is not a table"),
        (without, "no column sha256, side, variant, reps, tension_knee_flexion_deg"),
        (change("verdict", "good"), "line 2: verdict cannot be 'good'"),
        (change("reps", "6.5"), "line 2: reps cannot be '6.5'"),
        (change("score", "1e999"), "line 2: score cannot be"),
        (change("seconds", "1,2"), "14 cells|24 cells under 23"),
        (cut_short, "damaged Parquet"),
        (numbers_for_names, "row 1: clip cannot be '7'"),
    ],
)
def test_what_is_no_table_of_grades(
    make: Callable[[Path], Any], words: str, tmp_path: Path
) -> None:
    """The error says what is wrong, and where."""
    path = tmp_path / "grades.csv"
    make(path)
    with pytest.raises(InputError, match=words):
        read_grades(path)
