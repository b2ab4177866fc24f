"""Whether a file breaks off, and how long it should be, from the bytes of its container."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

_SEARCHED_BYTES = 1 << 16
_ASF_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_TS_SYNC, _TS_PACKETS = 0x47, 8
_M2TS_BYTES = 192
_TS_PACKET_BYTES = (188, _M2TS_BYTES, 204)
_OGG_PAGE_BYTES = 27 + 255 + 255 * 255  # at most
_OGG_HEADER_BYTES = 27
_EBML = b"\x1a\x45\xdf\xa3"
_EBML_HEADER_BYTES = 12  # of one element, at most: what it is, and how long


def ends_early(path: Path) -> bool:
    """Tell whether a file is shorter than it says, or ends within a piece of it."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_SEARCHED_BYTES)
        if head[:4] == b"RIFF":
            file.seek(max(0, size - int.from_bytes(head[4:8], "little") // 10))
            return int.from_bytes(head[4:8], "little") + 8 > size and b"idx1" not in file.read()
        if head.startswith(_EBML):
            return _ends_within_an_element(file, size)
        if head.startswith(b"OggS"):
            return _ends_within_a_page(file, size)
        at = head.find(_ASF_PROPERTIES)
        if at >= 0:
            return int.from_bytes(head[at + 40 : at + 48], "little") > size
        for length in _TS_PACKET_BYTES:
            at = 4 if length == _M2TS_BYTES else 0
            starts = head[at::length][:_TS_PACKETS]
            if len(starts) == _TS_PACKETS and set(starts) == {_TS_SYNC}:
                file.seek(size - _TS_PACKETS * length)
                return set(file.read()[at::length]) != {_TS_SYNC}
    return False


def stated_duration_s(path: Path) -> float:
    """Return the length that a WMV or ASF file states even where it is cut off; 0 for others."""
    with path.open("rb") as file:
        head = file.read(_SEARCHED_BYTES)
    at = head.find(_ASF_PROPERTIES)
    if at < 0:
        return 0.0
    play, preroll_ms = (int.from_bytes(head[at + i : at + i + 8], "little") for i in (64, 80))
    return max(0.0, play / 1e7 - preroll_ms / 1e3)


def _ends_within_an_element(file: BinaryIO, size: int) -> bool:
    """Tell it of MKV and WebM; one recorded in a browser does not state its length."""
    at = 0
    while at < size:
        file.seek(at)
        header = file.read(_EBML_HEADER_BYTES)
        name_bytes = _vint_bytes(header)
        length_bytes = _vint_bytes(header[name_bytes:])
        if not name_bytes or not length_bytes:
            return False  # blank, or damaged: nothing can be told
        begins = name_bytes + length_bytes
        open_ended = (1 << 7 * length_bytes) - 1  # it goes on until another one begins
        length = int.from_bytes(header[name_bytes:begins], "big") & open_ended
        at += begins if length == open_ended else begins + length
    return at > size


def _vint_bytes(header: bytes) -> int:
    """Return how many bytes a number of variable length takes, 0 if it is none."""
    return 9 - header[0].bit_length() if header and header[0] else 0


def _ends_within_a_page(file: BinaryIO, size: int) -> bool:
    """Tell it of Ogg."""
    file.seek(max(0, size - _OGG_PAGE_BYTES))
    tail = file.read()
    last = tail[tail.rfind(b"OggS") :]
    lengths = last[_OGG_HEADER_BYTES:][: last[26]] if len(last) >= _OGG_HEADER_BYTES else b""
    return not lengths or _OGG_HEADER_BYTES + len(lengths) + sum(lengths) > len(last)
