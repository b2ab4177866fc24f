"""How steady the answers are: each clip again a little different, under each ready prescription.

usage: python -m benchmarks.steadiness [--poses DIR ...] [--truths DIR ...] [--clips NAME ...]
                                       [--seeds N] [--pictures DIR]

DIR holds NAME.npz, the landmarks of every frame as `posecheck review --every-frame` keeps them
(tests/data by default). Each clip is graded as `review` would, and again with the clock of the
looks moved, at other rates, with the noise that landmarks have on motionless photographs and
between processors, mirrored, cropped, and with looks missing (benchmarks/varied.py). Count, side,
variant, verdict and faults must stay, the tension within 0.3 s and 2 degrees.

With --pictures NAME.mp4 of that folder are recompressed, mirrored and cropped, and looked at
again, which takes half a minute a clip and way. Prints Markdown: a table a prescription, then every
change with what was measured and, in brackets, the limit that it was held against.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.footage import write
from benchmarks.grounds import Grounds
from benchmarks.looking import poses_in
from benchmarks.outcome import (
    Outcome,
    changes,
    measure,
    outcome,
    report_under,
    shift,
)
from benchmarks.scoring import read_truth
from benchmarks.spoiling import CONDITIONS, Scene
from benchmarks.steady_tables import Run, tables
from benchmarks.varied import Variation, as_reviewed, variations
from posecheck.exercises.prescription import Prescription, load_prescription, ready_prescriptions
from posecheck.motion.track import Measured
from posecheck.types import Pose
from posecheck.vision.frames import VideoSource
from posecheck.vision.model import ensure_model, stderr_bar
from posecheck.vision.pose_store import load_poses

ROOT = Path(__file__).resolve().parents[1]
DATA, SAMPLES = ROOT / "tests" / "data", ROOT / "sample_videos"
PICTURES = ("recompressed", "mirrored", "cropped")
CRF = 32  # as a messenger sends a clip
CUT = 0.02  # of the picture, from each side


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip's landmarks and what is known of it."""

    name: str
    poses: Sequence[Pose]
    family: str
    variant: str | None


def main(argv: Sequence[str] | None = None) -> int:
    """Grade every clip in every variation and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.steadiness", description=__doc__)
    parser.add_argument("--poses", metavar="DIR", type=Path, nargs="+", default=[DATA])
    parser.add_argument("--truths", metavar="DIR", type=Path, nargs="+", default=[SAMPLES, DATA])
    parser.add_argument("--clips", metavar="NAME", nargs="+", help="these alone")
    parser.add_argument("--seeds", metavar="N", type=int, default=3, help="of what is random")
    parser.add_argument("--pictures", metavar="DIR", type=Path, help="look again at its clips")
    given = parser.parse_args(argv)
    prescriptions = {name: load_prescription(name) for name in ready_prescriptions()}
    runs: list[Run] = []
    for path in sorted(p for folder in given.poses for p in folder.glob("*.npz")):
        if given.clips and path.stem not in given.clips:
            continue
        print(f"{path.stem} ...", file=sys.stderr, flush=True)
        clip = _clip(path, given.truths)
        runs += compare(clip, varied(clip.poses, variations(given.seeds)), prescriptions)
        if given.pictures is not None and (given.pictures / f"{clip.name}.mp4").exists():
            runs += compare(clip, _pictures(given.pictures, clip.name), prescriptions)
    if not runs:
        print("no NAME.npz was found", file=sys.stderr)
        return 2
    print("\n".join(tables(runs)))
    return 0


def varied(
    poses: Sequence[Pose], ways: Sequence[Variation]
) -> Iterator[tuple[Variation, list[Pose]]]:
    """A clip in each way that differs from it; of two that are the same, one."""
    seen = {_key(as_reviewed(poses))}
    for way in ways:
        looks = way.vary(poses)
        if _key(looks) not in seen:
            seen.add(_key(looks))
            yield way, looks


def compare(
    clip: Clip,
    ways: Iterator[tuple[Variation, list[Pose]]],
    prescriptions: dict[str, Prescription],
) -> list[Run]:
    """Each variation of a clip held against the clip as it is reviewed."""
    before = measure(as_reviewed(clip.poses))
    first = {name: outcome(report_under(p, before)) for name, p in prescriptions.items()}
    runs = []
    for way, looks in ways:
        now = measure(looks)
        for name, prescription in prescriptions.items():
            found = outcome(report_under(prescription, now))
            run = _run(clip, way, name, prescription, first[name], found)
            if run.changes:
                run = replace(run, grounds=_grounds(prescription, before, now))
            runs.append(run)
    return runs


def _run(
    clip: Clip, way: Variation, name: str, prescription: Prescription, old: Outcome, new: Outcome
) -> Run:
    asked = prescription.exercise.variant in ("auto", clip.variant) or clip.variant is None
    found = tuple(changes(old, new, way.mirrored))
    return Run(clip.family, clip.name, way, name, asked, found, *shift(old, new))


def _grounds(
    prescription: Prescription, before: Measured, now: Measured
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    old, new = (tuple(Grounds(m, prescription)) for m in (before, now))
    return old, new


def _key(poses: Sequence[Pose]) -> tuple[float, ...]:
    return tuple(v for p in poses for v in (p.t_s, float(p.xy_px[0, 0]), float(p.xy_px[-1, 0])))


def _clip(path: Path, folders: Sequence[Path]) -> Clip:
    name, poses = path.stem, load_poses(path)
    truth = next((f for folder in folders if (f := folder / f"{name}.truth.json").exists()), None)
    if truth is None:
        return Clip(name, poses, "other exercises, stills", None)
    known = json.loads(truth.read_text(encoding="utf-8"))
    if "variant" not in known:
        return Clip(name, poses, "other exercises, stills", None)
    family = "rendered, unseen"
    if (SAMPLES / f"{name}.truth.json").exists():
        family = "rendered samples"
    elif known.get("made_of") or name.startswith("photo_"):
        family = "photographed"
    return Clip(name, poses, family, known["variant"])


def _pictures(folder: Path, name: str) -> Iterator[tuple[Variation, list[Pose]]]:
    """The clip's own pictures, spoiled and looked at again."""
    model = ensure_model(None, stderr_bar)
    truth = read_truth(folder / f"{name}.truth.json")
    with VideoSource(truth.clip) as source:
        width, height = source.width_px, source.height_px
    left, top = round(CUT * width), round(CUT * height)
    scene = Scene(truth, lambda _: (left, top, width - left, height - top))
    for condition in (c for c in CONDITIONS if c.name in PICTURES):
        words = f"{condition.name}, CRF {CRF}"
        print(f"{name}, {words} ...", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory() as place:
            spoiled = Path(place) / f"{name}.mp4"
            write(spoiled, condition.film(scene), CRF)
            looks = list(poses_in(spoiled, model).poses())
        yield Variation(f"pictures {words}", words, list, condition.name == "mirrored"), looks


if __name__ == "__main__":
    sys.exit(main())
