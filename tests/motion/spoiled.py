"""What goes wrong with landmarks, done to poses on purpose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from figure import LEG, NOBODY

from posecheck.types import Array, Pose, Side

PAIRS = [(1, 4), (2, 5), (3, 6), *((i, i + 1) for i in range(7, 33, 2))]


def moments(share: float, n: int, seed: int = 1) -> list[int]:
    """A scattered share of `n` frames, no two of them side by side."""
    chosen = np.random.default_rng(seed).permutation(np.arange(1, n, 2))
    return sorted(int(i) for i in chosen[: round(share * n)])


def _changed(poses: Sequence[Pose], frames: Iterable[int], swap: dict[int, Array]) -> list[Pose]:
    out = list(poses)
    for i in frames:
        out[i] = replace(out[i], xy_px=swap[i])
    return out


def swapped(poses: Sequence[Pose], frames: Iterable[int]) -> list[Pose]:
    """In these frames the legs below the hips bear each other's names."""
    legs = np.arange(33)
    legs[25:33] = [26, 25, 28, 27, 30, 29, 32, 31]
    frames = list(frames)
    return _changed(poses, frames, {i: poses[i].xy_px[legs] for i in frames})


def collapsed(poses: Sequence[Pose], frames: Iterable[int]) -> list[Pose]:
    """In these frames both legs are drawn in between the two."""
    frames = list(frames)
    new = {}
    for i in frames:
        new[i] = np.array(poses[i].xy_px)
        middle = 0.5 * (new[i][LEG["left"][1:]] + new[i][LEG["right"][1:]])
        new[i][LEG["left"][1:]], new[i][LEG["right"][1:]] = middle + 1.0, middle - 1.0
    return _changed(poses, frames, new)


def onto(poses: Sequence[Pose], frames: Iterable[int], side: Side) -> list[Pose]:
    """In these frames both legs are drawn onto the one of `side`."""
    other = "right" if side == "left" else "left"
    frames = list(frames)
    new = {}
    for i in frames:
        new[i] = np.array(poses[i].xy_px)
        new[i][LEG[other][1:]] = new[i][LEG[side][1:]] + 1.0
    return _changed(poses, frames, new)


def unseen(poses: Sequence[Pose], frames: Iterable[int]) -> list[Pose]:
    """In these frames nobody is found."""
    out = list(poses)
    for i in frames:
        out[i] = replace(out[i], xy_px=NOBODY, visibility=np.full(33, np.nan))
    return out


def mirrored(poses: Sequence[Pose]) -> list[Pose]:
    """The picture's mirror image: left is right, and so are the names."""
    names = np.arange(33)
    for a, b in PAIRS:
        names[[a, b]] = b, a
    out = []
    for pose in poses:
        flip = np.array([pose.width_px, 0.0])
        out.append(
            replace(
                pose,
                xy_px=(flip + pose.xy_px * [-1, 1])[names],
                visibility=pose.visibility[names],
            )
        )
    return out


def later(poses: Sequence[Pose], by_s: float) -> list[Pose]:
    """The same, with every time stamp later."""
    return [replace(p, t_s=p.t_s + by_s) for p in poses]
