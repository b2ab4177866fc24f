"""A live session of several exercises, one after the other."""

from __future__ import annotations

from collections.abc import Callable

from posecheck.assess.guide import Guide
from posecheck.exercises.prescription import Prescription
from posecheck.types import Cue, Pose, Stage, Update

# How a part ends because it is done; whoever stops, sits up or leaves ends all of them.
DONE = frozenset({"done", "finished"})


class ProgrammeGuide:
    """Leads through the parts of a prescription: push every update with its pose.

    Parameters
    ----------
    prescription
        Its parts are led through in their order.
    begin
        Called with the next part when it begins: the session follows that exercise from then on.

    """

    def __init__(self, prescription: Prescription, begin: Callable[[Prescription], None]) -> None:
        first, *self._further = prescription.parts
        self._guide, self._begin = Guide(first), begin

    @property
    def done(self) -> bool:
        """Whether the session is over."""
        return self._guide.done

    @property
    def stage(self) -> Stage:
        """What the screen shows beside the update."""
        return self._guide.stage

    def push(self, update: Update, pose: Pose) -> tuple[Cue, ...]:
        """Take the next frame; return what is to be said now, in order."""
        cues = self._guide.push(update, pose)
        if not (self._guide.done and self._further and cues[-1].name in DONE):
            return cues
        part = self._further.pop(0)
        self._begin(part)
        self._guide = Guide(part, begun_s=pose.t_s)
        return (*cues[:-1], Cue(pose.t_s, "phase", "next_exercise"))
