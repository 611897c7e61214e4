"""Which rows of a table are exported: of one plan, one goal, one owner, one year, as of a moment."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from reports.errors import OptionRefused
from reports.scope import Scope
from reports.sourced_rows import DATED, TIMELESS, Source, find_plan

# The columns that tell what a row is of, in English and in the Swedish views, first the one that tells most.
PLAN_COLUMNS = ("plan_id", "Plan")
ITEM_COLUMNS = ("indicator_id", "Id", "item_id")
GOAL_COLUMNS = ("goal_id", "Mål")
YEAR_COLUMNS = ("year", "År", "period")

Condition = tuple[str, tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Selection:
    """The rows that are asked for.

    Attributes:
        plan_id: of this plan alone; None for all plans.
        kpi_ids: the plan's KPIs, for tables that know KPIs and no plans.
        items: the ids of goals and indicators that a scope holds; None for all.
        goals: the ids of goals that a scope holds a part of; None for all.
        year: of this year alone; None for all years.
    """

    plan_id: str | None = None
    kpi_ids: tuple[str, ...] = ()
    items: tuple[str, ...] | None = None
    goals: tuple[str, ...] | None = None
    year: int | None = None

    def conditions(self, relation: str, columns: AbstractSet[str]) -> tuple[Condition, ...]:
        """What must hold of a relation's rows.

        Args:
            relation: schema and name.
            columns: of the relation.

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
    """The selection that options ask for.

    Args:
        source: the published file at the moment asked for.
        plan_id: of this plan alone; needed by a scope.
        scope: one goal, or one owner.
        year: of this year alone.

    Raises:
        UnknownPlan: the file holds no such plan.
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
    """What stands after `from` to read a relation as of the moment that is shown.

    Raises:
        OptionRefused: the relation knows no moments.
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
        f"The table `{relation}` has no column that `{option}` could choose by, so nothing was written. "
        "Leave the option out, or choose another table."
    )
