"""The landmark model: where it is, whether it is whole, and how it gets here.

::

    model = ensure_model()                 # heavy; fetched at the first use, verified at every use
    model = ensure_model("lite")           # or full: quicker, and less exact
    model = ensure_model("./another.task")

It is looked for in ``models/`` of a clone and then in the user's cache directory. What is
found there must have a hash we know; a broken file counts as missing and is fetched again.
A file that the user names may be any MediaPipe pose bundle.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import overload

import platformdirs

from posecheck.atomic_files import atomic_path
from posecheck.errors import ModelError
from posecheck.types import ModelInfo
from posecheck.vision import model_download
from posecheck.vision.landmarker import Landmarker, LandmarkModel, ModelChoice
from posecheck.vision.model_download import DETECTOR_MEMBER, LANDMARKS_MEMBER, pose_bundle

DEFAULT = "heavy"
KNOWN_SHA256 = {  # what can be asked for by a word -> what a bundle of it may be, first ours
    "lite": ("76073d521e9bd75412f0eaf06a8a17638c7c679af53a588c2325aff3d3d638fa",),
    "full": (
        "f54216bb805c8ff746c673d251c8b8a6b82a13a08843f6330a9f51ce6e67183d",
        "5134a3aad27a58b93da0088d431f366da362b44e3ccfbe3462b3827a839011b1",  # MediaPipe's own
    ),
    "heavy": ("793aa1cbf4090d0fb21d11139e8b2f3b560fe21b196f49af0d49b369c2666105",),
}
_TAKES = f"--model takes {', '.join(KNOWN_SHA256)} or a pose_landmarker .task file"
_BAR_WIDTH = 30  # characters
_TFLITE = b"TFL3"  # from the fifth byte of a model on
_POLL_S = 0.1

Progress = Callable[[int, int], None]
"""Called with the bytes that are here and the bytes that are expected."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """MediaPipe's landmark model on this disk, which has been looked into: a `LandmarkModel`."""

    path: Path
    name: str
    sha256: str

    @property
    def info(self) -> ModelInfo:
        """Return what a report says about it."""
        return ModelInfo(self.name, self.sha256)

    def open(self) -> Landmarker:
        """Load it; see `LandmarkModel.open`."""
        from posecheck.vision.mediapipe_landmarker import MediaPipeLandmarker  # loads a lot

        return MediaPipeLandmarker(self.path)


def model_dirs() -> tuple[Path, ...]:
    """List where a model is looked for, in this order."""
    cache = Path(platformdirs.user_cache_dir("posecheck", appauthor=False))
    root = Path(__file__).resolve().parents[2]
    clone = root / "models"
    if (root / "pyproject.toml").is_file() and clone.is_dir():
        return clone, cache
    return (cache,)


def find_model(explicit: str | Path | None = None) -> ModelFile | None:
    """Return the model that is here, or None; nothing is fetched.

    Parameters
    ----------
    explicit
        ``lite``, ``full`` or ``heavy`` (None: that one), or the file of a MediaPipe bundle.

    Raises
    ------
    ModelError
        One line: the file is no usable bundle.

    """
    name = DEFAULT if explicit is None else explicit
    return _known(str(name)) if name in KNOWN_SHA256 else _explicit(Path(name))


@overload
def ensure_model(
    explicit: str | Path | None = None, progress: Progress | None = None
) -> ModelFile: ...
@overload
def ensure_model(explicit: ModelChoice, progress: Progress | None = None) -> LandmarkModel: ...
def ensure_model(explicit: ModelChoice = None, progress: Progress | None = None) -> LandmarkModel:
    """Return the model that is chosen; MediaPipe's is fetched and verified if it is not here yet.

    Parameters
    ----------
    explicit
        ``lite``, ``full`` or ``heavy`` (None: that one), the file of a MediaPipe bundle, or a
        `LandmarkModel`, which is returned as it is.
    progress
        Is told how far the fetching is.

    Raises
    ------
    ModelError
        One line: the file is no usable bundle, or none can be fetched.

    """
    if not (explicit is None or isinstance(explicit, str | Path)):
        return explicit
    found = find_model(explicit)
    if found is not None:
        return found
    name = str(explicit or DEFAULT)
    folder = _folder_to_write()
    with _one_at_a_time(folder):
        found = _known(name)  # the process we waited for may have fetched it
        if found is not None:
            return found
        try:
            bundle = pose_bundle(*model_download.fetch_members(name, progress), name)
        except model_download.FetchError as error:
            raise ModelError(
                "The model that finds the body in a picture is not on this computer yet, and could "
                f"not be fetched: {error}. Connect to the internet once and run "
                f"`{how_to_fetch(name)}`; after that no connection is needed. Without one, run it "
                f"on a computer that has one, and copy {_file_name(name)}, whose place it names, "
                f"to {folder}, or give the file with --model FILE."
            ) from error
        return _keep(bundle, name, folder)


def how_to_fetch(explicit: str | Path | None) -> str:
    """Return the command that fetches the model."""
    return f"posecheck model{'' if explicit in (None, DEFAULT) else f' --model {explicit}'}"


def from_anywhere(explicit: ModelChoice) -> ModelChoice:
    """Return what means the same in every folder: a file by its full path, all else as it is."""
    if isinstance(explicit, str | Path) and explicit not in KNOWN_SHA256:
        return Path(explicit).absolute()
    return explicit


def stderr_bar(done: int, total: int) -> None:
    """Show a progress bar on standard error, where somebody watches.

    Parameters
    ----------
    done, total
        The bytes that are here and the bytes that are expected.

    """
    if sys.stderr is None or not sys.stderr.isatty():
        return
    part = min(1.0, done / total)
    bar = ("#" * round(_BAR_WIDTH * part)).ljust(_BAR_WIDTH, ".")
    end = "\n" if done >= total else ""
    sys.stderr.write(f"\rFetching the landmark model [{bar}] {done / 1e6:5.1f} MB{end}")
    sys.stderr.flush()


def _file_name(name: str) -> str:
    return f"pose_landmarker_{name}.task"


def _known(name: str) -> ModelFile | None:
    for folder in model_dirs():
        path = folder / _file_name(name)
        with contextlib.suppress(OSError):
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
            if sha256 in KNOWN_SHA256[name]:
                return ModelFile(path, path.stem, sha256)
    return None


def _explicit(path: Path) -> ModelFile:
    try:
        if not path.is_file():
            raise ModelError(f"{path} is not there or not a file; {_TAKES}.")
        with zipfile.ZipFile(path) as bundle:
            missing = {DETECTOR_MEMBER, LANDMARKS_MEMBER} - set(bundle.namelist())
            if missing:
                raise ModelError(
                    f"{path} is no MediaPipe pose bundle (it lacks {', '.join(sorted(missing))}); "
                    f"{_TAKES}."
                )
            if bundle.testzip() is not None or not all(
                bundle.read(m)[4:8] == _TFLITE for m in (DETECTOR_MEMBER, LANDMARKS_MEMBER)
            ):
                raise ModelError(f"{path} is damaged; fetch it again.")
        return ModelFile(path, path.stem, hashlib.sha256(path.read_bytes()).hexdigest())
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}).") from error
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise ModelError(f"{path} is no model bundle, or is damaged; {_TAKES}.") from error


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


def _keep(bundle: bytes, name: str, folder: Path) -> ModelFile:
    """Write beside and rename, so that nobody ever sees half a model."""
    sha256 = hashlib.sha256(bundle).hexdigest()
    if sha256 != KNOWN_SHA256[name][0]:
        raise ModelError(
            f"The landmark model was put together differently from what is expected ({sha256}); "
            "please report this, and pass --model FILE meanwhile."
        )
    path = folder / _file_name(name)
    try:
        with atomic_path(path) as part:
            with part.open("wb") as out:
                out.write(bundle)
                out.flush()
                os.fsync(out.fileno())
            part.chmod(0o644)  # a clone may be shared
    except OSError as error:
        raise ModelError(
            f"The landmark model cannot be kept in {folder} ({error.strerror})."
        ) from error
    return ModelFile(path, path.stem, sha256)


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
                time.sleep(_POLL_S)
            except OSError:
                break
        yield
    finally:
        os.close(handle)
