"""From what was typed to the list of clips: each file once, in whatever order it was typed."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from batch_servers import PASSWORD, SIGNATURE, web_server
from hypothesis import given, settings
from hypothesis import strategies as st

from posecheck.apps.batch.inputs import list_jobs
from posecheck.apps.batch.tasks import ClipJob
from posecheck.errors import InputError


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"clip")


def names(*paths: Path | str) -> list[str]:
    return [job.name for job in list_jobs([str(p) for p in paths])]


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """A folder with clips, other things, and an earlier report."""
    folder = tmp_path / "clips"
    touch(
        folder / "a.mp4", folder / "B.MOV", folder / "notes.txt", folder / ".hidden.mp4",
        folder / "._a.mp4", folder / "week 2" / "a.mp4", folder / "week 2" / "c.webm",
        folder / ".cache" / "d.mp4", folder / "a.posecheck" / "annotated.mp4",
        folder / "a.posecheck" / "report.json", folder / "own" / "annotated.mp4",
    )  # fmt: skip
    return folder


def test_a_folder_is_looked_through(clips: Path) -> None:
    assert names(clips) == ["B.MOV", "a.mp4", "own/annotated.mp4", "week 2/a.mp4", "week 2/c.webm"]


def test_what_is_named_counts_whatever_it_is_called(clips: Path) -> None:
    (job,) = list_jobs([str(clips / "notes.txt")])
    assert job.problem is None
    assert job.stem == "notes"
    assert Path(job.location) == clips / "notes.txt"


def test_globs_are_as_the_shell_would_do_them(clips: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(clips)
    assert names("*.mp4") == ["a.mp4"]
    assert names("week*/*") == ["week 2/a.mp4", "week 2/c.webm"]
    assert names("*.txt") == ["notes.txt"]
    assert names("**/*.mp4") == ["a.mp4", "own/annotated.mp4", "week 2/a.mp4"]


def test_a_name_with_the_signs_of_a_glob_is_taken_as_it_is(tmp_path: Path) -> None:
    touch(tmp_path / "a[1].mp4", tmp_path / "a1.mp4")
    (job,) = list_jobs([str(tmp_path / "a[1].mp4")])
    assert job.stem == "a[1]"


def test_the_same_file_by_many_ways_is_one_clip(clips: Path) -> None:
    (clips / "link.mp4").symlink_to(clips / "a.mp4")
    ways: list[Path | str] = [
        clips,
        clips / "a.mp4",
        clips / "week 2" / ".." / "a.mp4",
        f"file://{clips}/a.mp4",
    ]
    assert names(*ways).count("a.mp4") == 1
    assert "link.mp4" not in names(*ways)


def test_links_are_clips_of_their_own(tmp_path: Path) -> None:
    """Each has its row, as copies have; the same content is graded once all the same."""
    touch(tmp_path / "film")
    (tmp_path / "clips").mkdir()
    links = [tmp_path / "clips" / f"{i}.mp4" for i in range(5)]
    for link in links:
        link.symlink_to("../film" if link.stem in "01" else "../nowhere")
    (tmp_path / "way").symlink_to("clips", target_is_directory=True)
    assert names(tmp_path / "clips") == [link.name for link in links]
    assert len(names(*links)) == len(names(tmp_path / "clips", *links)) == 5
    assert len(names(*links, *(tmp_path / "way" / link.name for link in links))) == 5
    (tmp_path / "list.csv").write_text("clip\nclips/0.mp4\nclips/1.mp4\n")
    assert names(tmp_path / "list.csv") == ["clips/0.mp4", "clips/1.mp4"]
    assert len(names(tmp_path / "list.csv", tmp_path / "clips")) == 5
    # but for one that is only found, beside its target
    (tmp_path / "clips/5.mp4").symlink_to("../film.mp4")
    touch(tmp_path / "film.mp4")
    assert names(tmp_path) == [*(f"clips/{link.name}" for link in links), "film.mp4"]
    assert "5.mp4" in names(tmp_path / "clips")


def test_equal_files_are_two_clips(tmp_path: Path) -> None:
    touch(tmp_path / "a.mp4", tmp_path / "b.mp4")
    assert names(tmp_path) == ["a.mp4", "b.mp4"]


def test_clips_of_one_name_are_told_apart_by_their_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path / "x" / "a.mp4", tmp_path / "y" / "a.mp4")
    monkeypatch.chdir(tmp_path)
    assert names("x", "y") == ["x/a.mp4", "y/a.mp4"]


@given(st.permutations(["clips", "clips/a.mp4", "other", "other/*.mp4", "list.csv"]))
@settings(max_examples=20)
def test_the_order_of_the_paths_is_no_matter(
    tmp_path_factory: pytest.TempPathFactory, order: list[str]
) -> None:
    """The same places in any order are the same list."""
    top = tmp_path_factory.getbasetemp() / "in_any_order"
    paths = ["clips", "clips/a.mp4", "other", "other/*.mp4", "list.csv"]
    if not top.exists():
        touch(top / "clips" / "a.mp4", top / "clips" / "b.mp4", top / "other" / "a.mp4")
        (top / "list.csv").write_text("clip,side\nclips/b.mp4,left\n")
    expected = list_jobs([str(top / path) for path in paths])
    assert list_jobs([str(top / path) for path in order]) == expected
    assert [job.side for job in expected if job.stem == "b"] == ["left"]
    assert len(expected) == 3


def test_what_is_no_file_is_a_clip_with_a_problem(tmp_path: Path) -> None:
    """A pipe is not waited for, and nothing else is opened either."""
    os.mkfifo(tmp_path / "pipe.mp4")
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "gone.mp4").symlink_to(tmp_path / "nowhere")
    (tmp_path / "zero.mp4").symlink_to("/dev/zero")
    (tmp_path / "self.mp4").symlink_to(tmp_path / "self.mp4")
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(tmp_path / "s.mp4"))
        jobs = {job.name: job.problem for job in list_jobs([str(tmp_path)])}
    assert jobs.keys() == {"pipe.mp4", "gone.mp4", "zero.mp4", "self.mp4", "s.mp4"}
    for name, word in {
        "pipe.mp4": "a pipe", "gone.mp4": "link to nothing", "zero.mp4": "a device",
        "s.mp4": "a socket", "self.mp4": "cannot be read",
    }.items():  # fmt: skip
        assert word in (jobs[name] or ""), name
    for name in ("pipe.mp4", "pipe.txt", "gone.mp4"):
        (job,) = list_jobs([str(tmp_path / name)])
        assert job.problem


def test_folders_that_hold_themselves_end(tmp_path: Path) -> None:
    touch(tmp_path / "a.mp4", tmp_path / "deep" / "b.mp4")
    for name in ("one", "two", "three"):
        (tmp_path / "deep" / name).symlink_to(tmp_path, target_is_directory=True)
    assert names(tmp_path) == ["a.mp4", "deep/b.mp4"]
    assert len(names(f"{tmp_path}/**/*.mp4")) == 2


def test_a_folder_that_is_gone_when_it_is_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path / "a.mp4", tmp_path / "locked" / "b.mp4")
    real = os.scandir

    def scandir(path: str) -> object:
        if path.endswith("locked"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    jobs = list_jobs([str(tmp_path)])
    assert [job.name for job in jobs] == ["a.mp4", "locked/"]
    assert "Permission denied" in (jobs[1].problem or "")


def test_hard_names(tmp_path: Path) -> None:
    for name in (
        "=cmd().mp4",
        "a\nb.mp4",
        "<script>.mp4",
        "\U0001f9b5.mp4",
        "x" * 240 + ".mp4",
        "'\".mp4",
    ):
        touch(tmp_path / name)
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.mp4"))).write_bytes(b"clip")
    jobs = list_jobs([str(tmp_path)])
    assert len(jobs) == 7
    for job in jobs:
        job.name.encode("utf-8")
        assert Path(job.location).is_file()


@pytest.mark.parametrize("given", ["nowhere.mp4", "no*.mp4", "a\0b", "x" * 5000, "", "no/**/a.mp4"])
def test_what_is_not_there_is_refused(tmp_path: Path, given: str) -> None:
    with pytest.raises(InputError) as caught:
        list_jobs([str(tmp_path / given) if given else ""])
    assert "\n" not in str(caught.value)


def test_nothing_to_grade_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no clip in"):
        list_jobs([str(tmp_path)])


def test_a_web_folder_is_looked_through(clips: Path) -> None:
    with web_server(clips, "locked") as host:
        jobs = list_jobs([f"http://nurse:{PASSWORD}@{host}/"])
        assert [job.name for job in jobs] == [
            "B.MOV", "a.mp4", "own/annotated.mp4", "week 2/a.mp4", "week 2/c.webm",
        ]  # fmt: skip
        assert all(PASSWORD in job.location for job in jobs)
        assert names(f"http://nurse:{PASSWORD}@{host}/week%202/*.webm") == ["c.webm"]
        with pytest.raises(InputError) as caught:
            list_jobs([f"http://nurse:wrong-{PASSWORD}@{host}/"])
        assert "access is denied" in str(caught.value)
        assert PASSWORD not in str(caught.value)


def test_a_signed_address_is_named_without_its_signature() -> None:
    (job,) = list_jobs([f"https://clinic.example/a/clip.mp4?X-Signature={SIGNATURE}"])
    assert job.name == "https://clinic.example/a/clip.mp4"
    assert job.stem == "clip"
    assert SIGNATURE in job.location


def test_a_server_that_is_not_there() -> None:
    with pytest.raises(InputError, match="does not answer"):
        list_jobs(["http://127.0.0.1:9/clips/"])


@pytest.mark.usefixtures("bucket")
def test_buckets() -> None:
    import s3fs

    files = s3fs.S3FileSystem(use_listings_cache=False)
    for key in (
        "in/a.mp4",
        "in/b c/#1?.MOV",
        "in/notes.txt",
        "in/b c/.x.mp4",
        "in/odd::s3://x.mp4",
    ):
        files.pipe_file(f"clinic/{key}", b"clip")

    def listed(*paths: str) -> list[ClipJob]:
        return list_jobs(paths)

    assert [job.name for job in listed("s3://clinic/in")] == [
        "a.mp4",
        "b c/#1?.MOV",
        "odd::s3://x.mp4",
    ]
    assert len(listed("s3://clinic/in/*.mp4", "s3://clinic/in/")) == 3
    assert [job.name for job in listed("s3://clinic/in/*.mp4")] == ["a.mp4"]
    (job,) = listed("s3://clinic/in/a.mp4")
    assert (job.location, job.stem) == ("s3://clinic/in/a.mp4", "a")
    for missing in ("s3://clinic/in/z.mp4", "s3://clinic/nothing/", "s3://no-such-bucket/a.mp4"):
        with pytest.raises(InputError, match="not there"):
            listed(missing)


def test_a_library_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    from posecheck.apps.batch import addresses
    from posecheck.errors import MissingDependencyError

    monkeypatch.setattr(addresses, "find_spec", lambda _: None)
    with pytest.raises(MissingDependencyError, match=r"pip install gcsfs"):
        list_jobs(["gs://bucket/clip.mp4"])
    with pytest.raises(MissingDependencyError, match=r"pip install s3fs"):
        list_jobs(["s3://bucket/clip.mp4"])
