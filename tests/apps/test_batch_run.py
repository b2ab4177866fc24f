"""Whole batches: every good clip is graded, every bad one has its reason, nothing is done twice.

The children see in each clip what was seen in a sample, so no model is needed; whatever else
happens to a clip is real.
"""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from bad_clips import sound_only
from batch_fakes import Inline, make_clip, run, run_inline

from posecheck.apps.batch.inputs import list_jobs
from posecheck.apps.batch.local_storage import LocalStorage
from posecheck.apps.batch.plan import Settings
from posecheck.apps.batch.runner import run_batch
from posecheck.apps.batch.storage import open_storage
from posecheck.apps.batch.tasks import ClipJob, GradeTask, Limits
from posecheck.apps.batch.worker_pool import LocalExecutor, run_in_worker
from posecheck.apps.review import LOOKS_PER_S
from posecheck.errors import OutputError
from posecheck.exercises.prescription import Prescription, load_prescription
from posecheck.present.grades import read_grades
from posecheck.types import ClipGrade

HERE = Path(__file__).resolve().parent
FILES = ["grades.csv", "grades.parquet", "index.html", "order.js", "plotly.min.js"]


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As long as the sample whose poses are seen in it: it has repetitions."""
    return make_clip(tmp_path_factory.mktemp("long") / "long.mp4", 554)


def rows(out: Path) -> list[ClipGrade]:
    """The table, but for what each clip took."""
    table = read_grades(out / "grades.parquet")
    assert repr(timeless(read_grades(out / "grades.csv"))) == repr(timeless(table))
    return timeless(table)


def timeless(table: list[ClipGrade]) -> list[ClipGrade]:
    return [replace(row, seconds=0.0) for row in table]


def by_clip(out: Path) -> dict[str, ClipGrade]:
    return {row.clip: row for row in rows(out)}


def poses(out: Path) -> dict[str, int]:
    """What was looked at, and when it was kept."""
    kept = (out / ".posecheck/poses").rglob("*.npz")
    return {path.name: path.stat().st_mtime_ns for path in kept}


def worker_processes() -> list[psutil.Process]:
    """Those that work on clips; `multiprocessing` has others."""
    children = psutil.Process().children(recursive=True)
    return [child for child in children if "posecheck.apps.batch.worker_main" in child.cmdline()]


def halves(folder: Path) -> list[str]:
    return [str(p) for p in folder.rglob(".*") if p.name.endswith((".part", ".old"))]


def test_a_batch_writes_tables_a_page_and_a_folder_for_each_clip(
    long_clip: Path, tmp_path: Path
) -> None:
    clips = tmp_path / "clips"
    (clips / "sub").mkdir(parents=True)
    shutil.copy(long_clip, clips / "a.mp4")
    shutil.copy(long_clip, clips / "twin.mp4")
    make_clip(clips / "b.mp4", 30, seed=1)
    make_clip(clips / "sub/b.mp4", 30, seed=2)
    out = tmp_path / "out"
    done = run(clips, out)
    assert (done.summary.total, done.summary.failed, done.interrupted) == (4, 0, False)
    table = by_clip(out)
    one, twin = table["a.mp4"], table["twin.mp4"]
    assert one.verdict in ("pass", "needs_work")
    assert (one.reps, one.side, one.variant, one.frames) == (6, "left", "ankle_pump", 554)
    assert replace(twin, clip="a.mp4") == one
    seconds = {row.clip: row.seconds for row in read_grades(out / "grades.csv")}
    assert seconds["twin.mp4"] != seconds["twin.mp4"]  # NaN: nothing was done for it
    hashes = {row.clip: row.sha256 or "" for row in table.values() if row.clip.endswith("b.mp4")}
    folders = {"a", *(f"b-{sha256[:8]}" for sha256 in hashes.values())}
    assert len(folders) == 3
    assert {p.name for p in out.iterdir()} == {*folders, *FILES, ".posecheck"}
    for folder in folders:
        assert {p.name for p in (out / folder).iterdir()} == {
            "report.json", "report.html", "angles.csv", "poses.npz",
        }  # fmt: skip
        assert (out / folder / "report.html").stat().st_size < 1_000_000  # the script is shared
    assert len(poses(out)) == 3


def test_running_again_does_nothing_and_with_another_prescription_looks_at_nothing(
    long_clip: Path, tmp_path: Path
) -> None:
    clips, out = tmp_path / "clips", tmp_path / "out"
    clips.mkdir()
    shutil.copy(long_clip, clips)
    make_clip(clips / "b.mp4", 30)
    run_inline(clips, out)
    before, table, report = poses(out), rows(out), (out / "long/report.json").read_text()
    again = run_inline(clips, out, runs="batch_fakes:do_not_look")
    assert (again.summary.kept, rows(out), poses(out)) == (2, table, before)
    other = load_prescription("knee-bends-10")
    changed = run_inline(clips, out, runs="batch_fakes:do_not_measure", prescription=other)
    assert (changed.summary.kept, changed.summary.failed) == (0, 0)
    assert rows(out) != table
    assert poses(out) == before
    assert (out / "long/report.json").read_text() != report
    fresh = tmp_path / "fresh"
    run_inline(clips, fresh, prescription=other)
    for name in ("report.json", "report.html", "angles.csv", "poses.npz"):
        assert (out / "long" / name).read_bytes() == (fresh / "long" / name).read_bytes()
    # and from the poses alone
    shutil.rmtree(out / ".posecheck/measured")
    shutil.rmtree(out / ".posecheck/grades")
    run_inline(clips, out, runs="batch_fakes:do_not_look", prescription=other)
    assert (out / "long/report.json").read_bytes() == (fresh / "long/report.json").read_bytes()
    run_inline(clips, out, runs="batch_fakes:do_not_look")
    assert rows(out) == table
    assert (out / "long/report.json").read_text() == report


def test_a_row_is_as_old_as_the_folder_of_its_report(tmp_path: Path) -> None:
    """A row that was kept does not stand for a report of another prescription."""
    clip, out = make_clip(tmp_path / "a.mp4"), tmp_path / "out"
    run_inline([clip], out)
    table, report = rows(out), (out / "a/report.json").read_text()
    run_inline([clip], out, prescription=load_prescription("knee-bends-10"))
    assert (out / "a/report.json").read_text() != report
    # back to the first: its row was kept, but the folder holds the other report by now
    run_inline([clip], out, runs="batch_fakes:do_not_measure")
    assert rows(out) == table
    assert (out / "a/report.json").read_text() == report


def test_a_report_that_was_taken_away_or_changed_is_written_again(tmp_path: Path) -> None:
    clip, out = make_clip(tmp_path / "a.mp4"), tmp_path / "out"
    run_inline([clip], out)
    report = (out / "a/report.json").read_text()
    (out / "a/report.html").unlink()
    run_inline([clip], out, runs="batch_fakes:do_not_look")
    assert (out / "a/report.html").exists()
    for spoil in (shutil.rmtree, lambda folder: (folder / "report.json").write_text("{}")):
        spoil(out / "a")
        run_inline([clip], out, runs="batch_fakes:do_not_look")
        assert (out / "a/report.json").read_text() == report


def test_kept_poses_that_are_damaged_are_made_again(tmp_path: Path) -> None:
    clip, out = make_clip(tmp_path / "a.mp4"), tmp_path / "out"
    run_inline([clip], out)
    table = rows(out)
    (file,) = (out / ".posecheck/poses").rglob("*.npz")
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    shutil.rmtree(out / "a")
    run_inline([clip], out)
    assert file.read_bytes() == whole
    assert rows(out) == table
    (file,) = (out / ".posecheck/measured").rglob("*.npz")
    for spoiled in (b"", file.read_bytes()[:-40], b"no archive", bytes(500)):
        file.write_bytes(spoiled)
        shutil.rmtree(out / "a")
        run_inline([clip], out, runs="batch_fakes:do_not_look")
        assert rows(out) == table


def test_tables_alone(tmp_path: Path) -> None:
    clip, out = make_clip(tmp_path / "a.mp4"), tmp_path / "out"
    run_inline([clip], out, pages=False)
    assert {p.name for p in out.iterdir()} == {".posecheck", *FILES[:3]}
    assert rows(out)[0].folder is None
    assert run_inline([clip], out, pages=False).summary.kept == 1


def test_the_annotated_video_is_there_when_asked_for(tmp_path: Path) -> None:
    clip, out = make_clip(tmp_path / "a.mp4"), tmp_path / "out"
    run_inline([clip], out)
    assert not (out / "a/annotated.mp4").exists()
    run_inline([clip], out, video=True, runs="batch_fakes:do_not_look")
    assert (out / "a/annotated.mp4").exists()
    assert run_inline([clip], out, video=True, runs="batch_fakes:do_not_look").summary.kept == 1


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    clip, out = make_clip(tmp_path / "monday.mp4"), tmp_path / "out"
    (out / "monday").mkdir(parents=True)
    (out / "monday/thesis.txt").write_text("years of work")
    assert run_inline([clip], out).summary.failed == 1
    assert "left alone" in (rows(out)[0].error or "")
    assert (out / "monday/thesis.txt").read_text() == "years of work"
    (out / "monday/thesis.txt").rename(out / "monday/.thesis.part")
    assert run_inline([clip], out).summary.failed == 1
    assert (out / "monday/.thesis.part").read_text() == "years of work"


@pytest.mark.parametrize("what", ["full", "gone"])
def test_where_nothing_can_be_written_no_more_clips_are_looked_at(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is not the fault of each of them."""
    clips, out = tmp_path / "clips", tmp_path / "out"
    clips.mkdir()
    for seed in range(6):
        make_clip(clips / f"{seed}.mp4", seed=seed)
    done = []

    def tell(event: dict[str, Any]) -> None:
        if event["event"] == "clip":
            done.append(event)
            if what == "gone" and out.exists():
                out.rename(tmp_path / "elsewhere")
            elif what == "full":
                monkeypatch.setattr(LocalStorage, "_corner", full)

    settings = Settings(str(out), runs="batch_fakes:remember", per_s=LOOKS_PER_S)
    word = "No space left" if what == "full" else "taken away"
    with pytest.raises(OutputError, match=f"{word}.*run the same command again"):
        run_batch([str(clips)], settings, Inline, tell=tell)
    assert len(done) == 2  # which were handed out at once
    assert out.exists() == (what == "full")


def full(_: LocalStorage) -> Any:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_second_batch_in_the_same_place_is_refused(tmp_path: Path) -> None:
    clip, out = make_clip(tmp_path / "a.mp4"), tmp_path / "out"
    code = (
        "import sys; from posecheck.apps.batch.storage import open_storage\n"
        "with open_storage(sys.argv[1]).batch_lock(): print(1, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(out)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(OutputError, match="Another"):
            run([clip], out)
        other.kill()
    with open_storage(out).batch_lock():
        pass


def test_a_second_batch_of_the_same_process_is_refused(tmp_path: Path) -> None:
    """And does not take the first one's lock away from it."""
    clip, out = make_clip(tmp_path / "a.mp4"), tmp_path / "out"
    (tmp_path / "link").symlink_to(out)
    code = (
        "import sys; from posecheck.apps.batch.storage import open_storage\n"
        "with open_storage(sys.argv[1]).batch_lock(): pass"
    )
    with open_storage(out).batch_lock():
        for name in ("out", "link"):
            with pytest.raises(OutputError, match="Another"):
                run_inline([clip], tmp_path / name)
        other = subprocess.run(
            [sys.executable, "-c", code, str(out)], capture_output=True, text=True, check=False
        )
        assert "Another posecheck grade is writing" in other.stderr
        with open_storage(tmp_path / "elsewhere").batch_lock():
            pass
    assert run_inline([clip], out).summary.failed == 0


GOOD = (
    *(f"day {i}/{name}.mp4" for i in range(8) for name in ("left", "right", "both", "again")),
    *(f"{i:02d}.mov" for i in range(15)), "../outside.mp4",
    "plain.mp4", "it's \"so\".mp4", "new\nline.mp4", "=1+1.mp4", "🦵 knee.mp4", f"{'x' * 240}.mp4",
    "a..mp4", "-rf.mp4", "über 100 %.mp4", "UPPER.MP4", "<b>bold<script>.mp4", "{{ 7 * 7 }}.mp4",
)  # fmt: skip


def bad_clips(folder: Path, good: Path) -> dict[str, str]:
    """Twenty that cannot be graded, and a word of why."""
    whole = good.read_bytes()
    files = {
        "empty.mp4": (b"", "empty"), "text.mp4": (b"no video\n" * 99, "not a video"),
        "cut.mp4": (whole[: whole.rindex(b"moov") - 4], "cut off"),
        "head.mp4": (whole[:40], "cut off"), "zeros.mp4": (bytes(5000), "not a video"),
        "noise.mp4": (random.Random(1).randbytes(5000), "not a video"),
        "picture.mp4": (b"\x89PNG\r\n\x1a\n" + bytes(99), "picture"),
        "list.mp4": (b"ffconcat version 1.0\nfile '/etc/passwd'\n", "playlist"),
        "m3u8.mp4": (b"#EXTM3U\nhttp://localhost/\n", "playlist"),
        "gif.mov": (b"GIF89a" + bytes(99), "picture"),
        "xml.mkv": (b"<?xml version='1.0'?>", "playlist"),
        "webm.webm": (b"\x1a\x45\xdf\xa3" + bytes(99), "not a video"),
        "avi.avi": (b"RIFF" + bytes(99), "not a video"),
        "=cmd()|' C calc'!A0.mp4": (b"x", "not a video"),
        "two\nlines.mp4": (b"yy", "not a video"), "\"quoted\".mp4": (b"zzz", "not a video"),
    }  # fmt: skip
    for name, (content, _) in files.items():
        (folder / name).write_bytes(content)
    (folder / "nowhere.mp4").symlink_to(folder / "is_not_there.mp4")
    os.mkfifo(folder / "pipe.mp4")
    sound_only(folder / "sound.mp4")
    make_clip(folder / "growing.mp4", 60, 99)
    more = {"nowhere.mp4": "link", "pipe.mp4": "pipe", "sound.mp4": "sound only"}
    return {name: word for name, (_, word) in files.items()} | more | {"growing.mp4": "changed"}


@contextmanager
def growth(path: Path) -> Iterator[None]:
    """A file that somebody is still writing."""
    stop = threading.Event()

    def grow() -> None:
        with path.open("ab", buffering=0) as file:
            while not stop.is_set():
                file.write(b"\0")
                time.sleep(0.001)

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        yield
    finally:
        stop.set()
        writer.join()


def test_a_folder_with_everything_in_it(tmp_path: Path) -> None:
    clips, out = tmp_path / "clips", tmp_path / "out"
    for seed, name in enumerate(GOOD):
        (clips / name).parent.mkdir(parents=True, exist_ok=True)
        make_clip(clips / name, 8, seed)
    (clips / "more.csv").write_text("clip\n../outside.mp4\n")
    reasons = bad_clips(clips, clips / "plain.mp4")
    assert (len(GOOD), len(reasons)) == (60, 20)
    paths = [str(clips), str(clips / "more.csv")]
    called = {os.path.relpath(job.location, clips): job.name for job in list_jobs(paths)}
    told: dict[str, dict[str, Any]] = {}

    def tell(event: dict[str, Any]) -> None:
        if event["event"] == "clip":
            told[event["clip"]] = event

    settings = Settings(str(out), runs="batch_fakes:remember", per_s=LOOKS_PER_S)
    with growth(clips / "growing.mp4"):
        done = run_batch(paths, settings, lambda: LocalExecutor(2), tell=tell)
    assert (done.summary.total, done.summary.failed) == (80, 20)
    for name in GOOD:
        row = told[called[name]]
        assert row["error"] is None, row
        assert Path(row["folder"]).name == row["folder"]
        assert "<script>.mp4" not in (out / row["folder"] / "report.html").read_text()
    assert len({told[called[name]]["folder"] for name in GOOD}) == 60
    assert "<script>.mp4" not in (out / "index.html").read_text()
    for name, word in reasons.items():
        assert word in told[called[name]]["error"], (name, told[called[name]])
    table = rows(out)
    assert sum(row.error is not None for row in table) == 20
    for line in (out / "grades.csv").read_text().splitlines():
        assert not line.startswith(("=", "+", "-", "@"))
    assert halves(out) == []
    assert worker_processes() == []


def test_a_clip_that_takes_its_process_down_costs_that_clip(tmp_path: Path) -> None:
    clips, out = tmp_path / "clips", tmp_path / "out"
    clips.mkdir()
    for seed, name in enumerate(("a", "crash", "swell", "fail", "be_killed", "z")):
        make_clip(clips / f"{name}.mp4", seed=seed)
    run(clips, out, runs="batch_fakes:by_name", limits=Limits(300.0, 900.0))
    table = by_clip(out)
    assert {name for name, row in table.items() if row.error is None} == {"a.mp4", "z.mp4"}
    for name, word in (("crash", "SIGABRT"), ("be_killed", "SIGKILL"),
                       ("swell", "900 MiB"), ("fail", "no such luck")):  # fmt: skip
        assert word in (table[f"{name}.mp4"].error or "")
    # what failed is tried again, what is done is not
    again = run_inline(clips, out)
    assert (again.summary.failed, again.summary.kept) == (0, 2)


def test_a_clip_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    clip, out = make_clip(tmp_path / "hang.mp4"), tmp_path / "out"
    run([clip], out, runs="batch_fakes:by_name", limits=Limits(2.0, 900.0))
    assert "longer than 2 s" in (rows(out)[0].error or "")
    assert run_inline([clip], out).summary.failed == 0


def test_a_daemon_may_have_a_worker_process(tmp_path: Path) -> None:
    """As a Dask worker is one: processes of `multiprocessing` could not begin others."""
    import multiprocessing

    clip, out = make_clip(tmp_path / "a.mp4"), tmp_path / "out"
    out.mkdir()
    text = Prescription.default().model_dump_json()
    task = GradeTask(ClipJob(str(clip), "a.mp4", "a"), str(out), text, "a",
                     runs="batch_fakes:remember")  # fmt: skip
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        row = pool.apply(run_in_worker, (task,))
    assert (row.error, row.folder) == (None, "a")


def test_a_killed_worker_and_a_killed_parent_lose_nothing(tmp_path: Path) -> None:
    clips, out, calm = tmp_path / "clips", tmp_path / "out", tmp_path / "calm"
    clips.mkdir()
    for seed in range(6):
        make_clip(clips / f"{seed % 3}{'b' * (seed // 3)}.mp4", 50, seed % 5)
    run_inline(clips, calm)
    ways = os.pathsep.join(p or str(Path.cwd()) for p in sys.path)
    rng = random.Random()
    for victim in ("parent", "worker", "parent"):
        parent = psutil.Popen(
            [sys.executable, str(HERE / "batch_fakes.py"), str(clips), str(out)],
            env=os.environ | {"PYTHONPATH": ways},
        )
        try:
            while parent.is_running() and not parent.children() and parent.poll() is None:
                time.sleep(0.01)
            time.sleep(rng.uniform(0.0, 2.0))
            for process in [parent] if victim == "parent" else parent.children():
                with_luck(process, signal.SIGKILL)
            if victim == "worker":
                parent.wait()
        finally:
            with_luck(parent, signal.SIGKILL)
            parent.wait()
    run_inline(clips, out)
    assert [replace(r, seconds=0.0) for r in rows(out)] == rows(calm)
    assert halves(out) == []
    assert sorted(poses(out)) == sorted(poses(calm))
    for report in calm.rglob("report.json"):
        assert (out / report.relative_to(calm)).read_bytes() == report.read_bytes()


def with_luck(process: Any, number: int) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


def test_an_interrupt_keeps_what_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Ctrl-C raises it in the main thread, here at the second clip."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    clips, out = tmp_path / "clips", tmp_path / "out"
    clips.mkdir()
    for seed in range(8):
        make_clip(clips / f"{seed}.mp4", 50, seed)
    seen: list[str] = []

    def tell(event: dict[str, Any]) -> None:
        if event["event"] == "clip":
            seen.append(event["clip"])
            if len(seen) == 2:
                raise KeyboardInterrupt

    settings = Settings(str(out), runs="batch_fakes:remember", per_s=LOOKS_PER_S)
    done = run_batch([str(clips)], settings, lambda: LocalExecutor(2), tell=tell)
    assert (done.interrupted, done.summary.done) == (True, 2)
    assert list(scratch.iterdir()) == []
    assert worker_processes() == []
    assert sorted(by_clip(out)) == sorted(seen)
    again = run_inline(clips, out)
    assert again.summary.kept >= 2
    assert len(rows(out)) == 8
    assert halves(out) == []


def test_what_is_said_of_the_whole_batch_is_said_everywhere(tmp_path: Path) -> None:
    """A column of a manifest that is not used: an event, the result, and the page."""
    make_clip(tmp_path / "a.mp4")
    (tmp_path / "study.csv").write_text("clip,sid<e\na.mp4,left\n")
    events: list[dict[str, Any]] = []
    settings = Settings(str(tmp_path / "out"), runs="batch_fakes:remember", per_s=LOOKS_PER_S)
    done = run_batch([str(tmp_path / "study.csv")], settings, Inline, tell=events.append)
    (sentence,) = done.notes
    assert sentence.startswith("The column sid<e of ")
    assert [e["text"] for e in events if e["event"] == "note"] == [sentence]
    assert events[0]["event"] == "begin"
    assert done.as_dict()["notes"] == [sentence]
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert '<p class="urgent">The column sid&lt;e of ' in page
