"""Whether a file that was sent is a clip: its first pictures are decoded in a guarded process.

A file that swells when it is decoded, that never ends, or that breaks the decoder costs that
process alone, and is refused with one sentence.
"""

from __future__ import annotations

import contextlib
import itertools
from datetime import datetime
from pathlib import Path
from typing import Any

from posecheck.apps.batch.tasks import Limits
from posecheck.apps.batch.worker_process import WorkerError, WorkerProcess
from posecheck.apps.web.clips.moments import moment
from posecheck.apps.web.store.tables import now
from posecheck.errors import InputError, PosecheckError
from posecheck.vision.frames import MODEL_SIDE_PX, VideoSource

LIMITS = Limits(time_s=60.0, memory_mib=1536.0)
_PICTURES = 3  # that must be there: what is wrong further on is said by the report
_LOOKS_PER_S = 10.0
_FIRST_YEAR = 2000  # cameras without a clock say 1904 or 1970
_FUNCTION = "posecheck.apps.web.clips.check:first_pictures"


def first_pictures(path: str) -> dict[str, Any]:
    """Decode the first pictures; what a worker process calls.

    Returns
    -------
    dict
        ``why``, one sentence where it is refused, else None; ``recorded_at``, in ISO 8601 or None.

    """
    try:
        with VideoSource(Path(path), max_side_px=MODEL_SIDE_PX, per_s=_LOOKS_PER_S) as source:
            seen = sum(1 for _ in itertools.islice(iter(source), _PICTURES))
            if not seen:
                return {"why": "There is no picture in it that can be shown.", "recorded_at": None}
            return {"why": None, "recorded_at": source.info.recorded_at}
    except PosecheckError as error:
        return {"why": str(error), "recorded_at": None}


def checked(path: Path, name: str) -> datetime | None:
    """Return when a clip was recorded, as its file says; None where it says nothing likely.

    Parameters
    ----------
    path
        The file.
    name
        What it is called by whoever sent it.

    Raises
    ------
    InputError
        It is no clip, with why.

    """
    with contextlib.closing(WorkerProcess()) as worker:
        try:
            found = worker.run(_FUNCTION, str(path), LIMITS)
        except WorkerError as error:
            raise InputError(
                f"{name} cannot be read: looking at its first pictures takes more time or memory "
                "than any clip of an exercise. Send it as MP4."
            ) from error
    if found["why"]:
        why = found["why"].replace(str(path), name).replace(path.name, name)
        raise InputError(why)
    at = moment(found["recorded_at"])
    return at if at is not None and at.year >= _FIRST_YEAR and at <= now() else None
