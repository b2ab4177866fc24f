"""How a stored picture is turned and stretched into the one that people see."""

from __future__ import annotations

from dataclasses import dataclass

import av
import numpy as np
from numpy.typing import NDArray

_MOST_ASPECT = 10  # of a pixel; a file that claims more does not know
_SQUARE = 1e-3  # from 1, and its pixels are square


@dataclass(frozen=True, slots=True)
class Turn:
    """Quarter turns clockwise, after an optional left-right mirror of the stored picture."""

    clockwise_deg: int = 0
    mirrored: bool = False

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Return width and height of the turned picture.

        Parameters
        ----------
        width, height
            Of the stored one, pixels.

        """
        return (height, width) if self.clockwise_deg in (90, 270) else (width, height)

    def apply(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Turn a picture; the result is dense in memory.

        Parameters
        ----------
        image
            The stored picture (h, w, 3).

        """
        if self == Turn():
            return np.ascontiguousarray(image)
        view = np.rot90(image[:, ::-1] if self.mirrored else image, -self.clockwise_deg // 90)
        out = np.empty(view.shape, np.uint8)
        for channel in range(view.shape[2]):  # four times as fast as pixel by pixel
            out[..., channel] = view[..., channel]
        return out


def turn_of(frame: av.VideoFrame) -> Turn:
    """Read what the frame's display matrix asks for, to the nearest quarter turn."""
    matrix = frame.side_data.get("DISPLAYMATRIX")
    if matrix is None:
        return Turn()
    # A stored point (x, y) is shown at (a x + c y, b x + d y).
    a, b, _, c, d = np.frombuffer(bytes(matrix), dtype="=i4")[:5].astype(float)  # type: ignore[call-overload]
    mirrored = bool(a * d - b * c < 0)
    if mirrored:  # take the mirror off first: it turned x round
        a, b = -a, -b
    angle = np.degrees(np.arctan2(b - c, a + d))
    return Turn(round(float(angle) / 90) % 4 * 90, mirrored)


def square_size(width: int, height: int, pixel_aspect: float) -> tuple[int, int]:
    """Compute width and height with square pixels, for angles mean nothing in others.

    Parameters
    ----------
    width, height
        Of the stored picture, pixels; one of them is kept.
    pixel_aspect
        The width of a pixel over its height; one that cannot be is taken for 1.

    """
    believable = 1 / _MOST_ASPECT <= pixel_aspect <= _MOST_ASPECT
    if not believable or abs(pixel_aspect - 1) < _SQUARE:
        return width, height
    if pixel_aspect > 1:
        return round(width * pixel_aspect), height
    return width, round(height / pixel_aspect)
