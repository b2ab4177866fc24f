"""What went wrong, in the language of whoever reads it.

Every part of Posecheck says what is wrong in one English sentence. ``words/errors.en.toml`` has
those that somebody may read on a page, with ``{}`` around what differs, and the other languages
say them by the same keys. A sentence that is not there stays as it is. Its key is its code, for
programs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from starlette.datastructures import Headers

from posecheck.apps.web.access import Caller
from posecheck.apps.web.words import room_words
from posecheck.exercises.language import languages

ENGLISH = "en"
_FIELD = re.compile(r"\{(\w+)\}")
_LONGEST = 2000  # characters of a sentence that is looked up
_OUR_CHECKS = "Value error, "  # what pydantic puts before the sentences of ours
_NO_SENTENCES = ("field.", "page.")
_INNER = ("why", "whys")  # fields that hold a sentence, or several joined by semicolons


def asked_language(headers: Headers) -> str:
    """Return the language that a browser, or a page's script, asks for: English if none of ours."""
    wanted = []
    for part in headers.get("accept-language", "")[:500].split(","):
        code, _, quality = part.strip().partition(";q=")
        try:
            wanted.append((-float(quality or 1), code.partition("-")[0].lower()))
        except ValueError:
            continue
    ranked = [code for _, code in sorted(wanted, key=lambda one: one[0])]
    return next((code for code in ranked if code in languages()), ENGLISH)


def language_for(caller: Caller, headers: Headers) -> str:
    """Return the language of whoever is signed in; a program asks for its own."""
    return caller.language if caller.token_id is None else asked_language(headers)


def in_language(sentence: str, language: str) -> str:
    """Return a sentence in a language, as far as there are words for it."""
    return _found(sentence, language)[0]


def with_code(sentence: str, language: str) -> dict[str, str]:
    """Return what an answer says of an error: the sentence, and its code if it has one."""
    said, code = _found(sentence, language)
    return {"detail": said} | ({"code": code} if code else {})


def of_field(found: Mapping[str, Any], language: str) -> str:
    """Return what is wrong with a field, from what pydantic says of it."""
    words = room_words(language).all_under("errors.field")
    kind = str(found["type"])
    if kind in words:
        context = {name: _shown(value) for name, value in (found.get("ctx") or {}).items()}
        return words[kind].format(**context)
    return in_language(without_prefix(str(found["msg"])), language)


def without_prefix(message: str) -> str:
    """Return a sentence of ours without what pydantic puts before it."""
    return message.removeprefix(_OUR_CHECKS)


def _shown(value: object) -> object:
    return f"{value:g}" if isinstance(value, float) else value


def _found(sentence: str, language: str) -> tuple[str, str | None]:
    if len(sentence) > _LONGEST:
        return sentence, None
    for code, pattern in _patterns():
        match = pattern.fullmatch(sentence)
        if match:
            values = {
                name: _inner(name, text, language) for name, text in match.groupdict().items()
            }
            return room_words(language)(f"errors.{code}", **values), code
    return sentence, None


def _inner(name: str, text: str, language: str) -> str:
    if name not in _INNER:
        return text
    parts = text.split("; ") if name == "whys" else [text]
    return "; ".join(in_language(part, language) for part in parts)


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Return what matches each English sentence; those that say most come first."""
    texts = room_words(ENGLISH).all_under("errors")
    known = [one for one in texts.items() if not one[0].startswith(_NO_SENTENCES)]
    known.sort(key=lambda one: (one[1].startswith("{"), -len(_FIELD.sub("", one[1]))))
    return [(code, _pattern(text)) for code, text in known]


def _pattern(text: str) -> re.Pattern[str]:
    parts = _FIELD.split(text)  # what is fixed and the names of fields in turn
    made = (f"(?P<{part}>.+?)" if i % 2 else re.escape(part) for i, part in enumerate(parts))
    return re.compile("".join(made), re.DOTALL)
