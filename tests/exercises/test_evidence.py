"""What bears out a glide: each limit from either side, other exercises, small glides, noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from figure import Figure
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from script import Script
from sessions import report_on
from tables import measured_of

from posecheck.exercises.attempt import Attempt
from posecheck.exercises.nerve_glide.evidence import is_glide
from posecheck.exercises.nerve_glide.tension import candidates
from posecheck.exercises.repetitions import Cycle
from posecheck.motion.table import Table
from posecheck.types import Array, Pose, Report

FPS = 10.0  # as `review` and `grade` look


@dataclass(frozen=True, slots=True)
class Case:
    """One attempt, the stretch of a raised thigh that it lies in, and the whole table."""

    attempt: Attempt
    raised: Table
    table: Table

    def held(self) -> bool:
        return is_glide(self.attempt, self.raised, self.table)


def case(script: Script) -> Case:
    seen = measured_of(script, FPS)
    ((attempt, raised),) = candidates(seen)
    return Case(attempt, raised, seen)


def usual() -> Case:
    """The leg lies first, is raised, straightened from 88 to 25 degrees, held; five pumps."""
    script = Script(hip=3, knee=5).stay(4).move(2, hip=82, knee=88).stay(1)
    return case(script.extend().stay(3).pumps(5).stay(1).lower().stay(1))


def begun() -> Case:
    """The picture begins at the point of tension."""
    return case(Script(knee=25).stay(3).pumps(5).stay(1).lower().stay(1))


def during(seen: Table, start_s: float, seconds: float) -> Array:
    """Whether (n,) a look lies in a stretch of time, 1 or 0."""
    return ((seen.t_s >= start_s) & (seen.t_s < start_s + seconds - 0.01)).astype(float)


def straightened(by: float) -> Case:
    c = usual()
    high = float(np.percentile(c.raised.knee_deg, 98))
    return replace(c, attempt=replace(c.attempt, knee_deg=high - by))


def with_thigh_at(hip: float) -> Case:
    c = usual()
    return replace(c, attempt=replace(c.attempt, hip_deg=hip))


def with_thigh_moved(by: float) -> Case:
    c, a = usual(), usual().attempt
    share = np.clip((c.raised.t_s - a.extend_s) / (a.tension_s - a.extend_s), 0, 1)
    return replace(c, raised=replace(c.raised, hip_deg=c.raised.hip_deg - by * share))


def stopped(seconds: float, knee: float = 50.0) -> Case:
    c = usual()
    return replace(
        c, attempt=replace(c.attempt, glide_s=c.attempt.tension_s + seconds, knee_deg=knee)
    )


def taking_turns(seconds: float, other_deg: float) -> Case:
    """While the exercise goes on the other leg is the raised one for a while, by its name."""
    c = usual()
    at = during(c.table, c.attempt.glide_s, seconds)
    moved = during(c.table, c.attempt.glide_s, 3.0)
    label = np.where(at > 0, 1.0, c.table.raised_label)
    resting = np.where(moved > 0, other_deg, c.table.resting_hip_deg)
    return replace(c, table=replace(c.table, raised_label=label, resting_hip_deg=resting))


def with_other_thigh_moved(by: float) -> Case:
    c = usual()
    up = during(c.table, c.attempt.extend_s, 1.0)
    return replace(c, table=replace(c.table, resting_hip_deg=c.table.resting_hip_deg + by * up))


def with_both_up(seconds: float) -> Case:
    c = usual()
    up = during(c.table, c.attempt.glide_s, seconds)
    return replace(
        c, table=replace(c.table, resting_hip_deg=np.where(up > 0, 75.0, c.table.resting_hip_deg))
    )


def with_other_seen(share: float) -> Case:
    c = usual()
    blind = np.arange(len(c.table.t_s)) % 20 >= 20 * share
    return replace(
        c, table=replace(c.table, resting_hip_deg=np.where(blind, np.nan, c.table.resting_hip_deg))
    )


def with_tempo(*seconds: float) -> Case:
    c = usual()
    starts = c.attempt.glide_s + np.cumsum([0.0, *seconds])
    cycles = tuple(Cycle(a, a + s, -16, 16) for a, s in zip(starts, seconds, strict=False))
    return replace(c, attempt=replace(c.attempt, cycles=cycles))


def begun_with(repetitions: int, shaken_deg: float = 0.0) -> Case:
    """So many of the pumps that were found, with another ankle where it is shaken."""
    c = begun()
    shake = np.random.default_rng(0).normal(0, shaken_deg, len(c.raised.t_s))
    return replace(
        c, attempt=replace(c.attempt, cycles=c.attempt.cycles[:repetitions]),
        raised=replace(c.raised, ankle_deg=c.raised.ankle_deg + shake),
    )  # fmt: skip


def begun_with_knee_at(knee: float) -> Case:
    c = begun()
    return replace(c, attempt=replace(c.attempt, knee_deg=knee))


def begun_late(seconds: float) -> Case:
    """There were other looks before, for so long."""
    c = begun()
    times = np.array(c.table.t_s)
    times[0] -= seconds
    return replace(c, table=replace(c.table, t_s=times))


def test_the_usual_glide_is_one() -> None:
    """Otherwise nothing below says anything."""
    assert usual().held()
    assert begun().held()


@pytest.mark.parametrize(
    ("enough", "too_little"),
    [
        (straightened(32), straightened(28)),
        (with_thigh_at(50), with_thigh_at(46)),
        (with_thigh_moved(25), with_thigh_moved(34)),
        (stopped(0.4), stopped(0.3)),
        (stopped(0.0, knee=38), stopped(0.0, knee=42)),
        (taking_turns(0.8, 60), taking_turns(1.4, 60)),
        (taking_turns(1.4, 35), taking_turns(1.4, 45)),
        (with_other_thigh_moved(22), with_other_thigh_moved(28)),
        (with_both_up(0.8), with_both_up(1.2)),
        (with_other_seen(0.7), with_other_seen(0.5)),
        (with_tempo(1, 2, 1.5), with_tempo(0.5, 3, 0.7, 0.6)),
        (begun_with(3), begun_with(2)),
        (begun_with(5), begun_with(5, shaken_deg=25.0)),
        (begun_with_knee_at(58), begun_with_knee_at(62)),
        (begun_late(0.3), begun_late(0.7)),
    ],
    ids=[
        "extension", "thigh up", "thigh kept", "stop", "straight without a stop", "turns",
        "turns, other leg", "other leg before", "both up", "other leg seen", "rhythm",
        "begun: repetitions", "begun: alike", "begun: knee", "begun: at once",
    ],
)  # fmt: skip
def test_each_limit_has_two_sides(enough: Case, too_little: Case) -> None:
    """Just enough is a glide, a little less is none."""
    assert enough.held()
    assert not too_little.held()


def filmed(script: Script, noise_px: float = 0.5) -> Report:
    return report_on(Figure(noise_px=noise_px).film(script, fps=FPS))


def over_and_over(script: Script, over_s: float, stop_s: float, **to: float) -> Script:
    """Five times there and back."""
    home = {name: script.now[name] for name in to}
    for _ in range(5):
        script.move(over_s, **to).stay(stop_s).move(over_s, **home).stay(stop_s)
    return script


def in_turn(start: tuple[float, float], out: tuple[float, float], over_s: float) -> Script:
    """Hip and knee of one leg there and back, then of the other, three times."""
    (hip, knee), (hip_out, knee_out) = start, out
    script = Script(hip=hip, knee=knee, resting_hip=hip, resting_knee=knee, hands=0).stay(1.5)
    for _ in range(3):
        for leg in ("", "resting_"):
            script.move(over_s, **{f"{leg}hip": hip_out, f"{leg}knee": knee_out}).stay(0.3)
            script.move(over_s, **{f"{leg}hip": hip, f"{leg}knee": knee}).stay(0.3)
    return script


def bicycle(period_s: float) -> Script:
    """Both legs all the time, one drawn up while the other is stretched out."""
    script = Script(hip=95, knee=100, resting_hip=30, resting_knee=20, hands=0)
    for _ in range(5):
        script.move(period_s / 2, hip=30, knee=20, resting_hip=95, resting_knee=100)
        script.move(period_s / 2, hip=95, knee=100, resting_hip=30, resting_knee=20)
    return script


FLAT = {"hip": 0.0, "knee": 4.0}
TABLE = {"hip": 85.0, "knee": 90.0, "resting_hip": 85.0, "resting_knee": 90.0}
FEET_FLAT = {"hip": 45.0, "knee": 95.0, "resting_hip": 45.0, "resting_knee": 95.0}
OTHERS: dict[str, Callable[[], Script]] = {
    "dead bug": lambda: in_turn((90, 90), (20, 10), 1.2),
    "slow dead bug": lambda: in_turn((90, 90), (15, 5), 2.0),
    "table top, knees in turn": lambda: in_turn((85, 90), (85, 25), 1.5),
    "bicycle": lambda: bicycle(1.6),
    "slow bicycle": lambda: bicycle(4.0),
    "straight leg raise, other foot flat": lambda: over_and_over(
        Script(**FLAT, resting_hip=45, resting_knee=95).stay(1.5), 1.5, 1, hip=70
    ),
    "flutter kick": lambda: in_turn((15, 5), (45, 5), 0.5),
    "both knees": lambda: over_and_over(
        Script(**TABLE).stay(1.5), 1.2, 0.6, knee=25, resting_knee=25
    ),
    "one knee, both thighs up": lambda: over_and_over(Script(**TABLE).stay(1.5), 1.2, 0.6, knee=25),
    "toe tap": lambda: over_and_over(Script(**TABLE).stay(1.5), 1.2, 0.3, hip=30),
    "bridge": lambda: over_and_over(
        Script(**FEET_FLAT).stay(1.5), 1.2, 0.5, hip=5, resting_hip=5, pelvis=0.5
    ),
    "knee to chest": lambda: over_and_over(
        Script(**FEET_FLAT).stay(1.5), 1.2, 0.8, hip=115, knee=125
    ),
    "knee to chest from a straight leg": lambda: over_and_over(
        Script(**FLAT).stay(1.5), 1.5, 1, hip=115, knee=125
    ),
    "knee half way to the chest": lambda: over_and_over(
        Script(**FLAT).stay(1.5), 1.5, 1, hip=85, knee=110
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_another_exercise_is_said_to_be_one(name: str) -> None:
    """No tension, nothing counted, not graded, and told what to do instead."""
    report = filmed(OTHERS[name]())
    assert report.quality.warnings == ("not_this_exercise",)
    assert report.grade.verdict == "ungradable"
    assert (report.tension, report.sets, report.reps, report.findings) == (None, (), (), ())


def irritable(stop_s: float = 1.0) -> Script:
    """Straightened by 40 degrees, to a knee of 55."""
    return Script(knee=95).stay(2).extend(to=55).stay(stop_s)


@pytest.mark.parametrize(
    ("script", "variant", "count"),
    [
        (irritable().pumps(6, 1.8, 16), "ankle_pump", 6),
        (irritable().pumps(3, 1.4, 16), "ankle_pump", 3),
        (irritable().bends(5, 2.5, 16), "knee_bend", 5),
        (irritable(3.0).bends(3, 4.0, 16), "knee_bend", 3),
    ],
    ids=["pumps", "few pumps", "bends", "few slow bends"],
)
def test_the_small_glide_of_an_irritable_leg_is_counted(
    script: Script, variant: str, count: int
) -> None:
    """A short way, a short stop, small repetitions: all of them, and no other exercise."""
    report = filmed(script.stay(0.8).lower(knee=95).stay(1))
    assert (report.variant, len(report.reps)) == (variant, count)
    assert report.quality.warnings == ()
    assert report.tension is not None
    assert report.tension.knee_flexion_deg == pytest.approx(55, abs=4)


@pytest.mark.parametrize("half", [70, 60, 55, 50, 45])
def test_a_stop_on_the_way_does_not_shorten_it(half: float) -> None:
    """Straightened half-way, a rest, and then on to the tension: both are the extension."""
    script = Script(hip=3, knee=5).stay(3).move(2, hip=82, knee=88).stay(1)
    script.move(1.5, knee=half).stay(1.5).extend(over_s=1.2).stay(2).pumps(5)
    report = filmed(script.stay(0.8).lower().stay(1))
    assert len(report.reps) == 5
    assert report.tension is not None
    assert report.tension.start_s == pytest.approx(script.tension_s, abs=0.4)


def test_nothing_at_all_is_no_other_exercise() -> None:
    """Who lies still, or only holds the leg up, does not do something else."""
    for script in (Script(**FLAT), Script(knee=25), Script(), Script(**FEET_FLAT)):
        report = filmed(script.stay(8))
        assert report.quality.warnings == ()
        assert report.grade.verdict == "ungradable"


def trembling(seed: int, sd_px: float, memory: float, knee: float) -> list[Pose]:
    """A leg that is held up and does not move, seen with noise that lasts from look to look."""
    poses = Figure(noise_px=0).still(15.0, fps=FPS, knee=knee)
    fresh = np.random.default_rng(seed).normal(0, sd_px, (len(poses), 33, 2))
    noise = [fresh[0]]
    for one in fresh[1:]:
        noise.append(memory * noise[-1] + np.sqrt(1 - memory**2) * one)
    return [replace(p, xy_px=p.xy_px + n) for p, n in zip(poses, noise, strict=True)]


@settings(max_examples=25, derandomize=True, database=None, phases=(Phase.generate,))
@given(
    seed=st.integers(0, 999),
    sd_px=st.floats(0.2, 4.0),
    memory=st.floats(0.0, 0.9),
    knee=st.floats(8.0, 60.0),
)
def test_noise_without_motion_is_never_counted(
    seed: int, sd_px: float, memory: float, knee: float
) -> None:
    """Up to 4 % of the trunk, as the worst of 16 photographs have, with a memory of 0.2 to 0.6."""
    report = report_on(trembling(seed, sd_px, memory, knee))
    assert report.reps == ()
    assert report.grade.verdict == "ungradable"


@pytest.mark.parametrize("sd_px", [8.0, 12.0, 16.0])
def test_more_noise_is_never_passed(sd_px: float) -> None:
    """Up to where the legs can no longer be told apart."""
    for seed in range(4):
        assert report_on(trembling(seed, sd_px, 0.5, 25.0)).grade.verdict != "pass"


@pytest.mark.parametrize(
    ("what", "size", "period_s"), [(Script.pumps, 30, 1.8), (Script.bends, 35, 3.0)]
)
def test_uneven_repetitions_are_counted_where_they_are_clear(
    what: Callable[..., Script], size: float, period_s: float
) -> None:
    """Tempo and size as they come, with rests between: no metronome, but no noise either."""
    script, uneven = Script().stay(2).extend().stay(2), np.random.default_rng(3)
    for share in uneven.uniform(0.7, 1.3, 6):
        what(script, 1, share * period_s, share * size).stay(float(uneven.uniform(0, 0.8)))
    assert len(filmed(script.stay(0.8).lower().stay(1)).reps) == 6
