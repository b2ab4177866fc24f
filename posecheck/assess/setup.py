"""What to change before the exercise: one hint at a time, until all has held for two seconds."""

from __future__ import annotations

from collections import deque

import numpy as np

from posecheck.assess.coverage import BODY_IN_TRUNKS, BODY_MIN_SHARE
from posecheck.assess.gesture import LIES_DEG, is_inside, is_seen, trunk_px, trunk_slope_deg
from posecheck.types import Pose, Update

# In the order in which they are worth saying: who is not seen cannot be told to turn.
HINTS = (
    "come_into_view", "lie_down", "move_back", "come_closer", "turn_side_on", "more_light", "alone",
)  # fmt: skip
DARK = 0.15  # mean luminance; chosen by us, the darkest clip at hand has 0.63
READY_S = 2.0
VOTE_S = 1.0  # a hint needs most of so long, and is dropped when little of it is left
APPEARS, DISAPPEARS = 0.7, 0.25
GAP_S = 1.0  # poses farther apart begin anew


def problems(update: Update, pose: Pose) -> frozenset[str]:
    """Return all hints that one frame gives."""
    dark = bool(pose.brightness < DARK)
    if not is_seen(pose):
        return frozenset({"more_light"} if dark else {"come_into_view"})
    found = {"more_light"} if dark else set()
    if not trunk_slope_deg(pose) < LIES_DEG or "not_supine" in update.warnings:
        found.add("lie_down")
    if not is_inside(pose):
        found.add("move_back")
    size = BODY_IN_TRUNKS * trunk_px(pose) / max(pose.width_px, pose.height_px)
    if "lie_down" not in found and size < BODY_MIN_SHARE:
        found.add("come_closer")
    if "not_side_on" in update.warnings:
        found.add("turn_side_on")
    if pose.others > 0:
        found.add("alone")
    return frozenset(found)


class SetUp:
    """Leads the set-up: push every frame; `hint` is what to change, `ready` goes from 0 to 1."""

    def __init__(self) -> None:
        self.hint: str | None = None
        self.ready = 0.0
        self._seen: deque[tuple[float, frozenset[str]]] = deque()
        self._active: set[str] = set()
        self._since_s = np.nan

    def push(self, update: Update, pose: Pose) -> None:
        """Take the next frame."""
        now = pose.t_s
        if self._seen and now - self._seen[-1][0] > GAP_S:
            self._seen.clear()
            self._since_s = np.nan
        self._seen.append((now, problems(update, pose)))
        while now - self._seen[0][0] > VOTE_S:
            self._seen.popleft()
        self._vote(now)
        self.hint = next((h for h in HINTS if h in self._active), None)
        # before the body has been measured nobody knows how it lies
        measured = np.isfinite(update.angles.confidence)
        if self.hint is not None or not measured:
            self._since_s = np.nan
        elif np.isnan(self._since_s):
            self._since_s = now
        held = now - self._since_s
        self.ready = float(min(held / READY_S, 1.0)) if np.isfinite(held) else 0.0

    def _vote(self, now: float) -> None:
        whole = now - self._seen[0][0] >= 0.5 * VOTE_S
        for hint in HINTS:
            share = sum(hint in found for _, found in self._seen) / len(self._seen)
            if share > APPEARS and whole:
                self._active.add(hint)
            elif share < DISAPPEARS:
                self._active.discard(hint)
