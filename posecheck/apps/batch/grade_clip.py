"""One clip of a batch, in a process that may be killed: fetched, looked at, graded, written.

`grade_clip` is what a worker process calls. The landmark model stays loaded from clip to clip.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
import tempfile
import threading
import time
from collections.abc import Callable
from operator import methodcaller
from pathlib import Path

from posecheck.apps.batch.cache import ClipFacts, PoseCache, RowCache
from posecheck.apps.batch.clip_progress import told_in
from posecheck.apps.batch.fetch import ContentHashCache, LocalClip, local_copy
from posecheck.apps.batch.rows import Unwritten, failed_row, graded_row, same_for
from posecheck.apps.batch.storage import Storage, open_storage, unseen
from posecheck.apps.batch.tasks import INDEX, ORDER, GradeTask
from posecheck.apps.report_dir import OURS, PAGE, POSES, REPORT, holds_only_ours
from posecheck.apps.review import Progress, look, write_files
from posecheck.errors import OutputError, PosecheckError
from posecheck.exercises.prescription import Prescription
from posecheck.motion.calibration import calibration_of
from posecheck.present.batch_links import BatchPlace
from posecheck.present.index_page import report_address
from posecheck.session import Session
from posecheck.threads import start_thread
from posecheck.types import ClipGrade, Report
from posecheck.vision.frames import MODEL_SIDE_PX, VideoSource
from posecheck.vision.landmarker import Landmarker, LandmarkModel, ModelChoice
from posecheck.vision.model import ensure_model
from posecheck.vision.pose_store import save_poses


class ReusableLandmarker:
    """One landmarker at a time, kept for the next clip; opened anew for another model.

    Parameters
    ----------
    opened
        Opens the landmarker of a model.

    """

    def __init__(self, opened: Callable[[LandmarkModel], Landmarker]) -> None:
        self._opened = opened
        self._landmarker: Landmarker | None = None
        self._model: LandmarkModel | None = None
        self._reset: _Reset | None = None

    def ready(self, model: LandmarkModel) -> Landmarker:
        """What looks with this model, ready for a clip; a new one where a reset has failed."""
        if self._model == model:
            self.start_reset()
        if self._end_of_reset() is not None or self._model != model:
            self.close()
        if self._landmarker is None:
            self._landmarker, self._model = self._opened(model), model
        return self._landmarker

    def start_reset(self) -> None:
        """Begin with the reset: it takes a tenth of a second, in which files can be written."""
        if self._landmarker is not None and self._reset is None:
            self._reset = _Reset(self._landmarker)
            start_thread(self._reset)

    def close(self) -> None:
        """Let go of the model."""
        self._end_of_reset()
        landmarker, self._landmarker = self._landmarker, None
        if landmarker is not None:
            with contextlib.suppress(Exception):  # one whose reset failed may be closed by half
                landmarker.close()

    def _end_of_reset(self) -> BaseException | None:
        reset, self._reset = self._reset, None
        if reset is None:
            return None
        reset.join()
        return reset.error


class _Reset(threading.Thread):
    """Keeps the error for whoever wants to look."""

    def __init__(self, landmarker: Landmarker) -> None:
        super().__init__(name="posecheck-reset", daemon=True)
        self._landmarker = landmarker
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self._landmarker.reset()
        except BaseException as error:
            self.error = error


class ClipGrader:
    """Grades clip after clip with one landmark model.

    Parameters
    ----------
    opened
        Opens the landmarker of a model.

    """

    def __init__(
        self, opened: Callable[[LandmarkModel], Landmarker] = methodcaller("open")
    ) -> None:
        self._models: dict[ModelChoice, LandmarkModel] = {}
        self.landmarker = ReusableLandmarker(opened)

    def __call__(self, task: GradeTask) -> ClipGrade:
        """The row of a clip, whatever becomes of it."""
        begun_s = time.perf_counter()
        one = _OneClip(task, self)
        try:
            row = one.grade()
        except PosecheckError as error:
            kind = Unwritten if isinstance(error, OutputError) else ClipGrade
            row = failed_row(task.job, one.told(str(error)), one.sha256, kind=kind)
        except MemoryError:
            row = failed_row(task.job, "There was not enough memory for it.", one.sha256)
        except OSError as error:
            why = f"It could not be graded ({error.strerror or one.told(str(error))})."
            row = failed_row(task.job, why, one.sha256)
        except Exception as error:  # a clip nobody has thought of; the others shall not suffer
            what = one.told(f"{type(error).__name__}: {error}")[:300]
            row = failed_row(
                task.job, f"It failed unexpectedly ({what}); please report this.", one.sha256
            )
        # what was kept took no time
        seconds = math.nan if one.was_cached else round(time.perf_counter() - begun_s, 3)
        return dataclasses.replace(row, seconds=seconds)

    def model(self, chosen: ModelChoice) -> LandmarkModel:
        """The landmark model, looked into once."""
        if chosen not in self._models:
            self._models[chosen] = ensure_model(chosen)
        return self._models[chosen]


class _OneClip:
    """What is known of the clip at hand."""

    def __init__(self, task: GradeTask, grader: ClipGrader) -> None:
        self._task, self._grader = task, grader
        self._tell: Progress = _nobody if task.progress is None else told_in(task.progress)
        self._clip: LocalClip | None = None
        self.was_cached = False

    @property
    def sha256(self) -> str | None:
        """Of its content, once that is known."""
        return None if self._clip is None else self._clip.sha256

    def told(self, sentence: str) -> str:
        """The sentence with the clip's own name instead of that of a copy."""
        if self._clip is not None:
            for copy in (str(self._clip.path), self._clip.path.name):
                sentence = sentence.replace(copy, self._task.job.short_name)
        return sentence

    def grade(self) -> ClipGrade:
        """Its row: kept from an earlier run, or made now."""
        task = self._task
        self._out = open_storage(task.out)
        if not self._out.sees(task.mark):
            raise OutputError(unseen(self._out.shown))
        model = self._grader.model(task.model)
        known_hash = ContentHashCache(self._out, task.job)
        known = known_hash.load()
        if known is not None:
            with self._out.content_lock(known):
                row = self._cached(RowCache(self._out, task, known, model.sha256))
            if row is not None:
                return row
        with (
            tempfile.TemporaryDirectory(prefix="clip-") as scratch,
            local_copy(task.job, Path(scratch)) as clip,
        ):
            self._clip = clip
            known_hash.save(clip.sha256)
            cache = RowCache(self._out, task, clip.sha256, model.sha256)
            with self._out.content_lock(clip.sha256):
                row = self._cached(cache)
                if row is not None:
                    return row
                folder = Path(scratch) / "report"
                folder.mkdir()
                return self._grade(clip, model, cache, folder)

    def _cached(self, cache: RowCache) -> ClipGrade | None:
        row = cache.load()
        self.was_cached = row is not None
        return None if row is None else same_for(self._task.job, row)

    def _grade(
        self, clip: LocalClip, model: LandmarkModel, cache: RowCache, folder: Path
    ) -> ClipGrade:
        task = self._task
        name = task.folder_name(clip.sha256)
        if name is not None:
            _refuse_what_is_not_ours(self._out, name)
        report = self._report(clip, model, folder / POSES)
        content = None
        if name is not None:
            place = BatchPlace(report_address(name, PAGE), INDEX, ORDER)
            write_files(
                clip.path, report, folder, video=task.video, plotly_js=task.plotly_js, place=place,
                tell=self._tell,
            )  # fmt: skip
            clip.check()
            self._out.write_folder(name, folder)
            content = (folder / REPORT).read_bytes()
        row = graded_row(task.job, report, name, math.nan)
        cache.save(row, content)
        return row

    def _report(self, clip: LocalClip, model: LandmarkModel, poses: Path) -> Report:
        """From what is kept, or by looking; leaves the poses in a file."""
        task = self._task
        prescription = Prescription.model_validate_json(task.prescription)
        cache = PoseCache(self._out, clip.sha256, model.sha256, task.per_s)
        found = cache.load(poses)
        measured = None if found is None else cache.load_measured()
        if measured is not None:
            session = Session.restored(prescription, measured, task.language)
        else:
            calibration = calibration_of(model.name)
            session = Session(prescription, calibration=calibration, language=task.language)
            for pose in () if found is None else found[0]:
                session.push(pose)
        if found is not None:
            facts = found[1]
        else:
            facts = self._look(clip, model, session, poses)
            clip.check()  # nothing is kept under a hash that is not its own
            cache.save(poses, facts)
        if measured is None:
            cache.save_measured(session.measured())
        info = dataclasses.replace(facts.info, name=task.job.short_name, sha256=clip.sha256)
        report = session.finish(info, model.info, facts.frame_t_s, facts.flaws)
        return dataclasses.replace(report, subject=task.job.record)

    def _look(
        self, clip: LocalClip, model: LandmarkModel, session: Session, poses: Path
    ) -> ClipFacts:
        with VideoSource(clip.path, max_side_px=MODEL_SIDE_PX, per_s=self._task.per_s) as source:
            log = look(source, self._grader.landmarker.ready(model), session, self._tell)
            self._grader.landmarker.start_reset()
            save_poses(log.poses(model.sha256), poses)
            return ClipFacts(source.info, source.flaws, log.frame_t_s)


def _refuse_what_is_not_ours(out: Storage, folder: str) -> None:
    """Nothing but an older report is replaced, or one that was broken off behind an address."""
    inside = {name.removeprefix(f"{folder}/") for name in out.list(folder)}
    # there a folder appears file by file, the report last
    broken_off = inside <= OURS and not out.replaces_folders
    if not (holds_only_ours(inside) or broken_off):
        raise OutputError(
            f"The folder {folder} where its report should go holds something else and is left "
            "alone; give --out another folder."
        )


def _nobody(_stage: str, _done: int, _total: int) -> None:
    """Nobody watches this clip."""


grade_clip = ClipGrader()
