"""From where the camera looks at the lying body, and pixels put back into its sagittal plane.

Body axes: X from the head to the feet, Y away from the camera, Z up from the surface. A camera
straight from the side has azimuth and elevation 0; azimuth grows as it moves to the head end,
elevation as it rises. The sagittal plane is seen through a pinhole, so an angle in the picture
is not the angle of the joint: 25° off the side costs up to 9° (measured on rendered people with
known joints). `View.plane` undoes that.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from posecheck.types import Array

# Focal length over the picture's long side. Phones and webcams film 55-70° across, which is
# 0.71-0.96; 30 % wrong here changes a joint angle by less than 0.5° (rendered people).
FOCAL = 0.85

# How far MediaPipe sets near and far shoulder apart, in trunk lengths: less than the 0.69 of a
# real body, for it half guesses the hidden one. Linear in the tangent of the local angle over
# 20 rendered views (r 0.98 along the trunk, 0.85 across).
SHOULDERS_ALONG = 0.36
SHOULDERS_ALONG_AT_0 = -0.02
SHOULDERS_ACROSS = 0.55

# The trunk (mid-shoulder to mid-hip) over the leg that lies straight (hip to ankle), seen by
# MediaPipe on rendered people: 0.623, spread 4 % (38 clips, 6 bodies; of the joints themselves
# 0.587 after Drillis and Contini 1966). What is nearer to the camera looks longer, so the ratio
# tells the azimuth, to about as much as the shoulders do (4.5°); together 3.1°.
TRUNK_OVER_LEG, TRUNK_OVER_LEG_SPREAD = 0.623, 0.04
AZIMUTH_SD_DEG = 4.5
_STEP_DEG = 3.0
_TURN_MAX = 10.0

# A camera is mostly held level: within 2° nine times of ten, else by up to some 15° (assumed).
LEVEL_SD_DEG, TILTED_SD_DEG, TILTED_SHARE = 2.0, 15.0, 0.1
TRUNK_SLOPE_SD_DEG = 3.5  # of the trunk line of people who lie flat, rendered


@dataclass(frozen=True, slots=True)
class View:
    """A camera's place and its picture; degrees, `feet` +1 where they point right, else -1."""

    azimuth_deg: float
    elevation_deg: float
    roll_deg: float
    feet: float
    width_px: float
    height_px: float

    _sight: Array = field(init=False, repr=False, compare=False)  # (3, 3): x, y and 1 to a ray

    def __post_init__(self) -> None:
        az, el, ro = np.radians([self.azimuth_deg, self.elevation_deg, self.roll_deg])
        sa, ca, se, ce = np.sin(az), np.cos(az), np.sin(el), np.cos(el)
        level_right = self.feet * np.array([ca, -sa, 0.0])
        level_up = np.array([sa * se, ca * se, ce])
        forward = np.array([sa * ce, ca * ce, -se])
        c, s = np.cos(ro), np.sin(ro)
        right, up = c * level_right + s * level_up, c * level_up - s * level_right
        focal = FOCAL * max(self.width_px, self.height_px)
        centre = 0.5 * (self.height_px * up - self.width_px * right) / focal + forward
        object.__setattr__(self, "_sight", np.array([right / focal, -up / focal, centre]))

    def milder(self, share: float) -> View:
        """The same camera, standing only a share of its angles off the side."""
        return replace(
            self, azimuth_deg=share * self.azimuth_deg, elevation_deg=share * self.elevation_deg
        )

    def rays(self, xy_px: Array) -> Array:
        """Lines of sight through pixels (..., 2), as (..., 3) in body axes."""
        rays: Array = xy_px @ self._sight[:2] + self._sight[2]
        return rays

    def plane(self, xy_px: Array, at_px: Array, offset: float = 0.0) -> Array:
        """Pixels (..., 2) as (X, Z) in the sagittal plane through `at_px`, which becomes (0, 0).

        The unit is the distance from the camera to that plane, along Y. `offset` moves the plane
        that the pixels lie in away from the camera by so many units.
        """
        ray, at = self.rays(xy_px), self.rays(at_px)
        point = ray[..., ::2] * ((1.0 + offset) / ray[..., 1:2])
        placed: Array = point - at[..., ::2] / at[..., 1:2]
        return placed


def estimate_view(
    near_px: Array, far_px: Array, shoulders_px: Array, hips_px: Array, size_px: tuple[float, float]
) -> View:
    """The view from the near and the far shoulder and the trunk, each (2,) and held over seconds.

    NaN landmarks give NaN angles.
    """
    width, height = size_px
    trunk = hips_px - shoulders_px
    length = float(np.hypot(*trunk))
    feet = 1.0 if trunk[0] >= 0 else -1.0
    along = trunk / length
    up = np.array([along[1], -along[0]]) * feet
    apart = (near_px - far_px) / length
    focal = FOCAL * max(width, height)
    centre = (shoulders_px - 0.5 * np.array([width, height])) / focal
    # the shoulders lie off the picture's centre and are seen from another angle than the body
    azimuth = np.degrees(np.arctan((apart @ along - SHOULDERS_ALONG_AT_0) / SHOULDERS_ALONG))
    azimuth -= np.degrees(np.arctan(centre[0] * feet))
    elevation = np.degrees(np.arctan(-(apart @ up) / SHOULDERS_ACROSS))
    elevation -= np.degrees(np.arctan(centre[1]))
    level = View(float(azimuth), float(elevation), 0.0, feet, width, height)
    x, z = level.plane(hips_px, shoulders_px)
    roll = _believable_roll(float(np.degrees(np.arctan2(z, x))))
    # a camera that rolls makes a level body seem to slope the other way
    return View(float(azimuth), float(elevation), -roll * feet, feet, width, height)


def with_leg(view: View, shoulders_px: Array, hips_px: Array, ankle_px: Array, far: float) -> View:
    """The view once a leg that lies straight is seen as well, with its ankle at `ankle_px` (2,).

    `far` is how much farther away than the mid-hips it lies, in trunk lengths.
    """

    def ratio(seen: View) -> float:
        trunk = float(np.hypot(*seen.plane(shoulders_px, hips_px)))
        leg = float(np.hypot(*seen.plane(ankle_px, hips_px, far * trunk)))
        return float(np.log(trunk / leg))

    first = view.azimuth_deg
    for _ in range(2):  # the ratio is not quite linear in the azimuth
        now = ratio(view)
        slope = (ratio(replace(view, azimuth_deg=view.azimuth_deg + _STEP_DEG)) - now) / _STEP_DEG
        missing = float(np.log(TRUNK_OVER_LEG)) - now + slope * (view.azimuth_deg - first)
        weight = slope * AZIMUTH_SD_DEG**2
        turn = weight * missing / (slope * weight + TRUNK_OVER_LEG_SPREAD**2)
        if not np.isfinite(turn):
            return view
        view = replace(view, azimuth_deg=float(first + np.clip(turn, -_TURN_MAX, _TURN_MAX)))
    return view


def _believable_roll(slope_deg: float) -> float:
    """The mean roll (degrees) once the trunk seems to slope, given how cameras are held."""
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
