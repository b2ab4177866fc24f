"""The command line itself, and the options that several commands share, with their words.

What takes long to import is imported by the command that needs it, so that help is quick and
Ctrl-C is heard from the start.
"""

from __future__ import annotations

import functools
import math
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

import posecheck

if TYPE_CHECKING:
    from pathlib import Path

_CODES = (
    "Exit code: 0 done, whatever the verdict; 2 it could not be done, and why; 130 interrupted."
)


class _InOrder(click.Group):
    """A group whose help lists the commands as they were added, not by their letters."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self.commands)


@click.group(
    "posecheck",
    cls=_InOrder,
    epilog=_CODES,
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(posecheck.__version__, prog_name="posecheck", message="%(prog)s %(version)s")
def command_line() -> None:
    """Posecheck watches a supine nerve glide, recorded or live, and says how it was done: the
    angles, the point of tension, the repetitions, what to change, and a verdict. Everything
    happens on this machine.
    """


def command(name: str, codes: str = _CODES) -> Callable[[Callable[..., Any]], click.Command]:
    """Return a decorator that makes a command of a function, with the option that all have.

    While it runs, what native libraries write to standard error is kept from the user.

    Parameters
    ----------
    name
        What is typed.
    codes
        What the help says of the exit codes.

    """

    def made(function: Callable[..., Any]) -> click.Command:
        @functools.wraps(function)
        def quietly(**arguments: Any) -> Any:
            from posecheck.natives import silence_native_stderr

            with silence_native_stderr():
                code = function(**arguments)
                if sys.stdout is not None:  # as under pythonw
                    sys.stdout.flush()
            return code

        return command_line.command(name, epilog=codes)(_json_option(quietly))

    return made


def path(text: str) -> Path:
    """Return a path of the command line."""
    from pathlib import Path

    return Path(text)


def positive_number(text: str) -> float:
    """Return a number of the command line that has to be above zero and finite."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise click.BadParameter(f"{text!r} is not a number above 0.")
    return number


def _none_for_auto(_context: click.Context, _parameter: click.Parameter, answer: str) -> str | None:
    return None if answer == "auto" else answer


def _known_language(_context: click.Context, _parameter: click.Parameter, code: str) -> str:
    if code == "en":  # without reading the files of the others
        return code
    from posecheck.exercises.language import language_of

    return language_of(code)


def _exercise(_context: click.Context, _parameter: click.Parameter, answer: str) -> str | None:
    if answer.strip().lower() == "auto":
        return None
    from posecheck.exercises.catalogue import exercise_called

    try:
        return exercise_called(answer)
    except ValueError as error:
        raise click.BadParameter(f"{answer[:40]!r} {error}.".replace("?.", "?")) from None


_json_option = click.option(
    "--json", "as_json", is_flag=True, help="print the result as JSON on standard output"
)
prescription_option = click.option(
    "--prescription",
    metavar="FILE",
    help="what was asked for: a TOML file, or the name of a ready one (default, ankle-pumps-10, "
    "knee-bends-10, early-irritable)",
)
exercise_option = click.option(
    "--exercise",
    metavar="auto|NAME",
    default="auto",
    callback=_exercise,
    help="what is done: nerve_glide, straight_leg_raise, active_knee_extension or heel_slide; by "
    "default as prescribed, else found from the motion",
)
side_option = click.option(
    "--side",
    type=click.Choice(("auto", "left", "right")),
    default="auto",
    callback=_none_for_auto,
    help="the leg that works; by default as prescribed, else found from the motion",
)
variant_option = click.option(
    "--variant",
    type=click.Choice(("auto", "ankle_pump", "knee_bend")),
    default="auto",
    callback=_none_for_auto,
    help="pumping the foot, or bending the knee and coming back; by default as prescribed, else "
    "found from the motion",
)
report_folder_option = click.option(
    "--out",
    metavar="DIR",
    type=path,
    help="the folder to write (default: the clip's name with .posecheck, here); an older report "
    "in it is replaced, a folder with anything else in it is left alone",
)
every_frame_option = click.option(
    "--every-frame", is_flag=True, help="look at every frame, not only at as many as a count needs"
)
no_video_option = click.option(
    "--no-video", is_flag=True, help="do without annotated.mp4, which is quicker"
)
pdf_option = click.option(
    "--pdf", is_flag=True, help="write report.pdf too: one page to print, or to put into a letter"
)
single_file_option = click.option(
    "--single-file",
    is_flag=True,
    help="put the video into report.html, so that the page can be sent as one file",
)
no_open_option = click.option(
    "--no-open", is_flag=True, help="do not open the report in a browser, where there is a display"
)
language_option = click.option(
    "--language",
    metavar="CODE",
    help="of everything that is shown and said: en (default) or de",
    callback=_known_language,
    default="en",
)
model_option = click.option(
    "--model",
    metavar="lite|full|heavy|FILE",
    help="the model that finds the body: heavy (the default) is the most exact, full and lite are "
    "quicker, each is fetched when it is first needed; or a MediaPipe pose model of yours (.task)",
)
