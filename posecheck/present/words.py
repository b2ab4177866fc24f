"""The words that pictures and pages share for phases, variants, rules and warnings."""

from __future__ import annotations

from posecheck.types import Phase, Variant, Verdict

PHASE_WORDS: dict[Phase, str] = {
    "rest": "Rest",
    "extend": "Straighten",
    "hold": "Hold",
    "glide": "Glide",
    "lower": "Lower",
}
VARIANT_WORDS: dict[Variant, str] = {
    "ankle_pump": "foot up and down (ankle pump)",
    "knee_bend": "knee bent and straightened (knee bend)",
}
VERDICT_WORDS: dict[Verdict, str] = {
    "pass": "Done well",
    "needs_work": "Needs work",
    "ungradable": "Cannot be graded",
}
RULE_WORDS: dict[str, str] = {
    "thigh_drift": "The thigh moved",
    "knee_not_held": "The knee was not kept still",
    "past_tension": "Past the point of tension",
    "tension_not_held": "The point of tension was not held",
    "bouncing": "Bouncing",
    "too_fast": "Too fast",
    "too_slow": "Too slow",
    "range_too_small": "The movement was small",
    "head_lifted": "The head was lifted",
    "other_leg_moved": "The other leg moved",
    "pelvis_lifted": "The pelvis was lifted",
    "hands_not_behind_thigh": "Hands not behind the thigh",
}
WARNING_WORDS: dict[str, str] = {
    "no_person": "Nobody is seen",
    "not_supine": "Lie on your back",
    "not_side_on": "Turn the camera side-on",
    "too_small": "Bring the camera closer",
    "out_of_frame": "Part of the body is out of the picture",
    "second_person": "Somebody else is in the picture",
    "tracking_lost": "The person was lost from view",
    "legs_uncertain": "The two legs are hard to tell apart",
    "other_leg_unseen": "The other leg is not seen",
    "too_short": "The recording is too short",
    "cut_off": "The recording breaks off",
}


def rule_words(rule: str) -> str:
    """Return a rule's name in words."""
    return RULE_WORDS.get(rule, rule.replace("_", " ").capitalize())
