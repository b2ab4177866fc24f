"""Speed of a review against a bare MediaPipe loop, and peak memory against clip length.

usage: python -m benchmarks.speed [--clips DIR] [--repeats N] [--memory]

The bare loop decodes with PyAV, makes dense RGB of the frames that a review looks at, and has the
same model detect one person in each of them anew. It and the reviews take turns on the same clips
in one process; imports and the loading of the model are left out of all of them. Prints Markdown.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks import bare
from benchmarks.memory import memory_table
from benchmarks.scoring import truths
from posecheck.apps.review import LOOKS_PER_S, review
from posecheck.natives import silence_native_stderr
from posecheck.vision.model import ModelFile, ensure_model, stderr_bar

SAMPLES = Path(__file__).resolve().parents[1] / "sample_videos"
_CLIPS = 3


def main(argv: Sequence[str] | None = None) -> int:
    """Time the loops and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--clips", metavar="DIR", type=Path, default=SAMPLES)
    parser.add_argument("--repeats", metavar="N", type=int, default=3)
    parser.add_argument("--memory", action="store_true", help="measure peak memory too (minutes)")
    arguments = parser.parse_args(argv)
    clips = [truth.clip for truth in truths(arguments.clips)]
    if not clips:
        print(f"{arguments.clips} holds no clip with a truth file", file=sys.stderr)
        return 2
    # A few of different kinds do: first, middle, last.
    chosen = [clips[i * (len(clips) - 1) // (_CLIPS - 1)] for i in range(_CLIPS)]
    print("\n".join(speed_table(chosen, ensure_model(None, stderr_bar), arguments.repeats)))
    if arguments.memory:
        print()
        print("\n".join(memory_table(clips[0])))
    return 0


def speed_table(clips: Sequence[Path], model: ModelFile, repeats: int) -> Iterable[str]:
    """Looks a second of the three, and the medians of the ratios of each round."""
    yield "| clip | bare MediaPipe | `review --no-video` | `review` | ratios |"
    yield "|---|---|---|---|---|"
    _round(clips[0], model)  # imports, and whatever is made at the first use
    all_ratios = []
    for clip in clips:
        rounds = []
        for i in range(repeats):
            print(f"{clip.name}, round {i + 1} of {repeats} ...", file=sys.stderr, flush=True)
            rounds.append(_round(clip, model))
        bare_rate, *ours = (statistics.median(column) for column in zip(*rounds, strict=True))
        ratios = [statistics.median(r[i] / r[0] for r in rounds) for i in (1, 2)]
        all_ratios.append(ratios)
        yield (
            f"| `{clip.stem}` | {bare_rate:.1f} looks/s | {ours[0]:.1f} | {ours[1]:.1f} | "
            f"{ratios[0]:.2f}, {ratios[1]:.2f} |"
        )
    means = [statistics.mean(column) for column in zip(*all_ratios, strict=True)]
    yield f"| mean | | | | **{means[0]:.2f}, {means[1]:.2f}** |"


def _round(clip: Path, model: ModelFile) -> tuple[float, float, float]:
    """Looks a second of the bare loop, of a review, and of a review with video."""
    with silence_native_stderr():
        looks, took_s = _bare(clip, model)
        without_s, with_s = (_review(clip, model, video) for video in (False, True))
        return looks / took_s, looks / without_s, looks / with_s


def _bare(clip: Path, model: ModelFile) -> tuple[int, float]:
    """How many looks are taken, and the seconds for them."""
    with bare.landmarker(model.path, fresh=True) as marker:
        start = time.perf_counter()
        looks = sum(1 for _ in bare.looks(marker, clip, LOOKS_PER_S))
        return looks, time.perf_counter() - start


def _review(clip: Path, model: ModelFile, video: bool) -> float:
    """Seconds for the whole of it, files and page included, from the loaded model on."""
    started: list[float] = []

    def tell(_stage: str, _done: int, _total: int) -> None:
        if not started:  # first told when the model is loaded
            started.append(time.perf_counter())

    with tempfile.TemporaryDirectory(prefix="posecheck-benchmark-") as folder:
        out = Path(folder) / "report"
        review(clip, out, model=model.path, video=video, progress=tell)
        return time.perf_counter() - started[0]


if __name__ == "__main__":
    sys.exit(main())
