"""The made-up worlds have the corners that judgements go wrong in, and every form of criterion."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

import pytest

from tests.recomputed.every_kind import KINDS, OF_MUNICIPALITIES, REFERENCES, SCOPES, allowed, made_up
from tests.recomputed.facts import frame_facts
from tests.recomputed.held_against import PLACES
from tests.recomputed.judgement import JUDGED, Judgement, judge_criterion, targets_of
from tests.recomputed.plan_files import Indicator, Target, read_plan_files

# As many as every run of the tests compares with what is published.
WORLDS = range(4)
TODAY = date(2026, 4, 1)


@dataclass(frozen=True, slots=True)
class Judged:
    """One criterion in one year, as plain Python judges it, with the values of other units of its gender."""

    indicator: Indicator
    target: Target
    outcome: Judgement
    others: tuple[float, ...]

    @property
    def is_judged(self) -> bool:
        """Whether it is met, partly met or not."""
        return self.outcome.verdict in JUDGED

    def corners(self) -> dict[str, bool]:
        """Which of the corners this is one of."""
        held, value, among_others = self.outcome.held, self.outcome.value, self.target.kind in {"reference", *PLACES}
        has_percent = bool(self.target.is_offset_percent and self.target.offset)
        figure = held.figure if held.figure is not None else 1.0
        return {
            "a shared place": self.is_judged and self.target.kind in PLACES and value in self.others,
            "a missing gender": self.outcome.reason == "gender_missing",
            "women and men, both": self.is_judged and self.target.gender == "both",
            "percent of nothing": has_percent and figure == 0,
            "a tolerance in percent of nothing": self.target.is_tolerance_percent and held.missing is not None,
            "percent of a negative base": self.is_judged and has_percent and figure < 0,
            "a base of zero": self.is_judged and figure == 0,
            "a negative value": self.is_judged and value is not None and value < 0,
            "a break": self.outcome.reason == "series_break",
            "one unit only": self.is_judged and among_others and held.n == 1,
            "all equal": self.is_judged and among_others and len(self.others) > 1 and {*self.others} == {value},
        }


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> list[Judged]:
    """Every criterion of the worlds in every year."""
    found = []
    for seed in WORLDS:
        small_plan, kolada = made_up(seed)
        folder = tmp_path_factory.mktemp(f"corners{seed}")
        small_plan.write(folder)
        facts, plan = frame_facts(kolada.data(), TODAY), read_plan_files(folder / small_plan.plan_id)
        for indicator in plan.indicators:
            for year in plan.years:
                for target in targets_of(plan, indicator, year):
                    outcome = judge_criterion(facts, plan, indicator, target, year)
                    gender = outcome.gender if outcome.gender in {"K", "M"} else "T"
                    peers = facts.peers_values(indicator.kpi_id or "", year, gender, plan.municipality_id)
                    others = tuple(value for unit, value in peers.items() if unit != plan.municipality_id)
                    found.append(Judged(indicator, target, outcome, others))
    return found


def test_every_corner_occurs(judged: list[Judged]) -> None:
    """Ties, missing genders, zero and negative bases, breaks, one unit only, all equal: none is left to chance."""
    counted = Counter(dict.fromkeys(judged[0].corners(), 0))
    for each in judged:
        counted.update(name for name, is_one in each.corners().items() if is_one)
    assert [name for name, times in counted.items() if times < 3] == []


def test_every_kind_is_judged_with_each_direction_and_operator(judged: list[Judged]) -> None:
    """Nearer is better too, for whichever kind that allows it."""
    seen = {
        (each.target.kind, each.indicator.direction, each.target.operator or "") for each in judged if each.is_judged
    }
    assert {(kind, *form) for kind in KINDS for form in allowed(kind)} - seen == set()


def test_every_reference_and_scope_is_held_against(judged: list[Judged]) -> None:
    """Means, quartiles, groups and own lists; places among each of the scopes."""
    held = {each.target.reference for each in judged if each.is_judged}
    among = {each.target.rank_scope for each in judged if each.is_judged}
    assert {*REFERENCES, *OF_MUNICIPALITIES} - held == set()
    assert {*SCOPES, *OF_MUNICIPALITIES} - among == set()
