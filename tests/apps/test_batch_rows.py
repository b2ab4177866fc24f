"""Rows, kept and counted."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.apps.batch.progress import BatchProgress, BatchSummary, progress_text, time_left_s
from posecheck.apps.batch.rows import RowLog, failed_row, row_from_json, row_to_json, same_for
from posecheck.apps.batch.tasks import ClipJob
from posecheck.present.outcomes import OUTCOMES
from posecheck.types import ClipGrade, Subject, Verdict

JOB = ClipJob("/x/clip.mp4", "clip.mp4", "clip", said=Subject("p1", "2026-11-22", "Jo", 4, 0, "Ok"))
GOOD = replace(
    failed_row(JOB, "", "ab" * 32, 1.5), error=None, verdict="needs_work", score=71, side="left",
    variant="ankle_pump", reps=6, tension_knee_flexion_deg=24.8, faults=("bouncing",),
    frames=554, knee_curve_deg=(90.0, math.nan, 24.8),
)  # fmt: skip
FAILED = failed_row(JOB, "clip.mp4 is\nempty.")
numbers = st.one_of(st.floats(-180, 180), st.just(math.nan))


def same(a: ClipGrade, b: ClipGrade) -> bool:
    return repr(a) == repr(b)  # NaN is not equal to itself


@given(numbers, st.lists(numbers, max_size=60), st.text(), st.one_of(st.none(), st.text()))
def test_a_row_comes_back_as_it_was(
    angle: float, curve: list[float], name: str, error: str | None
) -> None:
    row = replace(
        GOOD, clip=name, error=error, tension_hip_flexion_deg=angle, knee_curve_deg=tuple(curve)
    )
    text = row_to_json(row)
    assert "\n" not in text
    assert same(row_from_json(text), row)


@pytest.mark.parametrize("text", ["", "{}", '{"clip": 1}', "[]", "null", row_to_json(GOOD)[:-9]])
def test_what_is_no_row(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - JSON's own errors are among them
        row_from_json(text)


def test_the_log_gives_rows_in_the_order_of_the_jobs_as_often_as_asked() -> None:
    rows = [replace(GOOD, clip=f"{i}.mp4") for i in range(50)]
    log = RowLog(60)
    for i in np.random.default_rng(1).permutation(50):
        log.put(int(i), rows[i])
    log.put(7, replace(rows[7], score=5))
    for _ in range(2):
        got = list(log)
        assert [row.clip for row in got] == [row.clip for row in rows]
    assert len(log) == 50
    assert got[7].score == 5
    log.close()


def test_a_twin_is_the_same_but_for_its_name_and_cost() -> None:
    other = replace(JOB, name="sub/twin.mp4", said=Subject("p2"))
    twin = same_for(other, GOOD)
    assert (twin.clip, twin.subject, twin.note) == ("sub/twin.mp4", "p2", None)
    assert math.isnan(twin.seconds)
    assert same(replace(same_for(JOB, twin), seconds=GOOD.seconds), GOOD)


def test_the_summary_counts_verdicts_and_reasons() -> None:
    summary = BatchSummary(5)
    for row in (
        GOOD, replace(GOOD, verdict="pass", faults=(), seconds=math.nan), FAILED,
        replace(FAILED, clip="b.mp4", error="b.mp4 is empty."),
        replace(GOOD, verdict="ungradable", faults=(), warnings=("no_person", "too_short")),
    ):  # fmt: skip
        summary.add(row)
    text = "\n".join(summary.lines())
    for line in ("1 passed", "1 needs work", "1 x Bouncing", "2 failed",
                 "2 x … is empty."):  # fmt: skip
        assert line in text
    plain = summary.as_dict()
    assert (plain["pass"], plain["failed"], plain["done"], plain["clips"]) == (1, 2, 5, 5)
    assert plain["reasons"]["failed"] == {"… is empty.": 2}
    assert summary.frames == 2 * 554


def test_progress_says_how_far_how_fast_how_long_and_what_failed() -> None:
    summary = BatchSummary(4)
    assert progress_text(summary, 1.0) == "0 of 4 clips"
    summary.add(GOOD)
    assert progress_text(summary, 10.0) == "1 of 4 clips, 55 frames/s, 30 s left"
    summary.add(FAILED)
    assert progress_text(summary, 10.0).endswith(", 1 failed")


def test_what_took_no_time_says_nothing_of_the_time_that_is_left() -> None:
    """Whether it was kept from an earlier run or failed before it was opened."""
    summary = BatchSummary(10)
    summary.add(FAILED)
    assert time_left_s(summary, 5.0) is None
    summary.add(replace(GOOD, seconds=math.nan))
    assert time_left_s(summary, 5.0) is None
    summary.add(GOOD)
    summary.add(replace(FAILED, seconds=60.0))  # was stopped after a minute
    assert (summary.kept, summary.worked, summary.failed, summary.frames) == (1, 2, 2, GOOD.frames)
    assert time_left_s(summary, 80.0) == 240.0


def test_the_result_spells_verdicts_as_everything_else_does() -> None:
    summary = BatchSummary(1)
    summary.add(replace(GOOD, verdict="pass"))
    plain = summary.as_dict()
    assert {name: plain[name] for name in get_args(Verdict)} == {
        "pass": 1, "needs_work": 0, "ungradable": 0,
    }  # fmt: skip
    assert set(plain["reasons"]) <= set(OUTCOMES)


def test_the_clock_of_the_progress_starts_with_the_work() -> None:
    """Not while folders are listed or the model is fetched."""
    now_s = [0.0]
    out = io.StringIO()
    line = BatchProgress(out, clock=lambda: now_s[0])
    summary = BatchSummary(2)
    now_s[0] = 900.0
    line.progress(summary)
    summary.add(GOOD)
    now_s[0] = 910.0
    line.progress(summary, last=True)
    assert "1 of 2 clips, 55 frames/s, 10 s left" in out.getvalue()


def test_failures_are_told_as_they_come_and_cannot_touch_the_terminal() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    line = BatchProgress(out, clock=iter(range(0, 1000)).__next__)
    summary = BatchSummary(2)
    line.progress(summary)
    line.clip(replace(FAILED, clip="\x1b[2Jevil\n.mp4"))
    line.clip(GOOD)
    line.end()
    shown = out.getvalue()
    assert "?[2Jevil?.mp4: clip.mp4 is empty.\n" in shown
    assert "\x1b[2J" not in shown


def test_what_it_came_to_does_nothing_to_a_terminal() -> None:
    summary, out = BatchSummary(1), io.StringIO()
    summary.add(replace(FAILED, error="\x1b[2Jnames of\nothers"))
    BatchProgress(out).sum_up(summary)
    assert "?[2Jnames of?others" in out.getvalue()
    assert "\x1b" not in out.getvalue()
