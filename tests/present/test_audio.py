"""Which programs speak and play on which system, and what is said where one is missing."""

from __future__ import annotations

import importlib.util
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from posecheck.present import audio


def here(patch: pytest.MonkeyPatch, system: str, *programs: str) -> None:
    patch.setattr(platform, "system", lambda: system)
    patch.setattr(shutil, "which", lambda name: f"/bin/{name}" if name in programs else None)


def test_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    here(monkeypatch, "Linux", "espeak", "espeak-ng", "aplay", "paplay")
    assert [e.name for e in audio.find_engines()] == ["espeak-ng", "espeak"]
    assert [p.name for p in audio.find_players()] == ["paplay", "aplay"]
    assert audio.what_is_missing() is None
    command = audio.find_engines()[0].command(Path("out.wav"), "de")
    assert command[:3] == ("/bin/espeak-ng", "-v", "de")
    assert command[-2:] == ("-w", "out.wav")


@pytest.mark.parametrize(
    ("programs", "missing"),
    [
        ((), "no speech engine and no player for sound; sudo apt install espeak-ng alsa-utils"),
        (("aplay",), "no speech engine; sudo apt install espeak-ng"),
        (("espeak",), "no player for sound; sudo apt install alsa-utils"),
    ],
)
def test_what_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, programs: tuple[str, ...], missing: str
) -> None:
    here(monkeypatch, "Linux", *programs)
    assert audio.what_is_missing() == missing


def test_macos(monkeypatch: pytest.MonkeyPatch) -> None:
    here(monkeypatch, "Darwin", "say", "afplay")
    assert audio.what_is_missing() is None
    assert "Anna" in audio.find_engines()[0].command(Path("out.wav"), "de")
    assert [p.name for p in audio.find_players()] == ["afplay"]


def test_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    here(monkeypatch, "Windows")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: object())
    assert [e.name for e in audio.find_engines()] == ["pyttsx3"]
    assert [p.name for p in audio.find_players()] == ["winsound"]
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert audio.what_is_missing() == "no speech engine; python -m pip install pyttsx3"


FAKE = """
class Voice:
    def __init__(self, id): self.id, self.languages = id, []
class Engine:
    def __init__(self): self.set = {}
    def getProperty(self, _): return [Voice("TTS_MS_EN-US_ZIRA"), Voice("TTS_MS_DE-DE_HEDDA")]
    def setProperty(self, name, value): self.set[name] = value
    def save_to_file(self, text, path): self.job = text, path
    def runAndWait(self):
        open(self.job[1], "w", encoding="utf-8").write(f"{self.set} {self.job[0]}")
def init(): return Engine()
"""


@pytest.mark.parametrize(("language", "voice"), [("en", "ZIRA"), ("de", "HEDDA")])
def test_the_windows_engine_takes_a_voice_of_the_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, voice: str
) -> None:
    """Run with a stand-in for pyttsx3, which needs Windows."""
    (tmp_path / "pyttsx3.py").write_text(FAKE)
    monkeypatch.syspath_prepend(tmp_path)
    here(monkeypatch, "Windows")
    wav = tmp_path / "out.wav"
    command = audio._pyttsx3().command(wav, language)
    assert command[0] == sys.executable
    subprocess.run(command, input="Füße".encode(), check=True)
    assert voice in wav.read_text(encoding="utf-8")
    assert wav.read_text(encoding="utf-8").endswith("Füße")
