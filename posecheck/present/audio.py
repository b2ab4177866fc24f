"""What makes sound on this machine: speech engines, players, and tones in their place.

An engine is a command that takes a text on its standard input and makes a WAV file; a player is
one that plays it. So a phrase can be made ahead, cut short, and killed when it hangs, whatever the
system. Where there is no voice, a short tone says what kind of thing is meant.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import platform
import shutil
import subprocess
import time
import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np

from posecheck.natives import python_code
from posecheck.types import Array

ToneKind = Literal["count", "go", "correct", "good", "stop"]
RATE = 22_050  # samples a second
_LOUDNESS = 0.4  # of full scale
_LOUDEST = 32_767  # full scale, of 16 bits
_FADE_S = 0.01  # without it, a tone begins and ends with a click
_PAUSE_S = 0.04
# Frequency in hertz and length in seconds. Rising is "go on", falling is "change something".
_TUNES: Final[dict[ToneKind, tuple[tuple[float, float], ...]]] = {
    "count": ((880.0, 0.12),),
    "go": ((523.0, 0.15), (784.0, 0.25)),
    "correct": ((587.0, 0.18), (440.0, 0.28)),
    "good": ((659.0, 0.12), (784.0, 0.12), (1047.0, 0.2)),
    "stop": ((784.0, 0.25), (523.0, 0.25), (392.0, 0.4)),
}

# Slower than an engine's own pace: the listener lies, moves, and hears it once.
_WORDS_A_MINUTE = 150
_POLL_S = 0.01
_PYTTSX3 = """
import sys, pyttsx3
engine = pyttsx3.init()
for voice in engine.getProperty("voices"):
    tags = " ".join([voice.id, *map(str, voice.languages)]).lower()
    if any(mark in tags for mark in sys.argv[2].split(",")):
        engine.setProperty("voice", voice.id)
        break
engine.setProperty("rate", int(sys.argv[3]))
engine.save_to_file(sys.stdin.buffer.read().decode("utf-8"), sys.argv[1])
engine.runAndWait()
"""
_WINSOUND = "import sys, winsound; winsound.PlaySound(sys.argv[1], winsound.SND_FILENAME)"
_SAY_VOICES = {"en": "Samantha", "de": "Anna"}  # those that macOS brings along
_SAPI_MARKS = {"en": "en-us,en-gb,english", "de": "de-de,german"}

Command = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Engine:
    """A program that turns a text on standard input into a WAV file."""

    name: str
    command: Callable[[Path, str], Command]  # the file to make, the language


@dataclass(frozen=True, slots=True)
class Player:
    """A program that plays a WAV file, whose path is put at the end."""

    name: str
    command: Command


def find_engines() -> list[Engine]:
    """Return the speech engines of this machine, the best first."""
    system = platform.system()
    if system == "Windows":
        return [_pyttsx3()] if importlib.util.find_spec("pyttsx3") else []
    if system == "Darwin":
        return [_say(path)] if (path := shutil.which("say")) else []
    names = ("espeak-ng", "espeak")
    return [_espeak(name, path) for name in names if (path := shutil.which(name))]


def find_players() -> list[Player]:
    """Return the players of this machine, in the order to try them."""
    if platform.system() == "Windows":
        return [Player("winsound", tuple(python_code(_WINSOUND)))]
    # Those of a running sound server first: it may hold the sound card for itself.
    options: Final[dict[str, Command]] = {
        "pw-play": (), "paplay": (), "aplay": ("-q",), "afplay": (),
    }  # fmt: skip
    return [Player(n, (path, *o)) for n, o in options.items() if (path := shutil.which(n))]


def what_is_missing() -> str | None:
    """Return what there is no voice without, and how to get it, in one line.

    It is None where all is there.
    """
    lacks_engine, lacks_player = not find_engines(), not find_players()
    if not (lacks_engine or lacks_player):
        return None
    system = platform.system()
    if system == "Windows":
        fix = "python -m pip install pyttsx3"
    elif system == "Darwin":
        fix = "use a macOS that has say and afplay"
    else:
        packages = ["espeak-ng"] * lacks_engine + ["alsa-utils"] * lacks_player
        fix = f"sudo apt install {' '.join(packages)}"
    missing = ["speech engine"] * lacks_engine + ["player for sound"] * lacks_player
    return f"no {' and no '.join(missing)}; {fix}"


def run(command: Command, text: str, limit_s: float, cut: Callable[[], bool]) -> bool:
    """Run a program to its end; return whether it has not failed.

    Parameters
    ----------
    command
        The program and its arguments.
    text
        What it reads from its standard input.
    limit_s
        It is killed if it takes longer, which is a failure.
    cut
        It is killed as soon as this says so, which is none.

    """
    try:
        # In a session of its own, so that Ctrl-C in the terminal does not look like a fault.
        child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    except OSError:
        return False
    with child:
        assert child.stdin is not None
        with contextlib.suppress(OSError):  # it may have ended already
            child.stdin.write(text.encode("utf-8"))
            child.stdin.close()
        until_s = time.monotonic() + limit_s
        while child.poll() is None:
            late = time.monotonic() > until_s
            if late or cut():
                child.kill()
                child.wait()
                return not late
            time.sleep(_POLL_S)
    return child.returncode == 0


def length_s(wav: Path) -> float:
    """Return how long a WAV file plays, in seconds; 0 for one that is none."""
    try:
        with wave.open(str(wav)) as file:
            return float(file.getnframes() / file.getframerate())
    except (OSError, EOFError, wave.Error, ZeroDivisionError):
        return 0.0


def _espeak(name: str, path: str) -> Engine:
    def command(wav: Path, language: str) -> Command:
        return (path, "-v", language, "-s", str(_WORDS_A_MINUTE), "--stdin", "-w", str(wav))

    return Engine(name, command)


def _say(path: str) -> Engine:
    def command(wav: Path, language: str) -> Command:
        voice = ("-v", _SAY_VOICES[language]) if language in _SAY_VOICES else ()
        return (path, *voice, "-r", str(_WORDS_A_MINUTE), "-f", "-", "-o", str(wav),
                "--data-format=LEI16@22050")  # fmt: skip

    return Engine("say", command)


def _pyttsx3() -> Engine:
    def command(wav: Path, language: str) -> Command:
        marks = _SAPI_MARKS.get(language, language)
        return tuple(python_code(_PYTTSX3, str(wav), marks, str(_WORDS_A_MINUTE)))

    return Engine("pyttsx3", command)


def tone(kind: ToneKind) -> bytes:
    """Return a WAV file, one channel of 16 bits."""
    pause = np.zeros(round(_PAUSE_S * RATE))
    samples = np.concatenate([part for note in _TUNES[kind] for part in (_note(*note), pause)])
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples * _LOUDEST).astype("<i2").tobytes())
    return out.getvalue()


def _note(hertz: float, length_s: float) -> Array:
    t_s = np.arange(round(length_s * RATE)) / RATE
    fade = np.clip(np.minimum(t_s, length_s - t_s) / _FADE_S, 0, 1)
    note: Array = _LOUDNESS * fade * np.sin(2 * np.pi * hertz * t_s)
    return note
