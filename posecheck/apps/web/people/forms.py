"""The form of a prescription, made of the fields that a prescription has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from posecheck.apps.web.words import RoomWords
from posecheck.exercises.catalogue import EXERCISES
from posecheck.exercises.prescription import Prescription

COMMON = ("name", "exercise", "dose")  # shown at once, the rest folded


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of the form."""

    name: str  # dotted
    label: str
    about: str
    kind: str  # text, number, choice, flag
    value: Any  # None: not asked for
    default: str
    choices: tuple[tuple[str, str], ...] = ()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class FormSection:
    """Fields that belong together."""

    name: str
    title: str
    fields: tuple[FormField, ...]
    common: bool


def form_of(values: Mapping[str, Any], t: RoomWords) -> tuple[FormSection, ...]:
    """Return the sections of the form, filled in.

    Parameters
    ----------
    values
        Of `Prescription.as_dict`.
    t
        The words of the page.

    """
    top = [
        _field(name, Prescription.model_fields[name], _schema(Prescription, name), values[name], t)
        for name in ("name", "description")
    ]
    sections = [FormSection("name", t("people.form.sections.name"), tuple(top), common=True)]
    for name, info in Prescription.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            fields = tuple(_fields_of(name, kind, values[name], t))
            title = t(f"people.form.sections.{name}")
            sections.append(FormSection(name, title, fields, name in COMMON))
    return tuple(sections)


def _fields_of(
    section: str, kind: type[BaseModel], values: Mapping[str, Any], t: RoomWords
) -> Iterator[FormField]:
    for name, info in kind.model_fields.items():
        yield _field(f"{section}.{name}", info, _schema(kind, name), values[name], t)


@cache
def _properties(model: type[BaseModel]) -> dict[str, Any]:
    found: dict[str, Any] = model.model_json_schema()["properties"]
    return found


def _schema(model: type[BaseModel], name: str) -> dict[str, Any]:
    schema: dict[str, Any] = _properties(model)[name]
    return schema["anyOf"][0] if "anyOf" in schema else schema


def _field(
    name: str, info: FieldInfo, schema: Mapping[str, Any], value: Any, t: RoomWords
) -> FormField:
    choices = _choices(name, schema, t)
    kinds = {"boolean": "flag", "number": "number", "integer": "number"}
    about = t.texts.get(f"fields.about.{name}", info.description or "")
    if schema.get("type") in ("number", "integer"):
        about = f"{about} {_allowed(schema, t)}"
    return FormField(
        name, label_of(name, t), about,
        "choice" if choices else kinds.get(schema.get("type", ""), "text"),
        plain(value), _shown(info.default, choices, t), choices,
        schema.get("type") == "integer",
    )  # fmt: skip


def plain(value: Any) -> Any:
    """Return a value as a field of a form holds it: 4 and not 4.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def label_of(name: str, t: RoomWords) -> str:
    """Return what a field is called on the page, by its dotted name."""
    own = t.texts.get(f"people.field.{name}")
    if own is not None:
        return own
    last = name.rpartition(".")[2]  # a rule's name, or a field that has no words yet
    return t.report.titles.get(last, last.replace("_", " ").capitalize())


def shown(name: str, value: Any, t: RoomWords) -> str:
    """Return a value of a field as the page writes it."""
    if value is None:
        return t("people.not_asked")
    if name == "programme":
        return t("people.programme_parts", count=len(value))
    if name == "sessions_per_week":
        return t.report.number(value, 0 if float(value).is_integer() else 1)
    section, _, last = name.rpartition(".")
    model = Prescription.model_fields[section].annotation if section else Prescription
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return str(value)
    if last not in model.model_fields:  # of an older Posecheck
        return str(value)
    return _shown(value, _choices(name, _schema(model, last), t), t)


def _allowed(schema: Mapping[str, Any], t: RoomWords) -> str:
    above = "exclusiveMinimum" in schema
    least, most = schema["exclusiveMinimum" if above else "minimum"], schema["maximum"]
    name = "people.above_to" if above else "people.from_to"
    return t(name, least=t.report.number(least), most=t.report.number(most))


def _choices(name: str, schema: Mapping[str, Any], t: RoomWords) -> tuple[tuple[str, str], ...]:
    if name == "exercise.name":
        titles = [(e.name, t.report.text(f"exercises.{e.name}.title")) for e in EXERCISES]
        return (("auto", t("people.choice.auto")), *titles)
    return tuple((choice, _choice(choice, t)) for choice in schema.get("enum", ()))


def _choice(choice: str, t: RoomWords) -> str:
    variants, sides = t.report.variants, t.report.texts
    return (
        t.texts.get(f"people.choice.{choice}")
        or variants.get(choice)
        or sides.get(f"sides.{choice}", choice)
    )


def _shown(value: Any, choices: tuple[tuple[str, str], ...], t: RoomWords) -> str:
    if value is None:
        return t("people.not_asked")
    if isinstance(value, bool):
        return t("people.yes" if value else "people.no")
    if isinstance(value, float | int):
        return t.report.number(value, 0 if float(value).is_integer() else 2)
    return dict(choices).get(str(value), str(value))
