"""Accuracy on real people: photographs with hand-marked joints, and photographs that were moved.

usage: python -m benchmarks.real [--stills DIR] [--photographed DIR] [--model lite|full|heavy|FILE]

Prints Markdown. DIR holds NAME.mp4 beside NAME.truth.json; neither is part of the project, for the
photographs are not ours. A still's truth has the pixels of shoulder, hip, knee and ankle; a
photographed clip's the angles of every frame, good to a constant.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.bare import angles, landmarker, loop
from posecheck.apps.review import LOOKS_PER_S
from posecheck.exercises.prescription import Prescription
from posecheck.motion.calibration import calibration_of
from posecheck.natives import silence_native_stderr
from posecheck.session import Session
from posecheck.types import Array, Report
from posecheck.vision.frames import MODEL_SIDE_PX, VideoSource
from posecheck.vision.mediapipe_landmarker import MediaPipeLandmarker
from posecheck.vision.model import ModelFile, ensure_model, stderr_bar

Floats = Array
_KNEE_ANKLE = {"left": (25, 27), "right": (26, 28)}


@dataclass(frozen=True, slots=True)
class Still:
    """One photograph: what is wrong with knee and hip (degrees), NaN where none was given."""

    name: str
    knee_deg: float
    hip_deg: float
    plain_knee_deg: float  # the model's own landmarks of the leg that was marked
    plain_hip_deg: float
    reps: int
    verdict: str
    warnings: tuple[str, ...]


def main(argv: Sequence[str] | None = None) -> int:
    """Score every clip and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.real", description=__doc__)
    parser.add_argument("--stills", metavar="DIR", type=Path)
    parser.add_argument("--photographed", metavar="DIR", type=Path)
    parser.add_argument("--model", default="heavy")
    given = parser.parse_args(argv)
    if given.stills is None and given.photographed is None:
        print("give --stills DIR, --photographed DIR, or both", file=sys.stderr)
        return 2
    model = ensure_model(given.model, stderr_bar)
    if given.photographed is not None:
        print("\n".join(_photographed(given.photographed, model)), end="\n\n")
    if given.stills is not None:
        print("\n".join(_stills(given.stills, model)))
    return 0


def report_on(clip: Path, model: ModelFile) -> Report:
    """The report on a clip, looked at as `review` does."""
    session = Session(Prescription.default(), calibration=calibration_of(model.name))
    with (
        silence_native_stderr(),
        VideoSource(clip, max_side_px=MODEL_SIDE_PX, per_s=LOOKS_PER_S) as source,
        MediaPipeLandmarker(model.path) as eye,
    ):
        for frame in source:
            session.push(eye.look(frame))
        return session.finish(source.info, model.info, source.frame_t_s)


def _truths(folder: Path) -> Iterable[tuple[Path, dict[str, Any]]]:
    for path in sorted(folder.glob("*.truth.json")):
        clip = path.with_name(path.name.replace(".truth.json", ".mp4"))
        print(f"{clip.stem} ...", file=sys.stderr, flush=True)
        yield clip, json.loads(path.read_text(encoding="utf-8"))


def _photographed(folder: Path, model: ModelFile) -> Iterable[str]:
    yield (
        "| photographed clip | knee: offset, without it | tension: start, knee | repetitions | "
        "side, variant | faults | verdict |"
    )
    yield "|---|---|---|---|---|---|---|"
    for clip, truth in _truths(folder):
        report = report_on(clip, model)
        series, true = report.series, np.array(truth["angles"]["knee_flexion_deg"], float)
        at = np.clip(np.rint(series.t_s * truth["fps"]).astype(int), 0, len(true) - 1)
        off = series.knee_flexion_deg - true[at]
        off = off[np.isfinite(off)]
        tension = "none"
        if report.tension is not None and truth["tension"] is not None:
            late = report.tension.start_s - truth["tension"]["start_s"]
            knee = report.tension.knee_flexion_deg - truth["tension"]["knee_flexion_deg"]
            tension = f"{late:+.2f} s, {knee:+.1f}°"
        faults = sorted({f.rule for f in report.findings if f.severity == "fault"})
        yield (
            f"| `{clip.stem}` | {np.median(off):+.1f}°, {np.abs(off - np.median(off)).mean():.1f}° "
            f"| {tension} | {len(report.reps)} of {len(truth['reps'])} | {report.side}, "
            f"{report.variant} | {', '.join(faults) or '-'} | {report.grade.verdict} |"
        )


def _stills(folder: Path, model: ModelFile) -> Iterable[str]:
    rows = [_still(clip, truth, model) for clip, truth in _truths(folder)]
    yield "| still | knee | hip | plain: knee, hip | counted | verdict | warnings |"
    yield "|---|---|---|---|---|---|---|"
    for r in rows:
        yield (
            f"| `{r.name}` | {_deg(r.knee_deg)} | {_deg(r.hip_deg)} | {_deg(r.plain_knee_deg)}, "
            f"{_deg(r.plain_hip_deg)} | {r.reps} | {r.verdict} | {', '.join(r.warnings) or '-'} |"
        )
    given = sum(np.isfinite(r.knee_deg) for r in rows)
    columns = np.array([(r.knee_deg, r.hip_deg, r.plain_knee_deg, r.plain_hip_deg) for r in rows])
    knee, hip, plain_knee, plain_hip = np.nanmean(np.abs(columns), axis=0)
    yield ""
    yield (
        f"Given on {given} of {len(rows)}. Mean error: knee {knee:.1f}°, hip {hip:.1f}°; the "
        f"model's own landmarks in VIDEO mode, told the leg: {plain_knee:.1f}°, {plain_hip:.1f}°."
    )


def _still(clip: Path, truth: dict[str, Any], model: ModelFile) -> Still:
    report = report_on(clip, model)
    knee, hip = truth["knee_flexion_deg"], truth["hip_flexion_against_trunk_deg"]
    plain_knee, plain_hip = _plain(clip, truth, model)
    series = report.series
    return Still(
        clip.stem,
        _median(series.knee_flexion_deg) - knee,
        _median(series.hip_flexion_deg) - hip,
        plain_knee - knee,
        plain_hip - hip,
        len(report.reps),
        report.grade.verdict,
        report.quality.warnings,
    )


def _plain(clip: Path, truth: dict[str, Any], model: ModelFile) -> tuple[float, float]:
    """Median knee and hip of the labelled leg that lies nearest to the marks."""
    points = []
    with landmarker(model.path) as marker:
        for _, image, found in loop(marker, clip):
            height, width = image.shape[:2]
            if found.pose_landmarks:
                points.append([(p.x * width, p.y * height) for p in found.pose_landmarks[0]])
    xy = np.array(points)
    marks = np.array([truth["pixels"]["knee"], truth["pixels"]["ankle"]], float)

    def away(side: str) -> float:
        middle = np.median(xy[:, _KNEE_ANKLE[side]], axis=0)
        return float(np.hypot(*(middle - marks).T).sum())

    hip, knee, _ = angles(xy, min(_KNEE_ANKLE, key=away))
    return float(np.median(knee)), float(np.median(hip))


def _median(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")


def _deg(value: float) -> str:
    return f"{value:+.1f}°" if np.isfinite(value) else "not given"


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        sys.exit(main())
