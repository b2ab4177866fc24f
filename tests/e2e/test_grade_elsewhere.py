"""`posecheck grade` with clips and results in a bucket, and with the work on other machines."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from batch_cluster import Cluster
from batch_servers import PASSWORD, web_server
from commands import assert_refused, run, spawn

from posecheck.apps.batch import cluster
from posecheck.apps.batch.storage import open_storage
from posecheck.present.grades import read_grades
from posecheck.types import ClipGrade

Capture = pytest.CaptureFixture[str]
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("quick_model")]
LITE = ("--model", "lite")


def rows(table: Path) -> list[ClipGrade]:
    """What a batch found, without what differs from run to run."""
    return [dataclasses.replace(row, seconds=0.0) for row in read_grades(table)]


def same(first: list[ClipGrade], second: list[ClipGrade]) -> bool:
    return repr(first) == repr(second)  # unknown numbers are not equal to themselves


@contextmanager
def two_workers(folder: Path) -> Iterator[Cluster]:
    folder.mkdir()
    with Cluster(folder) as made:
        for _ in range(2):
            made.worker(nanny=True)
        yield made


@pytest.mark.usefixtures("bucket")
def test_from_a_bucket_to_a_bucket_by_a_cluster(clips: Path, tmp_path: Path) -> None:
    """The workers are daemonic, as Dask's own are, and see nothing but the bucket."""
    import s3fs

    files = s3fs.S3FileSystem(use_listings_cache=False)
    for clip in clips.iterdir():
        files.put_file(str(clip), f"clinic/nightly/in/{clip.name}")
    with two_workers(tmp_path / "dask") as workers:
        command = ("grade", "s3://clinic/nightly/in", "--out", "s3://clinic/nightly/out", *LITE)
        done = spawn(*command, "--dask", workers.address, "--json", cwd=tmp_path)
    assert done.code == 1, done.err  # for the bad one
    assert "Traceback" not in done.err
    out = open_storage("s3://clinic/nightly/out")
    names = [name for name in out.list() if not name.startswith(".posecheck/")]
    report = ("angles.csv", "poses.npz", "report.html", "report.json")
    assert names == sorted([
        *(f"{stem}/{name}" for stem in ("20", "30") for name in report),
        "grades.csv", "grades.parquet", "index.html", "order.js", "plotly.min.js",
    ])  # fmt: skip
    table = tmp_path / "grades.csv"
    table.write_bytes(out.read_bytes("grades.csv") or b"")
    calm = spawn("grade", "clips", "--out", "calm", *LITE, cwd=tmp_path)
    assert calm.code == 1, calm.err
    assert same(rows(table), rows(tmp_path / "calm" / "grades.csv"))
    for stem in ("20", "30"):
        here = (tmp_path / "calm" / stem / "report.json").read_bytes()
        assert out.read_bytes(f"{stem}/report.json") == here
    # and on this machine alone nothing is left to do
    again = spawn(*command, "--json", cwd=tmp_path)
    assert json.loads(again.out.splitlines()[-1])["kept"] == 2


def test_from_a_web_server(clips: Path, tmp_path: Path) -> None:
    """No password is in anything that is written, said, or kept."""
    with web_server(clips, "locked") as host:
        address = f"http://nurse:{PASSWORD}@{host}/"
        wanted = ("grade", address, f"{address}missing.mp4", "--out", "out")
        done = spawn(*wanted, *LITE, cwd=tmp_path)
    assert done.code == 1, done.err
    found = {row.clip: row for row in rows(tmp_path / "out" / "grades.csv")}
    assert found.keys() == {"20.mp4", "30.mp4", "bad.mp4", f"http://{host}/missing.mp4"}
    assert found["30.mp4"].frames == 30
    assert found["bad.mp4"].error
    assert "not there" in (found[f"http://{host}/missing.mp4"].error or "")
    assert not math.isnan(found["20.mp4"].seconds)
    written = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert PASSWORD not in done.out + done.err
    assert not [path for path in written if PASSWORD.encode() in path.read_bytes()]


def test_a_scheduler_that_is_not_there(
    clips: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "ANSWER_S", 1.0)
    out = tmp_path / "out"
    refused = run(capsys, "grade", clips, "--out", out, "--dask", "tcp://127.0.0.1:9")
    assert_refused(refused, "tcp://127.0.0.1:9", "does not answer")
    assert not (out / "grades.csv").exists()
