"""Records a live session as it goes, so that a crash or a power cut costs its last second.

::

    with Recording(folder, model_sha256) as recording:
        recording.write(frame, pose)        # never waits, never raises for a full disk
        if recording.problem:
            ...                             # one line: recording has stopped, the session goes on

While it runs, ``clip.mp4`` is made of fragments, each of which can be played without what comes
later, and the poses are in ``poses.log``. At the end the clip becomes an ordinary MP4 file, which
players can jump in, and the poses ``poses.npz``.
"""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
import time
from pathlib import Path

import av
from av.container import OutputContainer
from av.video.reformatter import VideoReformatter

from posecheck.atomic_files import AtomicFile, remedy
from posecheck.errors import OutputError, PosecheckError
from posecheck.natives import refuse_lost_directory
from posecheck.present.video import TIME_BASE, add_stream, encode, need_encoder, to_frame
from posecheck.threads import BoundedQueue, Closing, start_thread
from posecheck.types import Pose
from posecheck.vision.frames import Frame
from posecheck.vision.pose_store import PoseJournal, settle_journal

CLIP, POSES, JOURNAL = "clip.mp4", "poses.npz", "poses.log"
FLUSH_S = 1.0
_WAITING = 8  # frames between the session and the encoder; at 720p some 20 MB
# Nothing is held back for a better picture, and one core is enough: the other one looks.
# A tenth of a core is left to it however much there is to do; as an idle thread it lost frames.
_NICENESS = 10  # of the encoder's thread

# `ultrafast` is as true to the picture at this quality as `superfast`, in half the time, and a
# noisy picture takes a quarter of the room (measured).
_OPTIONS = {"preset": "ultrafast", "tune": "zerolatency", "crf": "20", "threads": "1"}
# A fragment a frame costs 4 kB a second, and leaves nothing unwritten when the camera stalls.
_FRAGMENTS = {"movflags": "frag_every_frame+empty_moov+default_base_moof", "flush_packets": "1"}


class Recording(Closing):
    """A folder with the clip and the poses of a session in the making; a context manager.

    Raises
    ------
    OutputError
        The folder cannot be written, or holds a recording already.
    MissingDependencyError
        There is no H.264 encoder.

    """

    def __init__(self, folder: Path | str, model_sha256: str = "") -> None:
        self.folder = Path(folder)
        self.dropped = 0  # frames that the encoder was too slow for; their poses are kept
        self.problem: str | None = None
        self._begun = False  # a frame is in the clip
        self._shape: tuple[int, ...] | None = None
        self._frames: BoundedQueue[Frame | None] = BoundedQueue(_WAITING)
        need_encoder("live without --record")
        self._journal = self._begin(model_sha256)
        self._thread = threading.Thread(target=self._run, name="posecheck-recording", daemon=True)
        try:
            start_thread(self._thread)
        except PosecheckError:
            self._journal.close()
            raise

    @property
    def clip(self) -> Path:
        """Where the clip is."""
        return self.folder / CLIP

    def write(self, frame: Frame, pose: Pose) -> None:
        """Record a frame and its pose; the picture must not be changed afterwards."""
        if self.problem is not None:
            return
        self._shape = self._shape or frame.image.shape
        if frame.image.shape != self._shape:
            raise ValueError(f"a frame of {frame.image.shape} in a recording of {self._shape}")
        self._journal.append(pose)
        try:
            self._frames.put_nowait(frame)
        except queue.Full:
            self.dropped += 1

    def close(self) -> None:
        """Finish what was recorded, also after an exception; does nothing the second time."""
        while self._thread.is_alive():
            with contextlib.suppress(queue.Full):
                self._frames.put(None, timeout=0.1)
                break
        self._thread.join()

    def _begin(self, model_sha256: str) -> PoseJournal:
        refuse_lost_directory(self.folder)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            there = [n for n in (CLIP, POSES, JOURNAL) if (self.folder / n).exists()]
            if there:
                raise OutputError(f"{self.folder} holds a recording already ({there[0]}); give "
                                  "another folder with --record.")  # fmt: skip
            self.clip.open("xb").close()
            return PoseJournal(self.folder / JOURNAL, model_sha256)
        except OSError as error:
            reason = error.strerror or error
            raise OutputError(f"{self.folder} cannot be written ({reason}); {remedy(error)} or "
                              "give another folder with --record.") from error  # fmt: skip

    def _run(self) -> None:
        """The background thread; whatever it meets ends the recording, never the session."""
        _step_back()
        try:
            wrote = self._record()
        except Exception as error:
            reason = getattr(error, "strerror", None) or error
            self.problem = (
                f"Recording has stopped ({reason}); what came before is in {self.folder}."
                if self._begun
                else f"Nothing of the clip can be recorded ({reason})."
            )
            wrote = True
            self._drain()
        with contextlib.suppress(OSError):
            self._journal.close()
            self._settle(wrote)

    def _record(self) -> bool:
        """Write until the end; whether there was any frame."""
        first = self._next()
        if first is None:
            return False
        with self._open(first) as container, self.clip.open("r+b") as synced:
            stream, reformatter = container.streams.video[0], VideoReformatter()
            frame: Frame | None = first
            flushed_s, last = time.monotonic(), -1
            while frame is not None:
                last = max(last + 1, round((frame.t_s - first.t_s) / TIME_BASE))
                packets = encode(stream, reformatter, to_frame(frame.image, last))
                container.mux(packets)
                self._begun = self._begun or bool(packets)
                if time.monotonic() - flushed_s >= FLUSH_S:
                    os.fsync(synced.fileno())
                    self._journal.flush()
                    flushed_s = time.monotonic()
                frame = self._next()
            container.mux(stream.encode(None))
        self._begun = True
        self._journal.flush()
        return True

    def _next(self) -> Frame | None:
        """The next frame; while none comes, the poses that wait are written."""
        while True:
            try:
                return self._frames.get(timeout=FLUSH_S)
            except queue.Empty:
                self._journal.flush()

    def _open(self, first: Frame) -> OutputContainer:
        container = av.open(f"file:{self.clip.absolute()}", "w", format="mp4", options=_FRAGMENTS)
        height, width = first.image.shape[:2]
        add_stream(container, width, height, _OPTIONS)
        container.start_encoding()
        return container

    def _drain(self) -> None:
        """Let go of the frames that wait, so that nobody waits for room."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._frames.get_nowait()

    def _settle(self, wrote: bool) -> None:
        """The ordinary files in place of those that survive a crash, where there is room."""
        journal = self.folder / JOURNAL
        if not wrote:
            self.clip.unlink(missing_ok=True)
            journal.unlink(missing_ok=True)
            return
        with contextlib.suppress(PosecheckError, OSError):
            settle_journal(journal, self.folder / POSES)
            journal.unlink()
        whole = None
        try:
            whole = AtomicFile(self.clip)
            if _remux(self.clip, whole.part):
                whole.commit()
                return
            self._begun = False
        except (OSError, av.FFmpegError, IndexError):  # the fragments stay, which play as well
            pass
        finally:
            if whole is not None:
                whole.discard()
        if not self._begun:
            self.clip.unlink(missing_ok=True)


def _step_back() -> None:
    """Let the look go first: on Linux each thread has a niceness of its own."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


def _remux(fragments: Path, whole: Path) -> int:
    """Put the same packets into an MP4 file with an index; return how many there were."""
    count = 0
    # A file of our own: PyAV leaves its own open when the disk is full at the end.
    with (
        whole.open("wb") as file,
        av.open(f"file:{fragments.absolute()}") as source,
        av.open(file, "w", format="mp4") as sink,
    ):
        stream = source.streams.video[0]
        copied = sink.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is not None:
                packet.stream = copied
                sink.mux(packet)
                count += 1
    return count
