"""A comparison in plain lines, or as JSON."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from posecheck.apps.compare import Compared, left_out
from posecheck.apps.summary import short
from posecheck.assess.agreement import kappa_words
from posecheck.assess.comparison import ANSWERS, Agreement
from posecheck.present.agreement_words import (
    ANSWER_WORDS,
    agreement_parts,
    caveats,
    verdict_table,
)

SCHEMA = "posecheck.compare/1"
_WIDTH = 88


def compare_text(done: Compared) -> str:
    """All numbers with what they mean, and where the page is."""
    clips = done.agreement.clips
    lines = [f"{clips} {'clip' if clips == 1 else 'clips'} compared, of {done.labels} labels."]
    lines += [line for sentence in left_out(done) for line in _wrapped(sentence)]
    for part in agreement_parts(done.agreement):
        lines += ["", part.title]
        lines += [f"  {name:<39}{value}" for name, value in part.numbers]
        if part.title == "Verdict":
            lines += ["", *_crossed(done.agreement)]
        lines += [line for s in part.sentences for line in _wrapped(s, "  ")]
    lines += ["", *(line for s in caveats(done.agreement) for line in _wrapped(s))]
    lines += ["", f"The charts are in {short(done.page)}"]
    # A terminal of Windows may not know the typographers' minus.
    return "\n".join(lines).replace("−", "-")


def compare_json(done: Compared) -> dict[str, Any]:
    """The same as plain values, unknown numbers None."""
    agreement, joined = done.agreement, done.joined
    plain: dict[str, Any] = {
        "schema": SCHEMA,
        "clips": agreement.clips,
        "labels": done.labels,
        "unmatched": list(joined.unmatched),
        "ambiguous": list(joined.ambiguous),
        "labelled_twice": list(joined.twice),
        "unlabelled": joined.unlabelled,
        "ignored_columns": list(done.ignored),
        "verdict": {
            "graded_clips": {
                **asdict(agreement.verdict), "words": kappa_words(agreement.verdict.kappa.value),
            },
            "all_clips": {
                **asdict(agreement.verdict_all),
                "words": kappa_words(agreement.verdict_all.kappa.value),
            },
            "let_pass": asdict(agreement.let_pass),
            "faulted": asdict(agreement.faulted),
            "table": [
                {"label": "ungradable" if label == "not_graded" else label, "grade": grade,
                 "clips": agreement.table.get((label, grade), 0)}
                for label in ANSWERS for grade in ANSWERS
            ],
            "not_graded": {k: asdict(v) for k, v in agreement.not_graded.items()},
        },
        "reps": {
            "exact": asdict(agreement.reps_exact),
            "within_one": asdict(agreement.reps_within_one),
            "mean_absolute_error": asdict(agreement.reps_error),
        },
        "side": asdict(agreement.side),
        "tension_knee_flexion_deg": asdict(agreement.tension_deg),
        "page": str(done.page),
    }  # fmt: skip
    cleaned: dict[str, Any] = _cleaned(plain)
    return cleaned


def _cleaned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _cleaned(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return value


def _crossed(agreement: Agreement) -> Iterator[str]:
    yield f"  {'You, below; Posecheck, on the right':<38}" + "".join(
        f"{ANSWER_WORDS[answer]:>12}" for answer in ANSWERS
    )
    for label, counts in verdict_table(agreement):
        yield f"  {label:<38}" + "".join(f"{count:>12}" for count in counts)
    yield ""


def _wrapped(sentence: str, indent: str = "") -> list[str]:
    return textwrap.wrap(sentence, _WIDTH, initial_indent=indent, subsequent_indent=indent)
