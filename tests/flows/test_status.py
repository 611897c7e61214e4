"""`kolada status`: the state of a home, for users and for monitoring."""

import asyncio
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from prefect.server.schemas.schedules import CronSchedule

from pipeline.schedule import Scheduled, ScheduleError, deployments_file, next_scheduled_run, read_schedules
from pipeline.settings import Settings
from pipeline.status import read_status

SWEDEN = ZoneInfo("Europe/Stockholm")


def test_an_empty_home_is_not_healthy(tmp_path):
    """A home without a publication is unhealthy, and the warning names the next command."""
    status = read_status(Settings(home=tmp_path))
    assert not status.is_healthy
    assert status.warnings == ("nothing is published: run `kolada refresh`",)


@pytest.mark.slow
def test_a_published_night_is_healthy(begun_desk):
    """After a run the status shows the run, the data's age, the next publications and the next run."""
    status = read_status(begun_desk.make_settings(), now=begun_desk.now + timedelta(hours=3))
    assert status.is_healthy
    assert ("refresh", "published") == (status.last_run["kind"], status.last_run["state"])
    assert round(status.age_hours, 3) == 3.0
    assert status.next_run[0] == "refresh/nightly"
    assert status.due
    assert status.raw_bytes > 0
    fields = json.loads(json.dumps(status.fields()))
    assert fields["is_healthy"] is True
    assert "next run     refresh/nightly at " in status.text()


@pytest.mark.slow
def test_old_data_is_stale_though_a_backfill_is_fresh(begun_desk):
    """A backfill does not make the rest of the data newer."""
    begun_desk.backfill(kpi_ids=["N99001"], unit_ids=["1489"])
    status = read_status(begun_desk.make_settings(), now=begun_desk.now + timedelta(hours=13))
    assert status.warnings == ("the published data is 37 hours old: run `kolada refresh`",)


@pytest.mark.slow
def test_a_held_refresh_is_not_hidden_by_a_backfill(begun_desk):
    """A held refresh stays in the warnings after a later backfill."""
    begun_desk.fake.faults = ["server_error_html@every:1489"]
    assert begun_desk.refresh().state == "held"
    begun_desk.fake.faults = ()
    begun_desk.backfill(kpi_ids=["N99001"], unit_ids=["1489"])
    (warning,) = read_status(begun_desk.make_settings(stale_hours=100.0), now=begun_desk.now).warnings
    assert warning.startswith("the last refresh is held: Held:")


@pytest.mark.slow
def test_a_run_in_progress_is_no_failure(begun_desk):
    """A run with a live process is shown as running; one without is shown as interrupted."""
    manifest = begun_desk.home / "raw" / "manifests" / "999999-20300101T000000000Z-0000.jsonl"
    started = {
        "record": "run_started",
        "run_id": manifest.stem,
        "kind": "refresh",
        "plans": {},
        "base_url": "",
        "parameters": {},
        "software_version": "",
        "flow_run_id": None,
        "started_at": begun_desk.now.isoformat(),
    }
    manifest.write_text(json.dumps(started) + "\n", encoding="utf-8")
    lock = begun_desk.home / ".lock"
    lock.write_text(json.dumps({"pid": os.getpid(), "purpose": "kolada refresh", "since": ""}), encoding="utf-8")
    running = read_status(begun_desk.make_settings(), now=begun_desk.now)
    assert (True, True) == (running.is_running, running.is_healthy)
    lock.write_text("", encoding="utf-8")
    dead = read_status(begun_desk.make_settings(), now=begun_desk.now)
    assert dead.warnings == ("the last run is interrupted: it did not finish",)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (datetime(2026, 1, 10, 0, 0, tzinfo=UTC), datetime(2026, 1, 10, 2, 30, tzinfo=SWEDEN)),
        (datetime(2026, 1, 10, 1, 30, tzinfo=UTC), datetime(2026, 1, 11, 2, 30, tzinfo=SWEDEN)),
        # The night on which 02:30 does not exist.
        (datetime(2026, 3, 28, 12, 0, tzinfo=UTC), datetime(2026, 3, 29, 3, 30, tzinfo=SWEDEN)),
        (datetime(2026, 10, 24, 12, 0, tzinfo=UTC), datetime(2026, 10, 25, 2, 30, tzinfo=SWEDEN)),
    ],
)
def test_the_next_run_by_the_clock_in_sweden(after, expected):
    """The next run is at 02:30 in Sweden, in winter, in summer and when the clock changes."""
    assert expected == Scheduled("refresh/nightly", "30 2 * * *", "Europe/Stockholm").next_run(after)


@pytest.mark.parametrize("timezone", ["Europe/Stockholm", "Australia/Lord_Howe", "UTC"])
@pytest.mark.parametrize(
    "cron", ["30 2 * * *", "*/20 * * * *", "45 1-3 * * *", "0 4 * * 6", "10 2 13 * 5", "@daily", "@hourly"]
)
def test_the_next_run_is_the_one_that_prefect_starts(cron, timezone):
    """Around each change of the clock the next run equals Prefect's own schedule, minute by minute."""
    prefects, ours = CronSchedule(cron=cron, timezone=timezone), Scheduled("refresh/nightly", cron, timezone)
    changes = [datetime(2026, 10, 24, 23, tzinfo=UTC), datetime(2027, 3, 27, 23, tzinfo=UTC)]
    changes += [datetime(2027, 4, 3, 13, tzinfo=UTC), datetime(2027, 10, 2, 14, tzinfo=UTC)]
    for after in (change + timedelta(minutes=7 * step) for change in changes for step in range(30)):
        (expected,) = asyncio.run(prefects.get_dates(n=1, start=after + timedelta(seconds=1)))
        assert expected.astimezone(UTC) == ours.next_run(after).astimezone(UTC)


def test_the_schedule_is_in_prefect_yaml(tmp_path, monkeypatch):
    """The schedule is read from prefect.yaml; a copy in the working folder takes precedence if it is this project's."""
    monkeypatch.chdir(tmp_path)
    shipped = deployments_file()
    assert read_schedules(shipped) == (Scheduled("refresh/nightly", "30 2 * * *", "Europe/Stockholm"),)
    own = tmp_path / "prefect.yaml"
    own.write_text("name: another\ndeployments: []\n", encoding="utf-8")
    assert deployments_file() == shipped
    own.write_text(shipped.read_text(encoding="utf-8").replace("30 2 * * *", "15 5 * * *"), encoding="utf-8")
    assert [each.cron for each in read_schedules(deployments_file())] == ["15 5 * * *"]
    own.write_text("name: kolada\ndeployments: []\n", encoding="utf-8")
    assert next_scheduled_run(datetime.now(UTC)) is None


@pytest.mark.parametrize(
    "text",
    [
        "name: kolada\ndeployments: [",
        "- kolada",
        "name: kolada\ndeployments: [nightly]",
        'name: kolada\ndeployments: [{name: a, entrypoint: flows.refresh.refresh, schedules: [{cron: "61 2 * * *"}]}]',
        'name: kolada\ndeployments: [{name: a, entrypoint: flows.refresh.refresh, schedules: [{cron: "0 2 30 2 *"}]}]',
    ],
    ids=["no YAML", "no mapping", "no deployment", "no such minute", "no such day"],
)
def test_a_schedule_that_cannot_be_one_is_told(tmp_path, monkeypatch, text):
    """An invalid schedule is refused, and the message names the file and the next command."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prefect.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ScheduleError, match=r"prefect\.yaml.*kolada serve --deployments"):
        next_scheduled_run(datetime.now(UTC))


@pytest.mark.parametrize("words", [["status", "--json"], ["--help"], ["backfill", "--help"], ["serve", "--help"]])
def test_a_look_does_not_import_prefect(words, tmp_path):
    """Commands that only read do not import Prefect, which takes seconds."""
    program = (
        "import sys; from cli import main\n"
        f"sys.argv = ['kolada', *{words!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('prefect' in sys.modules, 'uvicorn' in sys.modules)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"KOLADA_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert ended.stdout.splitlines()[-1].startswith("False")
