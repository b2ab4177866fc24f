"""Accuracy against exact truth, beside what MediaPipe gives as labelled with plain thresholds.

usage: python -m benchmarks.accuracy [--clips DIR]

Prints Markdown. Every clip with a truth file is scored.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from benchmarks import bare
from benchmarks.looking import looked, report_on
from benchmarks.scoring import JOINTS, AngleError, Score, Truth, angle_error, score, truths
from posecheck.vision.model import ModelFile, ensure_model, stderr_bar

SAMPLES = Path(__file__).resolve().parents[1] / "sample_videos"


def main(argv: Sequence[str] | None = None) -> int:
    """Score every clip and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__)
    parser.add_argument("--clips", metavar="DIR", type=Path, default=SAMPLES)
    folder = parser.parse_args(argv).clips
    clips = truths(folder)
    if not clips:
        print(f"{folder} holds no NAME.truth.json", file=sys.stderr)
        return 2
    model = ensure_model(None, stderr_bar)
    rows = []
    for truth in clips:
        print(f"{truth.name} ...", file=sys.stderr, flush=True)
        report = report_on(looked(truth, model))
        rows.append((score(report, truth), _labelled(truth, model)))
    print("\n".join(_tables(rows)))
    return 0


Labelled = tuple[dict[str, AngleError], int]


def _labelled(truth: Truth, model: ModelFile) -> Labelled:
    with bare.landmarker(model.path) as marker:
        found = bare.naive(marker, truth.clip, truth.side, truth.variant)
    errors = {j: angle_error(found.t_s, getattr(found, j), truth, j) for j in JOINTS}
    return errors, found.reps


def _tables(rows: Sequence[tuple[Score, Labelled]]) -> Iterable[str]:
    scores = [one for one, _ in rows]
    yield (
        "| clip | hip | knee | ankle | tension: start, knee | repetitions | faults | verdict | "
        "as labelled: hip, knee, ankle | counted |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for one, (errors, reps) in rows:
        naive = ", ".join(_deg(errors[j].mean_deg) for j in JOINTS)
        yield f"{_row(one)} {naive} | {reps} of {one.true_reps} |"
    yield ""
    yield (
        "Angles: mean absolute error over the frames, in brackets with the clip's own median "
        "error taken off. Tension: how late its start was found, and the knee's error there. "
        "*As labelled* is MediaPipe's VIDEO mode with its own left and right, told which leg and "
        "joint to look at, and two thresholds to count. **Bold**: not as it should be."
    )
    yield ""
    yield "| over all clips | Posecheck | as labelled |"
    yield "|---|---|---|"
    for joint in JOINTS:
        ours = _mean(one.angles[joint].mean_deg for one in scores)
        own = _mean(one.angles[joint].without_offset_deg for one in scores)
        theirs = _mean(errors[joint].mean_deg for _, (errors, _) in rows)
        yield f"| {_words(joint)} error | {_deg(ours)} ({_deg(own)}) | {_deg(theirs)} |"
    yield from _totals(rows)


def _row(one: Score) -> str:
    angles = " | ".join(
        f"{_deg(one.angles[j].mean_deg)} ({_deg(one.angles[j].without_offset_deg)})" for j in JOINTS
    )
    tension = "none"
    if math.isfinite(one.tension_late_s):
        tension = f"{one.tension_late_s:+.2f} s, {one.tension_knee_deg:+.1f}°"
    right = one.reps == one.true_reps and one.variant_ok and one.side_ok
    named = ", ".join(f"`{f}`" if f == one.fault else f"**`{f}`**" for f in one.faults)
    if one.fault and one.fault not in one.faults:
        named += f" **missed: `{one.fault}`**"
    return (
        f"| `{one.name}` | {angles} | {_flag(tension, one.tension_ok)} | "
        f"{_flag(f'{one.reps} of {one.true_reps}', right)} | {named or '-'} | "
        f"{_flag(one.verdict, one.verdict_ok)} |"
    )


def _totals(rows: Sequence[tuple[Score, Labelled]]) -> Iterable[str]:
    scores, n = [one for one, _ in rows], len(rows)
    exact = sum(one.reps == one.true_reps for one in scores)
    naive = sum(reps == one.true_reps for one, (_, reps) in rows)
    yield f"| repetitions exact | {exact} of {n} | {naive} of {n} |"
    yield f"| side and variant | {sum(s.side_ok and s.variant_ok for s in scores)} of {n} | told |"
    tension = sum(s.tension_ok for s in scores)
    yield f"| tension found where there is one, and nowhere else | {tension} of {n} | - |"
    late = _mean(abs(s.tension_late_s) for s in scores)
    knee = _mean(abs(s.tension_knee_deg) for s in scores)
    yield f"| tension: start, knee | {late:.2f} s, {_deg(knee)} | - |"
    planted = [s for s in scores if s.fault]
    named = sum(s.fault in s.faults for s in planted)
    false = sum(s.false_faults for s in scores)
    yield f"| planted faults named | {named} of {len(planted)} | - |"
    yield f"| false faults | {false} | - |"
    yield f"| verdict right | {sum(s.verdict_ok for s in scores)} of {n} | - |"


def _mean(values: Iterable[float]) -> float:
    known = [v for v in values if math.isfinite(v)]
    return float(np.mean(known)) if known else math.nan


def _deg(value: float) -> str:
    return f"{value:.1f}°" if math.isfinite(value) else "-"


def _words(joint: str) -> str:
    return joint.split("_")[0]


def _flag(text: str, ok: bool) -> str:
    return text if ok else f"**{text}**"


if __name__ == "__main__":
    sys.exit(main())
