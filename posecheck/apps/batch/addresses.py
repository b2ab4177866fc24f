"""Addresses: taken apart, opened with fsspec, and never shown with a password or a signature.

An address may carry credentials before its host (``https://user:password@host/``) and in its
query (signed addresses). Neither is part of a name. Where a bare ``@`` makes it impossible to
tell a password from a path, the address is refused rather than guessed at. What a library says of
an error quotes the address it failed on, signature and all; so nothing of its text is passed on,
only what kind of error it was.

fsspec is used as it is, without universal-pathlib on top. Of a server that does not answer
``UPath.is_file()`` says False where it should fail; ``UPath("http://[::1]/a.mp4")`` is a
ValueError; and ``rename`` moves a folder into an older one of the same name, not into its place.
"""

from __future__ import annotations

import asyncio
import os
import re
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any
from urllib.parse import unquote, urlsplit

from posecheck.errors import InputError, MissingDependencyError
from posecheck.present.spreadsheet import spelled

CONNECT_S, READ_S = 10.0, 60.0  # patience with servers
PIECE_BYTES = 8 << 20  # that are fetched at a time

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
_CHAIN = re.compile(r"::[A-Za-z][A-Za-z0-9+.-]*://")
_WEB = ("http", "https")
_BUCKETS = ("s3", "s3a", "gs", "gcs")  # their keys may hold any character, so nothing is cut
_SIGNED = re.compile(r"(?i)[?&](x-amz-|x-goog-|signature=)")  # what should be https://
_LOCAL = ("file", "local")
MAGIC = re.compile(r"[*?[]")  # what makes a glob of a path
_LIBRARIES = {"s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs"}
_NOT_FILES = ("reference", "dask", "simplecache", "filecache", "blockcache", "data", "generic")
_ENCODED = re.compile(r"(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*")
_KINDS = {  # by name, for the libraries they come from may not be there
    "NoCredentialsError": "no credentials were found for it",
    "PartialCredentialsError": "its credentials are incomplete",
    "EndpointConnectionError": "its server does not answer",
    "ClientConnectorError": "its server does not answer",
    "ClientConnectorDNSError": "its server does not answer",
    "ServerDisconnectedError": "the connection broke off",
    "ClientPayloadError": "the connection broke off half-way",
    "IncompleteRead": "the connection broke off half-way",
    "IncompleteReadError": "the connection broke off half-way",
    "ResponseStreamingError": "the connection broke off half-way",
    "ClientConnectorCertificateError": "the certificate of its server is not trusted",
    "ClientConnectorSSLError": "there is no secure connection to its server",
    "SSLError": "there is no secure connection to its server",
    "InvalidURL": "the address cannot be understood",
    "ParamValidationError": "the address cannot be understood",
    "TooManyRedirects": "its server sends in circles",
    "FileExpired": "it was changed while it was read",
    "ReadTimeoutError": "its server was silent for too long",
    "ConnectTimeoutError": "its server does not answer",
}
_CODES = {
    401: "access is denied; check the credentials",
    403: "access is denied; check the credentials, and whether a signed address has expired",
    404: "it is not there",
    410: "it is not there any more",
    412: "it was changed while it was read",
}


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


def file_system(address: Address) -> tuple[Any, str]:
    """The fsspec file system behind an address, and the path in it.

    Raises MissingDependencyError with the line to type where its library is not there.
    """
    import fsspec

    scheme = address.scheme
    library = _LIBRARIES.get(scheme)
    if library and find_spec(library) is None:
        raise MissingDependencyError(
            f"{scheme}:// needs a library that is not here: python -m pip install {library}"
        )
    if scheme in _NOT_FILES:
        raise InputError(f"{scheme}:// is no place of files; give the address of the clip itself.")
    try:
        # not fsspec's own url_to_fs, which takes the :: of an IPv6 host for a chain of addresses
        kind = fsspec.get_filesystem_class(scheme)
        made = kind(**{**kind._get_kwargs_from_urls(address.url), **_options(address)})
        return made, kind._strip_protocol(address.url)
    except ImportError:
        raise MissingDependencyError(
            f"{scheme}:// needs a library that is not here; see fsspec's list of file systems."
        ) from None
    except Exception as error:
        raise InputError(f"{address.shown} cannot be used: {why(error)}.") from None


def _options(address: Address) -> dict[str, Any]:
    """Patience, and no memory of what was where: others write to the same place."""
    scheme = address.scheme
    if scheme in ("http", "https"):
        import aiohttp

        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=READ_S)
        return {
            "client_kwargs": {"timeout": timeout, "trust_env": True},
            "use_listings_cache": False,
            # a signature holds for the very letters it was made of
            "encoded": _ENCODED.fullmatch(address.url) is not None,
        }
    if scheme in ("s3", "s3a"):
        patience = {"connect_timeout": CONNECT_S, "read_timeout": READ_S}
        return {"config_kwargs": patience, "use_listings_cache": False}
    return {"use_listings_cache": False} if scheme in ("gs", "gcs") else {}


def why(error: BaseException) -> str:
    """Half a sentence on what went wrong, without a word of the library's own text."""
    for one in _chain(error):
        status = getattr(one, "status", None) or _boto_status(one)
        if isinstance(status, int) and status >= 400:
            return _CODES.get(status, f"its server answered with error {status}")
        for kind in type(one).__mro__:
            if kind.__name__ in _KINDS:
                return _KINDS[kind.__name__]
    if isinstance(error, FileNotFoundError):
        return "it is not there"
    if isinstance(error, PermissionError):
        return _CODES[401]
    if isinstance(error, asyncio.TimeoutError | TimeoutError):
        return "its server was silent for too long"
    if isinstance(error, ConnectionError):
        return "the connection broke off"
    number = getattr(error, "errno", None)
    if isinstance(error, OSError) and isinstance(number, int):
        return os.strerror(number)
    return f"{type(error).__name__}"


def _chain(error: BaseException) -> list[BaseException]:
    """The error and what it was made of, nearest first."""
    found: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and len(found) < 5:
        found.append(at)
        at = at.__cause__
    return found


def _boto_status(error: BaseException) -> int | None:
    response = getattr(error, "response", None)
    if not isinstance(response, dict):
        return None
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return status if isinstance(status, int) else None
