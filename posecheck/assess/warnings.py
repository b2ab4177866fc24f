"""What each quality warning means and what to change, in one sentence."""

from __future__ import annotations

from posecheck.exercises.catalogue import EXERCISES
from posecheck.exercises.exercise import Exercise

WARNING_NOTES = {
    "no_person": "Nobody was seen: get your whole body into the picture and switch on more light.",
    "not_supine": "You were not seen lying on your back: lie flat and film from the side.",
    "not_side_on": "The camera did not see you from the side: place it beside you, at hip height.",
    "too_small": "You are small in the picture: come closer until you fill half of its width.",
    "out_of_frame": "Part of you was outside the picture: show all of you, raised foot included.",
    "second_person": "Somebody else was in the picture: only the one lying down was followed. "
    "Ask others to step out.",
    "tracking_lost": "You were lost from sight for a while: use more light and keep the camera "
    "still.",
    "legs_uncertain": "Your two legs were hard to tell apart: raise the camera a little, or film "
    "from the side of the leg that works.",
    "other_leg_unseen": "Your other leg was not seen lying: leave it on the surface, and film so "
    "that it is in the picture beside the one that works.",
    "too_few_frames": "The clip has too few pictures a second to count by: record with 15 or more, "
    "as every phone does unless it is told otherwise.",
    "too_few_looks": "This computer was too slow to look often enough: close other programs, or "
    "record the session and review it afterwards.",
    "frames_missing": "For a while there are no pictures, or one that stands still, and what was "
    "done then is not known: copy the file once more, or record again.",
    "not_this_exercise": "Another exercise was seen: {how_to}",
    "too_short": "The clip is too short to judge: record from lying down until the leg is back "
    "down.",
    "cut_off": "The recording breaks off before its end, so only what is there was looked at: "
    "copy it from the camera again.",
    "time_uncertain": "How fast the recording was made is not known, so no time can be relied on: "
    "record at the usual speed, and give the file as the camera wrote it.",
}


def warning_note(name: str, exercise: Exercise = EXERCISES[0]) -> str:
    """Return one sentence for a quality warning: what it means and what to change.

    Raises
    ------
    KeyError
        There is no such warning.

    """
    return WARNING_NOTES[name].format(how_to=exercise.how_to)
