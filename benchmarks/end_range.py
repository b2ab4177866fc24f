"""Raises, knee extensions and heel slides against exact truth.

usage: python -m benchmarks.end_range [--clips DIR] [--kept DIR] [--exercise NAME]

Prints Markdown, a row a clip. `--kept` takes the looks from NAME.npz in a folder, as `review`
writes them (`poses.npz`), and looks at no picture.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.looking import poses_in
from posecheck.apps.review import LOOKS_PER_S
from posecheck.exercises.prescription import Prescription
from posecheck.session import Session
from posecheck.types import ClipInfo, ModelInfo, Pose, Report
from posecheck.vision.frame_times import sampled
from posecheck.vision.model import ensure_model, stderr_bar
from posecheck.vision.pose_store import load_poses

SAMPLES = Path(__file__).resolve().parents[1] / "sample_videos" / "end_range"
ENOUGH = 0.5  # of a true repetition, that one of ours must overlap


@dataclass(frozen=True, slots=True)
class Row:
    """What came of a clip, beside what is true."""

    name: str
    true: dict[str, Any]
    report: Report

    @property
    def peak_errors(self) -> list[float]:
        """Measured less true (degrees), none where the count is wrong."""
        pairs = list(zip(self.report.reps, self.true["reps"], strict=False))
        same = len(self.report.reps) == len(self.true["reps"])
        return [rep.peak_deg - true["peak_deg"] for rep, true in pairs] if same else []

    @property
    def overlapped(self) -> int:
        """How many of the true repetitions one of ours overlaps by more than half."""
        return sum(
            any(
                min(rep.end_s, true["end_s"]) - max(rep.start_s, true["start_s"])
                > ENOUGH * (true["end_s"] - true["start_s"])
                for rep in self.report.reps
            )
            for true in self.true["reps"]
        )


def main(argv: Sequence[str] | None = None) -> int:
    """Score every clip and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.end_range", description=__doc__)
    parser.add_argument("--clips", metavar="DIR", type=Path, default=SAMPLES)
    parser.add_argument("--kept", metavar="DIR", type=Path)
    parser.add_argument("--exercise", metavar="NAME", default="auto")
    args = parser.parse_args(argv)
    rows = []
    for file in sorted(args.clips.glob("*.truth.json")):
        true = json.loads(file.read_text(encoding="utf-8"))
        name = file.name.removesuffix(".truth.json")
        if "exercise" in true:
            print(f"{name} ...", file=sys.stderr, flush=True)
            poses = _poses(args.clips / f"{name}.mp4", args.kept)
            rows.append(Row(name, true, _report(poses, args.exercise)))
    if not rows:
        print(f"{args.clips} holds no truth file with an exercise", file=sys.stderr)
        return 2
    print("\n".join(_table(rows)))
    return 0


def _poses(clip: Path, kept: Path | None) -> list[Pose]:
    if kept is None:
        return list(poses_in(clip, ensure_model(None, stderr_bar)).poses())
    poses = load_poses(kept / f"{clip.stem}.npz")
    return [pose for _, pose in sampled(((pose.t_s, pose) for pose in poses), LOOKS_PER_S)]


def _report(poses: Sequence[Pose], exercise: str) -> Report:
    session = Session(Prescription.model_validate({"exercise": {"name": exercise}}))
    for pose in poses:
        session.push(pose)
    return session.finish(ClipInfo("", None, None, 0.0, 0, 0, 0, 0), ModelInfo("", None))


def _table(rows: Sequence[Row]) -> Iterable[str]:
    yield "| clip | exercise, how sure | leg | repetitions | peak off by | faults | verdict |"
    yield "|---|---|---|---|---|---|---|"
    for row in rows:
        found, true = row.report, row.true
        faults = sorted({f.rule for f in found.findings if f.severity == "fault"})
        planted = true["fault"]
        errors = row.peak_errors
        off = f"{np.mean(np.abs(errors)):.1f}°" if errors else "-"
        yield (
            f"| `{row.name}` | "
            f"{_right(found.exercise, true['exercise'])}, {found.exercise_certainty:.2f} | "
            f"{_right(found.side, true['side'])} | "
            f"{_right(len(found.reps), len(true['reps']))}, {row.overlapped} in place | {off} | "
            f"{_right(', '.join(faults) or 'none', planted or 'none')} | {found.grade.verdict} |"
        )
    means = [float(np.mean(np.abs(row.peak_errors))) for row in rows if row.peak_errors]
    if means:
        yield ""
        mean = f"{np.mean(means):.1f}° off in the mean of {len(means)} clips"
        yield f"Peaks: {mean}, {max(means):.1f}° on the worst."
    yield "**Bold**: not as it should be."


def _right(found: object, true: object) -> str:
    return str(found) if found == true else f"**{found}** ({true})"


if __name__ == "__main__":
    sys.exit(main())
