"""Speaks to the person on the mat, from a thread of its own; a frame never waits for it.

::

    with Voice(words) as voice:
        print(voice.problem)            # one line where there is no voice, and what to do
        voice.cue(cue)

What comes first, what cuts what and what has become stale is for `speech_queue` to say. An engine
or player that hangs or fails is given up: the next one there is takes over, then tones, then the
bell of the terminal.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from posecheck.present.audio import (
    Engine,
    Player,
    ToneKind,
    find_engines,
    find_players,
    length_s,
    run,
    tone,
    what_is_missing,
)
from posecheck.present.speech_queue import Phrase, SpeechQueue
from posecheck.threads import Closing, start_thread
from posecheck.types import Cue, CueKind, Words

HANG_S = 5.0  # an engine makes a phrase in far less; a player may take so much longer than it
_FINISH_S = 8.0  # what waits at the end has so long to be said
_WAKES_S = 0.05  # what waits for its moment is asked for so often
_WARM = 20  # counts that are made while there is nothing to say

_TONES: Final[dict[CueKind, ToneKind]] = {
    "set_up": "correct", "phase": "go", "count": "count", "correct": "correct", "praise": "good",
    "remind": "go", "rest": "stop", "pause": "correct", "end": "stop", "result": "good",
}  # fmt: skip


class Voice(Closing):
    """A voice in one language; a context manager.

    Parameters
    ----------
    words
        The language.
    mute
        Whether nothing is ever heard.
    on_start
        Called in the voice's own thread with each text as it begins to be heard.

    """

    def __init__(
        self, words: Words, mute: bool = False, *, on_start: Callable[[str], None] | None = None
    ) -> None:
        self._words, self._on_start = words, on_start or (lambda _: None)
        self._engines: list[Engine] = [] if mute else find_engines()
        self._players: list[Player] = [] if mute else find_players()
        self.problem: str | None = None  # one line: what is not as it should be, and what to do
        self._queue = SpeechQueue()
        self._changed = threading.Condition()
        self._busy, self._stopping = False, False
        self._thread: threading.Thread | None = None
        if mute:
            return
        if (missing := what_is_missing()) is not None:
            instead = "Tones are played instead" if self._players else "Only the bell rings"
            self.problem = f"There is no voice ({missing}). {instead}."
        self._folder = tempfile.TemporaryDirectory(prefix="posecheck-voice-")
        self._made: dict[str, Path] = {}
        self._warm = [str(n) for n in range(_WARM, 0, -1)]
        self._thread = threading.Thread(target=self._run, name="posecheck-voice", daemon=True)
        start_thread(self._thread)

    def _leave(self, failed: bool) -> None:
        self.close(0.0 if failed else _FINISH_S)

    def cue(self, cue: Cue) -> None:
        """Say a cue of the guide in this voice's language; returns at once."""
        self._add(Phrase.of(cue, self._words.spoken(cue), time.monotonic()))

    def say(self, text: str, urgent: bool = False, late_after_s: float = 4.0) -> None:
        """Say a text, and return at once.

        Parameters
        ----------
        text
            What is said.
        urgent
            Whether it comes first, and cuts what is not urgent.
        late_after_s
            It is not said if it would begin later than that.

        """
        now_s = time.monotonic()
        self._add(Phrase(text, now_s, now_s + late_after_s, urgent))

    def close(self, finish_s: float = _FINISH_S) -> None:
        """Let what waits be said, for so long at most; no thread and no process stays."""
        if self._thread is None:
            return
        with self._changed:
            self._changed.wait_for(lambda: not (self._queue.waiting or self._busy), finish_s)
            self._stopping = True
            self._changed.notify_all()
        self._thread.join()
        self._thread = None
        self._folder.cleanup()

    def _add(self, phrase: Phrase) -> None:
        if self._thread is None:
            return
        with self._changed:
            self._queue.add(phrase)
            self._changed.notify_all()

    def _next(self) -> Phrase | None:
        """Return what is to be said now; None, after a moment, where nothing may begin yet."""
        with self._changed:
            self._busy = False
            self._changed.notify_all()
            self._changed.wait_for(
                lambda: self._queue.waiting or self._stopping or self._has_warm()
            )
            phrase = None if self._stopping else self._queue.take(time.monotonic())
            if phrase is None and self._queue.waiting and not self._stopping:
                self._changed.wait(_WAKES_S)
            self._busy = phrase is not None
            return phrase

    def _has_warm(self) -> bool:
        return bool(self._warm and self._engines)

    def _run(self) -> None:
        while not self._stopping:
            phrase = self._next()
            if phrase is not None:
                self._utter(phrase)
            elif self._has_warm() and not self._stopping:
                self._make(self._warm.pop())

    def _utter(self, phrase: Phrase) -> None:
        wav = self._make(phrase.text) or self._tone(_TONES[phrase.kind] if phrase.kind else "go")
        if phrase.late_at_s < time.monotonic():
            return
        self._on_start(phrase.text)
        while self._players:
            player, limit_s = self._players[0], length_s(wav) + HANG_S
            if run((*player.command, str(wav)), "", limit_s, lambda: self._cuts(phrase)):
                return
            self._players.pop(0)
            self._give_up(player.name, self._players[0].name if self._players else "the bell")
        with contextlib.suppress(OSError, ValueError, AttributeError):
            if sys.stderr.isatty():
                sys.stderr.write("\a")
                sys.stderr.flush()

    def _cuts(self, phrase: Phrase) -> bool:
        """Tell whether a phrase must end now."""
        return self._stopping or self._queue.cuts(phrase)

    def _make(self, text: str) -> Path | None:
        """Return the WAV file of a text, made once; None where no engine can."""
        if text in self._made:
            return self._made[text]
        wav = Path(self._folder.name) / f"{len(self._made)}.wav"
        while self._engines:
            engine = self._engines[0]
            command = engine.command(wav, self._words.language)
            done = run(command, text, HANG_S, lambda: self._stopping)
            if self._stopping:
                return None
            if done and wav.exists():
                self._made[text] = wav
                return wav
            self._engines.pop(0)
            self._give_up(engine.name, self._engines[0].name if self._engines else "tones")
        return None

    def _tone(self, kind: ToneKind) -> Path:
        wav = Path(self._folder.name) / f"{kind}.wav"
        if not wav.exists():
            wav.write_bytes(tone(kind))
        return wav

    def _give_up(self, name: str, instead: str) -> None:
        self.problem = (
            f"{name} hangs or cannot be heard, so {instead} is used instead; try it by itself, "
            "and run `posecheck doctor`."
        )
