"""The window shows the pixels that it is given, whichever way they reach its process."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import ImageGrab
from screens import virtual_screen

from posecheck.present import pane
from posecheck.present.drawing import Picture
from posecheck.present.window import Window

WIDE, HIGH = pane.SIZE


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    with virtual_screen(WIDE, HIGH) as name:
        yield name


def painting(display: str) -> Window:
    """A window that paints.

    On a fresh Xvfb one in some six of OpenCV's windows stays black, without our code as well; why
    was not found.
    """
    for _ in range(10):
        window = Window()
        window.show(picture(9))
        time.sleep(0.1)
        if np.asarray(ImageGrab.grab(xdisplay=display)).any():
            break
        window.close()
    return window


@pytest.fixture
def window(display: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with painting(display) as opened:
        yield opened


def picture(seed: int, wide: int = WIDE, high: int = HIGH) -> Picture:
    """Noise of large cells, so that one pixel, channel or row in the wrong place is seen."""
    cells = np.random.default_rng(seed).integers(1, 256, (9, 16, 3), np.uint8)
    return np.ascontiguousarray(cells.repeat(high // 9, axis=0).repeat(wide // 16, axis=1))


def assert_shown(display: str, expected: Picture) -> None:
    """Exactly these pixels are on the screen, or will be in a moment."""
    for _ in range(100):
        screen = np.asarray(ImageGrab.grab(xdisplay=display).convert("RGB"))
        if (screen == expected).all():
            return
        time.sleep(0.05)
    np.testing.assert_array_equal(screen, expected)


@pytest.mark.display
def test_every_pixel_arrives(window: Window, display: str) -> None:
    for seed in range(4):
        window.show(picture(seed))
        assert_shown(display, picture(seed))


@pytest.mark.display
def test_pictures_of_another_size_fill_the_screen(window: Window, display: str) -> None:
    """Twice and half as large: each cell keeps its place and colour."""
    for seed, factor in enumerate((1.0, 0.5, 1.0)):
        window.show(picture(seed, round(factor * WIDE), round(factor * HIGH)))
        assert_shown(display, picture(seed))


@pytest.mark.display
def test_pictures_too_large_for_the_memory_and_small_ones_again(
    window: Window, display: str
) -> None:
    large = picture(1, 2 * WIDE, 2 * HIGH)
    assert large.nbytes > pane.SHARED_BYTES
    window.show(picture(0))
    window.show(large)
    assert_shown(display, picture(1))
    window.show(picture(2))
    assert_shown(display, picture(2))


@pytest.mark.display
def test_without_shared_memory_pictures_go_through_the_pipe(
    display: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr("posecheck.present.window._shared", lambda: (None, ()))
    with painting(display) as window:
        for seed in range(3):
            window.show(picture(seed))
            assert_shown(display, picture(seed))
