"""Reports of a run: its page, its events, its state, its log."""

import io
import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fake_kolada import apply_changes
from flows.events import notices
from flows.flow_run import failure_name, flow_state
from flows.json_logs import JsonLine
from flows.prefect_environment import JSON_LOGGING, NO_TELEMETRY
from flows.service_processes import with_variable
from goals import PlanError
from kolada_client import InvalidRequest, KoladaUnreachable
from pipeline.progress import JsonReporter
from pipeline.run_facts import RunFacts, VerdictChange, WithdrawnKpi, read_facts
from pipeline.run_page import LISTED, row, run_page, section
from pipeline.run_result import RunResult
from pipeline.settings import Settings
from warehouse.checks import CheckResult
from warehouse.errors import HomeLocked

CHANGE = VerdictChange("plan-a", "indicator", "P4.3", 2023, "", "met", "not_met", "own_value_revised")


def result(**fields):
    """Return the result of a published run, with some fields changed."""
    given = {
        "run_id": "20260101T000000000Z-abcd",
        "state": "published",
        "message": "Published /somewhere/kolada.duckdb",
        "published": Path("/somewhere/kolada.duckdb"),
        "source_kind": "live",
        "coverage": {"values": 3, "withdrawn": 1},
    }
    return RunResult(**given | fields)


def finding(severity):
    """Return a check with two findings."""
    return CheckResult(
        name="x",
        severity=severity,
        scope="N15436",
        plan_ids=("plan-a",),
        question="Is it so?",
        question_sv="Är det så?",
        offending_count=2,
        example="no",
    )


@pytest.mark.parametrize(
    ("fields", "name", "kind"),
    [
        ({}, "Published", "COMPLETED"),
        ({"checks": (finding("warning"),)}, "Published with warnings", "COMPLETED"),
        ({"state": "held", "is_incomplete": True}, "Held: incomplete", "FAILED"),
        ({"state": "held", "checks": (finding("blocking"),)}, "Held: check", "FAILED"),
    ],
)
def test_the_state_tells_the_story(fields, name, kind):
    """Each outcome of a run has its own state name and type."""
    state = flow_state(result(**fields))
    assert (name, kind) == (state.name, state.type.value)


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (KoladaUnreachable("nobody"), "Failed: source"),
        (InvalidRequest("no"), "Failed: input"),
        (PlanError("p", []), "Failed: input"),
        (HomeLocked("taken"), "Failed: home"),
    ],
)
def test_an_error_has_a_state_of_its_kind(error, name):
    """Each kind of error has its own state name."""
    assert name == failure_name(error)


def test_events_of_a_run():
    """Each changed verdict, each withdrawn KPI and a held run send one event with a stable id."""
    facts = RunFacts(verdict_changes=(CHANGE,), withdrawn_kpis=(WithdrawnKpi("N15485", "Titel"),))
    assert [
        ("kolada.verdict.changed", "kolada.verdict.plan-a.indicator.P4.3.2023"),
        ("kolada.kpi.withdrawn", "kolada.kpi.N15485"),
    ] == [(notice.event, notice.resource_id) for notice in notices(result(), facts)]
    (held,) = notices(result(state="held", message="why"), RunFacts())
    assert held.event == "kolada.run.held"
    assert ("check", "why") == (held.payload["reason"], held.payload["message"])


@pytest.mark.slow
def test_facts_of_a_night_with_news(desk, small_data):
    """A withdrawn KPI is reported in the run that first misses it, and not in the next one."""
    first = read_facts(desk.refresh())
    assert (0, ()) == (first.revision_count, first.withdrawn_kpis)
    assert first.goals
    desk.fake.data = apply_changes(small_data, ["kpi_removed:N15485", "revised:N15436/1489/2024/T=1.5"])
    second = read_facts(desk.refresh())
    assert ["N15485"] == [kpi.kpi_id for kpi in second.withdrawn_kpis]
    assert second.revision_count == 1
    third = read_facts(desk.refresh())
    assert (0, (), ()) == (third.revision_count, third.withdrawn_kpis, third.verdict_changes)


@pytest.mark.slow
def test_the_page_of_a_run(desk):
    """The page has the run's figures and source, and states that the sample is made up."""
    ended = desk.refresh()
    page = run_page(ended, desk.make_settings(), read_facts(ended))
    assert page.startswith("# Publicerad\n\n> **Påhittade exempelvärden.")
    assert f"| Svar från API:et | {ended.request_count} |" in page
    assert f"| har värden | {ended.coverage['values']} |" in page
    assert "| Hög | " in page
    assert "\n- **alingsas-2022-2024 U00413**: Nyckeltalet U00413 finns inte i Koladas katalog." in page
    assert "Källa: Kolada" not in page
    assert "Bedömningar: Egen bearbetning av påhittade exempelvärden." in page


def test_the_page_speaks_swedish():
    """The page shows changed verdicts and findings in the report's Swedish words."""
    ended = result(checks=(finding("warning"),))
    page = run_page(ended, Settings(), RunFacts(verdict_changes=(CHANGE,)))
    assert "| plan-a | P4.3 | 2023 | Uppfyllt | Ej uppfyllt | Eget värde reviderat |" in page
    assert "- **Är det så?** `x:N15436`; plan-a: 2 fynd (varnar): no" in page


def test_a_held_run_says_what_to_do():
    """State, event and page of a held run name the check, its scope, its plans and the review command."""
    ended = result(
        state="held",
        message="Held: x. `kolada review` shows what it would change",
        checks=(finding("warning"), finding("blocking")),
        flips=(
            {
                "plan_id": "plan-a",
                "item_id": "P4.3",
                "year": 2023,
                "variant": "",
                "verdict_before": "met",
                "verdict": "no_data",
                "cause": "own_value_suppressed",
            },
        ),
    )
    page = run_page(ended, Settings(), RunFacts())
    assert "`kolada review` visar vad körningen skulle ändra" in page
    assert "| plan-a | P4.3 | 2023 | Uppfyllt | Data saknas | Eget värde dolt |" in page
    assert "`x:N15436`; plan-a: 2 fynd (stoppar)" in page
    (held,) = notices(ended, RunFacts())
    assert [{"check": "x:N15436", "plans": ["plan-a"], "rows": 2}] == held.payload["checks"]
    assert ("kolada review", True) == (held.payload["what_to_do"], "kolada review" in flow_state(ended).message)


def test_a_count_has_room_between_thousands():
    """A count of five digits has a thousands separator; a year has none."""
    assert row((136120, 2023)) == "| 136\u00a0120 | 2023 |"


@pytest.mark.slow
def test_prefects_own_log_is_json_on_request():
    """With the worker's settings Prefect's own log is JSON."""
    program = (
        "from prefect.logging.configuration import setup_logging; from prefect.logging import get_logger\n"
        "setup_logging(); get_logger('prefect.worker').warning('so %s', 'be it')"
    )
    told = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | NO_TELEMETRY | JSON_LOGGING,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert ("warning", "so be it") == tuple(json.loads(told.stderr)[name] for name in ("level", "message"))


def test_a_page_bears_a_long_list():
    """A long list on a page is cut with a count of the rest, and a pipe character in a cell is escaped."""
    lines = section("Rubrik", ("a",), ((f"x|{number}",) for number in range(LISTED + 5)))
    assert lines[-1] == "... och 5 till."
    assert "| x\\|0 |" in lines
    assert section("Rubrik", ("a",), ())[-1] == "Inga."


def test_the_log_as_json():
    """The JSON log has one object per line, with the run's name."""
    record = logging.LogRecord("prefect.flow_runs", logging.INFO, "", 0, "Values: %s requests", (13,), None)
    record.flow_run_name = "refresh 2026-01-01 02:30"
    line = json.loads(JsonLine().format(record))
    assert ("info", "Values: 13 requests") == (line["level"], line["message"])
    assert line["flow_run_name"] == "refresh 2026-01-01 02:30"
    stream = io.StringIO()
    reporter = JsonReporter(stream)
    reporter.stage("Values", 13)
    reporter.advance()
    assert json.loads(stream.getvalue())["message"] == "Values: 13 requests"


def test_processes_are_found_by_what_they_were_started_with():
    """A process is found by its environment variable while it lives, and this process is left out."""
    with subprocess.Popen([sys.executable, "-c", "input()"], env={"MARK": "a=b"}, stdin=subprocess.PIPE) as child:
        found = with_variable("MARK", "a=b")
        other = with_variable("MARK", "a")
        child.communicate(b"\n")
    assert ([child.pid], []) == (found, other)
    assert with_variable("MARK", "a=b") == []
    assert os.getpid() not in with_variable("PATH", os.environ["PATH"])
