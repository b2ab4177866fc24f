"""What the scripts of the review page are given: words, where rules show, and the keys."""

from __future__ import annotations

from typing import Any

from posecheck.apps.web.words import RoomWords
from posecheck.exercises.catalogue import EXERCISES, all_rules
from posecheck.types import PHASES, Words

_RATES = ("0.25", "0.5", "1", "1.5", "2")
_MOVES = (
    (("␣",), "play"), (("J", "K", "L"), "jkl"), (("←", "→", ",", "."), "frame"),
    (("⇧ ←", "⇧ →"), "ten"), (("Home", "End"), "ends"),
)  # fmt: skip
# The keys of the page as its list shows them, and the names of what they do.
KEYS = (
    *_MOVES, (("M",), "note"), (("[", "]"), "moments"), (("I", "U"), "span"), (("Z",), "zoom"),
    (("+", "−"), "enlarge"), (("O",), "overlay"), (("B",), "blur"), (("E",), "joints"),
    (("Ctrl Z", "Ctrl ⇧ Z"), "undo"), (("?",), "keys"),
)  # fmt: skip
BESIDE_KEYS = (
    *_MOVES, (("N", "P"), "nudge"), (("O",), "overlay"), (("B",), "blur"), (("?",), "keys"),
)  # fmt: skip


def page_data(words: RoomWords, **more: Any) -> dict[str, Any]:
    """Return what a page's scripts are given, as JSON takes it.

    Parameters
    ----------
    words
        The language of whoever looks.
    more
        What is different from page to page.

    """
    return {
        "words": words.all_under("review.script"),
        "report": _report_words(words.report),
        "joints": {name: rule.joint for name, rule in all_rules().items()},
        **more,
    }


def _report_words(words: Words) -> dict[str, Any]:
    named = {
        name: {
            key.removeprefix(f"{name}."): text
            for key, text in words.texts.items()
            if key.startswith(f"{name}.")
        }
        for name in ("sides", "severities", "units")
    }
    exercises = [exercise.name for exercise in EXERCISES]
    return {
        **named,
        "titles": {name: words.title(name) for name in (*words.titles, *all_rules())},
        "verdicts": dict(words.verdicts),
        "variants": dict(words.variants),
        "exercises": {name: words.text(f"exercises.{name}.title") for name in exercises},
        "phases": {
            name: {phase: words.phase(phase, name) for phase in PHASES} for name in exercises
        },
    }


def rates(words: Words) -> list[tuple[str, str]]:
    """Return the speeds to choose from, and how the language writes them."""
    return [
        (rate, f"{words.number(float(rate), len(rate.partition('.')[2]))} ×") for rate in _RATES
    ]
