"""How a page is made of a template: with the words of whoever asks, and everything escaped."""

from __future__ import annotations

from functools import partial
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from posecheck._version import __version__
from posecheck.apps.web.access import Caller
from posecheck.apps.web.guard import CHECKING_POLICY
from posecheck.apps.web.sentences import in_language
from posecheck.apps.web.words import RoomWords, room_words

_templates = Environment(
    loader=PackageLoader("posecheck.apps.web"),
    autoescape=select_autoescape(default=True, default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(
    template: str,
    caller: Caller | None,
    *,
    status: int = 200,
    language: str | None = None,
    checks_clips: bool = False,
    **values: Any,
) -> HTMLResponse:
    """Fill in a template.

    Parameters
    ----------
    template
        Its name in ``templates/``; it extends ``base.html``.
    caller
        Who asks; None on pages for everybody.
    status
        Of the response.
    language
        Of the page, if it is not the caller's.
    checks_clips
        Whether MediaPipe's library for browsers runs in it.
    values
        What the template uses, besides ``t`` (the words), ``said`` (an error in the language),
        ``caller`` and ``version``.

    """
    words: RoomWords = room_words(language or (caller.language if caller else "en"))
    text = _templates.get_template(template).render(
        t=words, words=words.report, said=partial(in_language, language=words.language),
        language=words.language, caller=caller, version=__version__,
        **values,
    )  # fmt: skip
    headers = {"Content-Security-Policy": CHECKING_POLICY} if checks_clips else None
    return HTMLResponse(text, status, headers)
