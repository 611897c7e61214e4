"""A mirror reads everything once in few requests, resumes after an interruption, and later reads what is due."""

from dataclasses import replace
from datetime import timedelta
from math import ceil

import polars as pl
import pytest

from fake_kolada import FakeKolada
from fake_kolada.generated import with_revised_values
from kolada_client import ManualClock
from pipeline.progress import Silent
from pipeline.review import approve
from tests.mirror.conftest import Mirrors
from warehouse.home import Home

DAYS = 28


class InterruptedAt(Silent):
    """A reporter that interrupts a run after some steps of reading the values."""

    def __init__(self, step: int, error: type[BaseException]) -> None:
        self.left = step
        self.error = error
        self.is_reading = False

    def stage(self, name: str, total: int | None = None) -> None:
        """Start counting at the values."""
        self.is_reading = name == "Values"

    def advance(self, steps: int = 1) -> None:
        """Interrupt the run when the steps are used up."""
        if self.is_reading:
            self.left -= steps
            if self.left == 0:
                raise self.error


def data_urls(mirrors):
    """Return the data requests that the stand-in received."""
    return [entry.url for entry in mirrors.fake.log if "/data/" in entry.url]


@pytest.mark.slow
def test_everything_is_read_once_and_counted(make_mirrors, small):
    """All cells of the source are stored once, with Kolada's national means."""
    mirrors = make_mirrors(small)
    result = mirrors.run()
    assert result.state == "published"
    assert mirrors.query("select count(*) from core.observation") == [(small.observations.height,)]
    assert mirrors.query("select distinct group_id from core.group_observation order by 1") == [("G2328",), ("G2329",)]
    assert result.loaded.received == result.loaded.opened["first"]
    assert mirrors.query("select kind, state from ops.run") == [("mirror", "published")]


@pytest.mark.slow
def test_requests_are_near_the_lower_bound(make_mirrors, small):
    """The number of requests is at most a tenth above the minimum of 25 KPIs times 25 units per request."""
    mirrors = make_mirrors(small)
    mirrors.run()
    questions = [url for url in data_urls(mirrors) if "page=" not in url]
    types = small.kpis["municipality_type"]
    kinds = small.municipalities["municipality_type"]
    municipalities, regions = (kinds == "K").sum() + 2, (kinds == "L").sum()
    for_municipalities, for_regions, for_both = ((types != "L").sum(), (types == "L").sum(), (types == "A").sum())
    pairs = for_municipalities * municipalities + for_regions * (regions + 1) + for_both * regions
    least = max(ceil(pairs / 625), ceil(for_municipalities / 25) * ceil(municipalities / 25))
    assert len(set(questions)) == len(questions)
    assert least <= len(questions) <= 1.1 * least + 3


@pytest.mark.slow
def test_interrupted_twice_and_taken_up(make_mirrors, small):
    """A mirror that is killed and then fails resumes both times and repeats at most the requests in flight."""
    mirrors = make_mirrors(small)
    with pytest.raises(KeyboardInterrupt):
        mirrors.run(reporter=InterruptedAt(10, KeyboardInterrupt))
    with pytest.raises(OSError):  # noqa: PT011 - the one that the reporter raises
        mirrors.run(days=0.05, reporter=InterruptedAt(30, OSError))
    result = mirrors.run(days=0.05)
    assert result.state == "published"
    assert mirrors.query("select count(*) from core.observation") == [(small.observations.height,)]
    assert mirrors.query("select count(*), bool_and(resumed_at is not null) from ops.run") == [(1, True)]
    urls = data_urls(mirrors)
    in_flight = 2 * mirrors.make_settings().concurrency * 2
    assert len(urls) - len(set(urls)) <= in_flight


@pytest.mark.slow
def test_a_second_mirror_writes_what_changed(begun_due, small):
    """If everything was published since, a second mirror reads all and opens a version for each changed value."""
    mirrors = begun_due
    mirrors.fake.data = with_revised_values(mirrors.fake.data, 100)
    assert mirrors.run().state == "published"
    assert mirrors.query("select change_kind, count(*) from core.observation_version group by 1 order by 1") == [
        ("first", small.observations.height),
        *[("revised", 100)],
    ]
    assert mirrors.query(
        "select count(*) from core.observation where confirmed_at < (select max(known_from) from "
        "core.observation_version)"
    ) == [(0,)]


@pytest.mark.slow
def test_a_quiet_week_reads_a_share(begun, small):
    """If nothing is due, each week reads the quarter that was read longest ago, and four weeks read everything."""
    mirrors = begun
    share = ceil(small.kpis.height * 7 / DAYS)
    seen = []
    for _ in range(4):
        result = mirrors.run()
        assert dict(result.loaded.opened) == {}
        (kpis,) = mirrors.query(
            "select list(distinct kpi_id order by kpi_id) from ops.coverage "
            "where run_id = (select max(run_id) from ops.run)"
        )[0]
        seen.append(kpis)
    assert [share, share, share] == [len(kpis) for kpis in seen[:3]]
    assert set(small.kpis["kpi_id"]) == {kpi_id for kpis in seen for kpi_id in kpis}
    oldest = mirrors.query(
        f"select count(*) from core.observation where confirmed_at < timestamp '{mirrors.now:%Y-%m-%d %H:%M:%S}' "
        f"- interval {DAYS} day"
    )
    assert oldest == [(0,)]


@pytest.mark.slow
def test_what_changed_in_the_catalogue_is_read(make_mirrors, small):
    """New, retitled and due KPIs are read in addition to the weekly share, and withdrawn ones are not."""
    mirrors = make_mirrors(replace(small, kpis=small.kpis[1:]))
    mirrors.run()
    due = (mirrors.now + timedelta(days=3)).date().isoformat()
    ids = small.kpis["kpi_id"]
    mirrors.fake.data = replace(
        small,
        kpis=small.kpis[:-1].with_columns(
            title=pl.when(pl.col("kpi_id") == ids[100]).then(pl.lit("Ny titel")).otherwise(pl.col("title")),
            publication_date=pl.when(pl.col("kpi_id") == ids[101]).then(pl.lit(due)).otherwise(pl.lit(None)),
        ),
    )
    mirrors.run(days=1)
    read = {
        row[0]
        for row in mirrors.query("select kpi_id from ops.coverage where run_id = (select max(run_id) from ops.run)")
    }
    assert {ids[0], ids[100], ids[101]} <= read
    assert ids[-1] not in read
    assert len(read) == 3 + ceil((small.kpis.height - 1) * 1 / DAYS)


@pytest.mark.slow
def test_a_due_day_counts_once(begun_due):
    """A KPI read after its publication date is not due again until its next date."""
    assert begun_due.run().request_count > begun_due.run().request_count


@pytest.mark.slow
def test_the_polite_rate_is_kept(make_mirrors, small):
    """On the client's clock the requests take at least the time of the rate."""
    mirrors = make_mirrors(small, rate=4.0)
    clock = ManualClock()
    mirrors.run(client_clock=clock)
    assert clock.monotonic() >= (len(mirrors.fake.log) - 1) / 4.0


@pytest.mark.slow
def test_an_empty_batch_that_most_others_report_is_a_loss(make_mirrors, small):
    """A whole batch of municipalities that stays empty while others report the KPIs holds the run."""
    missing = set(small.municipalities.filter(pl.col("municipality_type") == "K")["municipality_id"].sort()[24:49])
    kpis = set(small.kpis.filter(pl.col("municipality_type") != "L")["kpi_id"].sort()[:25])
    gone = pl.col("municipality_id").cast(pl.String).is_in(missing) & pl.col("kpi_id").cast(pl.String).is_in(kpis)
    mirrors = make_mirrors(replace(small, observations=small.observations.filter(~gone)))
    result = mirrors.run()
    assert result.state == "held"
    assert result.coverage["failed"] == 625
    approve(Home(mirrors.home), ["answers_empty"], reason="they took no part", now=mirrors.now)
    assert mirrors.run(days=0.1).state == "published"


@pytest.mark.slow
def test_an_empty_batch_that_the_type_explains_is_none(make_mirrors, small):
    """An empty batch of regions is accepted if only municipalities report these KPIs."""
    both = set(small.kpis.filter(pl.col("municipality_type") == "A")["kpi_id"])
    regions = set(small.municipalities.filter(pl.col("municipality_type") == "L")["municipality_id"]) - {"0000"}
    gone = pl.col("municipality_id").cast(pl.String).is_in(regions) & pl.col("kpi_id").cast(pl.String).is_in(both)
    mirrors = make_mirrors(replace(small, observations=small.observations.filter(~gone)))
    result = mirrors.run()
    assert result.state == "published"
    assert result.coverage["nothing_published"] >= len(both) * len(regions)


@pytest.mark.slow
def test_an_empty_batch_where_cells_are_known_is_a_loss(begun_due, due, small):
    """An empty batch with known values holds the run, whatever the KPIs' type."""
    both = set(small.kpis.filter(pl.col("municipality_type") == "A")["kpi_id"])
    regions = set(small.municipalities.filter(pl.col("municipality_type") == "L")["municipality_id"]) - {"0000"}
    gone = pl.col("municipality_id").cast(pl.String).is_in(regions) & pl.col("kpi_id").cast(pl.String).is_in(both)
    begun_due.fake.data = replace(due, observations=due.observations.filter(~gone))
    assert begun_due.run().state == "held"


@pytest.mark.slow
def test_values_outside_the_type_are_kept_up(begun_due, due, small):
    """If a region has a value of a KPI for municipalities, that pair is read again, exactly once."""
    kpi_id = small.kpis.filter(pl.col("municipality_type") == "A")["kpi_id"][0]
    mirrors = begun_due
    mirrors.fake.data = replace(
        due,
        kpis=due.kpis.with_columns(
            municipality_type=pl.when(pl.col("kpi_id") == kpi_id).then(pl.lit("K")).otherwise("municipality_type")
        ),
    )
    result = mirrors.run()
    assert result.state == "published"
    assert dict(result.loaded.opened) == {}
    assert mirrors.query(
        f"select count(*) from core.observation where kpi_id = '{kpi_id}' and confirmed_at < (select max(published_at) "
        "from ops.publication)"
    ) == [(0,)]


@pytest.mark.slow
def test_replay_rebuilds_the_mirror(begun, small, tmp_path):
    """A replay of the raw store rebuilds the mirror."""
    from pipeline.replay import replay  # noqa: PLC0415 - only here
    from warehouse.home import Home  # noqa: PLC0415

    mirrors = begun
    mirrors.run()
    assert replay(Home(mirrors.home), tmp_path / "again.duckdb", as_of=None, reporter=Silent()) == 2
    theirs = Mirrors(tmp_path, FakeKolada(small))
    (tmp_path / "again.duckdb").rename(tmp_path / "kolada.duckdb")
    cells = "select * exclude (request_id) from core.observation order by all"
    assert mirrors.query(cells) == theirs.query(cells)
    pairs = "select * from ops.coverage_pair order by all"
    assert mirrors.query(pairs) == theirs.query(pairs)
