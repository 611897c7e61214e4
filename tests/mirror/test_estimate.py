"""The estimate of `kolada mirror --dry-run` equals the run."""

from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from pipeline.mirror_estimate import plan_mirror
from pipeline.mirror_selection import AUDIT, DUE, NEVER_READ


def planned(mirrors, days=7, **changed):
    """Return the plan of a mirror that many days after the last one."""
    settings = mirrors.make_settings().model_copy(update=changed)
    return plan_mirror(settings, today=(mirrors.now + timedelta(days=days)).date())


@pytest.mark.slow
def test_the_first_mirror_from_what_kolada_has(make_mirrors, small):
    """In an empty home the catalogue is read, every KPI is planned, and the size is marked as an assumption."""
    mirrors = make_mirrors(small)
    with mirrors.fake.serve() as url:
        plan = planned(mirrors, base_url=url)
    assert plan.counts[NEVER_READ] == plan.kpi_count == small.kpis.height
    assert plan.assumed_share == 1
    assert plan.seconds_per_request is None
    assert plan.expected_seconds == pytest.approx(plan.request_count / mirrors.make_settings().rate)
    mirrors.fake.clear_log()
    mirrors.run()
    questions = {entry.url.partition("?")[0] for entry in mirrors.fake.log if "/data/" in entry.url}
    assert plan.question_count == len(questions)


@pytest.mark.slow
def test_later_mirrors_to_the_request(begun, small):
    """With known cells the number of requests is exact, in a week without changes and when all KPIs are due."""
    mirrors = begun
    plan = planned(mirrors)
    assert plan.assumed_share == 0
    assert plan.counts[AUDIT] == sum(plan.counts.values())
    assert plan.request_count == mirrors.run().request_count
    due = (mirrors.now + timedelta(days=3)).date().isoformat()
    mirrors.fake.data = replace(small, kpis=small.kpis.with_columns(publication_date=pl.lit(due)))
    mirrors.run(days=1)
    plan = planned(mirrors)
    assert plan.counts[DUE] == small.kpis.height
    assert plan.request_count == mirrors.run().request_count


@pytest.mark.slow
def test_a_kpi_without_values_is_known_to_have_none(make_mirrors, small):
    """A KPI that was read and found empty is not assumed to have values."""
    empty = small.kpis["kpi_id"][0]
    mirrors = make_mirrors(
        replace(small, observations=small.observations.filter(pl.col("kpi_id").cast(pl.String) != empty))
    )
    mirrors.run()
    assert planned(mirrors, days=60).counts[AUDIT] == small.kpis.height
    assert planned(mirrors, days=60).assumed_share == 0


@pytest.mark.slow
def test_planning_changes_nothing(begun):
    """Planning sends no data request and leaves the published file byte for byte unchanged."""
    mirrors = begun
    before = (mirrors.home / "kolada.duckdb").read_bytes()
    mirrors.fake.clear_log()
    planned(mirrors)
    assert mirrors.fake.log == ()
    assert before == (mirrors.home / "kolada.duckdb").read_bytes()
