"""The languages: one file each in ``languages/``, and the words that the rules bring themselves."""

from __future__ import annotations

import sys
from dataclasses import fields
from functools import cache
from importlib.resources import files
from typing import Any

from posecheck.exercises.catalogue import all_rules
from posecheck.exercises.rule import FALLBACK, Rule, RuleWords
from posecheck.types import WARNINGS, Words

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SECTIONS = ("say", "show", "titles", "phases", "exercises", "variants", "verdicts")


@cache
def languages() -> tuple[str, ...]:
    """Return the languages there are, by their two letters, English first."""
    folder = files("posecheck.exercises").joinpath("languages")
    names = (entry.name for entry in folder.iterdir())
    found = (name.removesuffix(".toml") for name in names if name.endswith(".toml"))
    return tuple(sorted(found, key=lambda name: (name != FALLBACK, name)))


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
    for rule in all_rules().values():
        words = rule_words(rule, language)
        for section, phrase in (("say", words.say), ("show", words.show), ("titles", words.title)):
            merged[section][rule.name] = phrase
    for warning in WARNINGS:  # of a session that is over, as its title says it
        title = merged["titles"][warning]
        merged["say"].setdefault(warning, f"{title}.")
        merged["show"].setdefault(warning, title)
    return Words(language, **merged)


def rule_words(rule: Rule, language: str) -> RuleWords:
    """Return the words of a rule: its own, else those of the language's file, else English."""
    if language in rule.words:
        return rule.words[language]
    own = tables_of(language).get("rules", {}).get(rule.name, {})
    english = rule.words[FALLBACK]
    names = [f.name for f in fields(RuleWords)]
    return RuleWords(**{name: own.get(name, getattr(english, name)) for name in names})


@cache
def tables_of(language: str) -> dict[str, Any]:
    """Return what the file of a language holds, by section."""
    folder = files("posecheck.exercises").joinpath("languages")
    source = folder.joinpath(f"{language}.toml")
    tables: dict[str, Any] = tomllib.loads(source.read_text(encoding="utf-8"))
    return tables
