"""A live session: camera -> poses -> guide -> voice and screen, and a report at the end.

::

    done = live("0", prescription, out="today", window=False, tell=print)
    done.report.grade.verdict, done.folder

The camera, the looks, the recording and the voice each have a thread of their own; this one
draws. Frames that come too fast are dropped, never queued.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
from pathlib import Path

from posecheck.apps import interrupts
from posecheck.apps.live.loading import loading
from posecheck.apps.live.pipeline import AnalysisThread
from posecheck.apps.live.presenter import Presenter, Shown, Tell
from posecheck.apps.pictures import draw_clip
from posecheck.apps.recording import Recording
from posecheck.apps.report_dir import POSES, VIDEO, ReportDir
from posecheck.apps.report_output import write_report
from posecheck.apps.review import DRAWING, Progress, Reviewed
from posecheck.assess.programme_guide import ProgrammeGuide
from posecheck.errors import CameraError, OutputError, PosecheckError
from posecheck.exercises.language import language_of, words_of
from posecheck.exercises.prescription import Prescription
from posecheck.motion.calibration import calibration_of
from posecheck.natives import quietly
from posecheck.present.pdf_text import load_reportlab
from posecheck.present.voice import Voice
from posecheck.present.window import Window
from posecheck.session import Session
from posecheck.types import ClipInfo, Flaws, Report, Subject
from posecheck.vision.camera import Camera
from posecheck.vision.containers import file_sha256
from posecheck.vision.landmarker import ModelChoice
from posecheck.vision.model import ensure_model, stderr_bar
from posecheck.vision.pose_log import PoseLog
from posecheck.vision.pose_store import save_poses

FOLDER = "report"  # in that of a recording
LINGER_S = 10.0  # the last screen stays, while the verdict is said


@quietly
def live(
    camera: str | int = 0,
    prescription: Prescription | None = None,
    out: str | Path | None = None,
    record: str | Path | None = None,
    *,
    window: bool = True,
    mute: bool = False,
    language: str = "en",
    model: ModelChoice = None,
    speed: float = 1.0,
    loop: bool = False,
    linger_s: float = LINGER_S,
    subject: Subject | None = None,
    pdf: bool = False,
    single_file: bool = False,
    tell: Tell | None = None,
    shown: Shown | None = None,
    progress: Progress | None = None,
) -> Reviewed:
    """Lead through one session and write its report.

    Parameters
    ----------
    camera
        A number, a part of a camera's name, an address, or a file that stands in for one.
    prescription
        What was asked for; the default asks for form and no dose.
    out
        The folder of the report; by default ``report`` in that of the recording, else, or where
        the recording broke off, ``live-<date>-<time>.posecheck`` in the working directory.
    record
        The folder to record the clip and the poses in; None records nothing.
    window, mute, language
        Whether there is a screen and a voice, and in which language.
    model
        ``lite``, ``full`` or ``heavy`` (if None), the file of a landmark model, or a
        `posecheck.vision.landmarker.LandmarkModel` of your own. None takes the place of another by
        itself: a computer that is too slow for it is told so.
    speed, loop
        Of a file: how fast it is played, 0 for every frame, and whether it begins again.
    linger_s
        How long the last screen stays.
    subject
        Whose session it is, for the heading of the report.
    pdf, single_file
        As those of `posecheck.apps.review.review`.
    tell
        Is given each event, in the main thread. Where it fails as a stream does, with OSError, the
        session goes on without it.
    shown
        Is given each moment after it was drawn, and how old its frame was then, in seconds.
    progress
        Is told how far the drawing of a recorded clip is.

    Returns
    -------
    Reviewed
        The report and where it is. After Ctrl-C this is the report of what there was, and without
        a video.

    Raises
    ------
    PosecheckError
        One sentence that says what is wrong and what to do.
    KeyboardInterrupt
        Ctrl-C before the first frame.

    """
    words, asked = words_of(language_of(language)), prescription or Prescription.default()
    begun = datetime.datetime.now().astimezone()
    if pdf:
        load_reportlab()
    out, record = (None if p is None else Path(p) for p in (out, record))
    _refuse_overlap(out, record)
    with contextlib.ExitStack() as stack:
        ReportDir(out or _default_folder(record, begun)).check()
        screen = stack.enter_context(Window()) if window else None
        with loading(screen, words):
            found = ensure_model(model, stderr_bar)
            landmarker = stack.enter_context(contextlib.closing(found.open()))
            landmarker.warm_up()
        source = stack.enter_context(Camera(camera, speed=speed, loop=loop))
        recording = stack.enter_context(Recording(record, found.sha256)) if record else None
        voice = Voice(words, mute)
        stack.callback(voice.close)
        calibration = calibration_of(found.name)
        session = Session(asked, live=True, calibration=calibration, language=language)
        guide = ProgrammeGuide(asked, session.begin)
        presenter = Presenter(source, screen, voice, recording, words, tell, shown)
        analysis = AnalysisThread(source, landmarker, session, guide, presenter)
        broken = _lead(presenter, analysis)
        if not len(analysis.log):
            interrupts.check()
            raise broken or analysis.error or _why_nothing(source, presenter)
        # What there is is worth its report, whatever has ended the session.
        log = analysis.log
        if analysis.still_s:
            log = _without(log, analysis.still_s)
            session = Session(asked, live=True, calibration=calibration, language=language)
            for pose in log.poses():
                session.push(pose)
        report = session.finish(
            _info(source.info, analysis, begun, None), found.info,
            flaws=Flaws(lost_s=tuple(analysis.still_s)),
        )  # fmt: skip
        if broken is None and not interrupts.requested():
            with contextlib.suppress(KeyboardInterrupt):
                presenter.conclude(report, linger_s)
        with contextlib.suppress(KeyboardInterrupt), interrupts.shielded():
            if screen is not None:  # full screen, it would hide how far the drawing is
                screen.close()
            source.close()
            clip = _recorded(recording)
            info = _info(source.info, analysis, begun, clip)
            report = dataclasses.replace(report, clip=info, subject=subject or Subject())
            # where the recording could not go on, most likely there is no room for a report
            recorded = record if recording is not None and recording.problem is None else None
            target = ReportDir(out or _default_folder(recorded, begun))
            with target as folder:
                save_poses(log.poses(found.sha256), folder / POSES)
                _write(report, folder, clip, progress, pdf, single_file)
    _raise_what_went_wrong(broken or analysis.error, presenter.untold, target.path)
    return Reviewed(report, target.path)


def _lead(presenter: Presenter, analysis: AnalysisThread) -> Exception | None:
    """Lead to the end; return what has broken it off, for what there is is written first."""
    with contextlib.suppress(KeyboardInterrupt):
        try:
            presenter.run(analysis)
        except Exception as error:
            return error
        finally:
            analysis.stop()
    return None


def _raise_what_went_wrong(
    error: BaseException | None, untold: OSError | None, folder: Path
) -> None:
    """Raise what has ended the session, or why its events could not be told, if anything."""
    if error is not None:
        raise error
    if untold is not None and not isinstance(untold, BrokenPipeError):
        reason = untold.strerror or untold
        raise OutputError(
            f"What happened could not be told to the end ({reason}); the report is in {folder}."
        )


def _why_nothing(source: Camera, presenter: Presenter) -> PosecheckError:
    """Return what a session without a single picture ends with."""
    if presenter.closed:
        return PosecheckError("The window was closed before the first picture.")
    return CameraError(
        f"{source.name} gave no picture; look at it with another program, or choose another one "
        "with --camera."
    )


def _refuse_overlap(out: Path | None, record: Path | None) -> None:
    """Refuse a recording in the folder of the report, which takes the place of the whole folder."""
    if out is None or record is None:
        return
    place, clip = out.resolve(), record.resolve() / "clip.mp4"
    if place in clip.parents:
        raise OutputError(
            f"{out} would hold both the report and the recording; give --out another folder, or "
            "leave it out: then the report is in that of the recording."
        )


def _default_folder(record: Path | None, begun: datetime.datetime) -> Path:
    if record is not None:
        return record / FOLDER
    return Path(f"live-{begun:%Y%m%d-%H%M%S}.posecheck")


def _recorded(recording: Recording | None) -> Path | None:
    """Close the recording, and return the clip if it was recorded to the end."""
    if recording is None:
        return None
    recording.close()
    return recording.clip if recording.problem is None and recording.clip.is_file() else None


def _info(
    source: ClipInfo, analysis: AnalysisThread, begun: datetime.datetime, clip: Path | None
) -> ClipInfo:
    """Return what was seen: the frames that were looked at, of those that the camera gave."""
    return dataclasses.replace(
        source,
        name=source.name if clip is None else clip.name,
        sha256=None if clip is None else file_sha256(clip),
        recorded_at=begun.isoformat(timespec="seconds"),
        duration_s=analysis.last_s + analysis.step_s,
        frames=len(analysis.log),
    )


def _without(log: PoseLog, still_s: list[tuple[float, float]]) -> PoseLog:
    """Return the poses but for those that were seen in a picture that stood still."""
    kept = PoseLog()
    for pose in log.poses():
        if not any(since_s < pose.t_s < until_s for since_s, until_s in still_s):
            kept.append(pose)
    return kept


def _write(
    report: Report, folder: Path, clip: Path | None, progress: Progress | None,
    pdf: bool = False, single_file: bool = False,
) -> None:  # fmt: skip
    pictures, video = ({}, False) if clip is None else _draw(report, folder, clip, progress)
    write_report(report, folder, pictures, video=video, pdf=pdf, single_file=single_file)


def _draw(
    report: Report, folder: Path, clip: Path, progress: Progress | None
) -> tuple[dict[int, bytes], bool]:
    """Return the pictures of the findings, and whether there is an annotated video too.

    The video takes its time, which who has pressed Ctrl-C does not have; the few pictures are made
    in any case.
    """

    def tick(done: int, total: int) -> None:
        if progress is not None:
            progress(DRAWING, done, total)

    def check(done: int, total: int) -> None:
        tick(done, total)
        interrupts.check()

    if not interrupts.requested():
        with contextlib.suppress(KeyboardInterrupt):
            return draw_clip(clip, report, folder / VIDEO, check), True
    return draw_clip(clip, report, None, tick), False
