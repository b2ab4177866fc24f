"""The set-up of a live session in scenes: what the camera should see, and what it sees instead.

Coordinates are hundredths of a scene's height; a scene is 160 wide and 100 high.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from posecheck.present.canvas import AMBER, BLUE, LEG, MUTED, PAPER, Canvas, Picture
from posecheck.present.progress_ring import draw_ring
from posecheck.present.signs import SIGN_COLOURS, Sign, draw_sign
from posecheck.present.stencils import Box, Colour, Point
from posecheck.present.strokes import Stroke, disc, draw_frame, polyline
from posecheck.types import Stage

WIDE, HIGH = 160.0, 100.0
ROOM: Colour = (52, 62, 76)
DARK: Colour = (17, 20, 25)
_DIM: Colour = (58, 66, 78)
_LIMB = 7.0  # the width of a leg
_HEAD = 8.5  # the radius of a head
_GOAL_SHARE = 0.6  # of the height of the set-up: what the camera should see
_GAP = 0.02  # of the screen's height, between a scene and the arrow

# Joints of people seen from the side: ear, shoulder, hip, then knee and ankle of each leg.
_TRUNK = ((134, 66), (118, 71), (80, 73))
_RAISED = ((72, 44), (66, 17))
_FLAT = ((52, 74), (24, 75))
_BENT = ((58, 52), (50, 75))
_SITTING = ((84, 22), (82, 38), (80, 73))
_STANDING = ((0, 8), (0, 22), (0, 54))


class Scene:
    """A picture of a scene, drawn part by part.

    Parameters
    ----------
    height_px
        Its height.
    ground
        Its colour before anything is drawn.

    """

    def __init__(self, height_px: int, ground: Colour = ROOM) -> None:
        self.picture: Picture = np.empty((height_px, round(height_px * WIDE / HIGH), 3), np.uint8)
        self.picture[:] = ground
        self._canvas, self._scale = Canvas(self.picture), height_px / HIGH
        self.zoom, self.shift = 1.0, (0.0, 0.0)  # of the people, about the middle of the mat

    def mat(self, colour: Colour = BLUE) -> None:
        """Draw the mat."""
        self.lines([(2, 83), (158, 83)], 7, colour)

    def lying(self, colour: Colour = PAPER, leg: Colour = LEG, *, raised: bool = False) -> None:
        """Draw somebody who lies on the back.

        Parameters
        ----------
        colour, leg
            Of the person, and of the working leg.
        raised
            Whether the working leg is, or its foot stands on the mat.

        """
        hip = _TRUNK[2]
        self.lines([hip, *_FLAT], _LIMB, _mixed(colour, ROOM))
        self._foot(_FLAT[1], -90, _mixed(colour, ROOM))
        working = _RAISED if raised else _BENT
        self._body(_TRUNK, colour)
        self.lines([hip, *working], _LIMB, leg)
        self._foot(working[1], 0 if raised else 180, leg)
        hand = (80, 52) if raised else (92, 76)
        self.lines([_TRUNK[1], hand], 0.7 * _LIMB, colour)

    def sitting(self, colour: Colour = PAPER) -> None:
        """Draw somebody who sits on the mat."""
        self._body(_SITTING, colour)
        self.lines([_SITTING[2], *_FLAT], _LIMB, LEG)
        self._foot(_FLAT[1], -90, LEG)
        self.lines([_SITTING[1], (98, 74)], 0.7 * _LIMB, colour)

    def standing(self, x: float, colour: Colour = AMBER) -> None:
        """Draw somebody who stands behind.

        Parameters
        ----------
        x
            Where, in hundredths of the scene's height.
        colour
            Of the person.

        """
        ear, shoulder, hip = ((x + a, b) for a, b in _STANDING)
        self._body((ear, shoulder, hip), colour)
        for side in (-7, 7):
            self.lines([hip, (x + side, 80)], _LIMB, colour)
            self.lines([shoulder, (x + 1.7 * side, 48)], 0.7 * _LIMB, colour)

    def from_above(self, turn: Callable[[Point], Point], colour: Colour = PAPER) -> None:
        """Draw somebody who lies on a mat, seen from above.

        Parameters
        ----------
        turn
            Where a point of a person goes who lies along the x axis around the origin.
        colour
            Of the person.

        """
        corners = [turn(p) for p in ((-46, -15), (46, -15), (46, 15), (-46, 15))]
        self.lines([*corners, corners[0]], 4, BLUE)
        self.lines([turn((18, 0)), turn((-4, 0))], 15, colour)
        self.dots([turn((33, 0))], _HEAD, colour)
        self.lines([turn((-6, -5)), turn((-40, -5))], _LIMB, colour)
        self.lines([turn((-6, 5)), turn((-40, 5))], _LIMB, LEG)
        for side in (-12, 12):
            self.lines([turn((17, side)), turn((0, side))], 0.6 * _LIMB, colour)

    def laptop_from_above(self) -> None:
        """Draw the laptop at the lower edge, and what its camera sees."""
        self.lines([(80, 88), (12, 8)], 1.5, MUTED)
        self.lines([(80, 88), (148, 8)], 1.5, MUTED)
        self.lines([(64, 92), (96, 92)], 8, PAPER)
        self.dots([(80, 92)], 2.2, DARK)

    def lamp(self) -> None:
        """Draw a lamp that shines."""
        self.dots([(24, 24)], 10, AMBER)
        for i in range(8):
            x, y = np.cos(i * np.pi / 4), np.sin(i * np.pi / 4)
            self.lines([(24 + 14 * x, 24 + 14 * y), (24 + 19 * x, 24 + 19 * y)], 3, AMBER)

    def lines(self, points: Sequence[Point], width: float, colour: Colour) -> None:
        """Draw a thick line through points.

        Parameters
        ----------
        points, width
            In hundredths of the scene's height.
        colour
            Of the line.

        """
        path = [self._at(point) for point in points]
        self._ink(polyline(path, width * self._scale * self.zoom), colour)

    def dots(self, points: Sequence[Point], radius: float, colour: Colour) -> None:
        """Draw filled circles.

        Parameters
        ----------
        points, radius
            Their middles and their size, in hundredths of the scene's height.
        colour
            Of the circles.

        """
        self._ink([disc(self._at(p), radius * self._scale * self.zoom) for p in points], colour)

    def _body(self, trunk: Sequence[Point], colour: Colour) -> None:
        ear, shoulder, hip = trunk
        self.lines([shoulder, hip], 1.9 * _LIMB, colour)
        self.dots([ear], _HEAD, colour)

    def _foot(self, ankle: Point, towards_deg: float, colour: Colour) -> None:
        """Draw a foot, from the ankle: 0° to the right, -90° up."""
        turn = np.radians(towards_deg)
        toe = (ankle[0] + 11 * float(np.cos(turn)), ankle[1] + 11 * float(np.sin(turn)))
        self.lines([ankle, toe], 0.8 * _LIMB, colour)

    def _at(self, point: Point) -> Point:
        x = 80 + self.shift[0] + (point[0] - 80) * self.zoom
        y = 83 + self.shift[1] + (point[1] - 83) * self.zoom
        return x * self._scale, y * self._scale

    def _ink(self, strokes: Sequence[Stroke], colour: Colour) -> None:
        self._canvas.stroke(strokes, (0.0, colour, 1.0))


def draw_set_up(canvas: Canvas, box: Box, rim: int, stage: Stage, head_left: bool) -> None:
    """Draw what the camera should see, below what it sees instead.

    Parameters
    ----------
    canvas, box
        The screen, and where on it the scenes are drawn, in pixels.
    rim
        How wide the frames of the scenes are, in pixels.
    stage
        The hint that is shown, or how near the start is.
    head_left
        Whether the person's head lies on the left.

    """
    left, top, right, bottom = box
    high = round(min((right - left) / WIDE, _GOAL_SHARE * (bottom - top) / HIGH) * HIGH)
    goal = right_scene(stage.hint, high, head_left)
    x, y = round(right - goal.shape[1] - rim), round(bottom - high - rim)
    _put(canvas, goal, (x, y), rim, "good")
    small = round(bottom - top - high - 5 * rim)
    if stage.hint is None:
        radius = small / 2
        centre = (x + goal.shape[1] / 2, top + radius)
        draw_ring(canvas.picture, centre, radius, stage.ready)
        draw_sign(canvas, centre, radius, "good")
        return
    now = wrong_scene(stage.hint, small, head_left)
    _put(canvas, now, (x, round(top + rim)), rim, "fault")
    arrow = 0.45 * small
    start = x + now.shape[1] + _GAP * canvas.height
    _draw_arrow(canvas, (start + 1.1 * arrow, top + 0.5 * small), arrow)


def _put(canvas: Canvas, scene: Picture, at: tuple[int, int], rim: int, sign: Sign) -> None:
    """Put a scene in its place, with a frame and a sign."""
    (x, y), (high, wide) = at, scene.shape[:2]
    canvas.picture[y : y + high, x : x + wide] = scene
    draw_frame(canvas.picture, (x, y, x + wide, y + high), rim, SIGN_COLOURS[sign])
    size = 0.24 * high
    draw_sign(canvas, (x + wide - 0.65 * size, y + 0.65 * size), size, sign)


def _draw_arrow(canvas: Canvas, middle: Point, size: float) -> None:
    """Draw an arrow that points down."""
    x, y = middle
    tip = (x, y + 0.7 * size)
    wings = [(x - 0.5 * size, tip[1] - 0.5 * size), tip, (x + 0.5 * size, tip[1] - 0.5 * size)]
    for points in ([(x, y - 0.7 * size), tip], wings):
        canvas.stroke(polyline(points, 0.16 * size), (0.0, PAPER, 1.0))


@lru_cache(maxsize=32)
def wrong_scene(hint: str, height_px: int, head_left: bool = False) -> Picture:
    """Return what the camera sees that a hint asks to change; parameters as of `right_scene`."""
    return _turned(_wrong(hint, height_px), head_left)


@lru_cache(maxsize=32)
def right_scene(hint: str | None, height_px: int, head_left: bool = False) -> Picture:
    """Return what the camera should see, (height, width, 3), RGB.

    Parameters
    ----------
    hint
        What has to change; None for somebody who is ready to begin.
    height_px
        The height of the picture.
    head_left
        Whether the person's head lies on the left.

    """
    return _turned(_right(hint, height_px), head_left)


def _turned(picture: Picture, head_left: bool) -> Picture:
    return np.ascontiguousarray(picture[:, ::-1]) if head_left else picture


def _wrong(hint: str, height_px: int) -> Picture:
    if hint == "turn_side_on":
        scene = Scene(height_px)
        scene.laptop_from_above()
        scene.from_above(lambda p: (80 + 0.75 * p[1], 42 - 0.75 * p[0]))
        return scene.picture
    scene = Scene(height_px, DARK if hint == "more_light" else ROOM)
    if hint == "come_into_view":
        scene.shift = (96.0, 0.0)
    elif hint == "come_closer":
        scene.zoom, scene.shift = 0.36, (0.0, -12.0)
    elif hint == "move_back":
        scene.zoom, scene.shift = 1.75, (-24.0, 24.0)
    scene.mat(_DIM if hint == "more_light" else BLUE)
    if hint == "alone":
        scene.standing(36)
    if hint == "lie_down":
        scene.sitting()
    elif hint == "more_light":
        scene.lying(_DIM, _DIM)
    else:
        scene.lying(raised=hint == "move_back")
    return scene.picture


def _right(hint: str | None, height_px: int) -> Picture:
    scene = Scene(height_px)
    if hint == "turn_side_on":
        scene.laptop_from_above()
        scene.from_above(lambda p: (80 + 0.9 * p[0], 40 + 0.9 * p[1]))
        return scene.picture
    if hint == "more_light":
        scene.lamp()
    scene.mat()
    scene.lying(raised=hint == "move_back")
    return scene.picture


def _mixed(colour: Colour, other: Colour) -> Colour:
    """A leg that lies behind is a little darker."""
    return tuple((3 * a + 2 * b) // 5 for a, b in zip(colour, other, strict=True))  # type: ignore[return-value]
