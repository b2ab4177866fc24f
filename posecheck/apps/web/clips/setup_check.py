"""Whether the camera of a clip stood well, told at once, while it can still be recorded again.

The browser looks before anything is sent (``static/setup/``), by the numbers that this module
hands it. Where a browser cannot, the room looks at the first seconds of what was sent.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from posecheck.apps.batch.tasks import Limits
from posecheck.apps.batch.worker_process import WorkerError, WorkerProcess
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import Clip
from posecheck.apps.web.words import RoomWords
from posecheck.assess.coverage import BODY_IN_TRUNKS, BODY_MIN_SHARE
from posecheck.assess.gesture import LIES_DEG
from posecheck.assess.setup import APPEARS, DARK, HINTS, problems
from posecheck.errors import PosecheckError
from posecheck.exercises.prescription import Prescription
from posecheck.exercises.sections import View
from posecheck.motion.calibration import (
    BOTH_SEEN_DEG,
    BOTH_SEEN_SHARE,
    SHOULDERS_ACROSS,
    SHOULDERS_ALONG,
)
from posecheck.motion.legs import near_side
from posecheck.motion.skeleton import HIPS, LEGS, NOSE, SHOULDERS
from posecheck.motion.view import FOCAL, SINE_MAX
from posecheck.session import Session
from posecheck.types import Pose
from posecheck.vision.detections import SAME_TRUNKS
from posecheck.vision.frames import MODEL_SIDE_PX, VideoSource
from posecheck.vision.landmarker import ModelChoice
from posecheck.vision.model import ensure_model

LIMITS = Limits(time_s=60.0, memory_mib=2048.0)
LOOKS = 8  # of a browser, over a clip
FIRST_S, LOOKS_PER_S = 8.0, 2.5  # of the room: who films alone lies down in the first of them
# Of somebody who sits, or is small in the picture, nobody knows from where the camera looks.
VIEWLESS = frozenset({"lie_down", "come_closer"})
_FUNCTION = "posecheck.apps.web.clips.setup_check:first_seconds"
_LATER = "The report will say what it could see."
_WAITS_S = 10.0
_one_at_a_time = threading.Lock()  # each look is a process of its own, which loads the model


def numbers_of(view: View) -> dict[str, Any]:
    """Return all numbers that the browser judges by; they stand in the engine alone.

    Parameters
    ----------
    view
        How far from side-on the patient's prescription lets the camera stand.

    """
    return {
        "hints": HINTS, "appears": APPEARS, "dark": DARK, "looks": LOOKS,
        "viewless": sorted(VIEWLESS), "lies_deg": LIES_DEG,
        "body_in_trunks": BODY_IN_TRUNKS, "body_min_share": BODY_MIN_SHARE,
        "same_trunks": SAME_TRUNKS, "nose": NOSE, "shoulders": SHOULDERS, "hips": HIPS,
        "legs": LEGS.tolist(), "focal": FOCAL, "sine_max": SINE_MAX,
        "shoulders_along": SHOULDERS_ALONG, "shoulders_across": SHOULDERS_ACROSS,
        "both_seen_deg": BOTH_SEEN_DEG, "both_seen_share": BOTH_SEEN_SHARE,
        "near_sides": {"right": near_side(1.0), "left": near_side(-1.0)},
        "max_azimuth_deg": view.max_azimuth_deg, "max_elevation_deg": view.max_elevation_deg,
    }  # fmt: skip


def for_page(t: RoomWords, values: Any, place: str) -> dict[str, Any]:
    """Return what a page with an uploader needs for the check.

    Parameters
    ----------
    t
        Its words.
    values
        Of the patient's newest prescription; None where nothing was prescribed.
    place
        The address below which ``{clip}/setup`` is what the room has seen.

    """
    view = View(**(values or {}).get("view", {}))
    said = t.report.say
    return {
        "numbers": numbers_of(view), "place": place, "words": t.all_under("clips.setup"),
        "hints": {hint: said[hint] for hint in HINTS},
    }  # fmt: skip


def hints_of(poses: Sequence[Pose]) -> list[str]:
    """Return what to change, in the order in which it is worth saying.

    Parameters
    ----------
    poses
        Of a clip's first seconds.

    """
    if not poses:
        return []
    session = Session(Prescription.default(), live=True)  # it warns as it goes
    update = [session.push(pose) for pose in poses][-1]  # the view is known by then
    found = [problems(update, pose) for pose in poses[len(poses) // 2 :]]
    hints = [h for h in HINTS if sum(h in seen for seen in found) > APPEARS * len(found)]
    return hints if not set(hints) & VIEWLESS else [h for h in hints if h != "turn_side_on"]


def first_seconds(payload: tuple[str, ModelChoice]) -> list[str]:
    """Look at the first seconds of a clip; what a worker process calls.

    Parameters
    ----------
    payload
        The clip's path, and the model's.

    """
    path, model = payload
    poses = []
    with (
        contextlib.closing(ensure_model(model).open()) as landmarker,
        VideoSource(Path(path), max_side_px=MODEL_SIDE_PX, per_s=LOOKS_PER_S) as source,
    ):
        for frame in source:
            if frame.t_s > FIRST_S:
                break
            poses.append(landmarker.look(frame))
    return hints_of(poses)


def seen_in(room: Room, clip: Clip) -> list[str]:
    """Return what to change, as the room sees it in a clip's first seconds.

    Parameters
    ----------
    room, clip
        Whose clip it is was checked before.

    Raises
    ------
    PosecheckError
        They cannot be looked at.

    """
    video = room.folders.clip(clip.patient_id, clip.sha256).video
    if video is None:
        return []
    if not _one_at_a_time.acquire(timeout=_WAITS_S):
        raise PosecheckError(f"Others are being looked at. {_LATER}")
    try:
        with contextlib.closing(WorkerProcess()) as worker:
            found: list[str] = worker.run(_FUNCTION, (str(video), room.settings.model), LIMITS)
            return found
    except WorkerError as error:
        raise PosecheckError(f"The first seconds could not be looked at. {_LATER}") from error
    finally:
        _one_at_a_time.release()
