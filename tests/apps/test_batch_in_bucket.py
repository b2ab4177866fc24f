"""A whole batch whose clips lie in a bucket, and whose results go to one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import fsspec
import pytest
from batch_fakes import make_clip, run, run_inline
from batch_servers import FETCHED, SIGNATURE, web_server
from test_batch_run import rows

from posecheck.apps.batch import grade_clip
from posecheck.apps.batch.storage import open_storage
from posecheck.vision.containers import file_sha256


@pytest.mark.slow
@pytest.mark.usefixtures("bucket")
def test_a_batch_from_a_bucket_to_a_bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two with the same content and one of another; the tables are those of a local batch."""
    clips, calm = tmp_path / "clips", tmp_path / "calm"
    (clips / "sub").mkdir(parents=True)
    for seed, name in enumerate(("a", "b")):
        make_clip(clips / f"{name}.mp4", 30, seed)
    (clips / "sub/b.mp4").write_bytes((clips / "a.mp4").read_bytes())
    place = f"s3://clinic/{tmp_path.name}"
    files: Any = fsspec.filesystem("s3")
    files.put(str(clips), f"{place}/clips", recursive=True)
    run_inline(clips, calm)
    first = run([f"{place}/clips"], f"{place}/out")
    assert (first.summary.total, first.summary.failed) == (3, 0)
    here = tmp_path / "copy"
    files.get(f"{place}/out", str(here), recursive=True)
    got, known = ({r.clip: r for r in rows(folder)} for folder in (here, calm))
    assert {n: (r.sha256, r.reps, r.frames) for n, r in got.items()} == {
        n: (r.sha256, r.reps, r.frames) for n, r in known.items()
    }
    for row in got.values():
        report = json.loads((here / str(row.folder) / "report.json").read_text())
        assert report["clip"]["sha256"] == row.sha256
    kept = [n for n in open_storage(f"{place}/out").list() if n.endswith(".npz") and "poses/" in n]
    assert len(kept) == 2
    with monkeypatch.context() as patch:
        patch.setattr(grade_clip, "local_copy", None)  # nothing is fetched
        again = run_inline([f"{place}/clips"], f"{place}/out", runs="batch_fakes:do_not_look")
    assert (again.summary.failed, again.summary.kept) == (0, 3)


def test_a_report_that_was_broken_off_behind_an_address_is_written_again(tmp_path: Path) -> None:
    """A worker that is killed leaves files there without the report, which comes last."""
    clip, place = make_clip(tmp_path / "a.mp4"), f"memory://{tmp_path.name}/out"
    out = open_storage(place)
    assert run_inline([clip], place).summary.failed == 0
    report = out.read_bytes("a/report.json")
    out.remove("a/report.json")
    again = run_inline([clip], place, runs="batch_fakes:do_not_look")
    assert (again.summary.failed, again.summary.kept) == (0, 0)
    assert out.read_bytes("a/report.json") == report
    out.remove("a/report.json")
    out.write_bytes("a/thesis.txt", b"years of work")
    assert run_inline([clip], place).summary.failed == 1
    assert out.read_bytes("a/thesis.txt") == b"years of work"


@pytest.mark.parametrize("kind", ["tagged", "weak", "plain"])
def test_what_is_done_and_unchanged_is_not_fetched_again(kind: str, tmp_path: Path) -> None:
    clips, out = tmp_path / "clips", tmp_path / "out"
    clips.mkdir()
    make_clip(clips / "a.mp4")
    FETCHED.clear()
    with web_server(clips, kind) as host:
        address = f"http://{host}/a.mp4?sig={SIGNATURE}"
        assert run_inline([address], out).summary.failed == 0
        first = rows(out)
        once = len(FETCHED)
        again = run_inline([address], out, runs="batch_fakes:do_not_look")
        assert (again.summary.kept, rows(out)) == (1, first)
        assert len(FETCHED) == (once if kind == "tagged" else 2 * once)
        # its report is made again, and another state of it as well
        shutil.rmtree(out / "a")
        assert run_inline([address], out, runs="batch_fakes:do_not_look").summary.kept == 0
        make_clip(clips / "a.mp4", seed=1)
        assert run_inline([address], out).summary.failed == 0
    assert rows(out)[0].sha256 == file_sha256(clips / "a.mp4") != first[0].sha256
    kept = list((out / ".posecheck/fetched").rglob("*"))
    assert bool(kept) == (kind == "tagged")
    written = [path for path in out.rglob("*") if path.is_file()]
    assert not [path for path in written if SIGNATURE.encode() in path.read_bytes()]
