"""The sections of a prescription: every field with its unit, its default and where that is from.

"Set on rendered clips" means: chosen between the largest value of a clean clip and the smallest
of a planted fault, on clips whose joint angles are known exactly (``sample_videos/``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    create_model,
    field_validator,
    model_validator,
)

from posecheck.exercises.catalogue import EXERCISES, all_rules, exercise_called
from posecheck.exercises.rule import Limit, Rule

AUTO = "auto"
_SHOWN_CHARACTERS = 40  # of a name that is wrong
Degrees = Annotated[float, Field(gt=0, le=120)]
CycleSeconds = Annotated[float, Field(gt=0, le=60)]
Fraction = Annotated[float, Field(gt=0, le=1)]
SeverityChoice = Literal["fault", "advice", "off"]
DoseSeverityChoice = Literal["auto", "fault", "advice", "off"]


class Section(BaseModel):
    """A part of a prescription: frozen, strict, and with no field that it does not know."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, validate_default=True
    )


def _check_cycle_order(longest_s: float | None, shortest_s: float | None, shortest: str) -> None:
    if longest_s is not None and shortest_s is not None and longest_s <= shortest_s:
        raise ValueError(f"must be more than {shortest} ({shortest_s:g})")


class Exercise(Section):
    """What is done, and with what."""

    name: str = Field(default=AUTO, description="The exercise; auto finds it from the motion.")
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

    @field_validator("name")
    @classmethod
    def _known(cls, name: str) -> str:
        if name == AUTO:
            return name
        try:
            return exercise_called(name)
        except ValueError as error:
            shown = repr(name[:_SHOWN_CHARACTERS])
            raise ValueError(f"{shown} {error}".rstrip("?")) from None

    @model_validator(mode="after")
    def _of_one_exercise(self) -> Exercise:
        wrong = self.contradiction()
        if wrong is not None:
            raise ValueError(wrong)
        return self

    def contradiction(self) -> str | None:
        """Return what is wrong where the variant is one of another exercise than the name says."""
        if AUTO in (self.name, self.variant):
            return None
        owners = [exercise.name for exercise in EXERCISES if self.variant in exercise.moves]
        if self.name in owners:
            return None
        return (
            f"names {self.name}, and the variant {self.variant}, which is one of "
            f"{' and '.join(owners)}: leave one of the two out"
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


class Part(Section):
    """One exercise of several that are done one after the other."""

    exercise: Exercise = Exercise()
    dose: Dose = Dose()


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
    cycle_min_s_end_range: CycleSeconds = Field(
        default=2.0,
        description="Shortest way to an end range and back (raise, extension, slide). Chosen by "
        "us: slower than this it is measured with a goniometer too.",
    )
    cycle_max_s_end_range: CycleSeconds = Field(
        default=20.0, description="Longest way to an end range and back. Chosen by us."
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

    @field_validator("cycle_max_s_pump", "cycle_max_s_bend", "cycle_max_s_end_range")
    @classmethod
    def _order(cls, longest_s: float, info: ValidationInfo) -> float:
        shortest = str(info.field_name).replace("max", "min")
        _check_cycle_order(longest_s, info.data.get(shortest), f"usual.{shortest}")
        return longest_s


_create_model: Any = create_model  # whose types know no fields that are made


def _limit_field(limit: Limit) -> tuple[Any, Any]:
    least = {"ge": limit.least} if limit.least_allowed else {"gt": limit.least}
    kind = Annotated[float, Field(le=limit.most, **least)]
    return kind, Field(default=limit.default, description=limit.description)


def _limits() -> Any:
    """Make the section of the numbers of the form rules: each rule says its own."""
    limits = [limit for rule in all_rules().values() for limit in rule.limits]
    return _create_model(
        "Limits", __base__=Section, __doc__="The numbers of the form rules.",
        **{limit.field: _limit_field(limit) for limit in limits},
    )  # fmt: skip


if TYPE_CHECKING:

    class Limits(Section):
        """The numbers of the form rules, each a field of its own."""

        def __getattr__(self, name: str) -> float: ...

else:
    Limits = _limits()


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


def _severity_field(rule: Rule) -> tuple[Any, Any]:
    kind: Any = SeverityChoice
    if rule.dose_field is not None:
        kind = DoseSeverityChoice
    elif rule.never_a_fault:
        kind = Literal["advice", "off"]
    return kind, Field(default=rule.severity, description=rule.severity_means)


def _severities() -> Any:
    """Make the section of what breaking a rule means: each rule says its own default."""
    doc = """What breaking a rule means: fault (needs work), advice (verdict unchanged) or off.

    auto: advice, but a fault as soon as the dose states the matching field.
    """
    fields = {name: _severity_field(rule) for name, rule in all_rules().items()}
    return _create_model("Severities", __base__=Section, __doc__=doc, **fields)


if TYPE_CHECKING:

    class Severities(Section):
        """What breaking a rule means, each rule a field of its own."""

        def __getattr__(self, name: str) -> str: ...

else:
    Severities = _severities()
