"""What is kept is kept under schema numbers; here stands what each of them means, in numbers.

A change that makes other numbers has to raise the schema number that the failing test names, or
batches would go on showing old results as new ones. After that (and only then)
``python tests/apps/test_batch_schemas.py`` writes down what the new numbers mean.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterator, Mapping
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from posecheck.apps.batch.cache import measured_suffix, poses_suffix, row_suffix
from posecheck.apps.review import LOOKS_PER_S
from posecheck.exercises.prescription import Prescription
from posecheck.session import Session
from posecheck.types import ClipInfo, ModelInfo
from posecheck.vision.frames import MODEL_SIDE_PX, VideoSource
from posecheck.vision.model import ensure_model
from posecheck.vision.pose_store import load_poses

Numbers = Mapping[str, float | str | None]

ROOT = Path(__file__).resolve().parents[2]
STORED = Path(__file__).with_name("schema_fingerprints.json")
SAMPLE = "pump_left_side"
LOOKS = 8
WHERE = {
    "poses": "POSES_SCHEMA in posecheck/vision/pose_store.py",
    "measured": "MEASURED_SCHEMA in posecheck/motion/track.py",
    "report": "REPORT_SCHEMA in posecheck/session.py",
}
SUFFIXES = {"poses": poses_suffix, "measured": measured_suffix, "report": row_suffix}
# Another processor may round otherwise: angles and times by far less than this, and landmarks,
# which a network finds, by far less than a pixel.
MARGINS = {"poses": 1.0, "measured": 1e-3, "report": 1e-3}


def session() -> Session:
    """What the stored landmarks of a sample give."""
    made = Session(Prescription.default())
    for pose in load_poses(ROOT / "tests" / "data" / f"{SAMPLE}.npz"):
        made.push(pose)
    return made


def poses_fingerprint() -> Numbers:
    """Where the landmarks are, in pixels, at the first looks at a clip."""
    clip = ROOT / "sample_videos" / f"{SAMPLE}.mp4"
    with (
        closing(ensure_model().open()) as landmarker,
        VideoSource(clip, max_side_px=MODEL_SIDE_PX, per_s=LOOKS_PER_S) as source,
    ):
        poses = [landmarker.look(frame) for frame in islice(source, LOOKS)]
    found: dict[str, float] = {}
    for i, pose in enumerate(poses):
        found[f"look {i}, t_s"] = pose.t_s
        found |= {
            f"look {i}, {axis} of landmark {k}": float(pose.xy_px[k, j])
            for k in (11, 12, 23, 24, 25, 26, 27, 28)  # shoulders, hips, knees, ankles
            for j, axis in enumerate("xy")
        }
    return found


def measured_fingerprint() -> Numbers:
    """Of each column of each array its mean, its spread and the share that is known."""
    measured = session().measured()
    found: dict[str, float] = {}
    for field in dataclasses.fields(measured):
        value = np.asarray(getattr(measured, field.name), np.float64)
        if not value.ndim:
            found[field.name] = float(value)
            continue
        found[f"{field.name}, count"] = float(len(value))
        for i, column in enumerate(value.reshape(len(value), -1).T):
            known = column[np.isfinite(column)]
            found[f"{field.name} {i}, known"] = len(known) / len(column)
            if len(known):
                found[f"{field.name} {i}, mean"] = float(known.mean())
                found[f"{field.name} {i}, spread"] = float(known.std())
    return found


def report_fingerprint() -> Numbers:
    """All that a report says, but for the curves."""
    info = ClipInfo("clip.mp4", None, None, 22.16, 554, 640, 480, 0)
    report = session().finish(info, ModelInfo("sticks", None), np.empty(0))
    said = dataclasses.asdict(report)
    for name in ("posecheck", "clip", "model", "prescription", "series"):
        del said[name]
    return dict(flat(said))


def flat(value: Any, name: str = "") -> Iterator[tuple[str, float | str | None]]:
    """Every number and text in a nest of them, named by the way to it."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from flat(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list | tuple):
        yield f"{name}, count", float(len(value))
        for i, inner in enumerate(value):
            yield from flat(inner, f"{name}[{i}]")
    elif isinstance(value, bool | str) or value is None:
        yield name, None if value is None else str(value)
    else:
        yield name, float(value) if math.isfinite(value) else None


FINGERPRINTS = {
    "poses": poses_fingerprint,
    "measured": measured_fingerprint,
    "report": report_fingerprint,
}


def differences(before: Numbers, now: Numbers, margin: float) -> list[str]:
    """What differs, in words."""
    found = []
    for name in sorted(before.keys() | now.keys()):
        old, new = before.get(name, "nothing"), now.get(name, "nothing")
        close = (
            abs(old - new) <= margin
            if isinstance(old, float) and isinstance(new, float)
            else old == new
        )
        if not close:
            found.append(f"{name}: {old}, now {new}")
    return found


@pytest.mark.parametrize("kind", FINGERPRINTS)
def test_other_numbers_have_another_schema_number(kind: str) -> None:
    stored = json.loads(STORED.read_text())[kind]
    suffix = SUFFIXES[kind]()
    if stored["schema"] != suffix:
        pytest.fail(
            f"A schema number was raised ({stored['schema']}, now {suffix}): run 'python "
            f"{Path(__file__).relative_to(ROOT)}' to write down what it means."
        )
    found = differences(stored["numbers"], FINGERPRINTS[kind](), MARGINS[kind])
    if found:
        pytest.fail(
            f"The same clip gives other numbers of the kind '{kind}' under the same schema "
            f"number ({suffix}), so results kept by earlier versions would be taken for new "
            f"ones: raise {WHERE[kind]}. What differs: {'; '.join(found[:5])}."
        )


def test_what_differs_is_named() -> None:
    before: Numbers = {"a": 1.0, "b": "left", "c": None, "d": 3.0}
    assert differences(before, dict(before), 0.1) == []
    assert differences(before, {**before, "a": 1.05}, 0.1) == []
    assert differences(before, {"a": 1.2, "b": "right", "c": 2.0}, 0.1) == [
        "a: 1.0, now 1.2", "b: left, now right", "c: None, now 2.0", "d: 3.0, now nothing",
    ]  # fmt: skip


if __name__ == "__main__":
    made = {
        kind: {"schema": SUFFIXES[kind](), "numbers": fingerprint()}
        for kind, fingerprint in FINGERPRINTS.items()
    }
    STORED.write_text(json.dumps(made, indent=1, sort_keys=True) + "\n")
