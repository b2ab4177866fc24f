"""What a live session says and shows, in the languages of ``phrases.toml``."""

from __future__ import annotations

import sys
from functools import cache
from importlib.resources import files

from posecheck.types import Cue

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Table = dict[str, dict[str, str]]

_FALLBACK = "en"


def languages() -> tuple[str, ...]:
    """The languages there are, by their two letters."""
    return tuple(_tables())


def text(cue: Cue, language: str = _FALLBACK) -> str:
    """What is spoken for a cue; English where the language lacks it."""
    return _filled("say", cue.name, language, cue.number)


def line(name: str, language: str = _FALLBACK, number: int | None = None) -> str:
    """One short line for the screen: the name of a cue, a rule or a label."""
    return _filled("show", name, language, number)


def _filled(kind: str, name: str, language: str, number: int | None) -> str:
    tables = _tables()
    own = tables.get(language, {}).get(kind, {})
    phrase = own.get(name) or tables[_FALLBACK][kind].get(name) or name.replace("_", " ")
    return phrase.replace("{number}", "" if number is None else str(number)).strip()


@cache
def _tables() -> dict[str, Table]:
    source = files("posecheck.present").joinpath("phrases.toml")
    tables: dict[str, Table] = tomllib.loads(source.read_text(encoding="utf-8"))
    return tables
