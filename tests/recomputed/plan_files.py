"""The plan as an independent reader sees it: eleven text files of one folder, read with `csv` and `tomllib`."""

import csv
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

DEFAULT_RULES = {
    "national_average": "riket_else_unweighted",
    "reference_min_n": 100,
    "fixed_target_precision": "exact",
    "average_precision": "exact",
    "compound": "all_parts",
    "majority": "each_group",
    "partly_met_by": "none",
}


OLDER_REFERENCE_KINDS = ("above_reference", "below_reference")


@dataclass(frozen=True, slots=True)
class Goal:
    """One row of goals.csv."""

    goal_id: str
    section: str
    counts_in_majority: bool
    compound_rule: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row of indicators.csv."""

    indicator_id: str
    goal_id: str
    role: str
    kpi_id: str | None
    direction: str | None
    display_decimals: int
    topic: str | None
    needs_all_criteria: bool

    @property
    def sign(self) -> int:
        """1 if higher is better, -1 if lower is: a difference times this is positive if better."""
        return -1 if self.direction == "lower" else 1


@dataclass(frozen=True, slots=True)
class Target:
    """One row of targets.csv; `decimals` are those of the target as printed."""

    criterion: str | None
    year: int | None
    kind: str
    operator: str | None
    value: float | None
    high: float | None
    decimals: int | None
    reference: str | None
    offset: float | None
    is_offset_percent: bool
    base_year: int | None
    rank_scope: str | None
    gender: str
    tolerance: float | None
    is_tolerance_percent: bool
    is_yearly_criterion: bool

    @property
    def sign(self) -> int:
        """1 if the value must be high, -1 if it must be low."""
        return -1 if self.operator in {"<", "<="} else 1


@dataclass(frozen=True, slots=True)
class Manual:
    """One manual figure."""

    value: float | None
    comparison_value: float | None


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan. Outcomes are keyed by (indicator, year), assessments by (goal, year)."""

    plan_id: str
    municipality_id: str
    target_year: int
    years: range
    budget_years: range
    rules: Mapping[str, Any]
    lists: Mapping[str, tuple[str, ...]]
    goals: tuple[Goal, ...]
    indicators: tuple[Indicator, ...]
    cross_check_kpis: frozenset[str]
    targets: Mapping[str, tuple[Target, ...]]
    printed: Mapping[tuple[str, int], float]
    manual: Mapping[tuple[str, int], Manual]
    forecasts: Mapping[tuple[str, int], float]
    assessments: Mapping[tuple[str, int], str]
    breaks: Mapping[str, tuple[tuple[int, bool], ...]]
    availability: Mapping[str, tuple[int, int, int]]

    @property
    def signs(self) -> dict[str, int]:
        """The better direction of each KPI of the indicators."""
        return {each.kpi_id: each.sign for each in self.indicators if each.kpi_id and each.direction}

    def breaks_between(self, kpi_id: str | None, earlier: int, later: int) -> bool:
        """Return whether the KPI's series breaks after one year and not after the other."""
        return any(earlier < first_after <= later for first_after, _ in self.breaks.get(kpi_id or "", ()))


def read_plan_files(folder: Path) -> Plan:
    """Return the plan in this folder."""
    head = tomllib.loads((folder / "plan.toml").read_text(encoding="utf-8"))
    targets: dict[str, list[Target]] = {}
    for row in _rows(folder, "targets"):
        targets.setdefault(row["indicator_id"], []).append(_target(row))
    breaks: dict[str, list[tuple[int, bool]]] = {}
    for row in _rows(folder, "breaks"):
        breaks.setdefault(row["kpi_id"], []).append((int(row["first_year_after"]), row["voids_target"] == "true"))
    manual = list(_rows(folder, "outcomes_manual"))
    return Plan(
        plan_id=head["plan_id"],
        municipality_id=head["municipality_id"],
        target_year=head["target_year"],
        years=range(head["years"]["first"], head["years"]["last"] + 1),
        budget_years=range(head["budget_years"]["first"], head["budget_years"]["last"] + 1),
        rules={**DEFAULT_RULES, **head.get("rules", {})},
        lists={name: tuple(units) for name, units in head.get("groups", {}).items()},
        goals=tuple(
            Goal(row["goal_id"], row["section"], row["counts_in_majority"] == "true", row["compound_rule"])
            for row in _rows(folder, "goals")
        ),
        indicators=tuple(_indicator(row) for row in _rows(folder, "indicators")),
        cross_check_kpis=frozenset(row["kpi"] for row in head.get("cross_check_kpis", ())),
        targets={indicator: tuple(each) for indicator, each in targets.items()},
        printed={_key(row): float(row["value"]) for row in _rows(folder, "outcomes_document") if row["value"]},
        manual={
            _key(row): Manual(_number(row["value"]), _number(row["comparison_value"]))
            for row in manual
            if row["kind"] == "outcome"
        },
        forecasts={_key(row): float(row["value"]) for row in manual if row["kind"] == "forecast"},
        assessments={(row["goal_id"], int(row["year"])): row["verdict"] for row in _rows(folder, "assessments")},
        breaks={kpi: tuple(each) for kpi, each in breaks.items()},
        availability={
            row["kpi_id"]: (*_month_day(row["month_day"]), int(row["year_offset"]))
            for row in _rows(folder, "availability")
        },
    )


def available_on(plan: Plan, kpi_id: str, year: int) -> date | None:
    """Return the day by which the value of a year is usually published, if the plan has one."""
    if kpi_id not in plan.availability:
        return None
    month, day, offset = plan.availability[kpi_id]
    return date(year + offset, month, day)


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _key(row: Mapping[str, str]) -> tuple[str, int]:
    return row["indicator_id"], int(row["year"])


def _number(text: str) -> float | None:
    return float(text) if text else None


def _month_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)


def _indicator(row: Mapping[str, str]) -> Indicator:
    return Indicator(
        indicator_id=row["indicator_id"],
        goal_id=row["goal_id"],
        role=row["role"],
        kpi_id=row["kpi_id"] or None,
        direction=row["direction"] or None,
        display_decimals=int(row["display_decimals"]),
        topic=row["similar_group_topic"] or None,
        needs_all_criteria=row.get("criteria_rule") != "any",
    )


def _decimals(row: Mapping[str, str]) -> int | None:
    """Return the decimals of the target's number in the text, else of its cell; for a range, of the finer end."""
    ends = [cell for cell in (row["target_value"], row.get("target_high", "")) if cell]
    numbers = re.findall(r"(?:(?<!\d)-)?\d+(?:\.\d+)?", row["target_text"].replace(",", ".").replace("\u2212", "-"))
    finest = None
    for end in ends:
        printed = {number for number in numbers if Decimal(number) == Decimal(end)}
        decimals = len((printed.pop() if len(printed) == 1 else end).partition(".")[2])
        finest = decimals if finest is None else max(finest, decimals)
    return finest


def _target(row: Mapping[str, str]) -> Target:
    value = row["target_value"]
    return Target(
        criterion=row.get("criterion") or None,
        year=int(row["year"]) if row["year"] else None,
        kind="reference" if row["kind"] in OLDER_REFERENCE_KINDS else row["kind"],
        operator=row["operator"] or None,
        value=_number(value),
        high=_number(row.get("target_high", "")),
        decimals=_decimals(row),
        reference=row["reference"] or None,
        offset=_number(row.get("offset", "")),
        is_offset_percent=row.get("offset_unit") == "percent",
        base_year=int(row["base_year"]) if row.get("base_year") else None,
        rank_scope=row.get("rank_scope") or None,
        gender=row.get("gender") or "T",
        tolerance=_number(row.get("tolerance", "")),
        is_tolerance_percent=row.get("tolerance_unit") == "percent",
        is_yearly_criterion=row["is_yearly_criterion"] == "true",
    )
