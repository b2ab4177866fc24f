"""What a live session shows, says, records and tells, from the main thread."""

from __future__ import annotations

import dataclasses
import queue
import time
from collections.abc import Callable
from typing import Final

from posecheck.apps import interrupts
from posecheck.apps.live.events import Event, EventStream, camera_event, cue_event, trouble
from posecheck.apps.live.pipeline import AnalysisThread, Moment
from posecheck.apps.recording import Recording
from posecheck.assess.outcome import best_of, outcome_cues, to_do_better
from posecheck.present.voice import Voice
from posecheck.present.window import Window
from posecheck.threads import NewestSlot, start_thread
from posecheck.types import Cue, Report, Words
from posecheck.vision.camera import Camera, CameraEvent
from posecheck.vision.frames import Frame

Tell = Callable[[Event], None]
"""Called with each event, a JSON object, in the main thread."""
Shown = Callable[[Moment, float], None]
"""Called with what was drawn, if there is a window, and how old its frame was then."""

_TICK_S = 0.05
_PAINTED_S = 0.02  # what is drawn is on the screen in half of that, unless the machine is busy
_NOTICES: Final = {"lost": "camera_lost", "black": "camera_lost", "still": "camera_still",
                   "back": "camera_back", "light": "camera_back",
                   "moving": "camera_back"}  # fmt: skip


class Presenter:
    """Takes the moments of a session; what begins with `push` is called in its threads.

    Parameters
    ----------
    camera
        Tells how old a frame is.
    window, voice, recording
        Where moments are shown, said and recorded; there may be no window and no recording.
    words
        The words of a language, of what is shown, said and told.
    tell
        Is given each event, in the main thread; None tells nobody.
    shown
        Is given each moment after it was drawn, and how old its frame was then, in seconds.

    """

    def __init__(
        self,
        camera: Camera,
        window: Window | None,
        voice: Voice,
        recording: Recording | None,
        words: Words,
        tell: Tell | None,
        shown: Shown | None,
    ) -> None:
        self._camera, self._window, self._voice = camera, window, voice
        self._recording, self._words = recording, words
        self._tell, self._shown = tell, shown
        self._newest: NewestSlot[Moment] = NewestSlot()
        self._painted: NewestSlot[None] = NewestSlot()  # woken once it is on the screen
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._event_stream = EventStream(words)
        self.untold: OSError | None = None  # why events can be told no more
        self._notice: str | None = None
        self._troubles: set[str] = set()
        self._last: Moment | None = None
        self._ahead: Frame | None = None  # it is being looked at
        self._prepared: Frame | None = None  # and drawn as far as can be without its pose

    @property
    def closed(self) -> bool:
        """Return whether somebody has closed the window; one that has broken down ends nothing."""
        window = self._window
        return window is not None and not window.open and window.problem is None

    def push_ahead(self, frame: Frame) -> None:
        """Prepare the picture of a frame while it is being looked at."""
        if self._window is not None:
            self._ahead = frame
            self._newest.wake()

    def push(self, moment: Moment) -> None:
        """Say and hand on one moment, and leave Python and a core to who draws it."""
        self._painted.take(0.0)  # of a moment that was not waited for
        self._newest.put(moment)  # first: the screen waits for it
        for cue in moment.cues:
            self._voice.cue(cue)
        if self._tell is not None:
            for event in self._event_stream.of(moment):
                self._events.put(event)
        if self._window is not None:
            self._painted.take(_PAINTED_S)

    def keep(self, moment: Moment) -> None:
        """Record one moment; the encoder would take its core from the drawing of it."""
        if self._recording is not None:
            self._recording.write(moment.frame, moment.pose)

    def push_camera(self, event: CameraEvent) -> None:
        """Say what has happened to the camera."""
        name = _NOTICES.get(event.kind)
        if name is not None:
            self._notice = None if name == "camera_back" else name
            if event.kind not in ("back", "moving"):  # the guide greets who comes back
                self._voice.cue(Cue(event.t_s, "end", name, urgent=True))
        self._events.put(camera_event(event))

    def run(self, analysis: AnalysisThread) -> None:
        """Draw and tell until the session is over or the window is closed.

        Parameters
        ----------
        analysis
            The thread that understands, which is started here.

        """
        start_thread(analysis)
        while not analysis.over:
            self._step(analysis)
            if self.closed:
                analysis.stop()
        self._step(analysis)

    def conclude(self, report: Report, linger_s: float) -> None:
        """Say and show what the report says: the verdict, and the one thing to do better.

        Parameters
        ----------
        report
            The report of the session.
        linger_s
            How long the last screen stays, in seconds.

        """
        t_s = 0.0 if self._last is None else self._last.stage.t_s
        for cue in outcome_cues(report, t_s):
            self._voice.cue(cue)
            self._tell_one(cue_event(cue, self._words))
        self._linger(report, linger_s)

    def _step(self, analysis: AnalysisThread) -> None:
        interrupts.check()
        moment = self._newest.take(0.0 if analysis.over else _TICK_S)
        if moment is not None:
            self._last = moment
            painted_s = self._draw(moment)
            if self._prepared is not None and self._prepared.t_s <= moment.frame.t_s:
                self._prepared = None
            if self._shown is not None:
                self._shown(moment, self._camera.at_s(painted_s) - moment.frame.t_s)
            self._painted.wake()
        elif self._notice is not None and self._last is not None and self._prepared is None:
            self._draw(self._last)
        elif self._window is not None:
            self._window.hear()
        self._prepare()
        self._tell_troubles()
        while not self._events.empty():
            self._tell_one(self._events.get())

    def _tell_one(self, event: Event) -> None:
        """Tell an event; where nobody takes them any more, the person is still on the mat."""
        if self._tell is None:
            return
        try:
            self._tell(event)
        except OSError as error:
            self.untold, self._tell = error, None

    def _prepare(self) -> None:
        """Have the picture that is being looked at prepared, once the one before is drawn."""
        if self._window is None or self._prepared is not None:
            return
        frame, self._ahead = self._ahead, None
        if frame is not None and (self._last is None or frame.t_s > self._last.frame.t_s):
            self._window.prepare(frame.image)
            self._prepared = frame

    def _draw(self, moment: Moment) -> float:
        """Have a moment drawn; return when it was painted, of `time.monotonic`."""
        if self._window is None:
            return time.monotonic()
        frame = moment.frame
        return self._window.draw(
            frame.image, moment.update, moment.stage, self._words,
            scale=frame.scale, notice=self._notice, foot=self._foot(moment),
        )  # fmt: skip

    def _foot(self, moment: Moment) -> tuple[str, ...]:
        """Return what the set-up says of the looks: how many, and what to do about too few."""
        rate = moment.rate
        if rate is None or moment.stage.name != "set_up":
            return ()
        if rate.slow is None:
            return (self._words.line("looks", rate.number),)
        few = "few_looks" if rate.slow == "slow_computer" else "few_pictures"
        return self._words.line(few, rate.number), self._words.line(rate.slow)

    def _tell_troubles(self) -> None:
        """Tell once what no longer works; the session goes on without it."""
        t_s = 0.0 if self._last is None else self._last.stage.t_s
        problems = {"voice": self._voice.problem}
        if self._recording is not None:
            problems["recording"] = self._recording.problem
        if self._window is not None:
            problems["window"] = self._window.problem
        for what, problem in problems.items():
            if problem is not None and what not in self._troubles:
                self._troubles.add(what)
                self._events.put(trouble(what, t_s, problem))

    def _linger(self, report: Report, seconds: float) -> None:
        """Leave the last screen for a while; closing it is enough."""
        if self._window is None or self._last is None:
            return
        stage = self._last.stage
        stage = dataclasses.replace(
            stage, name="done", ending=0.0, correction=None,
            message=stage.message if stage.name == "done" else "stopped",
            verdict=report.grade.verdict, to_do_better=to_do_better(report),
            best=best_of(report),
        )  # fmt: skip
        self._notice = None
        until_s = time.monotonic() + seconds
        self._draw(dataclasses.replace(self._last, stage=stage))
        while self._window.open and time.monotonic() < until_s:
            interrupts.check()
            self._window.hear()
            time.sleep(_TICK_S)
