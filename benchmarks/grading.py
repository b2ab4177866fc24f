"""Batch grading: frames of video a second, memory a worker, and what grading again costs.

usage: python -m benchmarks.grading [--clips DIR] [--times N] [--workers N] [--rounds N]

All in one run over the same clips, each way after the other: MediaPipe alone in a loop, at the
usual looks and at every frame; `posecheck grade` with one worker and with several, at the usual
looks and at every frame; and with another prescription from the kept poses. Times are those of the
clock, from the list of clips to the tables, with workers that have loaded their model before.
With --times each clip is given several times under another hash; with --rounds all is done so
often, in turn, and the middle of each is told, of two the quicker. Prints Markdown.
"""

from __future__ import annotations

import argparse
import math
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import av
import psutil

from benchmarks import bare
from benchmarks.scoring import truths
from posecheck.apps.batch.plan import Settings
from posecheck.apps.batch.runner import run_batch
from posecheck.apps.batch.worker_pool import LocalExecutor
from posecheck.apps.review import LOOKS_PER_S
from posecheck.exercises.prescription import load_prescription
from posecheck.natives import silence_native_stderr
from posecheck.vision.model import ModelFile, ensure_model, stderr_bar

SAMPLES = Path(__file__).resolve().parents[1] / "sample_videos"
_MIB = 1 << 20
_LOOK_S = 0.5


@dataclass(frozen=True, slots=True)
class Measured:
    """One way to grade all clips."""

    name: str
    per_s: float | None  # looks a second, None: every frame
    frames: int
    seconds: float
    most_mib: float = math.nan  # resident, of the largest worker
    needed: float = math.nan  # seconds a clip, the middle one

    @property
    def speed(self) -> float:
        """Frames of video a second."""
        return self.frames / self.seconds


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grading", description=__doc__)
    parser.add_argument("--clips", metavar="DIR", type=Path, default=SAMPLES)
    parser.add_argument("--times", metavar="N", type=int, default=1, help="each clip so often")
    parser.add_argument("--workers", metavar="N", type=int, default=2)
    parser.add_argument("--most", metavar="N", type=int, help="no more than so many clips")
    parser.add_argument("--rounds", metavar="N", type=int, default=1, help="each way so often")
    arguments = parser.parse_args(argv)
    clips = [truth.clip for truth in truths(arguments.clips)][: arguments.most]
    if not clips:
        print(f"{arguments.clips} holds no clip with a truth file", file=sys.stderr)
        return 2
    model = ensure_model(None, stderr_bar)
    with silence_native_stderr(), tempfile.TemporaryDirectory(prefix="posecheck-grading-") as made:
        folder = Path(made) / "clips"
        copies(clips, folder, arguments.times)
        rounds = [
            _measure(folder, Path(made) / str(i), model, arguments.workers)
            for i in range(arguments.rounds)
        ]
        print("\n".join(table([middle(each) for each in zip(*rounds, strict=True)])))
    return 0


def middle(found: Sequence[Measured]) -> Measured:
    """Of several measurements the one of median speed, of two the quicker, with the most memory."""
    one = sorted(found, key=lambda m: m.speed)[len(found) // 2]
    return replace(one, most_mib=max(m.most_mib for m in found))


def copies(clips: Sequence[Path], folder: Path, times: int) -> None:
    """Each clip several times, with a box at its end that changes its hash and nothing else."""
    folder.mkdir(parents=True)
    for i in range(times):
        for clip in clips:
            copy = folder / f"{clip.stem}_{i}.mp4"
            shutil.copyfile(clip, copy)
            with copy.open("ab") as file:
                file.write((16).to_bytes(4, "big") + b"free" + i.to_bytes(8, "big"))


def _measure(folder: Path, made: Path, model: ModelFile, workers: int) -> list[Measured]:
    found = []
    for per_s in (LOOKS_PER_S, None):
        words = _words(per_s)
        found.append(_bare(f"MediaPipe alone, {words}", folder, model, per_s))
        for n in (1, workers):
            settings = Settings(str(made / f"{n}_{words}"), per_s=per_s)
            found.append(_graded(f"{n} worker{'s' * (n > 1)}, {words}", folder, settings, n))
    first = Settings(str(made / "tables"), per_s=LOOKS_PER_S, pages=False)
    found.append(_graded(f"1 worker, {_words(LOOKS_PER_S)}, tables alone", folder, first, 1))
    again = replace(first, prescription=load_prescription("ankle-pumps-10"))
    found.append(_graded("the same with another prescription", folder, again, 1))
    pages = replace(again, pages=True)
    found.append(_graded("the same with pages", folder, pages, 1))
    return found


def _words(per_s: float | None) -> str:
    return "every frame" if per_s is None else f"{per_s:g} looks/s"


def _bare(name: str, folder: Path, model: ModelFile, per_s: float | None) -> Measured:
    frames, seconds = 0, 0.0
    for clip in sorted(folder.iterdir()):
        _say(f"{name}: {clip.name}")
        with bare.landmarker(model.path, fresh=True) as marker, av.open(str(clip)) as container:
            frames += container.streams.video[0].frames
            begun_s = time.perf_counter()
            for _ in bare.looks(marker, clip, per_s):
                pass
            seconds += time.perf_counter() - begun_s
    return Measured(name, per_s, frames, seconds)


class _Warm(LocalExecutor):
    """Workers that stay for the next batch."""

    def close(self) -> None:
        """Nothing yet."""

    def end(self) -> None:
        """Let them go."""
        super().close()


def _graded(name: str, folder: Path, settings: Settings, workers: int) -> Measured:
    """The time on the clock, tables and all, of workers that have loaded their model."""
    _say(name)
    needed: list[float] = []

    def tell(event: dict[str, object]) -> None:
        if event["event"] == "clip":
            if event["error"] is not None:
                raise AssertionError(event)
            needed.append(float(str(event["seconds"])))

    pool = _Warm(workers)
    try:
        with _most() as most:
            first = [str(clip) for clip in sorted(folder.iterdir())[: 2 * workers]]
            with tempfile.TemporaryDirectory(prefix="posecheck-warm-") as out:
                run_batch(first, replace(settings, out=out), lambda: pool)
            begun_s = time.perf_counter()
            done = run_batch([str(folder)], settings, lambda: pool, tell=tell)
            seconds = time.perf_counter() - begun_s
    finally:
        pool.end()
    took_s = statistics.median(needed)
    return Measured(name, settings.per_s, done.summary.frames, seconds, max(most), took_s)


@contextmanager
def _most() -> Iterator[list[float]]:
    """The most memory that any child took, in MiB."""
    found, stop = [0.0], threading.Event()

    def watch() -> None:
        while not stop.wait(_LOOK_S):
            for child in psutil.Process().children(recursive=True):
                try:
                    found[0] = max(found[0], child.memory_info().rss / _MIB)
                except psutil.Error:
                    continue

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        stop.set()
        thread.join()


def table(found: Sequence[Measured]) -> Iterator[str]:
    """Each way beside the bare loop over the same looks, and beside one worker."""
    alone = {m.per_s: m for m in found if math.isnan(m.needed)}
    one = found[1]
    yield (
        "| | frames of video a second | over MediaPipe alone at the same looks | "
        "over one worker | memory a worker | a clip |"
    )
    yield "|---|---|---|---|---|---|"
    for m in found:
        memory = "-" if math.isnan(m.most_mib) else f"{m.most_mib:.0f} MiB"
        each = "-" if math.isnan(m.needed) else f"{m.needed:.2f} s"
        yield (
            f"| {m.name} | {m.speed:.1f} | {m.speed / alone[m.per_s].speed:.2f} | "
            f"{m.speed / one.speed:.2f} | {memory} | {each} |"
        )
    times = found[-2].speed / found[-3].speed
    yield ""
    yield f"Graded again from its poses, a clip takes 1/{times:.0f} of the first time, pages aside."


def _say(words: str) -> None:
    print(f"{words} ...", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
