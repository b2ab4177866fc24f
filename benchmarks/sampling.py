"""What looking at fewer frames a second costs, at every phase of the clock that chooses them.

usage: python -m benchmarks.sampling [--clips DIR ...] [--kept DIR] [--rates N ...] [--phases N]

Clips with a truth file are looked at in every frame once; fewer looks are taken from those. With
--kept the landmarks are read from DIR/NAME.npz where they are, and written there where they are
not: `--clips tests/data --kept tests/data` needs no model and no video. Prints Markdown, and the
lowest rate that costs at most 0.3 degrees in the mean of any joint and makes nothing wrong in any
clip and phase.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.looking import poses_in, report_on, thinned
from benchmarks.misses import misses
from benchmarks.scoring import JOINTS, Score, Truth, score, truths
from benchmarks.totals import deg, mean, of, seconds, total
from posecheck.vision.model import ModelFile, ensure_model, stderr_bar
from posecheck.vision.pose_log import Poses
from posecheck.vision.pose_store import load_poses, save_poses

SAMPLES = Path(__file__).resolve().parents[1] / "sample_videos"
RATES = (8.0, 10.0, 12.5, 15.0)
PHASES = 4
MOST_DEG = 0.3
MOST_MOVED_S, MOST_MOVED_DEG = 0.3, 2.0  # of the tension, against every frame
# Misses that are no decisions; what a rate costs of these stands in the first table.
MEASURED = {f"{name}{seen}" for name in ("hip", "knee", "ankle") for seen in ("", " seen")} | {
    "tension start", "tension knee",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """One clip at one rate and phase, None: at every frame."""

    rate: float | None
    phase: float
    score: Score


def main(argv: Sequence[str] | None = None) -> int:
    """Take the looks at every rate and phase, and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sampling", description=__doc__)
    parser.add_argument("--clips", metavar="DIR", type=Path, nargs="+", default=[SAMPLES])
    parser.add_argument("--kept", metavar="DIR", type=Path, help="where landmarks are kept")
    parser.add_argument("--rates", metavar="N", type=float, nargs="+", default=RATES)
    parser.add_argument("--phases", metavar="N", type=int, default=PHASES)
    args = parser.parse_args(argv)
    clips = [truth for folder in args.clips for truth in truths(folder)]
    if not clips:
        print(f"{', '.join(map(str, args.clips))}: no NAME.truth.json", file=sys.stderr)
        return 2
    runs: list[Run] = []
    for truth in clips:
        print(f"{truth.name} ...", file=sys.stderr, flush=True)
        runs += _runs(truth, _every_frame(truth, args.kept), args.rates, args.phases)
    print("\n".join(tables(runs)))
    return 0


@cache
def _model() -> ModelFile:
    return ensure_model(None, stderr_bar)


def _every_frame(truth: Truth, kept: Path | None) -> Poses:
    place = None if kept is None else kept / f"{truth.name}.npz"
    if place is not None and place.exists():
        return load_poses(place)
    log = poses_in(truth.clip, _model(), per_s=None)
    if place is not None:
        place.parent.mkdir(parents=True, exist_ok=True)
        save_poses(log.poses(_model().sha256), place)
    return log.poses()


def _runs(truth: Truth, poses: Poses, rates: Sequence[float], phases: int) -> Iterator[Run]:
    yield Run(None, 0.0, score(report_on(poses), truth))
    for rate in rates:
        for i in range(phases):
            few = thinned(poses, rate, i / phases)
            yield Run(rate, i / phases, score(report_on(few), truth))


def tables(runs: Sequence[Run]) -> Iterable[str]:
    """Per rate over all clips and phases, what is worse in which of them, and the choice."""
    rates = sorted({run.rate for run in runs if run.rate is not None})
    every = {run.score.name: run.score for run in runs if run.rate is None}
    yield (
        "| looks/s | hip | knee | ankle | tension: start, knee | repetitions exact | "
        "planted faults named | false faults | verdict right |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for rate in (*rates, None):
        yield _summary(rate, [run.score for run in runs if run.rate == rate], every)
    yield ""
    yield (
        "Angles: mean absolute error over all frames of a clip, its own median taken off, mean "
        "over clips and phases; in brackets what that is more than with every frame looked at."
    )
    yield ""
    yield "| clip | looks/s | wrong, and not with every frame | phases |"
    yield "|---|---|---|---|"
    phases: dict[str, list[str]] = {}
    for run in runs:
        for words in _loss(run.score, every[run.score.name]):
            row = f"| `{run.score.name}` | {_words(run.rate)} | {words} |"
            phases.setdefault(row, []).append(f"{run.phase:g}")
    for row, when in phases.items():
        yield f"{row} {', '.join(when)} |"
    if not phases:
        yield "| none | | | |"
    yield ""
    yield (
        f"Lowest rate that costs at most {MOST_DEG}° and makes nothing wrong in any clip and "
        f"phase: **{_words(choose(runs))}**."
    )


def choose(runs: Sequence[Run]) -> float | None:
    """The lowest rate that is as good as every frame; None when none is."""
    every = {run.score.name: run.score for run in runs if run.rate is None}
    for rate in sorted({run.rate for run in runs if run.rate is not None}):
        scores = [run.score for run in runs if run.rate == rate]
        dear = any(_error(scores, j) - _error(every.values(), j) > MOST_DEG for j in JOINTS)
        if not dear and not any(_loss(s, every[s.name]) for s in scores):
            return rate
    return None


def _loss(now: Score, before: Score) -> list[str]:
    """What is decided wrongly, and was not with every frame; how far the tension has moved."""
    known = {miss.kind for miss in misses(before)} | MEASURED
    lost = [miss.words for miss in misses(now) if miss.kind not in known]
    moved_s = now.tension_late_s - before.tension_late_s
    moved_deg = now.tension_knee_deg - before.tension_knee_deg
    if abs(moved_s) > MOST_MOVED_S:
        lost.append(f"tension moved by {moved_s:+.2f} s")
    if abs(moved_deg) > MOST_MOVED_DEG:
        lost.append(f"knee at the tension moved by {moved_deg:+.1f}°")
    return lost


def _summary(rate: float | None, scores: Sequence[Score], every: dict[str, Score]) -> str:
    its = total(scores)
    errors = " | ".join(
        f"{deg(own)} ({_error(scores, joint) - _error(every.values(), joint):+.1f})"
        for joint, own in zip(JOINTS, its.without_offset_deg, strict=True)
    )
    return (
        f"| {_words(rate)} | {errors} | {seconds(its.late_s)}, {deg(its.tension_knee_deg)} | "
        f"{of(its.exact, its.clips)} | {of(its.named, its.planted)} | {its.false_faults} | "
        f"{of(its.verdicts, its.clips)} |"
    )


def _error(scores: Iterable[Score], joint: str) -> float:
    return mean(score.angles[joint].without_offset_deg for score in scores)


def _words(rate: float | None) -> str:
    return "every frame" if rate is None else f"{rate:g}"


if __name__ == "__main__":
    sys.exit(main())
