"""What the pages say: ``words/<area>.<language>.toml``, one file for each part of the room.

A name is the area and the keys in its file: ``people.link.title``. Whatever a clip's report says
(rules, verdicts, exercises) is in `posecheck.exercises.language` instead.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from posecheck.exercises.language import flat, words_of
from posecheck.types import Words

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@dataclass(frozen=True, slots=True)
class RoomWords:
    """All sentences of the pages, in one language."""

    language: str
    texts: Mapping[str, str]
    report: Words  # those of reports

    def __call__(self, name: str, /, **values: object) -> str:
        """Return a sentence by its name.

        Raises
        ------
        KeyError
            There is none.

        """
        return self.texts[name].format(**values)

    def all_under(self, prefix: str) -> dict[str, str]:
        """Return the sentences whose names begin so, by the rest of it: for a page's script."""
        start = f"{prefix}."
        return {n.removeprefix(start): t for n, t in self.texts.items() if n.startswith(start)}


@cache
def room_words(language: str) -> RoomWords:
    """Return the words of a language, two letters, that reports are written in too."""
    texts: dict[str, str] = {}
    for file in files("posecheck.apps.web").joinpath("words").iterdir():
        area, _, rest = file.name.partition(".")
        if rest == f"{language}.toml":
            texts |= flat({area: tomllib.loads(file.read_text(encoding="utf-8"))})
    return RoomWords(language, texts, words_of(language))
