"""The landmark model is found, verified and kept, or one line says why not."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest
from model_world import World, sha256

from posecheck.cli import command_line
from posecheck.errors import ModelError
from posecheck.vision import model, model_download


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(tmp_path)
    made.patch(monkeypatch)
    return made


def test_heavy_unless_another_is_asked_for(world: World) -> None:
    assert model.find_model() is None
    got = model.ensure_model()
    assert (got.path, got.info.name) == (world.path, "pose_landmarker_heavy")
    assert got.path.read_bytes() == world.bundle("heavy")
    assert got.sha256 == sha256(world.bundle("heavy"))
    assert model.ensure_model() == got == model.find_model() == model.find_model("heavy")
    assert world.calls == ["npm"]
    assert world.leftovers() == []


@pytest.mark.parametrize("name", ["lite", "full", "heavy"])
def test_each_can_be_asked_for_by_a_word(world: World, name: str) -> None:
    got = model.ensure_model(name)
    assert (got.path, got.name) == (
        world.cache / f"pose_landmarker_{name}.task", f"pose_landmarker_{name}",
    )  # fmt: skip
    assert got.path.read_bytes() == world.bundle(name)
    assert model.find_model(name) == got
    assert [n for n in model.KNOWN_SHA256 if model.find_model(n)] == [name]


def test_a_file_that_is_called_like_one_is_a_file(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "heavy"
    file.write_bytes(world.bundle("lite"))
    for chosen in ("./heavy", Path("heavy"), model.from_anywhere("./heavy")):
        assert model.ensure_model(chosen).sha256 == sha256(world.bundle("lite"))
    assert world.calls == []
    assert model.from_anywhere(Path("heavy")) == file
    assert [model.from_anywhere(chosen) for chosen in ("heavy", None)] == ["heavy", None]


@pytest.mark.parametrize("command", [["review", "clip"], ["live"], ["model"], ["doctor"], ["demo"]])
def test_the_command_line_tells_a_word_from_a_file(command: list[str]) -> None:
    name, *arguments = command

    def chosen_by(*more: str) -> object:
        parsed = command_line.commands[name].make_context(name, [*arguments, *more])
        return parsed.params["model"]

    assert chosen_by() is None
    for chosen in ("lite", "./heavy"):
        assert chosen_by("--model", chosen) == chosen


def test_the_bundle_that_mediapipe_publishes_is_as_good(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.cache.mkdir()
    data = b"what MediaPipe has made of it"
    (world.cache / "pose_landmarker_full.task").write_bytes(data)
    assert model.find_model("full") is None
    known = model.KNOWN_SHA256["full"]
    monkeypatch.setitem(model.KNOWN_SHA256, "full", (*known, sha256(data)))
    assert model.ensure_model("full").sha256 == sha256(data)
    assert world.calls == []


def test_a_broken_cached_model_is_fetched_again(world: World) -> None:
    model.ensure_model()
    data = bytearray(world.bundle())
    data[100] ^= 1
    world.path.write_bytes(data)
    assert model.find_model() is None
    assert model.ensure_model().path.read_bytes() == world.bundle()
    assert world.calls == ["npm"] * 2


@pytest.mark.skipif(sys.platform == "win32", reason="folders are not locked there")
def test_two_processes_at_once_fetch_once(world: World, tmp_path: Path) -> None:
    code = (
        "import ast, pathlib, sys; sys.path.insert(0, sys.argv[1])\n"
        "from posecheck.vision import model, model_download as f\n"
        "model.model_dirs = lambda: (pathlib.Path(sys.argv[2]) / 'cache',)\n"
        "values = ast.literal_eval(sys.argv[3])\n"
        "model.KNOWN_SHA256, f.TARBALL_INTEGRITY, f.MEMBERS = values\n"
        "print(model.ensure_model().sha256)\n"
    )
    arguments = [str(Path(model.__file__).parents[2]), str(tmp_path), repr(world.values())]
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            env=os.environ | {"FAKE_SLEEP": "1"}, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    said = [run.communicate(timeout=60)[0].strip() for run in runs]
    assert said == [sha256(world.bundle())] * 2
    assert world.calls == ["npm"]
    assert world.leftovers() == []


def test_threads_may_ask_at_once(world: World) -> None:
    got: list[str] = []
    threads = [
        threading.Thread(target=lambda: got.append(model.ensure_model().sha256)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert got == [sha256(world.bundle())] * 4
    assert world.calls == ["npm"]


def test_a_bundle_that_came_out_differently_is_not_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(model.KNOWN_SHA256, "heavy", ("0" * 64,))
    with pytest.raises(ModelError, match="put together differently"):
        model.ensure_model()
    assert not world.path.exists()


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
    own = tmp_path / "own.task"
    own.write_bytes(world.bundle())
    got = model.ensure_model(own)
    assert (got.path, got.name) == (own, "own")
    assert world.calls == []


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(f"{name}.tflite", data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (None, "not there.*lite, full, heavy or"),
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
    for data in (world.bundle()[:-40], world.bundle().replace(b"heavy", b"heavi", 1)):
        path.write_bytes(data)
        with pytest.raises(ModelError, match="damaged"):
            model.find_model(path)


def test_clone_and_cache_are_both_looked_into() -> None:
    clone, *cache = model.model_dirs()
    assert clone.name == "models"
    assert "posecheck" in str(cache[0])


def test_all_that_can_be_asked_for_is_in_the_tarball_and_has_a_head() -> None:
    assert {model_download.DETECTOR, *model.KNOWN_SHA256} == set(model_download.MEMBERS)
    assert {file.stem for file in model_download._HEADS.iterdir()} == set(model_download.MEMBERS)
