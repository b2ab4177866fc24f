"""What is the same clip, and where each report goes."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.apps.batch.plan import Plan, Settings, plan
from posecheck.apps.batch.tasks import ClipJob, safe_folder

OUT = Settings("out")


def job(path: Path, **more: object) -> ClipJob:
    return ClipJob(str(path), path.name, path.stem, **more)  # type: ignore[arg-type]


def write(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def folders(todo: Plan) -> dict[str, str | None]:
    """Each task's clip, and the folder that it gets once its hash is known."""
    return {p.task.job.location: p.task.folder_name("0123456789abcdef") for p in todo.planned}


@given(st.text(max_size=300))
def test_any_stem_makes_a_name_that_every_disk_takes(stem: str) -> None:
    name = safe_folder(stem)
    assert name not in ("", ".", "..")
    assert not set(name) & set('/\\:*?"<>|\0\n\r\t')
    assert not name.startswith(".")
    assert len(name.encode()) <= 181
    assert safe_folder(name) == name


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("Knee, week 2", "Knee, week 2"), ("", "clip"), (".", "clip"), ("..", "clip"),
        (".posecheck", "_posecheck"), ("../up", "_._up"), ("a\nb", "a_b"), ("🦵", "🦵"),
        ("x" * 240, "x" * 180), ("index.html", "index.html_"), ("aux", "aux_"),
        ("=cmd()", "=cmd()"), ("\udcff", "_"),
    ],
)  # fmt: skip
def test_names(stem: str, name: str) -> None:
    assert safe_folder(stem) == name


def test_the_same_content_is_graded_once(tmp_path: Path) -> None:
    jobs = [
        job(write(tmp_path / "b.mp4", "same")), job(write(tmp_path / "c.mp4", "othe")),
        job(write(tmp_path / "sub/a.mp4", "same")), job(write(tmp_path / "d.mp4", "longer")),
    ]  # fmt: skip
    todo = plan(jobs, OUT)
    assert sorted(p.jobs for p in todo.planned) == [(1,), (2, 0), (3,)]


def test_stems_that_collide_get_their_hash_and_others_do_not(tmp_path: Path) -> None:
    jobs = [
        job(write(tmp_path / "a/clip.mp4", "one")), job(write(tmp_path / "b/clip.mp4", "another")),
        job(write(tmp_path / "c/CLIP.mp4", "a third")), job(write(tmp_path / "d/own.mp4", "it")),
        job(write(tmp_path / "e/own.mp4", "it")),
    ]  # fmt: skip
    got = folders(plan(jobs, OUT))
    assert sorted(filter(None, got.values())) == [
        "CLIP-01234567", "clip-01234567", "clip-01234567", "own",
    ]  # fmt: skip


@given(st.randoms(use_true_random=False))
def test_the_order_does_not_matter(rng: random.Random) -> None:
    """Nor do files that cannot be read; locations are made up, as a cluster's may be."""
    jobs = [
        ClipJob(f"s3://bucket/{i}/{stem}.mp4", f"{i}/{stem}.mp4", stem)
        for i in range(3) for stem in ("x", "y", f"z{i}")
    ]  # fmt: skip
    mixed = rng.sample(jobs, len(jobs))
    assert folders(plan(mixed, OUT)) == folders(plan(jobs, OUT))


def test_two_prescriptions_of_one_clip_are_two_reports(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mp4", "x")
    jobs = [job(path), job(path, prescription="ankle-pumps-10"), job(path, side="left")]
    todo = plan(jobs, OUT)
    assert len(todo.planned) == len(set(folders_of(todo))) == 3


@pytest.mark.parametrize("far", ["s3://bucket/x/clip.mp4", "/only/workers/see/clip.mp4"])
def test_reports_of_what_may_be_the_same_content_never_share_a_folder(
    far: str, tmp_path: Path
) -> None:
    """What is behind an address is known too late: here everything turns out to be the same."""
    near = write(tmp_path / "clip.mp4", "x")
    asked = [{}, {"prescription": "ankle-pumps-10"}]
    jobs = [ClipJob(far, "clip.mp4", "clip", **more) for more in asked]  # type: ignore[arg-type]
    jobs += [job(near, **more) for more in asked]
    names = set(folders_of(plan(jobs, OUT)))
    assert len(names) == 2
    # a report holds the name of the clip
    other = ClipJob("s3://bucket/clip.mov", "clip.mov", "clip")
    assert len(set(folders_of(plan([jobs[0], other], OUT)))) == 2
    assert len(set(folders_of(plan([*jobs, other], OUT)))) == 3
    # who does nothing unusual gets no longer name
    assert folders_of(plan([jobs[0]], OUT)) == ["clip"]
    assert folders_of(plan([jobs[0], jobs[2]], OUT)) == ["clip-00000000"] * 2


def folders_of(todo: Plan) -> list[str | None]:
    return [p.task.folder_name("0" * 64) for p in todo.planned]


def test_what_is_wrong_with_a_job_is_known_before_it_is_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")  # would be waited for
    jobs = [
        job(tmp_path / "a.mp4", problem="It is a link to nowhere."),
        job(tmp_path / "b.mp4", prescription="no-such-one"),
        job(tmp_path / "missing.mp4"), job(tmp_path / "pipe.mp4"),
    ]  # fmt: skip
    todo = plan(jobs, OUT)
    assert todo.problems[0] == "It is a link to nowhere."
    assert "no-such-one" in todo.problems[1]
    assert [p.jobs for p in todo.planned] == [(2,), (3,)]


def test_workers_look_with_the_same_model_wherever_they_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for chosen, told in (("lite", "lite"), ("./lite", tmp_path / "lite"), (None, None)):
        todo = plan([job(write(tmp_path / "a.mp4", "x"))], Settings("out", model=chosen))
        assert [planned.task.model for planned in todo.planned] == [told]


def test_tables_alone_have_no_folders(tmp_path: Path) -> None:
    todo = plan([job(write(tmp_path / "a.mp4", "x"))], Settings("out", pages=False))
    assert folders_of(todo) == [None]
