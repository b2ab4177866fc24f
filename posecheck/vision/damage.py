"""What a video file lacks: noticed from its packets, its frames and its end while it is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av
from av.video.stream import VideoStream

from posecheck.vision.file_ends import ends_early

_STATE_THEIR_LENGTH = ("mov", "matroska", "avi", "asf", "flv")
_CUT_S, _CUT_SHARE = 1.0, 0.05  # a clip that is shorter by both is cut off
# Their stamps count from the start of the recording, so that a lost start is seen.
_COUNT_FROM_THE_START = ("matroska", "asf")
_WITHOUT_TIMES = ("h264", "hevc", "mpegvideo", "m4v", "mjpeg", "obu", "vc1")
_HURT_FRAMES = 32  # a decoder is that late, at most, with what a damaged packet lacks
_LOST_S = 0.25  # less is bridged like a blink
# Without known damage so much time between two frames, and so many usual steps, is a hole: a camera
# in the dark takes up to 0.2 s a frame.
_HOLE_S, _HOLE_STEPS = 0.6, 8.0
_BLANK_BYTES = bytes(1 << 12)  # no picture is coded with so many zeros in a row
_SKIPPED_BYTES, _SKIPPED_SHARE = 1 << 14, 0.04  # before the first picture, more is damage
_USUAL_STEP_S = 0.04  # of a file that does not tell its rate


@dataclass(frozen=True, slots=True)
class Stated:
    """What a file says of itself."""

    path: Path
    format: str
    step_s: float = _USUAL_STEP_S  # from one frame to the next
    duration_s: float = 0.0
    frames: int = 0  # 0: it does not say
    slowed_by: float = 1.0  # times slower than it was recorded; all seconds are of the recording

    @property
    def without_times(self) -> bool:
        """Tell whether it is a bare stream, which has no time stamps."""
        return self.format in _WITHOUT_TIMES

    def names(self, formats: Sequence[str]) -> bool:
        """Tell whether its format is one of these."""
        return any(name in self.format for name in formats)


class Damage:
    """Notices what is lost: give it every packet, every frame, and at last the end.

    Parameters
    ----------
    stated
        What the file says of itself.

    """

    def __init__(self, stated: Stated) -> None:
        self._stated = stated
        self.truncated = False  # it breaks off
        self.lost_s: list[tuple[float, float]] = []
        self.unplaced_s = 0.0  # so much more is lost, and it is not known where
        self.strays: list[float] = []  # time stamps of frames that were left out
        self._hurt = 0  # so many frames may still come late because of a damaged packet
        self._undecoded = 0  # packets and frames that were damaged
        self._hurt_last = False  # so was the last packet, or the last frame
        self._first_packet_s: float | None = None
        self._first_at = 0  # where that lies in the file, in bytes
        self._blank_bytes = 0  # of a stream without times

    def take(self, packet: av.Packet[VideoStream]) -> None:
        """Take the next packet."""
        if packet.size and not packet.is_discard:
            if self._first_packet_s is None and packet.pts is not None:
                stamp = float(packet.pts * packet.time_base)
                self._first_packet_s = stamp / self._stated.slowed_by
                self._first_at = packet.pos or 0
            self._hurt_last = packet.is_corrupt
            if packet.is_corrupt:
                self.hurt()
        if self._stated.without_times:
            self._blank_bytes += len(_BLANK_BYTES) * bytes(packet).count(_BLANK_BYTES)

    def hurt(self, undecoded: int = 0) -> None:
        """Note that something was damaged, with how many packets or frames were lost by it."""
        self._hurt, self._hurt_last = _HURT_FRAMES, True
        self._undecoded += undecoded

    def start(self, stamp: float | None) -> None:
        """Note what comes before the first frame, and could not be decoded or found.

        Parameters
        ----------
        stamp
            Of the first frame, in seconds; None where it has none.

        """
        if stamp is None:
            return
        begins = [] if self._first_packet_s is None else [self._first_packet_s]
        skipped = self._first_at - _SKIPPED_BYTES > _SKIPPED_SHARE * self._size
        if skipped and self._stated.names(_COUNT_FROM_THE_START):
            begins.append(0.0)
        late_s = stamp - min(begins, default=stamp)
        if late_s > max(_LOST_S, 2.5 * self._stated.step_s):
            self.lost_s.append((-late_s, 0.0))

    def step(self, from_s: float, to_s: float, *, first: bool, skipped: bool) -> None:
        """Take the step to the next frame.

        Parameters
        ----------
        from_s, to_s
            The times of the frame before, and of this one.
        first
            It is the first frame, so that none was before.
        skipped
            Frames between the two were left out.

        """
        step_s, usual_s = to_s - from_s, self._stated.step_s
        hurt = self._hurt and step_s > max(_LOST_S, 2.5 * usual_s)
        hole = step_s > max(_HOLE_S, _HOLE_STEPS * usual_s)
        if skipped or (not first and (hurt or hole)):
            self.lost_s.append((from_s, to_s))
        self._hurt = max(0, self._hurt - 1)

    def end(self, duration_s: float, frames: int) -> None:
        """Notice what is lacking, as far as the container states how much there should be.

        Parameters
        ----------
        duration_s, frames
            How long it was, and of how many frames.

        """
        stated = self._stated
        if self.strays:  # with which its length was made
            return
        if stated.without_times:
            share = self._blank_bytes / self._size
            lost_s = share * duration_s / max(1 - share, share)
            lost_s = max(lost_s, self._undecoded * stated.step_s)
            self.unplaced_s = lost_s if lost_s > _LOST_S else 0.0
            if self._hurt_last:
                self._break_off(duration_s)
            return
        longest_s = max(_CUT_S, _CUT_SHARE * stated.duration_s)
        before_s = sum(-a for a, _ in self.lost_s if a < 0)
        if stated.names(_COUNT_FROM_THE_START):  # a piece of a longer recording begins late
            before_s = max(before_s, self._first_packet_s or 0.0)
        lacking_s = stated.duration_s - duration_s - before_s
        lacks = stated.names(_STATE_THEIR_LENGTH) and lacking_s > longest_s
        early = ends_early(stated.path) or self._hurt_last
        if stated.names(("avi",)) and not early:
            # Its frames are numbered, so that none of them says where others are lost.
            if lacking_s < -longest_s:
                lacking_s = stated.duration_s - frames * stated.step_s
            self.unplaced_s = lacking_s if lacking_s > longest_s else 0.0
        elif lacks or self.truncated or early:
            # One in fragments states the length of those that were found.
            known = lacks and not (stated.names(("mov",)) and not stated.frames)
            self._break_off(duration_s, lacking_s if known else 0.0)

    def _break_off(self, at_s: float, lacking_s: float = 0.0) -> None:
        self.truncated = True
        self.lost_s.append((at_s, at_s + lacking_s))

    @property
    def _size(self) -> int:
        return self._stated.path.stat().st_size
