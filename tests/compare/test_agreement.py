"""Grades beside labels: both ways of counting, and what is left out of each."""

from __future__ import annotations

import math
from typing import Any

import pytest
from grade_rows import make_failure, make_row

from posecheck.compare.agreement import Label, Pair, agreement_of


def pair(label: str | None, grade: str | None, **more: Any) -> Pair:
    row = make_failure() if grade is None else make_row(verdict=grade)
    return Pair(Label("x", verdict=label, **more), row)  # type: ignore[arg-type]


def test_both_ways_of_counting() -> None:
    """Clips that were not graded are left out of one, and an answer of their own in the other."""
    found = agreement_of([
        *[pair("pass", "pass")] * 5, *[pair("needs_work", "needs_work")] * 3,
        pair("needs_work", "pass"), *[pair("pass", "needs_work")] * 2,
        pair("pass", "ungradable"), pair("needs_work", None), pair("ungradable", "ungradable"),
        pair("ungradable", "pass"), pair(None, "pass"),
    ])  # fmt: skip
    assert found.clips == 16
    assert (found.verdict.same.n, found.verdict_all.same.n) == (11, 15)
    assert found.verdict.same.value == pytest.approx(8 / 11)
    assert found.verdict_all.same.value == pytest.approx(9 / 15)
    assert (found.let_pass.n, found.let_pass.value) == (4, 0.25)
    assert found.faulted.n == 7
    assert found.faulted.value == pytest.approx(2 / 7)
    assert found.table["pass", "not_graded"] == 1
    assert found.table["not_graded", "pass"] == 1
    assert {k: (e.n, round(e.value, 3)) for k, e in found.not_graded.items()} == {
        "pass": (8, 0.125), "needs_work": (5, 0.2), "ungradable": (2, 0.5),
    }  # fmt: skip


def test_numbers_are_those_of_graded_clips() -> None:
    """Of a clip that Posecheck does not grade, it claims no count, side or angle."""
    said: dict[str, Any] = {"reps": 6, "side": "left", "tension_knee_flexion_deg": 20.0}
    found = agreement_of([
        pair("pass", "pass", **said), pair("pass", "needs_work", **{**said, "reps": 5}),
        pair("pass", "ungradable", **{**said, "reps": 99, "side": "right"}),
        pair("pass", None, **said), pair("pass", "pass"),
    ])  # fmt: skip
    assert (found.reps_exact.n, found.reps_exact.value) == (2, 0.5)
    assert (found.reps_within_one.value, found.reps_error.value) == (1, 0.5)
    assert (found.side.same.n, found.side.same.value) == (2, 1)
    assert math.isnan(found.side.kappa.value)
    assert found.tension_deg.bias.n == 2
    assert found.tension_deg.bias.value == pytest.approx(4.8)


def test_nothing_at_all() -> None:
    found = agreement_of([])
    assert found.clips == 0
    assert math.isnan(found.verdict.kappa.value)
    assert found.not_graded == {}
