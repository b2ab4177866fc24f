"""The command line: it parses, calls, prints, and turns errors into one line.

What takes long to import is imported by the command that needs it, so that help is quick and
Ctrl-C is heard from the start.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from posecheck.apps.interrupts import interruptible, requested
from posecheck.apps.options import UsageError
from posecheck.apps.parser import build_parser
from posecheck.apps.progress import nobody_reads
from posecheck.errors import PosecheckError

OK, WRONG, INTERRUPTED = 0, 2, 130


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
        arguments = build_parser().parse_args(argv)
    except UsageError as error:
        return _complain(str(error))
    except SystemExit as end:  # --help and --version
        return OK if end.code in (None, 0) else WRONG
    try:
        return _run(arguments)
    except PosecheckError as error:
        return _complain(str(error))
    except BrokenPipeError:
        nobody_reads(sys.stdout)
        return OK
    except MemoryError:
        return _complain("there is not enough memory; close other programs and try again.")
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _complain(f"{where}{error.strerror or error}.")


def _run(arguments: argparse.Namespace) -> int:
    from posecheck.apps.commands import COMMANDS
    from posecheck.natives import silence_native_stderr

    with silence_native_stderr():
        code = COMMANDS[arguments.command](arguments)
        sys.stdout.flush()
    return OK if code is None else code


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
            line = f"\r{line}\x1b[K"  # over what is left of a progress line
        print(line, file=sys.stderr, flush=True)
    except (OSError, ValueError, AttributeError):  # nobody listens
        return
