"""The person's legs, and the angles at the joints with their degrees beside them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from posecheck.present.arcs import arcs_of
from posecheck.present.drawing import AMBER, INK, LEG, MUTED, PAPER, RED, Canvas
from posecheck.present.lettering import text_width
from posecheck.present.sketch import Box, Colour, Point
from posecheck.types import Array, Update

_FAR = 20_000.0  # further outside than this a joint is nonsense
# The joint whose label shows that a rule is broken there.
_RULE_JOINT = {
    "thigh_drift": "hip",
    "pelvis_lifted": "hip",
    "knee_not_held": "knee",
    "past_tension": "knee",
    "tension_not_held": "knee",
    "bouncing": "knee",
}
_COLOURS: dict[str, Colour] = {"hip": (255, 205, 112), "knee": LEG, "ankle": (214, 160, 255)}
_SPREAD = (0.0, 0.35, -0.35, 0.7, -0.7, 1.1, -1.1, 1.6, -1.6, 2.2, -2.2, math.pi)


def _points(xy: Array) -> list[Point | None]:
    return [
        (float(x), float(y)) if abs(x) < _FAR and abs(y) < _FAR else None for x, y in np.asarray(xy)
    ]


def _limbs(joints: list[Point | None]) -> list[tuple[Point, Point]]:
    """Return hip-knee, knee-ankle, ankle-heel and heel-toe where both ends are known."""
    return [(a, b) for a, b in pairwise(joints) if a is not None and b is not None]


class Figure:
    """Draws legs, arcs and labels; remembers where each label was, so that it does not jump."""

    def __init__(self, unit: float) -> None:
        self._unit = unit
        self._turn: dict[str, float] = {}

    def draw(self, canvas: Canvas, update: Update, taken: list[Box]) -> None:
        """Draw everything that is known; labels keep off the boxes in ``taken``."""
        u = self._unit
        working, resting = _points(update.working_px), _points(update.resting_px)
        trunk = _points(update.trunk_px)
        self._draw_leg(canvas, resting, 0.9 * u, MUTED, 0.55)
        self._draw_leg(canvas, working, 1.9 * u, LEG, 1.0)
        lines = _limbs(working) + _limbs(resting)
        if trunk[0] is not None and working[0] is not None:
            lines.append((trunk[0], working[0]))
        if trunk[0] is not None and trunk[1] is not None:
            lines.append((trunk[0], trunk[1]))
        steps = np.linspace(0, 1, 9)[:, None, None]
        ends = np.array(lines, dtype=np.float64).reshape(-1, 2, 2)
        along = (ends[:, 0] * (1 - steps) + ends[:, 1] * steps).reshape(-1, 2)
        alarms = _alarms(update)
        boxes = list(taken)
        for joint, arc in arcs_of(update, working, trunk).items():
            centre, (start, sweep), radius, degrees, (spot, away) = arc
            radius = min(radius, 11 * u)
            _draw_arc(canvas, centre, (start, sweep), radius, _COLOURS[joint], u)
            text = f"{degrees:+.0f}°" if joint == "ankle" else f"{degrees:.0f}°"
            text = f"0{text[-1]}" if text[:-1] in ("+0", "-0") else text
            colour = alarms.get(joint)
            size = 6.4 * u if joint == "knee" else 5.6 * u
            box = self._place(
                canvas,
                joint,
                (spot, away, radius if joint == "hip" else 1.2 * u),
                (text, size),
                (along, boxes),
            )
            boxes.append(box)
            _draw_label(canvas, box, text, size, colour, _COLOURS[joint])

    def _draw_leg(
        self, canvas: Canvas, joints: list[Point | None], width: float, colour: Colour, dim: float
    ) -> None:
        limbs = _limbs(joints)
        if not limbs:
            return
        rim = 0.55 * self._unit
        sketch = canvas.sketch([p for limb in limbs for p in limb], 2 * width + rim)
        known = [p for p in joints[:3] if p is not None]
        for extra, ink, opacity in ((rim, INK, 0.75 * dim), (0.0, colour, dim)):
            for i, (a, b) in enumerate(limbs):
                sketch.line([a, b], (width if i < 2 else 0.75 * width) + 2 * extra)
            for joint in known:
                sketch.disc(joint, 0.95 * width + extra)
            sketch.ink(ink, opacity)
        if dim == 1:
            for joint in known:
                sketch.disc(joint, 0.55 * width)
            sketch.ink(PAPER)
        canvas.put(sketch.stencils)

    def _place(
        self,
        canvas: Canvas,
        joint: str,
        arc: tuple[Point, float, float],
        label: tuple[str, float],
        avoid: tuple[Array, list[Box]],
    ) -> Box:
        """Find a place around a joint that covers neither limbs nor panels nor the edge."""
        (x, y), away, radius = arc
        text, size = label
        u = self._unit
        wide = text_width(text.replace("-", "+"), max(round(size), 4), True) / 2 + 1.2 * u
        high = size * 0.62
        turns, far = np.tile(_SPREAD, 2), np.repeat([0.0, 8.0], len(_SPREAD))
        dx, dy = np.cos(away + turns), np.sin(away + turns)
        # To the label's middle, its near edge just outside the arc.
        reach = radius + (1.5 + far) * u
        reach = reach + np.minimum(
            wide / np.maximum(abs(dx), 1e-6), high / np.maximum(abs(dy), 1e-6)
        )
        cx, cy = x + reach * dx, y + reach * dy
        mx = np.clip(cx, min(wide, canvas.width / 2), max(canvas.width - wide, canvas.width / 2))
        my = np.clip(cy, min(high, canvas.height / 2), max(canvas.height - high, canvas.height / 2))
        cost = abs(turns) * 0.3 + far * 0.1 + abs(turns - self._turn.get(joint, 0.0)) * 0.5
        cost += np.hypot(cx - mx, cy - my) / u
        limbs, others = avoid
        off_x = abs(limbs[:, 0] - mx[:, None]) - wide - 1.5 * u
        off_y = abs(limbs[:, 1] - my[:, None]) - high - 1.5 * u
        cost += ((off_x < 0) & (off_y < 0)).sum(axis=1)
        for left, top, right, bottom in others:
            inside_x = (mx + wide > left) & (mx - wide < right)
            cost += 12.0 * (inside_x & (my + high > top) & (my - high < bottom))
        best = int(cost.argmin())
        self._turn[joint] = float(turns[best])
        cx, cy = float(mx[best]), float(my[best])
        return (cx - wide, cy - high, cx + wide, cy + high)


def _alarms(update: Update) -> Mapping[str, Colour]:
    ordered = sorted(update.findings, key=lambda finding: finding.severity == "fault")
    return {
        _RULE_JOINT[f.rule]: RED if f.severity == "fault" else AMBER
        for f in ordered
        if f.rule in _RULE_JOINT
    }


def _draw_arc(
    canvas: Canvas,
    centre: Point,
    span: tuple[float, float],
    radius: float,
    colour: Colour,
    u: float,
) -> None:
    start, sweep = span
    end = (centre[0] + 1.25 * radius * math.cos(start), centre[1] + 1.25 * radius * math.sin(start))
    sketch = canvas.sketch([centre], 1.3 * radius + 2 * u)
    for extra, ink, opacity in ((0.7 * u, INK, 0.6), (0.0, colour, 1.0)):
        sketch.arc(centre, radius, start, sweep, 0.8 * u + extra)
        sketch.dashes(centre, end, 0.5 * u + extra * 0.6, max(round(radius / (1.6 * u)), 2))
        sketch.ink(ink, opacity)
    canvas.put(sketch.stencils)


def _draw_label(
    canvas: Canvas, box: Box, text: str, size: float, alarm: Colour | None, colour: Colour
) -> None:
    canvas.shade(box, (box[3] - box[1]) * 0.3)
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    if alarm:
        sketch = canvas.sketch([(box[0], box[1]), (box[2], box[3])], size * 0.2)
        corners = [(box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3])]
        sketch.line([*corners, corners[0]], size * 0.16)
        sketch.ink(alarm)
        canvas.put(sketch.stencils)
    canvas.text(middle, text, size, alarm or colour, bold=True, align=0.5)
