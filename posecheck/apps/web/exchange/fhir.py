"""Reports as a FHIR R4B bundle: observations of a patient, each with its uncertainty.

A ``collection`` with, for each clip, one Observation ``session`` (the verdict) whose members are
the measures of its sets; the Device that measured; and, where therapists have corrected the
machine, a Provenance with their names, and ``amended`` in the place of ``final``. Patients are
referred to by identifier alone: nothing is said of them that the room does not know. An ungradable
clip has its verdict and the reasons, and no measures. Ids follow from the room, the clip and the
measure, so that a second export of the same clip can be told from a new one.
"""

from __future__ import annotations

import statistics
import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

from posecheck.apps.web.exchange.fhir_codes import (
    CODES,
    DEG,
    METHOD,
    PATIENT_CODE,
    REPS,
    SCORE,
    SYSTEM,
    UCUM,
    Unit,
)
from posecheck.apps.web.exchange.standing import Standing
from posecheck.apps.web.store.tables import CORRECTED

_RANGES = {"ankle_pump": "range-ankle", "knee_bend": "range-knee"}
_PEAKS = {
    "straight_leg_raise": ("end-range-hip-flexion", "range-hip"),
    "active_knee_extension": ("end-range-knee-flexion", "range-knee"),
    "heel_slide": ("end-range-knee-flexion", "range-knee"),
}
_SHA_SHOWN = 12


def bundle_of(reports: Iterable[Standing], room_id: str) -> str:
    """Return the bundle as JSON, checked by the models of FHIR R4B.

    Parameters
    ----------
    reports
        Of one patient or several.
    room_id
        The room's UUID.

    """
    from fhir.resources.R4B.bundle import Bundle  # a quarter of a second, for this alone

    resources: dict[str, dict[str, Any]] = {}
    for found in reports:
        resources |= {str(one["id"]): one for one in _Clip(found, room_id).resources()}
    bundle = Bundle.model_validate(
        {
            "resourceType": "Bundle",
            "type": "collection",
            "timestamp": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "entry": [{"fullUrl": f"urn:uuid:{k}", "resource": v} for k, v in resources.items()],
        }
    )
    text: str = bundle.model_dump_json(indent=1)
    return text


class _Clip:
    """One clip on its way into a bundle."""

    def __init__(self, found: Standing, room_id: str) -> None:
        self._found, self._room_id = found, room_id
        self._plain = found.plain()
        clip, patient = found.clip, found.patient
        self._at = clip.recorded_at.isoformat(timespec="seconds")
        self._status = "amended" if found.whose == CORRECTED else "final"
        self._subject = {
            "type": "Patient",
            "identifier": {"system": PATIENT_CODE, "value": patient.name},
        }
        self._device = self._device_of()

    def resources(self) -> Iterator[dict[str, Any]]:
        """Give the device, the observations, and who has corrected."""
        measures = list(self._measures())
        session = self._session(measures)
        yield self._device
        yield session
        yield from measures
        if self._found.whose == CORRECTED and self._found.corrections:
            yield self._provenance([session, *measures])

    def _id(self, *what: object) -> str:
        name = "/".join(str(part) for part in (self._found.clip.id, *what))
        return str(uuid.uuid5(uuid.UUID(self._room_id), name))

    def _device_of(self) -> dict[str, Any]:
        model = self._plain.get("model") or {}
        name = f"{model.get('name')} {(model.get('sha256') or '')[:_SHA_SHOWN]}".strip()
        software = str(self._plain.get("posecheck"))
        return {
            "resourceType": "Device",
            "id": str(uuid.uuid5(uuid.UUID(self._room_id), f"device/{software}/{name}")),
            "deviceName": [{"name": "Posecheck", "type": "user-friendly-name"}],
            "version": [
                {"type": _concept("software"), "value": software},
                {"type": _concept("landmark-model"), "value": name},
            ],
        }

    def _observation(self, code: str, *what: object, **more: Any) -> dict[str, Any]:
        ident = self._id(code, *what)
        return {
            "resourceType": "Observation",
            "id": ident,
            "identifier": [{"system": f"urn:uuid:{self._room_id}", "value": ident}],
            "status": self._status,
            "code": _concept(code),
            "subject": self._subject,
            "effectiveDateTime": self._at,
            **more,
        }

    def _measured(
        self, code: str, one: Mapping[str, Any], value: float, unit: Unit,
        band: float | None = None, others: Iterable[float] = (),
    ) -> dict[str, Any]:  # fmt: skip
        components: list[dict[str, Any]] = [
            {"code": _concept("set"), "valueInteger": int(one["index"])}
        ]
        if band is not None:
            components.append({"code": _concept("uncertainty"), "valueQuantity": _of(band, unit)})
        components += [
            {"code": _concept("end-range-of-repetition"), "valueQuantity": _of(other, unit)}
            for other in others
        ]
        more: dict[str, Any] = {
            "valueQuantity": _of(value, unit),
            "component": components,
            "device": _reference(self._device),
            "method": {"text": METHOD},
        }
        if one.get("side"):
            more["bodySite"] = {"text": f"{one['side']} leg"}
        return self._observation(code, one["index"], **more)

    def _measures(self) -> Iterator[dict[str, Any]]:
        clip = self._found.clip
        for code, value in (
            ("symptoms-before", clip.symptoms_before), ("symptoms-after", clip.symptoms_after),
        ):  # fmt: skip
            if value is not None:
                yield self._observation(code, valueInteger=value, status="final")
        if self._plain["grade"]["verdict"] != "ungradable":
            for one in self._plain["sets"]:
                yield from self._set(one)

    def _set(self, one: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        reps = [rep for rep in self._plain["reps"] if rep.get("set") == one["index"]]
        tension, summary = one.get("tension") or {}, one.get("summary") or {}
        for name in ("knee", "hip"):
            value = tension.get(f"{name}_flexion_deg")
            if value is not None:  # the band is that of the knee
                band = tension.get("uncertainty_deg") if name == "knee" else None
                yield self._measured(f"tension-{name}-flexion", one, value, DEG, band)
        yield self._measured("repetitions", one, len(reps), REPS)
        peak, ranged = _PEAKS.get(str(one.get("exercise")), (None, None))
        ranged = ranged or _RANGES.get(str(one.get("variant")))
        ranges = _known(rep.get("range_deg") for rep in reps)
        if ranged is not None and ranges:
            bands = [] if peak else _known(rep.get("uncertainty_deg") for rep in reps)
            band = statistics.median(bands) if bands else None
            yield self._measured(ranged, one, statistics.median(ranges), DEG, band)
        if peak is not None and summary.get("median_deg") is not None:
            peaks = _known(rep.get("peak_deg") for rep in reps)
            band = summary.get("uncertainty_deg")
            yield self._measured(peak, one, summary["median_deg"], DEG, band, peaks)

    def _session(self, members: list[dict[str, Any]]) -> dict[str, Any]:
        grade = self._plain["grade"]
        components: list[dict[str, Any]] = []
        if grade.get("score") is not None:
            components.append(
                {"code": _concept("score"), "valueQuantity": _of(grade["score"], SCORE)}
            )
        if self._plain.get("exercise"):
            words = str(self._plain["exercise"]).replace("_", " ")
            components.append({"code": _concept("exercise"), "valueString": words})
        notes: list[dict[str, Any]] = [
            {"text": str(reason)} for reason in grade.get("reasons") or ()
        ]
        notes += [
            {"authorString": one.by, "time": one.at, "text": str(one.values.get("text"))}
            for one in self._found.corrections
            if one.kind == "note" and one.values.get("text")
        ]
        more: dict[str, Any] = {
            "valueCodeableConcept": _concept(grade["verdict"]),
            "device": _reference(self._device),
            "component": components,
            "note": notes,
            "hasMember": [_reference(one) for one in members],
        }
        return self._observation("session", **{k: v for k, v in more.items() if v})

    def _provenance(self, targets: list[dict[str, Any]]) -> dict[str, Any]:
        corrections = self._found.corrections
        names = dict.fromkeys(one.by or "a former account" for one in corrections)
        return {
            "resourceType": "Provenance",
            "id": self._id("provenance", corrections[-1].revision),
            "target": [_reference(one) for one in targets],
            "recorded": corrections[-1].at,
            "activity": _concept("correction"),
            "agent": [{"type": _concept("therapist"), "who": {"display": name}} for name in names],
        }


def _concept(code: str) -> dict[str, Any]:
    return {"coding": [{"system": SYSTEM, "code": code, "display": CODES[code]}]}


def _of(value: float, unit: Unit) -> dict[str, Any]:
    return {"value": value, "unit": unit.shown, "system": UCUM, "code": unit.code}


def _reference(resource: Mapping[str, Any]) -> dict[str, str]:
    return {"reference": f"urn:uuid:{resource['id']}"}


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]
