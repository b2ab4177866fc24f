"""Sets and repetitions while they happen: what can be known before the leg is down again.

The tension is found as `find_attempts` finds it, over the last seconds. From the first
repetition on it stays, and repetitions are found over the last few of them and added to those
known: a count never falls within a set. A repetition counts once it has come back, or once it
must have, by its own tempo, in the time that the smoother lags behind.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from posecheck.motion.cycles import BRIDGE_S, filled, smooth
from posecheck.motion.recent import Recent
from posecheck.motion.reps import Cycle, bends, pumps
from posecheck.motion.smoothing import LAG_S
from posecheck.motion.tension import (
    LOWERED_DEG,
    NEAR_MAX_DEG,
    PUMP_SHARE,
    PUT_DOWN_DEG,
    RAISED_DEG,
    STILL_DEG_S,
    Attempt,
    Track,
    find_attempts,
)
from posecheck.types import Array, Phase, Variant

STEP_S = 0.2  # how often it looks
SEARCH_S = 0.4  # how often it looks for a tension, which takes longer
SEARCHED_S = 20.0  # and how far back
AGAIN_S, KEPT_CYCLES = 9.0, 3  # repetitions that are looked at again: so late, at least so many
BEFORE_SHARE = 0.2
SEEN_S = 2.0  # the last movement
SPEED_S = 0.5
EXTENDS_DEG_S = 6.0
AT_TENSION_DEG = 9.0  # a knee that has left the tension by more is on its way
BENT_SHARE = 0.22  # of the way from bent to straightest: bent again, as in `find_attempts`
RESTS_S = 1.5
BACK_SHARE = {"ankle_pump": 0.3, "knee_bend": 0.85}  # of its range: a repetition has come back
TURNED_S = 0.15  # so long after its second extreme a movement has turned
LONE_PUMP_DEG, LONE_KNEE_SHARE = 8.0, 0.6  # a single pump is this large, and the knee's less
SAME_DEG = 3.0
SURE_CYCLES = 4  # so many, and what they are is settled
STRADDLES, DWELLS_S = 0.3, 0.6  # a first pump goes to both sides of the rest, or stays at its end


@dataclass(frozen=True, slots=True)
class Running:
    """The state at one moment; `attempt` is the set that is on, or the last one that was."""

    phase: Phase = "rest"
    set_index: int = 0
    attempt: Attempt | None = None
    on: bool = False  # the attempt goes on
    raised_s: float = float("nan")  # since when the thigh is up


class Provisional:
    """Show it the recent rows after each push; read `running`."""

    def __init__(self, variant: Variant | None) -> None:
        self.running = Running()
        self._variant = variant
        self._looked_s = self._searched_s = self._seen_s = -np.inf
        self._from_s = np.nan  # the thigh is up since, or bent again since
        self._high = np.nan  # the bent knee before the extension
        self._cycles: list[Cycle] = []
        self._settled = 0  # so many of them are not looked at again
        self._again_s = np.nan  # from here on they are

    def push(self, recent: Recent) -> bool:
        """Look again if it is time, and say whether it was."""
        now = recent.now_s
        if not now - self._looked_s >= STEP_S - 1e-6:
            return False
        self._look(recent, now)
        return True

    def _look(self, recent: Recent, now: float) -> None:
        self._follow_thigh(recent)
        self._looked_s = now
        if np.isnan(self._from_s):
            self._say("rest", on=False)
            return
        seen = _track(recent, max(self._from_s, now - SEARCHED_S))
        if len(seen.t_s) < 6:
            return
        if not self._cycles and now - self._searched_s >= SEARCH_S - 1e-6:
            self._search(seen)
            self._searched_s = now
        if self.running.on:
            self._count(recent)
            self._end_if_bent(seen)
        self._say(self._phase(seen), on=self.running.on)

    def _follow_thigh(self, recent: Recent) -> None:
        """Whether the thigh is up; unknown for longer than a bridge it is not."""
        since = self._looked_s + 1e-6
        times = recent.times(since).tolist()
        hip, knee = recent.column("hip", since), recent.column("knee", since)
        known = np.isfinite(hip) & np.isfinite(knee)
        for t, angle, seen in zip(times, hip.tolist(), known.tolist(), strict=True):
            up = not np.isnan(self._from_s)
            if seen:
                self._seen_s = t
                now_up = angle > (LOWERED_DEG if up else RAISED_DEG)
            else:
                now_up = up and t - self._seen_s <= BRIDGE_S
            if now_up and not up:
                self._from_s = t
            elif up and not now_up:
                self._close(np.nan)

    def _close(self, from_s: float) -> None:
        """The set is over; a new one may begin after `from_s`."""
        self._from_s, self._cycles = from_s, []
        self._settled, self._again_s = 0, np.nan
        self.running = replace(self.running, on=False)

    def _search(self, seen: Track) -> None:
        """Find the point of tension over the last seconds."""
        knee = seen.knee[np.isfinite(seen.knee)]
        if not self.running.on and not (len(knee) and knee[-1] < knee.max() - AT_TENSION_DEG):
            begun = len(knee) and knee.max() - knee.min() < NEAR_MAX_DEG
            if not begun:
                return
        attempts = find_attempts(seen, self._variant)
        if not attempts:
            return
        attempt = attempts[-1]
        level = float(smooth(seen.t_s[-30:], filled(seen.t_s, seen.knee)[-30:], 0.1)[-1])
        if (
            not self.running.on
            and not attempt.cycles
            and not abs(level - attempt.knee_deg) < AT_TENSION_DEG
        ):
            return  # it goes on straightening, or is bent again
        self._high = float(np.percentile(knee, 98))
        index = self.running.set_index + (not self.running.on)
        self.running = replace(
            self.running, attempt=replace(attempt, cycles=(), variant=self._variant),
            set_index=index, on=True,
        )  # fmt: skip
        self._from_s = max(self._from_s, attempt.extend_s - SEEN_S)

    def _count(self, recent: Recent) -> None:
        """Add the repetitions that have come back since the last look."""
        attempt = self.running.attempt
        assert attempt is not None
        track = _track(recent, self._settle(recent.now_s, attempt.tension_s))
        old = self._cycles[: self._settled]
        found, variant = self._found(track, attempt)
        if variant is None:
            return
        moves = track.ankle if variant == "ankle_pump" else track.knee
        if found and not _is_back(found[-1], track.t_s, moves, variant):
            found = found[:-1]
        elif len(old) + len(found) == 1 and variant == "ankle_pump":
            found = found if _is_whole(found[0], track) else []
        if len(old) + len(found) >= len(self._cycles):
            self._cycles = old + found
        if self._cycles:
            glide = max(self._cycles[0].start_s, attempt.tension_s)
            attempt = replace(attempt, glide_s=glide, variant=variant)
        self.running = replace(self.running, attempt=replace(attempt, cycles=tuple(self._cycles)))

    def _settle(self, now_s: float, tension_s: float) -> float:
        """From when on repetitions are looked at again; those before are settled."""
        since_s = tension_s if np.isnan(self._again_s) else self._again_s
        if now_s - since_s <= 2 * AGAIN_S:
            return since_s
        if not self._cycles or now_s - self._cycles[-1].end_s > AGAIN_S:
            self._settled, self._again_s = len(self._cycles), now_s - AGAIN_S / 2
        else:
            late = sum(c.start_s >= now_s - AGAIN_S for c in self._cycles)
            self._settled = max(self._settled, len(self._cycles) - max(late, KEPT_CYCLES))
            # a little earlier, so that the first is seen to begin
            first = self._cycles[self._settled]
            self._again_s = first.start_s - BEFORE_SHARE * (first.end_s - first.start_s)
        return self._again_s

    def _found(self, track: Track, attempt: Attempt) -> tuple[list[Cycle], Variant | None]:
        """The repetitions in sight, and what they are."""
        wanted = self._variant
        if wanted is None and len(self._cycles) >= SURE_CYCLES:
            wanted = attempt.variant
        calm = smooth(track.t_s, track.knee, 0.15)
        level = attempt.knee_deg
        bent = bends(track.t_s, track.knee, level) if wanted != "ankle_pump" else []
        pumped: list[Cycle] = []
        if wanted != "knee_bend":
            stay = _stay(track, calm, level)
            if stay is not None:
                pumped = pumps(stay.t_s, stay.ankle, stay.knee)
                lone = len(pumped) == 1 and wanted is None and not bent
                if lone and not _is_clear(pumped[0], stay):
                    pumped = []
        if pumped and bent:
            share = _usual(pumped) / _usual(bent)
            return (pumped, "ankle_pump") if share >= PUMP_SHARE else (bent, "knee_bend")
        if pumped:
            return pumped, "ankle_pump"
        return (bent, "knee_bend") if bent else ([], None)

    def _end_if_bent(self, seen: Track) -> None:
        """A knee that is bent and still for long enough ends the set while the thigh is up."""
        attempt = self.running.attempt
        assert attempt is not None
        late = seen.t_s >= seen.t_s[-1] - RESTS_S
        knee = smooth(seen.t_s[late], seen.knee[late], 0.15)
        bent = knee > self._high - BENT_SHARE * (self._high - attempt.knee_deg)
        if len(knee) > 5 and bent.all() and np.ptp(knee) < STILL_DEG_S * RESTS_S / 2:
            self._close(float(seen.t_s[-1]) - RESTS_S)

    def _phase(self, seen: Track) -> Phase:
        knee = smooth(seen.t_s[-60:], seen.knee[-60:], 0.1)
        known = knee[np.isfinite(knee)]
        attempt = self.running.attempt
        if not len(known):
            return self.running.phase
        if self.running.on and attempt is not None:
            return self._phase_in_set(float(known[-1]), float(seen.hip[-1]), attempt)
        times, now = seen.t_s[-60:], float(seen.t_s[-1])
        late = (times >= now - SPEED_S) & np.isfinite(knee)
        if late.sum() < 3:
            return self.running.phase
        speed = float(np.ptp(knee[late]) / np.ptp(times[late]))
        speed *= 1.0 if knee[late][-1] > knee[late][0] else -1.0
        if speed < -EXTENDS_DEG_S or (self.running.phase == "extend" and speed < EXTENDS_DEG_S):
            return "extend"
        return "lower" if self.running.phase in ("glide", "hold", "lower") and speed > 1 else "rest"

    def _phase_in_set(self, knee: float, hip: float, attempt: Attempt) -> Phase:
        away = knee - attempt.knee_deg
        bent = away > (1 - BENT_SHARE) * (self._high - attempt.knee_deg)
        put_down = hip < attempt.hip_deg - PUT_DOWN_DEG
        if put_down or bent:
            return "lower"
        moves_knee = attempt.variant == "knee_bend" or self._variant == "knee_bend"
        if away > NEAR_MAX_DEG and self._cycles and not moves_knee:
            return "lower"
        return "glide" if self._cycles or away > AT_TENSION_DEG else "hold"

    def _say(self, phase: Phase, on: bool) -> None:
        attempt = self.running.attempt
        if attempt is not None and on:
            now = self._looked_s
            glide = attempt.glide_s if self._cycles else now
            if phase != "hold" and not self._cycles:
                glide = attempt.glide_s
            attempt = replace(attempt, glide_s=glide, lower_s=now, rest_s=now)
        self.running = replace(
            self.running, phase=phase, on=on, attempt=attempt, raised_s=self._from_s
        )


def _track(recent: Recent, since_s: float) -> Track:
    return Track(
        recent.times(since_s), *(recent.column(n, since_s) for n in ("hip", "knee", "ankle"))
    )


def _usual(cycles: list[Cycle]) -> float:
    return float(np.median([c.range_deg for c in cycles]))


def _stay(track: Track, calm: Array, level: float) -> Track | None:
    """The part in which a foot that swings pumps: not while the knee is on its way."""
    near = np.abs(calm - level) < NEAR_MAX_DEG
    held = np.flatnonzero(near & (np.abs(np.gradient(calm, track.t_s)) < STILL_DEG_S))
    if not len(held):
        return None
    first, last = int(held[0]), int(held[-1])
    # a knee that moves as it did before, while the foot pumped, is not on its way
    if near[last:].all() and np.max(calm[last:]) < np.max(calm[first : last + 1]) + SAME_DEG:
        last = len(calm) - 1
    return track.part(first, last)


def _is_clear(cycle: Cycle, stay: Track) -> bool:
    """Whether one swing of the foot alone may be called a pump."""
    knee = stay.knee[(stay.t_s >= cycle.start_s) & np.isfinite(stay.knee)]
    if not len(knee) or cycle.range_deg < LONE_PUMP_DEG:
        return False
    return bool(np.ptp(knee) < LONE_KNEE_SHARE * cycle.range_deg)


def _is_whole(first: Cycle, track: Track) -> bool:
    """Whether the first pump is no mere half: the foot rests in its middle, or at its end."""
    before = track.ankle[(track.t_s < first.start_s - 0.1) & np.isfinite(track.ankle)]
    room = STRADDLES * first.range_deg
    if len(before) < 5 or first.min_deg + room < np.median(before) < first.max_deg - room:
        return True
    return bool(track.t_s[-1] - first.end_s > DWELLS_S)


def _is_back(cycle: Cycle, times: Array, moves: Array, variant: Variant) -> bool:
    """Whether the last cycle in sight is over: its movement has come back, or must have by now."""
    inside = np.flatnonzero((times >= cycle.start_s) & np.isfinite(moves))
    if len(inside) < 3:
        return False
    t, calm = times[inside], smooth(times[inside], moves[inside], 0.06)
    cut = t <= cycle.end_s + 0.25
    top, bottom = int(np.argmax(calm[cut])), int(np.argmin(calm[cut]))
    now = float(t[-1])
    if variant == "knee_bend":
        back = calm[top] - calm[-1] >= BACK_SHARE[variant] * cycle.range_deg
        due = now >= 2 * t[top] - cycle.start_s - LAG_S
        return bool(back or due)
    first, second = sorted((top, bottom))
    back = abs(calm[-1] - calm[second]) >= BACK_SHARE[variant] * cycle.range_deg
    turned = now - t[second] >= TURNED_S
    due = turned and now >= 1.5 * t[second] - 0.5 * t[first] - LAG_S
    return bool(back or due)
