"""What is wrong with a prescription, in one line a therapist can act on."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

SIMILAR = 0.8  # ratio of letters in common (difflib): a slip of the pen, not another word
SHOWN_CHARACTERS = 40  # a value that is longer is cut short

KINDS = {
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "string": "text in quotes",
}


def complain(error: ValidationError, model: type[BaseModel]) -> str:
    """Name all unknown and wrong fields, each with what is allowed, joined by semicolons."""
    fields = _fields(model)
    found = {_dotted(detail): _complaint(detail, fields) for detail in error.errors()}
    return "; ".join(found.values())


def _fields(model: type[BaseModel]) -> dict[str, dict[str, Any] | None]:
    """Return the JSON schema of each field by its dotted name; None marks a section."""
    fields: dict[str, dict[str, Any] | None] = {}
    for name, info in model.model_fields.items():
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            fields[name] = None
            inner = info.annotation.model_json_schema()["properties"]
            fields.update({f"{name}.{key}": schema for key, schema in inner.items()})
        else:
            fields[name] = model.model_json_schema()["properties"][name]
    return fields


def _complaint(detail: ErrorDetails, fields: dict[str, dict[str, Any] | None]) -> str:
    dotted = _dotted(detail)
    if detail["type"] == "extra_forbidden":
        return f"{dotted} is unknown ({_hint(dotted, fields)})"
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


def _hint(dotted: str, fields: dict[str, dict[str, Any] | None]) -> str:
    """Return the nearest known name: by the whole name first, then by its last part alone."""
    names = list(fields)
    section, _, last = dotted.rpartition(".")
    siblings = [name for name in names if section and name.startswith(section + ".")]
    near = get_close_matches(dotted, siblings or names, n=1, cutoff=SIMILAR)
    if not near:
        by_last = {name.rpartition(".")[2]: name for name in reversed(names)}
        near = [by_last[key] for key in get_close_matches(last, by_last, n=1, cutoff=SIMILAR)]
    if near:
        return f"did you mean {near[0]}?"
    top = [name for name in names if "." not in name]
    known = ", ".join(name.rpartition(".")[2] for name in siblings) or ", ".join(top)
    return f"known here: {known}"


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
