"""An archive that is made while it is sent, however large: no part of it is kept."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

_PIECE = 1 << 20  # bytes
_PACKED = frozenset((".mp4", ".mov", ".webm", ".mkv", ".npz", ".jpg", ".avi", ".m4v"))


class _Pipe(io.RawIOBase):
    """What was written and not yet sent."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(memoryview(data))  # type: ignore[arg-type]
        self._pieces.append(piece)
        return len(piece)

    def taken(self) -> bytes:
        """Return what is to be sent now."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def stream_zip(members: Iterable[tuple[str, bytes | Path]]) -> Iterator[bytes]:
    """Yield the bytes of an archive.

    Parameters
    ----------
    members
        The name of each in the archive, and its content, or the file that has it. A file that is
        not there any more when its turn comes is left out.

    """
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w") as archive:
        for name, content in members:
            if isinstance(content, bytes):
                source: io.BufferedIOBase = io.BytesIO(content)
            else:
                try:
                    source = content.open("rb")
                except FileNotFoundError:
                    continue
            info = zipfile.ZipInfo(name, time.localtime()[:6])
            info.external_attr = 0o600 << 16
            packed = Path(name).suffix.lower() in _PACKED
            info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            with source, archive.open(info, "w", force_zip64=True) as out:
                while piece := source.read(_PIECE):
                    out.write(piece)
                    yield pipe.taken()
            yield pipe.taken()
    yield pipe.taken()
