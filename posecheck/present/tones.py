"""Short tones that say what kind of thing is meant, for where there is no voice."""

from __future__ import annotations

import io
import wave
from typing import Final, Literal

import numpy as np

ToneKind = Literal["count", "go", "correct", "good", "stop"]

RATE = 22_050  # samples a second
_LOUDNESS = 0.4  # of full scale
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


def tone(kind: ToneKind) -> bytes:
    """A WAV file, one channel of 16 bits."""
    pause = np.zeros(round(_PAUSE_S * RATE))
    samples = np.concatenate([part for note in _TUNES[kind] for part in (_note(*note), pause)])
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples * 32_767).astype("<i2").tobytes())
    return out.getvalue()


def _note(hertz: float, length_s: float) -> np.ndarray:
    t_s = np.arange(round(length_s * RATE)) / RATE
    fade = np.clip(np.minimum(t_s, length_s - t_s) / _FADE_S, 0, 1)
    note: np.ndarray = _LOUDNESS * fade * np.sin(2 * np.pi * hertz * t_s)
    return note
