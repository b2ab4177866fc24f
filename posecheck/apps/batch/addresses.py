"""What an address is called in results: never with a password, a token or a signature.

An address may carry credentials before its host (``https://user:password@host/``) and in its
query (signed addresses). Neither is part of a name. Where a bare ``@`` makes it impossible to
tell a password from a path, the address is refused rather than guessed at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from posecheck.errors import InputError
from posecheck.present.spreadsheet import spelled

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
_CHAIN = re.compile(r"::[A-Za-z][A-Za-z0-9+.-]*://")
_WEB = ("http", "https")
_BUCKETS = ("s3", "s3a", "gs", "gcs")  # their keys may hold any character, so nothing is cut
_SIGNED = re.compile(r"(?i)[?&](x-amz-|x-goog-|signature=)")  # what should be https://
_LOCAL = ("file", "local")
MAGIC = re.compile(r"[*?[]")


@dataclass(frozen=True, slots=True)
class Address:
    """A URL taken apart."""

    url: str  # as it was given, credentials and all
    scheme: str
    shown: str  # what may be written anywhere
    path: str  # decoded, without host or bucket
    same: str  # equal for two spellings of one place; not to be written

    @property
    def is_web(self) -> bool:
        """Whether it is fetched over HTTP."""
        return self.scheme in _WEB

    @property
    def is_file(self) -> bool:
        """Whether it is a file of this machine after all."""
        return self.scheme in _LOCAL


def is_address(text: str) -> bool:
    """Whether it is a URL, not a path."""
    return _SCHEME.match(text) is not None


def parse_address(url: str) -> Address:
    """Take a URL apart; an InputError, without a part of it, where that cannot be done."""
    found = _SCHEME.match(url)
    scheme = found.group(1).lower() if found else ""
    if not found or (scheme not in _WEB and _CHAIN.search(url)):
        raise InputError("A chained address (with ::) is not taken; give that of the clip itself.")
    rest = url[found.end() :]
    cut = scheme not in _BUCKETS or _SIGNED.search(rest) is not None
    place = re.split(r"[/?#]" if cut else "/", rest, maxsplit=1)[0]
    try:
        parts = urlsplit(scheme + url[found.end(1) :])
        _ = parts.port, parts.hostname  # looked at only when they are asked for
    except ValueError:
        raise InputError(
            f"{_lead(scheme)} cannot be understood; check how it is spelled."
        ) from None
    if scheme in _BUCKETS:
        if "@" in place or ":" in place or not place:
            raise InputError(
                f"{_lead(scheme)} does not begin with the name of a bucket; give credentials in "
                "the environment or in the files of the service's own tools, not in the address."
            )
    elif _may_hide_a_password(rest, place):
        raise InputError(
            f"{_lead(scheme)} has a bare @ behind its host, so a password cannot be told from a "
            "path; write %40 for @ and %2F for / in it."
        )
    host = place.rpartition("@")[2]
    behind = rest[len(place) :]
    path = re.split(r"[?#]", behind, maxsplit=1)[0] if cut else behind
    same = f"{scheme}://{host}{behind}"
    if scheme in _WEB:
        host, path = host.lower(), unquote(path, errors="replace")
        same = f"{scheme}://{host}{unquote(behind.partition('#')[0], errors='surrogateescape')}"
    return Address(url, scheme, spelled(f"{scheme}://{host}{path}"), spelled(path), same)


def _lead(scheme: str) -> str:
    return f"An address ({scheme}://...)"


def _may_hide_a_password(rest: str, place: str) -> bool:
    """Whether an ``@`` stands where a raw ``/`` or ``?`` of a password would put it."""
    path, _, query = re.sub(r"[?#]", "\0", rest, count=1).partition("\0")
    return "@" in path[len(place) :] or ("@" in query and (":" in path or "@" in place))
