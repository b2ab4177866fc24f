"""Makes a MediaPipe ``.task`` bundle of two plain TFLite models.

A bundle is a stored zip of a person detector and a landmark model. MediaPipe's Tasks API
wants to read in each model how its input picture is normalised, and refuses one that does
not say so; the models that ship inside MediaPipe's wheel do not. So that statement is added.

The FlatBuffers are written here by hand and not with the ``flatbuffers`` package, because
its releases lay the same content out in different bytes: a bundle made here has the same
hash on every machine, so it can be pinned, and reports can be compared by it. A TFLite file
points forward only, so a new root is put *in front* of the untouched file.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

DETECTOR_MEMBER = "pose_detector.tflite"
LANDMARKS_MEMBER = "pose_landmarks_detector.tflite"
_NAME = b"TFLITE_METADATA"
_ALIGN = 16  # what TFLite asks of weights; a front of this multiple keeps them aligned
# Slots of TFLite's `Model` table, as its schema numbers them.
_VERSION, _BUFFERS, _METADATA, _MODEL_SLOTS = 0, 4, 6, 8


@dataclass(frozen=True, slots=True)
class _Old:
    """Something in the old file, by its position there."""

    position: int


@dataclass(frozen=True, slots=True)
class _Table:
    """A FlatBuffers table: slot number -> four inline bytes, or something pointed at."""

    fields: Mapping[int, bytes | _Node]


@dataclass(frozen=True, slots=True)
class _Vector:
    """A vector of things pointed at."""

    items: Sequence[_Node]


@dataclass(frozen=True, slots=True)
class _Blob:
    """A vector of plain values, or a string."""

    count: int
    data: bytes


_Node = _Old | _Table | _Vector | _Blob


class _Writer:
    """Lays a tree out front to back, each thing behind the one that points at it."""

    def __init__(self, identifier: bytes) -> None:
        self.data = bytearray(4) + identifier
        self._old: list[tuple[int, int]] = []  # (where the pointer stands, position it means)

    def finish(self, root: _Node, old: bytes = b"") -> bytes:
        self._point(0, root)
        self.data += bytes(-len(self.data) % _ALIGN)
        for place, position in self._old:
            struct.pack_into("<I", self.data, place, len(self.data) + position - place)
        return bytes(self.data) + old

    def _point(self, place: int, node: _Node) -> None:
        if isinstance(node, _Old):
            self._old.append((place, node.position))
        else:
            target = self._table(node) if isinstance(node, _Table) else self._sequence(node)
            struct.pack_into("<I", self.data, place, target - place)

    def _table(self, node: _Table) -> int:
        slots = max(node.fields) + 1
        head = 4 + 2 * slots
        self.data += bytes((-len(self.data) - head) % 4)  # so that the table itself is aligned
        offsets = {slot: 4 + 4 * i for i, slot in enumerate(sorted(node.fields))}
        self.data += struct.pack("<HH", head, 4 + 4 * len(offsets))
        self.data += struct.pack(f"<{slots}H", *(offsets.get(s, 0) for s in range(slots)))
        start = len(self.data)
        self.data += struct.pack("<i", head) + bytes(4 * len(offsets))
        for slot, offset in offsets.items():
            value = node.fields[slot]
            if isinstance(value, bytes):
                self.data[start + offset : start + offset + 4] = value
            else:
                self._point(start + offset, value)
        return start

    def _sequence(self, node: _Vector | _Blob) -> int:
        self.data += bytes((-len(self.data) - 4) % _ALIGN)
        start = len(self.data)
        if isinstance(node, _Blob):
            self.data += struct.pack("<I", node.count) + node.data + b"\0"
        else:
            self.data += struct.pack("<I", len(node.items)) + bytes(4 * len(node.items))
            for i, item in enumerate(node.items):
                self._point(start + 4 + 4 * i, item)
        return start


def _u32(value: int) -> bytes:
    return struct.pack("<I", value)


def _text(value: str) -> _Blob:
    return _Blob(len(value), value.encode("ascii"))


def _floats(*values: float) -> _Blob:
    return _Blob(len(values), struct.pack(f"<{len(values)}f", *values))


def _image_metadata(mean: float, std: float, outputs: int) -> bytes:
    """A `ModelMetadata` that says: one RGB picture in, normalised so, ``outputs`` out."""
    rgb = _Table({0: _u32(1)})  # ImageProperties.color_space = RGB
    content = _Table({0: _u32(2), 1: rgb})  # ContentProperties.ImageProperties
    normalise = _Table({0: _floats(mean), 1: _floats(std)})
    unit = _Table({0: _u32(1), 1: normalise})  # ProcessUnitOptions.NormalizationOptions
    picture = _Table({0: _text("image"), 3: content, 4: _Vector([unit])})
    out = [_Table({0: _text(f"out{i}")}) for i in range(outputs)]
    graph = _Table({2: _Vector([picture]), 3: _Vector(out)})
    return _Writer(b"M001").finish(_Table({3: _Vector([graph])}))


def _target(data: bytes, place: int) -> int:
    return place + int(struct.unpack_from("<I", data, place)[0])


def _items(data: bytes, field: _Old | None) -> list[_Node]:
    if field is None:
        return []
    (count,) = struct.unpack_from("<I", data, field.position)
    return [_Old(_target(data, field.position + 4 + 4 * i)) for i in range(count)]


def _is_metadata(data: bytes, entry: _Node) -> bool:
    """Whether an entry of the model's metadata is the one we are about to replace."""
    if not isinstance(entry, _Old):
        return False
    vtable = entry.position - int(struct.unpack_from("<i", data, entry.position)[0])
    (offset,) = struct.unpack_from("<H", data, vtable + 4)
    name = _target(data, entry.position + offset)
    return bool(offset) and data[name + 4 : name + 4 + len(_NAME)] == _NAME


def with_image_metadata(model: bytes, mean: float, std: float, outputs: int) -> bytes:
    """A TFLite model with the statement of how its input picture is normalised.

    The input is (pixel - ``mean``) / ``std``; ``outputs`` is the number of output tensors.
    """
    root = _target(model, 0)
    vtable = root - int(struct.unpack_from("<i", model, root)[0])
    (size,) = struct.unpack_from("<H", model, vtable)
    fields: dict[int, bytes | _Node] = {}
    old: dict[int, _Old] = {}
    for slot in range(min(_MODEL_SLOTS, (size - 4) // 2)):
        (offset,) = struct.unpack_from("<H", model, vtable + 4 + 2 * slot)
        if offset and slot == _VERSION:
            fields[slot] = model[root + offset : root + offset + 4]
        elif offset:
            fields[slot] = old[slot] = _Old(_target(model, root + offset))
    metadata = _image_metadata(mean, std, outputs)
    buffers = _items(model, old.get(_BUFFERS))
    entries = [e for e in _items(model, old.get(_METADATA)) if not _is_metadata(model, e)]
    entries.append(_Table({0: _Blob(len(_NAME), _NAME), 1: _u32(len(buffers))}))
    fields[_BUFFERS] = _Vector([*buffers, _Table({0: _Blob(len(metadata), metadata)})])
    fields[_METADATA] = _Vector(entries)
    return _Writer(b"TFL3").finish(_Table(fields), model)


def pose_bundle(detector: bytes, landmarks: bytes) -> bytes:
    """The ``.task`` file of MediaPipe's person detector and one of its landmark models."""
    members = {
        DETECTOR_MEMBER: with_image_metadata(detector, 127.5, 127.5, outputs=2),
        LANDMARKS_MEMBER: with_image_metadata(landmarks, 0.0, 255.0, outputs=5),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as bundle:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system = 0  # else it differs between Windows and the rest
            bundle.writestr(info, data)
    return out.getvalue()
