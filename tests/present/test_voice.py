"""The voice: urgent first, never late, never in the way, and whole again after every fault.

Engines and players are small scripts here: what they were given is in a file.
"""

from __future__ import annotations

import sys
import threading
import time
import wave
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from present_factory import ENGLISH, GERMAN

from posecheck.present import audio, speech_queue, voice
from posecheck.present.audio import RATE, Engine, Player, ToneKind, tone
from posecheck.present.voice import Voice
from posecheck.types import Cue, CueKind

ENGINE = """
import sys
open(sys.argv[1], "wb").write(b"WAV " + sys.stdin.buffer.read())
"""
# Says what it plays, then plays until a file called "go" is there.
PLAYER = """
import pathlib, sys, time
folder = pathlib.Path(sys.argv[1])
data = pathlib.Path(sys.argv[2]).read_bytes()
with (folder / "heard").open("ab") as heard:
    heard.write((data[4:] if data[:4] == b"WAV " else b"tone") + b"\\n")
while not (folder / "go").exists():
    time.sleep(0.01)
"""
HANGS = "import time\nwhile True: time.sleep(1)"
FAILS = "raise SystemExit(1)"


def until(true: Callable[[], object], patience_s: float = 60.0) -> None:
    end_s = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < end_s, "it did not happen"
        time.sleep(0.005)


class Stage:
    """A machine with the engines and players that a test wants."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder, self._patch = folder, patch
        self.engines(ENGINE)
        self.players(PLAYER)
        patch.setattr(voice, "_WARM", 0)
        patch.setattr(voice, "HANG_S", 60.0)  # a busy machine is no fault

    def engines(self, *scripts: str) -> None:
        def engine(i: int, script: str) -> Engine:
            return Engine(f"engine{i}", lambda wav, _: (sys.executable, "-c", script, str(wav)))

        made = [engine(i, script) for i, script in enumerate(scripts)]
        self._patch.setattr(voice, "find_engines", lambda: list(made))
        self._patch.setattr(audio, "find_engines", lambda: list(made))

    def players(self, *scripts: str) -> None:
        made = [
            Player(f"player{i}", (sys.executable, "-c", script, str(self.folder)))
            for i, script in enumerate(scripts)
        ]
        self._patch.setattr(voice, "find_players", lambda: list(made))
        self._patch.setattr(audio, "find_players", lambda: list(made))

    def go(self) -> None:
        """Let the players come to their end."""
        (self.folder / "go").touch()

    @property
    def heard(self) -> list[str]:
        file = self.folder / "heard"
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    yield Stage(tmp_path, monkeypatch)
    assert "posecheck-voice" not in [t.name for t in threading.enumerate()]


def test_phrases_are_heard_in_their_order(stage: Stage) -> None:
    stage.go()
    with Voice(ENGLISH) as speaking:
        assert speaking.problem is None
        for text in ("One.", "Zwei, Füße.", "Three."):
            speaking.say(text, late_after_s=60)
    assert stage.heard == ["One.", "Zwei, Füße.", "Three."]


def test_the_urgent_one_does_not_wait_for_the_end_of_a_sentence(stage: Stage) -> None:
    with Voice(ENGLISH) as speaking:
        speaking.say("A sentence without an end.", late_after_s=60)
        until(lambda: stage.heard)
        speaking.say("Waits.", late_after_s=60)
        speaking.say("7", urgent=True, late_after_s=60)
        until(lambda: len(stage.heard) == 2)
        assert stage.heard[1] == "7"
        speaking.say("8", urgent=True, late_after_s=60)  # a count does not cut a count
        time.sleep(0.2)
        assert len(stage.heard) == 2
        stage.go()
    assert stage.heard[2:] == ["8", "Waits."]


def test_what_is_late_is_not_said(stage: Stage) -> None:
    with Voice(ENGLISH) as speaking:
        speaking.say("First.", urgent=True, late_after_s=60)
        until(lambda: stage.heard)
        speaking.say("3", urgent=True, late_after_s=0.05)
        speaking.say("Later.", late_after_s=60)
        time.sleep(0.2)
        stage.go()
    assert stage.heard == ["First.", "Later."]


def test_a_newer_cue_of_a_kind_replaces_one_that_waits(stage: Stage) -> None:
    with Voice(GERMAN) as speaking:
        speaking.say("First.", urgent=True, late_after_s=60)
        until(lambda: stage.heard)
        for t_s, name in ((1.0, "straighten"), (2.0, "other_leg"), (2.0, "raise_leg")):
            speaking.cue(Cue(t_s, "end", name))  # "end" is never late
        stage.go()
    said = [GERMAN.spoken(Cue(0, "end", name)) for name in ("other_leg", "raise_leg")]
    assert stage.heard[1:] == said


def test_one_more_follows_its_number_and_both_cut_a_sentence(stage: Stage) -> None:
    with Voice(ENGLISH) as speaking:
        speaking.cue(Cue(0.0, "phase", "pump"))
        until(lambda: stage.heard)
        speaking.cue(Cue(5.0, "count", "count", 9))
        speaking.cue(Cue(5.0, "count", "last_one"))
        until(lambda: len(stage.heard) == 2)
        stage.go()
    assert stage.heard[1:] == ["9", "One more."]


def test_the_reminder_comes_before_what_to_do_and_is_never_cut(stage: Stage) -> None:
    with Voice(ENGLISH) as speaking:
        speaking.say("First.", urgent=True, late_after_s=60)
        until(lambda: stage.heard)
        speaking.cue(Cue(1.0, "remind", "ease", urgent=True))
        speaking.cue(Cue(2.0, "end", "done"))
        speaking.say("4", urgent=True, late_after_s=60)
        stage.go()
        until(lambda: len(stage.heard) == 4)
        (stage.folder / "go").unlink()
        speaking.cue(Cue(3.0, "remind", "ease", urgent=True))
        until(lambda: len(stage.heard) == 5)
        speaking.say("5", urgent=True, late_after_s=60)
        time.sleep(0.2)
        assert len(stage.heard) == 5
        stage.go()
    ease, done = (ENGLISH.spoken(Cue(0.0, "end", name)) for name in ("ease", "done"))
    assert stage.heard == ["First.", "4", ease, done, ease, "5"]


def test_saying_never_waits(stage: Stage) -> None:
    """While nothing at all comes to an end."""
    stage.engines(HANGS)
    with Voice(ENGLISH) as speaking:
        for i in range(1000):
            speaking.say(str(i))
        speaking.close(finish_s=0)


def test_a_phrase_is_made_once(stage: Stage) -> None:
    stage.engines(ENGINE + "open(sys.argv[1] + '.made', 'x')")
    stage.go()
    with Voice(ENGLISH) as speaking:
        for _ in range(3):
            speaking.say("Same.", late_after_s=60)
        until(lambda: len(stage.heard) == 3)
        assert len(list(Path(speaking._folder.name).glob("*.made"))) == 1


def test_counts_are_made_ahead(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voice, "_WARM", 3)
    with Voice(ENGLISH) as speaking:
        until(lambda: set(speaking._made) == {"1", "2", "3"})
    assert stage.heard == []


@pytest.mark.parametrize("broken", [HANGS, FAILS, "pass"])
def test_an_engine_that_hangs_or_fails_is_replaced(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    monkeypatch.setattr(voice, "HANG_S", 60.0 if broken != HANGS else 5.0)
    stage.engines(broken, ENGINE)
    stage.go()
    with Voice(ENGLISH) as speaking:
        speaking.say("Hello.", late_after_s=60)
        speaking.close(finish_s=60)
        assert speaking.problem is not None
        assert "engine0" in speaking.problem
        assert "engine1" in speaking.problem
    assert stage.heard == ["Hello."]


def test_without_an_engine_there_are_tones(stage: Stage) -> None:
    stage.engines()
    stage.go()
    with Voice(ENGLISH) as speaking:
        assert speaking.problem is not None
        assert "no speech engine" in speaking.problem
        assert "Tones" in speaking.problem
        speaking.cue(Cue(0.0, "end", "done"))
    assert stage.heard == ["tone"]


def test_the_last_engine_hanging_leaves_tones(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice, "HANG_S", 5.0)
    stage.engines(HANGS)
    stage.go()
    with Voice(ENGLISH) as speaking:
        speaking.say("Hello.", late_after_s=60)
        speaking.close(finish_s=60)
        assert "tones" in (speaking.problem or "")
    assert stage.heard == ["tone"]


def test_a_player_that_fails_is_replaced(stage: Stage) -> None:
    stage.players(FAILS, PLAYER)
    stage.go()
    with Voice(ENGLISH) as speaking:
        speaking.say("Hello.", late_after_s=60)
        speaking.close(finish_s=60)
        assert "player1" in (speaking.problem or "")
    assert stage.heard == ["Hello."]


def test_without_a_player_the_bell_rings(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(BytesIO):
        said = ""

        def isatty(self) -> bool:
            return True

        def write(self, text: str) -> int:  # type: ignore[override]
            Terminal.said += text
            return len(text)

    stage.players()
    monkeypatch.setattr(sys, "stderr", Terminal())
    with Voice(ENGLISH) as speaking:
        assert "bell" in (speaking.problem or "")
        speaking.say("Hello.", late_after_s=60)
    assert Terminal.said == "\a"


def test_mute_is_silent_and_starts_nothing(stage: Stage) -> None:
    with Voice(ENGLISH, mute=True) as speaking:
        speaking.cue(Cue(0.0, "end", "done"))
        assert speaking.problem is None
        assert "posecheck-voice" not in [t.name for t in threading.enumerate()]
    assert stage.heard == []


def test_who_asks_is_told_when_a_text_begins(stage: Stage) -> None:
    begun: list[str] = []
    stage.go()
    with Voice(ENGLISH, on_start=begun.append) as speaking:
        speaking.say("Hello.", late_after_s=60)
    assert begun == ["Hello."]


def test_closing_at_once_ends_every_process(stage: Stage) -> None:
    with Voice(ENGLISH) as speaking:
        speaking.say("A sentence without an end.", late_after_s=60)
        until(lambda: stage.heard)
        speaking.close(finish_s=0)
    assert not Path(speaking._folder.name).exists()


def test_every_kind_of_cue_has_a_tone_and_a_time() -> None:
    assert set(speech_queue.LATE_S) == set(voice._TONES) == set(get_args(CueKind))


@pytest.mark.parametrize("kind", get_args(ToneKind))
def test_tones_are_short_clean_and_loud_enough(kind: ToneKind) -> None:
    with wave.open(BytesIO(tone(kind))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(int)
    assert 0.1 < len(samples) / RATE < 1.2
    assert 8_000 < np.abs(samples).max() < 20_000
    assert np.abs(np.diff(samples)).max() < 5_000  # a jump is heard as a click
    assert samples[0] == samples[-1] == 0
