"""Names of patients as they are kept, and as they are looked for."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

from posecheck.exercises.language import languages

LONGEST = 120


def one_line(text: str) -> str:
    """Return a text without line breaks, control characters and blanks that are too many."""
    return " ".join(
        "".join(c if c.isprintable() else " " for c in unicodedata.normalize("NFC", text)).split()
    )


def folded(text: str) -> str:
    """Return a text as the search compares it: without case and accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in parts if not unicodedata.combining(c))[: 2 * LONGEST]


def _name(text: str) -> str:
    name = one_line(text)
    if not name:
        raise ValueError("A name or code is needed.")
    return name


def _prose(text: str) -> str:
    """Databases keep no zero bytes, and files no halves of letters."""
    return "".join(c for c in text if c == "\n" or c.isprintable()).strip()


def _language(code: str) -> str:
    if code not in languages():
        raise ValueError(f"The languages are {', '.join(languages())}.")
    return code


Name = Annotated[str, Field(min_length=1, max_length=LONGEST), AfterValidator(_name)]
Prose = Annotated[str, Field(max_length=4000), AfterValidator(_prose)]
Language = Annotated[str, Field(max_length=8), AfterValidator(_language)]
