"""The active knee extension: the thigh stands, the knee is straightened, stops, and is bent."""

from posecheck.exercises.active_knee_extension.repetitions import TO, find
from posecheck.exercises.active_knee_extension.rules import RULES
from posecheck.exercises.end_range_follower import EndRangeFollower
from posecheck.exercises.end_range_script import script_of
from posecheck.exercises.exercise import Exercise
from posecheck.exercises.rule import each_cause

ACTIVE_KNEE_EXTENSION = Exercise(
    name="active_knee_extension",
    find=find,
    follow=lambda _variant: EndRangeFollower(find, TO),
    moves={None: "knee"},
    rules=RULES,
    one_cause=each_cause,
    script=script_of("active_knee_extension"),
    how_to="hold one thigh upright, straighten that knee as far as it goes without pain, stop "
    "there, and bend it again.",
    no_repetitions="No whole extension was seen: straighten the knee, stop, and bend it again.",
    no_tension=None,
    to=TO,
    peak_sd_deg=2.9,  # 2.6-2.9 (PMID 25364856)
    repetitions_min=1,
)
