"""How well clips are read that were spoiled: mirrored, cropped, dark, shaken in time, and so on.

usage: python -m benchmarks.conditions [--source DIR] [--clips NAME ...] [--conditions NAME ...]
                                       [--each N | --all] [--keep DIR [--again]]
                                       [--poses DIR]

By default three clips of different kinds a condition, another three for the next one. Prints
Markdown; each clip is spoiled, looked at as `review` does, and held against its truth. Interrupted,
it prints what it has. With --keep the spoiled clips and their landmarks stay, and what was looked
at before is not looked at again: so a changed engine is held against them in a minute with --again.
With --poses the landmarks of the untouched clips are read from NAME.npz (tests/data has them).
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import TypeVar

import numpy as np

from benchmarks.footage import write
from benchmarks.looking import looked, poses_in, report_on
from benchmarks.outcomes import Outcome, listed, table
from benchmarks.scoring import Score, Truth, score, truths
from benchmarks.spoil import Box, body_box
from benchmarks.spoiling import CONDITIONS, Condition, Scene
from posecheck.types import Report
from posecheck.vision.frames import VideoSource
from posecheck.vision.model import ModelFile, ensure_model, stderr_bar
from posecheck.vision.pose_log import Poses
from posecheck.vision.pose_store import load_poses, save_poses

SAMPLES = Path(__file__).resolve().parents[1] / "sample_videos"
EACH = 3
T = TypeVar("T")


def main(argv: Sequence[str] | None = None) -> int:
    """Spoil, look, score and print."""
    args = _parser().parse_args(argv)
    if args.again and not args.keep:
        print("--again needs --keep DIR", file=sys.stderr)
        return 2
    clips = truths(args.source)
    if not clips:
        print(f"{args.source} holds no NAME.truth.json", file=sys.stderr)
        return 2
    found: dict[str, list[Outcome]] = {}
    with tempfile.TemporaryDirectory() as folder:
        suite = Suite(clips, ensure_model(None, stderr_bar), Path(args.keep or folder), args.poses)
        try:
            for condition, truth in _plan(clips, args):
                print(f"{condition.name}: {truth.name} ...", file=sys.stderr, flush=True)
                found.setdefault(condition.name, []).append(suite.run(condition, truth))
        except KeyboardInterrupt:
            print("interrupted; this is what there is", file=sys.stderr)
    rows = [(c, found[c.name]) for c in CONDITIONS if c.name in found]
    print("\n".join([*table(suite.untouched_outcomes(), rows), "", *listed(rows)]))
    return 0


class Suite:
    """Looks at clips as they are once, and at each as a condition spoils it."""

    def __init__(
        self, clips: Sequence[Truth], model: ModelFile, folder: Path, kept: Path | None = None
    ) -> None:
        self._clips, self._model, self._folder, self._kept = clips, model, folder, kept
        self._known: dict[str, tuple[Report, Score]] = {}

    def untouched_outcomes(self) -> list[Outcome]:
        """Of every clip that was needed."""
        return [Outcome(s, r.quality.warnings, s) for r, s in self._known.values()]

    def run(self, condition: Condition, truth: Truth) -> Outcome:
        """Spoil a clip and score what is found."""
        report, untouched = self._untouched(truth)
        scene = Scene(truth, lambda margin: _box(report, truth, margin), self._partner(truth))
        found = report_on(self._poses(condition, scene))
        meant = truth
        if condition.beside and scene.partner is not None and _on_the_right(found, truth):
            meant = scene.partner
            untouched = self._untouched(meant)[1]
        its = score(found, condition.truth(meant))
        return Outcome(dataclasses.replace(its, name=truth.name), found.quality.warnings, untouched)

    def _untouched(self, truth: Truth) -> tuple[Report, Score]:
        if truth.name not in self._known:
            print(f"{truth.name} as it is ...", file=sys.stderr, flush=True)
            report = report_on(looked(truth, self._model, self._kept))
            self._known[truth.name] = report, score(report, truth)
        return self._known[truth.name]

    def _poses(self, condition: Condition, scene: Scene) -> Poses:
        """The landmarks of the spoiled clip, looked at once for as long as its folder stays."""
        known = kept_poses(self._folder, condition, scene.truth)
        if not known.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            clip = known.with_suffix(".mp4")
            write(clip, condition.film(scene), condition.crf)
            save_poses(poses_in(clip, self._model).poses(), known)
        return load_poses(known)

    def _partner(self, truth: Truth) -> Truth:
        """Somebody else, another for each clip."""
        at = [t.name for t in self._clips].index(truth.name)
        return self._clips[(at + len(self._clips) // 2) % len(self._clips)]


def kinds(clips: Sequence[Truth]) -> list[list[Truth]]:
    """Clean pumps, clean bends, and clips with a fault or without an exercise."""
    groups: dict[str, list[Truth]] = {"ankle_pump": [], "knee_bend": [], "other": []}
    for truth in clips:
        groups["other" if truth.fault else truth.variant or "other"].append(truth)
    return [group for group in groups.values() if group]


def chosen(nth: int, clips: Sequence[Truth], each: int) -> list[Truth]:
    """Clips of different kinds for the n-th condition, others than for the one before."""
    groups = kinds(clips)
    turned = [_turned(group, nth) for group in _turned(groups, nth * each)]
    return [t for layer in zip_longest(*turned) for t in layer if t is not None][:each]


def _turned(items: list[T], by: int) -> list[T]:
    by %= len(items)
    return items[by:] + items[:by]


def _plan(clips: Sequence[Truth], args: argparse.Namespace) -> Iterator[tuple[Condition, Truth]]:
    """What to do, the first clip of every condition before the second of any."""
    wanted = [c for c in CONDITIONS if not args.conditions or c.name in args.conditions]
    rows = [[(c, t) for t in _chosen(c, clips, args)] for c in wanted]
    return (one for layer in zip_longest(*rows) for one in layer if one is not None)


def _chosen(condition: Condition, clips: Sequence[Truth], args: argparse.Namespace) -> list[Truth]:
    if args.again:
        return [t for t in clips if kept_poses(args.keep, condition, t).exists()]
    if args.clips:
        return [t for t in clips if t.name in args.clips]
    return list(clips) if args.all else chosen(CONDITIONS.index(condition), clips, args.each)


def kept_poses(folder: Path, condition: Condition, truth: Truth) -> Path:
    """Where the landmarks of a spoiled clip are kept."""
    return folder / f"{truth.name}.{condition.name}.npz"


def _box(report: Report, truth: Truth, margin: float) -> Box:
    s = report.series
    points = np.concatenate([s.working_px, s.resting_px, s.trunk_px], axis=1)
    with VideoSource(truth.clip) as source:
        return body_box(points, margin, (source.width_px, source.height_px))


def _on_the_right(report: Report, left: Truth) -> bool:
    """Whether the person who was followed lies to the right of a clip's picture."""
    with VideoSource(left.clip) as source:
        return bool(np.nanmedian(report.series.trunk_px[..., 0]) > source.width_px)


def _parser() -> argparse.ArgumentParser:
    names = [c.name for c in CONDITIONS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.conditions", description=__doc__)
    parser.add_argument("--source", metavar="DIR", type=Path, default=SAMPLES)
    parser.add_argument("--clips", metavar="NAME", nargs="+")
    parser.add_argument("--conditions", metavar="NAME", nargs="+", choices=names)
    parser.add_argument("--each", metavar="N", type=int, default=EACH, help="clips a condition")
    parser.add_argument("--all", action="store_true", help="every clip under every condition")
    parser.add_argument("--keep", metavar="DIR", type=Path)
    parser.add_argument("--again", action="store_true", help="score what --keep holds, no more")
    parser.add_argument("--poses", metavar="DIR", type=Path, help="landmarks of untouched clips")
    return parser


if __name__ == "__main__":
    sys.exit(main())
