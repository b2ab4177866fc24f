"""Many clips -> tables, a page, and a folder for each clip.

::

    done = grade("clips", "graded")
    done.counts, done.failed, done.out
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from posecheck.apps.batch.cluster import connect
from posecheck.apps.batch.plan import Settings
from posecheck.apps.batch.runner import Graded, Tell, Watcher, run_batch
from posecheck.apps.batch.tasks import Limits
from posecheck.apps.batch.worker_pool import Executor, LocalExecutor, failed_task, run_in_worker
from posecheck.apps.review import LOOKS_PER_S
from posecheck.errors import InputError
from posecheck.exercises.catalogue import exercise_called
from posecheck.exercises.language import language_of
from posecheck.exercises.prescription import Prescription
from posecheck.natives import load_cv2, quietly
from posecheck.types import Side, Variant
from posecheck.vision.landmarker import ModelChoice

USUAL = Limits()


@quietly
def grade(
    paths: str | Path | Sequence[str | Path],
    out: str | Path,
    prescription: Prescription | None = None,
    *,
    exercise: str | None = None,
    side: Side | None = None,
    variant: Variant | None = None,
    model: ModelChoice = None,
    workers: int | None = None,
    dask: str | None = None,
    every_frame: bool = False,
    video: bool = False,
    pages: bool = True,
    language: str = "en",
    time_limit_s: float = USUAL.time_s,
    memory_limit_mib: float = USUAL.memory_mib,
    tell: Tell = lambda _event: None,
    watcher: Watcher | None = None,
) -> Graded:
    """Grade many clips and write ``grades.csv``, ``grades.parquet``, ``index.html`` and reports.

    Running it again does only what is left to do. Ctrl-C ends it early, with what is done kept
    and written: the result then says so.

    Parameters
    ----------
    paths
        Files, folders, globs, manifests (CSV or Parquet), addresses.
    out
        The folder or address of the results.
    prescription
        What was asked for; the default asks for form and no dose. A manifest may say otherwise
        of a clip.
    exercise, side, variant
        The exercise, the working leg and the movement where they are known of all clips; a
        manifest may say otherwise of a clip.
    model
        The landmark model: ``lite``, ``full``, ``heavy`` (if None), a file, or a
        `posecheck.vision.landmarker.LandmarkModel` of your own, which is pickled for the workers.
    workers
        How many clips are worked on at once; one a core if None.
    dask
        The address of a Dask scheduler whose workers do the work.
    every_frame
        Whether to look at every frame, not only at as many as the accuracy needs.
    video
        Whether to write ``annotated.mp4`` for each clip.
    pages
        Whether to write a folder for each clip.
    language
        Of everything that the pages say, two letters.
    time_limit_s, memory_limit_mib
        A clip that takes more is stopped.
    tell
        Is told events (``begin``, ``note``, ``clip``, ``progress``) as plain values.
    watcher
        Is shown how far it is.

    Raises
    ------
    PosecheckError
        What stands in the way of all clips; what is wrong with one of them is in its row.

    """
    settings = Settings(
        out=os.fspath(out),
        prescription=prescription or Prescription.default(),
        exercise=_known(exercise),
        side=side,
        variant=variant,
        model=model,
        per_s=None if every_frame else LOOKS_PER_S,
        pages=pages,
        video=video,
        language=language_of(language),
        limits=Limits(time_limit_s, memory_limit_mib),
    )

    def executor() -> Executor:
        if dask is not None:
            return connect(dask, run_in_worker, failed_task)
        return LocalExecutor(workers)

    if dask is None:
        load_cv2()  # one line at once where it is broken, not one for each clip
    several = [paths] if isinstance(paths, str | Path) else paths
    places = [os.fspath(path) for path in several]
    return run_batch(places, settings, executor, tell=tell, watcher=watcher)


def _known(exercise: str | None) -> str | None:
    if exercise is None:
        return None
    try:
        return exercise_called(exercise)
    except ValueError as error:
        raise InputError(f"{exercise[:40]!r} {error}") from None
