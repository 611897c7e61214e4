"""Goals from their indicators, and god ekonomisk hushållning from the goals."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.recomputed.plan_files import Goal, Plan

# Verdicts that leave a goal without data, in order of precedence. The last one is for goals with dated targets.
UNKNOWN = ("no_data", "not_comparable", "not_assessable", "not_yet_due")
# Verdicts that an assessment replaces.
FOR_PEOPLE = ("assessment_required", "not_assessable")


@dataclass(frozen=True, slots=True)
class GoalVerdict:
    """One goal in one year; the counts are over the indicators that count."""

    verdict: str
    verdict_all_parts: str | None
    verdict_any_part: str | None
    n_indicators: int
    counts: Mapping[str, int]


def goal_verdict(plan: Plan, goal: Goal, year: int, verdicts: Mapping[tuple[str, int], str]) -> GoalVerdict:
    """Return the verdict on a goal; prioritised goals need an assessment, and supporting indicators do not count."""
    parts = [
        verdicts[each.indicator_id, year]
        for each in plan.indicators
        if each.goal_id == goal.goal_id and each.role != "supporting"
    ]
    if goal.section == "prioritized":
        verdict, readings = "assessment_required", {}
    else:
        readings = {rule: compound(rule, parts) for rule in ("all_parts", "any_part")}
        verdict = readings[goal.compound_rule or str(plan.rules["compound"])]
    if verdict in FOR_PEOPLE:
        verdict = plan.assessments.get((goal.goal_id, year), verdict)
    return GoalVerdict(verdict, readings.get("all_parts"), readings.get("any_part"), len(parts), Counter(parts))


def compound(rule: str, parts: Sequence[str]) -> str:
    """Return the verdict on several parts together; for one part its own."""
    if rule == "any_part" and "met" in parts:
        return "met"
    unknown = [each for each in UNKNOWN if each in parts]
    if unknown:
        return unknown[0]
    if set(parts) == {"met"}:
        return "met"
    return "partly_met" if {"met", "partly_met"} & set(parts) else "not_met"


@dataclass(frozen=True, slots=True)
class Tally:
    """The goals of one group and their majority; goals without data stay in the number."""

    n: int
    met: int
    unknown: int

    @property
    def needed(self) -> int:
        """More than half of the goals; 0 without goals."""
        return self.n // 2 + 1 if self.n else 0

    @property
    def not_met(self) -> int:
        """The goals not met; partly met counts as not met."""
        return self.n - self.met - self.unknown

    @property
    def verdict(self) -> str:
        """Met, not met if the majority is out of reach, or undetermined."""
        if self.met >= self.needed:
            return "met"
        return "not_met" if self.met + self.unknown < self.needed else "undetermined"


def tally(verdicts: Iterable[str]) -> Tally:
    """Count the goals of one group."""
    known = list(verdicts)
    return Tally(len(known), known.count("met"), sum(1 for each in known if each in UNKNOWN))


def both_groups(financial: Tally, operational: Tally) -> Tally:
    """Return all goals as one group."""
    return Tally(
        financial.n + operational.n,
        financial.met + operational.met,
        financial.unknown + operational.unknown,
    )


def sound_economic_management(variant: str, financial: Tally, operational: Tally) -> str:
    """Return the verdict of a year: a majority in each group, or of all goals together."""
    if variant == "together":
        return both_groups(financial, operational).verdict
    verdicts = {financial.verdict, operational.verdict}
    if "not_met" in verdicts:
        return "not_met"
    return "undetermined" if "undetermined" in verdicts else "met"
