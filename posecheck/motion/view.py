"""From where the camera looks at the lying body.

Body axes: X from the head to the feet, Y away from the camera, Z up from the surface. A camera
straight from the side has azimuth and elevation 0; azimuth grows as it moves to the head end,
elevation as it rises. Angles are measured in the picture, where those of the sagittal plane look
other than they are the farther the camera stands off the side: the view says how far that may be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from posecheck.motion.calibration import (
    BOTH_SEEN_DEG,
    BOTH_SEEN_SHARE,
    SHOULDERS_ACROSS,
    SHOULDERS_ALONG,
    TRUNK_SLOPE_SD_DEG,
)
from posecheck.types import Array

# Focal length over the picture's long side. Phones and webcams film 55-70° across, which is
# 0.71-0.96.
FOCAL = 0.85
# A camera is mostly held level: within 2° nine times of ten, else by up to some 15° (assumed).
LEVEL_SD_DEG, TILTED_SD_DEG, TILTED_SHARE = 2.0, 15.0, 0.1
SINE_MAX = 0.9  # of an elevation: beyond it a little noise turns into many degrees


@dataclass(frozen=True, slots=True)
class View:
    """A camera's place; degrees, `feet` +1 where they point right, else -1.

    `slope_deg` is how much the lying surface seems to rise towards the feet.
    """

    azimuth_deg: float
    elevation_deg: float
    slope_deg: float
    feet: float

    def upright(self, vectors_px: Array) -> Array:
        """Turn picture vectors so that they lie along the surface and stand up from it.

        Parameters
        ----------
        vectors_px
            (..., 2) in pixels, y down.

        Returns
        -------
        Array
            (..., 2) X towards the feet and Z up, in pixels.

        """
        turn = np.radians(self.slope_deg)
        x, z = self.feet * vectors_px[..., 0], -vectors_px[..., 1]
        c, s = np.cos(turn), np.sin(turn)
        return np.stack([c * x + s * z, c * z - s * x], axis=-1)


@dataclass(frozen=True, slots=True)
class Trunk:
    """What tells the view, held over seconds; (2,) each, in pixels."""

    near_px: Array  # the shoulder that is nearer to the camera
    far_px: Array
    hips_px: Array  # middle of the hips

    @property
    def shoulders_px(self) -> Array:
        """The middle of the shoulders."""
        middle: Array = 0.5 * (self.near_px + self.far_px)
        return middle


def estimate_view(
    trunk: Trunk, size_px: tuple[float, float], resting_ankle_px: Array | None = None
) -> View:
    """Estimate the view from the trunk, and the slope from the resting leg's ankle as well.

    Parameters
    ----------
    trunk
        Its corners in pixels; NaN landmarks give NaN angles.
    size_px
        Width and height of the picture in pixels.
    resting_ankle_px
        (2,) in pixels, NaN or None where it is unknown.

    """
    axis = trunk.hips_px - trunk.shoulders_px
    feet = 1.0 if axis[0] >= 0 else -1.0
    centre = _off_centre(trunk.shoulders_px, size_px)
    # the shoulders lie off the picture's centre and are seen from another angle than the body
    apart = (trunk.near_px - trunk.far_px) @ axis / (axis @ axis)
    local = np.degrees(np.arctan(apart / SHOULDERS_ALONG))
    azimuth = float(local - np.degrees(np.arctan(centre[0] * feet)))
    up = np.array([axis[1], -axis[0]]) * feet / (axis @ axis)
    across = float((trunk.far_px - trunk.near_px) @ up)
    elevation = _elevation(across, azimuth, centre, feet)
    slope = _believable_slope(_slope(trunk, feet, resting_ankle_px))
    return View(azimuth, elevation, slope, feet)


def _slope(trunk: Trunk, feet: float, resting_ankle_px: Array | None) -> float:
    """Return how much the body seems to rise towards the feet (degrees).

    A camera that is tilted tilts the line from the shoulders to the resting foot as much as the
    trunk; hips that are lifted, or a leg, tilt only one of them.
    """

    def _rises(to_px: Array) -> float:
        x, y = to_px - trunk.shoulders_px
        return float(np.degrees(np.arctan2(-y, feet * x)))

    slope = _rises(trunk.hips_px)
    if resting_ankle_px is None or not np.isfinite(resting_ankle_px[0]):
        return slope
    other = _rises(resting_ankle_px)
    return min(slope, other, key=abs) if slope * other > 0 else 0.0


def _off_centre(xy_px: Array, size_px: tuple[float, float]) -> Array:
    """Return the tangents of the angles between a pixel (2,) and the middle of the picture."""
    width, height = size_px
    off: Array = (xy_px - 0.5 * np.array([width, height])) / (FOCAL * max(width, height))
    return off


def _elevation(across: float, azimuth_deg: float, centre: Array, feet: float) -> float:
    """Return the elevation at which shoulders lie `across` trunk lengths apart, across the trunk.

    A trunk seen from off the side is shorter and slopes: with s the sine of the elevation and a
    the azimuth, ``across = SHOULDERS_ACROSS * s / (cos(a)^2 + sin(a)^2 * s^2)``.
    """
    local = np.radians(azimuth_deg) + np.arctan(centre[0] * feet)
    part = across / SHOULDERS_ACROSS
    cos2, sin2 = np.cos(local) ** 2, np.sin(local) ** 2
    inside = max(1.0 - 4.0 * part**2 * sin2 * cos2, 0.0)
    sine = 2.0 * part * cos2 / (1.0 + np.sqrt(inside))
    found = float(np.degrees(np.arcsin(np.clip(sine, -SINE_MAX, SINE_MAX))))
    if found > BOTH_SEEN_DEG:
        found = BOTH_SEEN_DEG + BOTH_SEEN_SHARE * (found - BOTH_SEEN_DEG)
    return found - float(np.degrees(np.arctan(centre[1])))


def _believable_slope(slope_deg: float) -> float:
    """Return the mean slope (degrees) once the trunk seems to slope, given how cameras are held."""
    if not np.isfinite(slope_deg):
        return 0.0
    noise = TRUNK_SLOPE_SD_DEG**2
    mean = weight = 0.0
    for share, sd in ((1 - TILTED_SHARE, LEVEL_SD_DEG), (TILTED_SHARE, TILTED_SD_DEG)):
        total = sd**2 + noise
        likely = share * np.exp(-0.5 * slope_deg**2 / total) / np.sqrt(total)
        mean += likely * slope_deg * sd**2 / total
        weight += likely
    return float(mean / weight) if weight > 0 else slope_deg
