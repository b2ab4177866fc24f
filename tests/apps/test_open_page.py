"""The report is opened where somebody sees it, and nowhere else."""

from __future__ import annotations

import subprocess
import sys
import webbrowser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from posecheck.apps import commands, open_page, summary
from posecheck.cli import main

ROOT = Path(__file__).resolve().parents[2]
Capture = pytest.CaptureFixture[str]


class Browser:
    opened: list[str]

    def __init__(self) -> None:
        self.opened = []

    def open(self, address: str) -> bool:
        self.opened.append(address)
        return True


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    made = Browser()
    monkeypatch.setattr(webbrowser, "get", lambda: made)
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    return made


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Path]:
    """The clips that a command would look at; nothing is done with them."""
    clips: list[Path] = []

    def reviewed(clip: Path, *_arguments: object, **_options: object) -> Any:
        clips.append(clip)
        return SimpleNamespace(folder=tmp_path, report=SimpleNamespace(language="en"))

    monkeypatch.setattr(commands, "_reviewed", reviewed)
    monkeypatch.setattr(summary, "review_text", lambda _done: "The report.")
    monkeypatch.setattr(summary, "review_json", lambda _done: {})
    return clips


@pytest.mark.parametrize(
    ("display", "options", "opens"),
    [
        ("DISPLAY", (), True), ("WAYLAND_DISPLAY", (), True), (None, (), False),
        ("DISPLAY", ("--no-open",), False), ("DISPLAY", ("--json",), False),
    ],
)  # fmt: skip
def test_the_demo(
    display: str | None, options: tuple[str, ...], opens: bool, browser: Browser,
    looked_at: list[Path], monkeypatch: pytest.MonkeyPatch, capsys: Capture, tmp_path: Path,
) -> None:  # fmt: skip
    if display:
        monkeypatch.setenv(display, ":0")
    assert main(["demo", *options]) == 0
    page = (tmp_path / "report.html").resolve()
    assert browser.opened == ([page.as_uri()] if opens else [])
    said = capsys.readouterr().out
    assert ("This page is opened in your browser: " in said) == opens
    assert ("Open this page in a browser: " in said) == ("--json" not in options and not opens)
    (clip,) = looked_at
    assert clip.read_bytes() == (ROOT / "sample_videos" / clip.name).read_bytes()


@pytest.mark.parametrize(
    ("terminal", "options", "opens"),
    [(True, (), True), (True, ("--no-open",), False), (False, (), False)],
)
def test_a_review_opens_it_in_a_terminal_alone(
    terminal: bool, options: tuple[str, ...], opens: bool, browser: Browser,
    looked_at: list[Path], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    assert main(["review", "clip.mp4", *options]) == 0
    assert bool(browser.opened) == opens
    assert looked_at == [Path("clip.mp4")]


@pytest.mark.parametrize(
    ("terminal", "options", "opens"),
    [
        (True, (), True), (True, ("--no-open",), False), (True, ("--json",), False),
        (True, ("--no-window",), False), (False, (), False),
    ],
)  # fmt: skip
def test_a_live_session_opens_it_at_its_end(
    terminal: bool, options: tuple[str, ...], opens: bool, browser: Browser,
    looked_at: list[Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    monkeypatch.setattr(
        "posecheck.apps.live.run.live", lambda *_, **__: SimpleNamespace(folder=tmp_path)
    )
    assert main(["live", *options]) == 0
    assert bool(browser.opened) == opens
    assert looked_at == []


def test_a_browser_in_the_terminal_is_not_opened(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("BROWSER", raising=False)
    monkeypatch.setattr(webbrowser, "get", lambda: webbrowser.GenericBrowser("false"))
    assert not open_page.open_page(Path("report.html"))
    assert browser.opened == []


def test_without_a_browser_nothing_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(webbrowser, "get", fail)
    assert not open_page.open_page(Path("report.html"))


def test_bare_posecheck_shows_the_help() -> None:
    """On standard output, with the exit code of what cannot be done and one line on why."""
    command = [sys.executable, "-m", "posecheck"]
    bare = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    helped = subprocess.run([*command, "--help"], capture_output=True, text=True, cwd=ROOT)
    assert (bare.returncode, helped.returncode) == (2, 0)
    assert bare.stdout == helped.stdout
    (line,) = bare.stderr.splitlines()
    assert line.startswith("posecheck: no command was given")
