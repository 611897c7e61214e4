"""The kinds of change: the first matching rule decides."""

import math
from datetime import UTC, date, datetime, timedelta
from random import Random

import duckdb
import polars as pl
import pytest

from warehouse.history import load_catalogue, load_observations
from warehouse.schema import ensure_schema
from warehouse.stage import Stage

FIRST_NIGHT = datetime(2026, 1, 1, tzinfo=UTC)
SCHEMA = {
    "kpi_id": pl.String,
    "municipality_id": pl.String,
    "period": pl.Int32,
    "gender": pl.String,
    "value": pl.Float64,
    "value_count": pl.Int32,
    "status": pl.String,
    "is_deleted": pl.Boolean,
}


@pytest.fixture
def connection():
    """An empty warehouse in memory."""
    with duckdb.connect() as connection:
        ensure_schema(connection)
        yield connection


def load(connection, number, rows, *, scope=(("N00001",), ("0114",)), years=()):
    """Load one run of (kpi, unit, period, gender, value, count, status, is_deleted) rows."""
    stage = Stage(connection)
    stage.add_observations(pl.DataFrame(rows, schema=SCHEMA, orient="row"), f"run-{number}/1")
    if scope is not None:
        stage.add_scope(*scope, years)
    return dict(
        load_observations(stage, run_id=f"run-{number}", known_from=FIRST_NIGHT + timedelta(days=number)).opened
    )


def cell(value, *, count=1, status="", is_deleted=False, period=2020, unit="0114"):
    """Return one row of a run."""
    return ("N00001", unit, period, "T", value, count, status, is_deleted)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        pytest.param(cell(85.77), cell(86.3), "revised", id="a real revision"),
        pytest.param(cell(90.416667), cell(90.41666667), "precision", id="more digits of the same"),
        pytest.param(cell(1e9), cell(1e9 + 500), "precision", id="a millionth of a large value"),
        pytest.param(cell(74.39), cell(74.4), "rounding", id="rounded to one decimal"),
        pytest.param(cell(0.004), cell(0.0), "rounding", id="rounded to nothing"),
        pytest.param(cell(35.0), cell(40.0), "revised", id="whole numbers are not roundings of each other"),
        pytest.param(cell(91.0), cell(None, count=0, status="Missing"), "suppressed", id="a number became null"),
        pytest.param(cell(None, count=0, status="Privacy"), cell(26.4), "restored", id="a null became a number"),
        pytest.param(cell(None, count=0, status="Privacy"), cell(0.0), "restored", id="a false zero is a restoration"),
        pytest.param(cell(None, count=0), cell(None, count=0, status="Privacy"), "status", id="only the status"),
        pytest.param(cell(5.0, count=280), cell(5.0, count=281), "status", id="only the count"),
        pytest.param(cell(5.0), cell(None, count=0, is_deleted=True), "deleted", id="deleted"),
        pytest.param(cell(None, count=0, is_deleted=True), cell(5.0), "returned", id="back after a deletion"),
    ],
)
def test_kind_of_a_change(connection, before, after, kind):
    """A cell that changes between two runs opens one version of the expected kind."""
    assert load(connection, 0, [before]) == {"first": 1}
    assert load(connection, 1, [after]) == {kind: 1}


def test_vanished_and_returned(connection):
    """A cell missing from a scope that was read whole vanishes, and its return opens a version `returned`."""
    load(connection, 0, [cell(5.0), cell(6.0, period=2021)])
    assert load(connection, 1, [cell(5.0)]) == {"vanished": 1}
    assert connection.execute("select period from core.observation").fetchall() == [(2020,)]
    assert load(connection, 2, [cell(5.0)]) == {}
    assert load(connection, 3, [cell(5.0), cell(6.0, period=2021)]) == {"returned": 1}


def test_absence_proves_nothing_outside_a_scope_read_whole(connection):
    """A run without a scope makes no cell vanish."""
    load(connection, 0, [cell(5.0), cell(6.0, period=2021)])
    assert load(connection, 1, [cell(5.0)], scope=None) == {}


def test_a_scope_of_some_years_speaks_of_those_years_alone(connection):
    """A scope of one year makes no cell of other years vanish."""
    load(connection, 0, [cell(5.0), cell(6.0, period=2021)])
    assert load(connection, 1, [], years=(2020,)) == {"vanished": 1}
    assert connection.execute("select period from core.observation").fetchall() == [(2021,)]


def test_a_kpi_times_a_hundred_is_rescaled(connection):
    """If all values of a KPI change by one factor, all versions are `rescaled`."""
    units = [f"{number:04d}" for number in range(1000, 1040)]
    scope = (("N00001",), units)
    before = [cell(1.0 + number / 7, unit=unit) for number, unit in enumerate(units)]
    after = [cell((1.0 + number / 7) * 100, unit=unit) for number, unit in enumerate(units)]
    load(connection, 0, before, scope=scope)
    assert load(connection, 1, after, scope=scope) == {"rescaled": 40}


# Two dated copies of Kolada: all cells of two KPIs changed by about 100, each by another factor.
REAL_ONES = {"U07417": (95.7, 82.7, 109.6), "U07452": (95.8, 77.4, 117.4)}


@pytest.mark.parametrize("like", REAL_ONES)
def test_a_rescaling_need_not_be_by_one_factor(connection, like):
    """A rescaling is recognised when the factors vary as in the two rescalings found in dated copies of Kolada."""
    median, low, high = REAL_ONES[like]
    spread = math.log(high / low) / (2 * 1.2816)
    chance = Random(like)
    units = [f"{number:04d}" for number in range(1000, 1290)]
    periods = range(2011, 2024)
    old = {(unit, period): chance.uniform(0.2, 0.9) for unit in units for period in periods}
    before = [cell(round(value, 6), unit=unit, period=period) for (unit, period), value in old.items()]
    after = [
        cell(round(value * median * math.exp(chance.gauss(0, spread)), 4), unit=unit, period=period)
        for (unit, period), value in old.items()
    ]
    scope = (("N00001",), units)
    load(connection, 0, before, scope=scope)
    assert load(connection, 1, after, scope=scope) == {"rescaled": 3770}
    assert connection.execute("select kpi_id, round(median_ratio / 10) from rescaled_kpi").fetchall() == [
        ("N00001", 10.0)
    ]


FORTY = [f"{number:04d}" for number in range(1000, 1040)]


@pytest.mark.parametrize(
    ("factors", "kind"),
    [
        pytest.param([0.01] * 40, "rescaled", id="a hundredth of what they were"),
        pytest.param([3.1] * 36 + [1.1] * 4, "rescaled", id="nine in ten grew, the median beyond three"),
        pytest.param([3.1] * 20 + [1.0] * 20, "rescaled", id="half of the cells, twenty of them"),
        pytest.param([3.1] * 19 + [1.0] * 21, "revised", id="nineteen cells"),
        pytest.param([2.9] * 40, "revised", id="the median within three"),
        pytest.param([3.1] * 35 + [1.1] * 5, "revised", id="fewer than nine in ten grew"),
        pytest.param([10.0] * 20 + [0.1] * 20, "revised", id="to both sides"),
        pytest.param([100.0] * 2 + [1.0] * 38, "revised", id="two units corrected"),
    ],
)
def test_when_changed_values_are_a_rescaling(connection, factors, kind):
    """Forty cells with given factors are a rescaling or revisions."""
    scope = (("N00001",), FORTY)
    load(connection, 0, [cell(1.0 + number / 7, unit=unit) for number, unit in enumerate(FORTY)], scope=scope)
    after = [
        cell((1.0 + number / 7) * factor, unit=unit)
        for number, (unit, factor) in enumerate(zip(FORTY, factors, strict=True))
    ]
    assert load(connection, 1, after, scope=scope) == {kind: sum(factor != 1 for factor in factors)}


def test_one_municipalitys_correction_is_no_rescaling(connection):
    """If one of three units changes by a factor of 1,000, its cells are `revised`."""
    scope = (("N00001",), FORTY[:3])
    rows = [(unit, period) for unit in FORTY[:3] for period in range(1990, 2020)]
    load(connection, 0, [cell(5.5, unit=unit, period=period) for unit, period in rows], scope=scope)
    after = [cell(5500.0 if unit == FORTY[0] else 5.5, unit=unit, period=period) for unit, period in rows]
    assert load(connection, 1, after, scope=scope) == {"revised": 30}


def test_noughts_neither_show_nor_hide_a_rescaling(connection):
    """Cells that are zero before or after do not count for or against a rescaling."""
    scope = (("N00001",), FORTY)
    load(
        connection, 0, [cell(0.0 if number >= 20 else 2.0, unit=unit) for number, unit in enumerate(FORTY)], scope=scope
    )
    after = [cell(0.0 if number >= 20 else 200.0, unit=unit) for number, unit in enumerate(FORTY)]
    assert load(connection, 1, after, scope=scope) == {"rescaled": 20}


KPI_ROW = {
    "kpi_id": "N00001",
    "title": "Andel (%)",
    "description": "Källa: SCB.",
    "is_divided_by_gender": True,
    "municipality_type": "K",
    "auspice": "X",
    "operating_area": "Skola",
    "perspective": None,
    "prel_publication_date": None,
    "publication_date": date(2027, 1, 19),
    "publ_period": 2026,
    "has_ou_data": False,
}
KPI_FRAME_SCHEMA = {
    "kpi_id": pl.String,
    "title": pl.String,
    "description": pl.String,
    "is_divided_by_gender": pl.Boolean,
    "municipality_type": pl.String,
    "auspice": pl.String,
    "operating_area": pl.String,
    "perspective": pl.String,
    "prel_publication_date": pl.Date,
    "publication_date": pl.Date,
    "publ_period": pl.Int32,
    "has_ou_data": pl.Boolean,
}


def load_kpis(connection, number, rows):
    """Load one run's catalogue."""
    stage = Stage(connection)
    stage.set_kpis(pl.DataFrame(rows, schema=KPI_FRAME_SCHEMA))
    load_catalogue(connection, run_id=f"run-{number}", known_from=FIRST_NIGHT + timedelta(days=number))


def test_life_of_a_kpi(connection):
    """A KPI that is retitled as closed, withdrawn and returned gets four versions, and its cells stay."""
    other = KPI_ROW | {"kpi_id": "N00002"}
    load_kpis(connection, 0, [KPI_ROW, other])
    load(connection, 0, [cell(5.0)])
    load_kpis(connection, 1, [KPI_ROW | {"title": "Andel (%) (- 2024)"}, other])
    load_kpis(connection, 2, [other])
    load_kpis(connection, 3, [other])
    load_kpis(connection, 4, [KPI_ROW, other])
    versions = connection.execute(
        "select closed_after_year, is_withdrawn, day(known_from), day(known_to) from core.kpi_version "
        "where kpi_id = 'N00001' order by known_from"
    ).fetchall()
    assert versions == [(None, False, 1, 2), (2024, False, 2, 3), (2024, True, 3, 5), (None, False, 5, None)]
    assert connection.execute("select value from core.observation").fetchall() == [(5.0,)]


def test_a_group_keeps_its_id_through_new_members_and_titles(connection):
    """After a group gets new members and a new title, its first membership is returned as of that time."""
    schema = {"group_id": pl.String, "group_name": pl.String, "member_id": pl.String, "member_name": pl.String}

    def load_groups(number, title, members):
        stage = Stage(connection)
        stage.set_municipalities(
            pl.DataFrame(
                [("0115", "Vallentuna", "K")],
                schema=["municipality_id", "municipality_name", "municipality_type"],
                orient="row",
            )
        )
        stage.set_groups(
            pl.DataFrame([("G37326", title, member, member) for member in members], schema=schema, orient="row")
        )
        load_catalogue(connection, run_id=f"run-{number}", known_from=FIRST_NIGHT + timedelta(days=number))

    load_groups(0, "Liknande kommuner grundskola, Vallentuna, 2024", ["0114", "0117"])
    load_groups(1, "Liknande kommuner grundskola, Vallentuna, 2025", ["0117", "0120"])
    as_of_first = connection.execute(
        "select municipality_id from core.municipality_group_member_as_of('2026-01-01') order by 1"
    ).fetchall()
    assert as_of_first == [("0114",), ("0117",)]
    assert connection.execute(
        "select topic, owner_municipality_id, vintage_year from core.municipality_group_version order by known_from"
    ).fetchall() == [("grundskola", "0115", 2024), ("grundskola", "0115", 2025)]
