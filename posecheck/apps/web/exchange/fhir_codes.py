"""What a report is made of in FHIR: Posecheck's own codes, and nothing that pretends to be LOINC.

`SYSTEM` is an address that can never be reached (RFC 2606 keeps ``.invalid`` for that): it names
the codes and leads nowhere. A receiver that has codes of its own maps these.
"""

from __future__ import annotations

from dataclasses import dataclass

SYSTEM = "https://posecheck.invalid/fhir/codes"
# Of identifiers: the name or code that a patient has in the room.
PATIENT_CODE = "https://posecheck.invalid/fhir/patient-code"
UCUM = "http://unitsofmeasure.org"

CODES = {
    "session": "Exercise session, graded from video",
    "tension-knee-flexion": "Knee flexion at the point of tension",
    "tension-hip-flexion": "Hip flexion at the point of tension",
    "repetitions": "Repetitions done",
    "range-hip": "Hip: median range of motion of the repetitions",
    "range-knee": "Knee: median range of motion of the repetitions",
    "range-ankle": "Ankle: median range of motion of the repetitions",
    "end-range-hip-flexion": "Hip flexion at the end range, median of the repetitions",
    "end-range-knee-flexion": "Knee flexion at the end range, median of the repetitions",
    "symptoms-before": "Symptoms before the exercise, 0 (none) to 10",
    "symptoms-after": "Symptoms after the exercise, 0 (none) to 10",
    # components
    "uncertainty": "Half of the 95 % band of the value",
    "set": "Number of the set in the clip, from 1",
    "score": "Score of the form, 0 to 100",
    "exercise": "Exercise",
    "end-range-of-repetition": "The same of one repetition, in order",
    # values
    "pass": "Pass",
    "needs_work": "Needs work",
    "ungradable": "Ungradable",
    # devices and provenance
    "software": "Version of Posecheck",
    "landmark-model": "Landmark model, with the beginning of its SHA-256",
    "therapist": "Therapist",
    "correction": "Marks of the machine were corrected by hand",
}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of UCUM."""

    code: str
    shown: str


DEG, SCORE = Unit("deg", "°"), Unit("{score}", "points of 100")
REPS = Unit("{reps}", "repetitions")
METHOD = (
    "Angles of the picture's plane, from landmarks of a single camera; uncertainty is half of the "
    "95 % band"
)
