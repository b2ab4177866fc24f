"""A clip as the review page has it: its report, and a copy whose frames say their number."""

from __future__ import annotations

import json

import numpy as np
from exchange_made import make_clip_row

from posecheck.apps.web.folders import ClipFolder
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import Clip
from posecheck.present.canvas import Picture
from posecheck.present.video import VideoSink
from posecheck.types import Array, Report

SIZE = (320, 240)  # of the copy; the clip is twice as large
BITS = 10  # of a frame's number, as white blocks in the first row
BLOCK_PX = 32
# Reads the number of the frame that a video shows.
NUMBER = """(id) => {
  const video = document.getElementById(id);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [320, 240];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(video, 0, 0, 320, 240);
  let number = 0;
  for (let i = 0; i < 10; i += 1) {
    number |= (context.getImageData(32 * i + 16, 16, 1, 1).data[1] > 127 ? 1 : 0) << i;
  }
  return number;
}"""


def numbered(number: int, ground: Picture) -> Picture:
    """Return a picture that says which it is."""
    image: Picture = ground.copy()
    for bit in range(BITS):
        image[:BLOCK_PX, bit * BLOCK_PX : (bit + 1) * BLOCK_PX] = 255 * (number >> bit & 1)
    return image


_made: dict[tuple[float, ...], bytes] = {}  # copies by the times of their frames: all take a second


def make_video(folder: ClipFolder, t_s: Array) -> None:
    """Write the copy for the page and the times of its frames."""
    key = tuple(t_s.tolist())
    if key in _made:
        folder.review_copy.write_bytes(_made[key])
    else:
        squares = np.random.default_rng(7).integers(
            0, 255, (SIZE[1] // 8, SIZE[0] // 8, 1), np.uint8
        )
        ground = np.repeat(np.repeat(np.repeat(squares, 8, 0), 8, 1), 3, 2)
        with VideoSink(folder.review_copy, *SIZE, keyframe_every=10, in_order=True) as sink:
            for number, at in enumerate(t_s):
                sink.write(numbered(number, ground), float(at))
        _made[key] = folder.review_copy.read_bytes()
    folder.frames.write_text(json.dumps({"t_s": [round(float(at), 3) for at in t_s]}))


def make_seen_clip(
    room: Room, patient_id: int, name: str = "pump_left_side", sha256: str = "d" * 64
) -> int:
    """A clip that has been graded, with its copy for the page."""
    clip_id = make_clip_row(room, patient_id, name, sha256)
    folder = room.folders.clip(patient_id, sha256)
    make_video(folder, report_of(folder).series.t_s)
    with room.database.writing() as session:
        session.get_one(Clip, clip_id).has_video = True
    return clip_id


def report_of(folder: ClipFolder) -> Report:
    """Return the machine's report of a clip."""
    from posecheck.present.report_reader import load_report

    return load_report(folder.machine)
