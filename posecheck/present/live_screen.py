"""The screen of a live session: read from the mat, four metres away.

::

    screen = LiveScreen(1280, 720)
    picture = screen.draw(frame.image, update, guide.stage, words, scale=frame.scale)

Above stands one sign and one short line; below, the person as in a mirror, the seconds in their
ring or the count on its card, and the gauge. Only the person is mirrored; a file or a report never
is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from posecheck.present.canvas import AMBER, BLUE, GREEN, MUTED, PAPER, RED, Canvas, Line, Picture
from posecheck.present.figure import Figure
from posecheck.present.gauge import (
    LEAST_ZONE_DEG,
    Gauge,
    draw_vertical_gauge,
    draw_vertical_range,
)
from posecheck.present.mirror import Prepared, fitted, mirror_of, mirrored
from posecheck.present.panel_layout import unit_px
from posecheck.present.peak_gauge import SCALES, now_deg
from posecheck.present.progress_ring import (
    GROUND,
    draw_counter,
    draw_number,
    draw_ring,
    ring_step,
)
from posecheck.present.setup_scenes import draw_set_up
from posecheck.present.signs import SIGN_COLOURS, Sign, draw_sign, sign_of
from posecheck.present.stencils import Box
from posecheck.present.strokes import draw_frame, polyline
from posecheck.types import End, Joint, Stage, Update, Verdict, Words

_BAND = 0.16  # of the height: the line above
_RIM = 0.011  # of the height: the frame of a picture
_FIGURE_SCALE = 1.25  # of the letters at the joints
_HOLD_S = 3.0  # fills the ring where the prescription asks for no length
_MOST_SETS = 5  # at the end


class LiveScreen:
    """Draws the screen of one session.

    Parameters
    ----------
    width_px, height_px
        The size of the screen.
    tension_zone_deg
        How far from the point of tension the gauge is still green.

    """

    def __init__(
        self, width_px: int = 1280, height_px: int = 720, *, tension_zone_deg: float = 5.0
    ) -> None:
        self.width, self.height = width_px, height_px
        self._rim = round(_RIM * height_px)
        self._ground: Picture = np.full((height_px, width_px, 3), GROUND, np.uint8)
        self._said: tuple[Sign, str] | None = None
        self._band = Canvas(self._ground[:1].copy())  # the line above, as it was drawn last
        self._ring = self._ground[:1, :1]  # the ring and its number, as they were drawn last
        self._ring_state: tuple[object, ...] | None = None
        self._gauge = Gauge(max(tension_zone_deg, LEAST_ZONE_DEG))
        self._figures: dict[tuple[int, int, str], Figure] = {}
        self._counts: dict[int, int] = {}  # repetitions by set
        self._head_left = False  # as the person lies in the mirror
        self._rest_s = 0.0  # the whole of the rest that is on
        top, bottom = (_BAND + 0.015) * height_px, 0.98 * height_px
        self._left: Box = (0.012 * width_px, top, 0.6 * width_px, bottom)
        self._right: Box = (0.615 * width_px, top, 0.988 * width_px, bottom)
        self._scenes: Box = (0.51 * width_px, *self._right[1:])
        self._gauge_box: Box = (0.885 * width_px, top, 0.988 * width_px, bottom)
        self._small: Box = (*self._left[:2], 0.49 * width_px, bottom)
        self._room: Box = self._left  # of the person, as it was drawn last
        self._prepared: Prepared | None = None

    def prepare(self, image_rgb: Picture) -> None:
        """Do what does not need to know the pose, for a picture that will be drawn.

        Parameters
        ----------
        image_rgb
            (height, width, 3); `draw` knows it again by its identity.

        """
        self._prepared = self._prepare(image_rgb, self._room)

    def settle(self) -> None:
        """Do what the next screen has to know and the last one need not wait for."""
        for figure in self._figures.values():
            figure.settle()

    def _prepared_for(self, image: Picture, room: Box) -> Prepared:
        """Return what was prepared for a frame, or prepare it now."""
        prepared, self._prepared = self._prepared, None
        if prepared is None or prepared.image is not image or prepared.room != room:
            return self._prepare(image, room)
        return prepared

    def _prepare(self, image: Picture, room: Box) -> Prepared:
        """Return the screen with nothing but the mirrored person in a box."""
        left, top, right, bottom = room
        mirror, screen = mirror_of(image, fitted(image, room)), self._ground.copy()
        high, wide = mirror.shape[:2]
        x, y = round((left + right - wide) / 2), round((top + bottom - high) / 2)
        screen[y : y + high, x : x + wide] = mirror
        return Prepared(image, room, screen, (x, y, x + wide, y + high))

    def draw(
        self,
        image_rgb: Picture,
        update: Update,
        stage: Stage,
        words: Words,
        *,
        scale: float = 1.0,
        notice: str | None = None,
        foot: Sequence[str] = (),
    ) -> Picture:
        """Return the whole screen as a new picture, (height, width, 3), RGB.

        Parameters
        ----------
        image_rgb
            The frame, (height, width, 3), not mirrored.
        update, stage
            What is shown.
        words
            In which language.
        scale
            The image's size over that which the update's pixels are of.
        notice
            The name of what is wrong with the camera (``camera_lost``), said before all else.
        foot
            What stands below the person in the set-up; a second line says what to do.

        """
        if update.set_index:
            self._counts[update.set_index] = update.reps
        if stage.name != "rest":
            self._rest_s = 0.0
        if stage.name == "done":
            canvas = Canvas(self._ground.copy())
            self._draw_end(canvas, stage, words)
        else:
            self._room = self._small if stage.name == "set_up" else self._left
            prepared = self._prepared_for(image_rgb, self._room)
            canvas = Canvas(prepared.screen)
            self._draw_person(prepared, update, scale, words)
            if stage.name == "set_up":
                self._see_head(update)
                draw_set_up(canvas, self._scenes, self._rim, stage, self._head_left)
                self._draw_foot(canvas, foot)
            elif stage.name == "rest":
                self._draw_rest(canvas, stage)
            else:
                self._draw_exercise(canvas, update, stage, words)
        if stage.ending > 0:
            self._draw_ending(canvas, stage.ending)
        self._draw_band(canvas, said(update, stage, words, notice))
        return canvas.picture

    def _draw_person(self, on: Prepared, update: Update, scale: float, words: Words) -> None:
        """Draw legs and angles, and a frame of the state's colour."""
        left, top, right, bottom = on.place
        size = (right - left, bottom - top)
        seen = mirrored(update, on.image.shape[1] / scale, size[0])
        self._figure(size, words).draw(Canvas(on.screen, on.place), seen, [])
        draw_frame(on.screen, on.place, self._rim, SIGN_COLOURS[sign_of(update)])

    def _figure(self, size: tuple[int, int], words: Words) -> Figure:
        key = (*size, words.language)
        if key not in self._figures:
            self._figures[key] = Figure(*size, unit_px(*size) * _FIGURE_SCALE, words)
        return self._figures[key]

    def _draw_exercise(self, canvas: Canvas, update: Update, stage: Stage, words: Words) -> None:
        if update.end_range is not None:
            self._draw_to_end_range(canvas, update, words, *update.end_range)
            return
        held_s = timed_s(update, stage)
        current = words.line("next_set", update.set_index) if update.set_index else ""
        share = held_share(update)
        state = (held_s, ring_step(share), update.reps, update.reps_target, current)
        left, top, right, bottom = (round(v) for v in (*self._right[:2], self._gauge_box[0],
                                                       self._right[3]))  # fmt: skip
        if state != self._ring_state:  # it often stays, and so does its picture
            self._ring_state = state
            self._ring = self._ground[top:bottom, left:right].copy()
            self._draw_measure(Canvas(self._ring), update, held_s, (words, current))
        canvas.picture[top:bottom, left:right] = self._ring
        draw_vertical_gauge(canvas, self._gauge_box, update, self._gauge)

    def _draw_measure(
        self, canvas: Canvas, update: Update, held_s: int | None, told: tuple[Words, str]
    ) -> None:
        """Draw the seconds in their ring, or the count on its card, and the lines under it."""
        words, current = told
        radius = canvas.width / 2 - 0.012 * self.width
        centre = (canvas.width / 2, 0.42 * canvas.height)
        if held_s is not None:
            draw_ring(canvas.picture, centre, radius, held_share(update))
            draw_number(canvas, centre, radius, f"{held_s} s")
            below = words.line("hold")
        else:
            draw_counter(canvas, centre, radius, update.reps, update.reps_target)
            below = counted_of(update, words)
        size, foot = 0.07 * self.height, centre[1] + radius
        lines = [
            Line(centre[0], foot + size, below, size, align=0.5),
            Line(centre[0], foot + 2.3 * size, current, 0.8 * size, MUTED, align=0.5),
        ]
        canvas.write([line.within(2 * radius) for line in lines])

    def _draw_to_end_range(
        self, canvas: Canvas, update: Update, words: Words, joint: Joint, end: End
    ) -> None:
        """Draw the exercise's name, the count, and the angle that is measured beside its best."""
        angle = now_deg(update)
        left, top, right, bottom = (round(v) for v in (*self._right[:2], self._gauge_box[0],
                                                       self._right[3]))  # fmt: skip
        shown = [f"{deg:.0f}°" if math.isfinite(deg) else "–" for deg in (angle, update.best_deg)]
        state = (update.exercise, *shown, update.reps, update.reps_target, update.set_index)
        if state != self._ring_state:
            self._ring_state = state
            self._ring = self._ground[top:bottom, left:right].copy()
            inner = Canvas(self._ring)
            wide, high, size = inner.width, inner.height, 0.07 * self.height
            radius = 0.23 * high
            centre = (wide / 2, 0.18 * high + 0.8 * radius)
            draw_counter(inner, centre, radius, update.reps, update.reps_target)
            title = words.text(f"exercises.{update.exercise}.title")
            names = (words.line(joint), words.line("best_so_far"))
            below = centre[1] + 1.05 * radius
            inner.write([
                Line(wide / 2, 0.7 * size, title, size, bold=True, align=0.5).within(0.96 * wide),
                Line(wide / 2, below + 0.6 * size, counted_of(update, words), 0.8 * size, MUTED,
                     align=0.5).within(0.96 * wide),
            ])  # fmt: skip
            for i, (name, degrees) in enumerate(zip(names, shown, strict=True)):
                y = high - (2.4 - 1.7 * i) * size
                inner.write([
                    Line(0.06 * wide, y, name, 0.9 * size, MUTED).within(0.42 * wide),
                    Line(0.96 * wide, y, degrees, 1.7 * size, GREEN if i else PAPER, bold=True,
                         align=1.0).within(0.5 * wide),
                ])  # fmt: skip
        canvas.picture[top:bottom, left:right] = self._ring
        ends = SCALES[joint, end]
        draw_vertical_range(canvas, self._gauge_box, angle, update.best_deg, ends)

    def _see_head(self, update: Update) -> None:
        prepared = float(update.trunk_px[1, 0] - update.working_px[0, 0])
        if math.isfinite(prepared):
            self._head_left = prepared > 0  # the mirror turns it round

    def _draw_rest(self, canvas: Canvas, stage: Stage) -> None:
        left, top, right, bottom = self._right
        seconds = stage.rest_left_s if math.isfinite(stage.rest_left_s) else 0.0
        self._rest_s = max(self._rest_s, seconds)
        centre, radius = ((left + right) / 2, (top + bottom) / 2), 0.46 * (right - left)
        draw_ring(canvas.picture, centre, radius, seconds / (self._rest_s or 1.0), BLUE)
        draw_number(canvas, centre, radius, f"{math.ceil(seconds)} s")

    def _draw_foot(self, canvas: Canvas, lines: Sequence[str]) -> None:
        """Draw lines at the foot of the left half, the last lowest."""
        left, _, right, bottom = self._small
        size, room = 0.06 * self.height, right - left
        colour = MUTED if len(lines) < 2 else AMBER
        step = 1.3 * size
        if lines:
            canvas.shade((left, bottom - step * len(lines), right, bottom), 0.3 * size)
        canvas.write([
            Line((left + right) / 2, bottom - step * (i + 0.5), text, size, colour, bold=i > 0,
                 align=0.5).within(0.96 * room)
            for i, text in enumerate(reversed(lines))
        ])  # fmt: skip

    def _draw_end(self, canvas: Canvas, stage: Stage, words: Words) -> None:
        """Draw what was done: a large sign, the repetitions of each set, and what to do better."""
        done = {index: reps for index, reps in self._counts.items() if reps}
        top, bottom = self._left[1], self._left[3]
        if stage.to_do_better is not None:
            bottom -= 0.26 * self.height
            self._draw_to_do_better(canvas, bottom, words, stage)
        if stage.best:
            size = 0.09 * self.height
            bottom -= 1.2 * size
            text = ", ".join(words.line(name, degrees) for name, degrees in stage.best)
            best = Line(0.5 * self.width, bottom + 0.5 * size, text, size, GREEN, bold=True,
                        align=0.5)  # fmt: skip
            canvas.write([best.within(0.96 * self.width)])
        y = (top + bottom) / 2
        sign: Sign = "idle" if stage.verdict is None else _VERDICT_SIGNS[stage.verdict]
        draw_sign(canvas, (0.27 * self.width, y), 0.6 * (bottom - top), sign)
        shown = list(done.items())[-_MOST_SETS:]
        step = min((bottom - top) / max(len(shown), 1), 0.42 * self.height)
        for i, (index, reps) in enumerate(shown):
            at = y + (i + 0.5 - len(shown) / 2) * step
            name = words.line("next_set" if len(shown) > 1 else "times", index)
            size = 0.72 * step
            canvas.write([
                Line(0.52 * self.width, at, name, 0.4 * size, MUTED).within(0.2 * self.width),
                Line(0.95 * self.width, at, str(reps), size, bold=True, align=1.0),
            ])  # fmt: skip

    def _draw_to_do_better(self, canvas: Canvas, top: float, words: Words, stage: Stage) -> None:
        middle, size = 0.5 * self.width, 0.09 * self.height
        # what was not seen is no task for the next time
        head = "" if stage.verdict == "ungradable" else words.line("next_time")
        text = words.line(stage.to_do_better or "")
        canvas.write([
            Line(middle, top + 0.6 * size, head, 0.5 * size, MUTED, align=0.5),
            Line(middle, top + 1.7 * size, text, size, bold=True, align=0.5)
            .within(0.96 * self.width),
        ])  # fmt: skip

    def _draw_ending(self, canvas: Canvas, share: float) -> None:
        """Draw a raised arm in a ring that fills until the session ends."""
        radius = 0.2 * self.height
        left, top, right, bottom = self._left
        x, y = (left + right) / 2, (top + bottom) / 2
        draw_ring(canvas.picture, (x, y), radius, share, RED)
        u = radius / 10
        trunk = polyline([(x + 1 * u, y + 4 * u), (x - 4 * u, y + 4 * u)], 2.4 * u)
        arm = polyline([(x + 1 * u, y + 4 * u), (x + 1 * u, y - 5 * u)], 1.6 * u)
        head = polyline([(x + 4.2 * u, y + 3.6 * u)] * 2, 3.4 * u)
        for strokes, colour in ((trunk, PAPER), (arm, AMBER), (head, PAPER)):
            canvas.stroke(strokes, (0.0, colour, 1.0))

    def _draw_band(self, canvas: Canvas, told: tuple[Sign, str]) -> None:
        if told != self._said:  # it stays for seconds, and so does its picture
            self._said = told
            self._band = Canvas(self._ground[: round(_BAND * self.height)].copy())
            high, (sign, text) = self._band.height, told
            draw_sign(self._band, (0.62 * high, 0.54 * high), 0.74 * high, sign)
            line = Line(1.2 * high, 0.54 * high, text, 0.6 * high, SIGN_COLOURS[sign], bold=True)
            self._band.write([line.within(0.985 * self.width - 1.2 * high)])
        canvas.picture[: self._band.height] = self._band.picture


_VERDICT_SIGNS: Final[dict[Verdict, Sign]] = {
    "pass": "good", "needs_work": "advice", "ungradable": "camera",
}  # fmt: skip


def message_screen(text: str, width_px: int = 1280, height_px: int = 720) -> Picture:
    """Return a screen with nothing but a line, for before the first picture.

    Parameters
    ----------
    text
        The line.
    width_px, height_px
        The size of the screen.

    """
    screen: Picture = np.full((height_px, width_px, 3), GROUND, np.uint8)
    canvas = Canvas(screen)
    line = Line(0.5 * width_px, 0.5 * height_px, text, 0.09 * height_px, bold=True, align=0.5)
    canvas.write([line.within(0.9 * width_px)])
    return canvas.picture


def said(update: Update, stage: Stage, words: Words, notice: str | None) -> tuple[Sign, str]:
    """Return the sign and the line that say most: what is wrong before what to do.

    Parameters
    ----------
    update, stage
        What is shown.
    words
        In which language.
    notice
        The name of what is wrong with the camera, None where nothing is.

    """
    if notice is not None:
        return "camera", words.line(notice)
    if stage.name == "set_up":
        return "good" if stage.hint is None else "camera", words.line(stage.hint or "ready")
    if stage.correction is not None:
        fault = any(f.severity == "fault" for f in update.findings)
        return "fault" if fault else "advice", words.line(stage.correction)
    rest = "stopped" if stage.name == "done" else "ready"
    name = stage.message or (update.exercise if update.end_range else None) or {
        "rest": rest, "extend": "straighten", "hold": "hold", "lower": "lower",
        "glide": "bend" if update.variant == "knee_bend" else "pump",
    }[update.phase]  # fmt: skip
    number = update.set_index + 1 if name in ("next_set", "begin_set") else None
    if name == "hold_seconds" and math.isfinite(update.hold_target_s):
        number = round(update.hold_target_s)
    if stage.name != "done":
        return sign_of(update), words.line(name, number)
    if stage.verdict is not None:
        return _VERDICT_SIGNS[stage.verdict], words.verdicts[stage.verdict]
    return "idle", words.line(name, number)


def timed_s(update: Update, stage: Stage) -> int | None:
    """Return the seconds that are shown in the ring, None where repetitions are counted.

    Parameters
    ----------
    update, stage
        What is shown.

    """
    if update.end_range is not None:
        return None
    # What is counted from the first pump on is known only when it is done.
    if update.phase != "hold" or stage.counting:
        return None
    return math.floor(_held_s(update))


def held_share(update: Update) -> float:
    """Return how much of the time to hold has passed, 0 to 1 and more."""
    target = update.hold_target_s
    return _held_s(update) / (target if math.isfinite(target) and target > 0 else _HOLD_S)


def _held_s(update: Update) -> float:
    return max(update.hold_s, 0.0) if math.isfinite(update.hold_s) else 0.0


def counted_of(update: Update, words: Words) -> str:
    """Return what stands under the count: of how many, or what it is.

    Parameters
    ----------
    update
        What is shown.
    words
        In which language.

    """
    return words.line("of", update.reps_target) if update.reps_target else words.line("times")
