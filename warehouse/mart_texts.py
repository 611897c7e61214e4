"""The texts under `sql/mart/`: one select for each relation, with the free name `moment`, in the two forms it takes.

    000_name.macro.sql   run as it is: scalar macros
    NNN_name.sql         a macro and a table
    NNN_name.view.sql    a view over the tables

- As a table, at one instant: every `mart.X_as_of(moment)` is read from a table of X built before it, and what holds in
  core and plan from relations that were set aside. Nothing is worked out twice.
- As the macro `mart.<name>_as_of(moment)`: every relation that it rests on, directly or not, becomes one common table
  expression. Macros that called each other would be expanded again at each mention: the last one in the chain took ten
  seconds to plan.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from warehouse.database import sql_files
from warehouse.history import naive_utc

AS_OF_CALL = re.compile(r"\b(core|plan|mart)\.(\w+?)_as_of\(moment\)")
MOMENT = "core.moment(moment)"

# The large relations of `core`, of which the marts read the KPIs of plans and cross-checks only: nothing else of them
# is set aside for the tables, however much of Kolada the file mirrors.
BY_KPI = frozenset({"observation", "group_observation"})
OF_PLAN_KPIS = """
where kpi_id in (
    select kpi_id from plan.indicator_as_of({instant})
    where kpi_id is not null
    union
    select kpi_id from plan.cross_check_kpi_as_of({instant})
)
"""

Relation = tuple[str, str]
"""A schema and a name."""


def mart_bodies() -> dict[str, str]:
    """The select of each mart, in the order in which they are built."""
    files = [path for path in sql_files("mart") if path.name.count(".") == 1]
    return {relation_name(path): path.read_text(encoding="utf-8").strip().removesuffix(";") for path in files}


def mart_views() -> dict[str, str]:
    """The select of each view."""
    return {relation_name(path): path.read_text(encoding="utf-8") for path in sql_files("mart", "*.view.sql")}


def relation_name(path: Path) -> str:
    """`210_goal_fulfilment.sql` and `910_maluppfyllelse.view.sql` name the relation after their number."""
    return path.name.split(".")[0].split("_", 1)[1]


def rests_on(body: str) -> list[Relation]:
    """The relations that a select reads as of its moment, each once, in the order of their names."""
    return sorted(set(AS_OF_CALL.findall(body)))


def reads_the_clock(body: str) -> bool:
    """Whether a select says something of the moment itself, beside what holds at it."""
    return MOMENT in body


def as_of_text(name: str, bodies: Mapping[str, str]) -> str:
    """The text of a relation at any moment, with all that it rests on beside it, each once."""
    parts: dict[str, str] = {}

    def place(schema: str, relation: str) -> str:
        alias = f"{schema}__{relation}"
        if alias not in parts:
            if schema == "mart":
                inner = AS_OF_CALL.sub(lambda call: place(*call.groups()), bodies[relation])
                parts[alias] = f"{alias} as materialized ({inner})"
            else:
                parts[alias] = f"{alias} as (select * from {schema}.{relation}_as_of(moment))"
        return alias

    alias = place("mart", name)
    return f"with {', '.join(parts.values())} select * from {alias}"


def table_text(body: str, instant: str, tables: Mapping[Relation, str]) -> str:
    """The text of a relation at one instant, reading a table for each relation that it rests on."""
    return AS_OF_CALL.sub(lambda call: tables[call[1], call[2]], body).replace(MOMENT, instant)


def source_text(schema: str, name: str, instant: str) -> str:
    """What holds in a relation of core or plan at one instant, as far as the marts read it."""
    limit = OF_PLAN_KPIS.format(instant=instant) if name in BY_KPI else ""
    return f"from {schema}.{name}_as_of({instant}) {limit}"


def instant_literal(instant: datetime) -> str:
    """An instant as an SQL literal."""
    return f"timestamp '{naive_utc(instant).isoformat(sep=' ', timespec='microseconds')}'"
