"""The supine nerve glide: straighten to the point of tension, then pump the foot or bend."""

from posecheck.exercises.exercise import Exercise
from posecheck.exercises.nerve_glide.attempts import find
from posecheck.exercises.nerve_glide.follower import GlideFollower
from posecheck.exercises.nerve_glide.rules import RULES, one_cause
from posecheck.exercises.nerve_glide.script import SCRIPT

NERVE_GLIDE = Exercise(
    name="nerve_glide",
    find=find,
    follow=GlideFollower,
    moves={"ankle_pump": "ankle", "knee_bend": "knee"},
    rules=RULES,
    one_cause=one_cause,
    script=SCRIPT,
    how_to="hold one thigh up, straighten that knee to the first pull and stop there, then pump "
    "the foot or bend the knee.",
    no_repetitions="You reached the first pull, but no repetitions followed. Stay there and pump "
    "the foot, or bend the knee and come back.",
    no_tension="No first pull was seen before the repetitions. Straighten the knee until you feel "
    "it, stop there, and begin then.",
)
