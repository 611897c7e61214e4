"""`kolada review` over real HTTP, from a held run to its publication."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from fake_kolada import FakeKolada, apply_change
from goals import read_plan
from tests.cli.support import run_kolada
from tests.warehouse.first_release.make_fixture import PLAN, small_data

HELD, BAD_INPUT, STALE = 3, 2, 5
REASON = "Kolada has hidden the schools"
COMMANDS = Callable[..., CompletedProcess[str]]


@pytest.fixture
def source() -> FakeKolada:
    """The small part of the sample."""
    plan = read_plan(PLAN)
    return FakeKolada(small_data([*plan.kpi_ids, *plan.cross_check_kpi_ids]))


@pytest.fixture
def kolada(source: FakeKolada, tmp_path: Path) -> Iterator[COMMANDS]:
    """Give a function that runs commands with that source."""
    with source.serve() as base_url:
        yield lambda *arguments: run_kolada(tmp_path, base_url, *arguments, goals=PLAN.parent)


@pytest.mark.slow
def test_a_held_night_from_review_to_publication(kolada: COMMANDS, source: FakeKolada, tmp_path: Path) -> None:
    """A held run exits with 3, is shown, refused without a reason, approved in two steps, and then published."""
    assert "nothing to review" in kolada("review").stdout
    assert 0 == kolada("refresh", "--direct").returncode
    honest = source.data
    source.data = apply_change(apply_change(honest, "values_null:N15436"), "values_null:N15485")
    held = kolada("refresh", "--direct")
    assert HELD == held.returncode
    assert "`kolada review` shows what it would change" in held.stdout + held.stderr

    shown = kolada("review")
    assert 0 == shown.returncode, shown.stderr
    for told in (
        "cells_suppressed:N15436",
        "plans exempel-1480-2024-2026",
        "-> no value",
        "Verdicts that would change:",
        "Not approved yet: cells_suppressed",
        'kolada review --approve CHECK[:SCOPE] --reason "TEXT"',
    ):
        assert told in shown.stdout
    rows = list(csv.DictReader(io.StringIO(kolada("review", "--csv", "-").stdout)))
    document = json.loads(kolada("review", "--json").stdout)
    assert sum(finding["row_count"] for finding in document["findings"]) == len(rows)
    assert {("cells_suppressed", "no value")} == {(row["check"], row["after"]) for row in rows}
    status = kolada("status")
    assert STALE == status.returncode
    assert "kolada review" in status.stdout

    for refused in (
        kolada("review", "--approve", "cells_suppressed"),
        kolada("review", "--approve", "cells_suppressed", "--reason", " "),
        kolada("review", "--reason", REASON),
        kolada("review", "--approve", "cells_supressed", "--reason", REASON),
    ):
        assert BAD_INPUT == refused.returncode
        assert "nothing was approved" in refused.stderr

    part = kolada("review", "--approve", "cells_suppressed:N15436", "--reason", REASON)
    assert 0 == part.returncode, part.stderr
    assert f": {REASON}" in part.stdout
    assert "Not approved yet: cells_suppressed" in part.stdout
    full = kolada("review", "--approve", "cells_suppressed", "--reason", REASON)
    assert "`kolada refresh` publishes the run without fetching again" in full.stdout
    assert "is approved: `kolada refresh` publishes it" in kolada("status").stdout

    source.clear_log()
    published = kolada("refresh", "--direct", "--json")
    assert 0 == published.returncode, published.stderr
    assert document["run_id"] == json.loads(published.stdout)["run_id"]
    assert [] == list(source.log)
    asked = kolada("sql", "--csv", "select scope, reason from ops.check_result where approved_by is not null")
    assert {("N15436", REASON), ("N15485", REASON)} == {
        (row["scope"], row["reason"]) for row in csv.DictReader(io.StringIO(asked.stdout.partition("\n\n")[0]))
    }
    assert "nothing to review" in kolada("review").stdout


@pytest.mark.slow
def test_a_run_that_cannot_be_reviewed_is_named(kolada: COMMANDS) -> None:
    """A run that was never held is refused, and the message lists the runs that can be reviewed."""
    assert 0 == kolada("refresh", "--direct").returncode
    refused = kolada("review", "--run", "000001-20260101T000000Z-abcd")
    assert BAD_INPUT == refused.returncode
    assert "Runs that can be reviewed: none" in refused.stderr
