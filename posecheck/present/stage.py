"""The screen of a live session: read from the mat, four metres away.

::

    screen = StageScreen(1280, 720)
    picture = screen.draw(frame.image, update, guide.stage, "en", scale=frame.scale)

Above stands one sign and one short line; below, the person as in a mirror, the large number in
its ring, and the gauge. Only the person is mirrored; a file or a report never is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from posecheck.natives import load_cv2
from posecheck.present import phrases, scenes
from posecheck.present.cards import SIGN_COLOURS, Sign, draw_sign, sign_of
from posecheck.present.climb import draw_climb
from posecheck.present.dial import GROUND, draw_number, draw_ring, ring_step
from posecheck.present.drawing import AMBER, BLUE, MUTED, PAPER, RED, Canvas, Line, Picture
from posecheck.present.figure import Figure
from posecheck.present.gauge import Gauge
from posecheck.present.layout import unit_px
from posecheck.present.mirror import Ahead, fitted, mirror_of, mirrored
from posecheck.present.prompt import dial_of, said
from posecheck.present.sketch import Box, Colour, Point
from posecheck.present.strokes import line as stroke
from posecheck.types import Stage, Update

cv2 = load_cv2()

_BAND = 0.16  # of the height: the line above
_RIM = 0.011  # of the height: the frame of a picture
_JOINTS = ("hip", "knee", "ankle")
_FIGURE_SCALE = 1.25  # of the letters at the joints


class StageScreen:
    """Draws the screen of one session; pictures are (height, width, 3), RGB."""

    def __init__(
        self, width_px: int = 1280, height_px: int = 720, *, tension_zone_deg: float = 5.0
    ) -> None:
        self.width, self.height = width_px, height_px
        self._ground: Picture = np.full((height_px, width_px, 3), GROUND, np.uint8)
        self._words: tuple[Sign, str] | None = None
        self._band = Canvas(self._ground[:1].copy())  # the line above, as it was drawn last
        self._dial = self._ground[:1, :1]  # the ring and its number, as they were drawn last
        self._dial_state: tuple[int, str, str, str] | None = None
        self._gauge = Gauge(max(tension_zone_deg, 0.5))
        self._figures: dict[tuple[int, int, str], Figure] = {}
        self._counts: dict[int, int] = {}  # repetitions by set
        self._head_left = False  # as the person lies in the mirror
        self._rest_s = 0.0  # the whole of the rest that is on
        top, bottom = (_BAND + 0.015) * height_px, 0.98 * height_px
        self._left: Box = (0.012 * width_px, top, 0.6 * width_px, bottom)
        self._right: Box = (0.615 * width_px, top, 0.988 * width_px, bottom)
        self._gauge_box: Box = (0.885 * width_px, top, 0.988 * width_px, bottom)
        self._small: Box = (*self._left[:2], 0.49 * width_px, bottom)
        self._room: Box = self._left  # of the person, as it was drawn last
        self._ahead: Ahead | None = None

    def prepare(self, image_rgb: Picture) -> None:
        """Do what does not need to know the pose, for a picture that will be drawn."""
        self._ahead = self._begun(image_rgb, self._room)

    def settle(self) -> None:
        """Do what the next screen has to know and the last one need not wait for."""
        for figure in self._figures.values():
            figure.settle()

    def _begun(self, image: Picture, room: Box) -> Ahead:
        """The screen with nothing but the mirrored person in a box."""
        left, top, right, bottom = room
        mirror, screen = mirror_of(image, fitted(image, room)), self._ground.copy()
        high, wide = mirror.shape[:2]
        x, y = round((left + right - wide) / 2), round((top + bottom - high) / 2)
        screen[y : y + high, x : x + wide] = mirror
        return Ahead(image, room, screen, (x, y, x + wide, y + high))

    def draw(
        self,
        image_rgb: Picture,
        update: Update,
        stage: Stage,
        language: str = "en",
        *,
        scale: float = 1.0,
        notice: str | None = None,
        foot: Sequence[str] = (),
    ) -> Picture:
        """Return the whole screen as a new picture.

        ``scale`` is the image's size over that which the update's pixels are of; ``notice`` is
        the name of what is wrong with the camera (``camera_lost``), said before all else; ``foot``
        is what stands below the person in the set-up, and where it has a second line, what to do.
        """
        if update.set_index:
            self._counts[update.set_index] = update.reps
        if stage.name != "rest":
            self._rest_s = 0.0
        if stage.name == "done":
            canvas = Canvas(self._ground.copy())
            self._draw_end(canvas, language)
        else:
            self._room = self._small if stage.name == "set_up" else self._left
            ahead, self._ahead = self._ahead, None
            if ahead is None or ahead.image is not image_rgb or ahead.room != self._room:
                ahead = self._begun(image_rgb, self._room)
            canvas = Canvas(ahead.screen)
            self._draw_person(ahead, update, scale, language)
            if stage.name == "set_up":
                self._see_head(update)
                self._draw_set_up(canvas, stage)
                self._draw_foot(canvas, foot)
            elif stage.name == "rest":
                self._draw_rest(canvas, stage)
            else:
                self._draw_exercise(canvas, update, stage, language)
        if stage.ending > 0:
            self._draw_ending(canvas, stage.ending)
        self._draw_band(canvas, update, stage, language, notice)
        return canvas.picture

    def _draw_person(self, on: Ahead, update: Update, scale: float, language: str) -> None:
        """Draw legs and angles, and a frame of the state's colour."""
        left, top, right, bottom = on.place
        size = (right - left, bottom - top)
        seen = mirrored(update, on.image.shape[1] / scale, size[0])
        self._figure(size, language).draw(Canvas(on.screen, on.place), seen, [])
        self._frame(on.screen, on.place, SIGN_COLOURS[sign_of(update)])

    def _frame(self, screen: Picture, place: tuple[int, int, int, int], colour: Colour) -> None:
        """Draw a frame around a picture: four bars."""
        (left, top, right, bottom), rim = place, round(_RIM * self.height)
        # NumPy takes thirty times as long to spread a colour.
        for begin, end in (
            ((left - rim, top - rim), (right + rim - 1, top - 1)),
            ((left - rim, bottom), (right + rim - 1, bottom + rim - 1)),
            ((left - rim, top), (left - 1, bottom)), ((right, top), (right + rim - 1, bottom)),
        ):  # fmt: skip
            cv2.rectangle(screen, begin, end, colour, -1)

    def _figure(self, size: tuple[int, int], language: str) -> Figure:
        key = (*size, language)
        if key not in self._figures:
            names = {joint: phrases.line(joint, language) for joint in _JOINTS}
            self._figures[key] = Figure(*size, unit_px(*size) * _FIGURE_SCALE, names)
        return self._figures[key]

    def _draw_exercise(self, canvas: Canvas, update: Update, stage: Stage, language: str) -> None:
        share, number, below = dial_of(update, stage, language)
        words = phrases.line("next_set", language, update.set_index) if update.set_index else ""
        state = (ring_step(share), number, below, words)
        left, top, right, bottom = (round(v) for v in (*self._right[:2], self._gauge_box[0],
                                                       self._right[3]))  # fmt: skip
        if state != self._dial_state:  # it often stays, and so does its picture
            self._dial_state = state
            self._dial = self._ground[top:bottom, left:right].copy()
            self._draw_dial(Canvas(self._dial), share, number, [below, words])
        canvas.picture[top:bottom, left:right] = self._dial
        draw_climb(canvas, self._gauge_box, update, self._gauge)

    def _draw_dial(self, canvas: Canvas, share: float, number: str, words: Sequence[str]) -> None:
        """Draw the ring, what stands in it, and two lines under it."""
        radius = canvas.width / 2 - 0.012 * self.width
        centre = (canvas.width / 2, 0.42 * canvas.height)
        draw_ring(canvas.picture, centre, radius, share)
        draw_number(canvas, centre, radius, number)
        size, foot = 0.07 * self.height, centre[1] + radius
        lines = [
            Line(centre[0], foot + size, words[0], size, align=0.5),
            Line(centre[0], foot + 2.3 * size, words[1], 0.8 * size, MUTED, align=0.5),
        ]
        canvas.write([line.within(2 * radius) for line in lines])

    def _see_head(self, update: Update) -> None:
        ahead = float(update.trunk_px[1, 0] - update.working_px[0, 0])
        if math.isfinite(ahead):
            self._head_left = ahead > 0  # the mirror turns it round

    def _draw_rest(self, canvas: Canvas, stage: Stage) -> None:
        left, top, right, bottom = self._right
        seconds = stage.rest_left_s if math.isfinite(stage.rest_left_s) else 0.0
        self._rest_s = max(self._rest_s, seconds)
        centre, radius = ((left + right) / 2, (top + bottom) / 2), 0.46 * (right - left)
        draw_ring(canvas.picture, centre, radius, seconds / (self._rest_s or 1.0), BLUE)
        draw_number(canvas, centre, radius, f"{math.ceil(seconds)}")

    def _draw_set_up(self, canvas: Canvas, stage: Stage) -> None:
        """Draw what the camera should see, below what it sees instead."""
        left, top, right, bottom = 0.51 * self.width, *self._right[1:]
        rim = round(_RIM * self.height)
        high = round(min((right - left) / scenes.WIDE, 0.6 * (bottom - top) / 100) * 100)
        goal = scenes.right(stage.hint, high, self._head_left)
        x, y = round(right - goal.shape[1] - rim), round(bottom - high - rim)
        self._draw_scene(canvas, goal, x, y, "good")
        small, gap = round(bottom - top - high - 5 * rim), 0.02 * self.height
        if stage.hint is None:
            radius = small / 2
            centre = (x + goal.shape[1] / 2, top + radius)
            draw_ring(canvas.picture, centre, radius, stage.ready)
            draw_sign(canvas, centre, radius, "good")
            return
        now = scenes.wrong(stage.hint, small, self._head_left)
        self._draw_scene(canvas, now, x, round(top + rim), "fault")
        arrow = 0.45 * small
        middle = (x + now.shape[1] + gap + 1.1 * arrow, top + 0.5 * small)
        tip = (middle[0], middle[1] + 0.7 * arrow)
        path = [(middle[0], middle[1] - 0.7 * arrow), tip]
        wings = [(tip[0] - 0.5 * arrow, tip[1] - 0.5 * arrow), tip,
                 (tip[0] + 0.5 * arrow, tip[1] - 0.5 * arrow)]  # fmt: skip
        for points in (path, wings):
            _line(canvas, points, 0.16 * arrow)

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

    def _draw_scene(self, canvas: Canvas, scene: Picture, x: int, y: int, sign: Sign) -> None:
        high, wide = scene.shape[:2]
        canvas.picture[y : y + high, x : x + wide] = scene
        self._frame(canvas.picture, (x, y, x + wide, y + high), SIGN_COLOURS[sign])
        size = 0.24 * high
        draw_sign(canvas, (x + wide - 0.65 * size, y + 0.65 * size), size, sign)

    def _draw_end(self, canvas: Canvas, language: str) -> None:
        """Draw what was done: a large sign, and the repetitions of each set."""
        done = {index: reps for index, reps in self._counts.items() if reps}
        top, bottom = self._left[1], self._left[3]
        y = (top + bottom) / 2
        sign: Sign = "good" if done else "idle"
        draw_sign(canvas, (0.27 * self.width, y), 0.6 * (bottom - top), sign)
        shown = list(done.items())[-5:]
        step = min((bottom - top) / max(len(shown), 1), 0.42 * self.height)
        for i, (index, reps) in enumerate(shown):
            at = y + (i + 0.5 - len(shown) / 2) * step
            words = phrases.line("next_set", language, index)
            size = 0.72 * step
            canvas.write([
                Line(0.52 * self.width, at, words, 0.4 * size, MUTED).within(0.2 * self.width),
                Line(0.95 * self.width, at, str(reps), size, bold=True, align=1.0),
            ])  # fmt: skip

    def _draw_ending(self, canvas: Canvas, share: float) -> None:
        """Draw a raised arm in a ring that fills until the session ends."""
        radius = 0.2 * self.height
        left, top, right, bottom = self._left
        x, y = (left + right) / 2, (top + bottom) / 2
        draw_ring(canvas.picture, (x, y), radius, share, RED)
        u = radius / 10
        _line(canvas, [(x + 1 * u, y + 4 * u), (x - 4 * u, y + 4 * u)], 2.4 * u)
        _line(canvas, [(x + 1 * u, y + 4 * u), (x + 1 * u, y - 5 * u)], 1.6 * u, AMBER)
        _line(canvas, [(x + 4.2 * u, y + 3.6 * u)] * 2, 3.4 * u)

    def _draw_band(
        self, canvas: Canvas, update: Update, stage: Stage, language: str, notice: str | None
    ) -> None:
        words = said(update, stage, language, notice)
        if words != self._words:  # it stays for seconds, and so does its picture
            self._words = words
            self._band = Canvas(self._ground[: round(_BAND * self.height)].copy())
            high, (sign, text) = self._band.height, words
            draw_sign(self._band, (0.62 * high, 0.54 * high), 0.74 * high, sign)
            line = Line(1.2 * high, 0.54 * high, text, 0.6 * high, SIGN_COLOURS[sign], bold=True)
            self._band.write([line.within(0.985 * self.width - 1.2 * high)])
        canvas.picture[: self._band.height] = self._band.picture


def _line(canvas: Canvas, points: Sequence[Point], width: float, colour: Colour = PAPER) -> None:
    canvas.stroke([stroke(a, b, width) for a, b in pairwise(points)], (0.0, colour, 1.0))
