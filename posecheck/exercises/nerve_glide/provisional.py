"""Sets and repetitions while they happen: what can be known before the leg is down again.

The tension is found as `find_attempts` finds it, over the last seconds. From the first
repetition on it stays, and repetitions are counted as they come.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from posecheck.exercises.attempt import Attempt, Running
from posecheck.exercises.nerve_glide.attempts import find_attempts
from posecheck.exercises.nerve_glide.counting import Counting
from posecheck.exercises.nerve_glide.extension import KNEE_SMOOTHING_S, SPEED_LOOKS, STILL_DEG_S
from posecheck.exercises.nerve_glide.tension import (
    BENT,
    HIGH_PERCENTILE,
    LOWERED_DEG,
    NEAR_MAX_DEG,
    PUT_DOWN_DEG,
    RAISED_DEG,
    REST_MIN_S,
)
from posecheck.motion.signals import BRIDGE_S, SAME_S, filled, smooth
from posecheck.motion.table import RecentRows, Table
from posecheck.types import Phase, Variant

STEP_S = 0.2  # how often it looks
PUT_OFF_S = 0.05  # a look can wait so long, which is a frame or two
SEARCH_S = 0.4  # how often it looks for a tension, which takes longer
SEARCHED_S = 20.0  # and how far back
SEEN_S = 2.0  # before the extension, which a set that has begun is still looked at from
NEWEST_S = 2.4  # the newest moments: the speed of the knee, and the mean on both sides of it
NEWEST_SMOOTHING_S = 0.1  # width of the mean for the newest moment, which shall not trail
SPEED_S = 0.5  # the speed of the knee is that of so long
SEARCH_LOOKS, REST_LOOKS = 6, 6  # fewer show no tension, and no rest
EXTENDS_DEG_S, LOWERS_DEG_S = 6.0, 1.0
AT_TENSION_DEG = 9.0  # a knee that has left the tension by more is on its way


class Provisional:
    """Tells what seems to happen now: show it the recent rows after each push; read `running`."""

    def __init__(self, variant: Variant | None) -> None:
        self.running = Running()
        self._variant = variant
        self._looked_s = self._searched_s = self._seen_s = -np.inf
        self._from_s = np.nan  # the thigh is up since, or bent again since
        self._high = np.nan  # the bent knee before the extension
        self._counting = Counting(variant)

    def push(self, recent: RecentRows, busy: bool = False) -> bool:
        """Look again if it is time, and tell whether it was; while `busy` a little later."""
        now = recent.now_s
        if now - self._looked_s >= STEP_S - SAME_S + busy * PUT_OFF_S:
            self._look(recent, now)
            return True
        if busy or not self._searching(now, SEARCH_S):
            return False
        seen = self._seen(recent, now)
        if len(seen.t_s) >= SEARCH_LOOKS:
            self._search(seen, now)
            self._say(self._phase(seen), on=self.running.on)
        return True

    def _look(self, recent: RecentRows, now: float) -> None:
        self._follow_thigh(recent)
        self._looked_s = now
        if np.isnan(self._from_s):
            self._say("rest", on=False)
            return
        seen = self._seen(recent, now)
        if len(seen.t_s) < SEARCH_LOOKS:
            return
        if self._searching(now, SEARCH_S + STEP_S):
            self._search(seen, now)
        if self.running.on:
            self._count(recent)
            self._end_if_bent(seen)
        self._say(self._phase(seen), on=self.running.on)

    def _searching(self, now: float, every_s: float) -> bool:
        """Tell whether to search for a tension: best between two looks, for no push bears both."""
        up = not np.isnan(self._from_s)
        return up and not self._counting.cycles and now - self._searched_s >= every_s - SAME_S

    def _seen(self, recent: RecentRows, now: float) -> Table:
        return recent.table(max(self._from_s, now - SEARCHED_S))

    def _follow_thigh(self, recent: RecentRows) -> None:
        """Note whether the thigh is up; unknown for longer than a bridge it is not."""
        since = self._looked_s + SAME_S
        times = recent.times(since).tolist()
        hip, knee = recent.column("hip_deg", since), recent.column("knee_deg", since)
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
        """End the set; a new one may begin after `from_s`."""
        self._from_s, self._counting = from_s, Counting(self._variant)
        self.running = replace(self.running, on=False)

    def _search(self, seen: Table, now: float) -> None:
        """Find the point of tension over the last seconds."""
        self._searched_s = now
        knee = seen.knee_deg[np.isfinite(seen.knee_deg)]
        if not self.running.on and not (len(knee) and knee[-1] < knee.max() - AT_TENSION_DEG):
            begun = len(knee) and knee.max() - knee.min() < NEAR_MAX_DEG
            if not begun:
                return
        attempts = find_attempts(seen, self._variant)
        if not attempts:
            return
        attempt = attempts[-1]
        late = seen.t_s >= now - NEWEST_S
        bridged = filled(seen.t_s, seen.knee_deg)
        level = float(smooth(seen.t_s[late], bridged[late], NEWEST_SMOOTHING_S)[-1])
        if (
            not self.running.on
            and not attempt.cycles
            and not abs(level - attempt.knee_deg) < AT_TENSION_DEG
        ):
            return  # it goes on straightening, or is bent again
        self._high = float(np.percentile(knee, HIGH_PERCENTILE))
        index = self.running.set_index + (not self.running.on)
        self.running = replace(
            self.running, attempt=replace(attempt, cycles=(), variant=self._variant),
            set_index=index, on=True,
        )  # fmt: skip
        self._from_s = max(self._from_s, attempt.extend_s - SEEN_S)

    def _count(self, recent: RecentRows) -> None:
        """Add the repetitions that have come back since the last look."""
        attempt = self.running.attempt
        assert attempt is not None
        counting = self._counting
        since_s = counting.since(recent.now_s, attempt.tension_s)
        counting.look(recent.table(since_s), attempt.knee_deg)
        if counting.cycles:
            glide = max(counting.cycles[0].start_s, attempt.tension_s)
            attempt = replace(attempt, glide_s=glide, variant=counting.variant)
        self.running = replace(
            self.running, attempt=replace(attempt, cycles=tuple(counting.cycles))
        )

    def _end_if_bent(self, seen: Table) -> None:
        """End the set where the knee is bent and still for long enough while the thigh is up."""
        attempt = self.running.attempt
        assert attempt is not None
        late = seen.t_s >= seen.t_s[-1] - REST_MIN_S
        knee = smooth(seen.t_s[late], seen.knee_deg[late], KNEE_SMOOTHING_S)
        bent = knee > self._high - BENT * (self._high - attempt.knee_deg)
        still = np.ptp(knee) < STILL_DEG_S * REST_MIN_S / 2
        if len(knee) >= REST_LOOKS and bent.all() and still:
            self._close(float(seen.t_s[-1]) - REST_MIN_S)

    def _phase(self, seen: Table) -> Phase:
        now = float(seen.t_s[-1])
        newest = seen.rows(seen.t_s >= now - NEWEST_S)
        knee = smooth(newest.t_s, newest.knee_deg, NEWEST_SMOOTHING_S)
        known = knee[np.isfinite(knee)]
        attempt = self.running.attempt
        if not len(known):
            return self.running.phase
        if self.running.on and attempt is not None:
            return self._phase_in_set(float(known[-1]), float(seen.hip_deg[-1]), attempt)
        times = newest.t_s
        late = (times >= now - SPEED_S) & np.isfinite(knee)
        if late.sum() < SPEED_LOOKS:
            return self.running.phase
        speed = float(np.ptp(knee[late]) / np.ptp(times[late]))
        speed *= 1.0 if knee[late][-1] > knee[late][0] else -1.0
        if speed < -EXTENDS_DEG_S or (self.running.phase == "extend" and speed < EXTENDS_DEG_S):
            return "extend"
        on_the_way = self.running.phase in ("glide", "hold", "lower")
        return "lower" if on_the_way and speed > LOWERS_DEG_S else "rest"

    def _phase_in_set(self, knee: float, hip: float, attempt: Attempt) -> Phase:
        away = knee - attempt.knee_deg
        bent = away > (1 - BENT) * (self._high - attempt.knee_deg)
        put_down = hip < attempt.hip_deg - PUT_DOWN_DEG
        if put_down or bent:
            return "lower"
        moves_knee = attempt.variant == "knee_bend" or self._variant == "knee_bend"
        if away > NEAR_MAX_DEG and self._counting.cycles and not moves_knee:
            return "lower"
        return "glide" if self._counting.cycles or away > AT_TENSION_DEG else "hold"

    def _say(self, phase: Phase, on: bool) -> None:
        attempt = self.running.attempt
        if attempt is not None and on:
            now = self._looked_s
            glide = attempt.glide_s if self._counting.cycles else now
            if phase != "hold" and not self._counting.cycles:
                glide = attempt.glide_s
            attempt = replace(attempt, glide_s=glide, lower_s=now, rest_s=now)
        self.running = replace(
            self.running, phase=phase, on=on, attempt=attempt, raised_s=self._from_s
        )
