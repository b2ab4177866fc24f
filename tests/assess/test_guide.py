"""The course of a session, from the welcome to its end, by cues alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from figure import Figure
from script import Script

from posecheck.apps.review import LOOKS_PER_S
from posecheck.assess.guide import ENDS_S, Guide
from posecheck.exercises.prescription import Prescription
from posecheck.session import Session
from posecheck.types import Cue, Pose, Stage

FIGURE = Figure()
film = partial(FIGURE.film, fps=LOOKS_PER_S)  # as often as a live session looks
DOSE = {"repetitions": 3, "sets": 2, "rest_s": 4.0, "hold_s": 2.0}


def guided(poses: Sequence[Pose], **sections: Any) -> tuple[list[Cue], list[Stage], Guide]:
    """All cues, every stage, and the guide; it stops where the guide is done."""
    prescription = Prescription.model_validate(sections)
    session, guide = Session(prescription, live=True), Guide(prescription)
    cues: list[Cue] = []
    stages = []
    for pose in poses:
        cues += guide.push(session.push(pose), pose)
        stages.append(guide.stage)
        if guide.done:
            break
    return cues, stages, guide


def names(cues: Sequence[Cue], *kinds: str) -> list[str]:
    return [
        c.name if c.number is None else f"{c.name} {c.number}"
        for c in cues
        if not kinds or c.kind in kinds
    ]


def one_set(script: Script, reps: int = 3) -> Script:
    """Raised, straightened, held, pumped, bent again, put down."""
    script.move(1.5, hip=82).stay(1).extend().stay(3).pumps(reps).stay(1).lower()
    return script.move(1.5, hip=15).stay(1)


def lying() -> Script:
    """On the back, the knee bent, the foot on the mat."""
    return Script(hip=15, knee=88).stay(6)


def arm_up(poses: Sequence[Pose], from_s: float, to_s: float) -> list[Pose]:
    """One hand is held up to the ceiling for a while."""
    return [_waving(p) if from_s <= p.t_s < to_s else p for p in poses]


def _waving(pose: Pose) -> Pose:
    xy = pose.xy_px.copy()
    trunk = float(np.hypot(*(xy[11] - xy[23])))
    xy[13] = xy[11] - [0, 0.5 * trunk]
    xy[15] = xy[11] - [0, 1.0 * trunk]
    return replace(pose, xy_px=xy)


def sitting(poses: Sequence[Pose], from_s: float) -> list[Pose]:
    """The trunk stands upright from then on."""
    out = []
    for p in poses:
        xy = p.xy_px.copy()
        if p.t_s >= from_s:
            hips = (xy[23] + xy[24]) / 2
            trunk = xy[:23] - hips
            xy[:23] = hips + np.stack([trunk[:, 1], -np.abs(trunk[:, 0])], axis=1)
        out.append(replace(p, xy_px=xy))
    return out


def gone(poses: Sequence[Pose], from_s: float) -> list[Pose]:
    """Nobody is seen from then on."""
    nobody = np.full((33, 2), np.nan)
    return [replace(p, xy_px=nobody) if p.t_s >= from_s else p for p in poses]


@pytest.fixture(scope="module")
def prescribed() -> tuple[list[Cue], list[Stage], Guide]:
    script = lying()
    one_set(script)
    script.stay(3.5)
    one_set(script).stay(3)
    return guided(film(script), dose=DOSE)


def test_a_prescribed_session_runs_from_welcome_to_done(
    prescribed: tuple[list[Cue], list[Stage], Guide],
) -> None:
    """Both sets are led through, counted aloud, with a rest between, and it ends by itself."""
    cues, _, guide = prescribed
    of_one_set = ["hold_seconds 2", "pump", "count 1", "count 2", "last_one", "count 3", "lower"]
    said = names(cues, "phase", "count")
    lead_in = ["raise_leg", "straighten"]
    between = ["next_set 2", "straighten"]
    assert said == [*lead_in, *of_one_set, *between, *of_one_set]
    assert names(cues, "rest") == ["rest 4", "rest_over"]
    assert names(cues)[:2] == ["welcome", "ready"]
    assert names(cues)[-1] == "done"
    assert names(cues, "correct", "pause") == []
    assert guide.done


def test_it_reminds_once_that_it_should_never_hurt_before_anything_is_asked_for(
    prescribed: tuple[list[Cue], list[Stage], Guide],
) -> None:
    said = names(prescribed[0])
    assert said[:3] == ["welcome", "ready", "ease"]
    assert said.count("ease") == 1


def test_the_screen_follows(prescribed: tuple[list[Cue], list[Stage], Guide]) -> None:
    """Stages in order; the rest counts down; the two seconds fill up."""
    _, stages, _ = prescribed
    course = [s.name for i, s in enumerate(stages) if i == 0 or stages[i - 1].name != s.name]
    assert course == ["set_up", "exercise", "rest", "exercise", "done"]
    rest = [s.rest_left_s for s in stages if s.name == "rest"]
    assert rest == sorted(rest, reverse=True)
    assert 3.5 < rest[0] <= 4
    assert all(np.isnan(s.rest_left_s) for s in stages if s.name != "rest")
    ready = [s.ready for s in stages if s.name == "set_up"]
    assert ready[0] == 0
    assert max(ready) > 0.9


def test_cues_come_in_order_of_time(prescribed: tuple[list[Cue], list[Stage], Guide]) -> None:
    times = [c.t_s for c in prescribed[0]]
    assert times == sorted(times)


def test_without_a_dose_it_ends_when_the_person_rests() -> None:
    """Not before a set, not while another follows."""
    script = lying()
    one_set(script).stay(3)
    one_set(script, reps=2)
    end_s = script.end_s
    cues, _, guide = guided(film(script.stay(ENDS_S + 3)))
    assert guide.done
    assert names(cues, "end") == ["finished"]  # which of them was the last nobody has said
    assert names(cues, "rest") == ["another_set"] * 2
    assert names(cues, "count") == ["count 1", "count 2", "count 3", "count 1", "count 2"]
    assert end_s < cues[-1].t_s < end_s + ENDS_S + 2


def test_legs_take_turns_if_prescribed() -> None:
    script = lying()
    one_set(script).stay(5)
    cues, _, _ = guided(
        film(script), dose={"repetitions": 3, "sets": 2}, exercise={"alternate_legs": True}
    )
    said = names(cues)
    assert said[said.index("lower") + 1 :][:2] == ["other_leg", "next_set 2"]


def test_bends_are_asked_for_where_they_are_prescribed() -> None:
    script = lying().move(1.5, hip=82).extend().stay(5)
    cues, _, _ = guided(film(script), exercise={"variant": "knee_bend"})
    assert "bend" in names(cues, "phase")
    assert "pump" not in names(cues)


def test_a_correction_is_said_once_and_praised_when_put_right() -> None:
    """The head comes up for some seconds and goes down again."""
    script = lying().move(1.5, hip=82).stay(1).extend().stay(3)
    script.aside("head", 35, 0.8, after_s=1).pumps(4).aside("head", 0, 0.8).pumps(5).stay(1)
    cues, stages, _ = guided(film(script))
    assert names(cues, "correct") == ["head_lifted"]
    assert names(cues, "praise") == ["put_right"]
    assert {s.correction for s in stages} == {None, "head_lifted"}


def test_a_raised_arm_ends_it_kindly() -> None:
    """A word after one second, the end after three."""
    cues, stages, guide = guided(arm_up(film(lying().stay(12)), 8, 14))
    assert guide.done
    (word,) = [c for c in cues if c.name == "arm_seen"]
    assert word.t_s == pytest.approx(9, abs=0.15)
    assert (cues[-1].kind, cues[-1].name) == ("end", "stopped")
    assert cues[-1].t_s == pytest.approx(11, abs=0.15)
    assert max(s.ending for s in stages) == 1


@pytest.mark.parametrize("how", [arm_up, sitting])
def test_who_ends_it_is_not_praised_by_the_guide(how: Callable[..., list[Pose]]) -> None:
    """What it was worth is said by the report."""
    script = one_set(lying()).stay(4)
    poses = how(film(script), script.end_s - 4, *([99.0] if how is arm_up else []))
    cues, _, guide = guided(poses)
    assert guide.done
    assert "count 3" in names(cues)
    assert names(cues, "praise") == []


def test_a_leg_that_stays_up_may_be_put_down() -> None:
    """Once the repetitions have stopped, soon, and again; not while they go on."""
    script = lying().move(1.5, hip=82).extend().stay(3).pumps(4)
    stop_s = script.end_s
    cues, _, _ = guided(film(script.stay(20)))
    times = [c.t_s for c in cues if c.name == "put_down"]
    assert stop_s + 2 < times[0] < stop_s + 6
    assert len(times) >= 2
    assert all(4 < b - a < 8 for a, b in pairwise(times))
    again = lying().move(1.5, hip=82).extend().stay(3).pumps(2).stay(6).pumps(2).stay(6)
    said = names(guided(film(again))[0], "phase", "count")
    assert said[-6:] == ["count 1", "count 2", "put_down", "count 3", "count 4", "put_down"]


def test_slow_repetitions_are_not_taken_for_their_end() -> None:
    script = lying().move(1.5, hip=82).extend().stay(3).pumps(4, period_s=5.0)
    end_s = script.end_s
    cues, _, _ = guided(film(script))
    assert names(cues, "count")
    assert not [c for c in cues if c.name == "put_down" and c.t_s < end_s]


def test_after_a_dose_the_leg_is_asked_down_until_it_is() -> None:
    script = lying().move(1.5, hip=82).extend().stay(3).pumps(3).stay(16)
    said = names(guided(film(script), dose={"repetitions": 3})[0], "phase", "count")
    assert said[said.index("count 3") :] == ["count 3", "lower", "put_down", "put_down"]


def test_who_holds_and_does_not_begin_is_asked_again() -> None:
    script = lying().move(1.5, hip=82).extend().stay(16)
    assert names(guided(film(script))[0], "phase")[-2:] == ["pump", "pump"]


def test_a_short_wave_pauses_and_no_more() -> None:
    cues, stages, guide = guided(arm_up(film(lying().stay(12)), 8, 10))
    assert not guide.done
    assert names(cues, "pause") == ["arm_seen"]
    assert stages[-1].ending == 0


def test_it_ends_when_the_person_sits_up() -> None:
    cues, _, guide = guided(sitting(film(lying().stay(10)), 9))
    assert guide.done
    assert names(cues, "end") == ["sat_up"]
    assert cues[-1].t_s == pytest.approx(10.5, abs=0.2)


def test_it_ends_when_the_person_leaves_for_long() -> None:
    cues, _, guide = guided(gone(film(lying().stay(14)), 8))
    assert guide.done
    assert names(cues, "end") == ["left"]


def test_a_gap_of_the_camera_is_said_and_lived_through() -> None:
    poses = [p for p in film(lying().stay(20)) if not 8 < p.t_s < 20]
    cues, _, guide = guided(poses)
    assert not guide.done
    assert names(cues, "end") == ["camera_back"]


def test_an_exercise_that_has_begun_is_not_held_up_by_the_set_up() -> None:
    """Somebody too near to be seen whole is counted all the same."""
    script = Script().stay(2).extend().stay(3).pumps(3).stay(1)
    poses = [replace(p, others=1) for p in film(script)]
    cues, stages, _ = guided(poses)
    assert names(cues, "set_up") == ["welcome", "alone"]
    assert names(cues, "count") == ["count 1", "count 2", "count 3"]
    assert stages[-1].name == "exercise"


def test_prompts_are_said_again_when_nothing_follows() -> None:
    cues, _, _ = guided(film(lying().stay(25)))
    assert names(cues, "phase") == ["raise_leg"] * 3


def test_nothing_is_said_after_the_end() -> None:
    _, _, guide = guided(gone(film(lying().stay(14)), 8))
    session = Session(Prescription.default(), live=True)
    pose = FIGURE.still(1)[0]
    assert guide.push(session.push(pose), pose) == ()


FLAT = {"hip": 0.0, "knee": 4.0}


def raised(script: Script, reps: int, stop_s: float = 1.2, rest_s: float = 1.5) -> Script:
    """The leg comes up with the knee straight, stops, and goes down."""
    for _ in range(reps):
        script.move(1.8, hip=65).stay(stop_s).move(1.8, hip=0).stay(rest_s)
    return script


def raises(poses: Sequence[Pose], **sections: Any) -> tuple[list[Cue], list[Stage], Guide]:
    exercise = {"name": "straight_leg_raise", **sections.pop("exercise", {})}
    return guided(poses, exercise=exercise, **sections)


def flat() -> Script:
    return Script(**FLAT, hands=0).stay(6)


def test_a_set_goes_on_while_the_leg_rests_between_repetitions() -> None:
    cues, _, guide = raises(film(raised(flat(), 3).stay(2)), dose={"repetitions": 3})
    said = names(cues, "phase", "count", "rest", "end")
    assert said == [
        "straight_leg_raise", "count 1", "count 2", "last_one", "count 3", "done",
    ]  # fmt: skip
    assert guide.done


def test_sets_of_raises_have_a_rest_that_parts_them() -> None:
    """However short the rest that was asked for: what comes sooner belongs to the same set."""
    script = raised(raised(flat(), 2).stay(9), 2).stay(3)
    dose = {"repetitions": 2, "sets": 2, "rest_s": 3.0}
    cues, stages, guide = raises(film(script), dose=dose)
    assert names(cues, "count") == ["count 1", "last_one", "count 2"] * 2
    assert names(cues, "rest") == ["rest 8", "rest_over"]
    assert "begin_set 2" in names(cues, "phase")
    assert max(s.rest_left_s for s in stages if s.name == "rest") <= 8
    assert guide.done


def test_who_goes_on_too_soon_is_still_counted() -> None:
    """The repetitions belong to the set that was thought over, and are told."""
    script = raised(flat(), 4).stay(10)
    dose = {"repetitions": 2, "sets": 2, "rest_s": 30.0}
    cues, _, _ = raises(film(script), dose=dose)
    assert [c.number for c in cues if c.name == "count"] == [1, 2, 3, 4]


def test_a_leg_that_stays_up_is_asked_back_once() -> None:
    script = raised(raised(flat(), 1), 1, stop_s=9)
    cues, _, _ = raises(film(raised(script, 1)))
    assert names(cues, "phase", "count") == [
        "straight_leg_raise", "count 1", "back", "count 2", "count 3",
    ]  # fmt: skip
    first = raised(flat(), 1, stop_s=9).stay(2)  # before anything was counted as well
    cues, _, _ = raises(film(first))
    assert names(cues, "phase", "count") == ["straight_leg_raise", "back", "count 1"]


@pytest.mark.parametrize(
    ("dose", "asked"),
    [({}, "again_or_rest"), ({"repetitions": 5}, "again")],
)
def test_who_rests_is_asked_on_and_the_session_ends_after_a_long_rest(
    dose: dict[str, Any], asked: str
) -> None:
    script = raised(flat(), 2)
    last_s = script.end_s
    cues, _, guide = raises(film(script.stay(14)), dose=dose)
    assert names(cues, "phase", "count", "end")[-2:] == [asked, "finished"]
    assert guide.done
    assert last_s + 6 < cues[-1].t_s < last_s + ENDS_S + 2


def test_raises_of_both_legs_take_turns() -> None:
    script = raised(flat(), 2).stay(8)
    for _ in range(2):
        script.move(1.8, resting_hip=65).stay(1.2).move(1.8, resting_hip=0).stay(1.5)
    exercise = {"alternate_legs": True}
    dose = {"repetitions": 2, "sets": 2}
    cues, _, guide = raises(film(script.stay(2)), dose=dose, exercise=exercise)
    assert names(cues, "count") == ["count 1", "last_one", "count 2"] * 2
    assert names(cues, "phase") == ["straight_leg_raise", "other_leg", "begin_set 2"]
    assert guide.done
