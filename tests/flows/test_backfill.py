"""A backfill reads the named KPIs, units and years, adds them to the history, and changes nothing else."""

import pickle

import pytest

from fake_kolada import FakeKolada, apply_changes
from kolada_client import InvalidRequest
from pipeline.backfill_estimate import plan_job
from pipeline.jobs import MOST_REQUESTS, backfill_job, check_wanted, parse_years
from pipeline.settings import Settings

OUTSIDE = "N99001"
CURRENT = "select kpi_id, municipality_id, period, gender, value from core.observation order by all"


def versions(desk, kpi_id):
    """Return the change kinds of a KPI's versions, with their periods and counts."""
    return desk.query(
        "select change_kind, period, count(*) from core.observation_version "
        f"where kpi_id = '{kpi_id}' group by all order by all"
    )


@pytest.mark.slow
def test_a_kpi_outside_the_plans_joins_the_history(begun_desk, small_data):
    """A backfill reads only the named years, and later refreshes keep them."""
    result = begun_desk.backfill(kpi_ids=[OUTSIDE], years=[2020, 2021])
    expected = small_data.observations.filter(kpi_id=OUTSIDE).filter(period=2020).height
    assert result.state == "published"
    assert ("first", 2020, expected) == versions(begun_desk, OUTSIDE)[0]
    assert {2020, 2021} == {year for _, year, _ in versions(begun_desk, OUTSIDE)}
    before = begun_desk.query(CURRENT)
    assert dict(begun_desk.refresh().loaded.opened) == {}
    assert before == begun_desk.query(CURRENT)


@pytest.mark.slow
def test_only_the_scope_that_was_read_can_vanish(begun_desk, small_data):
    """A missing value vanishes in the year that was read again and stays in the other years."""
    begun_desk.fake.data = apply_changes(small_data, ["vanished:N15436/1480/2020", "vanished:N15436/1480/2021"])
    result = begun_desk.backfill(kpi_ids=["N15436"], years=[2020])
    assert result.loaded.opened["vanished"]
    vanished = begun_desk.query("select distinct period from core.observation_version where change_kind = 'vanished'")
    assert vanished == [(2020,)]


@pytest.mark.slow
def test_what_the_nightly_run_knows_stays(begun_desk):
    """A backfill leaves the coverage records of the last refresh unchanged."""
    nightly = "select count(*) from ops.coverage_pair join ops.run using (run_id) where kind = 'refresh'"
    before = begun_desk.query(nightly)
    begun_desk.backfill(kpi_ids=[OUTSIDE], unit_ids=["1489"])
    assert before == begun_desk.query(nightly)
    assert before[0][0] > 0
    begun_desk.backfill(kpi_ids=[OUTSIDE], unit_ids=["1480", "1489"])
    pairs = "select unit_id from ops.coverage_pair join ops.run using (run_id) where kind = 'backfill' order by 1"
    assert begun_desk.query(pairs) == [("1480",), ("1489",)]


@pytest.mark.slow
def test_a_backfill_is_taken_up_again(begun_desk):
    """A held backfill that is repeated requests only what is missing."""
    begun_desk.fake.faults = ["server_error_html@every:1489"]
    assert begun_desk.backfill(kpi_ids=[OUTSIDE], years=[2020]).is_incomplete
    begun_desk.fake.faults = ()
    begun_desk.fake.clear_log()
    begun_desk.settings = {"resume_hours": 48.0}
    result = begun_desk.backfill(kpi_ids=[OUTSIDE], years=[2020])
    assert result.state == "published"
    assert [True] == ["1489" in entry.url for entry in begun_desk.fake.log if "/data/" in entry.url]


def test_an_unknown_kpi_is_refused_before_it_could_count_as_withdrawn(desk):
    """An unknown KPI is refused with suggestions, and nothing is published."""
    with pytest.raises(InvalidRequest, match="Did you mean `N15436`") as refused:
        desk.backfill(kpi_ids=["N15346"])
    assert str(refused.value) == str(pickle.loads(pickle.dumps(refused.value)))  # noqa: S301 - our own error
    assert not (desk.home / "kolada.duckdb").exists()


def test_an_unknown_unit_is_refused(desk):
    """An unknown unit is refused."""
    with pytest.raises(InvalidRequest, match="no unit `9999`"):
        desk.backfill(kpi_ids=[OUTSIDE], unit_ids=["9999"])


@pytest.mark.slow
def test_a_kpi_that_left_the_catalogue_can_still_be_named(begun_desk, small_data):
    """A KPI that left the catalogue can still be named and is reported as withdrawn."""
    begun_desk.fake.data = apply_changes(small_data, ["kpi_removed:N15485"])
    result = begun_desk.backfill(kpi_ids=["N15485"], unit_ids=["1489"])
    assert ({"withdrawn": 1}, "published") == (result.coverage, result.state)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({}, "no KPI"),
        ({"plan_id": "another"}, "There is no plan `another`"),
        ({"kpi_ids": ["N15436"], "years": [15]}, "The year `15` is out of range"),
    ],
)
def test_what_cannot_be_meant(plans, wanted, message):
    """Each wrong combination of arguments is refused with its own message and the next command."""
    with pytest.raises(InvalidRequest, match=message) as refused:
        backfill_job(plans, **wanted)
    assert "kolada backfill" in str(refused.value) or "--years" in str(refused.value)


def test_a_plan_stands_for_its_kpis(plans):
    """A backfill of a plan reads all its KPIs, including those of cross-checks."""
    job = backfill_job(plans[:1], plan_id=plans[0].plan_id)
    assert set(job.kpi_ids) == {*plans[0].kpi_ids, *plans[0].cross_check_kpi_ids}


def test_a_backfill_is_bounded(plans):
    """A backfill with too many requests is refused."""
    job = backfill_job(plans, kpi_ids=["N15436"])
    with pytest.raises(InvalidRequest, match=str(MOST_REQUESTS + 1)):
        check_wanted(job, kpis={"N15436": ""}, units={}, request_count=MOST_REQUESTS + 1)


@pytest.mark.parametrize(
    ("text", "years"),
    [("2015", (2015,)), ("2015-2017", (2015, 2016, 2017)), ("2015, 2018", (2015, 2018)), ("2016-2016", (2016,))],
)
def test_years_as_people_write_them(text, years):
    """A year, a range and a list are accepted as years."""
    assert years == parse_years(text)


@pytest.mark.parametrize("text", ["", "x", "2017-2015", "2015-", "-2015", "20 15"])
def test_years_that_are_none(text):
    """Any other text is refused, and the message lists the accepted forms."""
    with pytest.raises(InvalidRequest, match="is not a list of years"):
        parse_years(text)


@pytest.mark.slow
def test_a_dry_run_tells_the_requests(begun_desk):
    """A dry run shows as many requests as the run then sends, and a time that follows from the rate."""
    job = backfill_job(begun_desk.plans, kpi_ids=["U00811"], years=[2019, 2020])
    planned = plan_job(begun_desk.make_settings(rate=2.0), job)
    begun_desk.fake.clear_log()
    begun_desk.run(job)
    assert planned.request_count == len(begun_desk.fake.log)
    assert planned.expected_seconds == planned.request_count / 2
    assert planned.seconds_per_request is not None
    assert f"{planned.request_count} requests in total" in planned.text()


def test_a_dry_run_before_anything_is_published_asks_for_the_catalogue(small_data, tmp_path, plans):
    """A dry run in an empty home reads the catalogue and no values."""
    fake = FakeKolada(small_data)
    with fake.serve() as url:
        settings = Settings(base_url=url, home=tmp_path)
        planned = plan_job(settings, backfill_job(plans, kpi_ids=[OUTSIDE]))
    assert len(planned.requests) == 13
    assert planned.seconds_per_request is None
    assert not [entry for entry in fake.log if "/data/" in entry.url]
