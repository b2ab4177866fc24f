"""What all pages share: templates, and a policy under which only our own scripts can run."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined


def policy(*scripts: str) -> str:
    """Return the page's Content-Security-Policy: these scripts, and nothing from a network.

    A script is its text, of which the hash is named, or ``'self' file:`` for one beside the
    page. Even a hole in the escaping could neither run a script nor send anything anywhere.
    """
    allowed = " ".join(s if s.startswith("'self'") else script_hash(s) for s in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data:; media-src 'self' file:; base-uri 'none'; form-action 'none'"
    )


def script_hash(script: str) -> str:
    """Return how a policy names a script."""
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def json_in_script(value: Any) -> str:
    """Return JSON that cannot end the script element it stands in."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def template_file(name: str) -> str:
    """Return a file of ``templates``, with the line ends that a browser hashes."""
    text = (
        files("posecheck.present").joinpath("templates").joinpath(name).read_text(encoding="utf-8")
    )
    return text.replace("\r\n", "\n")


@cache
def environment() -> Environment:
    """Return the templates, which escape all that is not marked as markup."""
    return Environment(
        loader=FunctionLoader(template_file),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def plotly() -> str:
    """Return plotly.js as a text that may stand in a script element."""
    from plotly.offline import get_plotlyjs  # slow to import, and only a page needs it

    text: str = get_plotlyjs()
    # A browser reads line ends as \n and hashes what it read. The text stands in a script.
    return text.replace("\r\n", "\n").replace("</script", "<\\/script").replace("<!--", "<\\!--")
