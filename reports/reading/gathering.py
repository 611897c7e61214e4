"""Gathering the contents of a report: the rows of a plan are read from the published file and given to its parts.

Each relation is read once. Nothing is computed here except which rows belong together.
"""

from collections.abc import Iterable, Mapping, Sequence

from reports.errors import UnknownYear
from reports.reading.contents import (
    RIKET,
    UNWEIGHTED,
    Contents,
    CrossCheck,
    Distribution,
    GoalPart,
    IndicatorPart,
    is_region,
)
from reports.reading.scope import Scope
from reports.reading.sourced_rows import Row, Source, by, find_plan
from warehouse.moment import swedish_day

# Findings about a KPI, shown with each indicator that uses it.
KPI_ISSUES = ("kpi_text_changed", "kpi_text_garbled")


def gather(source: Source, plan_id: str, year: int | None = None, scope: Scope | None = None) -> Contents:
    """Read a plan with everything that belongs to it.

    Args:
        source: the published file at the requested moment.
        plan_id: the plan.
        year: the year in focus; by default the target year, or the last one whose bokslut date has passed.
        scope: a part of the plan; by default the whole.

    Raises:
        UnknownPlan: the file has no such plan at that moment.
        UnknownYear: the plan does not follow that year.
        UnknownScope: the plan has no such goal or owner, or there is no such part of a year.
    """
    plan = find_plan(source, plan_id)
    own = plan["municipality_id"]
    mine = ("plan_id = ?", [plan_id])
    dates = _bokslut_dates(source, plan_id)
    years = tuple(range(plan["first_year"], plan["last_year"] + 1))
    if year is not None and year not in years:
        raise UnknownYear(plan_id, year, years[0], years[-1])
    focus = year if year is not None else focus_year(source, plan_id)
    goals = source.rows("plan.goal", *mine, order="goal_order")
    indicators = source.rows("plan.indicator", *mine, order="indicator_order")
    wanted = (scope or Scope()).checked(plan_id, goals, indicators)
    shown = _goals(source, plan, focus, goals, indicators, wanted)
    run = source.one("ops.run", "run_id = ?", [source.run_id])
    if run is None:
        raise LookupError(f"publication of the run `{source.run_id}` without the run")
    return Contents(
        source=source,
        run=run,
        plan=plan,
        municipality=source.one("core.municipality", "municipality_id = ?", [own]),
        year=focus,
        years=years,
        labels={(row["label_kind"], row["code"]): str(row["label"]) for row in source.rows("plan.label", *mine)},
        bokslut_dates=dates,
        management={(row["year"], row["variant"]): row for row in source.rows("mart.sound_economic_management", *mine)},
        goals=shown,
        rules=tuple(source.rows("plan.rule", *mine, order="rule_name")),
        plan_notes=tuple(
            source.rows("plan.note", "plan_id = ? and indicator_id is null", [plan_id], order="severity, code")
        ),
        calendar=tuple(
            row
            for row in source.rows("mart.publication_calendar", *mine, order="kpi_id")
            if not wanted.is_partial or row["kpi_id"] in _kpis_of(shown)
        ),
        budget_lines=()
        if wanted.is_partial
        else tuple(
            source.rows("mart.budget_line", "plan_id = ? and level = 'key_figure'", [plan_id], order="document_line")
        ),
        reconciliation=tuple(source.rows("mart.reconciliation", *mine, order="indicator_id, year")),
        groups=tuple(
            source.rows(
                "mart.similar_group", "plan_id = ? and is_latest_vintage", [plan_id], order="topic, municipality_id"
            )
        ),
        group_names=_named_groups(source, plan_id),
        scope=wanted,
        comments=_comments(source, plan_id, wanted.period),
        period_figures={
            (row["indicator_id"], row["kind"]): row
            for row in source.rows(
                "plan.outcome_manual", "plan_id = ? and year = ? and period = ?", [plan_id, focus, wanted.period]
            )
        },
    )


def _comments(source: Source, plan_id: str, period: str | None) -> dict[tuple[str, int], Row]:
    """Return each item's comment by year: on the requested period, else on the whole year, else on its latest part."""
    rows = source.rows("plan.comment", "plan_id = ?", [plan_id])
    return {
        (row["item_id"], row["year"]): row
        for row in sorted(rows, key=lambda row: _lateness(row["period"], wanted=period))
    }


def _lateness(period: str | None, *, wanted: str | None) -> tuple[bool, bool, int]:
    """Return the sort key of a period: the comment on the last one is shown."""
    months = {"T": 4, "Q": 3}
    ends = 12 if period is None else int(period[-1]) * months[period[0]] if period[0] in months else int(period)
    return period == wanted, period is None, ends


def _kpis_of(goals: Iterable[GoalPart]) -> set[str]:
    return {part.indicator["kpi_id"] for goal in goals for part in goal.indicators}


def _bokslut_dates(source: Source, plan_id: str) -> dict[int, Row]:
    return {row["year"]: row for row in source.rows("plan.bokslut_date", "plan_id = ?", [plan_id], order="year")}


def focus_year(source: Source, plan_id: str) -> int:
    """Return the target year; before its bokslut, the last year with a passed bokslut date, or the first budget year.

    A draft has no bokslut dates: its years count as closed when they have ended.

    Raises:
        UnknownPlan: The file holds no such plan at that moment.
    """
    plan, dates, today = find_plan(source, plan_id), _bokslut_dates(source, plan_id), swedish_day(source.known_at)
    closed = [year for year, row in dates.items() if row["bokslut_date"] <= today] if dates else [today.year - 1]
    last = max(closed, default=plan["first_budget_year"])
    return int(max(min(last, plan["target_year"]), plan["first_year"]))


def _named_groups(source: Source, plan_id: str) -> dict[str, str]:
    """Return the names of the Kolada groups that the plan's criteria compare with, by id."""
    targets = source.rows("plan.target", "plan_id = ?", [plan_id])
    codes = {str(row[column]) for row in targets for column in ("reference", "rank_scope")}
    ids = sorted(code.partition(":")[2] for code in codes if code.startswith("group:"))
    found = source.rows("core.municipality_group", "list_contains(?, group_id)", [ids]) if ids else ()
    return {str(row["group_id"]): str(row["group_name"]) for row in found}


def _goals(
    source: Source, plan: Row, year: int, goals: Sequence[Row], indicators: Sequence[Row], scope: Scope
) -> tuple[GoalPart, ...]:
    mine = ("plan_id = ?", [plan["plan_id"]])
    verdicts = by(source.rows("mart.goal_verdict", *mine), "goal_id")
    of_goal = by(indicators, "goal_id")
    gatherer = _Gatherer(source, plan, year)
    checks = by(source.rows("plan.cross_check_kpi", *mine, order="kpi_id"), "goal_id")
    return tuple(
        GoalPart(
            goal=goal,
            verdicts={row["year"]: row for row in verdicts.get((goal["goal_id"],), [])},
            indicators=tuple(
                gatherer.part(row) for row in of_goal.get((goal["goal_id"],), []) if scope.holds(goal, row)
            ),
            cross_checks=tuple(_cross_check(source, plan, row) for row in checks.get((goal["goal_id"],), [])),
        )
        for goal in goals
        if scope.holds(goal) or any(scope.holds(goal, row) for row in of_goal.get((goal["goal_id"],), []))
    )


def _cross_check(source: Source, plan: Row, check: Row) -> CrossCheck:
    return CrossCheck(
        check=check,
        kpi=source.one("core.kpi", "kpi_id = ?", [check["kpi_id"]]),
        observations=tuple(
            source.rows(
                "core.observation",
                "kpi_id = ? and municipality_id = ? and gender = 'T' and value is not null and period between ? and ?",
                [check["kpi_id"], plan["municipality_id"], plan["first_year"], plan["last_year"]],
                order="period",
            )
        ),
    )


class _Gatherer:
    """The reader of the relations: reads each once and returns the rows of an indicator."""

    def __init__(self, source: Source, plan: Row, year: int) -> None:
        self.source, self.plan, self.year = source, plan, year
        plan_id = plan["plan_id"]
        mine = ("plan_id = ?", [plan_id])
        self.unweighted = f"regions:{UNWEIGHTED}" if is_region(plan) else UNWEIGHTED
        self.judged = by(source.rows("mart.goal_fulfilment", *mine), "indicator_id")
        self.bokslut = by(source.rows("mart.goal_fulfilment_bokslut", *mine), "indicator_id")
        self.criteria = by(
            source.rows("mart.criterion_outcome", *mine, order="target_order, criterion"), "indicator_id", "year"
        )
        self.periods = by(source.rows("mart.period_outcome", *mine, order="last_month, period"), "indicator_id", "year")
        self.history = by(source.rows("mart.indicator_history", *mine), "indicator_id")
        self.outcomes = by(source.rows("mart.national_outcome", *mine), "indicator_id", "year")
        self.calendar = by(source.rows("mart.publication_calendar", *mine), "kpi_id")
        self.breaks = by(source.rows("plan.series_break", *mine, order="first_year_after"), "kpi_id")
        self.edits = by(source.rows("mart.plan_change", *mine, order="known_from, column_name"), "file_name", "item_id")
        self.gaps = by(source.rows("mart.gender_gap", *mine), "kpi_id", "period")
        self.issues = by(
            source.rows(
                "mart.data_issue",
                "plan_id = ? and (indicator_id is not null or list_contains(?, code)) and (year is null or year = ?)",
                [plan_id, list(KPI_ISSUES), year],
                order="case severity when 'high' then 1 when 'medium' then 2 else 3 end, code, text",
            ),
            "indicator_id",
            "kpi_id",
        )
        used = sorted({row["kpi_id"] for rows in self.judged.values() for row in rows if row["kpi_id"]})
        self.references = by(
            source.rows(
                "mart.reference_value", "gender = 'T' and list_contains(?, kpi_id) and value is not null", [used]
            ),
            "kpi_id",
            "reference",
        )
        self.places = by(
            source.rows(
                "mart.ranking",
                "list_contains(?, kpi_id) and period between ? and ?",
                [used, plan["first_year"], year],
                order="rank, municipality_id",
            ),
            "kpi_id",
            "period",
        )
        self.groups = by(source.rows("mart.similar_group", "plan_id = ? and is_latest_vintage", [plan_id]), "topic")

    def part(self, indicator: Row) -> IndicatorPart:
        """Return all rows of one indicator."""
        key, kpi_id = (indicator["indicator_id"],), indicator["kpi_id"]
        judged = {row["year"]: row for row in self.judged.get(key, [])}
        distribution = self.distribution(indicator) if kpi_id else None
        return IndicatorPart(
            indicator=indicator,
            judged=judged,
            bokslut={row["year"]: row for row in self.bokslut.get(key, [])},
            criteria={year: tuple(self.criteria.get((*key, year), [])) for year in judged},
            periods={year: tuple(self.periods.get((*key, year), [])) for year in judged},
            history={(row["year"], row["gender"]): row for row in self.history.get(key, [])},
            national=self.series(kpi_id, RIKET),
            average=self.series(kpi_id, self.unweighted),
            distribution=distribution,
            similar_mean=self.similar_mean(judged.get(self.year)),
            outcome=next(iter(self.outcomes.get((*key, self.year), [])), None),
            gap=self.gap(judged.get(self.year)),
            calendar=next(iter(self.calendar.get((kpi_id,), [])), None),
            issues=tuple(
                issue for owner in (indicator["indicator_id"], None) for issue in self.issues.get((owner, kpi_id), [])
            ),
            breaks=tuple(self.breaks.get((kpi_id,), [])),
            edits=tuple(row for file in ("indicators.csv", "targets.csv") for row in self.edits.get((file, *key), [])),
        )

    def series(self, kpi_id: str | None, reference: str) -> Mapping[int, Row]:
        """Return one reference of a KPI, year by year."""
        return {row["period"]: row for row in self.references.get((kpi_id, reference), [])}

    def similar_mean(self, judged: Row | None) -> Row | None:
        """Return the mean of the similar municipalities that the indicator's difference is measured against."""
        if judged is None or judged["similar_group_id"] is None:
            return None
        return self.series(judged["kpi_id"], f"similar:{judged['similar_group_id']}").get(judged["value_year"])

    def gap(self, judged: Row | None) -> Row | None:
        """Return the gap between women and men in the year of the value."""
        if judged is None:
            return None
        year = judged["year"] if judged["value_year"] is None else judged["value_year"]
        return next(iter(self.gaps.get((judged["kpi_id"], year), [])), None)

    def distribution(self, indicator: Row) -> Distribution | None:
        """Return the distribution of the year in focus, or of the last earlier year with an own value."""
        kpi_id, own_id = indicator["kpi_id"], self.plan["municipality_id"]
        for year in range(self.year, self.plan["first_year"] - 1, -1):
            places = [row for row in self.places.get((kpi_id, year), []) if is_region(row) is is_region(self.plan)]
            own = next((row for row in places if row["municipality_id"] == own_id), None)
            if own is None:
                continue
            members = self.groups.get((indicator["similar_group_topic"],), [])
            member_ids = {row["municipality_id"] for row in members}
            return Distribution(
                year=year,
                places=tuple(places),
                own=own,
                similar=tuple(row for row in places if row["municipality_id"] in member_ids),
                group=members[0] if members else None,
                references={
                    name: row
                    for name, reference in ((RIKET, RIKET), (UNWEIGHTED, self.unweighted))
                    if (row := self.series(kpi_id, reference).get(year)) is not None
                },
            )
        return None
