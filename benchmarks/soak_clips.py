"""What long runs of batch grading are fed with: many short clips, or poses under many names."""

from __future__ import annotations

import shutil
from itertools import islice
from pathlib import Path

import av
import numpy as np

from benchmarks.looking import thinned
from benchmarks.scoring import truths
from posecheck.apps.batch.cache import ClipFacts, PoseCache
from posecheck.apps.batch.storage import open_storage
from posecheck.apps.review import LOOKS_PER_S
from posecheck.exercises.prescription import Prescription
from posecheck.motion.track import Measured
from posecheck.session import Session
from posecheck.types import ClipInfo, Flaws
from posecheck.vision.containers import file_sha256
from posecheck.vision.pose_log import PoseLog
from posecheck.vision.pose_store import load_poses, save_poses

ROOT = Path(__file__).resolve().parents[1]
SAMPLES, KEPT_POSES = ROOT / "sample_videos", ROOT / "tests" / "data"
_FRAMES = 50  # of a short clip
_KNOWN_S = 12.0  # of a sample: the tension and two repetitions


def short_clips(folder: Path, count: int) -> Path:
    """A folder of so many clips of two seconds, cut from the samples, no two the same."""
    folder.mkdir()
    samples = [truth.clip for truth in truths(SAMPLES)]
    for i in range(count):
        copy = folder / f"{i:04d}.mp4"
        if i < len(samples):
            _cut(samples[i], copy)
        else:
            shutil.copyfile(folder / f"{i % len(samples):04d}.mp4", copy)
        with copy.open("ab") as file:  # a box that nobody reads
            file.write((16).to_bytes(4, "big") + b"free" + i.to_bytes(8, "big"))
    return folder


def _cut(clip: Path, to: Path) -> None:
    with av.open(str(clip)) as source, av.open(str(to), "w") as sink:
        first = source.streams.video[0]
        stream = sink.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = first.width, first.height, "yuv420p"
        for frame in islice(source.decode(video=0), _FRAMES):
            sink.mux(stream.encode(frame.reformat(format="yuv420p")))
        sink.mux(stream.encode(None))


def known_clips(clips: Path, out: Path, count: int, model_sha256: str) -> None:
    """Small files that are no videos, each known to ``out`` as a sample that was looked at.

    Under the hash of each stand the poses of a sample and what was measured of them, so that
    grading it is all that is left to do.
    """
    clips.mkdir()
    storage = open_storage(out)
    storage.check()
    samples = _samples(clips.parent, model_sha256)
    for i in range(count):
        clip = clips / f"clip_{i:05d}.mp4"
        clip.write_text(f"{i:08d}")
        info = ClipInfo(clip.name, None, None, _KNOWN_S, 300, 640, 480, 0, LOOKS_PER_S)
        kept = PoseCache(storage, file_sha256(clip), model_sha256, LOOKS_PER_S)
        poses, measured = samples[i % len(samples)]
        kept.save(poses, ClipFacts(info, Flaws(), np.empty(0)))
        kept.save_measured(measured)


def _samples(folder: Path, model_sha256: str) -> list[tuple[Path, Measured]]:
    """The first looks at the samples, from the poses that are stored, and what is measured."""
    made = []
    for truth in truths(SAMPLES):
        log, session = PoseLog(), Session(Prescription.default())
        poses = thinned(load_poses(KEPT_POSES / f"{truth.name}.npz"), LOOKS_PER_S)
        for pose in poses:
            if pose.t_s > _KNOWN_S:
                break
            log.append(pose)
            session.push(pose)
        log.frame_t_s = poses.frame_t_s[poses.frame_t_s <= _KNOWN_S]
        made.append((folder / f"{truth.name}.npz", session.measured()))
        save_poses(log.poses(model_sha256), made[-1][0])
    return made
