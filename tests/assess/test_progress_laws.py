"""Laws of what is said to have changed over weeks."""

from __future__ import annotations

import dataclasses
import math
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from posecheck.assess.progress import MEASURES, ClipResult, summaries, trends, weeks

FIRST = date(2026, 3, 2).toordinal()  # a Monday
angles = st.floats(0.0, 120.0)
unknown_or = st.just(math.nan) | st.floats(0.1, 15.0)
clips = st.builds(
    ClipResult,
    day=st.integers(FIRST, FIRST + 60),
    verdict=st.sampled_from(["pass", "needs_work", "ungradable"]),
    side=st.sampled_from(["left", "right", None]),
    exercise=st.sampled_from([None, *sorted({m.exercise for m in MEASURES})]),
    variant=st.sampled_from(["ankle_pump", "knee_bend", None]),
    reps=st.integers(0, 30),
    tension_knee_deg=st.just(math.nan) | angles, tension_uncertainty_deg=unknown_or,
    range_deg=st.just(math.nan) | angles, range_uncertainty_deg=unknown_or,
    peak_deg=st.just(math.nan) | angles, peak_uncertainty_deg=unknown_or,
)  # fmt: skip
several = st.lists(clips, max_size=25)


@given(several, st.randoms())
def test_the_order_of_the_clips_changes_no_number(found: list[ClipResult], chance: object) -> None:
    mixed = list(found)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert trends(summaries(mixed)) == trends(summaries(found))


@given(several)
def test_what_cannot_be_graded_is_counted_and_never_measured(found: list[ClipResult]) -> None:
    graded = [clip for clip in found if clip.is_graded]
    assert trends(summaries(found)) == trends(summaries(graded))
    counted = sum(sum(s.verdicts.values()) for s in summaries(found))
    assert counted == len(found)
    assert sum(s.reps for s in summaries(found)) == sum(clip.reps for clip in graded)


@given(several)
def test_no_change_is_more_than_chance_below_what_a_goniometer_tells(
    found: list[ClipResult],
) -> None:
    for trend in trends(summaries(found)):
        for moved in (trend.since_first, trend.since_last):
            assert (moved is None) == (len(trend.points) < 2)
            if moved is not None:
                least = 1.96 * math.sqrt(2.0) * trend.measure.sd_deg
                assert moved.detectable_deg >= least - 1e-9
                assert moved.is_more_than_chance <= (abs(moved.change_deg) >= least - 1e-9)


@given(several, st.floats(-20.0, 20.0))
def test_what_is_wrong_in_all_sessions_alike_is_no_change(
    found: list[ClipResult], off: float
) -> None:
    def shifted(clip: ClipResult) -> ClipResult:
        return dataclasses.replace(
            clip, tension_knee_deg=clip.tension_knee_deg + off, peak_deg=clip.peak_deg + off,
            range_deg=clip.range_deg + off,
        )  # fmt: skip

    for one, other in zip(
        trends(summaries(found)), trends(summaries(map(shifted, found))), strict=True
    ):
        if one.since_first is not None and other.since_first is not None:
            assert math.isclose(
                one.since_first.change_deg, other.since_first.change_deg, abs_tol=1e-9
            )
            assert one.since_first.detectable_deg == other.since_first.detectable_deg


@given(several)
def test_the_sides_are_alike(found: list[ClipResult]) -> None:
    other = {"left": "right", "right": "left", None: None}
    mirrored = [dataclasses.replace(c, side=other[c.side]) for c in found]  # type: ignore[arg-type]
    here = {(t.measure.name, other[t.side]): t.points for t in trends(summaries(found))}
    there = {(t.measure.name, t.side): t.points for t in trends(summaries(mirrored))}
    assert here == there


@given(several)
def test_each_day_is_done_once_in_its_week(found: list[ClipResult]) -> None:
    until = FIRST + 60
    asked = [(FIRST, 3.0), (FIRST + 16, None), (FIRST + 16, 5.0)]
    counted = weeks(found, asked, until)
    assert sum(week.done for week in counted) == len({clip.day for clip in found})
    assert all(week.done <= 7 and (week.monday - FIRST) % 7 == 0 for week in counted)
    assert [week.asked for week in counted[:4]] == [3.0, 3.0, 5.0, 5.0]
    assert len(counted) == 9


def test_weeks_of_nobody() -> None:
    assert weeks([], [], FIRST) == ()
    assert summaries([]) == ()


def test_a_known_change() -> None:
    def clip(day: int, knee: float, uncertainty: float = math.nan) -> ClipResult:
        return ClipResult(
            FIRST + day, "pass", "left", "nerve_glide",
            tension_knee_deg=knee, tension_uncertainty_deg=uncertainty,
        )  # fmt: skip

    [trend] = trends(summaries([clip(0, 35.0), clip(7, 30.0), clip(14, 27.0), clip(14, 28.0)]))
    first, last = trend.since_first, trend.since_last
    assert first is not None
    assert last is not None
    assert (first.change_deg, round(first.detectable_deg, 1)) == (-7.5, 7.2)
    assert first.is_more_than_chance
    assert not last.is_more_than_chance
    [wide] = trends(summaries([clip(0, 35.0, 8.0), clip(7, 27.0)]))
    assert wide.since_first is not None
    assert not wide.since_first.is_more_than_chance
