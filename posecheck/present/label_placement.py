"""Where the labels of the angles stand: beside the joints, off the body, and steady.

A label may stand in a ring of places around its joint. What each place covers is remembered
over some tenths of a second, and a label moves only to a place that has been clearly better;
then it glides. It follows its joint, but not the joint's tremble. The places are weighed after the
picture is drawn, for the next one: a live screen need not wait for it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from posecheck.present.stencils import Box, Point
from posecheck.types import Array

# half a label's width and height, how far from its joint it starts, the direction it is wanted in
_Shape = tuple[float, float, float, float]

_DIRECTIONS = np.linspace(-math.pi, math.pi, 16, endpoint=False)
_GAPS = np.array([0.0, 3.5, 8.0])  # units
_TURNS, _FAR = np.tile(_DIRECTIONS, len(_GAPS)), np.repeat(_GAPS, len(_DIRECTIONS))
_DX, _DY = np.cos(_TURNS), np.sin(_TURNS)
_WEIGH_S = 0.08  # how often the places are weighed
_SLACK = 0.7  # units a joint may tremble before its label follows
_MEMORY_S = 0.4
_GLIDE_S = 0.18
_BETTER = 1.5  # cost that a label must save by moving
_LOST_S = 0.7  # a label that was away for so long starts anew
_BOX_COST = 12.0
_PANEL_COST = 8  # of a panel, in boxes: it would cover the label
_TURN_COST, _FAR_COST = 0.4, 0.12  # of a radian off the wanted direction, of a unit further away


@dataclass(slots=True)
class _Label:
    t_s: float
    looked_s: float
    anchor: Point
    costs: Array  # (places,), over the last tenths of a second
    place: int
    offset: Point


class Labels:
    """Places the labels of pictures of one size.

    Parameters
    ----------
    width_px, height_px
        The size of the pictures.
    unit
        What all sizes are multiples of, in pixels.

    """

    def __init__(self, width_px: int, height_px: int, unit: float) -> None:
        self._size, self._unit = (width_px, height_px), unit
        self._placed: dict[str, _Label] = {}
        self._due: list[Callable[[], None]] = []

    def settle(self) -> None:
        """Weigh the places anew, for the next picture."""
        for weigh in self._due:
            weigh()
        self._due.clear()

    def place(
        self,
        name: str,
        t_s: float,
        joint: Point,
        shape: _Shape,
        body: Callable[[], tuple[Array, Array]],
        taken: Sequence[Box],
        panels: Sequence[Box] = (),
    ) -> Box:
        """Return the box of a label, in pixels.

        Parameters
        ----------
        name
            Which label it is.
        t_s
            When.
        joint
            What it stands at, in pixels.
        shape
            Half its width and height, how far from the joint it starts, in pixels, and the
            direction it is wanted in, in radians.
        body
            Tells points to keep off, (n, 2) in pixels, and what covering each costs, (n,).
        taken
            Boxes to keep off, in pixels.
        panels
            Those of them that are drawn over what they cover: a label that one comes upon goes
            elsewhere at once.

        """
        label = self._placed.get(name)
        if label is None or not 0 <= t_s - label.t_s <= _LOST_S:
            costs = self._costs(joint, shape, *body(), taken)
            place = int(costs.argmin())
            label = _Label(t_s, t_s, joint, costs, place, (math.nan, math.nan))
            self._placed[name] = label
        label.anchor = _dragged(label.anchor, joint, _SLACK * self._unit)
        if t_s - label.looked_s >= _WEIGH_S:
            self._due.append(partial(self._weigh, label, t_s, shape, body, taken))
        wanted = self._offset(label, shape)
        share = 1 - math.exp(-(t_s - label.t_s) / _GLIDE_S)
        label.offset = (
            _eased(label.offset[0], wanted[0], share),
            _eased(label.offset[1], wanted[1], share),
        )
        label.t_s = t_s
        box = self._box(label, shape)
        if _covered(box, panels):
            boxes = [*taken, *list(panels) * _PANEL_COST]
            label.costs = self._costs(label.anchor, shape, *body(), boxes)
            label.place = int(label.costs.argmin())
            label.offset = self._offset(label, shape)
            box = self._box(label, shape)
        return box

    def _offset(self, label: _Label, shape: _Shape) -> Point:
        """Return where a label's place is, from its anchor."""
        _, there = self._middles(label.anchor, shape, slice(label.place, label.place + 1))
        return float(there[0, 0]) - label.anchor[0], float(there[0, 1]) - label.anchor[1]

    def _box(self, label: _Label, shape: _Shape) -> Box:
        (dx, dy), (wide, high) = label.offset, shape[:2]
        x, y = self._inside(label.anchor[0] + dx, label.anchor[1] + dy, shape)
        return (x - wide, y - high, x + wide, y + high)

    def _weigh(
        self,
        label: _Label,
        t_s: float,
        shape: _Shape,
        body: Callable[[], tuple[Array, Array]],
        taken: Sequence[Box],
    ) -> None:
        costs = self._costs(label.anchor, shape, *body(), taken)
        label.costs += (costs - label.costs) * (1 - math.exp((label.looked_s - t_s) / _MEMORY_S))
        best = int(label.costs.argmin())
        if label.costs[best] < label.costs[label.place] - _BETTER:
            label.place = best
        label.looked_s = t_s

    def _inside(self, x: float, y: float, shape: _Shape) -> tuple[float, float]:
        (width, height), (wide, high) = self._size, shape[:2]
        return (
            min(max(x, min(wide, width / 2)), max(width - wide, width / 2)),
            min(max(y, min(high, height / 2)), max(height - high, height / 2)),
        )

    def _middles(self, joint: Point, shape: _Shape, which: slice) -> tuple[Array, Array]:
        """Return the label's middle at each place, (places, 2), as wished and in the picture."""
        (wide, high, start, _), u, (width, height) = shape, self._unit, self._size
        dx, dy = _DX[which], _DY[which]
        # To the label's middle, its near edge just outside the arc.
        reach = np.minimum(wide / np.maximum(abs(dx), 1e-6), high / np.maximum(abs(dy), 1e-6))
        reach += start + (1.5 + _FAR[which]) * u
        wished = np.stack([joint[0] + reach * dx, joint[1] + reach * dy], axis=1)
        low = np.array([min(wide, width / 2), min(high, height / 2)])
        high_end = np.array([max(width - wide, width / 2), max(height - high, height / 2)])
        return wished, np.minimum(np.maximum(wished, low), high_end)

    def _costs(
        self,
        joint: Point,
        shape: _Shape,
        points: Array,
        prices: Array,
        boxes: Sequence[Box],
    ) -> Array:
        """Return what each place costs, (places,)."""
        (wide, high, _, away), u = shape, self._unit
        wished, inside = self._middles(joint, shape, slice(None))
        costs = abs((_TURNS - away + math.pi) % math.tau - math.pi) * _TURN_COST + _FAR * _FAR_COST
        costs += np.hypot(*(wished - inside).T) / u
        x, y = inside.T
        near = abs(points[:, 0] - x[:, None]) < wide + 1.5 * u
        near &= abs(points[:, 1] - y[:, None]) < high + 1.5 * u
        costs += near @ prices
        room = 0.5 * u
        for left, top, right, bottom in boxes:
            beside = (x + wide + room <= left) | (x - wide - room >= right)
            beside |= (y + high + room <= top) | (y - high - room >= bottom)
            costs += _BOX_COST * ~beside
        return np.asarray(costs)


def _covered(box: Box, others: Sequence[Box]) -> bool:
    left, top, right, bottom = box
    return any(left < x1 and x0 < right and top < y1 and y0 < bottom for x0, y0, x1, y1 in others)


def _eased(value: float, wanted: float, share: float) -> float:
    return value + (wanted - value) * share if math.isfinite(value) else wanted


def _dragged(anchor: Point, joint: Point, slack: float) -> Point:
    gap = math.dist(anchor, joint)
    if gap <= slack:
        return anchor
    share = slack / gap
    return (
        joint[0] + (anchor[0] - joint[0]) * share,
        joint[1] + (anchor[1] - joint[1]) * share,
    )
