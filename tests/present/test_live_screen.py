"""The screen of a live session: mirrored people, unmirrored words, digits to be read from afar."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from present_factory import ENGLISH, GERMAN, make_angles, make_finding, make_stage, make_update

from posecheck.exercises.catalogue import EXERCISES, rule_names
from posecheck.exercises.exercise import Exercise
from posecheck.present.canvas import AMBER, GREEN, MUTED, Picture
from posecheck.present.live_screen import LiveScreen, counted_of, message_screen, said, timed_s
from posecheck.present.mirror import mirrored
from posecheck.present.progress_ring import GROUND, draw_ring
from posecheck.present.setup_scenes import right_scene, wrong_scene
from posecheck.present.signs import sign_of
from posecheck.types import Stage, Update, Verdict, Words

NAN = float("nan")
LANGUAGES = (ENGLISH, GERMAN)
HINTS = ("come_into_view", "lie_down", "turn_side_on", "come_closer", "move_back", "more_light",
         "alone")  # fmt: skip


def frame() -> Picture:
    """Red on the left, blue on the right."""
    image = np.zeros((480, 640, 3), np.uint8)
    image[:, :320, 0] = image[:, 320:, 2] = 200
    return image


def draw(
    stage: Stage, update: Update | None = None, words: Words = ENGLISH, **options: Any
) -> Picture:
    return LiveScreen().draw(frame(), update or make_update(), stage, words, **options)


STAGES = [
    make_stage("set_up"),
    *(make_stage("set_up", hint=hint) for hint in HINTS),
    make_stage(),
    make_stage(correction="knee_not_held", message="pump"),
    make_stage(ending=0.5),
    make_stage("rest", rest_left_s=12.3, message="rest"),
    make_stage("done", message="done"),
    make_stage("done", message="done", verdict="pass"),
    make_stage("done", message="stopped", verdict="needs_work", to_do_better="thigh_drift"),
    make_stage("done", message="left", verdict="ungradable", to_do_better="not_side_on"),
    make_stage("done"),
]


@pytest.mark.parametrize("words", LANGUAGES, ids=lambda w: w.language)
@pytest.mark.parametrize("stage", STAGES, ids=lambda s: f"{s.name}-{s.hint or s.message}")
def test_every_stage_can_be_drawn(stage: Stage, words: Words) -> None:
    picture = draw(stage, words=words)
    assert picture.shape == (720, 1280, 3)
    assert picture.dtype == np.uint8
    assert (picture[:100] != GROUND).any(), "the line above"


@pytest.mark.parametrize("hint", HINTS)
def test_what_is_wrong_looks_other_than_what_is_right(hint: str) -> None:
    assert (wrong_scene(hint, 100) != right_scene(hint, 100)).any()
    pictures = [wrong_scene(other, 100) for other in HINTS if other != hint]
    assert all((picture != wrong_scene(hint, 100)).any() for picture in pictures)


def test_the_scene_lies_as_the_person_does() -> None:
    np.testing.assert_array_equal(
        right_scene(None, 100, head_left=True), right_scene(None, 100)[:, ::-1]
    )


def test_the_person_is_mirrored() -> None:
    picture = draw(make_stage("rest", rest_left_s=5.0))
    left, right = picture[300:500, 30:200], picture[300:500, 600:740]
    assert np.median(left[..., 2]) > 150 > np.median(left[..., 0])
    assert np.median(right[..., 0]) > 150 > np.median(right[..., 2])


def test_the_frame_itself_is_left_as_it_is() -> None:
    image = frame()
    LiveScreen().draw(image, make_update(), make_stage(), ENGLISH)
    np.testing.assert_array_equal(image, frame())


def test_the_set_up_says_how_many_looks_there_are() -> None:
    """Grey where they are enough; else in amber, with what to do; never during the exercise."""
    plain, enough, few = (
        draw(make_stage("set_up"), foot=foot)
        for foot in ((), ("15 looks a second",), ("6 looks a second, 10 needed", "Close other"))
    )
    lower_left = np.s_[600:, :627]
    for picture, colour, other in ((enough, MUTED, AMBER), (few, AMBER, MUTED)):
        changed = picture[lower_left][(picture != plain)[lower_left].any(axis=2)]
        assert (changed == colour).all(axis=1).any()
        assert not (changed == other).all(axis=1).any()
        np.testing.assert_array_equal(picture[:560], plain[:560])
        np.testing.assert_array_equal(picture[:, 640:], plain[:, 640:])
    np.testing.assert_array_equal(draw(make_stage()), draw(make_stage(), foot=("6", "7")))


def test_nothing_is_called_good_that_cannot_be_seen() -> None:
    """A frame is green only while findings would be seen."""
    unseen = make_angles(knee_flexion_deg=NAN)
    assert sign_of(make_update()) == "good"
    assert sign_of(make_update(angles=unseen)) == "idle"
    assert sign_of(make_update(warnings=("too_few_looks",))) == "idle"
    assert sign_of(make_update(findings=(make_finding(),), angles=unseen)) == "fault"


@pytest.mark.parametrize(
    ("verdict", "sign"), [("pass", "good"), ("needs_work", "advice"), ("ungradable", "camera")]
)
def test_the_end_shows_what_the_report_says(verdict: Verdict, sign: str) -> None:
    """And nothing is called good before there is one."""
    update = make_update(set_index=1, reps=6)
    ended = make_stage("done", message="stopped")
    assert said(update, ended, ENGLISH, None) == ("idle", ENGLISH.line("stopped"))
    judged = dataclasses.replace(ended, verdict=verdict)
    assert said(update, judged, ENGLISH, None) == (sign, ENGLISH.verdicts[verdict])
    better = dataclasses.replace(judged, to_do_better="thigh_drift")
    assert (draw(better, update)[500:] != draw(judged, update)[500:]).any()


@pytest.mark.parametrize("size", [(480, 640), (1080, 1920), (480, 752), (577, 752)])
def test_what_was_prepared_makes_no_difference(size: tuple[int, int]) -> None:
    """Whatever the last screen was, and whether the prepared picture is the one drawn."""
    rng = np.random.default_rng(3)
    images = [rng.integers(0, 256, (*size, 3), np.uint8) for _ in STAGES]
    ahead, plain, update = LiveScreen(), LiveScreen(), make_update()
    for i, stage in enumerate(STAGES):
        kept = images[i].copy()
        ahead.prepare(images[i - (i % 5 == 4)])
        expected = plain.draw(images[i], update, stage, ENGLISH)
        np.testing.assert_array_equal(ahead.draw(images[i], update, stage, ENGLISH), expected)
        np.testing.assert_array_equal(ahead.draw(images[i], update, stage, ENGLISH), expected)
        np.testing.assert_array_equal(images[i], kept)


def test_joints_are_mirrored_with_the_picture() -> None:
    """Twice is not at all, and distances to the edge change sides."""
    update = make_update()
    once = mirrored(update, 640.0, 640)
    np.testing.assert_allclose(once.working_px[:, 0], 640 - update.working_px[:, 0])
    np.testing.assert_allclose(once.working_px[:, 1], update.working_px[:, 1])
    np.testing.assert_allclose(mirrored(once, 640.0, 640).trunk_px, update.trunk_px)
    np.testing.assert_allclose(mirrored(update, 640.0, 320).working_px, once.working_px / 2)


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
@pytest.mark.parametrize("reps", [1, 8, 12, 20])
def test_the_counter_can_be_read_from_four_metres(size: tuple[int, int], reps: int) -> None:
    """Its digits are a sixth of the screen's height, or more."""
    width, height = size
    screen = LiveScreen(width, height)
    update = make_update(reps=reps)
    picture = screen.draw(frame(), update, make_stage(message="pump", counting=True), ENGLISH)
    column = picture[round(0.2 * height) :, round(0.66 * width) : round(0.84 * width)]
    white = (column == 255).all(axis=2)
    rows = np.flatnonzero(white.any(axis=1))
    runs = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
    assert max(len(run) for run in runs) >= height / 6


def test_the_ring_fills_during_the_hold() -> None:
    def green(hold_s: float) -> int:
        update = make_update(phase="hold", hold_s=hold_s, hold_target_s=5.0, reps=0)
        picture = draw(make_stage(message="hold"), update)[:, 790:1125]
        return int((picture == GREEN).all(axis=2).sum())

    areas = [green(hold_s) for hold_s in (0.0, 1.0, 2.5, 4.0, 5.0, 9.0)]
    assert areas[:5] == sorted(areas[:5])
    assert areas[0] < areas[1] < areas[2] < areas[3] < areas[4] == areas[5]


def test_a_share_of_a_ring_is_that_share_of_its_pixels() -> None:
    counts = []
    for share in (0.25, 1.0):
        picture: Picture = np.full((200, 200, 3), GROUND, np.uint8)
        draw_ring(picture, (100, 100), 80, share)
        counts.append((picture == GREEN).all(axis=2).sum())
    assert abs(counts[0] / counts[1] - 0.25) < 0.02


def test_it_counts_as_soon_as_repetitions_are_asked_for() -> None:
    """The engine calls it hold until the first repetition is done."""
    update = make_update(phase="hold", hold_s=3.4, reps=0, reps_target=10)
    assert timed_s(update, make_stage(message="hold")) == 3
    assert timed_s(update, make_stage(message="pump", counting=True)) is None
    assert counted_of(update, ENGLISH) == "of 10 repetitions"


def test_a_count_is_never_taken_for_seconds() -> None:
    """Seconds stand in a ring; a count has none, and its bar a part for each that was asked for."""
    held = make_update(phase="hold", hold_s=3.0, hold_target_s=3.0, reps=3, reps_target=6)
    timed = draw(make_stage(message="hold"), held)
    counted = draw(make_stage(message="pump", counting=True), held)
    box = np.s_[130:, 790:1125]

    ring, bar = (np.argwhere((p[box] == GREEN).all(axis=2)) for p in (timed, counted))
    assert np.ptp(ring[:, 0]) > 250
    assert 0 < np.ptp(bar[:, 0]) < 40
    assert abs(np.ptp(bar[:, 1]) / np.ptp(ring[:, 1]) - 0.5) < 0.05  # three of six


@pytest.mark.parametrize("words", LANGUAGES, ids=lambda w: w.language)
def test_it_says_that_it_loads(words: Words) -> None:
    picture = message_screen(words.line("loading"))
    assert (picture == 255).all(axis=2).any()
    assert "_" not in words.line("loading")


def test_what_is_wrong_is_said_before_what_to_do() -> None:
    update = make_update(findings=(make_finding(),))
    stage = make_stage(message="pump", correction="knee_not_held")
    assert said(update, stage, ENGLISH, "camera_lost") == (
        "camera", ENGLISH.line("camera_lost"))  # fmt: skip
    assert said(update, stage, ENGLISH, None) == ("fault", ENGLISH.line("knee_not_held"))
    advice = dataclasses.replace(update, findings=())
    assert said(advice, stage, ENGLISH, None)[0] == "advice"
    assert said(advice, make_stage(message="pump"), ENGLISH, None) == (
        "good", ENGLISH.line("pump"))  # fmt: skip


@pytest.mark.parametrize("words", LANGUAGES, ids=lambda w: w.language)
def test_no_rule_and_no_phase_is_without_words(words: Words) -> None:
    lines = {said(make_update(), make_stage(correction=r), words, None)[1] for r in rule_names()}
    assert len(lines) == len(rule_names())
    assert not any("_" in line for line in lines)
    for phase in ("rest", "extend", "hold", "glide", "lower"):
        assert "_" not in said(make_update(phase=phase), make_stage(), words, None)[1]


def test_nothing_known_is_no_trouble() -> None:
    nowhere = np.full((5, 2), np.nan)
    update = make_update(
        working_px=nowhere, resting_px=nowhere, trunk_px=nowhere[:2], tension=None, hold_s=NAN,
        phase="hold", side=None, variant=None, set_index=0, reps=0, reps_target=None,
    )  # fmt: skip
    for stage in STAGES:
        draw(stage, update, notice="camera_lost")


def to_end_range(**changes: Any) -> Update:
    """A raised leg, between two repetitions."""
    values = {
        "exercise": "straight_leg_raise", "end_range": ("hip", "most flexed"), "phase": "hold",
        "variant": None, "tension": None, "hold_s": 0.0, "best_deg": 62.0, "peak_deg": 60.0,
        "reps": 3, "findings": (),
        "angles": make_angles(hip_flexion_deg=48.0),
    }  # fmt: skip
    return make_update(**{**values, **changes})


@pytest.mark.parametrize("words", LANGUAGES, ids=lambda w: w.language)
@pytest.mark.parametrize("exercise", [e for e in EXERCISES if e.to], ids=lambda e: e.name)
def test_an_end_range_shows_its_angle_its_best_and_the_count(
    exercise: Exercise, words: Words
) -> None:
    """Never a ring of seconds; and what is said without a message is the exercise's own."""
    assert exercise.to is not None
    joint = exercise.to.joint
    what = {"exercise": exercise.name, "end_range": (joint, exercise.to.end)}
    update = to_end_range(**what)
    stage = make_stage(message=None, counting=False)
    assert timed_s(update, stage) is None
    assert said(update, stage, words, None)[1] == words.line(exercise.name)
    picture, right = draw(stage, update, words), np.s_[:, 790:]
    for changes in (
        {"best_deg": 70.0},
        {"best_deg": NAN},
        {"reps": 4},
        {"angles": make_angles(**{f"{joint}_flexion_deg": 55.0})},
        {"angles": make_angles(**{f"{joint}_flexion_deg": NAN})},
    ):
        other = draw(stage, to_end_range(**{**what, **changes}), words)
        assert (other[right] != picture[right]).any(), changes


@pytest.mark.parametrize("best", [(("best", 62),), (("best_left", 62), ("best_right", 58))])
def test_the_end_shows_the_best_end_range(best: tuple[tuple[str, int], ...]) -> None:
    ends = make_stage("done", message="done", verdict="pass")
    plain = draw(ends, to_end_range())
    shown = draw(dataclasses.replace(ends, best=best), to_end_range())
    assert (shown[560:] != plain[560:]).any()
