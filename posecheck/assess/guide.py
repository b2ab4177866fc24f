"""The course of a live session: what to say to the person on the mat, and what the screen shows.

Pure: updates and poses in, cues out; time is the poses' own. Set-up, and the reminder that it
should never hurt while nothing moves yet; then for each set what the script of the exercise says:
come to where the repetitions start, stay, repeat while it counts, lower; rests and legs as
prescribed. What it was worth is not for the guide to say, but for the report.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from posecheck.assess.coach import Coach
from posecheck.assess.gesture import Stops
from posecheck.assess.setup import SetUp
from posecheck.exercises.prescription import Prescription
from posecheck.motion.sliding_window import SlidingWindow
from posecheck.types import Cue, CueKind, Pose, Stage, StageName, Update

SAY_AGAIN_S = 10.0  # a hint or a prompt that nothing follows
LISTENS_S = 5.0  # to what is said before the first prompt
REST_SEEN_S = 0.6  # the leg is down for so long: a set whose repetitions are done is over
ENDS_S = 8.0  # without a dose: resting for so long after a set
CAMERA_GAP_S = 2.0
# The repetitions are over: none for so long, and the joint that moves stays for so long within so
# much. A slow repetition goes on moving (clips at 1.5 to 4 s a repetition: 20° and more in that).
STOPPED_S, STILL_S, STILL_DEG = 3.5, 2.5, 8.0
# The leg is up and nothing was said for so long; a repetition may take longer, by so much.
SILENT_S, SLOW = 6.0, 1.6
# Where the leg rests between repetitions: it stays at its end range, or at rest, for so long, and
# waits to be told. Stops are 1 to 2 s long, rests 1 to 3 s.
STAYS_S, RESTS_S = 3.0, 4.0

Step = Literal["wait", "extend", "hold", "glide", "lower"]


class Guide:
    """Leads a session: push every update with its pose; say the cues, stop when `done`.

    Parameters
    ----------
    prescription
        What is asked for.
    begun_s
        Since when the person lies there ready, in seconds, where another exercise came before.

    """

    def __init__(self, prescription: Prescription, begun_s: float | None = None) -> None:
        dose = prescription.dose
        self._prescription = prescription
        self._script = prescription.exercise_value.script
        self._reps = dose.repetitions
        self._sets = dose.sets or (1 if dose.repetitions else None)
        self._variant: str | None = prescription.exercise.variant
        self._setup, self._stops = SetUp(), Stops()
        self._coach = Coach(self._script.rests_between)
        self._stage: StageName = "set_up"
        self._step: Step = "wait"
        self._now_s = np.nan
        self._cues: list[Cue] = []
        self._hint: str | None = None
        self._prompt: str | None = None  # what the person has been asked to do
        self._prompted_s = -np.inf
        self._message: str | None = None
        self._set = self._sets_done = self._counted = 0
        self._down_s = self._rest_until_s = np.nan
        self._paused = self._eased = False
        self._said_s = self._counted_s = np.nan  # of the leg that is up: when last
        self._longest_s = 0.0  # from count to count
        self._over = False  # it was said that the repetitions are over
        self._stays_s = np.nan  # since when the leg has been at its end range
        self._told = False  # to go back from there, or to go again
        self._moves: SlidingWindow[float] = SlidingWindow(STILL_S)  # the joint, in degrees
        if begun_s is not None:  # seen, welcomed and reminded
            self._now_s, self._stage, self._eased = begun_s, "exercise", True

    @property
    def done(self) -> bool:
        """Whether the session is over."""
        return self._stage == "done"

    @property
    def stage(self) -> Stage:
        """What the screen shows beside the update."""
        left = self._rest_until_s - self._now_s if self._stage == "rest" else float("nan")
        return Stage(
            t_s=self._now_s,
            name=self._stage,
            hint=self._hint if self._stage == "set_up" else None,
            ready=self._setup.ready,
            rest_left_s=max(float(left), 0.0) if np.isfinite(left) else float("nan"),
            correction=self._coach.rule if self._stage == "exercise" else None,
            ending=self._stops.ending,
            message=self._message,
            counting=self._step in ("glide", "lower"),
        )

    def push(self, update: Update, pose: Pose) -> tuple[Cue, ...]:
        """Take the next frame; return what is to be said now, in order."""
        if self.done:
            return ()
        self._cues = []
        first = bool(np.isnan(self._now_s))
        if pose.t_s - self._now_s > CAMERA_GAP_S:
            self._say("end", "camera_back", at_s=pose.t_s)
        self._now_s = pose.t_s
        if first:
            self._say("set_up", "welcome")
        if self._stage == "set_up":
            self._set_up(update, pose)
        else:
            end = self._stops.push(pose)
            if end is not None:
                self._end(end)
            elif not self._is_paused():
                self._go_on(update)
        return tuple(self._cues)

    def _say(
        self, kind: CueKind, name: str, number: int | None = None, *,
        urgent: bool = False, at_s: float | None = None,
    ) -> None:  # fmt: skip
        time = self._now_s if at_s is None else at_s
        self._cues.append(Cue(time, kind, name, number, urgent))
        if kind in ("phase", "count", "correct"):
            self._said_s = time
        if kind == "phase":
            self._message = name

    def _end(self, name: str) -> None:
        self._say("end", name, urgent=True)
        self._stage, self._message = "done", name

    def _is_paused(self) -> bool:
        """Tell whether an arm is up: nothing is counted or corrected aloud meanwhile."""
        if self._stops.paused and not self._paused:
            self._say("pause", "arm_seen", urgent=True)
        self._paused = self._stops.paused
        return self._paused

    def _set_up(self, update: Update, pose: Pose) -> None:
        self._setup.push(update, pose)
        hint = self._setup.hint
        if update.set_index > 0 or self._setup.ready >= 1:
            waits = update.set_index == 0 and update.phase == "rest"
            if waits and "too_few_looks" not in update.warnings:
                self._say("set_up", "ready")
            self._stage = "exercise"
            if update.reps == 0:
                self._remind()
            self._go_on(update)
        elif hint is not None and (
            hint != self._hint or self._now_s - self._prompted_s >= SAY_AGAIN_S
        ):
            self._say("set_up", hint)
            self._prompted_s = self._now_s
        self._hint = hint

    def _go_on(self, update: Update) -> None:
        if self._stage == "rest" and not self._rests_on(update):
            return
        if update.set_index > self._set:
            self._begin_set(update)
        elif self._step == "wait" and update.reps > self._counted > 0:
            self._resume_set()
        if self._step in ("wait", "extend"):
            self._lead_in(update)
        else:
            self._lead_set(update)
            for cue in self._coach.push(update, self._now_s):
                self._say(cue.kind, cue.name)
            self._break_silence(update)
        if self._step == "wait" and self._is_over(update):
            done = self._reps is not None and self._counted >= self._reps
            self._end("done" if done else "finished")

    def _rests_on(self, update: Update) -> bool:
        """Tell whether the rest has just ended: by the clock, or because the person goes on."""
        early = update.set_index > self._set or update.reps > self._counted > 0
        if not early and self._now_s < self._rest_until_s:
            return False
        self._stage = "exercise"
        if not early:
            self._say("rest", "rest_over")
            self._next_set()
        return True

    def _next_set(self) -> None:
        if self._prescription.exercise.alternate_legs:
            self._say("phase", "other_leg")
        if self._script.rests_between:
            self._say("phase", "begin_set", self._sets_done + 1)
        else:
            self._say("phase", "next_set", self._sets_done + 1)
        self._prompt, self._prompted_s = "next_set", self._now_s  # which asks for the leg

    def _lead_in(self, update: Update) -> None:
        """Lead from the leg that rests to the point of tension."""
        if update.phase == "extend" or (self._script.rests_between and update.phase != "rest"):
            self._step, self._down_s = "extend", np.nan
            self._ask_back(update)
            return
        if self._step == "extend" and self._script.rests_between:
            # it may have been a repetition, which is counted in a moment
            self._prompted_s = max(self._prompted_s, self._now_s - SAY_AGAIN_S + RESTS_S)
        self._step = "wait"
        if np.isnan(self._down_s):
            self._down_s = self._now_s
        self._remind()
        if self._sets is None and self._sets_done:
            return  # without a dose it is for the person to go on
        prompt = self._script.prompt(update)
        again = self._now_s - self._prompted_s >= SAY_AGAIN_S
        urgent = prompt != self._prompt and prompt == self._script.urgent_prompt
        if again or self._prompt is None or urgent:
            self._say("phase", prompt)
            first = self._prompt is None and self._set == 0
            self._prompt, self._prompted_s = prompt, self._now_s + first * LISTENS_S

    def _remind(self) -> None:
        if not self._eased:
            self._eased = True
            self._say("remind", self._script.remind, urgent=True)

    def _begin_set(self, update: Update) -> None:
        self._set, self._counted, self._step = update.set_index, 0, "hold"
        self._down_s = self._counted_s = np.nan
        self._longest_s, self._over, self._said_s = 0.0, False, self._now_s
        self._stays_s = np.nan
        self._moves.clear()
        arrived = self._script.arrived(self._prescription)
        if update.reps == 0 and arrived is not None:
            self._say("phase", *arrived, urgent=True)

    def _lead_set(self, update: Update) -> None:
        """Lead from the point of tension to the leg that is down again."""
        self._variant = update.variant or self._variant
        if update.reps > self._counted:
            self._count(update.reps)
        elif self._step == "hold":
            wait_s = self._script.wait_s(self._prescription)
            if update.phase == "glide":
                self._step = "glide"  # it has begun without being told
            elif update.hold_s >= wait_s:
                self._say("phase", self._script.repeat(self._variant))
                self._step = "glide"
        if update.phase != "rest" or not self._script.is_down(update):
            self._down_s = np.nan
        elif np.isnan(self._down_s):
            self._down_s = self._now_s
        elif self._now_s - self._since_s() >= self._rest_s():
            self._end_set()

    def _since_s(self) -> float:
        """Return since when it is known that the leg rests: it may have come back uncounted."""
        if self._script.rests_between:
            return float(np.fmax(self._down_s, self._counted_s))
        return self._down_s

    def _rest_s(self) -> float:
        """Return how long the leg has to be at rest until the set is over (s)."""
        done = self._reps is not None and self._counted >= self._reps
        return REST_SEEN_S if done else self._script.over_s

    def _resume_set(self) -> None:
        """Go on with a set that was over, for a repetition came too soon to begin another."""
        self._sets_done -= 1
        self._step, self._down_s = "glide", np.nan

    def _ask_back(self, update: Update) -> None:
        """Ask a leg back that stays at its end range."""
        if update.phase != "hold":
            self._stays_s = np.nan
        elif np.isnan(self._stays_s):
            self._stays_s, self._told = self._now_s, False
        elif not self._told and self._now_s - self._stays_s >= STAYS_S:
            self._told = True
            self._say("phase", self._script.lower)

    def _ask_again(self, update: Update) -> None:
        """Ask for the next repetition of a leg that rests between two of them."""
        resting_s = self._now_s - self._down_s if update.phase == "rest" else 0.0
        if self._step == "glide" and not self._told and resting_s >= RESTS_S:
            self._told = True
            self._say("phase", "again" if self._reps is not None else "again_or_rest")

    def _break_silence(self, update: Update) -> None:
        """Say that the leg may be put down, or what to do, of a leg that is up and stays there."""
        if self._script.rests_between:
            self._ask_back(update)
            self._ask_again(update)
            return
        if update.phase not in ("hold", "glide") or self._step not in ("glide", "lower"):
            return
        silent_s, slow_s = self._now_s - self._said_s, max(SILENT_S, SLOW * self._longest_s)
        over = self._script.over or self._script.lower
        if self._step == "lower":
            if silent_s >= SILENT_S:
                self._say("phase", over)
        elif not self._counted or self._reps is not None:
            if silent_s >= (slow_s if self._counted else SAY_AGAIN_S):
                self._say("phase", self._script.repeat(self._variant))
        elif self._has_stopped(update) and not self._over:
            self._over = True
            self._say("phase", over)
        elif silent_s >= slow_s:
            self._say("phase", over)

    def _has_stopped(self, update: Update) -> bool:
        """Tell whether no repetition is under way, as far as the joint that moves is seen."""
        moves = self._prescription.exercise_value.moves
        joint = next((j for v, j in moves.items() if v == self._variant), None)
        if joint is None:
            return False
        angles = update.angles
        self._moves.push(self._now_s, {
            "hip": angles.hip_flexion_deg, "knee": angles.knee_flexion_deg,
            "ankle": angles.ankle_dorsiflexion_deg,
        }[joint])  # fmt: skip
        if self._now_s - self._counted_s < STOPPED_S:
            return False
        return bool(np.ptp(np.array(list(self._moves))) < STILL_DEG)  # not where one is unknown

    def _count(self, reps: int) -> None:
        if np.isfinite(self._counted_s):
            self._longest_s = max(self._longest_s, self._now_s - self._counted_s)
        self._counted, self._counted_s, self._over = reps, self._now_s, False
        self._told = False
        self._step = "glide" if self._step == "hold" else self._step
        self._say("count", "count", reps)
        if self._reps is not None and reps == self._reps - 1:
            self._say("count", "last_one")
        if self._script.rests_between:
            self._message = self._script.repeat(self._variant)
        elif self._reps is not None and reps >= self._reps and self._step != "lower":
            self._step = "lower"
            self._say("phase", self._script.lower)

    def _end_set(self) -> None:
        """End a set, for the leg is down; an attempt without a repetition was none."""
        self._step, self._prompt = "wait", None
        self._coach.rule = None
        if self._counted == 0:
            return
        self._sets_done += 1
        if self._sets is None:
            if not self._script.rests_between:  # there it was said between the repetitions
                self._say("rest", "another_set")
            return
        if self._sets_done >= self._sets:
            return
        rest = self._prescription.dose.rest_s or 0.0
        if self._script.rests_between:  # what comes sooner belongs to the same set
            rest = max(rest, self._script.over_s)
        if rest > 0:
            self._say("rest", "rest", round(rest))
            self._stage, self._rest_until_s = "rest", self._now_s + rest
        else:
            self._next_set()

    def _is_over(self, update: Update) -> bool:
        """Tell whether the dose is done, or, where there is none, the person has done enough."""
        if self._sets is not None:
            return self._sets_done >= self._sets
        resting = self._now_s - self._down_s if update.phase == "rest" else 0.0
        return self._sets_done > 0 and resting >= ENDS_S
