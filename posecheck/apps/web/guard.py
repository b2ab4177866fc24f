"""What holds for every request and answer: hosts, origins, sizes, the browser's policies."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from posecheck.apps.web.sentences import asked_language, with_code
from posecheck.apps.web.settings import LOOPBACK, Settings

JSON_BYTES_MAX = 1 << 20  # of anything that is no clip
UPLOADS = ("/api/uploads/", "/p/")  # below these a PATCH carries pieces of clips
_PORTS = {"http": 80, "https": 443}  # where an origin says none
_SAFE = ("GET", "HEAD", "OPTIONS")
_POLICY = (
    "default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; "
    "worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
POLICY = _POLICY.format(scripts="'self'")
# Of pages that look at a clip before it is sent; text is not run as a script there either.
CHECKING_POLICY = _POLICY.format(scripts="'self' 'wasm-unsafe-eval'")


class Guard:
    """ASGI middleware around the whole application.

    Parameters
    ----------
    app
        What is guarded.
    settings
        It says under which names the room is reached.

    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._secure = settings.secure
        named = [urlsplit(settings.address).hostname or "", settings.host]
        self._hosts = {name.lower() for name in (*LOOPBACK, *named) if name} - {"0.0.0.0", "::"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await refusal(scope, receive, self._with_policies(send, scope))
            return
        await self._app(scope, self._limited(scope, receive), self._with_policies(send, scope))

    def _refusal(self, scope: Scope, headers: Headers) -> JSONResponse | None:
        host = headers.get("host", "")
        if _name_of(host) not in self._hosts:  # a foreign name that was bent to this address
            return _refused(421, "This room is not reached under that name.", headers)
        here = f"{scope['scheme']}://{host}"  # behind a proxy as it says that it was asked
        if scope["method"] not in _SAFE and not _is_from_here(headers, here):
            return _refused(403, "This was sent by another site.", headers)
        length = headers.get("content-length", "0")
        if not length.isdecimal():
            return _refused(400, "The length of what is sent is no number.", headers)
        if int(length) > JSON_BYTES_MAX and not _is_piece(scope):
            return _refused(413, "That is too much at once.", headers)
        return None

    def _limited(self, scope: Scope, receive: Receive) -> Receive:
        """Cut off what says no length and does not end."""
        if _is_piece(scope):
            return receive
        got = 0

        async def limited() -> Message:
            nonlocal got
            message = await receive()
            got += len(message.get("body", b""))
            if got > JSON_BYTES_MAX:
                return {"type": "http.disconnect"}
            return message

        return limited

    def _with_policies(self, send: Send, scope: Scope) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", POLICY)
                for name, value in _ALWAYS:
                    headers[name] = value
                if not scope["path"].startswith("/static/"):
                    headers.setdefault("Cache-Control", "no-store")
                if self._secure:
                    headers["Strict-Transport-Security"] = "max-age=31536000"
            await send(message)

        return sending


_ALWAYS: Iterable[tuple[str, str]] = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(self), microphone=(), geolocation=()"),
    ("X-Frame-Options", "DENY"),
)


def _refused(status: int, why: str, headers: Headers) -> JSONResponse:
    return JSONResponse(with_code(why, asked_language(headers)), status)


def _name_of(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _is_piece(scope: Scope) -> bool:
    return bool(scope["method"] == "PATCH" and scope["path"].startswith(UPLOADS))


def _is_from_here(headers: Headers, here: str) -> bool:
    """Tell whether a request that changes something comes from a page of ours, or no page."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    if origin is None:  # a program; browsers always say it
        return True
    site = _site(origin)
    return site is not None and site == _site(here)


def _site(origin: str) -> tuple[str, str, int] | None:
    """Return scheme, host and port of an origin; None where it is none."""
    try:
        parts = urlsplit(origin)
        if parts.username is not None or parts.scheme not in _PORTS:
            return None
        return parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme]
    except ValueError:
        return None
