"""Real servers on the loopback: of files over HTTP, and of buckets; a plugin of pytest."""

from __future__ import annotations

import base64
import contextlib
import os
import re
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

PASSWORD = "s3cr3t-and-more"
SIGNATURE = "sig-0f-a-k1nd"


class _Plain(SimpleHTTPRequestHandler):
    """Serves a folder without ranges, as Python's own server does."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass


class _Ranges(_Plain):
    """Serves a folder, and parts of its files."""

    def do_GET(self) -> None:
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        path = Path(self.translate_path(self.path))
        if not asked or not path.is_file():
            super().do_GET()
            return
        content = path.read_bytes()
        first, last = int(asked[1]), int(asked[2] or len(content) - 1)
        part = content[first : last + 1]
        self.send_response(HTTPStatus.PARTIAL_CONTENT)
        self.send_header("Content-Range", f"bytes {first}-{first + len(part) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(part)))
        self.send_header("Accept-Ranges", "bytes")
        self.end_headers()
        self.wfile.write(part)


class _BreaksOff(_Plain):
    """Promises a whole file and hangs up half-way."""

    def do_GET(self) -> None:
        content = Path(self.translate_path(self.path)).read_bytes()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2])
        self.wfile.flush()
        self.close_connection = True


class _Tagged(_Plain):
    """Says which state of a file it has; counts how often each is fetched."""

    weak = ""
    fetched: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.fetched.append(self.path)
        super().do_GET()

    def end_headers(self) -> None:
        path = Path(self.translate_path(self.path))
        if path.is_file():
            self.send_header("ETag", f'{self.weak}"{hash(path.read_bytes())}"')
        super().end_headers()


class _Weak(_Tagged):
    """Says it of what may differ by some bytes."""

    weak = "W/"


FETCHED = _Tagged.fetched


class _Locked(_Ranges):
    """Wants a password, and answers addresses whose signature has expired with 403."""

    def do_GET(self) -> None:
        told = self.headers.get("Authorization", "")
        right = "Basic " + base64.b64encode(f"nurse:{PASSWORD}".encode()).decode()
        if told != right:
            status = HTTPStatus.FORBIDDEN if "sig=" in self.path else HTTPStatus.UNAUTHORIZED
            self.send_error(status)
            return
        super().do_GET()


KINDS = {
    "plain": _Plain,
    "ranges": _Ranges,
    "breaks_off": _BreaksOff,
    "locked": _Locked,
    "tagged": _Tagged,
    "weak": _Weak,
}


@contextlib.contextmanager
def web_server(folder: Path, kind: str = "ranges") -> Iterator[str]:
    """The host and port of a server of a folder."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(KINDS[kind], directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def bucket_server() -> Iterator[dict[str, str]]:
    """moto's S3 in a process of its own, with a bucket ``clinic``; what to set to reach it."""
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as process:  # fmt: skip
        try:
            assert process.stderr is not None
            found = None
            for line in process.stderr:
                found = re.search(r"http://127\.0\.0\.1:\d+", line)
                if found:
                    break
            assert found, "moto's server has not started"
            threading.Thread(target=process.stderr.read, daemon=True).start()
            request = urllib.request.Request(f"{found[0]}/clinic", method="PUT")
            request.add_header("Authorization", "AWS4-HMAC-SHA256 Credential=a/b/us-east-1/s3/c")
            urllib.request.urlopen(request, timeout=20).close()
            yield {
                "AWS_ENDPOINT_URL": found[0],
                "AWS_ACCESS_KEY_ID": "testing",
                "AWS_SECRET_ACCESS_KEY": "testing",
                "AWS_DEFAULT_REGION": "us-east-1",
                "AWS_EC2_METADATA_DISABLED": "true",
            }
        finally:
            process.kill()


@pytest.fixture(scope="session")
def bucket_settings() -> Iterator[dict[str, str]]:
    """What to set to reach a server of buckets; it holds an empty one, ``clinic``."""
    with bucket_server() as settings:
        yield settings


@pytest.fixture
def bucket(bucket_settings: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The same, set for this process and its children."""
    for name, value in bucket_settings.items():
        monkeypatch.setenv(name, value)
    return bucket_settings
