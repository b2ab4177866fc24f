"""The command that takes folders of reports into a review room."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from posecheck.apps.options import command, path

if TYPE_CHECKING:
    from pathlib import Path

OK, SOME_REFUSED = 0, 1
_CODES = (
    "Exit code: 0 done; 1 some folders were refused; 2 it could not be done, and why; 130 "
    "interrupted."
)


@command("import", _CODES)
@click.argument("folder", type=path, help="the folder of a report, or one that has many below")
@click.option("--data", type=path, metavar="DIR", required=True, help="the data folder of the room")
@click.option("--database", metavar="URL", help="its database, if `serve` was given one")
@click.option("--patient", metavar="NAME", help="whose they are, made if need be")
@click.option(
    "--subjects", is_flag=True, help="each belongs to the subject that its report names instead"
)
def import_command(
    folder: Path,
    data: Path,
    database: str | None,
    patient: str | None,
    subjects: bool,
    as_json: bool,
) -> int:
    """Take folders of `review`, `grade` and `live` into the review room. Clips that lie beside
    their reports are taken in too; the room may be open meanwhile.
    """
    from contextlib import closing

    from posecheck.apps.web.exchange.importing import REFUSED, Imported, import_folder
    from posecheck.apps.web.exchange.patients_by_name import patient_called
    from posecheck.apps.web.room import Room
    from posecheck.apps.web.settings import Settings
    from posecheck.errors import InputError

    if (patient is None) == (not subjects):
        raise click.UsageError("say whose they are: --patient NAME, or --subjects")
    if not data.is_dir():
        raise InputError(f"{data} is not there; give --data the folder that `serve` was given.")

    if not folder.is_dir():
        raise InputError(f"{folder} is no folder; give one that `review` or `grade` has made.")

    def tell(one: Imported) -> None:
        if not as_json:
            click.echo(f"{one.folder}: {one.state}{f', {one.why}' if one.why else ''}")

    with closing(Room.opened(Settings(data=data, database=database))) as room:
        patient_id = None
        if patient is not None:
            with room.database.writing() as session:
                patient_id = patient_called(session, patient).id
        done = import_folder(room, patient_id, folder, "command line", tell=tell)
    if as_json:
        click.echo(
            json.dumps(
                [
                    {"folder": o.folder, "state": o.state, "why": o.why, "clip": o.clip_id}
                    for o in done
                ]
            )
        )
    return SOME_REFUSED if any(one.state == REFUSED for one in done) else OK
