"""A whole live session by ear, without a voice, a camera or a clock.

The poses go through the session and the guide as they do live; the cues through the voice's own
queue; and a speaker who takes as long as speech does says what comes of it, one phrase at a time.
`python tests/present/spoken.py` writes what is heard into tests/data/spoken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from sessions import CLIP, MODEL

from posecheck.assess.guide import Guide
from posecheck.assess.outcome import outcome_cues
from posecheck.exercises.language import languages, words_of
from posecheck.exercises.prescription import Prescription
from posecheck.present.speech_queue import Phrase, SpeechQueue
from posecheck.session import Session
from posecheck.types import Cue, Pose, Report, Update
from posecheck.vision.pose_store import load_poses

DATA = Path(__file__).resolve().parents[1] / "data"

# 150 words a minute, as the voice is asked to speak: 2.5 words of 5 letters and a space.
LETTERS_A_SECOND, PAUSE_S = 15.0, 0.25
STEP_S = 0.02


@dataclass(frozen=True)
class Utterance:
    """What was heard, from when to when; `cut` where it was not said to the end."""

    start_s: float
    end_s: float
    text: str
    phrase: Phrase
    cut: bool = False

    def __str__(self) -> str:
        return f"{self.start_s:5.1f} s  {self.text}{' —' if self.cut else ''}"


@dataclass(frozen=True)
class Led:
    """A session in no language yet: the updates, the cues of each and of the end, the report."""

    updates: tuple[tuple[float, Update], ...]
    given: tuple[tuple[Cue, ...], ...]
    outcome: tuple[Cue, ...]
    report: Report


@dataclass(frozen=True)
class Heard:
    """A session: what was heard, the cues that led to it, the updates, and the report."""

    utterances: tuple[Utterance, ...]
    cues: tuple[Cue, ...]
    updates: tuple[tuple[float, Update], ...]
    report: Report

    def __str__(self) -> str:
        return "".join(f"{u}\n" for u in self.utterances)

    def of(self, *kinds: str) -> list[Utterance]:
        """Those of some kinds."""
        return [u for u in self.utterances if u.phrase.kind in kinds]


class Speaker:
    """Says one phrase after the other, as the voice does."""

    def __init__(self, language: str) -> None:
        self._words, self._queue = words_of(language), SpeechQueue()
        self._now_s = 0.0
        self._on: Utterance | None = None
        self.said: list[Utterance] = []

    def tell(self, cue: Cue) -> None:
        self._queue.add(Phrase.of(cue, self._words.spoken(cue), self._now_s))

    def until(self, to_s: float) -> None:
        """Let time pass."""
        while self._now_s < to_s:
            self._step()
            self._now_s = min(self._now_s + STEP_S, to_s)

    def finish(self) -> None:
        """Say what waits."""
        while self._queue.waiting or self._on is not None:
            self.until(self._now_s + STEP_S)

    def _step(self) -> None:
        now, on = self._now_s, self._on
        if on is not None and (cut := self._queue.cuts(on.phrase)):
            on = replace(on, end_s=min(now, on.end_s), cut=cut)
        if on is not None and on.end_s <= now:
            self.said.append(on)
            self._on = on = None
        if on is None and (phrase := self._queue.take(now)) is not None:
            self._on = Utterance(now, now + length_s(phrase.text), phrase.text, phrase)


def length_s(text: str) -> float:
    """How long a text takes to be said; a number in figures is a word."""
    letters = sum(5 if part.isdigit() else len(part) + 1 for part in text.split())
    return PAUSE_S + letters / LETTERS_A_SECOND


def led(poses: Sequence[Pose], **sections: object) -> Led:
    """Lead through a session, to the end of the poses at most."""
    asked = Prescription.model_validate(sections)
    session, guide = Session(asked, live=True), Guide(asked)
    updates, given = [], []
    for pose in poses:
        update = session.push(pose)
        updates.append((pose.t_s, update))
        given.append(tuple(guide.push(update, pose)))
        if guide.done:
            break
    report = session.finish(CLIP, MODEL)
    return Led(tuple(updates), tuple(given), tuple(outcome_cues(report, poses[-1].t_s)), report)


def heard(session: Led, language: str) -> Heard:
    """Say a session in a language, each cue when it was given."""
    speaker = Speaker(language)
    for (t_s, _), given in zip(session.updates, session.given, strict=True):
        speaker.until(t_s)
        for cue in given:
            speaker.tell(cue)
    for cue in session.outcome:
        speaker.tell(cue)
    speaker.finish()
    cues = (*(cue for given in session.given for cue in given), *session.outcome)
    return Heard(tuple(speaker.said), cues, session.updates, session.report)


def lengthened(
    poses: Sequence[Pose], before_s: float = 0.0, at_s: float | None = None, stay_s: float = 0.0,
    after_s: float = 0.0,
) -> list[Pose]:  # fmt: skip
    """The same, of somebody who stays for longer: as they were first, at a moment, and last."""
    step_s = float(np.median(np.diff([p.t_s for p in poses])))
    stays = {0: before_s, len(poses) - 1: after_s}
    if at_s is not None:
        stays[next(i for i, p in enumerate(poses) if p.t_s >= at_s)] = stay_s
    longer: list[Pose] = []
    shift_s = 0.0
    for i, pose in enumerate(poses):
        longer.append(replace(pose, t_s=pose.t_s + shift_s))
        more = round(stays.get(i, 0.0) / step_s)
        longer += [replace(pose, t_s=pose.t_s + shift_s + k * step_s) for k in range(1, more + 1)]
        shift_s += more * step_s
    return longer


def arm_up(poses: Sequence[Pose], from_s: float, to_s: float = np.inf) -> list[Pose]:
    """One hand is held up to the ceiling for a while."""
    return [_waving(p) if from_s <= p.t_s < to_s else p for p in poses]


def _waving(pose: Pose) -> Pose:
    xy, seen = pose.xy_px.copy(), pose.visibility.copy()
    trunk = float(np.hypot(*(xy[11] - xy[23])))
    xy[13] = xy[11] - [0, 0.5 * trunk]
    xy[15] = xy[11] - [0, 1.0 * trunk]
    seen[[13, 15]] = 1.0
    return replace(pose, xy_px=xy, visibility=seen)


def _stored(name: str) -> Sequence[Pose]:
    return load_poses(DATA / f"{name}.npz")


def pumps_without_a_dose() -> Led:
    """Six pumps; the leg stays up for half a minute, and is put down."""
    return led(lengthened(_stored("pump_left_side"), 6, 19.5, 25, 12))


def bends_with_a_dose() -> Led:
    """Five bends were asked for, and done."""
    poses = lengthened(_stored("photo_bends"), 6, after_s=10)
    return led(poses, dose={"repetitions": 5}, exercise={"variant": "knee_bend"})


def a_fault() -> Led:
    """Six pumps with bouncing."""
    return led(lengthened(_stored("fault_bouncing"), 6, after_s=12))


def at_once() -> Led:
    """Somebody who does not wait to be told."""
    return led(_stored("pump_left_dark_rotated"))


def nothing() -> Led:
    """Somebody who lies there and does nothing for most of a minute."""
    return led(lengthened(_stored("rest_only"), after_s=35))


def an_arm() -> Led:
    """Somebody who holds up an arm after four pumps."""
    return led(arm_up(lengthened(_stored("pump_left_side"), 6), 22))


def raises() -> Led:
    """Four raises with the knee straight; then the leg rests."""
    return _tested("sibling_slr_right_side", "straight_leg_raise")


def raises_with_a_fault() -> Led:
    """Four raises with a bent knee."""
    return _tested("sibling_slr_left_knee_bent", "straight_leg_raise")


def extensions_with_a_dose() -> Led:
    """Three knee extensions were asked for, and done."""
    dose = {"repetitions": 3}
    return _tested("sibling_ake_left_side", "active_knee_extension", dose=dose)


def extensions_with_a_fault() -> Led:
    """Three knee extensions, each with a thigh that drifts."""
    return _tested("sibling_ake_right_thigh_drift", "active_knee_extension")


def slides_with_a_stop() -> Led:
    """Four slides; the heel stays up for long in the third, and down before the last."""
    poses = lengthened(_stored("sibling_heel_slide_right"), 8, 18.4, 6)
    poses = lengthened(poses, 0, 35.2, 5, 12)
    return led(poses, exercise={"name": "heel_slide"}, dose={"repetitions": 4})


def _tested(clip: str, exercise: str, **more: object) -> Led:
    poses = lengthened(_stored(clip), 10, after_s=12)
    return led(poses, exercise={"name": exercise}, **more)


SESSIONS: dict[str, Callable[[], Led]] = {
    session.__name__: session
    for session in (
        pumps_without_a_dose,
        bends_with_a_dose,
        a_fault,
        at_once,
        nothing,
        an_arm,
        raises,
        raises_with_a_fault,
        extensions_with_a_dose,
        extensions_with_a_fault,
        slides_with_a_stop,
    )
}


def golden(name: str, language: str) -> Path:
    """Where it is written what is to be heard."""
    return DATA / "spoken" / f"{name}.{language}.txt"


if __name__ == "__main__":  # write them anew; look at what has changed
    for name, session in SESSIONS.items():
        once = session()
        for language in languages():
            golden(name, language).write_text(str(heard(once, language)), encoding="utf-8")
