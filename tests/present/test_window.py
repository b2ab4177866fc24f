"""The window shows the pixels that it is given, whichever way they reach its process."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import psutil
import pygame
import pytest
from PIL import ImageGrab
from present_factory import ENGLISH, GERMAN, make_stage, make_update
from screens import virtual_screen

from posecheck.errors import MissingDependencyError
from posecheck.present import window_process
from posecheck.present.canvas import Picture
from posecheck.present.live_screen import LiveScreen
from posecheck.present.progress_ring import GROUND
from posecheck.present.sdl_window import SdlWindow, put
from posecheck.present.window import Window, _shared, display_problem
from posecheck.types import Update

WIDE, HIGH = 1280, 720


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    with virtual_screen(WIDE, HIGH) as name:
        yield name


@pytest.fixture
def window(display: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with Window() as opened:
        yield opened


def picture(seed: int, wide: int = WIDE, high: int = HIGH) -> Picture:
    """Noise of large cells, so that one pixel, channel or row in the wrong place is seen."""
    cells = np.random.default_rng(seed).integers(1, 256, (9, 16, 3), np.uint8)
    return np.ascontiguousarray(cells.repeat(high // 9, axis=0).repeat(wide // 16, axis=1))


EVERY = (slice(None), slice(None))


def assert_shown(display: str, expected: Picture, where: tuple[slice, slice] = EVERY) -> None:
    """Exactly these pixels are on the screen now: who shows a picture waits until it is."""
    screen = np.asarray(ImageGrab.grab(xdisplay=display).convert("RGB"))
    np.testing.assert_array_equal(screen[where], expected[where])


@pytest.mark.display
def test_every_pixel_arrives(window: Window, display: str) -> None:
    for seed in range(4):
        window.show(picture(seed))
        assert_shown(display, picture(seed))


@pytest.mark.display
def test_it_tells_when_a_picture_was_painted(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not when that was heard of."""
    usual = Window._hear

    def late(self: Window, for_s: float) -> bytes:
        heard = usual(self, for_s)
        time.sleep(0.05)
        return heard

    monkeypatch.setattr(Window, "_hear", late)
    begun_s = time.monotonic()
    shown_s = window.show(picture(0))
    between_s = time.monotonic()
    drawn_s = window.draw(picture(1, 640, 480), make_update(), make_stage(), ENGLISH)
    assert begun_s < shown_s <= between_s - 0.05
    assert between_s < drawn_s <= time.monotonic() - 0.05


@pytest.mark.display
def test_pictures_of_another_size_fill_the_screen(window: Window, display: str) -> None:
    """Half as large: each cell keeps its place and colour."""
    middles = (slice(HIGH // 18, None, HIGH // 9), slice(WIDE // 32, None, WIDE // 16))
    for seed, factor in enumerate((1.0, 0.5, 1.0)):
        window.show(picture(seed, round(factor * WIDE), round(factor * HIGH)))
        assert_shown(display, picture(seed), middles)


@pytest.mark.display
def test_pictures_too_large_for_the_memory_and_small_ones_again(
    window: Window, display: str
) -> None:
    large = picture(1, 2 * WIDE, 2 * HIGH)
    assert large.nbytes > window_process.SHARED_BYTES
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
    with Window() as window:
        for seed in range(3):
            window.show(picture(seed))
            assert_shown(display, picture(seed))
        window.draw(picture(0, 640, 480), make_update(), make_stage(), ENGLISH)
        assert_shown(
            display, LiveScreen().draw(picture(0, 640, 480), make_update(), make_stage(), ENGLISH)
        )


@pytest.mark.display
def test_the_screen_is_drawn_in_its_process(window: Window, display: str) -> None:
    """As it would be in this one: prepared or not, after another picture or other words."""
    here, update = LiveScreen(), make_update()
    images = [picture(seed, 640, 480) for seed in range(3)]
    shows = [(images[0], "exercise"), (images[1], "exercise"), (images[0], "rest"),
             (images[2], "set_up"), (images[2], "done")]  # fmt: skip
    for image, name in shows:
        if image is images[1]:
            window.prepare(image)
        stage = make_stage(name=name)
        words = ENGLISH if name == "rest" else GERMAN
        window.draw(image, update, stage, words, scale=1.0, notice="camera_lost")
        expected = here.draw(image, update, stage, words, scale=1.0, notice="camera_lost")
        assert_shown(display, expected)


@pytest.mark.display
def test_a_screen_that_cannot_be_drawn_says_why(window: Window) -> None:
    """In one line, instead of waiting."""
    assert window.open
    window.draw(picture(0, 640, 480), cast(Update, None), make_stage(), ENGLISH)
    wait_until_gone(window)
    assert window.problem is not None
    assert "broken down (AttributeError: 'NoneType'" in window.problem
    assert "\n" not in window.problem
    begun_s = time.monotonic()
    painted_s = window.draw(picture(0, 640, 480), make_update(), make_stage(), ENGLISH)  # it is not
    assert begun_s <= painted_s <= time.monotonic()


@pytest.mark.display
def test_a_window_whose_process_has_gone_says_so(window: Window) -> None:
    window.show(picture(0))
    window._process.kill()
    wait_until_gone(window)
    assert window.problem is not None
    assert "its process has ended" in window.problem


@pytest.mark.display
def test_a_window_that_is_closed_has_no_problem(window: Window) -> None:
    """By somebody, which is what SDL takes a polite signal for, or by us."""
    window._process.terminate()
    wait_until_gone(window)
    assert window.problem is None
    with Window() as other:
        other.show(picture(0))
    assert not other.open
    assert other.problem is None


@pytest.mark.display
@pytest.mark.parametrize("shared", [True, False])
def test_a_window_that_hangs_is_given_up(
    shared: bool, display: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also while a picture is being sent to it; nothing waits for ever."""
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr("posecheck.present.window._CHECK_S", 0.05)
    if not shared:
        monkeypatch.setattr("posecheck.present.window._shared", lambda: (None, ()))
    with Window() as window:
        window.show(picture(0))
        window._process.send_signal(signal.SIGSTOP)
        window.show(picture(1))
        wait_until_gone(window)
        assert window.problem is not None
        assert "it hangs" in window.problem
        assert window._process.wait(10) != 0


@pytest.mark.display
def test_a_window_that_hangs_can_be_closed(window: Window) -> None:
    """And no further message is sent to it meanwhile."""
    window._process.send_signal(signal.SIGSTOP)
    window.hear()
    begun_s = time.monotonic()
    for _ in range(100):
        window.hear()
        window.prepare(picture(1))
        window.draw(picture(1), make_update(), make_stage(), ENGLISH)
    window.close()
    assert time.monotonic() - begun_s < 10


def wait_until_gone(window: Window) -> None:
    for _ in range(100):
        window.hear()
        if not window.open:
            return
        time.sleep(0.05)
    raise AssertionError("it is still there")


def open_files() -> int:
    return int(psutil.Process().num_fds())


@pytest.mark.display
def test_ctrl_c_while_it_opens_leaves_no_process(
    display: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_window: Window, _for_s: float) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.setattr(Window, "_hear", interrupted)
    before, others = open_files(), psutil.Process().children()
    with pytest.raises(KeyboardInterrupt):
        Window()
    assert psutil.Process().children() == others
    assert "posecheck-window" not in [t.name for t in threading.enumerate()]
    assert open_files() == before


@pytest.mark.skipif(sys.platform != "linux", reason="nothing is shared there")
def test_no_room_for_its_process_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """And leaves no memory behind."""

    def fail(*_: Any, **__: Any) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setenv("DISPLAY", ":nowhere")
    monkeypatch.setattr("subprocess.Popen", fail)
    before = open_files()
    with pytest.raises(MissingDependencyError, match=r"temporarily unavailable.*--no-window"):
        Window()
    assert open_files() == before


@pytest.mark.skipif(sys.platform != "linux", reason="nothing is shared there")
def test_a_python_without_shared_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "memfd_create")
    assert _shared() == (None, ())


class TestSdlWindow:
    """What of the window needs no display: SDL can do without."""

    @pytest.fixture
    def window(self, monkeypatch: pytest.MonkeyPatch) -> SdlWindow:
        monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
        pygame.display.quit()
        return SdlWindow()

    @pytest.mark.parametrize("key", [pygame.K_q, pygame.K_ESCAPE, pygame.K_a])
    def test_two_keys_end_it(self, window: SdlWindow, key: int) -> None:
        assert window.hear()
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key))
        assert window.hear() == (key == pygame.K_a)

    def test_closing_ends_it(self, window: SdlWindow) -> None:
        pygame.event.post(pygame.event.Event(pygame.QUIT))
        assert not window.hear()

    @pytest.mark.parametrize("size", [(640, 360), (360, 640), (1280, 720), (500, 500)])
    def test_a_picture_of_any_shape_stands_in_the_middle(
        self, window: SdlWindow, size: tuple[int, int]
    ) -> None:
        """As large as there is room, its shape kept, on the ground of the screen."""
        window.show(np.full((size[1], size[0], 3), 200, np.uint8))
        shown = pygame.surfarray.array3d(window.surface)  # x before y
        x, y = np.nonzero((shown == 200).all(axis=2))
        wide, high = shown.shape[:2]
        box = np.array([x.max() - x.min() + 1, y.max() - y.min() + 1])
        scale = min(wide / size[0], high / size[1])
        np.testing.assert_allclose(box, np.array(size) * scale, atol=1)
        assert abs(x.min() + x.max() + 1 - wide) <= 2
        assert abs(y.min() + y.max() + 1 - high) <= 2
        assert len(x) == box.prod()
        assert (np.delete(shown.reshape(-1, 3), x * high + y, axis=0) == GROUND).all()

    @pytest.mark.parametrize(
        ("masks", "bits"),
        [
            ((0xFF0000, 0xFF00, 0xFF, 0), 32),
            ((0xFF, 0xFF00, 0xFF0000, 0), 32),
            ((0xFF000000, 0xFF0000, 0xFF00, 0), 32),
            ((0xFF0000, 0xFF00, 0xFF, 0), 24),
            ((0xF800, 0x7E0, 0x1F, 0), 16),
        ],
    )
    def test_screens_keep_colours_in_several_ways(
        self, masks: tuple[int, int, int, int], bits: int
    ) -> None:
        """And rows may be longer than they look."""
        surface = pygame.Surface((37, 29), 0, bits, masks)
        surface.fill((7, 7, 7))
        noise = np.random.default_rng(0).integers(0, 256, (20, 31, 3), np.uint8)
        put(noise, surface, 4, 5)
        shown = pygame.surfarray.array3d(surface).swapaxes(0, 1)
        lost = 8 if bits == 16 else 1  # of the lower bits
        assert abs(shown[5:25, 4:35].astype(int) - noise).max() < lost
        shown[5:25, 4:35] = shown[0, 0]
        assert (shown == shown[0, 0]).all()

    def test_a_system_that_paints_by_its_3d_drivers_alone(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As Wayland does: opened all the same, at the second try."""
        hint, opened = "SDL_FRAMEBUFFER_ACCELERATION", pygame.display.set_mode

        def set_mode(*how: Any) -> pygame.Surface:
            if os.environ.get(hint) == "0":
                raise pygame.error("Window framebuffer support not available")
            return opened(*how)

        monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
        monkeypatch.setenv(hint, "0")
        monkeypatch.setattr(pygame.display, "set_mode", set_mode)
        pygame.display.quit()
        assert SdlWindow().hear()

    def test_it_is_empty_until_the_first_picture(
        self, window: SdlWindow, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And that is on the screen, not only meant to be."""
        assert (pygame.surfarray.array3d(window.surface) == GROUND).all()
        flips: list[None] = []
        monkeypatch.setattr(pygame.display, "flip", lambda: flips.append(None))
        pygame.display.quit()
        SdlWindow()
        assert len(flips) == 1

    def test_no_display(self, monkeypatch: pytest.MonkeyPatch) -> None:
        pygame.display.quit()
        monkeypatch.setenv("SDL_FRAMEBUFFER_ACCELERATION", "0")  # to be put back
        monkeypatch.setenv("SDL_VIDEODRIVER", "no such driver")
        with pytest.raises(MissingDependencyError):
            SdlWindow()


@pytest.mark.parametrize(("missing", "fix"), [("pygame", "pygame-ce"), ("cv2", "opencv-python")])
def test_without_a_library_it_says_what_to_install(
    missing: str, fix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"{missing}.py").write_text("raise ImportError('libGL.so.1')\n")
    monkeypatch.setenv("DISPLAY", ":nowhere")
    monkeypatch.syspath_prepend(tmp_path)
    problem = display_problem()
    assert problem is not None
    assert fix in problem
    assert "--no-window" in problem
