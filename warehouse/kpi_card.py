"""All data of the warehouse about one KPI.

A successor is a guess, since Kolada names none: an active KPI for the same units with nearly the same title.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import duckdb

from warehouse.credits import RECEIVED, as_printed
from warehouse.kpi_search import NamedKpi, lifecycle
from warehouse.published_file import source_kind

SUCCESSORS = r"""
    with wanted as (
        select
            kpi_id,
            municipality_type,
            lower(strip_accents(regexp_replace(title, '\s*\(- ?\d{4}\)$', ''))) as plain_title
        from core.kpi
        where kpi_id = $kpi_id
    )

    select candidate.kpi_id, candidate.title
    from core.kpi as candidate
    inner join wanted
        on
            candidate.kpi_id <> wanted.kpi_id
            and (candidate.municipality_type = wanted.municipality_type or candidate.municipality_type = 'A')
    where
        not candidate.is_withdrawn
        and candidate.closed_after_year is null
        and jaro_winkler_similarity(lower(strip_accents(candidate.title)), wanted.plain_title) >= 0.9
        and jaccard(lower(strip_accents(candidate.title)), wanted.plain_title) >= 0.75
        and levenshtein(lower(strip_accents(candidate.title)), wanted.plain_title) * 3 <= length(wanted.plain_title)
    order by levenshtein(lower(strip_accents(candidate.title)), wanted.plain_title), candidate.kpi_id
    limit 3
"""

HELD = """
    select
        min(period) as first_period,
        max(period) as last_period,
        count(distinct municipality_id) as unit_count,
        count(value) as value_count,
        max(confirmed_at) as read_at
    from core.observation
    where kpi_id = $kpi_id
"""


@dataclass(frozen=True, slots=True)
class KpiCard:
    """All data of the warehouse about one KPI.

    Attributes:
        entry: the fields of the catalogue, by name.
        titles: earlier titles, oldest first, each with the instant (UTC) from which it was known.
        successors: active KPIs with nearly the same title; a guess, and only for a closed or withdrawn KPI.
        first_period: the first year with a row.
        last_period: the last year with a row.
        unit_count: the number of units with a row.
        value_count: the number of values; each gender counts.
        read_at: when its values were last read and confirmed, UTC.
        used_by: the plans and indicators that use it.
        source_label: the source label of its values.
    """

    entry: dict[str, Any]
    titles: tuple[tuple[str, datetime], ...]
    successors: tuple[NamedKpi, ...]
    first_period: int | None
    last_period: int | None
    unit_count: int
    value_count: int
    read_at: datetime | None
    used_by: tuple[tuple[str, str], ...]
    source_label: str

    @property
    def lifecycle(self) -> str:
        """The state of the KPI: active, closed after a year, or withdrawn."""
        return lifecycle(is_withdrawn=self.entry["is_withdrawn"], closed_after_year=self.entry["closed_after_year"])

    def fields(self) -> dict[str, Any]:
        """Return the card as a JSON object."""
        return self.entry | {
            "lifecycle": self.lifecycle,
            "earlier_titles": [{"title": title, "known_from": known_from} for title, known_from in self.titles],
            "possible_successors": [asdict(each) for each in self.successors],
            "first_period": self.first_period,
            "last_period": self.last_period,
            "unit_count": self.unit_count,
            "value_count": self.value_count,
            "read_at": self.read_at,
            "used_by": [{"plan_id": plan_id, "indicator_id": indicator_id} for plan_id, indicator_id in self.used_by],
            "source_label": self.source_label,
        }


def show_kpi(connection: duckdb.DuckDBPyConnection, kpi_id: str) -> KpiCard | None:
    """Return the card of one KPI; None when the catalogue never contained it."""
    cursor = connection.execute("select * exclude (run_id) from core.kpi where kpi_id = $kpi_id", {"kpi_id": kpi_id})
    names = [column[0] for column in cursor.description or ()]
    rows = cursor.fetchall()
    if not rows:
        return None
    entry = dict(zip(names, rows[0], strict=True))
    titles = connection.execute(
        "select title, min(known_from) from core.kpi_version where kpi_id = $kpi_id and title <> $title "
        "group by title order by min(known_from)",
        {"kpi_id": kpi_id, "title": entry["title"]},
    ).fetchall()
    is_over = entry["is_withdrawn"] or entry["closed_after_year"] is not None
    successors = connection.execute(SUCCESSORS, {"kpi_id": kpi_id}).fetchall() if is_over else []
    ((first_period, last_period, unit_count, value_count, read_at),) = connection.execute(
        HELD, {"kpi_id": kpi_id}
    ).fetchall()
    used_by = connection.execute(
        "select distinct plan_id, indicator_id from plan.indicator where kpi_id = $kpi_id order by all",
        {"kpi_id": kpi_id},
    ).fetchall()
    return KpiCard(
        entry=entry,
        titles=tuple(titles),
        successors=tuple(NamedKpi(*row) for row in successors),
        first_period=first_period,
        last_period=last_period,
        unit_count=unit_count,
        value_count=value_count,
        read_at=read_at,
        used_by=tuple(used_by),
        source_label=as_printed(RECEIVED, source_kind(connection)),
    )
