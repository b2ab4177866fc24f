"""The window itself, full screen, made by SDL, which has a picture painted in a millisecond.

OpenCV's windows take four times as long, half of it asleep, and stay black now and then where
nothing manages windows.
"""

from __future__ import annotations

import os
import sys

# Before it is loaded: it would greet on standard output. A message that takes the focus must not
# hide the person.
os.environ.update(PYGAME_HIDE_SUPPORT_PROMPT="1", SDL_VIDEO_MINIMIZE_ON_FOCUS_LOSS="0")
if sys.platform in ("linux", "win32"):
    # Painting by way of the 3-D drivers takes ten times as long where these are software. A Mac
    # and Wayland know no other way.
    os.environ["SDL_FRAMEBUFFER_ACCELERATION"] = "0"
if sys.platform == "linux":  # nothing that draws past the desktop; X11 paints without 3-D drivers
    os.environ.setdefault("SDL_VIDEODRIVER", "x11,wayland")
import numpy as np
import pygame

from posecheck.errors import MissingDependencyError
from posecheck.natives import load_cv2
from posecheck.present.canvas import Picture
from posecheck.present.mirror import fitted
from posecheck.present.progress_ring import GROUND

cv2 = load_cv2()

_ENDS = (pygame.K_q, pygame.K_ESCAPE)
# How screens keep a pixel in four bytes: the masks of red, green and blue, and OpenCV's name.
_ORDERS = {
    (0xFF0000, 0xFF00, 0xFF): cv2.COLOR_RGB2BGRA,
    (0xFF, 0xFF00, 0xFF0000): cv2.COLOR_RGB2RGBA,
}


class SdlWindow:
    """A full-screen window that shows pictures.

    Raises
    ------
    MissingDependencyError
        No window can be opened.

    """

    def __init__(self) -> None:
        # A second thread to enlarge would be waited for while the looks take the cores.
        cv2.setNumThreads(1)
        try:
            self.surface = _opened()
        except pygame.error as error:
            raise MissingDependencyError(f"No window can be opened ({error}).") from error
        pygame.mouse.set_visible(False)
        self.surface.fill(GROUND)
        pygame.display.flip()  # else it stays undefined until the first picture

    def show(self, picture: Picture) -> None:
        """Paint a picture as large as the screen has room for.

        Parameters
        ----------
        picture
            (height, width, 3), RGB.

        """
        wide, high = self.surface.get_size()
        size = fitted(picture, (0, 0, wide, high))
        if size != picture.shape[1::-1]:
            picture = cv2.resize(picture, size)
        put(picture, self.surface, (wide - size[0]) // 2, (high - size[1]) // 2)
        pygame.display.flip()

    def hear(self) -> bool:
        """Hear the keys; return whether it has not been closed."""
        return not any(
            event.type == pygame.QUIT or (event.type == pygame.KEYDOWN and event.key in _ENDS)
            for event in pygame.event.get()
        )


def put(picture: Picture, surface: pygame.Surface, left: int, top: int) -> None:
    """Copy a picture into a surface; OpenCV takes a quarter of SDL's time where it knows how.

    Parameters
    ----------
    picture
        (height, width, 3), RGB.
    surface
        Where it goes.
    left, top
        The pixel of the surface where its upper left corner stands.

    """
    high, wide = picture.shape[:2]
    order = _ORDERS.get(surface.get_masks()[:3]) if surface.get_bytesize() == 4 else None
    if order is None or sys.byteorder != "little":
        image = pygame.image.frombuffer(picture.tobytes(), (wide, high), "RGB")
        surface.blit(image, (left, top))
        return
    memory = pygame.surfarray.pixels2d(surface).T  # locks it until this returns
    part = memory[top : top + high, left : left + wide].view(np.uint8)
    cv2.cvtColor(picture, order, dst=part.reshape(high, wide, 4))


def _opened() -> pygame.Surface:
    """Return the whole screen; painted by way of the 3-D drivers where there is no other."""
    try:
        return _open()
    except pygame.error:
        if os.environ.pop("SDL_FRAMEBUFFER_ACCELERATION", None) is None:
            raise
        pygame.display.quit()
        return _open()


def _open() -> pygame.Surface:
    pygame.display.init()
    pygame.display.set_caption("Posecheck")
    return pygame.display.set_mode((0, 0), pygame.FULLSCREEN)
