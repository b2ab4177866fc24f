"""Long runs of batch grading: memory over many clips, faults at random moments, many rows.

usage: python -m benchmarks.soak_grade memory [--clips N] [--workers N]
       python -m benchmarks.soak_grade faults [--runs N] [--clips N] [--seed N]
       python -m benchmarks.soak_grade rows [--rows N ...]

`memory` grades so many short clips and notes each worker's resident memory after each tenth.
`faults` kills a worker or the whole command with SIGKILL, or fills the disk (as root, on a small
one of its own), at a random moment of each run; then runs again undisturbed, and compares the
tables with those of a run that was never disturbed. `rows` grades poses that were kept under so
many names, without pictures, and says how long a row takes and what memory the command takes.
Prints Markdown; exit code 1 if memory grew, a table differs, or something half-done is left.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import psutil

from benchmarks.scoring import truths
from posecheck.apps.batch.kept import KeptPoses, Looked
from posecheck.apps.batch.plan import FRAMES_PER_S, Settings
from posecheck.apps.batch.pool import LocalExecutor
from posecheck.apps.batch.run import run_batch
from posecheck.apps.batch.storage import open_storage
from posecheck.present.grades import read_grades
from posecheck.types import ClipInfo
from posecheck.vision.containers import file_sha256
from posecheck.vision.model import ensure_model, stderr_bar
from posecheck.vision.pose_store import PoseLog, load_poses
from posecheck.vision.quiet import quiet_natives

ROOT = Path(__file__).resolve().parents[1]
SAMPLES, KEPT_POSES = ROOT / "sample_videos", ROOT / "tests" / "data"
MOST_MIB, MOST_GROWTH_MIB = 450.0, 40.0
_MIB = 1 << 20
_FRAMES = 50  # of a short clip
_DISK_MIB = 512


def main(argv: Sequence[str] | None = None) -> int:
    """Run one of the three and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak_grade", description=__doc__)
    parser.add_argument("what", choices=("memory", "faults", "rows"))
    parser.add_argument("--clips", metavar="N", type=int)
    parser.add_argument("--workers", metavar="N", type=int, default=2)
    parser.add_argument("--runs", metavar="N", type=int, default=20)
    parser.add_argument("--seed", metavar="N", type=int, default=1)
    parser.add_argument("--rows", metavar="N", type=int, nargs="+", default=[2000, 6000, 20000])
    arguments = parser.parse_args(argv)
    ensure_model(None, stderr_bar)
    with quiet_natives(), tempfile.TemporaryDirectory(prefix="posecheck-soak-") as made:
        if arguments.what == "memory":
            return memory(Path(made), arguments.clips or 200, arguments.workers)
        if arguments.what == "faults":
            return faults(Path(made), arguments.runs, arguments.clips or 8, arguments.seed)
        return many_rows(Path(made), arguments.rows)


def short_clips(folder: Path, count: int) -> None:
    """So many clips of two seconds, cut from the samples, no two the same."""
    folder.mkdir()
    samples = [truth.clip for truth in truths(SAMPLES)]
    for i in range(count):
        copy = folder / f"{i:04d}.mp4"
        first = folder / f"{i % len(samples):04d}.mp4"
        if i < len(samples):
            _cut(samples[i], copy)
        else:
            shutil.copyfile(first, copy)
        with copy.open("ab") as file:  # a box that nobody reads
            file.write((16).to_bytes(4, "big") + b"free" + i.to_bytes(8, "big"))


def _cut(clip: Path, to: Path) -> None:
    with av.open(str(clip)) as source, av.open(str(to), "w") as sink:
        first = source.streams.video[0]
        stream = sink.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = first.width, first.height, "yuv420p"
        for i, frame in enumerate(source.decode(video=0)):
            if i == _FRAMES:
                break
            sink.mux(stream.encode(frame.reformat(format="yuv420p")))
        sink.mux(stream.encode(None))


def memory(made: Path, clips: int, workers: int) -> int:
    """Each worker's memory after each tenth of the clips."""
    short_clips(made / "clips", clips)
    pool = LocalExecutor(workers)
    notes: list[tuple[int, list[float], float]] = []
    done = 0

    def tell(event: dict[str, object]) -> None:
        nonlocal done
        done += event["event"] == "clip"
        if event["event"] == "clip" and done % max(clips // 10, 1) == 0:
            own = psutil.Process().memory_info().rss / _MIB
            notes.append((done, [_rss(pid) for pid in pool.guards.pids()], own))
            _say(f"{done} of {clips} clips")

    settings = Settings(str(made / "out"), per_s=FRAMES_PER_S)
    graded = run_batch([str(made / "clips")], settings, lambda: pool, tell=tell)
    print("| clips | memory of the workers | of the command |\n|---|---|---|")
    for count, each, own in notes:
        print(f"| {count} | {', '.join(f'{mib:.0f}' for mib in each)} MiB | {own:.0f} MiB |")
    most = max(mib for _, each, _ in notes for mib in each)
    early, late = (max(notes[i][1]) for i in (min(2, len(notes) - 1), -1))
    print(
        f"\n{graded.tally.done} clips, {graded.tally.failed} failed; at most {most:.0f} MiB a "
        f"worker, {late - early:+.0f} MiB from the third tenth to the last."
    )
    return int(most > MOST_MIB or late - early > MOST_GROWTH_MIB or graded.tally.failed > 0)


def _rss(pid: int) -> float:
    try:
        return float(psutil.Process(pid).memory_info().rss / _MIB)
    except psutil.Error:
        return 0.0


def faults(made: Path, runs: int, clips: int, seed: int) -> int:
    """Tables after a fault and a second run, against those of a run without one."""
    rng = random.Random(seed)
    short_clips(made / "clips", clips)
    begun_s = time.monotonic()
    subprocess.run(_command(made / "clips", made / "calm"), check=True, **_NOWHERE)
    usual_s = time.monotonic() - begun_s
    calm = _tables(made / "calm")
    kinds = ["worker", "parent", *(["disk"] if os.geteuid() == 0 else [])]
    print(
        "| run | fault | after | clips done by then | after the second run |\n|---|---|---|---|---|"
    )
    wrong = 0
    for run in range(runs):
        kind, at_s = kinds[run % len(kinds)], rng.uniform(0.0, usual_s)
        with _disk(made / f"disk_{run}", kind == "disk") as disk:
            out = disk / "out"
            begun = _disturbed(kind, at_s, made / "clips", out)
            subprocess.run(_command(made / "clips", out), check=False, **_NOWHERE)
            found = []
            if _tables(out) != calm:
                found.append("the tables differ")
            found += [f"left: {p.name}" for p in out.rglob(".*") if p.name.endswith(".part")]
            wrong += bool(found)
            print(
                f"| {run + 1} | {kind} | {at_s:.1f} s | {begun} | {'; '.join(found) or 'equal'} |",
                flush=True,
            )
    print(f"\n{runs - wrong} of {runs} runs end with the tables of an undisturbed one.")
    return int(wrong > 0)


_NOWHERE: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def _command(clips: Path, out: Path) -> list[str]:
    return [sys.executable, "-m", "posecheck", "grade", str(clips), "--out", str(out)]


def _disturbed(kind: str, at_s: float, clips: Path, out: Path) -> int:
    """Run until the fault has done its worst; how many clips were done by then."""
    process = psutil.Popen(_command(clips, out), **_NOWHERE)
    children: list[psutil.Process] = []
    with contextlib.suppress(psutil.TimeoutExpired):
        process.wait(at_s)
    with contextlib.suppress(psutil.NoSuchProcess):
        children = process.children(recursive=True)
        while kind == "worker" and not children and process.poll() is None:
            time.sleep(0.01)  # there is none yet
            children = process.children(recursive=True)
    filler = out.parent / "filler"
    if kind == "disk":
        _fill(filler)
    elif kind == "worker":
        _kill(children[-1:])
    else:
        _kill([process])
    process.wait()
    psutil.wait_procs(children, timeout=30)
    done = sum(1 for _ in (out / ".posecheck" / "grades").rglob("*.json"))
    filler.unlink(missing_ok=True)
    return done


def _kill(processes: Sequence[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def _fill(path: Path) -> None:
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while file.write(bytes(1 << 16)):
            pass


@contextlib.contextmanager
def _disk(place: Path, small: bool) -> Iterator[Path]:
    place.mkdir()
    if not small:
        yield place
        return
    size = f"size={_DISK_MIB}m"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "posecheck-soak", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def _tables(out: Path) -> list[str]:
    """Both tables, but for what each clip took."""
    with contextlib.suppress(Exception):
        return [
            repr(replace(row, seconds=0.0))
            for name in ("grades.csv", "grades.parquet")
            for row in read_grades(out / name)
        ]
    return []


def many_rows(made: Path, counts: Sequence[int]) -> int:
    """Grade kept poses under so many names: seconds a row, and memory of the command."""
    print("| rows | seconds | a row | memory of the command |\n|---|---|---|---|")
    found = []
    for count in counts:
        clips, out = made / f"clips_{count}", made / f"out_{count}"
        _name_poses(clips, out, count)
        most = 0.0

        def tell(_event: dict[str, object]) -> None:
            nonlocal most
            most = max(most, psutil.Process().memory_info().rss / _MIB)

        begun_s = time.perf_counter()
        settings = Settings(str(out), per_s=FRAMES_PER_S, pages=False)
        done = run_batch([str(clips)], settings, tell=_seldom(tell))
        seconds = time.perf_counter() - begun_s
        found.append((seconds / count, most, done.tally.failed))
        print(f"| {count} | {seconds:.1f} | {1e3 * seconds / count:.1f} ms | {most:.0f} MiB |",
              flush=True)  # fmt: skip
    linear = found[-1][0] < 1.5 * found[0][0]
    return int(not linear or any(failed for _, _, failed in found))


def _seldom(tell: Callable[[dict[str, object]], None]) -> Callable[[dict[str, object]], None]:
    def told(event: dict[str, object]) -> None:
        if event["event"] != "clip":
            tell(event)

    return told


def _name_poses(clips: Path, out: Path, count: int) -> None:
    """Small files that are no videos, each with the poses of a sample kept under its hash."""
    _say(f"{count} clips whose poses are known")
    clips.mkdir()
    model = ensure_model(None, stderr_bar)
    storage = open_storage(out)
    storage.check()
    samples = []
    for i, path in enumerate(sorted(KEPT_POSES.glob("*.npz"))):
        log = PoseLog()
        for pose in list(load_poses(path))[::2]:
            log.append(pose)
        samples.append(clips.parent / f"{clips.name}_{i}.npz")
        log.save(samples[-1], model.sha256)
    for i in range(count):
        clip = clips / f"clip_{i:05d}.mp4"
        clip.write_text(f"{i:08d}")
        info = ClipInfo(clip.name, None, None, 22.0, 550, 640, 480, 0, FRAMES_PER_S)
        kept = KeptPoses(storage, file_sha256(clip), model.sha256, FRAMES_PER_S)
        kept.save(samples[i % len(samples)], Looked(info, False))


def _say(words: str) -> None:
    print(f"{words} ...", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
