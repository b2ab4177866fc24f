"""Progress: repainted where somebody watches, sparse lines elsewhere."""

from __future__ import annotations

import io

import pytest

from posecheck.apps.progress import PaintedLine, ProgressLine, duration, fitting, line, put


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def work(stream: io.StringIO, frames: int = 600, frame_s: float = 0.1, total: int = 600) -> str:
    clock = Clock()
    progress = ProgressLine(stream, clock)
    progress("Looking", 0, total)
    for i in range(frames):
        clock.now += frame_s
        progress("Looking", i + 1, total)
    progress.close()
    return stream.getvalue()


def test_a_terminal_is_repainted() -> None:
    said = work(Terminal())
    assert said.count("\n") == 1
    assert said.endswith("\n")
    assert "30 s left" in said
    assert "100 %" in said.split("\r")[-1]
    assert len(said.split("\r")) <= 1 + 600 + 1


def test_it_is_not_painted_more_often_than_can_be_seen() -> None:
    assert work(Terminal(), frame_s=0.001).count("\r") < 10


def test_a_log_gets_few_lines() -> None:
    said = work(io.StringIO())
    assert "\r" not in said
    assert "\x1b" not in said
    assert 3 <= len(said.splitlines()) <= 6


def test_an_unknown_length() -> None:
    assert line("Looking", 70, 0, 3.0) == "Looking: 70 frames"


def test_more_frames_than_the_file_says() -> None:
    assert "100 %" in line("Looking", 70, 60, 3.0)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "0 s"), (59.4, "59 s"), (60, "1 min 00 s"), (3599, "59 min 59 s"), (3661, "1 h 01 min")],
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_it_fits_the_terminal_and_needs_no_escapes() -> None:
    """A shorter text covers a longer one, and neither wraps."""
    stream = Terminal()
    painted = PaintedLine(stream)
    painted.paint("x" * 200)
    painted.paint("short")
    painted.say("failed")
    painted.end()
    long, short, blank, failed = stream.getvalue().split("\r")[1:]
    assert len(long) < 80
    assert short == "short".ljust(len(long))
    assert (blank.strip(), failed) == ("", "failed\n")
    assert "\x1b" not in stream.getvalue()


def test_without_standard_error_it_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the caller has closed it, or a program of Windows has no console."""
    monkeypatch.setattr("sys.stderr", None)
    with ProgressLine() as progress:
        progress("Looking", 0, 10)
        progress("Looking", 10, 10)


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", "24° ± 3°, Grün 患"),
        ("utf-16-le", "24° ± 3°, Grün 患"),
        ("cp1252", "24 deg +/- 3 deg, Grün \\u60a3"),
        ("ascii", "24 deg +/- 3 deg, Gr\\xfcn \\u60a3"),
    ],
)
def test_a_text_is_what_its_stream_can_hold(encoding: str, shown: str) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding)
    text = "24° ± 3°, Grün 患"
    assert fitting(text, stream) == shown
    put(text, stream)
    assert raw.getvalue().decode(encoding) == shown


def test_a_text_stays_where_there_is_no_stream_or_it_is_in_memory() -> None:
    assert fitting("24°", None) == fitting("24°", io.StringIO()) == "24°"
    assert fitting("\udcff", io.TextIOWrapper(io.BytesIO(), "utf-8")) == "\\udcff"
