"""The words of a report's PDF that stand in no other table, by language."""

from __future__ import annotations

PDF_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "Exercise report", "recorded": "Recorded", "score": "{number} of 100",
        "prescription": "Prescription", "numbers": "The numbers", "reps": "Repetitions",
        "rep": "No.", "start": "Start", "took": "Took", "low": "Lowest", "high": "Highest",
        "range": "Range", "change": "Since the earlier recording", "chart": "The angles over time",
        "knee": "Knee flexion", "hip": "Hip flexion", "ankle": "Ankle dorsiflexion",
        "findings": "What to work on", "fault": "fault", "advice": "advice",
        "nothing": "Nothing: no form rule was broken.", "ungraded": "Nothing was graded.",
        "seen": "What the camera could not tell",
        "cut": "… (cut; the rest is in report.html)",
        "more": "This page has no room for more: report.html has all of it ({what}).",
        "more_findings": "findings: {number}", "more_reps": "repetitions: {number}",
        "more_notes": "notes: {number}", "more_reasons": "reasons: {number}",
        "peak": "End range",
        "band": "After “±” stands how far off a measurement may be, 95 times of 100.",
        "band_tension": "The point of tension is the end of the range that the person chose.",
        "band_range": "The end range is as far as the person took the joint in a repetition.",
        "foot": "The exercise should ease, and never hurt, tingle or make the leg go numb: if it "
        "does, stop. Get medical help at once if you notice numbness between the legs, loss of "
        "control over bladder or bowel, or a leg or foot that grows weaker. Posecheck measures and "
        "counts. It does not diagnose, and it replaces no examination.",
        "made": "Posecheck {version}, landmark model {model}",
    },
    "de": {
        "title": "Übungsbericht", "recorded": "Aufgenommen", "score": "{number} von 100",
        "prescription": "Verordnung", "numbers": "Die Zahlen", "reps": "Wiederholungen",
        "rep": "Nr.", "start": "Beginn", "took": "Dauer", "low": "Kleinster", "high": "Größter",
        "range": "Umfang", "change": "Seit der früheren Aufnahme",
        "chart": "Die Winkel im Lauf der Zeit",
        "knee": "Kniebeugung", "hip": "Hüftbeugung", "ankle": "Fußhebung",
        "findings": "Woran zu arbeiten ist", "fault": "Fehler", "advice": "Rat",
        "nothing": "Nichts: Die Form war in Ordnung.", "ungraded": "Es wurde nichts bewertet.",
        "seen": "Was die Kamera nicht erkennen konnte",
        "cut": "… (gekürzt; der Rest steht in report.html)",
        "more": "Es gibt mehr, als auf diese Seite passt: Alles steht in report.html ({what}).",
        "more_findings": "Befunde: {number}", "more_reps": "Wiederholungen: {number}",
        "more_notes": "Hinweise: {number}", "more_reasons": "Gründe: {number}",
        "peak": "Ende",
        "band": "Hinter „±“ steht, wie weit eine Messung in 95 von 100 Fällen höchstens abweicht.",
        "band_tension": "Der Spannungspunkt ist das Ende des Weges, den die Person selbst gewählt "
        "hat.",
        "band_range": "Das Ende ist, wie weit die Person das Gelenk in einer Wiederholung gebracht "
        "hat.",
        "foot": "Die Übung soll lindern und nie weh tun, kribbeln oder das Bein taub machen: Wenn "
        "doch, hören Sie auf. Holen Sie sofort ärztliche Hilfe bei Taubheit zwischen den Beinen, "
        "wenn Sie Blase oder Darm nicht mehr beherrschen, oder wenn ein Bein oder Fuß schwächer "
        "wird. Posecheck misst und zählt. Es stellt keine Diagnose und ersetzt keine Untersuchung.",
        "made": "Posecheck {version}, Landmarkenmodell {model}",
    },
}  # fmt: skip
