"""What stands before each model is what MediaPipe's own classes read there, and nothing else."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from posecheck.vision import bundle
from posecheck.vision.bundle import DETECTOR, head

PINNED = {
    "detector": "25e1ee3b64c6839ef682db9921c770bf6f245aaaac4a973cbf1a0c3ea4a162d6",
    "lite": "80378a2ab00c259f0848aeb561e37ebee099c9d4189648300908c8f0923b21bf",
    "full": "1ed5ae18b3c0444b0c6886149237db217c94315ac2b6f11c745a094570a3b420",
    "heavy": "9d53ad01078877efa926f32e950410bfa9b57ed98b4a018ad884323b8a4e7f9f",
}


@pytest.mark.parametrize("name", PINNED)
def test_a_head_says_how_pictures_are_normalised(name: str) -> None:
    schema = pytest.importorskip("mediapipe.tasks.metadata.schema_py_generated")
    meta = pytest.importorskip("mediapipe.tasks.metadata.metadata_schema_py_generated")
    data = head(name)
    assert hashlib.sha256(data).hexdigest() == PINNED[name]
    assert data[4:8] == b"TFL3"
    assert len(data) % 16 == 0  # so that the weights stay aligned
    root = schema.Model.GetRootAs(data, 0)
    entry = root.Metadata(root.MetadataLength() - 1)
    assert (root.Version(), entry.Name()) == (3, b"TFLITE_METADATA")
    assert entry.Buffer() == root.BuffersLength() - 1
    said = root.Buffers(entry.Buffer()).DataAsNumpy().tobytes()
    assert meta.ModelMetadata.ModelMetadataBufferHasIdentifier(said, 0)
    graph = meta.ModelMetadataT.InitFromObj(meta.ModelMetadata.GetRootAs(said, 0))
    (tensors,) = graph.subgraphMetadata
    (picture,) = tensors.inputTensorMetadata
    (unit,) = picture.processUnits
    assert picture.content.contentProperties.colorSpace == meta.ColorSpaceType.RGB
    mean, deviation, outputs = (127.5, 127.5, 2) if name == DETECTOR else (0.0, 255.0, 5)
    assert (list(unit.options.mean), list(unit.options.std)) == ([mean], [deviation])
    assert len(tensors.outputTensorMetadata) == outputs


def test_the_bundle_is_made_of_the_heads_and_the_untouched_models(model_path: Path) -> None:
    with zipfile.ZipFile(model_path) as archive:
        members = bundle.DETECTOR_MEMBER, bundle.LANDMARKS_MEMBER
        detector, landmarks = (archive.read(name) for name in members)
    assert detector.startswith(head(DETECTOR))
    assert landmarks.startswith(head("heavy"))
    models = detector[len(head(DETECTOR)) :], landmarks[len(head("heavy")) :]
    assert all(plain[4:8] == b"TFL3" for plain in models)
    assert bundle.pose_bundle(*models, "heavy") == model_path.read_bytes()
