"""A person made of sticks who lies on the back in front of a pinhole camera, as `Pose` values.

Joint angles go in, landmarks come out, so every test knows the answer. Body axes are those of
`posecheck.motion.view`: X from the head to the feet, Y away from the camera, Z up. Lengths are
in metres. The landmarks sit on the joints, but for the shoulders, which MediaPipe sets closer
together than they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from script import Script

from posecheck.types import Array, Mask, Pose, Side

# Lengths over body height (Drillis and Contini); thigh over shank, the distance between the hips,
# and the trunk as the landmarks have it are those of the rendered bodies.
SHANK, THIGH, TRUNK, HIPS_APART, FOOT = 0.246, 0.239, 0.302, 0.139, 0.130
# How far near and far shoulder are set apart by the model, in trunk lengths (44 rendered views):
# along the trunk a unit of the tangent of the local azimuth, across it as a rod of that length.
SHOULDERS_ALONG, SHOULDERS_ACROSS = 0.45, 0.58
LEG = {"left": [23, 25, 27, 29, 31], "right": [24, 26, 28, 30, 32]}
NOBODY = np.full((33, 2), np.nan)


@dataclass(frozen=True, slots=True)
class Camera:
    """Where the camera stands and what it makes of it; angles in degrees."""

    azimuth: float = 0.0  # grows towards the head end
    elevation: float = 6.0
    roll: float = 0.0
    distance_m: float = 2.5
    width_px: int = 640
    height_px: int = 480
    focal: float = 0.85  # over the picture's long side
    feet: Literal[1, -1] = 1  # +1: they point to the picture's right

    def axes(self) -> tuple[Array, Array, Array]:
        """Picture right, picture up and line of sight in body axes."""
        az, el, ro = np.radians([self.azimuth, self.elevation, self.roll])
        sight = np.array([np.sin(az) * np.cos(el), np.cos(az) * np.cos(el), -np.sin(el)])
        right = self.feet * np.array([np.cos(az), -np.sin(az), 0.0])
        up = np.array([np.sin(az) * np.sin(el), np.cos(az) * np.sin(el), np.cos(el)])
        c, s = np.cos(ro), np.sin(ro)
        return c * right + s * up, c * up - s * right, sight

    def project(self, points: Array) -> Array:
        """World points (..., 3) as pixels (..., 2)."""
        right, up, sight = self.axes()
        away = points - (CENTRE - self.distance_m * sight)
        depth = away @ sight
        scale = self.focal * max(self.width_px, self.height_px) / depth
        middle = 0.5 * np.array([self.width_px, self.height_px])
        xy: Array = middle + np.stack([scale * (away @ right), -scale * (away @ up)], axis=-1)
        return xy


CENTRE = np.array([0.0, 0.0, 0.25])  # what the camera looks at; the hips lie at X = 0


def near_side(camera: Camera) -> Side:
    """The side that somebody who lies on the back turns to the camera."""
    return "right" if camera.feet > 0 else "left"


def _leg(hip: Array, bend: Sequence[Array], height: float) -> Array:
    """Hip, knee, ankle, heel and toe (n, 5, 3) of a leg that is bent so."""
    hip_deg, knee_deg, ankle_deg = bend

    def ray(deg: Array) -> Array:
        turn = np.radians(deg)
        return np.stack([np.cos(turn), np.zeros_like(turn), np.sin(turn)], axis=-1)

    shank, foot = ray(hip_deg - knee_deg), ray(hip_deg - knee_deg + 90.0 + ankle_deg)
    knee = hip + THIGH * height * ray(hip_deg)
    ankle = knee + SHANK * height * shank
    heel = ankle + height * (0.025 * shank - 0.03 * foot)
    return np.stack([hip, knee, ankle, heel, heel + FOOT * height * foot], axis=1)


def _head(xyz: Array, shoulders: Array, tilt_deg: Array, height: float) -> None:
    """Fill the face of (n, 33, 3): it looks at the ceiling, tilted towards the feet."""
    turn = np.radians(tilt_deg)
    down = np.stack([np.cos(turn), np.zeros_like(turn), -np.sin(turn)], axis=-1)
    front = np.stack([np.sin(turn), np.zeros_like(turn), np.cos(turn)], axis=-1)
    side = np.array([0.0, 1.0, 0.0])
    ears = shoulders - 0.13 * height * down + 0.02 * height * front
    places = {
        (0,): (0.0, 0.060, 0.0), (1, 4): (-0.018, 0.055, 0.010), (2, 5): (-0.018, 0.053, 0.018),
        (3, 6): (-0.018, 0.050, 0.026), (7, 8): (0.0, 0.0, 0.042), (9, 10): (0.02, 0.055, 0.015),
    }  # fmt: skip
    for marks, (lower, out, apart) in places.items():
        for mark, sign in zip(marks, (1, -1), strict=False):
            xyz[:, mark] = ears + height * (lower * down + out * front + sign * apart * side)


@dataclass(frozen=True, slots=True)
class Figure:
    """Who lies there and how it is filmed."""

    side: Side = "left"  # of the leg whose angles the script gives
    camera: Camera = Camera(feet=-1)
    height_m: float = 1.72
    noise_px: float = 0.3
    seed: int = 0

    def world(self, angles: dict[str, Array]) -> Array:
        """All landmarks (n, 33, 3) in metres, shoulders in the middle plane."""
        n, h = len(angles["hip"]), self.height_m
        xyz = np.zeros((n, 33, 3))
        hips = np.zeros((n, 3))
        hips[:, 2] = angles["pelvis"] * TRUNK * h
        near = near_side(self.camera)
        works: Mask = angles["other"] < 0.5  # else the other leg does what the script says
        for side in ("left", "right"):
            away = (-0.5 if side == near else 0.5) * HIPS_APART * h
            mine = works if side == self.side else ~works
            bend = [
                np.where(mine, angles[name], angles[f"resting_{name}"])
                for name in ("hip", "knee", "ankle")
            ]
            xyz[:, LEG[side]] = _leg(hips + np.array([0.0, away, 0.0]), bend, h)
        shoulders = np.tile([-TRUNK * h, 0.0, 0.0], (n, 1))
        xyz[:, 11] = xyz[:, 12] = shoulders
        _head(xyz, shoulders, angles["head"], h)
        worker = [np.where(works[:, None], xyz[:, a], xyz[:, b]) for a, b in self._leg_pairs()]
        held = 0.5 * (worker[0] + worker[1]) - 0.05 * h * np.array([1.0, 0.0, 0.0])
        beside = hips + np.array([0.05 * h, 0.0, -0.04])
        wrist = np.where(angles["hands"][:, None] > 0.5, held, beside)
        for mark, sign in ((15, -1), (16, 1)):
            apart = np.array([0.0, sign * 0.04 * h, 0.0])
            xyz[:, mark] = xyz[:, mark + 2] = xyz[:, mark + 4] = xyz[:, mark + 6] = wrist + apart
            xyz[:, mark - 2] = 0.5 * (wrist + shoulders) + 2 * apart
        return xyz

    def _leg_pairs(self) -> Iterable[tuple[int, int]]:
        other: Side = "right" if self.side == "left" else "left"
        return zip(LEG[self.side][:2], LEG[other][:2], strict=True)

    def landmarks(self, angles: dict[str, Array]) -> Array:
        """What a landmark model that makes no mistake sees, (n, 33, 2) in pixels."""
        xy = self.camera.project(self.world(angles))
        shoulder, hip = xy[:, 11], 0.5 * (xy[:, 23] + xy[:, 24])
        length = np.hypot(*(hip - shoulder).T)[:, None]
        along = (hip - shoulder) / length
        up = np.stack([along[:, 1], -along[:, 0]], axis=-1) * self.camera.feet
        camera = self.camera
        size = np.array([camera.width_px, camera.height_px])
        off = (shoulder - 0.5 * size) / (camera.focal * max(size))
        azimuth = np.radians(camera.azimuth) + np.arctan(off[:, 0] * camera.feet)
        elevation = camera.elevation + np.degrees(np.arctan(off[:, 1]))
        # from high up the far shoulder is seen and no longer guessed
        elevation = np.radians(np.where(elevation > 24, 24 + (elevation - 24) / 0.4, elevation))
        seen = np.cos(azimuth) ** 2 + (np.sin(azimuth) * np.sin(elevation)) ** 2
        apart = length * (
            (SHOULDERS_ALONG * np.tan(azimuth))[:, None] * along
            - (SHOULDERS_ACROSS * np.sin(elevation) / seen)[:, None] * up
        )
        near, far = (11, 12) if near_side(camera) == "left" else (12, 11)
        xy[:, near], xy[:, far] = shoulder + 0.5 * apart, shoulder - 0.5 * apart
        return xy

    def film(self, script: Script, times: Array | None = None, fps: float = 25.0) -> list[Pose]:
        """The script as poses, at `times` (n,) or evenly from its start to its end."""
        if times is None:
            times = np.arange(0.0, script.end_s, 1.0 / fps)
        xy = self.landmarks(script.at(times))
        noise = np.random.default_rng(self.seed).normal(0.0, self.noise_px, xy.shape)
        return [self.pose(float(t), p) for t, p in zip(times, xy + noise, strict=True)]

    def still(self, seconds: float, fps: float = 25.0, **angles: float) -> list[Pose]:
        """Somebody who only lies there, with the given angles."""
        return self.film(Script(**angles).stay(seconds), fps=fps)

    def pose(self, t_s: float, xy: Array) -> Pose:
        """One frame seen as it is."""
        camera, seen = self.camera, np.full(33, 0.95)
        return Pose(t_s, camera.width_px, camera.height_px, xy, seen, brightness=0.5)
