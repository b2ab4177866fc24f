"""The system's own speech engines and players, as commands.

An engine takes a text on its standard input and makes a WAV file; a player plays one. So a
phrase can be made ahead, cut short, and killed when it hangs, whatever the system.
"""

from __future__ import annotations

import contextlib
import importlib.util
import platform
import shutil
import subprocess
import time
import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from posecheck.natives import python_code

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
    """The engines of this machine, the best first."""
    system = platform.system()
    if system == "Windows":
        return [_pyttsx3()] if importlib.util.find_spec("pyttsx3") else []
    if system == "Darwin":
        return [_say(path)] if (path := shutil.which("say")) else []
    names = ("espeak-ng", "espeak")
    return [_espeak(name, path) for name in names if (path := shutil.which(name))]


def find_players() -> list[Player]:
    """The players of this machine, in the order to try them."""
    if platform.system() == "Windows":
        return [Player("winsound", tuple(python_code(_WINSOUND)))]
    # Those of a running sound server first: it may hold the sound card for itself.
    options: Final[dict[str, Command]] = {
        "pw-play": (), "paplay": (), "aplay": ("-q",), "afplay": (),
    }  # fmt: skip
    return [Player(n, (path, *o)) for n, o in options.items() if (path := shutil.which(n))]


def what_is_missing() -> str | None:
    """One line: what there is no voice without, and how to get it; None where all is there."""
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
    """Run a program to its end, ``text`` on its standard input.

    False if it fails, or takes longer than ``limit_s`` and is killed. What is killed because
    ``cut`` says so has not failed.
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
    """How long a WAV file plays; 0 for one that is none, of which its player will complain."""
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
