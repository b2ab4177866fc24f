"""The straight leg raise: the leg comes up with the knee straight, stops, and goes down."""

from posecheck.exercises.end_range_follower import EndRangeFollower
from posecheck.exercises.end_range_script import script_of
from posecheck.exercises.exercise import Exercise
from posecheck.exercises.straight_leg_raise.repetitions import TO, find
from posecheck.exercises.straight_leg_raise.rules import RULES, one_cause

STRAIGHT_LEG_RAISE = Exercise(
    name="straight_leg_raise",
    find=find,
    follow=lambda _variant: EndRangeFollower(find, TO),
    moves={None: "hip"},
    rules=RULES,
    one_cause=one_cause,
    script=script_of("straight_leg_raise"),
    how_to="raise one leg with the knee straight until you feel the first pull, stop there, and "
    "lower it slowly.",
    no_repetitions="No whole raise was seen: bring the leg up, stop, and lower it again.",
    no_tension=None,
    to=TO,
    peak_sd_deg=2.6,  # 2.2-2.6 (PMID 25364856)
    repetitions_min=1,
)
