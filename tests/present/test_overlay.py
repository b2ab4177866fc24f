"""The overlay draws what is known, keeps off the person, and never fails on bad joints."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from present_factory import (
    ENGLISH,
    GERMAN,
    RESTING,
    TRUNK,
    WORKING,
    make_angles,
    make_finding,
    make_update,
)

from posecheck.present import strokes as pen
from posecheck.present.canvas import AMBER, RED, Line
from posecheck.present.fonts import printable, text_width
from posecheck.present.gauge import ZONE, Gauge
from posecheck.present.overlay import Overlay
from posecheck.present.panel_layout import Placer, body_points, controls_px, unit_px
from posecheck.present.panels import note_lines, notes_of, status_lines, wrap
from posecheck.present.signs import sign_of
from posecheck.types import PHASES, WARNINGS, Array, Phase, Tension, Words

joints = st.floats(-1e9, 1e9, width=64) | st.sampled_from([math.nan, math.inf, -math.inf, 0.0])
places = st.floats(-20_000, 20_000) | st.floats(-10, 70)
degrees = st.floats(-200, 400) | st.just(math.nan)


def grey(width: int = 640, height: int = 480) -> np.ndarray:
    """Return an empty picture."""
    return np.full((height, width, 3), 128, np.uint8)


@given(
    size=st.tuples(st.integers(1, 700), st.integers(1, 700)),
    working=arrays(float, (5, 2), elements=joints),
    resting=arrays(float, (5, 2), elements=joints),
    trunk=arrays(float, (2, 2), elements=joints),
    angles=st.tuples(degrees, degrees, degrees),
    phase=st.sampled_from(PHASES),
    hold=st.tuples(degrees, degrees),
    message=st.text(max_size=200),
    tense=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_any_joints_in_any_picture(
    size: tuple[int, int],
    working: Array,
    resting: Array,
    trunk: Array,
    angles: tuple[float, float, float],
    phase: Phase,
    hold: tuple[float, float],
    message: str,
    tense: bool,
) -> None:
    """Whatever the joints are, the picture keeps its size and type."""
    width, height = size
    finding = make_finding(message=message)
    changes: dict[str, Any] = {} if tense else {"tension": None}
    update = make_update(
        working_px=working, resting_px=resting, trunk_px=trunk, phase=phase, findings=(finding,),
        hold_s=hold[0], hold_target_s=hold[1], warnings=WARNINGS,
        angles=make_angles(
            hip_flexion_deg=angles[0], knee_flexion_deg=angles[1], ankle_dorsiflexion_deg=angles[2]
        ), **changes,
    )  # fmt: skip
    picture = Overlay(width, height, ENGLISH).draw(grey(width, height), update)
    assert picture.shape == (height, width, 3)
    assert picture.dtype == np.uint8


@given(t=st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_text_is_one_printable_line(t: str) -> None:
    """No text breaks the lettering."""
    line = printable(t + "\ud800\n\x00")
    assert line.isprintable()
    assert text_width(t, 20) >= 0


def test_draws_in_place_and_copies_what_is_read_only() -> None:
    """A writeable picture is the one returned, a read-only one stays as it was."""
    overlay, picture, update = Overlay(640, 480, ENGLISH), grey(), make_update()
    assert overlay.draw(picture, update) is picture
    locked = grey()
    locked.flags.writeable = False
    drawn = overlay.draw(locked, update)
    assert (locked == 128).all()
    assert np.array_equal(drawn, picture)


def test_a_strided_picture_is_drawn_alike() -> None:
    """Rows with padding, as decoders hand them out, make no difference."""
    update = make_update()
    padded = np.full((480, 700, 3), 128, np.uint8)[:, :640]
    drawn = Overlay(640, 480, ENGLISH).draw(padded, update)
    assert np.array_equal(drawn, Overlay(640, 480, ENGLISH).draw(grey(), update))


@pytest.mark.parametrize("picture", [grey(640, 481), grey().astype(float), grey()[:, :, :1]])
def test_another_picture_is_refused(picture: np.ndarray) -> None:
    """The overlay is prepared for one size."""
    with pytest.raises(ValueError, match="uint8 pictures of shape"):
        Overlay(640, 480, ENGLISH).draw(picture, make_update())


def test_the_working_leg_is_in_colour_and_an_unknown_one_is_not_drawn() -> None:
    """The middle of the thigh is coloured; without joints nothing is drawn there."""
    overlay = Overlay(640, 480, ENGLISH)
    seen = overlay.draw(grey(), make_update())[232, 345]
    assert seen[0] < 100 < seen[1]
    nowhere = {"working_px": np.full((5, 2), np.nan), "resting_px": np.full((5, 2), np.nan)}
    unseen = Overlay(640, 480, ENGLISH).draw(grey(), make_update(**nowhere))
    assert (unseen[232, 345] == 128).all()


@pytest.mark.parametrize(("width", "height"), [(640, 480), (540, 960), (1280, 720), (1920, 1080)])
def test_panels_keep_off_the_person(width: int, height: int) -> None:
    """No panel covers a point of the body of a person in the middle."""
    scale = min(width / 640, height / 480)
    move = np.array([(width - 640 * scale) / 2, (height - 480 * scale) / 2])
    parts = [np.array(part) * scale + move for part in (WORKING, RESTING, TRUNK)]
    points = body_points(*parts)
    placer = Placer(width, height, unit_px(width, height))
    placer.fix(points)
    for box in (placer.layout.status, placer.layout.gauge, placer.layout.messages):
        inside = (points >= box[:2]).all(axis=1) & (points <= box[2:]).all(axis=1)
        assert not inside.any()
        assert min(box) >= 0
        assert box[2] <= width
        assert box[3] <= height


@pytest.mark.parametrize(("width", "height"), [(640, 480), (1280, 720), (540, 960), (320, 240)])
def test_the_panels_of_a_video_leave_its_player_free(width: int, height: int) -> None:
    """In every arrangement, by what Chromium's controls take where the video is large enough."""
    free_px = controls_px(height)
    assert free_px >= min(max(72, 0.12 * height), 0.15 * height)
    u = unit_px(width, height)
    for layout in Placer(width, height, u, free_px=free_px).options:
        for box in (layout.status, layout.gauge, layout.messages):
            assert box[1] >= 0
            assert box[3] <= height - free_px
    for layout in Placer(width, height, u).options:  # a live window has no controls
        assert max(layout.status[3], layout.gauge[3], layout.messages[3]) == height - 2 * u or (
            max(layout.status[3], layout.gauge[3], layout.messages[3]) < height - free_px
        )


def test_no_panel_covers_a_label() -> None:
    """Neither one that appears where a label is, nor one into which a leg moves its label."""
    overlay = Overlay(640, 480, ENGLISH, for_player=True)
    messages = (make_finding(joint=None), make_finding(rule="too_fast", joint=None))
    legs = [
        np.add(np.array(WORKING, dtype=float), (70 * math.sin(i / 25), 40 * math.sin(i / 40)))
        for i in range(240)
    ]
    lying = body_points(np.array(WORKING), np.array(RESTING), np.array(TRUNK))
    overlay.avoid(np.concatenate([*legs, lying]))
    for i, moved in enumerate(legs):
        shown = messages if i // 20 % 2 else ()
        overlay.draw(grey(), make_update(t_s=i * 0.04, working_px=moved, findings=shown))
        layout = overlay._placer.layout
        update = make_update(findings=shown)
        notes = notes_of(layout, 640, unit_px(640, 480), update, ENGLISH)
        for panel in (layout.status, layout.gauge, *([notes.box] if notes else [])):
            assert not any(overlap(label, panel) for label in overlay.labels.values()), i


def test_panels_do_not_jump() -> None:
    """A person who moves into a panel for a moment moves nothing; one who stays does."""
    placer = Placer(640, 480, 4.8)
    high = np.array([[x, 100.0] for x in range(40, 600, 10)])
    for i in range(50):
        placer.follow(i * 0.04, high)
    before = placer.layout
    low = high + np.array([0, 340])
    for i in range(20):
        placer.follow(2 + i * 0.04, low)
    assert placer.layout is before
    for i in range(400):
        placer.follow(3 + i * 0.04, low)
    assert placer.layout is not before


@given(knee=st.floats(-30, 180), less=st.floats(0.1, 60), tension=st.floats(0, 80))
def test_the_gauge_never_turns_back(knee: float, less: float, tension: float) -> None:
    """A straighter knee is never further left, and the tension stands in its zone."""
    gauge = Gauge(5.0)
    assert gauge.place(knee - less, tension) >= gauge.place(knee, tension)
    assert ZONE[0] < gauge.place(tension, tension) < ZONE[1]
    assert 0 <= gauge.place(knee, tension) <= 1


def test_a_finding_is_drawn_at_its_joint() -> None:
    """Around the label of that joint, in red for a fault, before advice at the same joint."""
    advice = make_finding(severity="advice", joint="hip")
    for joint in ("hip", "knee", "ankle", None):
        finding, overlay = make_finding(joint=joint), Overlay(640, 480, ENGLISH)
        drawn = overlay.draw(grey(), make_update(findings=(finding, advice)))
        for name, box in overlay.labels.items():
            left, top, right, bottom = (round(edge) for edge in box)
            label = drawn[top:bottom, left:right]
            colours = {c for c in (RED, AMBER) if (label == c).all(axis=2).sum() > 50}
            expected = {RED} if name == joint else {AMBER} if name == "hip" else set()
            assert colours == expected, (joint, name)


def test_signs_follow_the_worst_finding() -> None:
    """A fault weighs more than advice, and rest is neither good nor bad."""
    fault, advice = make_finding(), make_finding(severity="advice")
    assert sign_of(make_update(findings=(advice, fault))) == "fault"
    assert sign_of(make_update(findings=(advice,))) == "advice"
    assert sign_of(make_update()) == "good"
    assert sign_of(make_update(phase="rest")) == "idle"


def test_wrapped_lines_fit() -> None:
    """Lines are within the width, and what is cut off is marked."""
    lines = wrap("Keep the knee still while the foot moves, please, and breathe.", 20, 150, 2)
    assert len(lines) == 2
    assert all(text_width(line, 20) <= 150 for line in lines)
    assert lines[-1].endswith("…")
    assert wrap("", 20, 150, 2) == ("",)


LANGUAGES = (ENGLISH, GERMAN)
SIZES = [
    (640, 480, 1.0), (540, 960, 1.0), (1280, 720, 1.0), (3840, 2160, 1.0), (640, 480, 1.5),
    (320, 240, 1.0),
]  # fmt: skip


def ink_of(line: Line) -> tuple[int, int, int, int]:
    """The box of a line's ink."""
    ink = line.stencil
    return int(ink.x.min()), int(ink.y.min()), int(ink.x.max()) + 1, int(ink.y.max()) + 1


def assert_apart(lines: list[Line], box: tuple[float, ...], gap_px: float) -> None:
    """No ink lies on other ink, nor closer to it in its row, nor outside the box."""
    inks = {line: ink_of(line) for line in lines if line.text}
    for line, (left, top, right, bottom) in inks.items():
        assert box[0] <= left, line
        assert right <= box[2], line
        assert box[1] <= top, line
        assert bottom <= box[3], line
        for other, (x0, y0, x1, y1) in inks.items():
            beside = right + gap_px <= x0 or x1 + gap_px <= left
            assert line is other or beside or bottom <= y0 or y1 <= top, (line, other)


@pytest.mark.parametrize(("width", "height", "scale"), SIZES)
@pytest.mark.parametrize("words", LANGUAGES, ids=lambda w: w.language)
@pytest.mark.parametrize("knee", [math.nan, -28.0, 5.0, 29.0, 88.0, 128.0, 188.0])
@pytest.mark.parametrize("tension", [None, -22.0, 29.0, 120.0])
def test_card_texts_do_not_overlap(
    words: Words, width: int, height: int, scale: float, knee: float, tension: float | None
) -> None:
    """Words and numbers keep apart in every arrangement of every size, and stay in their card."""
    u = unit_px(width, height) * scale
    placer, gauge = Placer(width, height, u), Gauge(5.0)
    angles = make_angles(knee_flexion_deg=knee)
    held = Tension(1, 2, tension, 80, 3) if tension is not None else None
    for layout in placer.options:
        update = make_update(angles=angles, tension=held)
        above, below = gauge.rows(layout.gauge, u, update, words)
        assert_apart(above + below, layout.gauge, 0.9 * u)
        assert any(line.text == f"{knee:.0f}°" for line in above) == math.isfinite(knee)
        bar = layout.gauge[1] + 11.2 * u
        assert max(ink_of(line)[3] for line in above if line.text) <= bar - 3.1 * u + 1
        assert min((ink_of(line)[1] for line in below), default=10**6) >= bar + 3.1 * u - 1


@pytest.mark.parametrize(("width", "height", "scale"), SIZES)
@pytest.mark.parametrize("words", LANGUAGES, ids=lambda w: w.language)
@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("reps", [(0, None), (1, 10), (128, 200), (9999, 9999)])
def test_status_and_messages_do_not_overlap(
    words: Words, width: int, height: int, scale: float, phase: Phase, reps: tuple[int, int | None]
) -> None:
    """The phase, the counter and the timer keep apart; the messages' lines too."""
    u = unit_px(width, height) * scale
    for layout in Placer(width, height, u).options:
        for hold in (0.0, 9.9, 75.0, 888.0):
            update = make_update(
                phase=phase, reps=reps[0], reps_target=reps[1], hold_s=hold,
                findings=(
                    make_finding(),
                    make_finding(rule="too_fast", severity="advice", joint=None),
                ),
                warnings=WARNINGS,
            )  # fmt: skip
            lines = status_lines(layout.status, u, update, words)
            assert_apart(lines, layout.status, 0.7 * u)
            assert lines[0].text
        notes = notes_of(layout, width, u, update, words)
        assert notes is not None
        assert_apart(note_lines(notes, u), notes.box, 0.0)


def overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    """Whether two boxes share a pixel."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def test_labels_are_steady_and_keep_off_the_body() -> None:
    """Through shaking joints and a pumping foot no label changes its side."""
    rng = np.random.default_rng(5)
    overlay, joints = Overlay(640, 480, ENGLISH), np.array(WORKING, dtype=float)
    straight = joints.copy()  # a straight knee bends to either side by turns
    straight[2:] += (345, 112) - joints[2]
    body = body_points(straight, np.array(RESTING, float), np.array(TRUNK, float))
    last: dict[str, Any] = {}
    for i in range(250):
        shaken = straight + rng.normal(0, 0.8, straight.shape)
        turn = 0.35 * math.sin(i / 6)
        foot = shaken[3:] - shaken[2]
        c, s = math.cos(turn), math.sin(turn)
        shaken[3:] = shaken[2] + foot @ np.array([[c, s], [-s, c]])
        update = make_update(t_s=i * 0.04, working_px=shaken)
        overlay.draw(grey(), update)
        boxes = overlay.labels
        assert set(boxes) == {"hip", "knee", "ankle"}
        for name, box in boxes.items():
            inside = (body > box[:2]).all(axis=1) & (body < box[2:]).all(axis=1)
            assert not inside.any()
            assert not any(overlap(box, other) for key, other in boxes.items() if key != name)
            if i > 25:
                assert max(abs(np.subtract(box, last[name]))) < 4, (i, name)
        last = boxes


def test_labels_follow_a_leg_that_moves() -> None:
    """After the leg was lowered the labels are beside it again, not where it was."""
    overlay = Overlay(640, 480, ENGLISH)
    for i in range(100):
        moved = np.add(np.array(WORKING, dtype=float), (min(i, 50) * 2, min(i, 50)))
        overlay.draw(grey(), make_update(t_s=i * 0.04, working_px=moved))
    for at, name in enumerate(("hip", "knee", "ankle")):
        left, top, right, bottom = overlay.labels[name]
        middle = ((left + right) / 2, (top + bottom) / 2)
        assert math.dist(middle, moved[at]) < 26 * unit_px(640, 480)


@pytest.mark.parametrize("opacity", [1.0, 0.6])
def test_a_disc_covers_its_area_where_it_stands(opacity: float) -> None:
    """The shares of a disc's pixels add up to its area, around its middle."""
    picture = np.zeros((64, 64, 3), np.uint8)
    pen.paint(picture, [pen.disc((30.3, 31.7), 9.4)], (0.0, (255, 255, 255), opacity))
    shares = picture[..., 0] / (255 * opacity)
    assert shares.sum() == pytest.approx(math.pi * 9.4**2, rel=0.03)
    y, x = np.mgrid[:64, :64] + 0.5
    assert (shares * x).sum() / shares.sum() == pytest.approx(30.3, abs=0.1)
    assert (shares * y).sum() / shares.sum() == pytest.approx(31.7, abs=0.1)


def test_a_line_is_as_wide_and_as_long_as_it_says() -> None:
    """With its round ends; in pieces it is the same."""
    whole, pieces = (np.zeros((64, 64, 3), np.uint8) for _ in range(2))
    coat = (1.0, (255, 255, 255), 1.0)
    pen.paint(whole, [pen.line((12, 32), (50, 32), 8)], coat)
    shares = whole[..., 0] / 255
    assert shares.sum() == pytest.approx(38 * 10 + math.pi * 25, rel=0.05)
    assert shares[:, 30].sum() == pytest.approx(10, abs=0.6)
    pen.paint(pieces, [pen.Stroke(((12, 32), (31, 32), (50, 32)), 4.0)], coat)
    np.testing.assert_allclose(pieces[..., 0] / 255, shares, atol=0.2)


@pytest.mark.parametrize("width", [1.3, 2.0, 3.0, 4.0, 5.3])
def test_thin_lines_are_within_a_pixel(width: float) -> None:
    picture = np.zeros((64, 64, 3), np.uint8)
    pen.paint(picture, [pen.line((12, 30), (50, 36), width)], (0.0, (255, 255, 255), 1.0))
    assert picture[:, 30, 0].sum() / 255 == pytest.approx(width * math.hypot(38, 6) / 38, abs=1.1)


@given(
    st.lists(st.tuples(places, places), min_size=1, max_size=4),
    st.floats(0.1, 12),
    st.floats(0.05, 1),
)
def test_strokes_stay_near_their_points(
    points: list[tuple[float, float]], half: float, opacity: float
) -> None:
    """However far outside these are; white on white stays white."""
    white = np.full((48, 64, 3), 255, np.uint8)
    pen.paint(white, [pen.Stroke(tuple(points), half)], (0.5, (255, 255, 255), opacity))
    assert (white == 255).all()
    picture = np.zeros((48, 64, 3), np.uint8)
    pen.paint(picture, [pen.Stroke(tuple(points), half)], (0.5, (255, 255, 255), opacity))
    y, x = np.nonzero(picture[..., 0])
    room = half + 0.5 + 2
    assert (x + 0.5 >= min(p[0] for p in points) - room).all()
    assert (x + 0.5 <= max(p[0] for p in points) + room).all()
    assert (y + 0.5 >= min(p[1] for p in points) - room).all()
    assert (y + 0.5 <= max(p[1] for p in points) + room).all()


def test_a_frame_costs_a_few_milliseconds() -> None:
    """Drawing stays far below the time of an inference (a generous bound for busy machines)."""
    overlay, update = Overlay(640, 480, ENGLISH), make_update(findings=(make_finding(),))
    picture = grey()
    overlay.draw(picture, update)
    start = time.process_time()
    for _ in range(10):
        overlay.draw(picture, update)
    assert (time.process_time() - start) / 10 < 0.03
