"""What a therapist can put right in a clip: each kind with its values, as the API takes them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from posecheck.exercises.catalogue import exercise_called
from posecheck.present.spreadsheet import spelled
from posecheck.types import Side, Variant, Verdict

_DAY_S = 86_400.0
Seconds = Annotated[float, Field(ge=0, le=_DAY_S, allow_inf_nan=False)]
Pixel = Annotated[float, Field(ge=-10_000, le=100_000, allow_inf_nan=False)]
Number = Annotated[int, Field(ge=1, le=10_000)]
Text = Annotated[str, Field(max_length=2000), AfterValidator(spelled)]


class Values(BaseModel):
    """The values of a correction, and no others."""

    model_config = ConfigDict(extra="forbid")


class Span(Values):
    """From when until when, in seconds of the clip."""

    start_s: Seconds
    end_s: Seconds

    @model_validator(mode="after")
    def _order(self) -> Span:
        if self.end_s <= self.start_s:
            raise ValueError("it ends before it begins")
        return self


class TensionValues(Span):
    """Where the tension of a set is."""

    set: Number


class NewTension(Span):
    """A set that was not found."""

    side: Side
    variant: Variant | None = None


class SetNumber(Values):
    """A set."""

    set: Number


class NewRep(Span):
    """A repetition that was not found: of a set, or the first of a new one, with its leg."""

    set: Number | None = None
    side: Side | None = None

    @model_validator(mode="after")
    def _of_one(self) -> NewRep:
        if (self.set is None) == (self.side is None):
            raise ValueError("either the set is said, or the leg of a new one")
        return self


class MovedRep(Span):
    """Where a repetition is."""

    rep: Number


class RepNumber(Values):
    """A repetition."""

    rep: Number


class SideValues(Values):
    """The leg that works."""

    side: Side


class ExerciseValues(Values):
    """What was done."""

    exercise: Annotated[str, Field(max_length=40), AfterValidator(exercise_called)]
    variant: Variant | None = None


class FindingValues(Values):
    """Whether a finding is shared."""

    rule: Annotated[str, Field(max_length=40, pattern=r"^[a-z_]+$")]
    start_s: Seconds
    dismissed: bool


class JointValues(Values):
    """Where a joint is, at the look nearest to a time, or from there on."""

    t_s: Seconds
    leg: Literal["working", "resting"]
    joint: Literal["hip", "knee", "ankle", "heel", "toe"]
    xy_px: tuple[Pixel, Pixel]
    hold: Literal["frame", "onwards"]


class VerdictValues(Values):
    """The therapist's own verdict; null gives it back to the engine."""

    verdict: Verdict | None
    reason: Text = ""


class NoteValues(Values):
    """A note at a moment."""

    t_s: Seconds
    text: Text


class Reviewed(Values):
    """Somebody has looked, and agrees."""


KINDS: dict[str, type[Values]] = {
    "tension": TensionValues, "tension_add": NewTension, "tension_delete": SetNumber,
    "rep_add": NewRep, "rep_move": MovedRep, "rep_delete": RepNumber, "side": SideValues,
    "exercise": ExerciseValues, "finding": FindingValues, "joint": JointValues,
    "verdict": VerdictValues, "note": NoteValues, "reviewed": Reviewed,
}  # fmt: skip
