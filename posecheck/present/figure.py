"""The person's legs, and the angles at the joints with their degrees beside them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from posecheck.present.canvas import AMBER, GREEN, INK, LEG, MUTED, PAPER, RED, Canvas, Line
from posecheck.present.label_placement import Labels
from posecheck.present.stencils import Box, Colour, Point
from posecheck.present.strokes import Stroke, arc, dashes, disc, line
from posecheck.types import Array, End, Joint, Update, Words

_FAR = 20_000.0  # further outside than this a joint is nonsense
_COLOURS: dict[Joint, Colour] = {"hip": (255, 205, 112), "knee": LEG, "ankle": (214, 160, 255)}
_NAME, _DEGREES = 3.7, 5.8  # sizes of the letters, in units
_TALL = 10.0  # a label, in units
_DOT = 1.05  # the radius of a joint, in units
_LARGEST = 11  # the radius of an arc, in units
_WIDEST_DEG = -88  # a label has room for it, so that its width does not change
# What it costs to cover a point of an arc or of the head; one of a leg costs 1.
_ARC_COST, _FACE_COST = 0.7, 4.0
_CLEAR_RAD = math.radians(25)  # a hip bent by less does not tell which way a person faces


class Arc(NamedTuple):
    """An angle in the picture, and where its label is wanted."""

    centre: Point
    start_rad: float
    sweep_rad: float
    radius: float
    degrees: float
    joint: Point
    away_rad: float  # from the joint, that way


def _angle(a: Point, b: Point) -> float:
    return math.atan2(b[1] - a[1], b[0] - a[0])


def _turned(start: float, end: float) -> float:
    return (end - start + math.pi) % math.tau - math.pi


def arcs_of(
    update: Update, working: list[Point | None], trunk: list[Point | None]
) -> dict[Joint, Arc]:
    """Return the arc of each joint that is known.

    Parameters
    ----------
    update
        The angles.
    working
        Hip, knee, ankle, heel and toe of the working leg in pixels, None where unknown.
    trunk
        The middle of the shoulders and the ear likewise.

    """
    hip, knee, ankle, heel, toe = working
    shoulder, angles = trunk[0], update.angles
    arcs: dict[Joint, Arc] = {}
    raised = 0.0
    if hip and knee and shoulder:
        start = _angle(shoulder, hip)  # the trunk, prolonged along the lying surface
        raised = _turned(start, _angle(hip, knee))
        if math.isfinite(angles.hip_flexion_deg):
            radius, away = 0.42 * math.dist(hip, knee), start + raised / 2
            arcs["hip"] = Arc(hip, start, raised, radius, angles.hip_flexion_deg, hip, away)
    if hip and knee and ankle and math.isfinite(angles.knee_flexion_deg):
        start = _angle(hip, knee)  # the thigh, prolonged
        sweep = _turned(start, _angle(knee, ankle))
        # The knee bends against the hip; a straight knee does not tell by itself which way.
        bend = -raised if abs(raised) > _CLEAR_RAD else sweep
        front = start - math.copysign(math.pi / 2, bend)
        radius = 0.55 * math.dist(knee, ankle)
        arcs["knee"] = Arc(knee, start, sweep, radius, angles.knee_flexion_deg, knee, front)
    if knee and ankle and heel and toe and math.isfinite(angles.ankle_dorsiflexion_deg):
        foot, shank = _angle(heel, toe), _angle(ankle, knee)
        square = shank + math.copysign(math.pi / 2, _turned(shank, foot))
        radius = 0.8 * math.dist(heel, toe)
        arcs["ankle"] = Arc(
            heel, square, _turned(square, foot), radius, angles.ankle_dorsiflexion_deg,
            ankle, square + math.pi,
        )  # fmt: skip
    return arcs


def _flexion_turns(joint: Joint, sweep: float, working: list[Point | None]) -> float | None:
    """Return which way in the picture the joint of the end range flexes, 1 or -1.

    A joint that is clearly bent shows it; else the foot, whose toes point where a hip flexes to.
    """
    if abs(sweep) > _CLEAR_RAD:
        return math.copysign(1.0, sweep)
    _, knee, ankle, heel, toe = working
    if not (knee and ankle and heel and toe):
        return None
    forward = math.copysign(1.0, _turned(_angle(knee, ankle), _angle(heel, toe)))
    return forward if joint == "hip" else -forward


def _points(xy: Array) -> list[Point | None]:
    return [
        (float(x), float(y)) if abs(x) < _FAR and abs(y) < _FAR else None for x, y in np.asarray(xy)
    ]


def _limbs(joints: list[Point | None]) -> list[tuple[Point, Point]]:
    """Return hip-knee, knee-ankle, ankle-heel and heel-toe where both ends are known."""
    return [(a, b) for a, b in pairwise(joints) if a is not None and b is not None]


class Figure:
    """Draws legs, arcs and labels on pictures of one size.

    Parameters
    ----------
    width_px, height_px
        The size of the pictures.
    unit
        What all sizes are multiples of, in pixels.
    words
        The language of the joints' names.

    """

    def __init__(self, width_px: int, height_px: int, unit: float, words: Words) -> None:
        self._unit, self._words = unit, words
        self._labels = Labels(width_px, height_px, unit)
        self.boxes: dict[str, Box] = {}  # where the labels of the last frame stand

    def draw(
        self, canvas: Canvas, update: Update, taken: list[Box], panels: Sequence[Box] = ()
    ) -> None:
        """Draw everything that is known.

        Parameters
        ----------
        canvas
            What is drawn on.
        update
            What is shown, its joints in pixels of the canvas.
        taken
            Boxes in pixels that the labels keep off.
        panels
            Those of them that are drawn later, over the labels.

        """
        self.settle()
        u = self._unit
        working, resting = _points(update.working_px), _points(update.resting_px)
        trunk = _points(update.trunk_px)
        self._draw_leg(canvas, resting, 0.9 * u, MUTED, 0.55)
        self._draw_leg(canvas, working, 1.9 * u, LEG, 1.0)
        arcs = {
            joint: found._replace(radius=min(found.radius, _LARGEST * u))
            for joint, found in arcs_of(update, working, trunk).items()
        }
        for joint, found in arcs.items():
            canvas.stroke(_arc(found, u), (0.3 * u, INK, 0.6), (0.0, _COLOURS[joint], 1.0))
        marks: list[Point] = []
        if update.end_range is not None and update.end_range[0] in arcs:
            marks = self._draw_peaks(canvas, update, update.end_range, arcs, working)
        dots = [disc(joint, _DOT * u) for joint in working[:3] if joint is not None]
        canvas.stroke(dots, (0.0, PAPER, 1.0))
        body = cache(
            lambda: _body(working, resting, trunk, arcs, marks)
        )  # not every frame needs it
        alarms = _alarms(update)
        self.boxes = {}
        for joint, found in arcs.items():
            name = self._words.line(joint)
            lines = _label(joint, name, found.degrees, u, alarms.get(joint))
            widest = (*lines, _label(joint, name, _WIDEST_DEG, u, None)[1])
            shape = (
                max(at.width for at in widest) / 2 + 1.3 * u,
                _TALL / 2 * u,
                found.radius if joint == "hip" else 1.2 * u,
                found.away_rad,
            )
            taken_now = [*taken, *self.boxes.values()]
            box = self._labels.place(joint, update.t_s, found.joint, shape, body, taken_now, panels)
            self.boxes[joint] = box
            _draw_label(canvas, box, lines, u, alarms.get(joint))

    def _draw_peaks(
        self,
        canvas: Canvas,
        update: Update,
        to: tuple[Joint, End],
        arcs: Mapping[Joint, Arc],
        working: list[Point | None],
    ) -> list[Point]:
        """Mark the best, the median and the last end range of the set on the arc of its joint.

        Return the ends of the mark of the best, which labels keep off.
        """
        (joint, end), u, found = to, self._unit, arcs[to[0]]
        limb = found.start_rad + found.sweep_rad
        turn = _flexion_turns(joint, found.sweep_rad, working)
        if turn is None or not math.isfinite(update.best_deg):
            return []

        def away(deg: float) -> float:  # from where the limb is now, so that it meets its mark
            return turn * math.radians(deg - found.degrees)

        if (update.best_deg > found.degrees) == (end == "most flexed"):
            # where the arc does not reach, the way to the best
            further = arc(found.centre, found.radius, limb, away(update.best_deg), 0.35 * u)
            canvas.stroke([further], (0.0, GREEN, 0.8))
        ends: list[Point] = []
        for deg, half, pen, colour in (
            (update.median_deg, 1.3, 0.75, PAPER),
            (update.best_deg, 2.1, 0.95, GREEN),
        ):
            if math.isfinite(deg):
                ends = [
                    _at(found.centre, found.radius + side * half * u, limb + away(deg))
                    for side in (-1, 1)
                ]
                stroke = line(ends[0], ends[1], pen * u)
                canvas.stroke([stroke], (0.3 * u, INK, 0.75), (0.0, colour, 1.0))
        if math.isfinite(update.peak_deg):
            last = _at(found.centre, found.radius, limb + away(update.peak_deg))
            canvas.stroke([disc(last, 0.95 * u)], (0.35 * u, INK, 0.9), (0.0, _COLOURS[joint], 1.0))
        return ends

    def settle(self) -> None:
        """Do what the next picture has to know and the last one need not wait for."""
        self._labels.settle()

    def _draw_leg(
        self, canvas: Canvas, joints: list[Point | None], width: float, colour: Colour, dim: float
    ) -> None:
        limbs = _limbs(joints)
        if not limbs:
            return
        known = [p for p in joints[:3] if p is not None]
        strokes = [line(*limb, width if i < 2 else 0.75 * width) for i, limb in enumerate(limbs)]
        strokes += [disc(joint, 0.95 * width) for joint in known]
        canvas.stroke(strokes, (0.55 * self._unit, INK, 0.75 * dim), (0.0, colour, dim))


def _body(
    working: list[Point | None],
    resting: list[Point | None],
    trunk: list[Point | None],
    arcs: Mapping[Joint, Arc],
    marks: list[Point],
) -> tuple[Array, Array]:
    """Return points that labels keep off, (n, 2), and what covering each costs, (n,)."""
    shoulder, ear = trunk
    lines = _limbs(working) + _limbs(resting) + _limbs([ear, shoulder, working[0]])
    steps = np.linspace(0, 1, 9)[:, None, None]
    ends = np.array(lines, dtype=np.float64).reshape(-1, 2, 2)
    parts = [(ends[:, 0] * (1 - steps) + ends[:, 1] * steps).reshape(-1, 2)]
    prices = [np.ones(len(parts[0]))]
    turns = [
        (found.centre, found.radius, found.start_rad + found.sweep_rad * share)
        for found in arcs.values()
        for share in (0.0, 0.5, 1.0)
    ]
    if turns:
        parts.append(np.array([_at(*turn) for turn in turns]))
        prices.append(np.full(len(turns), _ARC_COST))
    if marks:
        parts.append(np.array(marks))
        prices.append(np.full(len(marks), _ARC_COST))
    if ear and shoulder:
        reach = min(0.6 * math.dist(ear, shoulder), _FAR)
        head = [_at(ear, far, i * math.tau / 8) for far in (0.5 * reach, reach) for i in range(8)]
        parts.append(np.array(head))
        prices.append(np.full(len(head), _FACE_COST))
    return np.concatenate(parts), np.concatenate(prices)


def _at(centre: Point, radius: float, turn: float) -> Point:
    return (centre[0] + radius * math.cos(turn), centre[1] + radius * math.sin(turn))


def _alarms(update: Update) -> Mapping[Joint, Colour]:
    """Return the colours of the joints at which something is wrong; faults before advice."""
    ordered = sorted(update.findings, key=lambda finding: finding.severity == "fault")
    return {
        f.joint: RED if f.severity == "fault" else AMBER for f in ordered if f.joint is not None
    }


def _arc(found: Arc, u: float) -> list[Stroke]:
    """Return the arc and, dashed, the line it starts from."""
    centre, radius, start = found.centre, found.radius, found.start_rad
    begin, end = _at(centre, min(1.6 * u, radius), start), _at(centre, 1.25 * radius, start)
    count = min(max(round(radius / (1.9 * u)), 2), 20)
    whole = arc(centre, radius, start, found.sweep_rad, 0.8 * u)
    return [whole, *dashes(begin, end, 0.5 * u, count)]


def _label(
    joint: Joint, name: str, degrees: float, u: float, alarm: Colour | None
) -> tuple[Line, Line]:
    """Return a joint's name and its degrees, around (0, 0)."""
    shown = round(degrees)
    text = f"{shown:+d}°" if joint == "ankle" and shown else f"{shown}°"
    colour = alarm or _COLOURS[joint]
    return (
        Line(0, -2.75 * u, name, _NAME * u, MUTED, align=0.5),
        Line(0, 1.75 * u, text, _DEGREES * u, colour, bold=True, align=0.5),
    )


def _draw_label(
    canvas: Canvas, box: Box, lines: tuple[Line, Line], u: float, alarm: Colour | None
) -> None:
    left, top, right, bottom = box
    canvas.shade(box, 2 * u)
    if alarm:
        corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
        canvas.stroke([line(a, b, 0.9 * u) for a, b in pairwise(corners)], (0.0, alarm, 1.0))
    canvas.write_at(lines, ((left + right) / 2, (top + bottom) / 2))
