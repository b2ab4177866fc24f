"""A whole batch on a real Dask cluster: the same tables as on one machine."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from batch_cluster import WAIT_S, Cluster
from batch_fakes import make_clip, run_inline
from test_batch_run import halves, poses, rows

from posecheck.apps.batch import cluster as module
from posecheck.apps.batch.cluster import connect
from posecheck.apps.batch.plan import Settings
from posecheck.apps.batch.runner import run_batch
from posecheck.apps.batch.worker_pool import failed_task, run_in_worker
from posecheck.apps.review import LOOKS_PER_S


@pytest.mark.slow
def test_a_batch_on_two_workers_one_of_them_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The workers are daemons below their nannies, and each has a guarded child."""
    monkeypatch.setattr(module, "ANSWER_S", WAIT_S)
    clips, out, calm = tmp_path / "clips", tmp_path / "out", tmp_path / "calm"
    clips.mkdir()
    for seed in range(10):
        make_clip(clips / f"{seed}.mp4", 40, seed)
    (clips / "empty.mp4").touch()
    run_inline(clips, calm)
    with Cluster(tmp_path) as cluster:
        first, _ = cluster.worker(), cluster.worker(nanny=True)
        seen = 0

        def tell(event: dict[str, Any]) -> None:
            nonlocal seen
            seen += event["event"] == "clip"
            if event["event"] == "clip" and seen == 3:
                first.kill()

        settings = Settings(str(out), runs="batch_fakes:remember", per_s=LOOKS_PER_S)
        executor = connect(cluster.address, run_in_worker, failed_task)
        until_s = time.monotonic() + WAIT_S
        while executor.slots < 2:
            assert time.monotonic() < until_s
            time.sleep(0.1)
        done = run_batch([str(clips)], settings, lambda: executor, tell=tell)
    assert (done.summary.total, done.summary.failed, done.interrupted) == (11, 1, False)
    assert rows(out) == rows(calm)
    assert sorted(poses(out)) == sorted(poses(calm))
    for report in calm.rglob("report.json"):
        assert (out / report.relative_to(calm)).read_bytes() == report.read_bytes()
    run_inline(clips, out, runs="batch_fakes:do_not_look")
    assert halves(out) == []
