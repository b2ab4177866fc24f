"""The sections of a prescription: every field with its unit, its default and where that is from.

"Set on rendered clips" means: chosen between the largest value of a clean clip and the smallest
of a planted fault, on clips whose joint angles are known exactly (``sample_videos/``).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

Degrees = Annotated[float, Field(gt=0, le=120)]
CycleSeconds = Annotated[float, Field(gt=0, le=60)]
Fraction = Annotated[float, Field(gt=0, le=1)]
SeverityChoice = Literal["fault", "advice", "off"]
DoseSeverityChoice = Literal["auto", "fault", "advice", "off"]


class Section(BaseModel):
    """Frozen, strict, and with no field that it does not know."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, validate_default=True
    )


def _check_cycle_order(longest_s: float | None, shortest_s: float | None, shortest: str) -> None:
    if longest_s is not None and shortest_s is not None and longest_s <= shortest_s:
        raise ValueError(f"must be more than {shortest} ({shortest_s:g})")


class Exercise(Section):
    """What is done, and with what."""

    side: Literal["auto", "left", "right"] = Field(
        default="auto", description="The leg that works; auto finds it in the video."
    )
    variant: Literal["auto", "ankle_pump", "knee_bend"] = Field(
        default="auto",
        description="What moves at the point of tension; auto finds it from the motion.",
    )
    support: Literal["hands", "band", "towel", "any"] = Field(
        default="any",
        description="What holds the thigh. Protocols disagree, so any is the default.",
    )
    head: Literal["down", "any"] = Field(
        default="down",
        description="down: the head stays on the mat. Protocols disagree; any allows both.",
    )
    alternate_legs: bool = Field(
        default=False,
        description="The legs take turns from set to set; side is the leg that begins.",
    )


class Dose(Section):
    """What the therapist asks for. A field that is left out is not asked for."""

    repetitions: Annotated[int, Field(ge=1, le=200)] | None = Field(
        default=None, description="Full cycles in a set; 10-20 is usual (NCT05652452, NCT06604195)."
    )
    sets: Annotated[int, Field(ge=1, le=20)] | None = Field(
        default=None, description="Sets in one session; one trial had 3 x 20 a day (NCT05652452)."
    )
    rest_s: Annotated[float, Field(ge=0, le=600)] | None = Field(
        default=None, description="Rest between two sets."
    )
    hold_s: Annotated[float, Field(gt=0, le=120)] | None = Field(
        default=None, description="Stop at the point of tension before the first repetition."
    )
    cycle_min_s: CycleSeconds | None = Field(
        default=None,
        description="Shortest duration of one repetition; ankle pumps take 1-2 s as a rule.",
    )
    cycle_max_s: CycleSeconds | None = Field(
        default=None,
        description="Longest duration of one repetition; knee bends take about 5 s as a rule.",
    )
    range_min_deg: Degrees | None = Field(
        default=None, description="Smallest range of the joint that moves, in every repetition."
    )

    @field_validator("cycle_max_s")
    @classmethod
    def _order(cls, longest_s: float | None, info: ValidationInfo) -> float | None:
        _check_cycle_order(longest_s, info.data.get("cycle_min_s"), "dose.cycle_min_s")
        return longest_s


class Usual(Section):
    """What is ordinary: used for advice where the dose does not say."""

    repetitions_min: Annotated[int, Field(ge=1, le=200)] = Field(
        default=10, description="Fewest repetitions; 10-20 is usual (NCT05652452, NCT06604195)."
    )
    cycle_min_s_pump: CycleSeconds = Field(
        default=0.5, description="Shortest ankle pump: half of the usual 1 s."
    )
    cycle_max_s_pump: CycleSeconds = Field(
        default=4.0, description="Longest ankle pump: twice the usual 2 s."
    )
    cycle_min_s_bend: CycleSeconds = Field(
        default=2.0, description="Shortest knee bend: well under the usual 5 s (paperzz 6970365)."
    )
    cycle_max_s_bend: CycleSeconds = Field(
        default=10.0, description="Longest knee bend: twice the usual 5 s (paperzz 6970365)."
    )
    range_min_deg_pump: Degrees = Field(
        default=10.0,
        description="Smallest ankle range; the whole is about 20 up and 50 down (usual practice).",
    )
    range_min_deg_bend: Degrees = Field(
        default=10.0,
        description="Smallest knee range: more than the 7-8 by which a goniometer must differ to "
        "show a change (PMID 25364856).",
    )

    @field_validator("cycle_max_s_pump", "cycle_max_s_bend")
    @classmethod
    def _order(cls, longest_s: float, info: ValidationInfo) -> float:
        shortest = str(info.field_name).replace("max", "min")
        _check_cycle_order(longest_s, info.data.get(shortest), f"usual.{shortest}")
        return longest_s


class Limits(Section):
    """The numbers of the form rules."""

    thigh_drift_deg: Degrees = Field(
        default=8.0,
        description="Lasting change of hip flexion from its value at the point of tension. Set on "
        "rendered clips: planted 15 to 22, clean at most 2.5; a goniometer's smallest detectable "
        "change is 7-8 (PMID 25364856).",
    )
    knee_not_held_deg: Degrees = Field(
        default=10.0,
        description="Range of the knee within one ankle pump. Set on rendered clips: planted 18 "
        "(measured 15.5 and more), clean at most 5.6, on photographed ones 4.2.",
    )
    past_tension_deg: Degrees = Field(
        default=8.0,
        description="Knee straighter than at the point of tension: the smallest detectable change "
        "of a goniometer is 7-8 (PMID 25364856).",
    )
    tension_not_held_s: Annotated[float, Field(gt=0, le=60)] = Field(
        default=1.0,
        description="Shortest stop at the point of tension before the first repetition. Set on "
        "rendered clips, where its start is found within about 0.3 s.",
    )
    hold_tolerance_s: Annotated[float, Field(ge=0, le=5)] = Field(
        default=0.5,
        description="How much shorter than dose.hold_s a stop may measure: its start is found "
        "within 0.5 s on rendered clips.",
    )
    bounce_deg: Degrees = Field(
        default=5.0,
        description="Size of a fast to and fro of the knee. Set on rendered clips: planted 12 "
        "(measured 9 and more). Four cycles, one soon after the other, make a bounce.",
    )
    bounce_min_hz: Annotated[float, Field(ge=0.5, le=6)] = Field(
        default=1.5,
        description="Slower than this it is no bounce. Set on rendered clips: planted 2.6 Hz, and "
        "smoothing loses 0-1 % up to 1.5 Hz.",
    )
    head_lift_deg: Degrees = Field(
        default=10.0,
        description="Head raised against the trunk. Set on rendered clips: planted 28 "
        "(measured 22 and more), clean at most 4.5.",
    )
    other_leg_deg: Degrees = Field(
        default=20.0,
        description="Lasting change of the resting hip. Set on rendered clips: planted 35 "
        "(measured 30 and more), clean at most 4.",
    )
    pelvis_lift: Fraction = Field(
        default=0.12,
        description="Hip raised off the mat, as a fraction of the trunk's length. Chosen by us; no "
        "clip with known truth has shown it yet.",
    )


class View(Section):
    """How far from side-on the camera may stand."""

    max_azimuth_deg: Annotated[float, Field(gt=0, le=60)] = Field(
        default=40.0,
        description="Sideways, as estimated. Rendered clips were read well up to 30, and the "
        "estimate is off by up to 6.",
    )
    max_elevation_deg: Annotated[float, Field(gt=0, le=60)] = Field(
        default=35.0, description="Above the person. Rendered clips were read well up to 22."
    )


class Coverage(Section):
    """How much must be seen."""

    usable_min: Fraction = Field(
        default=0.7,
        description="Smallest fraction of frames with the working knee and hip known; with less "
        "the clip is not graded. Chosen by us.",
    )


class Severities(Section):
    """What breaking a rule means: fault (needs work), advice (verdict unchanged) or off.

    auto: advice, but a fault as soon as the dose states the matching field.
    """

    thigh_drift: SeverityChoice = Field(default="fault", description="The thigh moved.")
    knee_not_held: SeverityChoice = Field(default="fault", description="The knee moved in a pump.")
    past_tension: SeverityChoice = Field(
        default="fault", description="The leg was forced straighter."
    )
    bouncing: SeverityChoice = Field(default="fault", description="The knee bounced.")
    head_lifted: SeverityChoice = Field(
        default="fault", description="The head came up; off wherever exercise.head is any."
    )
    other_leg_moved: SeverityChoice = Field(default="fault", description="The resting leg moved.")
    pelvis_lifted: SeverityChoice = Field(default="fault", description="The hips came off the mat.")
    tension_not_held: DoseSeverityChoice = Field(default="auto", description="Follows dose.hold_s.")
    too_fast: DoseSeverityChoice = Field(default="auto", description="Follows dose.cycle_min_s.")
    too_slow: DoseSeverityChoice = Field(default="auto", description="Follows dose.cycle_max_s.")
    range_too_small: DoseSeverityChoice = Field(
        default="auto", description="Follows dose.range_min_deg."
    )
    hands_not_behind_thigh: Literal["advice", "off"] = Field(
        default="advice",
        description="Looked at only where exercise.support is hands; never a fault.",
    )
