"""The commands that copy a review room, and make one of a copy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from posecheck.apps.commands_web import data_folder, data_option, database_option, need_web
from posecheck.apps.options import command, path

if TYPE_CHECKING:
    from pathlib import Path

_CODES = "Exit code: 0 done; 2 it could not be done, and why; 130 interrupted."


@command("backup", _CODES)
@click.argument("target", type=path, help="the file to write; it holds names and clips")
@data_option
@database_option
def backup_command(target: Path, data: Path | None, database: str | None, as_json: bool) -> None:
    """Copy the review room into one file, whole or not at all; the room may be open meanwhile."""
    need_web()
    from contextlib import closing

    from posecheck.apps.web.backup import back_up
    from posecheck.apps.web.room import Room
    from posecheck.apps.web.settings import Settings
    from posecheck.errors import InputError

    folder = data_folder(data).absolute()
    if not folder.is_dir():
        raise InputError(f"{folder} is not there; give --data the folder that `serve` was given.")
    with closing(Room.opened(Settings(data=folder, database=database))) as room:
        files = back_up(room, target)
    _tell(as_json, f"{target} holds the room, with {files} files.", str(target), files)


@command("restore", _CODES)
@click.argument("archive", type=path, help="what `backup` has written")
@data_option
@database_option
def restore_command(archive: Path, data: Path | None, database: str | None, as_json: bool) -> None:
    """Make a review room of a backup, in a folder and a database that are empty. The database
    may be of the other kind.
    """
    need_web()
    from posecheck.apps.web.restore import restore
    from posecheck.apps.web.settings import Settings

    folder = data_folder(data).absolute()
    files = restore(archive, Settings(data=folder, database=database))
    _tell(as_json, f"{folder} holds the room, with {files} files.", str(folder), files)


def _tell(as_json: bool, sentence: str, where: str, files: int) -> None:
    click.echo(json.dumps({"path": where, "files": files}) if as_json else sentence)
