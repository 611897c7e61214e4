"""The nightly run: `kolada serve`, Prefect's command, and the API's view of a run."""

import subprocess
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import polars as pl
import pytest

from fake_kolada import apply_changes
from pipeline.schedule import Scheduled

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

OUTSIDE = "N99001"
PUBLISHED = {"Published", "Published with warnings"}
SWEDEN = ZoneInfo("Europe/Stockholm")

VALUES = "select kpi_id, municipality_id, period, gender, value from core.observation order by all"


def source_values(data, kpi_ids):
    """Return the source's values of some KPIs in its catalogue, in the columns of VALUES."""
    return (
        data.observations.with_columns(pl.col("kpi_id", "municipality_id", "gender").cast(pl.String))
        .filter(~pl.col("is_deleted") & pl.col("kpi_id").is_in(kpi_ids) & pl.col("kpi_id").is_in(data.kpis["kpi_id"]))
        .select("kpi_id", "municipality_id", "period", "gender", "value")
        .sort("kpi_id", "municipality_id", "period", "gender")
        .rows()
    )


def test_the_server_is_as_the_page_says(operations):
    """The UI is served from PREFECT_HOME, telemetry is off, and the deployments are those of prefect.yaml."""
    page = httpx.get(operations.api_url.removesuffix("/api"), headers={"Accept": "text/html"}, follow_redirects=True)
    assert page.headers["Content-Type"].startswith("text/html")
    assert (operations.home.parent / "prefect" / "ui").is_dir()
    assert operations.get("admin/settings")["server"]["analytics_enabled"] is False
    ours = {"tags": {"all_": ["kolada"]}}
    found = {each["name"]: each for each in operations.post("deployments/filter", deployments=ours)}
    assert {"nightly": False, "ad-hoc": False, "weekly": True} == {name: each["paused"] for name, each in found.items()}
    for deployment in found.values():
        assert deployment["description"]
        assert deployment["enforce_parameter_schema"]
        parameters = deployment["parameter_openapi_schema"]["properties"]
        assert [name for name, each in parameters.items() if not each.get("description")] == []
    assert operations.get("work_pools/kolada")["concurrency_limit"] == 1


def test_the_schedule_is_in_place(operations):
    """The server has scheduled the nightly run at 02:30 in Sweden, and nothing else."""
    scheduled = {"state": {"type": {"any_": ["SCHEDULED"]}}, "expected_start_time": {"after_": str(datetime.now(UTC))}}
    runs = operations.until(lambda: operations.post("flow_runs/filter", flow_runs=scheduled, limit=50))
    at = {datetime.fromisoformat(run["expected_start_time"]).astimezone(SWEDEN) for run in runs}
    assert {(2, 30)} == {(each.hour, each.minute) for each in at}


def test_the_next_run_is_the_servers_when_the_clock_changes(operations):
    """Around the next two clock changes the server schedules the times that `status` and `serve` name."""
    nights = nights_of_change(datetime.now(UTC))
    schedules = [Scheduled("refresh/clock", f"30 2 {night.day} {night.month} *", SWEDEN.key) for night in nights]
    deployment = operations.post(
        "deployments/",
        name="clock",
        flow_id=operations.get("deployments/name/refresh/nightly")["flow_id"],
        schedules=[{"schedule": {"cron": each.cron, "timezone": each.timezone}} for each in schedules],
    )["id"]
    ours = {"deployment_id": {"any_": [deployment]}}
    order = "EXPECTED_START_TIME_ASC"
    found = operations.until(
        lambda: len(runs := operations.post("flow_runs/filter", flow_runs=ours, sort=order)) == 2 and runs
    )
    operations.delete(f"deployments/{deployment}")
    expected = [each.next_run(datetime.now(UTC)) for each in schedules]
    assert [(3, 30), (2, 30)] == sorted(((each.hour, each.minute) for each in expected), reverse=True)
    # In UTC: ambiguous times compare unequal across time zones.
    in_utc = [each.astimezone(UTC) for each in expected]
    assert in_utc == [datetime.fromisoformat(run["expected_start_time"]) for run in found]


def nights_of_change(now):
    """Return the next two days on which the clock in Sweden changes."""
    days = (now.astimezone(SWEDEN).replace(hour=0, minute=0) + timedelta(days=step) for step in range(1, 400))
    return [day for day in days if day.utcoffset() != (day + timedelta(days=1)).utcoffset()][:2]


def test_nightly_and_backfill_through_prefects_command(operations, fake, plans, small_data, ask_home, home):
    """Both deployments publish, with the right states, artifacts and events, and the file equals the source."""
    first = operations.trigger("refresh/nightly")
    state = operations.state_after(first)
    assert state["name"] in PUBLISHED
    assert "cells received" in state["message"]
    artifacts = operations.artifacts(first)
    assert {"progress": "progress", "refresh": "markdown", "goals": "table"} == {
        key: artifact["type"] for key, artifact in artifacts.items()
    }
    assert "# Publicerad" in artifacts["refresh"]["data"]
    assert artifacts["progress"]["data"] == 100.0
    planned = {kpi_id for plan in plans for kpi_id in (*plan.kpi_ids, *plan.cross_check_kpi_ids)}
    assert source_values(small_data, planned) == ask_home(home, VALUES)

    second = operations.trigger("backfill/ad-hoc", "-p", "years=[2020,2021]", "-p", f'kpis=["{OUTSIDE}"]')
    assert operations.state_after(second)["name"] in PUBLISHED
    assert operations.flow_run(second)["name"] == f"backfill {OUTSIDE} 2020 2021"
    outside = [row for row in source_values(small_data, {OUTSIDE}) if row[2] in {2020, 2021}]
    assert outside == [row for row in ask_home(home, VALUES) if row[0] == OUTSIDE]

    revised = "revised:N15436/1489/2023/T=99.5"
    fake.data = apply_changes(small_data, ["kpi_removed:N15485", revised])
    third = operations.trigger_by_api("refresh/nightly")
    assert operations.state_after(third)["name"] in PUBLISHED
    (withdrawn,) = operations.events("kolada.kpi.withdrawn", third, 1)
    assert withdrawn["resource"]["prefect.resource.id"] == "kolada.kpi.N15485"
    assert f"prefect.flow-run.{third}" in {each["prefect.resource.id"] for each in withdrawn["related"]}
    (changes,) = ask_home(home, "select count(*) from mart.verdict_change")[0]
    told = operations.events("kolada.verdict.changed", third, changes)
    assert changes == len(told)
    assert "kolada.verdict.alingsas-2022-2024.indicator.P4.3.2023" in {
        each["resource"]["prefect.resource.id"] for each in told
    }


@pytest.mark.parametrize(
    ("parameter", "message"),
    [
        ('kpis=["X1"]', "Validation failed for field 'kpis[0]'. Failure reason: 'X1' does not match"),
        ("kpis=N15436", "Validation failed for field 'kpis'. Failure reason: 'N15436' is not of type 'array'"),
        ("year=2015", "not found on the deployment: 'year' The following parameters are available on the deployment"),
    ],
    ids=["an id that is none", "no list", "no such parameter"],
)
def test_wrong_parameters_are_refused_at_once(operations, parameter, message):
    """Prefect's command refuses an invalid parameter and names the reason."""
    refused = operations.command("prefect", "deployment", "run", "backfill/ad-hoc", "-p", parameter)
    assert refused.returncode == 1
    assert message in " ".join((refused.stdout + refused.stderr).split())


def test_an_unknown_kpi_fails_with_a_suggestion(operations, fake, home):
    """An unknown KPI ends the run as `Failed: input` and suggests a similar id."""
    run = operations.trigger_by_api("backfill/ad-hoc", parameters={"kpis": ["N15346"]})
    state = operations.state_after(run)
    assert state["name"] == "Failed: input"
    assert "Did you mean `N15436`" in state["message"]


def test_a_port_that_is_taken_is_told(operations):
    """A second server on the same port does not start, and the message names the option."""
    port = operations.api_url.split(":")[2].split("/")[0]
    environment = {name: value for name, value in operations.environment.items() if name != "PREFECT_API_URL"}
    refused = subprocess.run(
        [operations.process.args[0], "serve", "--port", port],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert refused.returncode == 1
    assert "kolada serve --port 4201" in refused.stderr
