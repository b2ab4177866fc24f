"""The languages: one file each in ``languages/``, with everything that is shown and said."""

from __future__ import annotations

import sys
from functools import cache
from importlib.resources import files

from posecheck.types import Words

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Table = dict[str, str]
SECTIONS = ("say", "show", "titles", "phases", "variants", "verdicts")
FALLBACK = "en"


@cache
def languages() -> tuple[str, ...]:
    """Return the languages there are, by their two letters."""
    folder = files("posecheck.exercises").joinpath("languages")
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def words_of(language: str = FALLBACK) -> Words:
    """Return all words of a language, English where it lacks them.

    Raises
    ------
    KeyError
        There is no such language.

    """
    if language not in languages():
        raise KeyError(language)
    own, english = own_words(language), own_words(FALLBACK)
    return Words(language, **{name: {**english[name], **own.get(name, {})} for name in SECTIONS})


@cache
def own_words(language: str) -> dict[str, Table]:
    """Return what the file of a language holds, by section."""
    source = files("posecheck.exercises").joinpath("languages").joinpath(f"{language}.toml")
    tables: dict[str, Table] = tomllib.loads(source.read_text(encoding="utf-8"))
    return tables
