"""The window of a live session, and what comes after it, from end to end without a model."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from commands import tree
from screens import virtual_screen
from sessions_live import (
    Gap,
    InOrder,
    ScriptedCamera,
    assert_whole,
    scripted,
    threads,
    told_of,
    until,
    without_a_model,
)

from posecheck.apps import interrupts
from posecheck.apps.live.run import live
from posecheck.errors import PosecheckError
from posecheck.exercises.language import words_of
from posecheck.present.canvas import Picture
from posecheck.present.live_screen import message_screen
from posecheck.types import Stage


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    yield
    assert threads() == []


class FakeWindow:
    """A window that is there until it is closed."""

    problem: str | None = None

    def __init__(self) -> None:
        self.open = True
        self.shown: Picture | None = None
        self.stage: Stage | None = None

    def __enter__(self) -> FakeWindow:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.open = False

    def hear(self) -> None:
        pass

    def prepare(self, image: Any) -> None:
        pass

    def show(self, picture: Picture) -> None:
        self.shown = picture

    def draw(self, _image: Any, _update: Any, stage: Stage, *_: object, **__: object) -> None:
        self.stage = stage


def test_a_window_that_is_closed_before_the_first_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The camera is not to blame."""
    window = FakeWindow()
    scripted(monkeypatch)
    monkeypatch.setattr(ScriptedCamera, "read", lambda *_: time.sleep(0.01))
    monkeypatch.setattr("posecheck.apps.live.run.Window", lambda: window)
    monkeypatch.setattr(window, "hear", window.close)
    with pytest.raises(PosecheckError, match="The window was closed before the first picture"):
        live(out=tmp_path / "report", mute=True)
    assert list(tmp_path.iterdir()) == []


def test_the_window_is_closed_before_the_clip_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it hides how far that is."""
    scripted(monkeypatch)
    window = FakeWindow()
    monkeypatch.setattr("posecheck.apps.live.run.Window", lambda: window)
    open_then: set[bool] = set()
    live(out=tmp_path / "report", record=tmp_path / "there", mute=True, linger_s=0.0,
         progress=lambda *_: open_then.add(window.open))  # fmt: skip
    assert open_then == {False}
    assert (tmp_path / "report" / "annotated.mp4").is_file()


def test_ctrl_c_while_the_clip_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The video is left out, and nothing of it stays; all the rest is written."""
    scripted(monkeypatch)
    ticks: list[int] = []

    def interrupt(_what: str, done: int, _total: int) -> None:
        ticks.append(done)
        if done > 20:
            monkeypatch.setattr(interrupts._State, "requested", True)

    done = live(out=tmp_path / "report", record=tmp_path / "there", window=False, mute=True,
                progress=interrupt)  # fmt: skip
    assert_whole(done.report)
    assert len([n for n in ticks if n > 20]) == 1
    assert tree(tmp_path / "report") == ["angles.csv", "poses.npz", "report.html", "report.json"]
    assert "annotated.mp4" not in (tmp_path / "report" / "report.html").read_text()


def test_it_says_that_it_loads_while_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the model is opened; and the keys are heard meanwhile."""
    window, heard = FakeWindow(), threading.Event()

    class Slow(InOrder):
        def __init__(self) -> None:
            super().__init__()
            assert window.shown is not None
            assert heard.wait(60)

    scripted(monkeypatch)
    without_a_model(monkeypatch, Slow)
    monkeypatch.setattr("posecheck.apps.live.run.Window", lambda: window)
    monkeypatch.setattr(window, "hear", heard.set)
    live(out=tmp_path / "report", mute=True, linger_s=0.0, language="de")
    expected = message_screen(words_of("de").line("loading"))
    np.testing.assert_array_equal(window.shown, expected)


def test_it_ends_with_the_verdict_and_what_to_do_better(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, told = FakeWindow(), list[dict[str, Any]]()
    scripted(monkeypatch)
    monkeypatch.setattr("posecheck.apps.live.run.Window", lambda: window)
    done = live(out=tmp_path / "report", mute=True, linger_s=0.0, tell=told.append)
    assert window.stage is not None
    assert window.stage.name == "done"
    said = [e["name"] for e in told if e["event"] == "cue" and e["kind"] == "result"]
    assert said == [window.stage.verdict, window.stage.to_do_better] == ["pass", "dose"]
    assert done.report.grade.verdict == "pass"


@pytest.mark.display
def test_a_window_that_breaks_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed: the session says so once, and goes on without it."""
    told: list[dict[str, Any]] = []

    def kill() -> None:
        (child,) = (
            p
            for p in psutil.Process().children()
            if "posecheck.present.window_process" in p.cmdline()
        )
        child.kill()
        until(told_of(told, "window"))

    scripted(monkeypatch, {100: Gap(meanwhile=kill)})
    with virtual_screen() as name:
        monkeypatch.setenv("DISPLAY", name)
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        done = live(out=tmp_path / "report", mute=True, tell=told.append, linger_s=0.1)
    assert_whole(done.report)
    (trouble,) = (e for e in told if e["event"] == "window")
    assert "broken down" in trouble["text"]
