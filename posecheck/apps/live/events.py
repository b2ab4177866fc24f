"""What happens in a live session as JSON objects, one an event: for other programs."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import Any

from posecheck.apps.live.pipeline import Moment
from posecheck.assess.warnings import warning_note
from posecheck.types import Cue, Finding, Update, Words
from posecheck.vision.camera import CameraEvent

Event = dict[str, Any]

# Where a finding is drawn, and what only a report knows: here each time is a finding.
_NOT_TOLD = frozenset({"joint", "reps", "times"})


class EventStream:
    """Tells what is new from one moment to the next.

    Parameters
    ----------
    words
        The words of a language, in which cues are told.

    """

    def __init__(self, words: Words) -> None:
        self._words = words
        self._before: Update | None = None
        self._stage, self._rated = "", False
        self._findings: set[tuple[str, int | None, float]] = set()

    def of(self, moment: Moment) -> Iterator[Event]:
        """Yield what is new in this moment."""
        now, before, t_s = moment.update, self._before, moment.stage.t_s
        if moment.stage.name != self._stage:
            self._stage = moment.stage.name
            yield _event("stage", t_s, name=self._stage)
        if moment.rate is not None and not self._rated:
            self._rated = True
            yield _event("looks", t_s, per_s=moment.rate.looks_per_s, slow=moment.rate.slow)
        yield from _exercise_events(now, before, t_s, self._words)
        for finding in now.findings:
            yield from self._finding(finding, t_s)
        for cue in moment.cues:
            yield cue_event(cue, self._words)
        self._before = now

    def _finding(self, finding: Finding, t_s: float) -> Iterator[Event]:
        # Provisional: its numbers may still change while it holds, which is no news.
        key = (finding.rule, finding.rep, round(finding.start_s))
        if key not in self._findings:
            self._findings.add(key)
            names = [f.name for f in dataclasses.fields(finding) if f.name not in _NOT_TOLD]
            values = {name: getattr(finding, name) for name in names}
            yield _event("finding", t_s, **values)


def _exercise_events(
    now: Update, before: Update | None, t_s: float, words: Words
) -> Iterator[Event]:
    """Yield what has changed in the exercise: phase, tension, count and warnings."""
    if before is None or (now.phase, now.side, now.variant) != (
        before.phase, before.side, before.variant,
    ):  # fmt: skip
        yield _event("phase", t_s, phase=now.phase, side=now.side, variant=now.variant,
                     set=now.set_index)  # fmt: skip
    if now.tension is not None and (before is None or before.tension is None):
        yield _event("tension", t_s, set=now.set_index,
                     knee_flexion_deg=now.tension.knee_flexion_deg,
                     hip_flexion_deg=now.tension.hip_flexion_deg)  # fmt: skip
    counted = (0, 0) if before is None else (before.set_index, before.reps)
    if now.reps and (now.set_index, now.reps) != counted:
        peaks = {"peak_deg": now.peak_deg, "best_deg": now.best_deg} if now.end_range else {}
        yield _event("count", t_s, set=now.set_index, reps=now.reps, **peaks)
    for warning in now.warnings:
        if before is None or warning not in before.warnings:
            yield _event("warning", t_s, name=warning, text=warning_note(warning, words=words))


def cue_event(cue: Cue, words: Words) -> Event:
    """Return what is said as an event.

    Parameters
    ----------
    cue
        What is said.
    words
        In which language.

    """
    text = words.spoken(cue)
    return _event("cue", cue.t_s, kind=cue.kind, name=cue.name, number=cue.number, text=text)


def camera_event(event: CameraEvent) -> Event:
    """Return what happened to the camera as an event."""
    return _event("camera", event.t_s, name=event.kind, text=event.message)


def trouble(what: str, t_s: float, message: str) -> Event:
    """Return an event that tells what no longer works.

    Parameters
    ----------
    what
        The voice, the recording or the window.
    t_s
        When, in seconds.
    message
        What is wrong, in a sentence.

    """
    return _event(what, t_s, text=message)


def _event(what: str, t_s: float, **values: Any) -> Event:
    return {"event": what, "t_s": round(t_s, 3), **{k: _plain(v) for k, v in values.items()}}


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 3) if math.isfinite(value) else None
    return value
