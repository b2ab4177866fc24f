"""What each part of the engine is worth: the errors without it.

usage: python -m benchmarks.ablation [--source DIR] [--parts NAME ...] [--poses DIR]

Every clip with a truth file is looked at twice, as usual and without ever hiding the resting
leg; the rest is computed from those landmarks. With --poses the usual landmarks are read from
NAME.npz (tests/data has those of the samples). Prints Markdown.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.looking import looked, report_on
from benchmarks.misses import misses
from benchmarks.parts import PARTS, Part, taken_out
from benchmarks.scoring import JOINTS, Score, Truth, score, truths
from benchmarks.totals import deg, of, seconds, total
from posecheck.types import Pose
from posecheck.vision.model import ModelFile, ensure_model, stderr_bar

SAMPLES = Path(__file__).resolve().parents[1] / "sample_videos"
HIDING = next(p for p in PARTS if p.name == "hiding")
Rows = list[tuple[str, list[Score]]]


def main(argv: Sequence[str] | None = None) -> int:
    """Look, take the parts out one by one, and print the table."""
    args = _parser().parse_args(argv)
    clips = truths(args.source)
    if not clips:
        print(f"{args.source} holds no NAME.truth.json", file=sys.stderr)
        return 2
    parts = [p for p in PARTS if not args.parts or p.name in args.parts]
    model = ensure_model(None, stderr_bar)
    usual = {t.name: _looked(t, model, args.poses) for t in clips}
    anew = any(p.looks_anew for p in parts)
    plain = {t.name: _looked_plainly(t, model) for t in clips} if anew else usual
    rows: Rows = [("**the engine as it is**", [_scored(t, usual[t.name]) for t in clips])]
    for part in parts:
        print(f"without {part.name} ...", file=sys.stderr, flush=True)
        poses = plain if part.looks_anew else usual
        rows.append(
            (f"`{part.name}`: {part.words}", [_scored(t, poses[t.name], part) for t in clips])
        )
    print("\n".join([*table(rows), "", *listed(rows)]))
    return 0


def _looked(truth: Truth, model: ModelFile, kept: Path | None) -> Sequence[Pose]:
    print(f"{truth.name} ...", file=sys.stderr, flush=True)
    return looked(truth, model, kept)


def _looked_plainly(truth: Truth, model: ModelFile) -> Sequence[Pose]:
    print(f"{truth.name} with nothing hidden ...", file=sys.stderr, flush=True)
    with taken_out(HIDING, truth):
        return looked(truth, model)


def _scored(truth: Truth, poses: Sequence[Pose], without: Part | None = None) -> Score:
    if without is None:
        return score(report_on(poses), truth)
    with taken_out(without, truth):
        return score(report_on(poses), truth)


def table(rows: Rows) -> Iterator[str]:
    """A row a part."""
    yield (
        "| without | hip | knee | ankle | worst knee | counts exact | side & variant | "
        "tension: found, start, knee | faults named, false | verdict right |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for name, scores in rows:
        yield f"| {name} | {' | '.join(_cells(scores))} |"
    yield ""
    yield (
        "Angles: mean absolute error over frames, then clips; in brackets with each clip's own "
        "median error taken off. Tension: how far its start and the knee there are off, either "
        "way. **Bold**: not all."
    )


def _cells(scores: Sequence[Score]) -> Iterator[str]:
    its, n = total(scores), len(scores)
    for i in range(len(JOINTS)):
        yield f"{deg(its.mean_deg[i])} ({deg(its.without_offset_deg[i])})"
    yield deg(its.worst_knee_deg)
    yield of(its.exact, n)
    yield of(its.sides, n)
    yield f"{of(its.tensions, n)}, {seconds(its.late_s)}, {deg(its.tension_knee_deg)}"
    false = f"**{its.false_faults}**" if its.false_faults else "0"
    yield f"{of(its.named, its.planted)}, {false}"
    yield of(its.verdicts, n)


def listed(rows: Rows) -> Iterator[str]:
    """What goes wrong on which clip, beyond what goes wrong with everything in place."""
    yield "What goes wrong that otherwise does not:"
    yield ""
    usual = {s.name: {m.kind for m in misses(s)} for s in rows[0][1]}
    for name, scores in rows[1:]:
        told = []
        for one in scores:
            new = [m.words for m in misses(one) if m.kind not in usual[one.name]]
            told += [f"`{one.name}` {', '.join(new)}"] if new else []
        yield f"- {name.split(':')[0]}: {'; '.join(told) or 'nothing'}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ablation", description=__doc__)
    parser.add_argument("--source", metavar="DIR", type=Path, default=SAMPLES)
    parser.add_argument("--parts", metavar="NAME", nargs="+", choices=[p.name for p in PARTS])
    parser.add_argument("--poses", metavar="DIR", type=Path, help="landmarks that were kept")
    return parser


if __name__ == "__main__":
    sys.exit(main())
