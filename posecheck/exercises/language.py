"""The languages: one file each in ``languages/``, and the words that the rules bring themselves."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from posecheck.errors import InputError
from posecheck.exercises.catalogue import all_rules
from posecheck.exercises.rule import FALLBACK
from posecheck.types import WARNINGS, Words

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SECTIONS = ("say", "show", "titles", "phases", "variants", "verdicts")


@cache
def languages() -> tuple[str, ...]:
    """Return the languages there are, by their two letters, English first."""
    folder = files("posecheck.exercises").joinpath("languages")
    names = (entry.name for entry in folder.iterdir())
    found = (name.removesuffix(".toml") for name in names if name.endswith(".toml"))
    return tuple(sorted(found, key=lambda name: (name != FALLBACK, name)))


def language_of(code: str) -> str:
    """Return the language that is asked for.

    Raises
    ------
    InputError
        There is none of this name.

    """
    if code not in languages():
        raise InputError(
            f"There is no language {code}; --language takes {' or '.join(languages())}."
        )
    return code


@cache
def words_of(language: str = FALLBACK) -> Words:
    """Return all words of a language, English where it lacks them.

    Parameters
    ----------
    language
        Two letters.

    Raises
    ------
    KeyError
        There is no such language.

    """
    if language not in languages():
        raise KeyError(language)
    own, english = tables_of(language), tables_of(FALLBACK)
    merged = {name: {**english[name], **own.get(name, {})} for name in SECTIONS}
    words = Words(language, **merged, texts={**dict(flat(english)), **dict(flat(own))})
    for rule in all_rules().values():
        said = rule.in_language(words)
        for section, phrase in (("say", said.say), ("show", said.show), ("titles", said.title)):
            merged[section][rule.name] = phrase
    for warning in WARNINGS:  # of a session that is over, as its title says it
        title = merged["titles"][warning]
        merged["say"].setdefault(warning, f"{title}.")
        merged["show"].setdefault(warning, title)
    return words


def flat(tables: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield everything that stands in nested tables by its dotted name."""
    for name, value in tables.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


@cache
def tables_of(language: str) -> dict[str, Any]:
    """Return what the file of a language holds, by section."""
    folder = files("posecheck.exercises").joinpath("languages")
    source = folder.joinpath(f"{language}.toml")
    tables: dict[str, Any] = tomllib.loads(source.read_text(encoding="utf-8"))
    return tables
