"""The command line as a program: it parses, calls, and turns errors into one line.

What takes long to import is imported by the command that needs it, so that help is quick and
Ctrl-C is heard from the start.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from posecheck.apps import (  # noqa: F401 - they add themselves
    commands,
    commands_batch,
    commands_import,
    commands_web,
)
from posecheck.apps.interrupts import interruptible, requested
from posecheck.apps.options import command_line
from posecheck.errors import PosecheckError
from posecheck.natives import NO_WORKING_DIRECTORY, working_directory
from posecheck.threads import one_line_without_threads

__all__ = ["command_line", "main", "program"]

OK, WRONG, INTERRUPTED = 0, 2, 130
_LINE = 79  # characters of a line of a terminal
_NOTHING_ASKED = (
    "no command was given; begin with `posecheck demo`, or with `posecheck review` and a clip."
)
_STANDARD = (0, 1, 2)  # the file descriptors of standard input, output and error


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; exit code 0 done, 1 in part, 2 cannot be done, 130 interrupted."""
    return _guarded(argv, last=False)


def _guarded(argv: Sequence[str] | None, last: bool) -> int:
    try:
        with interruptible(last):
            code = _main(argv)
        return INTERRUPTED if requested() else code
    except KeyboardInterrupt as end:
        return _interrupted(str(end))
    except BaseException:
        # Some libraries turn an interrupt into an error of their own.
        if requested():
            return _interrupted()
        raise


def program() -> NoReturn:
    """Run as a program: `main`, and then the end."""
    _make_streams_safe()
    code = _guarded(None, last=True)
    if code == INTERRUPTED:
        # What was cut short may be in no state for the destructors that come at the end.
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                stream.flush()
        os._exit(code)
    sys.exit(code)


def _main(argv: Sequence[str] | None) -> int:
    try:
        return _run(list(sys.argv[1:] if argv is None else argv))
    except click.exceptions.Exit as end:  # --help and --version
        return end.exit_code
    except click.ClickException as error:
        return _complain(_wrong_usage(error))
    except PosecheckError as error:
        return _complain(str(error))
    except BrokenPipeError:
        from posecheck.apps.progress import nobody_reads

        nobody_reads(sys.stdout)
        return OK
    except MemoryError:
        return _complain("there is not enough memory; close other programs and try again.")
    except OSError as error:
        if isinstance(error, FileNotFoundError) and working_directory() is None:
            return _complain(NO_WORKING_DIRECTORY)
        where = f"{error.filename}: " if error.filename else ""
        return _complain(f"{where}{error.strerror or error}.")


def _run(arguments: list[str]) -> int:
    if not arguments:
        with contextlib.suppress(click.exceptions.Exit):
            command_line.make_context("posecheck", ["--help"])
        return _complain(_NOTHING_ASKED)
    # Not by calling the group, which would make something else of Ctrl-C and of a broken pipe.
    with one_line_without_threads(), command_line.make_context("posecheck", arguments) as context:
        code = command_line.invoke(context)
    return OK if code is None else int(code)


def _wrong_usage(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    asked = "posecheck" if context is None else context.command_path
    return f"{error.format_message().rstrip('.?')}; see `{asked} --help`."


def _make_streams_safe() -> None:
    """Let what is printed never be what a command fails of."""
    _fill_closed_descriptors()
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by who has called, or there is none: pythonw, a service
            nowhere = os.open(os.devnull, os.O_WRONLY)
            setattr(sys, name, os.fdopen(nowhere, "w", encoding="utf-8", closefd=False))
        elif isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


def _fill_closed_descriptors() -> None:
    """Open the three standard descriptors where they are closed.

    The next file would take the place of one, and what native code or a process that is started
    writes to it would be in that file.
    """
    for descriptor in _STANDARD:
        try:
            os.fstat(descriptor)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != descriptor:
                os.dup2(opened, descriptor)
                os.close(opened)
            os.set_inheritable(descriptor, True)


def _complain(message: str) -> int:
    # Whatever is in it, a file's name say, it stays one line.
    _say(f"posecheck: {' '.join(message.split())}")
    return WRONG


def _interrupted(what_is_left: str = "") -> int:
    _say(f"posecheck: {what_is_left or 'interrupted; nothing half-done was kept.'}")
    return INTERRUPTED


def _say(line: str) -> None:
    try:
        if sys.stderr.isatty():
            line = f"\r{line:<{_LINE}}"  # over what is left of a progress line
        print(line, file=sys.stderr, flush=True)
    except (OSError, ValueError, AttributeError):  # nobody listens
        return
