"""Invariants of the history, tested with generated runs."""

from datetime import UTC, datetime, timedelta

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.history import load_observations
from warehouse.schema import ensure_schema
from warehouse.stage import Stage

pytestmark = pytest.mark.slow

FIRST_NIGHT = datetime(2026, 1, 1, 1, 30, tzinfo=UTC)
KPIS, UNITS, PERIODS, GENDERS = ("N00001", "N00002"), ("0114", "0115"), (2020, 2021), ("T",)

cell_values = st.one_of(
    st.none(),
    st.sampled_from(["deleted"]),
    st.sampled_from([0.0, 1.005, 74.39, 74.4, 74.39 + 1e-7, 7439.0, 50.0, -3.2]),
)
nights_of_cells = st.lists(
    st.dictionaries(
        st.tuples(st.sampled_from(KPIS), st.sampled_from(UNITS), st.sampled_from(PERIODS), st.sampled_from(GENDERS)),
        cell_values,
        max_size=8,
    ),
    min_size=1,
    max_size=6,
)


def frame_of(cells):
    """Return cells as the client's frame."""
    rows = [
        (
            *key[:3],
            key[3],
            None if value == "deleted" else value,
            0 if value in (None, "deleted") else 1,
            "",
            value == "deleted",
        )
        for key, value in cells.items()
    ]
    return pl.DataFrame(
        rows,
        schema={
            "kpi_id": pl.String,
            "municipality_id": pl.String,
            "period": pl.Int32,
            "gender": pl.String,
            "value": pl.Float64,
            "value_count": pl.Int32,
            "status": pl.String,
            "is_deleted": pl.Boolean,
        },
        orient="row",
    )


def load_night(connection, number, cells):
    """Load one run that read everything; return the counts."""
    stage = Stage(connection)
    stage.add_observations(frame_of(cells), f"run-{number}/1")
    stage.add_scope(KPIS, UNITS)
    return load_observations(stage, run_id=f"run-{number}", known_from=FIRST_NIGHT + timedelta(days=number))


def visible(cells):
    """Return the cells of a run without the deleted ones."""
    return {key: value for key, value in cells.items() if value != "deleted"}


def table_as_of(connection, number):
    """Return the table as of a moment between a run and the next one."""
    moment = (FIRST_NIGHT + timedelta(days=number, hours=1)).replace(tzinfo=None)
    rows = connection.execute(
        "select kpi_id, municipality_id, period, gender, value from core.observation_as_of(?::timestamp)", [moment]
    ).fetchall()
    return {tuple(row[:4]): row[4] for row in rows}


@settings(max_examples=20, deadline=None)
@given(nights_of_cells)
def test_as_of_any_night_is_that_nights_table(nights):
    """The table as of each run equals the data of that run, to the last bit."""
    with duckdb.connect() as connection:
        ensure_schema(connection)
        for number, cells in enumerate(nights):
            load_night(connection, number, cells)
        for number, cells in enumerate(nights):
            assert table_as_of(connection, number) == visible(cells)


@settings(max_examples=20, deadline=None)
@given(nights_of_cells)
def test_versions_neither_overlap_nor_leave_gaps(nights):
    """Each cell has one open version, and each version starts where the previous one ended."""
    with duckdb.connect() as connection:
        ensure_schema(connection)
        for number, cells in enumerate(nights):
            load_night(connection, number, cells)
        broken = connection.execute(
            """
            with ordered as (
                select
                    *,
                    lead(known_from) over cell as next_from,
                    row_number() over cell as number
                from core.observation_version
                window cell as (partition by kpi_id, municipality_id, period, gender order by known_from)
            )
            from ordered where known_to is distinct from next_from or (number = 1) <> (change_kind = 'first')
            """
        ).fetchall()
        assert broken == []


@settings(max_examples=20, deadline=None)
@given(nights_of_cells)
def test_a_night_like_the_one_before_writes_nothing(nights):
    """Loading the last run's data again opens no version and confirms every cell."""
    with duckdb.connect() as connection:
        ensure_schema(connection)
        for number, cells in enumerate(nights):
            load_night(connection, number, cells)
        counts = load_night(connection, len(nights), nights[-1])
        assert dict(counts.opened) == {}
        stale = connection.execute(
            "select count(*) from core.observation where confirmed_at <> ?",
            [(FIRST_NIGHT + timedelta(days=len(nights))).replace(tzinfo=None)],
        ).fetchall()
        assert stale == [(0,)]
