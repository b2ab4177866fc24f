"""Another landmark model behind the protocols, in this one file: it remembers what was seen.

Its looks cost nothing, so most tests of the apps need no model. `review`, `live` and `grade` run on
it as on MediaPipe's.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from posecheck.types import ModelInfo, Pose
from posecheck.vision.frames import Frame
from posecheck.vision.pose_store import load_poses

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "pump_left_side.npz"  # six pumps
SAMPLE_PER_S = 25  # looks
Meanwhile = Callable[[], None] | None


class StoredLandmarker:
    """Sees in every clip what MediaPipe saw in a sample at the same time."""

    def __init__(self, poses: Path = SAMPLE, pause_s: float = 0.0) -> None:
        self._poses, self._pause_s = load_poses(poses), pause_s

    def look(self, frame: Frame, meanwhile: Meanwhile = None) -> Pose:
        if meanwhile is not None:
            meanwhile()
        time.sleep(self._pause_s)
        pose = self._poses[min(round(frame.t_s * SAMPLE_PER_S), len(self._poses) - 1)]
        width, height = (round(n) for n in frame.size_px)
        return replace(
            pose, t_s=frame.t_s, width_px=width, height_px=height,
            xy_px=width / pose.width_px * pose.xy_px,
        )  # fmt: skip

    def warm_up(self) -> None: ...

    def reset(self) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class StoredModel:
    """Opens a `StoredLandmarker`, in this process or in another one."""

    opens: Callable[[], StoredLandmarker] = StoredLandmarker
    name: str = "stored"
    sha256: str = "ab" * 32

    @property
    def info(self) -> ModelInfo:
        return ModelInfo(self.name, self.sha256)

    def open(self) -> StoredLandmarker:
        return self.opens()
