"""Makes a MediaPipe ``.task`` bundle of two plain TFLite models.

A bundle is a stored zip of a person detector and a landmark model. MediaPipe's Tasks API
wants to read in each model how its input picture is normalised, and refuses one that does
not say so; the models in the npm package do not. A TFLite file points forward only, so a new
root that says it, and otherwise points to what was there, is put *in front* of the untouched
file. For a given file that head is always the same bytes, kept in ``heads/``, so a bundle has
the same hash on every machine: it can be pinned, and reports can be compared by it.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

DETECTOR = "detector"
DETECTOR_MEMBER = "pose_detector.tflite"
LANDMARKS_MEMBER = "pose_landmarks_detector.tflite"
_HEADS = Path(__file__).with_name("heads")


def head(name: str) -> bytes:
    """What stands before the detector, or before the landmark model of this name."""
    return (_HEADS / f"{name}.bin").read_bytes()


def pose_bundle(detector: bytes, landmarks: bytes, name: str) -> bytes:
    """The ``.task`` file of the person detector and the landmark model of this name."""
    members = {
        DETECTOR_MEMBER: head(DETECTOR) + detector,
        LANDMARKS_MEMBER: head(name) + landmarks,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as bundle:
        for member, data in members.items():
            info = zipfile.ZipInfo(member, (1980, 1, 1, 0, 0, 0))
            info.create_system = 0  # else it differs between Windows and the rest
            bundle.writestr(info, data)
    return out.getvalue()
