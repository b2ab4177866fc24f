"""What looking at fewer frames a second costs: angles, repetitions, verdicts, and what it saves.

usage: python -m benchmarks.sampling [--clips DIR] [--kept DIR] [--fps N] [--rates N ...]

Every clip with a truth file is looked at with 10, 12.5, 15, 20 and 25 frames a second and with
all of its frames. Prints Markdown, and the lowest rate that costs at most 0.3 degrees in the
mean of any joint and no repetition and no verdict of any clip. With --kept the landmarks are
kept in a folder (or taken from it), so that another engine is measured without looking again.
With --fps the clips are brought to another rate first, after the optical flow: of 30 frames a
second, 12.5 are looked at in uneven steps.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.footage import read
from benchmarks.looking import report_on
from benchmarks.scoring import JOINTS, Score, Truth, score, truths
from benchmarks.spoil import faster
from benchmarks.still_true import at_rate
from posecheck.types import Pose
from posecheck.vision.frames import Frame, VideoSource, prefetch
from posecheck.vision.landmarker import Landmarker
from posecheck.vision.model import ModelFile, ensure_model, stderr_bar
from posecheck.vision.pose_store import PoseLog, load_poses
from posecheck.vision.quiet import quiet_natives
from posecheck.vision.sampling import sampled

SAMPLES = Path(__file__).resolve().parents[1] / "sample_videos"
RATES: tuple[float | None, ...] = (10.0, 12.5, 15.0, 20.0, 25.0, None)  # None: every frame
MOST_DEG = 0.3


@dataclass(frozen=True, slots=True)
class Row:
    """One clip at one rate."""

    score: Score
    seconds: float  # to decode and to look
    length_s: float  # of the clip


def main(argv: Sequence[str] | None = None) -> int:
    """Look at every clip at every rate and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sampling", description=__doc__)
    parser.add_argument("--clips", metavar="DIR", type=Path, default=SAMPLES)
    parser.add_argument("--kept", metavar="DIR", type=Path, help="where landmarks are kept")
    parser.add_argument("--fps", metavar="N", type=float, help="of the clips, made from theirs")
    parser.add_argument("--rates", metavar="N", type=float, nargs="+", help="instead of all")
    arguments = parser.parse_args(argv)
    clips = truths(arguments.clips)
    if not clips:
        print(f"{arguments.clips} holds no NAME.truth.json", file=sys.stderr)
        return 2
    model = ensure_model(None, stderr_bar)
    rates = RATES if arguments.rates is None else (*arguments.rates, None)
    rows: dict[float | None, list[Row]] = {rate: [] for rate in rates}
    for truth in clips:
        for rate in rates:
            print(f"{truth.name}, {_words(rate)} ...", file=sys.stderr, flush=True)
            rows[rate].append(_row(truth, rate, arguments.fps, model, arguments.kept))
    print("\n".join(tables(rows)))
    return 0


def _row(
    truth: Truth, rate: float | None, fps: float | None, model: ModelFile, kept: Path | None
) -> Row:
    length_s = len(next(iter(truth.angles.values()))) / truth.fps
    poses, seconds = _looked(truth, rate, fps, model, kept)
    same = truth if fps is None else at_rate(truth, fps)
    return Row(score(report_on(poses), same), seconds, length_s)


def _looked(
    truth: Truth, rate: float | None, fps: float | None, model: ModelFile, kept: Path | None
) -> tuple[Sequence[Pose], float]:
    place = None if kept is None else kept / f"{truth.name}{fps or ''}@{rate or 'every'}.npz"
    if place is not None and place.exists():
        return load_poses(place), float(json.loads(place.with_suffix(".json").read_text()))
    log = PoseLog()
    with (
        quiet_natives(),
        Landmarker(model.path) as landmarker,
        contextlib.closing(prefetch(_frames(truth.clip, rate, fps))) as frames,
    ):
        begun_s = time.perf_counter()
        for frame in frames:
            log.append(landmarker.look(frame))
        seconds = time.perf_counter() - begun_s
    if place is not None:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.with_suffix(".json").write_text(json.dumps(seconds))
        log.save(place, model.sha256)
    return log.poses(), seconds


def _frames(clip: Path, rate: float | None, fps: float | None) -> Iterator[Frame]:
    """Those that are looked at."""
    if fps is None:
        with VideoSource(clip, max_side_px=1280, per_s=rate) as source:
            yield from source
        return
    timed = ((shot.t_s, shot.image) for shot in faster(read(clip), fps))
    chosen = timed if rate is None else sampled(timed, rate)
    for index, (t_s, image) in enumerate(chosen):
        yield Frame(index, t_s, image)


def tables(rows: dict[float | None, list[Row]]) -> Iterable[str]:
    """Per rate over all clips, what changed in which clip, and the choice."""
    every = rows[None]
    yield (
        "| frames/s | hip | knee | ankle | tension: start, knee | repetitions exact | "
        "planted faults named | false faults | verdict right | speed |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for rate, group in rows.items():
        yield _summary(rate, group, every)
    yield ""
    yield (
        "Angles: mean absolute error over the frames that were looked at, mean over the clips. "
        "Speed: seconds of video a second (decoding and looking), over that at every frame in "
        "the same run."
    )
    yield ""
    yield from _changes(rows)
    yield ""
    chosen = choose(rows)
    yield (
        f"Lowest rate that costs at most {MOST_DEG}° and no repetition and no verdict: "
        f"**{_words(chosen)}**."
    )


def choose(rows: dict[float | None, list[Row]]) -> float | None:
    """The lowest rate that is as good as every frame; None when none is."""
    every = rows[None]
    known = sorted(rate for rate in rows if rate is not None)
    return next((rate for rate in known if as_good(rows[rate], every)), None)


def as_good(group: Sequence[Row], every: Sequence[Row]) -> bool:
    """Whether it costs at most so many degrees, no repetition, and no verdict."""
    for joint in JOINTS:
        if not _error(group, joint) - _error(every, joint) <= MOST_DEG:
            return False
    return not any(_loss(a.score, b.score) for a, b in zip(group, every, strict=True))


def _loss(now: Score, before: Score) -> list[str]:
    """What is worse in a clip than with every frame."""
    worse = []
    if abs(now.reps - now.true_reps) > abs(before.reps - before.true_reps):
        worse.append(f"{now.reps} of {now.true_reps} repetitions instead of {before.reps}")
    if before.verdict_ok and not now.verdict_ok:
        worse.append(f"{now.verdict} instead of {before.verdict}")
    return worse


def _changes(rows: dict[float | None, list[Row]]) -> Iterable[str]:
    """Which clips lose what at which rate."""
    yield "| clip | frames/s | worse than with every frame |"
    yield "|---|---|---|"
    none = True
    for rate, group in rows.items():
        for row, before in zip(group, rows[None], strict=True):
            for loss in _loss(row.score, before.score):
                none = False
                yield f"| `{row.score.name}` | {_words(rate)} | {loss} |"
    if none:
        yield "| none | | |"


def _summary(rate: float | None, group: Sequence[Row], every: Sequence[Row]) -> str:
    scores, n = [row.score for row in group], len(group)
    errors = " | ".join(
        f"{_error(group, j):.2f}° ({_error(group, j) - _error(every, j):+.2f})" for j in JOINTS
    )
    late = _mean(abs(s.tension_late_s) for s in scores)
    knee = _mean(abs(s.tension_knee_deg) for s in scores)
    planted = [s for s in scores if s.fault]
    named = sum(s.fault in s.faults for s in planted)
    return (
        f"| {_words(rate)} | {errors} | {late:.2f} s, {knee:.2f}° | "
        f"{sum(s.reps == s.true_reps for s in scores)} of {n} | {named} of {len(planted)} | "
        f"{sum(s.false_faults for s in scores)} | {sum(s.verdict_ok for s in scores)} of {n} | "
        f"{_speed(group) / _speed(every):.2f} |"
    )


def _speed(group: Sequence[Row]) -> float:
    return sum(row.length_s for row in group) / sum(row.seconds for row in group)


def _error(group: Sequence[Row], joint: str) -> float:
    return _mean(row.score.angles[joint].mean_deg for row in group)


def _mean(values: Iterable[float]) -> float:
    known = [v for v in values if math.isfinite(v)]
    return float(np.mean(known)) if known else math.nan


def _words(rate: float | None) -> str:
    return "every frame" if rate is None else f"{rate:g}"


if __name__ == "__main__":
    sys.exit(main())
