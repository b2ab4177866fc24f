"""The exercise as data: a TOML file in, validated values out."""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from posecheck.errors import PrescriptionError
from posecheck.exercises.catalogue import EXERCISES, all_rules, exercise_named
from posecheck.exercises.complaints import complain
from posecheck.exercises.exercise import Exercise as ExerciseValue
from posecheck.exercises.sections import (
    AUTO,
    Coverage,
    Dose,
    Exercise,
    Limits,
    Part,
    Section,
    Severities,
    SeverityChoice,
    Usual,
    View,
)
from posecheck.types import Side, Variant

if sys.version_info >= (3, 11):
    from importlib.resources.abc import Traversable

    import tomllib
else:
    from importlib.abc import Traversable

    import tomli as tomllib

# What names and reasons are cut to, so that a message stays one line.
NAME_CHARACTERS, REASON_CHARACTERS = 80, 200
PARTS_MAX = 20  # exercises in one session
MAX_BYTES = 1_000_000  # a prescription is a page of text; anything larger is the wrong file


class Prescription(Section):
    """One exercise as a therapist prescribes it.

    Examples
    --------
    >>> Prescription.default().severity_of("thigh_drift")
    'fault'

    """

    name: str = Field(
        default="default",
        min_length=1,
        max_length=NAME_CHARACTERS,
        pattern=r"^[^\x00-\x1f\x7f]*$",
        description="Title.",
    )
    description: str = Field(
        default="", max_length=2000, description="A note to whoever uses the file."
    )
    exercise: Exercise = Exercise()
    dose: Dose = Dose()
    usual: Usual = Usual()
    limits: Limits = Limits()
    view: View = View()
    coverage: Coverage = Coverage()
    severity: Severities = Severities()
    programme: Annotated[tuple[Part, ...], Field(strict=False, max_length=PARTS_MAX)] = Field(
        default=(),
        description="Exercises that a live session leads through one after the other, each with "
        "its dose, such as a test, a glide, and the test again.",
    )

    @property
    def parts(self) -> tuple[Prescription, ...]:
        """What is done one after the other: the parts of the programme, else this itself."""
        if not self.programme:
            return (self,)
        return tuple(
            self.model_copy(update={"exercise": part.exercise, "dose": part.dose, "programme": ()})
            for part in self.programme
        )

    @classmethod
    def default(cls) -> Prescription:
        """Return the prescription that asks for form and no dose."""
        return cls()

    def as_dict(self) -> dict[str, Any]:
        """Return every value, nested as in the file; what is not asked for is None."""
        return self.model_dump(mode="json")

    def with_exercise(
        self, side: Side | None = None, variant: Variant | None = None, name: str | None = None
    ) -> Prescription:
        """Return the same prescription for a given leg, variant or exercise; None keeps its own.

        Parameters
        ----------
        side, variant
            The leg that works, and what moves at the point of tension.
        name
            Of the exercise.

        Raises
        ------
        PrescriptionError
            The variant is one of another exercise.

        """
        given = {"side": side, "variant": variant, "name": name}
        changes = {key: value for key, value in given.items() if value is not None}
        exercise = self.exercise.model_copy(update=changes)
        wrong = exercise.contradiction()
        if wrong is not None:
            raise PrescriptionError(f"What is asked for {wrong}.")
        return self.model_copy(update={"exercise": exercise})

    @property
    def fixed_side(self) -> Side | None:
        """The side that works in every set, None where the video has to tell."""
        side = self.exercise.side
        return None if side == "auto" or self.exercise.alternate_legs else side

    def severity_of(self, rule: str) -> SeverityChoice:
        """Return what it means to break a rule.

        Raises
        ------
        KeyError
            There is no such rule.

        """
        known = all_rules()[rule]
        if not known.applies(self):
            return "off"
        choice: SeverityChoice | Literal["auto"] = getattr(self.severity, rule)
        if choice == "auto":
            asked = self.value(f"dose.{known.dose_field}")
            return "fault" if asked is not None else "advice"
        return choice

    def value(self, field: str) -> Any:
        """Return the value of a field by its dotted name, such as ``dose.hold_s``."""
        section, _, name = field.partition(".")
        return getattr(getattr(self, section), name)

    @property
    def exercises(self) -> tuple[ExerciseValue, ...]:
        """The exercises that are looked for: the one that is asked for, else all.

        A variant is asked for of the exercise that has it.
        """
        if self.programme:
            return tuple(
                {part.exercise_value.name: part.exercise_value for part in self.parts}.values()
            )
        if self.exercise.name != AUTO:
            return (exercise_named(self.exercise.name),)
        if self.exercise.variant == AUTO:
            return EXERCISES
        return tuple(e for e in EXERCISES if self.exercise.variant in e.moves)

    @property
    def exercise_value(self) -> ExerciseValue:
        """The exercise that is asked for, else the usual one."""
        return self.exercises[0]

    def cycle_s(self, variant: Variant | None) -> tuple[float, float]:
        """Return the shortest and the longest repetition (s): the dose's, else what is usual.

        Without a variant it is a repetition to the end range and back.

        A stated end outside of the usual range lifts the other end: who is asked for pumps
        of at least 5 s shall not be told that 5 s are slow.
        """
        usual = self.usual
        shortest, longest = {
            "ankle_pump": (usual.cycle_min_s_pump, usual.cycle_max_s_pump),
            "knee_bend": (usual.cycle_min_s_bend, usual.cycle_max_s_bend),
            None: (usual.cycle_min_s_end_range, usual.cycle_max_s_end_range),
        }[variant]
        asked_min, asked_max = self.dose.cycle_min_s, self.dose.cycle_max_s
        if asked_min is not None:
            shortest = asked_min
            longest = longest if longest > asked_min else float("inf")
        if asked_max is not None:
            longest = asked_max
            shortest = shortest if shortest < asked_max else 0.0
        return shortest, longest

    def range_min_deg(self, variant: Variant) -> float:
        """Return the smallest range of a repetition (degrees): the dose's, else what is usual."""
        if self.dose.range_min_deg is not None:
            return self.dose.range_min_deg
        pump = variant == "ankle_pump"
        return self.usual.range_min_deg_pump if pump else self.usual.range_min_deg_bend


def _ready_files() -> dict[str, Traversable]:
    """Return the files that come with Posecheck, in the exercises' folders, by their names."""
    found = {}
    for exercise in EXERCISES:
        folder = files("posecheck.exercises").joinpath(exercise.name).joinpath("prescriptions")
        for file in folder.iterdir() if folder.is_dir() else ():
            stem = file.name.removesuffix(".toml")
            if stem != file.name:
                found[stem.replace("_", "-")] = file
    return dict(sorted(found.items()))


def ready_prescriptions() -> tuple[str, ...]:
    """Return the names of the files that come with Posecheck, as ``--prescription`` takes them."""
    return tuple(_ready_files())


def load_prescription(path: str | Path) -> Prescription:
    """Read a prescription from a TOML file, or a ready one by its name.

    Raises
    ------
    PrescriptionError
        One line that names everything that is wrong with it.

    """
    label = _printable(str(path))
    name = str(path).replace("_", "-")
    file = Path(path)
    ready = _ready_files()
    if not _is_file(file, label) and name in ready:
        content = ready[name].read_bytes()
    else:
        content = _read(file, label)
    return parse_prescription(content, label, default_name=file.stem)


def parse_prescription(content: bytes, label: str, default_name: str = "default") -> Prescription:
    """Validate the bytes of a TOML file.

    Parameters
    ----------
    content
        The bytes, in UTF-8.
    label
        What stands before whatever is wrong with it, such as the file's name.
    default_name
        The title of a prescription that has none.

    Raises
    ------
    PrescriptionError
        One line that names everything that is wrong with it.

    """
    try:
        values = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise PrescriptionError(f"{label}: this is not a text file (TOML in UTF-8)") from None
    except (ValueError, RecursionError) as error:
        # a TOML error says the line and column; a number of 5,000 digits is a bare ValueError
        reason = " ".join(str(error).split())[:REASON_CHARACTERS]
        raise PrescriptionError(f"{label}: this is not valid TOML: {reason}") from None
    values.setdefault("name", _printable(default_name)[:NAME_CHARACTERS] or "default")
    try:
        return Prescription.model_validate(values)
    except ValidationError as error:
        raise PrescriptionError(f"{label}: {complain(error, Prescription)}") from None


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)


def _is_file(file: Path, label: str) -> bool:
    try:
        return file.is_file()
    except (OSError, ValueError):  # a name that no file system takes: too long, a zero byte
        raise PrescriptionError(
            f"{label[:NAME_CHARACTERS]}: this cannot be the name of a file"
        ) from None


def _read(file: Path, label: str) -> bytes:
    if not file.exists():
        ready = ", ".join(ready_prescriptions())
        raise PrescriptionError(
            f"{label}: there is no such file; give a TOML file or one of {ready}"
        )
    if not file.is_file():
        raise PrescriptionError(f"{label}: this is not a file; give a TOML file")
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise PrescriptionError(f"{label}: cannot be read ({error.strerror})") from None
    if len(content) > MAX_BYTES:
        raise PrescriptionError(f"{label}: is larger than 1 MB, so it is no prescription")
    return content
