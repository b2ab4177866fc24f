"""The engine with one part taken out, from outside and for a while.

::

    with taken_out(part, truth):
        report = report_on(poses)

Each part names what is patched; a name that no longer exists is an error, not silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest import mock

import numpy as np

from benchmarks.scoring import Truth
from posecheck.motion import angles, view
from posecheck.motion.body import Body
from posecheck.motion.side import near_side
from posecheck.motion.skeleton import HIP, KNEE, LEGS, SIDES
from posecheck.motion.smoothing import LAG_S, REACH_S, FixedLagSmoother
from posecheck.motion.view import Trunk
from posecheck.motion.working_leg import NOT_APART, NOWHERE, LegFollower, Legs
from posecheck.types import Array, Pose, Side

Patches = Mapping[str, object]
MOTION = "posecheck.motion."


@dataclass(frozen=True, slots=True)
class Part:
    """An idea, and the engine without it."""

    name: str
    words: str
    patches: Callable[[Truth], Patches]
    looks_anew: bool = False  # the landmarks are others without it


@contextmanager
def taken_out(part: Part, truth: Truth) -> Iterator[None]:
    """Patch, and undo it."""
    with ExitStack() as stack:
        for target, instead in part.patches(truth).items():
            stack.enter_context(mock.patch(MOTION + target, instead))
        yield


def _put(at: str, instead: object) -> Callable[[Truth], Patches]:
    """The same for every clip."""
    return lambda _truth: {at: instead}


def _no_stroke(_planner: Any) -> None:
    return None


def _labels(truth: Truth) -> Patches:
    """Believes the model's names of the legs, and is told which leg works."""
    works = SIDES.index(truth.side)

    def push(self: LegFollower, pose: Pose) -> Legs:
        plain = bool(np.isfinite(pose.xy_px[LEGS[0][0], 0]))
        hidden = bool(np.isfinite(pose.hidden_xy_px[LEGS[0][0], 0]))
        if plain:
            self._measure(pose)
        if not (plain or hidden) or not self._trunks:
            return Legs(pose.t_s, NOWHERE, NOWHERE, NOT_APART, hidden, np.nan, NOWHERE)
        legs = (pose.xy_px if plain else pose.hidden_xy_px)[LEGS]
        resting = legs[1 - works] if plain else NOWHERE
        return Legs(pose.t_s, legs[works], resting, works, hidden, self._size, legs[works], works)

    return {"working_leg.LegFollower.push": push}


def _from_the_side(*args: Any) -> view.View:
    found = view.estimate_view(*args)
    return replace(found, azimuth_deg=0.0, elevation_deg=0.0)


def _hip_where_it_is(*_args: Any, **_named: Any) -> Array:
    return np.zeros(2)


def _shoulders_alone(trunk: Trunk, size_px: tuple[float, float], _leg: Any) -> view.View:
    return view.estimate_view(trunk, size_px, None)


def _hip_of_the_frame(body: Body, joints_px: Array) -> angles.LegAngles:
    return angles.leg_angles(replace(body, hip_px=joints_px[HIP]), joints_px)


def _whatever_is_seen(_smoother: FixedLagSmoother, legs: Legs) -> Array:
    return np.full(2, bool(np.isfinite(legs.working_px[KNEE, 0])))


def _moving_mean(times: Array, values: Array) -> tuple[Array, float]:
    close = np.abs(times) <= REACH_S
    if not close.any():
        return np.full(values.shape[1], np.nan), 0.0
    middle = values[close].mean(axis=0)
    return middle, float(np.sqrt(np.mean((values[close] - middle) ** 2)))


def _median(times: Array, values: Array) -> tuple[Array, float]:
    _, spread = _moving_mean(times, values)
    close = np.abs(times) <= REACH_S
    if not close.any():
        return np.full(values.shape[1], np.nan), 0.0
    return np.asarray(np.median(values[close], axis=0)), spread


def _nearest(times: Array, values: Array) -> tuple[Array, float]:
    if not len(times) or np.abs(times).min() > LAG_S:
        return np.full(values.shape[1], np.nan), 0.0
    return np.asarray(values[int(np.argmin(np.abs(times)))]), 0.0


def _as_it_is(_times: Array, knee: Array, _hip: Array) -> Array:
    return knee


def _near(_judge: Any, feet: float) -> Side:
    return near_side(feet)


def _majority(judge: Any, _feet: float) -> Side | None:
    votes = judge._votes
    return None if votes.sum() < 5 else SIDES[int(np.argmax(votes))]


def _everything(truth: Truth) -> Patches:
    names = ("hiding", "following", "view", "roll", "hip_placed", "hip_held", "gate", "smoothing")
    out: dict[str, object] = {}
    for part in PARTS:
        if part.name in names:
            out |= part.patches(truth)
    return out


def _plain_labels(truth: Truth) -> Patches:
    return {"looks.LookPlanner.plan": _no_stroke, **_labels(truth)}


PARTS = (
    Part(
        "hiding",
        "the resting leg never painted out",
        _put("looks.LookPlanner.plan", _no_stroke),
        looks_anew=True,
    ),
    Part(
        "following",
        "the model's left and right believed, told which works",
        _labels,
    ),
    Part(
        "hiding_and_following",
        "both of these: the labels of plain looks",
        _plain_labels,
        looks_anew=True,
    ),
    Part(
        "view", "taken as seen straight from the side", _put("body.estimate_view", _from_the_side)
    ),
    Part(
        "view_by_leg",
        "the azimuth from the shoulders alone, whatever the straight leg says",
        _put("body.estimate_view", _shoulders_alone),
    ),
    Part(
        "roll", "taken as filmed with a level camera", _put("view._believable_roll", lambda _: 0.0)
    ),
    Part(
        "hip_placed",
        "the hip joint where its landmark is, whatever the other hip and the resting leg say",
        _put("hip.HipPlacer.place", _hip_where_it_is),
    ),
    Part(
        "hip_held",
        "the hip of each frame instead of its median over 5 s",
        _put("track.leg_angles", _hip_of_the_frame),
    ),
    Part(
        "gate",
        "no frame set aside as an outlier",
        _put("smoothing.FixedLagSmoother._gate", _whatever_is_seen),
    ),
    Part("quadratic", "a moving mean as wide", _put("smoothing.local_fit", _moving_mean)),
    Part("quadratic_median", "a moving median as wide", _put("smoothing.local_fit", _median)),
    Part("smoothing", "no smoothing: the nearest frame", _put("smoothing.local_fit", _nearest)),
    Part("foot_none", "the foot not corrected for the view", _put("body.FOOT_VIEW", 0.0)),
    Part("foot_full", "the foot corrected in full, not by half", _put("body.FOOT_VIEW", 1.0)),
    Part(
        "side_by_label",
        "the side that most labels say",
        _put("side.SideJudge.side", _majority),
    ),
    Part("side_by_nearness", "the side that is near", _put("side.SideJudge.side", _near)),
    Part(
        "onset",
        "the tension begins where the extension is slow, not extrapolated",
        _put("extension.EXTRAPOLATE", 0.0),
    ),
    Part(
        "steadied",
        "what the knee shares with a hip that is still being found left in",
        _put("tension.steadied", _as_it_is),
    ),
    Part(
        "everything", "none of hiding, following, view, hip, gate and smoothing", _everything, True
    ),
)
