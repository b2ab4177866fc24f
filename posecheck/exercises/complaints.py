"""What is wrong with a prescription, in one line a therapist can act on."""

from __future__ import annotations

from difflib import get_close_matches
from itertools import takewhile
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

Fields = dict[str, dict[str, Any] | None]

SIMILAR = 0.8  # ratio of letters in common (difflib): a slip of the pen, not another word
_BEGINNING = 3  # letters in common that make a short form: rep, repetitions
SHOWN_CHARACTERS = 40  # a value that is longer is cut short

KINDS = {
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "string": "text in quotes",
}


def complain(error: ValidationError, model: type[BaseModel]) -> str:
    """Name all unknown and wrong fields, each with what is allowed, joined by semicolons."""
    return "; ".join(complaints(error, model).values())


def complaints(error: ValidationError, model: type[BaseModel]) -> dict[str, str]:
    """Name all unknown and wrong fields by their dotted names, each with what is allowed."""
    fields = _fields(model)
    return {_dotted(detail): _complaint(detail, fields) for detail in error.errors()}


def _fields(model: type[BaseModel]) -> Fields:
    """Return the JSON schema of each field by its dotted name; None marks a section."""
    fields: Fields = {}
    for name, info in model.model_fields.items():
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            fields[name] = None
            inner = info.annotation.model_json_schema()["properties"]
            fields.update({f"{name}.{key}": schema for key, schema in inner.items()})
        else:
            fields[name] = model.model_json_schema()["properties"][name]
    return fields


def _complaint(detail: ErrorDetails, fields: Fields) -> str:
    dotted = _dotted(detail)
    if detail["type"] == "extra_forbidden":
        hint = _hint(dotted, detail["input"], fields)
        return f"{dotted} is unknown ({hint})"
    if detail["type"] == "value_error":  # our own checks of one field against another
        return f"{dotted} {detail['ctx']['error']}"
    schema = fields.get(dotted)
    if schema is None:
        return f"{dotted} must be a section, written [{dotted}]"
    return f"{dotted} must be {allowed(schema)}, not {_shown(detail['input'])}"


def allowed(schema: dict[str, Any]) -> str:
    """Say what a field takes, in words: ``a whole number from 1 to 200``."""
    if "anyOf" in schema:  # an optional field: the other branch is null, which TOML lacks
        return allowed(schema["anyOf"][0])
    if "enum" in schema:
        choices = [f'"{choice}"' for choice in schema["enum"]]
        return f"{', '.join(choices[:-1])} or {choices[-1]}"
    words = KINDS.get(schema.get("type", ""), "something else")
    if "maxLength" in schema:
        return f"{words}, one line of at most {schema['maxLength']} characters"
    if "minimum" in schema:
        words += f" from {schema['minimum']:g} to {schema['maximum']:g}"
    elif "exclusiveMinimum" in schema:
        words += f" above {schema['exclusiveMinimum']:g} and at most {schema['maximum']:g}"
    return words


def _hint(dotted: str, value: Any, fields: Fields) -> str:
    """Return the known name that was meant, or those that are known in the section.

    Only names that take such a value are looked at, so that a number under ``[severity]`` is not
    taken for the choice of that name, but for the limit.
    """
    names = [name for name, schema in fields.items() if _takes(schema, value)]
    section, _, last = dotted.rpartition(".")
    here = [name for name in names if name.rpartition(".")[0] == section]
    for near in (_same, _similar, _begins):
        for where in (here, names):
            found = near(last, {_last(name): name for name in reversed(where)})
            if found is not None:
                return f"did you mean {found}?"
    siblings = [name for name in fields if section and name.rpartition(".")[0] == section]
    top = [name for name in fields if "." not in name]
    if isinstance(value, dict):
        top = [name for name in top if fields[name] is None]
    return f"known here: {', '.join(_last(name) for name in siblings or top)}"


def _same(last: str, names: dict[str, str]) -> str | None:
    return names.get(last)


def _similar(last: str, names: dict[str, str]) -> str | None:
    near = get_close_matches(last, names, n=1, cutoff=SIMILAR)
    return names[near[0]] if near else None


def _begins(last: str, names: dict[str, str]) -> str | None:
    """Return the name of which this is a short or a long form: ``reps``, ``hold_seconds``."""
    for name, dotted in sorted(names.items(), key=lambda item: len(item[0])):
        pairs = zip(last, name, strict=False)
        alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        if alike == len(name) or alike >= max(_BEGINNING, len(last) - 1):
            return dotted
    return None


def _takes(schema: dict[str, Any] | None, value: Any) -> bool:
    """Return whether a field takes such a value; a section, whose schema is None, takes fields."""
    if schema is None or isinstance(value, dict):
        return schema is None and isinstance(value, dict)
    kind = schema.get("anyOf", [schema])[0].get("type", "string")
    if isinstance(value, bool) or kind == "boolean":
        return isinstance(value, bool) and kind == "boolean"
    if isinstance(value, int | float):
        return kind in ("number", "integer")
    return kind == "string" or not isinstance(value, str)


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _dotted(detail: ErrorDetails) -> str:
    return "".join(c if c.isprintable() else "?" for c in ".".join(map(str, detail["loc"])))


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a section"
    try:
        text = repr(value)
    except ValueError:  # an integer of thousands of digits, which a hex literal can hold
        return "that number"
    if len(text) <= SHOWN_CHARACTERS:
        return text
    return text[: SHOWN_CHARACTERS - len("...")] + "..."
