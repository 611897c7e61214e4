"""The selection of a mirror: the KPIs that it reads, and the units for which it reads them.

A KPI is read in four cases: it was never read completely; its catalogue entry has changed since it was read; Kolada's
publication day for it has come since then; or the rolling audit selects it. The audit selects the KPIs read longest
ago, as many as are needed to read every KPI again within a number of days. The type of a KPI selects its units.

Only the selection belongs here: mirror_estimate.py computes the cost, ingest.py reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil

import duckdb
import polars as pl

from kolada_client import plan_pairs
from pipeline.ingest import Catalogue
from pipeline.jobs import Rectangle
from warehouse.known_units import NATIONAL_GROUP, REGIONAL_GROUP, RIKET_ID

NEVER_READ = "never_read"
CHANGED = "changed"
DUE = "due"
AUDIT = "audit"

# A KPI was read completely by a published mirror or refresh that lost none of its units.
LAST_READ = """
    select kpi_id, max(read_at) as read_at
    from (
        select coverage.kpi_id, any_value(run.published_at) as read_at
        from ops.coverage as coverage
        inner join ops.run as run on coverage.run_id = run.run_id
        where run.state = 'published' and run.kind in ('mirror', 'refresh')
        group by coverage.run_id, coverage.kpi_id
        having not bool_or(coverage.outcome in ('failed', 'unaccounted', 'withdrawn'))
    ) as whole
    group by kpi_id
"""
KNOWN_ENTRIES = (
    "select kpi_id, max(known_from) as changed_at from core.kpi_version where not is_withdrawn group by kpi_id"
)
LAST_MIRROR = "select max(published_at) from ops.run where kind = 'mirror' and state = 'published'"
OUTLIERS = """
    select distinct kpi_id, municipality_id
    from core.observation
    inner join chosen using (kpi_id)
    inner join unit using (municipality_id)
    where municipality_id <> $riket and chosen.kpi_type <> 'A' and chosen.kpi_type <> unit.unit_type
    order by all
"""


@dataclass(frozen=True, slots=True)
class Selection:
    """The KPIs and units that a mirror reads.

    Attributes:
        reasons: KPI id -> why it is read: never_read, changed, due or audit.
        rectangles: KPIs with units; together they contain every wanted pair exactly once.
        kpi_count: KPIs in the catalogue.
    """

    reasons: Mapping[str, str]
    rectangles: tuple[Rectangle, ...]
    kpi_count: int

    def counts(self) -> dict[str, int]:
        """Return reason -> number of KPIs."""
        chosen = list(self.reasons.values())
        return {reason: chosen.count(reason) for reason in (NEVER_READ, CHANGED, DUE, AUDIT)}


def select(connection: duckdb.DuckDBPyConnection | None, catalogue: Catalogue, *, today: date, days: int) -> Selection:
    """Return the selection of a mirror that starts today.

    Args:
        connection: the warehouse as it was last published; None if nothing was published.
        catalogue: Kolada's catalogue, with types and dates.
        today: the day on which the mirror started.
        days: every KPI is read again within this number of days.
    """
    kpis = catalogue.askable_kpis
    reasons = dict.fromkeys(kpis["kpi_id"].sort(), NEVER_READ)
    if connection is not None:
        reasons = choose(connection, kpis, today=today, days=days)
    types = dict(kpis.select("kpi_id", "municipality_type").iter_rows())
    chosen = {kpi_id: types[kpi_id] for kpi_id in reasons}
    outliers = known_outliers(connection, chosen, catalogue) if connection is not None else []
    return Selection(
        reasons=reasons,
        rectangles=(*rectangles(chosen, catalogue), *outliers),
        kpi_count=kpis.height,
    )


def choose(connection: duckdb.DuckDBPyConnection, kpis: pl.DataFrame, *, today: date, days: int) -> dict[str, str]:
    """Return KPI id -> reason for the KPIs to read, sorted by id; each has the first reason that applies."""
    last_read = dict(connection.execute(LAST_READ).fetchall())
    changed_at = dict(connection.execute(KNOWN_ENTRIES).fetchall())
    known = connection.execute("select * exclude (run_id, known_from, is_withdrawn, closed_after_year) from core.kpi")
    columns = [column[0] for column in known.description or ()]
    entries = {row[0]: row for row in known.fetchall()}
    reasons: dict[str, str] = {}
    rest: list[tuple[date, str]] = []
    for row in kpis.select(columns).iter_rows():
        kpi_id = row[0]
        entry = dict(zip(columns, row, strict=True))
        read_at = last_read.get(kpi_id)
        if read_at is None:
            reasons[kpi_id] = NEVER_READ
        elif entries.get(kpi_id) != row or changed_at[kpi_id] > read_at:
            reasons[kpi_id] = CHANGED
        elif any(
            day is not None and read_at.date() <= day <= today
            for day in (entry["prel_publication_date"], entry["publication_date"])
        ):
            reasons[kpi_id] = DUE
        else:
            rest.append((read_at.date(), kpi_id))
    ((last_mirror,),) = connection.execute(LAST_MIRROR).fetchall()
    if last_mirror is not None:
        reasons |= dict.fromkeys(
            audited(rest, kpi_count=kpis.height, today=today, since=last_mirror.date(), days=days), AUDIT
        )
    return dict(sorted(reasons.items()))


def audited(rest: list[tuple[date, str]], *, kpi_count: int, today: date, since: date, days: int) -> list[str]:
    """Return the KPIs that the audit selects: a share of all, read longest ago, and all that would soon be too old.

    A KPI would be too old if it were not read until the next mirror. The next mirror is assumed to come after the same
    time that has passed since the last one.
    """
    pause = max(1, (today - since).days)
    share = ceil(kpi_count * pause / days)
    return [
        kpi_id
        for place, (read_on, kpi_id) in enumerate(sorted(rest))
        if place < share or (today - read_on).days + pause > days
    ]


def rectangles(types: Mapping[str, str], catalogue: Catalogue) -> tuple[Rectangle, ...]:
    """Return the chosen KPIs with the units of their type, Riket, and the national groups.

    Type K is for municipalities, L for regions, A for both.
    """
    unit_types = dict(catalogue.units.select("municipality_id", "municipality_type").iter_rows())
    groups = catalogue.group_ids
    municipalities = tuple(sorted(unit for unit, kind in unit_types.items() if kind == "K"))
    regions = tuple(sorted(unit for unit, kind in unit_types.items() if kind != "K" and unit != RIKET_ID))
    riket = (RIKET_ID,) if RIKET_ID in unit_types else ()
    national = (NATIONAL_GROUP,) if NATIONAL_GROUP in groups else ()
    regional = (REGIONAL_GROUP,) if REGIONAL_GROUP in groups else ()
    for_municipalities = tuple(kpi_id for kpi_id, kind in types.items() if kind != "L")
    for_regions = tuple(kpi_id for kpi_id, kind in types.items() if kind == "L")
    for_both = tuple(kpi_id for kpi_id, kind in types.items() if kind not in {"K", "L"})
    wanted = (
        Rectangle(for_municipalities, (*riket, *municipalities, *national)),
        Rectangle(for_regions, (*riket, *regions, *regional)),
        Rectangle(for_both, (*regions, *regional)),
    )
    return tuple(rectangle for rectangle in wanted if rectangle.kpi_ids and rectangle.unit_ids)


def known_outliers(
    connection: duckdb.DuckDBPyConnection, types: Mapping[str, str], catalogue: Catalogue
) -> list[Rectangle]:
    """Return the pairs with known values that the KPI's type does not include; without a reading they would get old."""
    chosen = pl.DataFrame(list(types.items()), schema={"kpi_id": pl.String, "kpi_type": pl.String}, orient="row")
    unit = catalogue.units.select("municipality_id", pl.col("municipality_type").alias("unit_type"))
    connection.register("chosen", chosen.to_arrow())
    connection.register("unit", unit.to_arrow())
    try:
        pairs = connection.execute(OUTLIERS, {"riket": RIKET_ID}).fetchall()
    finally:
        connection.unregister("chosen")
        connection.unregister("unit")
    if not pairs:
        return []
    return [Rectangle(each.kpi_ids, each.municipality_ids) for each in plan_pairs(pairs, is_exact=True)]
