"""Tables of clips: what they say is taken, what makes no sense is a problem of its row."""

from __future__ import annotations

import datetime
import unicodedata
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from batch_servers import PASSWORD, web_server

from posecheck.apps.batch.inputs import list_jobs
from posecheck.apps.batch.tasks import ClipJob
from posecheck.errors import InputError
from posecheck.types import Subject

Form = Literal["NFC", "NFD"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two clips and a prescription."""
    (tmp_path / "clips").mkdir()
    for name in ("a.mp4", "b.mp4"):
        (tmp_path / "clips" / name).write_bytes(name.encode())
    (tmp_path / "mine.toml").write_text('name = "mine"\n')
    return tmp_path


def jobs_of(path: Path, content: str | bytes) -> list[ClipJob]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list_jobs([str(path)])


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_what_a_row_says(folder: Path, separator: str) -> None:
    rows = (
        ("Clip", "Patient ID", "prescription", "side", "session date", "room"),
        ("clips/a.mp4", "p 1", "mine.toml", "Left", "2026-03-31", "4"),
        ("clips/b.mp4", "", "knee-bends-10", "auto", "", "4"),
    )
    text = "\ufeff" + "\r\n".join(separator.join(row) for row in rows)
    first, second = jobs_of(folder / "list.csv", text)
    assert (first.name, first.record.name, first.side) == ("clips/a.mp4", "p 1", "left")
    assert (first.prescription, first.record.date) == (folder / "mine.toml", "2026-03-31")
    assert Path(first.location) == folder / "clips" / "a.mp4"
    assert second.prescription == "knee-bends-10"
    assert (second.side, second.record.name, second.record.date) == (None, None, None)
    assert first.problem is second.problem is None


def test_parquet(folder: Path) -> None:
    table = pa.table({
        "clip": ["clips/a.mp4", "clips/b.mp4"], "subject_id": [12.0, None],
        "date": [datetime.date(2026, 3, 31), None], "other": [[1], [2]],
    })  # fmt: skip
    pq.write_table(table, folder / "list.parquet")
    first, second = list_jobs([str(folder / "list.parquet")])
    assert (first.record.name, first.record.date) == ("12", "2026-03-31")
    assert (second.record.name, second.record.date) == (None, None)


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("clips/a.mp4,R,", "side is 'r'"), ("clips/a.mp4,,3/4/2026", "session date"),
        ("clips/missing.mp4,,", "not there"), ("clips,,", "folder"), (",left,", "no clip"),
        ("clips/a.mp4,up,yesterday", "side is 'up', not left, right or auto; session date"),
        ("s3://key:pw@bucket/a.mp4,,", "bucket"),
    ],
)  # fmt: skip
def test_a_wrong_value_costs_its_row(folder: Path, row: str, word: str) -> None:
    jobs = jobs_of(folder / "list.csv", f"clip,side,session_date\n{row}\nclips/b.mp4,right,\n")
    wrong = [job for job in jobs if job.problem]
    assert len(jobs) == 2
    assert len(wrong) == 1
    assert word in (wrong[0].problem or "")
    assert "pw" not in wrong[0].name + (wrong[0].problem or "")


def test_clips_of_one_name_in_two_tables_are_told_apart(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    for day in ("monday", "tuesday"):
        (folder / day).mkdir()
        (folder / day / "1.mp4").write_text(day)
        (folder / day / "list.csv").write_text("clip\n1.mp4\n../clips/a.mp4\n")
    names = [job.name for job in list_jobs(["monday/list.csv", "tuesday/list.csv"])]
    assert names == ["../clips/a.mp4", "monday/1.mp4", "tuesday/1.mp4"]


def test_a_prescription_that_is_not_there(folder: Path) -> None:
    (job,) = jobs_of(folder / "list.csv", "clip,prescription\nclips/a.mp4,other.toml\n")
    assert "other.toml" in (job.problem or "")


def test_rows_that_contradict_each_other(folder: Path) -> None:
    """Neither leg is believed; equal rows are one."""
    twice = "clips/b.mp4,left\n" * 2
    text = f"clip,side\nclips/a.mp4,left\nclips/../clips/a.mp4,right\n{twice}"
    first, second = jobs_of(folder / "list.csv", text)
    assert "more than once" in (first.problem or "")
    assert first.side is None
    assert (second.side, second.problem) == ("left", None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_a_table_as_a_spreadsheet_saves_it(folder: Path, encoding: str) -> None:
    (folder / "Müller.mp4").touch()
    (folder / "list.csv").write_bytes("clip;side\nMüller.mp4;left\n".encode(encoding))
    (job,) = list_jobs([str(folder / "list.csv")])
    assert (job.name, job.side, job.problem) == ("Müller.mp4", "left", None)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"file,side\na.mp4,left\n", "no column named clip"), (b"", "is empty"),
        (b"clip,Patient,subject\na,b,c\n", "two columns"), (b"PK\x03\x04", "workbook"),
        (b'clip\n"a.mp4\n', "not a table"), (b"PAR1nonsense", "Parquet"),
        (b"clip\n" + b"x" * 200_000, "not a table"), (b"clip\n\n", "no clip in"),
    ],
)  # fmt: skip
def test_what_is_no_table_of_clips(folder: Path, content: bytes, word: str) -> None:
    with pytest.raises(InputError, match=word) as caught:
        jobs_of(folder / "list.csv", content)
    assert "\n" not in str(caught.value)


def test_a_table_on_a_web_server(folder: Path) -> None:
    """Its clips are beside it, with the same right to fetch them."""
    (folder / "clips" / "c d#.mp4").write_bytes(b"clip")
    (folder / "list.csv").write_text("clip,side\nclips/a.mp4,left\nclips/c d#.mp4,\n")
    with web_server(folder, "locked") as host:
        first, second = list_jobs([f"http://nurse:{PASSWORD}@{host}/list.csv"])
    assert (first.name, first.side) == ("clips/a.mp4", "left")
    assert first.location == f"http://nurse:{PASSWORD}@{host}/clips/a.mp4"
    assert (second.name, second.location.rpartition("/")[2]) == ("clips/c d#.mp4", "c%20d%23.mp4")


@pytest.mark.parametrize("there", ["NFC", "NFD"])
@pytest.mark.parametrize("written", ["NFC", "NFD"])
@pytest.mark.parametrize("separator", ["/", "\\"])
@pytest.mark.parametrize("whole", [False, True])
def test_names_as_other_systems_write_them(
    there: Form, written: Form, separator: str, whole: bool, tmp_path: Path
) -> None:
    """Accents as one character or two, and backslashes: the file is found, and named as it is."""
    name = "Müller/Übung é.mp4"
    file = tmp_path / unicodedata.normalize(there, name)
    file.parent.mkdir()
    file.write_bytes(b"a")
    said = unicodedata.normalize(written, f"{tmp_path}/{name}" if whole else name)
    (job,) = jobs_of(tmp_path / "list.csv", f"clip\n{said.replace('/', separator)}\n")
    assert job.problem is None
    assert Path(job.location) == file
    assert job.name == (str(file) if whole else str(file.relative_to(tmp_path)))
    assert job.short_name == file.name


def test_a_backslash_that_is_in_the_name_stays(tmp_path: Path) -> None:
    (tmp_path / "a\\b.mp4").write_bytes(b"a")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.mp4").write_bytes(b"b")
    (job,) = jobs_of(tmp_path / "list.csv", "clip\na\\b.mp4\n")
    assert Path(job.location).name == "a\\b.mp4"


@pytest.mark.parametrize("name", ["week\\a.mp4", "Übung.mp4", "Müller\\ü.mp4", "/nö/ü.mp4", ".."])
def test_names_of_nothing_are_said_as_they_are(name: str, tmp_path: Path) -> None:
    (job,) = jobs_of(tmp_path / "list.csv", f"clip\n{name}\n")
    assert job.problem is not None
    assert job.name == name


def test_the_same_file_in_two_spellings_is_graded_once(tmp_path: Path) -> None:
    (tmp_path / "Übung.mp4").write_bytes(b"a")
    forms: tuple[Form, ...] = ("NFC", "NFD")
    rows = "\n".join(unicodedata.normalize(form, "Übung.mp4") for form in forms)
    (job,) = jobs_of(tmp_path / "list.csv", f"clip\n{rows}\n")
    assert job.problem is None


def test_a_prescription_is_found_in_the_same_way(folder: Path) -> None:
    (folder / "für").mkdir()
    (folder / "für" / "mine.toml").write_text('name = "mine"\n')
    said = unicodedata.normalize("NFD", "für\\mine.toml")
    (job,) = jobs_of(folder / "list.csv", f"clip,prescription\nclips\\a.mp4,{said}\n")
    assert job.problem is None
    assert job.name == "clips/a.mp4"
    assert job.prescription == folder / "für" / "mine.toml"


@pytest.mark.parametrize(
    ("written", "day"),
    [
        *((text, "2026-03-31") for text in (
            "2026-03-31", "31.03.2026", "31/3/2026", "3/31/2026", "2026/03/31", "20260331",
            "46112", "46112,4375", "46112.5", "2026-03-31 00:00:00", "2026-03-31T00:00:00.000",
            "31.03.2026 00:00", "3/31/2026 12:00:00 AM", "3/31/2026 14:30",
        )),
        ("2026-03-31 14:30", "2026-03-31 14:30"), ("-", None), ("n/a", None),
    ],
)  # fmt: skip
def test_a_day_as_a_spreadsheet_writes_it(written: str, day: str | None, folder: Path) -> None:
    (job,) = jobs_of(folder / "list.csv", f"clip;session_date\nclips/a.mp4;{written}\n")
    assert (job.record.date, job.problem) == (day, None)


@pytest.mark.parametrize(
    "written", ["yesterday", "2026", "123456", "99999", "31.2.2026", "13/13/2026"]
)
def test_what_is_no_day(written: str, folder: Path) -> None:
    (job,) = jobs_of(folder / "list.csv", f"clip;session_date\nclips/a.mp4;{written}\n")
    assert f"session date {written!r} is no day; write it like 2026-03-31" in (job.problem or "")


@pytest.mark.parametrize(
    ("other", "day"),
    [("3/30/2026", "2026-03-04"), ("30/3/2026", "2026-04-03"), ("30.3.2026", None), ("", None)],
)
def test_a_day_that_may_be_two_is_told_by_its_column(
    other: str, day: str | None, folder: Path
) -> None:
    """Or refused, with both days that it may be."""
    rows = f"clips/a.mp4;3/4/2026\nclips/b.mp4;{other}\n"
    job, _ = jobs_of(folder / "list.csv", f"clip;date\n{rows}")
    assert job.record.date == day
    if day is None:
        assert "'3/4/2026' may be 2026-04-03 or 2026-03-04" in (job.problem or "")


def test_a_column_that_contradicts_itself_tells_nothing(folder: Path) -> None:
    (folder / "clips/c.mp4").write_text("c")
    days = zip("abc", ("3/30/2026", "30/3/2026", "3/4/2026"), strict=True)
    rows = "\n".join(f"clips/{name}.mp4;{day}" for name, day in days)
    *clear, unclear = jobs_of(folder / "list.csv", f"clip;date\n{rows}\n")
    assert [job.record.date for job in clear] == ["2026-03-30", "2026-03-30"]
    assert "may be" in (unclear.problem or "")


def test_all_that_is_said_of_a_session(folder: Path) -> None:
    text = (
        "clip;Patient;session date;Therapist;Note;Symptoms before (0-10);symptoms_after\n"
        'clips/a.mp4; K-204 ;30.03.2026;Jo  Doe;"Slept badly;\nbetter now";4,0;0\n'
        "clips/b.mp4;;;;;-;\n"
    )
    first, second = jobs_of(folder / "list.csv", text)
    assert first.record == Subject(
        "K-204", "2026-03-30", "Jo Doe", 4, 0, "Slept badly;\nbetter now"
    )
    assert second.record == Subject()
    assert first.problem is second.problem is None


def test_the_same_from_parquet(folder: Path) -> None:
    table = pa.table({
        "clip": ["clips/a.mp4", "clips/b.mp4"], "patient": ["K-204", None],
        "session_date": [datetime.datetime(2026, 3, 30), None], "therapist": ["Jo", None],
        "symptoms_before": [4.0, None], "symptoms_after": [2.0, None], "note": [None, "Ok"],
    })  # fmt: skip
    pq.write_table(table, folder / "list.parquet")
    first, second = list_jobs([str(folder / "list.parquet")])
    assert first.record == Subject("K-204", "2026-03-30", "Jo", 4, 2)
    assert second.record == Subject(note="Ok")


@pytest.mark.parametrize(
    ("column", "value", "word"),
    [
        ("symptoms_before", "11", "symptoms before '11' is no whole number from 0 to 10"),
        ("symptoms_after", "4.5", "symptoms after '4.5' is no whole number from 0 to 10"),
        ("symptoms_after", "worse", "symptoms after 'worse' is no whole number"),
        ("note", "n" * 2001, "is longer than 2000 characters"),
        ("therapist", "t" * 201, "is longer than 200 characters"),
    ],
)
def test_a_record_that_makes_no_sense_costs_its_row(
    column: str, value: str, word: str, folder: Path
) -> None:
    text = f"clip;{column}\nclips/a.mp4;{value}\nclips/b.mp4;\n"
    wrong, fine = jobs_of(folder / "list.csv", text)
    assert word in (wrong.problem or "")
    assert fine.problem is None


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_columns_that_are_not_used_are_said(folder: Path, form: str) -> None:
    """A misspelled one would otherwise grade every clip by something else."""
    path = folder / f"study.{form}"
    columns = {"Clip": ["clips/a.mp4"], "prescripton": ["mine.toml"], "Room": ["3"], "side": [""]}
    if form == "csv":
        path.write_text("Clip,prescripton,Room,side\nclips/a.mp4,mine.toml,3,\n")
    else:
        pq.write_table(pa.table(columns), path)
    said: list[str] = []
    assert len(list_jobs([str(path)], said.append)) == 1
    (sentence,) = said
    assert sentence.startswith(f"The columns prescripton, Room of {path} are NOT used")
    assert "prescription" in sentence.split("known")[1]
    list_jobs([str(folder / "clips")], said.append)
    assert len(said) == 1


def test_where_all_columns_are_used_nothing_is_said(folder: Path) -> None:
    (folder / "study.csv").write_text("clip,patient_id,side,\nclips/a.mp4,K-1,left,\n")
    said: list[str] = []
    list_jobs([str(folder / "study.csv")], said.append)
    assert said == []
