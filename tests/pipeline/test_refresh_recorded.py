"""A refresh of recorded data: the warehouse has every recorded cell, and the goals are judged by them."""

import json

import polars as pl
import pytest

pytestmark = pytest.mark.recorded


def test_published_within_sixty_requests(first_night, first_urls):
    """One run of the plans takes at most sixty requests and publishes."""
    _, result = first_night
    assert result.state == "published"
    assert result.request_count <= 60
    assert len(first_urls) == result.request_count


def test_every_recorded_cell_and_no_other(first_night, recorded_folder, plans):
    """core.observation has exactly the recorded cells of the plans' KPIs that are in the catalogue."""
    nights, _ = first_night
    wanted = {kpi for plan in plans for kpi in (*plan.kpi_ids, *plan.cross_check_kpi_ids)}
    recorded = (
        pl.read_parquet(recorded_folder / "recorded" / "values.parquet")
        .filter(pl.col("kpi").is_in(list(wanted)))
        .select("kpi", "municipality", pl.col("period").cast(pl.Int64), "gender", "value")
        .sort("kpi", "municipality", "period", "gender")
    )
    published = pl.DataFrame(
        nights.query("select kpi_id, municipality_id, period, gender, value from core.observation order by all"),
        schema=["kpi", "municipality", "period", "gender", "value"],
        orient="row",
    ).sort("kpi", "municipality", "period", "gender")
    assert recorded.equals(published, null_equal=True)


def test_group_values_stand_apart(first_night):
    """Group values are in their own table, and no group is among the municipalities."""
    nights, _ = first_night
    assert nights.query("select count(*) from core.observation where starts_with(municipality_id, 'G')") == [(0,)]
    assert nights.query("select distinct group_id from core.group_observation") == [("G2328",)]


@pytest.mark.parametrize(
    ("kpi", "unit", "year", "value"),
    [("N15436", "1489", 2020, 90.5), ("N15436", "0000", 2022, 83.3), ("U09800", "1489", 2023, 34.55960354)],
)
def test_known_values(first_night, kpi, unit, year, value):
    """Values quoted in the sources are published to the last digit."""
    nights, _ = first_night
    assert nights.query(
        "select value from core.observation where kpi_id = ? and municipality_id = ? and period = ? and gender = 'T'",
        [kpi, unit, year],
    ) == [(value,)]


def test_reference_falls_back_to_the_unweighted_mean(first_night):
    """U31462 has no value of Riket; its reference for 2022 is the unweighted mean of 213 municipalities."""
    nights, _ = first_night
    assert nights.query(
        "select count(*) from core.observation where kpi_id = 'U31462' and municipality_id = '0000'"
    ) == [(0,)]
    [(kind, value, n)] = nights.query(
        "select reference_kind, round(reference_value, 2), reference_n from mart.goal_fulfilment "
        "where kpi_id = 'U31462' and year = 2022 and role = 'operational'"
    )
    assert (kind, value, n) == ("unweighted_mean", 79.58, 213)


def test_a_target_missed(first_night):
    """U09800 is not met for 2023: 34.56 against 40."""
    nights, _ = first_night
    [(verdict, value, target)] = nights.query(
        "select verdict, round(value, 2), target_value from mart.goal_fulfilment "
        "where kpi_id = 'U09800' and year = 2023"
    )
    assert (verdict, value, target) == ("not_met", 34.56, 40.0)


@pytest.mark.parametrize("kpi", ["U00413", "U00442", "U00486"])
def test_withdrawn_kpis_have_no_data_but_keep_the_printed_outcomes(first_night, kpi):
    """A withdrawn KPI is `no_data` for 2023 and keeps the document's figures for 2018-2020."""
    nights, _ = first_night
    assert nights.query(
        "select verdict, verdict_reason from mart.goal_fulfilment where kpi_id = ? and year = 2023", [kpi]
    ) == [("no_data", "kpi_withdrawn")]
    assert nights.query(
        "select distinct value_source from mart.goal_fulfilment "
        "where kpi_id = ? and year <= 2020 and value is not null",
        [kpi],
    ) == [("document",)]
    assert nights.query(
        "select count(value) from mart.goal_fulfilment where kpi_id = ? and year between 2018 and 2020", [kpi]
    ) == [(3,)]


def test_all_rows_appear(first_night):
    """Each of the years 2018-2024 has 43 indicator rows."""
    nights, _ = first_night
    assert nights.query("select year, count(*) from mart.goal_fulfilment group by year order by year") == [
        (year, 43) for year in range(2018, 2025)
    ]


def test_every_pair_is_accounted_for(first_night, plans):
    """Each wanted pair of KPI and unit has one outcome, and none is missing."""
    nights, result = first_night
    kpis = {kpi for plan in plans for kpi in (*plan.kpi_ids, *plan.cross_check_kpi_ids)}
    assert sum(result.coverage.values()) == len(kpis) * 313
    assert set(result.coverage) == {"values", "nothing_published", "withdrawn"}
    assert nights.query("select count(*) from ops.coverage_pair") == [(len(kpis) * 313,)]


def test_every_request_is_on_the_ledger(first_night, first_urls):
    """ops.request lists each URL that the stand-in received, with its body's hash."""
    nights, _ = first_night
    ledger = nights.query("select url, http_status, state, length(body_sha256) from ops.request order by url")
    assert [url for url, *_ in ledger] == sorted(first_urls)
    assert {tuple(rest) for _, *rest in ledger} == {(200, "accepted", 64)}


def test_the_source_is_on_record(first_night):
    """ops.run records the source as `recorded`."""
    nights, result = first_night
    assert result.source_kind == "recorded"
    assert nights.query("select source_kind, state from ops.run") == [("recorded", "published")]


def test_the_manifest_is_json_lines(first_night):
    """Each line of the manifest is JSON."""
    nights, result = first_night
    lines = (nights.home / "raw" / "manifests" / f"{result.run_id}.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line)["record"] for line in lines]
    assert records[0] == "run_started"
    assert records[-1] == "published"
