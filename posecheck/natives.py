"""What lies below our Python: native libraries that print or may be missing, other interpreters.

MediaPipe and TensorFlow Lite print notes about themselves straight to file descriptor 2, from
threads of their own and whatever the environment says; OpenCV may be broken where two of its wheels
clash; and a Python that is started with ``-m`` or ``-c`` looks for modules in the working directory
first, where in a folder of clips anybody's ``queue.py`` may lie.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ParamSpec, TextIO, TypeVar

from posecheck.errors import MissingDependencyError, OutputError

_P = ParamSpec("_P")
_R = TypeVar("_R")

NO_WORKING_DIRECTORY = (
    "The working directory is not there any more; change to another folder, or give the paths of "
    "clip and results in full, with --out."
)
_STDERR = 2  # its file descriptor
_HOME = os.path.realpath(Path(__file__).parents[1])  # where posecheck is imported from
# `sys` is built in, so nothing is looked for before the search path is set.
_SET_PATH = "import sys; sys.path[:] = {path!a}\n"
_RUN = "import runpy; runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"


class _Silence:
    """Standard error while native code is not heard: of the whole process, as descriptors are."""

    lock = threading.Lock()
    blocks = 0  # that are open, in whatever threads
    kept = -1  # where the descriptor pointed before
    python: TextIO | None = None  # `sys.stderr` before
    ours: TextIO | None = None  # what stands in its place


@contextlib.contextmanager
def silence_native_stderr() -> Iterator[None]:
    """Drop what native code writes to standard error; what Python writes still arrives.

    The file descriptor itself points elsewhere for a while, and ``sys.stderr`` to where it pointed
    before, as do the handlers of `logging` that write there. The blocks may be nested, and open in
    several threads at once: the last one to end puts all back.
    """
    silent = _enter_silence()
    try:
        yield
    finally:
        if silent:
            _leave_silence()


def quietly(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Return the function with `silence_native_stderr` around each call."""

    @functools.wraps(function)
    def call(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        with silence_native_stderr():
            return function(*args, **kwargs)

    return call


def _enter_silence() -> bool:
    """Begin a block; False where there is no standard error to protect."""
    with _Silence.lock:
        if not _Silence.blocks:
            try:
                sys.stderr.flush()
                _Silence.kept = os.dup(_STDERR)
            except (OSError, ValueError, AttributeError):
                return False
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, _STDERR)
            os.close(nowhere)
            if _writes_to_stderr(sys.stderr):
                _Silence.python, _Silence.ours = sys.stderr, _same_stream_on(_Silence.kept)
                sys.stderr = _Silence.ours
                _hand_over(_Silence.python, _Silence.ours)
        _Silence.blocks += 1
    return True


def _leave_silence() -> None:
    with _Silence.lock:
        _Silence.blocks -= 1
        if _Silence.blocks:
            return
        python, ours = _Silence.python, _Silence.ours
        if ours is not None and python is not None:
            with contextlib.suppress(OSError, ValueError):  # the terminal may be gone
                ours.flush()
            _hand_over(ours, python)
            if sys.stderr is ours:
                sys.stderr = python
        os.dup2(_Silence.kept, _STDERR)
        if ours is not None:
            ours.close()
        os.close(_Silence.kept)
        _Silence.python = _Silence.ours = None


def _hand_over(one: TextIO, other: TextIO) -> None:
    """Have the handlers of `logging` that write to one stream write to another."""
    loggers = [logging.root, *logging.root.manager.loggerDict.values()]
    for logger in loggers:
        for handler in getattr(logger, "handlers", ()):
            if isinstance(handler, logging.StreamHandler) and handler.stream is one:
                with contextlib.suppress(OSError, ValueError):  # it flushes the one first
                    handler.setStream(other)


def load_cv2() -> Any:
    """Import OpenCV, without its notes on standard error.

    Raises
    ------
    MissingDependencyError
        OpenCV is not there, or broken.

    """
    # Read when it is loaded, and by the FFmpeg that it brings.
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "2")  # s; closing waits for it
    try:
        return importlib.import_module("cv2")
    except (ImportError, AttributeError) as error:  # the latter where two of its wheels clash
        raise MissingDependencyError(
            f"OpenCV cannot be used ({error}); run `posecheck doctor`, which says what to install."
        ) from error


def working_directory() -> Path | None:
    """Return the working directory; None where somebody has removed it."""
    try:
        return Path.cwd()
    except OSError:
        return None


def refuse_lost_directory(path: Path) -> None:
    """Raise OutputError where a path leads from a working directory that somebody has removed."""
    if not path.is_absolute() and working_directory() is None:
        raise OutputError(NO_WORKING_DIRECTORY)


def python_module(module: str, *arguments: str) -> list[str]:
    """Return the command for ``python -m module arguments`` that ignores the working directory.

    Parameters
    ----------
    module
        The module's full name.
    arguments
        What it finds in ``sys.argv``.

    """
    return python_code(_RUN, module, *arguments)


def python_code(code: str, *arguments: str) -> list[str]:
    """Return the command for ``python -c code arguments`` that ignores the working directory.

    Parameters
    ----------
    code
        What is run; it imports from where this process does.
    arguments
        What it finds in ``sys.argv``.

    """
    return [sys.executable, "-c", _SET_PATH.format(path=_search_path()) + code, *arguments]


def _search_path() -> list[str]:
    """List where this process finds modules, without the working directory unless it is ours."""
    there = working_directory()
    if there is None:
        return [place for place in sys.path if Path(place).is_absolute()]
    here = os.path.realpath(there)
    places = [os.path.abspath(place) for place in sys.path]  # noqa: PTH100 - keeps links
    return places if here == _HOME else [p for p in places if os.path.realpath(p) != here]


def _writes_to_stderr(stream: TextIO) -> bool:
    try:
        return stream.fileno() == _STDERR
    except (AttributeError, OSError, ValueError):  # replaced by something without a descriptor
        return False


def _same_stream_on(descriptor: int) -> TextIO:
    python = sys.stderr
    return os.fdopen(
        descriptor, "w", buffering=1, encoding=python.encoding, errors=python.errors,
        closefd=False,
    )  # fmt: skip
