"""Small scenes drawn by us: what the camera should see, and what it sees instead.

Coordinates are hundredths of a scene's height; a scene is 160 wide and 100 high.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np

from posecheck.present.drawing import AMBER, BLUE, LEG, MUTED, PAPER, Canvas, Picture
from posecheck.present.sketch import Colour, Point
from posecheck.present.strokes import Stroke, disc, line

WIDE, HIGH = 160.0, 100.0
ROOM: Colour = (52, 62, 76)
DARK: Colour = (17, 20, 25)
_DIM: Colour = (58, 66, 78)
_LIMB = 7.0
_HEAD = 8.5

# Joints of people seen from the side: ear, shoulder, hip, then knee and ankle of each leg.
_TRUNK = ((134, 66), (118, 71), (80, 73))
_RAISED = ((72, 44), (66, 17))
_FLAT = ((52, 74), (24, 75))
_BENT = ((58, 52), (50, 75))
_SITTING = ((84, 22), (82, 38), (80, 73))
_STANDING = ((0, 8), (0, 22), (0, 54))


class Scene:
    """A picture of a scene, drawn part by part."""

    def __init__(self, height_px: int, ground: Colour = ROOM) -> None:
        self.picture: Picture = np.empty((height_px, round(height_px * WIDE / HIGH), 3), np.uint8)
        self.picture[:] = ground
        self._canvas, self._scale = Canvas(self.picture), height_px / HIGH
        self.zoom, self.shift = 1.0, (0.0, 0.0)  # of the people, about the middle of the mat

    def mat(self, colour: Colour = BLUE) -> None:
        """Draw the mat."""
        self.lines([(2, 83), (158, 83)], 7, colour)

    def lying(self, colour: Colour = PAPER, leg: Colour = LEG, *, raised: bool = False) -> None:
        """Draw somebody who lies on the back; the working leg raised, or its foot on the mat."""
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
        """Draw somebody who stands behind."""
        ear, shoulder, hip = ((x + a, b) for a, b in _STANDING)
        self._body((ear, shoulder, hip), colour)
        for side in (-7, 7):
            self.lines([hip, (x + side, 80)], _LIMB, colour)
            self.lines([shoulder, (x + 1.7 * side, 48)], 0.7 * _LIMB, colour)

    def from_above(self, turn: Callable[[Point], Point], colour: Colour = PAPER) -> None:
        """Draw somebody who lies on a mat, seen from above, and turned."""
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
        """Draw a thick line through points."""
        strokes = [
            line(self._at(a), self._at(b), width * self._scale * self.zoom)
            for a, b in pairwise(points)
        ]
        self._ink(strokes, colour)

    def dots(self, points: Sequence[Point], radius: float, colour: Colour) -> None:
        """Draw filled circles."""
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


@lru_cache(maxsize=32)
def wrong(hint: str, height_px: int, head_left: bool = False) -> Picture:
    """Return what the camera sees that a hint asks to change."""
    return _turned(_wrong(hint, height_px), head_left)


@lru_cache(maxsize=32)
def right(hint: str | None, height_px: int, head_left: bool = False) -> Picture:
    """Return what the camera should see; without a hint, somebody who is ready to begin."""
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
