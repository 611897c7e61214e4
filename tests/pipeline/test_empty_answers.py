"""Empty responses: accepted only if no other evidence contradicts them; otherwise the run is held."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from fake_kolada import FakeKolada, sample_data
from kolada_client import KoladaError, ManualClock
from pipeline.jobs import backfill_job, mirror_job, planned_kpis, refresh_job
from pipeline.run_job import run_job
from tests.conftest import Nights
from tests.pipeline.support import EditedAnswers, asked, without_rows
from tests.sweeping import points_of

FIRST_YEAR = 2021
CELLS = """
    select count(*), bit_xor(hash(kpi_id, municipality_id, period, gender, value, status, value_count))
    from core.observation
"""
# Percent of data responses that come empty; at these rates at least nine in ten runs must complete at first.
RATES = (1, 5, 20, 50)
MOSTLY_WHOLE = (1, 5)
JOBS = {
    "refresh": refresh_job,
    "backfill": lambda plans: backfill_job(plans, kpi_ids=planned_kpis(plans)),
    "mirror": lambda plans: mirror_job(plans, audit_days=1),
}
# A first run of each kind, and a refresh after a complete one.
KINDS = (("refresh", 1), ("refresh", 2), ("backfill", 1), ("mirror", 1))
POINTS = [(rate, kind, night, seed) for rate in RATES for kind, night in KINDS for seed in range(5)]

# Two units of one request, neither of them a plan's own.
FEW = ["0114", "0115"]


@pytest.fixture(scope="module")
def recent():
    """The sample since 2021: every unit and KPI, few years."""
    sample = sample_data()
    return replace(sample, observations=sample.observations.filter(pl.col("period") >= FIRST_YEAR))


@pytest.fixture(scope="module")
def honest(recent, plans, tmp_path_factory):
    """A home after one complete run."""
    nights = Nights(home=tmp_path_factory.mktemp("honest") / "home", fake=FakeKolada(recent), plans=plans)
    nights.refresh()
    return nights


@pytest.fixture(scope="module")
def honest_recorded(recorded, plans, tmp_path_factory):
    """The same for the recorded data, with a part of the KPIs that are in no plan and have no values.

    Each of these KPIs, thousands in all, takes every mirror one more request: a sweep's tenth has a hundredth of them.
    """
    known = {*recorded.observations["kpi_id"].cast(pl.String).unique(), *planned_kpis(plans)}
    silent = points_of(points_of(sorted(set(recorded.kpis["kpi_id"]) - known), seed=13), seed=13)
    data = replace(recorded, kpis=recorded.kpis.filter(pl.col("kpi_id").cast(pl.String).is_in([*known, *silent])))
    nights = Nights(home=tmp_path_factory.mktemp("recorded") / "home", fake=FakeKolada(data), plans=plans)
    nights.refresh()
    return nights


def random_nights(honest, folder, capsys):
    """Run against a source with random empty responses; assert that each run is complete or held, and print counts."""
    # A backfill of every planned KPI reads what a refresh reads.
    whole = dict.fromkeys(("refresh", "backfill"), honest.query(CELLS))
    ended = {rate: Counter() for rate in RATES}
    for number, (rate, kind, night, seed) in enumerate(points_of(POINTS, seed=13)):
        if kind not in whole:
            undisturbed = Nights(home=folder / kind, fake=FakeKolada(honest.fake.data), plans=honest.plans)
            assert "published" == undisturbed.run(JOBS[kind](honest.plans)).state
            whole[kind] = undisturbed.query(CELLS)
        fake = FakeKolada(honest.fake.data, faults=[f"empty_answer@{rate}%{seed}"])
        nights = Nights(home=folder / str(number), fake=fake, plans=honest.plans)
        try:
            state = (nights if night == 1 else nights.after(honest)).run(JOBS[kind](honest.plans)).state
        except KoladaError as error:
            state = type(error).__name__
        if state == "published":
            assert whole[kind] == nights.query(CELLS), (rate, kind, night, seed)
        ended[rate][state] += 1
    with capsys.disabled():
        for rate, counted in ended.items():
            print(f"\n{honest.fake.data.source_kind:9} {rate:3} % of the answers empty: {dict(counted)}", end="")
    assert len(POINTS) >= 50
    for rate in MOSTLY_WHOLE:
        assert ended[rate]["published"] >= 0.9 * ended[rate].total()


@pytest.mark.slow
@pytest.mark.sweep
@pytest.mark.timeout(3600)
def test_random_empties_leave_a_night_whole_or_held(honest, tmp_path, capsys):
    """Random empty responses never publish a run without a cell, and hold few runs."""
    random_nights(honest, tmp_path, capsys)


@pytest.mark.sweep
@pytest.mark.slow
@pytest.mark.recorded
@pytest.mark.timeout(3600)
def test_random_empties_of_recorded_data(honest_recorded, tmp_path, capsys):
    """The same holds for recorded data, whose responses have several pages."""
    random_nights(honest_recorded, tmp_path, capsys)


def night_with(honest, folder, edit, *, after=None):
    """Return a home, empty or after another run, whose source has its pages edited."""
    fake = FakeKolada(honest.fake.data)
    nights = Nights(home=folder / "home", fake=fake, plans=honest.plans, transport=EditedAnswers(fake, edit))
    return nights if after is None else nights.after(after)


def backfill(nights, **wanted):
    """Run a backfill on the next day; return its result and its data requests."""
    nights.fake.clear_log()
    nights.now += timedelta(days=1)
    result = run_job(
        nights.make_settings(),
        backfill_job(nights.plans, **wanted),
        transport=nights.transport or nights.fake.transport(),
        client_clock=ManualClock(),
        clock=lambda: nights.now,
    )
    return result, [entry.url for entry in nights.fake.log if "/data/" in entry.url]


@pytest.mark.slow
def test_an_honest_night_asks_nothing_twice(honest):
    """A run without faults sends three catalogue requests, 13 for 313 units, the further pages, and no more."""
    urls = [entry.url for entry in honest.fake.log]
    assert len(set(urls)) == len(urls) == 3 + 13 + sum("page=" in url for url in urls)


@pytest.mark.slow
def test_an_empty_half_is_asked_again_until_it_comes(honest, tmp_path):
    """If a source answers only three units at a time, the run asks for three at a time and reads everything."""

    def edit(request, page):
        return without_rows(page) if len(asked(request, "municipality")) > 3 and "0114" in request.url.path else page

    nights = night_with(honest, tmp_path, edit)
    assert "published" == nights.refresh().state
    assert honest.query(CELLS) == nights.query(CELLS)


@pytest.mark.slow
def test_a_batch_that_stays_empty_holds_a_first_night(honest, tmp_path):
    """Units whose responses stay empty while others of their kind report count as missing and hold a first run."""

    def edit(request, page):
        return without_rows(page) if set(FEW) & set(asked(request, "municipality")) else page

    nights = night_with(honest, tmp_path, edit)
    result = nights.refresh()
    assert "held" == result.state
    assert "other units of their kind report them" in result.message
    assert not (nights.home / "kolada.duckdb").exists()


@pytest.mark.slow
def test_rows_that_go_missing_for_a_whole_batch_hold_a_first_night(honest, tmp_path):
    """A batch with rows of only one KPI is held, since units of other batches report the other KPIs."""
    data = honest.fake.data
    batch, kpis = data.municipalities["municipality_id"].sort()[25:50], data.kpis["kpi_id"].sort()[:-1]
    of_batch = pl.col("municipality_id").cast(pl.String).is_in(batch.implode())
    gone = of_batch & pl.col("kpi_id").cast(pl.String).is_in(kpis.implode())
    nights = Nights(
        home=tmp_path / "home",
        fake=FakeKolada(replace(data, observations=data.observations.filter(~gone))),
        plans=honest.plans,
    )
    result, _ = backfill(nights, kpi_ids=list(kpis))
    assert "held" == result.state
    assert "empty answer, but other units of their kind report them" in result.message


@pytest.mark.slow
def test_a_page_that_was_linked_to_and_comes_empty_is_no_end(honest, tmp_path):
    """If a linked second page is empty, smaller parts are requested, and all rows arrive."""
    data = sample_data()
    kpis = data.kpis["kpi_id"].to_list()

    def edit(request, page):
        return without_rows(page) if request.url.params.get("page") else page

    fake = FakeKolada(data)
    nights = Nights(home=tmp_path / "home", fake=fake, plans=honest.plans, transport=EditedAnswers(fake, edit))
    units = data.municipalities["municipality_id"].sort()[25:50].to_list()
    result, urls = backfill(nights, kpi_ids=kpis, unit_ids=units)
    assert ("published", True) == (result.state, any("page=" in url for url in urls))
    of_units = pl.col("municipality_id").cast(pl.String).is_in(units) & pl.col("kpi_id").cast(pl.String).is_in(kpis)
    assert [(data.observations.filter(of_units).height,)] == nights.query("select count(*) from core.observation")


@pytest.mark.slow
def test_known_values_are_never_taken_for_nothing(honest, tmp_path):
    """If a batch with known values stays empty, the run is held and the file is unchanged."""

    def edit(request, page):
        return without_rows(page) if "0114" in asked(request, "municipality") else page

    nights = night_with(honest, tmp_path, edit, after=honest)
    before = (nights.home / "kolada.duckdb").read_bytes()
    result = nights.refresh()
    assert "held" == result.state
    assert "values of them are known" in result.message
    assert before == (nights.home / "kolada.duckdb").read_bytes()


@pytest.mark.slow
def test_a_source_that_says_nothing_at_all_is_not_asked_for_ever(honest, tmp_path):
    """If every response is empty, the run is held after a few attempts."""
    nights = night_with(
        honest, tmp_path, lambda request, page: without_rows(page) if "/data/" in str(request.url) else page
    )
    assert "held" == nights.refresh().state
    assert len(nights.fake.log) <= 3 + 13 + 20


@pytest.mark.slow
def test_a_kpi_that_nobody_reports_is_asked_for_alone_once_more(honest, tmp_path):
    """A KPI without values is accepted after one more request and recorded as not published."""
    kpi_id = "N15436"
    data = replace(honest.fake.data, observations=honest.fake.data.observations.filter(pl.col("kpi_id") != kpi_id))
    nights = Nights(home=tmp_path / "home", fake=FakeKolada(data), plans=honest.plans)
    result, urls = backfill(nights, kpi_ids=[kpi_id])
    assert ("published", {"nothing_published": 313}) == (result.state, result.coverage)
    assert 13 + 1 == len(urls)
    assert {kpi_id} == {url.split("/kpi/")[1].split("/")[0] for url in urls}


@pytest.mark.slow
def test_a_kpi_that_its_kind_is_not_asked_for_is_silent_by_right(honest, tmp_path):
    """An empty response of regions to a KPI of municipalities is accepted after one more request."""
    nights = Nights(home=tmp_path / "home", fake=FakeKolada(honest.fake.data), plans=honest.plans)
    result, urls = backfill(nights, kpi_ids=["N15436"], unit_ids=["0001", "0003"])
    assert ("published", {"nothing_published": 2}, 2) == (result.state, result.coverage, len(urls))


def test_units_that_take_no_part_in_a_survey_are_proven_silent_by_a_witness(honest, tmp_path):
    """Units without a survey's KPI are requested again with a KPI they report, whose rows are not stored."""
    silent = honest.query(
        "select municipality_id from core.municipality where municipality_type = 'K' and municipality_id not in "
        "(select municipality_id from core.observation where kpi_id = 'U00454') order by 1 limit 3"
    )
    units = [unit for (unit,) in silent]
    nights = Nights(home=tmp_path / "home", fake=FakeKolada(honest.fake.data), plans=honest.plans).after(honest)
    result, urls = backfill(nights, kpi_ids=["U00454"], unit_ids=units)
    assert ("published", {"nothing_published": 3}) == (result.state, result.coverage)
    assert 1 <= len(urls) <= 4


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["kpi", "unit", "pair"])
def test_one_broken_pair_spoils_itself_only(honest, tmp_path, kind):
    """A text in place of a value makes only that KPI, that unit or that pair missing."""
    wrong = {
        "kpi": {"kpi": "N15436"},
        "unit": {"municipality": "0180"},
        "pair": {"kpi": "N15436", "municipality": "0180"},
    }

    def edit(_request, page):
        for row in page["values"]:
            if "period" in row and all(row[name] == value for name, value in wrong[kind].items()):
                row["values"][0]["value"] = "åttio"
        return page

    nights = night_with(honest, tmp_path, edit)
    result = nights.refresh()
    assert "held" == result.state
    wanted = {"kpi": 313, "unit": 22, "pair": 1}[kind]
    assert result.coverage["failed"] <= wanted
    assert "åttio" in result.message
