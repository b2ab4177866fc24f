"""The heel slide: the heel is drawn along the surface to the seat, and back."""

from posecheck.exercises.end_range_follower import EndRangeFollower
from posecheck.exercises.end_range_script import script_of
from posecheck.exercises.exercise import Exercise
from posecheck.exercises.heel_slide.repetitions import TO, find
from posecheck.exercises.heel_slide.rules import RULES
from posecheck.exercises.rule import each_cause

HEEL_SLIDE = Exercise(
    name="heel_slide",
    find=find,
    follow=lambda _variant: EndRangeFollower(find, TO),
    moves={None: "knee"},
    rules=RULES,
    one_cause=each_cause,
    script=script_of("heel_slide"),
    how_to="draw one heel along the mat towards your seat, and let it slide back.",
    no_repetitions="No whole slide was seen: draw the heel to your seat, and let it slide back.",
    no_tension=None,
    to=TO,
    peak_sd_deg=2.9,  # taken from the knee extension (PMID 25364856)
)
