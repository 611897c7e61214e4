"""The selection of rows for an export: of one plan, one goal, one owner, one year, as of a moment."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from reports.errors import OptionRefused
from reports.reading.scope import Scope
from reports.reading.sourced_rows import DATED, TIMELESS, Source, find_plan

# The columns that identify a row, in English and in the Swedish views, the most specific first.
PLAN_COLUMNS = ("plan_id", "Plan")
ITEM_COLUMNS = ("indicator_id", "Id", "item_id")
GOAL_COLUMNS = ("goal_id", "Mål")
YEAR_COLUMNS = ("year", "År", "period")

Condition = tuple[str, tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Selection:
    """The selected rows.

    Attributes:
        plan_id: the only plan; None for all plans.
        kpi_ids: the plan's KPIs, for tables with KPIs but without plans.
        items: the ids of goals and indicators in the scope; None for all.
        goals: the ids of goals that are partly or wholly in the scope; None for all.
        year: the only year; None for all years.
    """

    plan_id: str | None = None
    kpi_ids: tuple[str, ...] = ()
    items: tuple[str, ...] | None = None
    goals: tuple[str, ...] | None = None
    year: int | None = None

    def conditions(self, relation: str, columns: AbstractSet[str]) -> tuple[Condition, ...]:
        """Return the conditions for a relation's rows.

        Args:
            relation: schema and name.
            columns: the columns of the relation.

        Raises:
            OptionRefused: the relation has no column to select by.
        """
        found: list[Condition] = []
        if self.plan_id is not None:
            plan, kpi = _first(PLAN_COLUMNS, columns), _first(("kpi_id",), columns)
            if plan is not None:
                found.append((f'"{plan}" = ?', (self.plan_id,)))
            elif kpi is not None:
                found.append(("list_contains(?, kpi_id)", (list(self.kpi_ids),)))
            else:
                raise _refused("--plan", relation)
        if self.items is not None and self.goals is not None:
            item, goal = _first(ITEM_COLUMNS, columns), _first(GOAL_COLUMNS, columns)
            if item is not None:
                found.append((f'list_contains(?, "{item}")', (list(self.items),)))
            elif goal is not None:
                found.append((f'list_contains(?, "{goal}")', (list(self.goals),)))
            elif "kpi_id" not in columns:
                raise _refused("--owner or --goal", relation)
        if self.year is not None:
            year = _first(YEAR_COLUMNS, columns)
            if year is None:
                raise _refused("--year", relation)
            found.append((f'try_cast("{year}" as integer) = ?', (self.year,)))
        return tuple(found)


def select(source: Source, plan_id: str | None, scope: Scope, year: int | None) -> Selection:
    """Return the selection of the options.

    Args:
        source: the published file at the requested moment.
        plan_id: the only plan; required by a scope.
        scope: one goal, or one owner.
        year: the only year.

    Raises:
        UnknownPlan: the file has no such plan.
        UnknownScope: the plan has no such goal or owner.
    """
    if plan_id is None:
        return Selection(year=year)
    find_plan(source, plan_id)
    goals = source.rows("plan.goal", "plan_id = ?", [plan_id], order="goal_order")
    indicators = source.rows("plan.indicator", "plan_id = ?", [plan_id], order="indicator_order")
    checked = scope.checked(plan_id, goals, indicators)
    by_id = {goal["goal_id"]: goal for goal in goals}
    held = [row for row in indicators if checked.holds(by_id[row["goal_id"]], row)]
    kpi_ids = tuple(sorted({row["kpi_id"] for row in held if row["kpi_id"]}))
    if not checked.is_partial:
        return Selection(plan_id, kpi_ids, year=year)
    whole = [goal["goal_id"] for goal in goals if checked.holds(goal)]
    items = tuple(dict.fromkeys([*whole, *(row["indicator_id"] for row in held)]))
    return Selection(plan_id, kpi_ids, items, tuple(dict.fromkeys([*whole, *(row["goal_id"] for row in held)])), year)


def dated_relation(source: Source, relation: str) -> str:
    """Return the SQL after `from` that reads a relation as of the requested moment.

    Raises:
        OptionRefused: the relation has no history.
    """
    if source.moment is None or relation in DATED:
        return source.relation(relation)
    schema, _, name = relation.partition(".")
    macros = source.connection.execute(
        "select 1 from duckdb_functions() where schema_name = ? and function_name = ?", [schema, f"{name}_as_of"]
    ).fetchall()
    if relation in TIMELESS or not macros:
        raise _refused("--as-of", relation)
    return source.relation(relation)


def _first(wanted: tuple[str, ...], columns: AbstractSet[str]) -> str | None:
    return next((column for column in wanted if column in columns), None)


def _refused(option: str, relation: str) -> OptionRefused:
    return OptionRefused(
        f"The table `{relation}` has no column that `{option}` can select by, so nothing was written. "
        "Leave the option out, or choose another table."
    )
