"""Speaks to the person on the mat, from a thread of its own; a frame never waits for it.

::

    with Voice(words) as voice:
        print(voice.problem)            # one line where there is no voice, and what to do
        voice.cue(cue)

What is urgent (and every count) comes first, the newest of it at once, and cuts what is not;
what has become stale is not said. An engine or player that hangs or fails is given up: the next
one there is takes over, then tones, then the bell of the terminal.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
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
from posecheck.threads import Closing, start_thread
from posecheck.types import Cue, CueKind, Words

HANG_S = 5.0  # an engine makes a phrase in far less; a player may take so much longer than it
_FINISH_S = 8.0  # what waits at the end has so long to be said
_WARM = 20  # counts that are made while there is nothing to say

# How late a cue may be spoken, and the tone in its place: a count belongs to its movement.
_LATE_S: Final[dict[CueKind, float]] = {
    "set_up": 5.0, "phase": 6.0, "count": 0.6, "correct": 3.0, "praise": 3.0, "remind": 30.0,
    "rest": 4.0, "pause": 2.0, "end": 60.0,
}  # fmt: skip
_AFTER_COUNT_S = 2.0
_TONES: Final[dict[CueKind, ToneKind]] = {
    "set_up": "correct", "phase": "go", "count": "count", "correct": "correct", "praise": "good",
    "remind": "go", "rest": "stop", "pause": "correct", "end": "stop",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Phrase:
    text: str
    urgent: bool
    late_at_s: float  # of `time.monotonic`
    tone: ToneKind
    kind: CueKind | None = None
    t_s: float = 0.0

    @property
    def moment(self) -> tuple[CueKind | None, float]:
        """What its cue was about."""
        return self.kind, self.t_s

    def replaces(self, other: _Phrase) -> bool:
        """Whether the other, which still waits, is of a moment that has passed."""
        return self.kind is not None and self.kind == other.kind and self.t_s > other.t_s


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
        self._waiting: list[_Phrase] = []
        self._changed = threading.Condition()
        self._busy, self._stopping, self._interrupt = False, False, False
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
        text = self._words.spoken(cue)
        # "One more" is said after the number, which takes the time that a number may be late.
        late_s = _LATE_S[cue.kind] if cue.name != "last_one" else _AFTER_COUNT_S
        late_at_s, urgent = time.monotonic() + late_s, cue.urgent or cue.kind == "count"
        self._add(_Phrase(text, urgent, late_at_s, _TONES[cue.kind], cue.kind, cue.t_s))

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
        self._add(_Phrase(text, urgent, time.monotonic() + late_after_s, "go"))

    def close(self, finish_s: float = _FINISH_S) -> None:
        """Let what waits be said, for so long at most; no thread and no process stays."""
        if self._thread is None:
            return
        with self._changed:
            self._changed.wait_for(lambda: not (self._waiting or self._busy), finish_s)
            self._stopping = True
            self._changed.notify_all()
        self._thread.join()
        self._thread = None
        self._folder.cleanup()

    def _add(self, phrase: _Phrase) -> None:
        if self._thread is None:
            return
        with self._changed:
            self._waiting = [p for p in self._waiting if not phrase.replaces(p)] + [phrase]
            self._interrupt = self._interrupt or phrase.urgent
            self._changed.notify_all()

    def _next(self) -> _Phrase | None:
        """Return the newest that is urgent, else the oldest; None when nothing is to be said."""
        with self._changed:
            self._busy = False
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._waiting or self._stopping or self._has_warm())
            now_s = time.monotonic()
            self._waiting = [p for p in self._waiting if p.late_at_s >= now_s]
            if not self._waiting or self._stopping:
                return None
            urgent = [p for p in self._waiting if p.urgent]
            # A reminder can wait; what to do now cannot.
            phrase = urgent[-1] if urgent else min(self._waiting, key=lambda p: p.kind == "remind")
            if phrase.kind is not None:  # what belongs to one moment keeps its order
                phrase = next(p for p in self._waiting if p.moment == phrase.moment)
            self._waiting.remove(phrase)
            self._interrupt = any(p.urgent for p in self._waiting)
            self._busy = True
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

    def _utter(self, phrase: _Phrase) -> None:
        wav = self._make(phrase.text) or self._tone(phrase.tone)
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

    def _cuts(self, phrase: _Phrase) -> bool:
        """Tell whether a phrase must end now; the reminder not to hurt oneself never must."""
        may_be_cut = not phrase.urgent and phrase.kind != "remind"
        return self._stopping or (may_be_cut and self._interrupt)

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
