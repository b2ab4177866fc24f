"""The arithmetic of the score: what each finding costs.

A fault costs its first points once, and a little more for each further repetition in which it
was seen, up to a most. A piece of advice costs one point. The numbers are our own judgement:
forcing past the point of tension weighs most, for it can hurt.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from posecheck.exercises.catalogue import all_rules
from posecheck.exercises.rule import USUAL_COST, Cost
from posecheck.types import Deduction, Finding, Words

ADVICE_POINTS = 1


def cost_of(rule: str) -> Cost:
    """Return the points that a rule costs."""
    known = all_rules()
    return known[rule].cost if rule in known else USUAL_COST


def faults(findings: Sequence[Finding], words: Words) -> list[Deduction]:
    """Return one line for each rule with faults, the dearest first."""
    lines = []
    for rule, group in _by_rule(findings, "fault"):
        cost = cost_of(rule)
        points = min(cost.first + cost.further * (_times(group) - 1), cost.most)
        lines.append(Deduction(rule, points, _reason(group, words)))
    return sorted(lines, key=lambda line: -line.points)


def advice(findings: Sequence[Finding], words: Words) -> list[Deduction]:
    """Return one line for each rule with advice."""
    groups = _by_rule(findings, "advice")
    return [Deduction(rule, ADVICE_POINTS, _reason(group, words)) for rule, group in groups]


def deduct(lines: Iterable[Deduction], words: Words) -> tuple[Deduction, ...]:
    """Return the lines with points that sum to 100 at most: what goes below 0 is not taken off."""
    left, taken = 100, []
    for line in lines:
        points = min(line.points, left)
        left -= points
        reason = line.reason
        if points < line.points:
            reason = words.text("reasons.left", reason=reason, points=line.points, left=points)
        taken.append(Deduction(line.rule, points, reason))
    return tuple(taken)


def _by_rule(findings: Sequence[Finding], severity: str) -> list[tuple[str, list[Finding]]]:
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.severity == severity:
            groups.setdefault(finding.rule, []).append(finding)
    return sorted(groups.items())  # the order in which rules were looked at does not matter


def _times(group: Sequence[Finding]) -> int:
    """Count the repetitions; what belongs to none counts once each."""
    return len({f.rep for f in group if f.rep is not None}) + sum(f.rep is None for f in group)


def _reason(group: Sequence[Finding], words: Words) -> str:
    """Return the message of the worst one, and how often it was seen."""
    worst = max(group, key=_excess)
    times = _times(group)
    if times == 1:
        return worst.message
    return words.text("reasons.times", message=worst.message, number=times)


def _excess(finding: Finding) -> tuple[float, str]:
    excess = abs(finding.measured - finding.limit)
    return (-1.0 if math.isnan(excess) else excess), finding.message  # any number says more
