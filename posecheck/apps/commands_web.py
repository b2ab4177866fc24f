"""The command that opens the review room."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from posecheck.apps.options import command, model_option, no_open_option, path
from posecheck.errors import InputError, MissingDependencyError, ModelError

_MIB = 1 << 20
_PORT = 8790
_PARTS = ("fastapi", "uvicorn", "sqlalchemy", "alembic", "argon2", "limits", "segno", "fhir")

data_option = click.option(
    "--data", type=path, metavar="DIR", help="the folder of everything that is kept"
)
database_option = click.option(
    "--database",
    metavar="URL",
    help="a PostgreSQL of yours (postgresql+psycopg://...); by default SQLite in the data folder",
)


def data_folder(given: Path | None) -> Path:
    """Return the data folder: the one that is given, else that of the user."""
    import platformdirs

    return given or Path(platformdirs.user_data_dir("posecheck", appauthor=False))


def need_web() -> None:
    """Refuse with one line where the parts of the room are not installed."""
    import importlib.util

    missing = [name for name in _PARTS if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingDependencyError(
            f"The review room needs {', '.join(missing)}; install them in the clone with "
            "`pip install '.[web]'`."
        )


@command("serve")
@data_option
@database_option
@click.option("--host", default="127.0.0.1", metavar="HOST", help="the address to listen on")
@click.option(
    "--port", default=_PORT, metavar="PORT", help="the port", type=click.IntRange(1, 65535)
)
@click.option("--public-url", metavar="URL", help="what links begin with that are sent to phones")
@click.option("--tls-cert", type=path, metavar="FILE", help="a certificate (PEM), with --tls-key")
@click.option("--tls-key", type=path, metavar="FILE", help="its key (PEM)")
@click.option("--behind-proxy", is_flag=True, help="a proxy here does TLS; give --public-url too")
@click.option(
    "--workers",
    metavar="N",
    default=1,
    help="how many clips are graded at once (default: 1)",
    type=click.IntRange(1, 64),
)
@click.option(
    "--max-clip-mib",
    metavar="MIB",
    default=4096,
    help="the largest clip that is taken (default: 4096)",
    type=click.IntRange(1, 1 << 20),
)
@click.option(
    "--fetch", is_flag=True, help="fetch what the pages need from npm, and the model, and end"
)
@model_option
@no_open_option
def serve_command(
    data: Path | None,
    database: str | None,
    host: str,
    port: int,
    public_url: str | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    behind_proxy: bool,
    workers: int,
    max_clip_mib: int,
    fetch: bool,
    model: str | None,
    no_open: bool,
    as_json: bool,
) -> None:
    """Open the review room: a page in the browser where patients' clips arrive, are graded, and
    are watched beside their curves. The first start prints a link that makes your account.
    """
    need_web()
    from posecheck.apps.progress import put
    from posecheck.apps.web.assets import fetch_assets
    from posecheck.apps.web.serve import refuse_unsafe, serve
    from posecheck.apps.web.settings import Settings
    from posecheck.vision.model import ensure_model, stderr_bar

    settings = Settings(
        data=data_folder(data).absolute(), database=database, host=host, port=port,
        public_url=public_url, tls_cert=tls_cert, tls_key=tls_key, behind_proxy=behind_proxy,
        model=model, workers=workers, clip_bytes_max=max_clip_mib * _MIB,
    )  # fmt: skip
    refuse_unsafe(settings)
    missing = fetch_assets(stderr_bar)
    ensure_model(model, stderr_bar)
    try:
        ensure_model("lite", stderr_bar)  # the one that browsers look with
    except ModelError as error:
        missing = f"{missing or ''} {error}".strip()
    if missing is not None:
        click.echo(f"posecheck: {missing}", err=True)
    if fetch:
        return

    def tell(address: str, link: str | None) -> None:
        if as_json:
            text = json.dumps({"address": address, "first_link": link})
        elif link is None:
            text = f"The review room is open at {address}  (Ctrl-C closes it)"
        else:
            text = f"The review room is open. Make your account here:\n{link}"
        put(f"{text}\n", sys.stdout)

    serve(settings, tell, open_browser=not no_open)


@command("backup")
@click.argument("target", type=path)
@data_option
@database_option
def backup_command(target: Path, data: Path | None, database: str | None, as_json: bool) -> None:
    """Copy the review room into one file, while it may be open."""
    need_web()
    from posecheck.apps.progress import put
    from posecheck.apps.web.backup import back_up
    from posecheck.apps.web.room import Room
    from posecheck.apps.web.serve import opened
    from posecheck.apps.web.settings import Settings

    settings = Settings(data=data_folder(data).absolute(), database=database)
    if not settings.data.is_dir():
        raise InputError(f"There is no room in {settings.data}; give --data its folder.")
    room: Room = opened(settings)
    try:
        clips = back_up(room, target)
    finally:
        room.close()
    answer = json.dumps({"path": str(target), "clips": clips})
    put(f"{answer if as_json else f'{target}: {clips} clips'}\n", sys.stdout)


@command("restore")
@click.argument("archive", type=path)
@data_option
@database_option
def restore_command(archive: Path, data: Path | None, database: str | None, as_json: bool) -> None:
    """Make a review room of a backup, in a place that is empty."""
    need_web()
    from posecheck.apps.progress import put
    from posecheck.apps.web.restore import restore
    from posecheck.apps.web.settings import Settings

    settings = Settings(data=data_folder(data).absolute(), database=database)
    clips = restore(archive, settings)
    answer = json.dumps({"data": str(settings.data), "clips": clips})
    put(f"{answer if as_json else f'{settings.data}: {clips} clips'}\n", sys.stdout)
