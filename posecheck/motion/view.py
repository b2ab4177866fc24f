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
# real body, for it half guesses the hidden one. Along the trunk that is linear in the tangent of
# the local azimuth (44 rendered views, r 0.95); across it geometry has its way (r 0.81).
SHOULDERS_ALONG = 0.36
SHOULDERS_ALONG_AT_0 = -0.02
SHOULDERS_ACROSS = 0.58
# Seen from so high the far shoulder is no longer guessed, and stands as far off as it does: the
# elevation was 5 to 25° less than the guess (5 of 58 rendered views).
BOTH_SEEN_DEG, BOTH_SEEN_SHARE = 24.0, 0.4

# The trunk (mid-shoulder to mid-hip) over the leg that lies straight (hip to ankle), seen by
# MediaPipe on rendered people: 0.623, spread 4 % (38 clips, 6 bodies; of the joints themselves
# 0.587 after Drillis and Contini 1966). What is nearer to the camera looks longer, so the ratio
# tells the azimuth, to about as much as the shoulders do (4.5°); together 3.1°.
TRUNK_OVER_LEG, TRUNK_OVER_LEG_SPREAD = 0.623, 0.04
AZIMUTH_SD_DEG = 4.5
_STEP_DEG = 3.0
_TURN_MAX_DEG = 10.0

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

    def pixel(self, placed: Array, at_px: Array) -> Array:
        """The pixel (2,) of a point (X, Z) of the plane through `at_px`: `plane` undone."""
        at = self.rays(at_px)
        x, z = at[::2] / at[1] + placed
        right, down, forward = np.linalg.solve(self._sight.T, np.array([x, 1.0, z]))
        seen: Array = np.array([right, down]) / forward
        return seen


@dataclass(frozen=True, slots=True)
class Trunk:
    """What tells the view, held over seconds; (2,) each, in pixels."""

    near_px: Array  # the shoulder that is nearer to the camera
    far_px: Array
    hips_px: Array  # middle of the hips

    @property
    def shoulders_px(self) -> Array:
        """Middle of the shoulders."""
        middle: Array = 0.5 * (self.near_px + self.far_px)
        return middle


@dataclass(frozen=True, slots=True)
class RestingLeg:
    """The leg that stays where it is."""

    ankle_px: Array  # (2,)
    far: float  # how much farther away than the mid-hips it lies, in trunk lengths
    straight: bool  # on the surface


def estimate_view(trunk: Trunk, size_px: tuple[float, float], leg: RestingLeg | None) -> View:
    """The view from the trunk, and from the resting leg where it is known.

    NaN landmarks give NaN angles.
    """
    axis = trunk.hips_px - trunk.shoulders_px
    feet = 1.0 if axis[0] >= 0 else -1.0
    centre = _off_centre(trunk.shoulders_px, size_px)
    # the shoulders lie off the picture's centre and are seen from another angle than the body
    apart = (trunk.near_px - trunk.far_px) @ axis / (axis @ axis)
    azimuth = np.degrees(np.arctan((apart - SHOULDERS_ALONG_AT_0) / SHOULDERS_ALONG))
    angle = float(azimuth - np.degrees(np.arctan(centre[0] * feet)))
    view = _seen_from(angle, trunk, size_px, leg)
    if leg is None or not leg.straight:
        return view
    return _seen_from(_azimuth_with_leg(view, trunk, leg), trunk, size_px, leg)


def _seen_from(
    azimuth_deg: float, trunk: Trunk, size_px: tuple[float, float], leg: RestingLeg | None
) -> View:
    """The whole view once the azimuth is known."""
    axis = trunk.hips_px - trunk.shoulders_px
    feet = 1.0 if axis[0] >= 0 else -1.0
    up = np.array([axis[1], -axis[0]]) * feet / (axis @ axis)
    across = float((trunk.far_px - trunk.near_px) @ up)
    elevation = _elevation(across, azimuth_deg, _off_centre(trunk.shoulders_px, size_px), feet)
    level = View(azimuth_deg, elevation, 0.0, feet, *size_px)
    roll = _believable_roll(_slope(level, trunk, leg))
    # a camera that rolls makes a level body seem to slope the other way
    return replace(level, roll_deg=-roll * feet)


def _slope(level: View, trunk: Trunk, leg: RestingLeg | None) -> float:
    """How much the body seems to slope towards the feet (degrees).

    A camera that is tilted tilts the line from the shoulders to the resting foot as much as the
    trunk; hips that are lifted, or a leg, tilt only one of them.
    """
    hips = level.plane(trunk.hips_px, trunk.shoulders_px)
    slope = float(np.degrees(np.arctan2(hips[1], hips[0])))
    if leg is None or not np.isfinite(leg.ankle_px[0]):
        return slope
    foot = level.plane(leg.ankle_px, trunk.shoulders_px, leg.far * float(np.hypot(*hips)))
    other = float(np.degrees(np.arctan2(foot[1], foot[0])))
    return min(slope, other, key=abs) if slope * other > 0 else 0.0


def _off_centre(xy_px: Array, size_px: tuple[float, float]) -> Array:
    """Tangents of the angles between a pixel (2,) and the middle of the picture."""
    width, height = size_px
    off: Array = (xy_px - 0.5 * np.array([width, height])) / (FOCAL * max(width, height))
    return off


def _elevation(across: float, azimuth_deg: float, centre: Array, feet: float) -> float:
    """The elevation at which shoulders lie `across` trunk lengths apart, square to the trunk.

    A trunk seen from off the side is shorter and slopes: with s the sine of the elevation and a
    the azimuth, ``across = SHOULDERS_ACROSS * s / (cos(a)^2 + sin(a)^2 * s^2)``.
    """
    local = np.radians(azimuth_deg) + np.arctan(centre[0] * feet)
    part = across / SHOULDERS_ACROSS
    cos2, sin2 = np.cos(local) ** 2, np.sin(local) ** 2
    inside = max(1.0 - 4.0 * part**2 * sin2 * cos2, 0.0)
    sine = 2.0 * part * cos2 / (1.0 + np.sqrt(inside))
    found = float(np.degrees(np.arcsin(np.clip(sine, -0.9, 0.9))))
    if found > BOTH_SEEN_DEG:
        found = BOTH_SEEN_DEG + BOTH_SEEN_SHARE * (found - BOTH_SEEN_DEG)
    return found - float(np.degrees(np.arctan(centre[1])))


def _azimuth_with_leg(view: View, trunk: Trunk, leg: RestingLeg) -> float:
    """The likeliest azimuth (degrees), given the shoulders' and how long trunk and leg look."""

    def ratio(azimuth_deg: float) -> float:
        seen = replace(view, azimuth_deg=azimuth_deg)
        length = float(np.hypot(*seen.plane(trunk.shoulders_px, trunk.hips_px)))
        below = float(np.hypot(*seen.plane(leg.ankle_px, trunk.hips_px, leg.far * length)))
        return float(np.log(length / below))

    first = azimuth = view.azimuth_deg
    for _ in range(2):  # the ratio is not quite linear in the azimuth
        now = ratio(azimuth)
        slope = (ratio(azimuth + _STEP_DEG) - now) / _STEP_DEG
        missing = float(np.log(TRUNK_OVER_LEG)) - now + slope * (azimuth - first)
        weight = slope * AZIMUTH_SD_DEG**2
        turn = weight * missing / (slope * weight + TRUNK_OVER_LEG_SPREAD**2)
        azimuth = first + float(np.clip(turn, -_TURN_MAX_DEG, _TURN_MAX_DEG))
    return azimuth if np.isfinite(azimuth) else first


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
