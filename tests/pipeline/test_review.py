"""Review of a held run: approved in full or in part it is published without new requests; otherwise it is not."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest

from fake_kolada import apply_change, apply_changes
from pipeline.jobs import Job, backfill_job, mirror_job
from pipeline.progress import Silent
from pipeline.replay import replay
from pipeline.review import Review, approve, read_review
from pipeline.run_result import RunResult
from pipeline.status import read_status
from tests.conftest import Nights, small_home
from tests.pipeline.support import EditedAnswers
from tests.sweeping import one_of_each
from warehouse.approvals import read_held
from warehouse.errors import NothingToReview, ReviewRefused
from warehouse.home import Home
from warehouse.manifest import manifests

pytestmark = pytest.mark.slow

REASON = "Kolada has hidden the schools"
# Two KPIs without values; the first one changes verdicts of the small plan.
FIRST, SECOND = "N15436", "N15485"
LIE = (f"values_null:{FIRST}", f"values_null:{SECOND}")
# Where the process is killed: at a stage, before the file is renamed, or at a reading of the clock after that.
BEFORE_THE_RENAME = [(f"stage:{name}", 1) for name in ("History", "Judgement", "Checks", "Publication")]
AFTER_THE_RENAME = [("clock", 4)]
VALUES = "select kpi_id, municipality_id, period, gender, value from core.observation order by all"


@pytest.fixture(scope="module")
def held_home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Nights, RunResult]:
    """A home whose second run was held at 02:30, and that run's result."""
    nights = small_home(tmp_path_factory.mktemp("held") / "home")
    nights.now = nights.now.replace(hour=2, minute=30)
    assert "published" == nights.refresh().state
    return nights, lie(nights, *LIE)


@pytest.fixture
def held(held_home: tuple[Nights, RunResult], tmp_path: Path) -> tuple[Nights, RunResult]:
    """A copy of that home."""
    nights, result = held_home
    return small_home(tmp_path / "home").after(nights), result


def lie(nights: Nights, *changes: str) -> RunResult:
    """Run once on changed data and assert that the run is held; then restore the data and clear the log."""
    honest = nights.fake.data
    nights.fake.data = apply_changes(honest, changes)
    result = nights.refresh()
    nights.fake.data = honest
    nights.fake.clear_log()
    assert "held" == result.state
    return result


def at_nine_the_next_day(nights: Nights) -> datetime:
    """Move the clock 30.5 hours on, five times as long as a killed run may be continued."""
    nights.now += timedelta(hours=30.5)
    return nights.now


def reviewed(nights: Nights, run_id: str | None = None) -> Review:
    """Return the review of a held run, which must exist."""
    found = read_review(Home(nights.home), run_id)
    assert found is not None
    return found


def given(nights: Nights, *addresses: str, reason: str = REASON, run_id: str | None = None) -> Review:
    """Approve some findings at nine the next day."""
    review, _ = approve(Home(nights.home), addresses, reason=reason, now=at_nine_the_next_day(nights), run_id=run_id)
    return review


def without_value(nights: Nights, kpi_id: str) -> bool:
    """Return whether the published file has no value of a KPI."""
    return nights.query("select count(value) from core.observation where kpi_id = ?", [kpi_id]) == [(0,)]


def test_a_held_run_leaves_no_private_copy(held_home: tuple[Nights, RunResult]) -> None:
    """A held run leaves no private copy, since its data are in the ledger."""
    nights, _ = held_home
    assert [] == list(Home(nights.home).work.iterdir())


def test_a_held_run_shows_what_it_would_change(held: tuple[Nights, RunResult]) -> None:
    """The review shows checks, cells before and after, and changed verdicts; the published file is unchanged."""
    nights, result = held
    review = reviewed(nights)
    assert (result.run_id, False) == (review.run_id, review.is_approved)
    assert [f"cells_suppressed:{FIRST}", f"cells_suppressed:{SECOND}"] == [each.address for each in review.findings]
    assert {("exempel-1480-2024-2026",)} == {each.check.plan_ids for each in review.findings}
    known = nights.query(
        """
        select municipality_id, period, gender, value from core.observation where kpi_id = $kpi and value is not null
        union all
        select group_id, period, gender, value from core.group_observation where kpi_id = $kpi and value is not null
        """,
        {"kpi": FIRST},
    )
    rows = review.rows(review.findings[0])
    shown = rows.select("unit_id", "period", "gender", pl.col("before").cast(pl.Float64)).sort(pl.all()).rows()
    assert sorted(known) == shown
    assert {"no value"} == set(rows["after"])
    assert review.table().height == sum(each.check.offending_count for each in review.findings)
    (flip, *_) = review.verdict_changes
    assert ("N15436", "no_data") == (kpi_of(nights, flip["item_id"]), flip["verdict"])
    assert not without_value(nights, FIRST)


def kpi_of(nights: Nights, indicator_id: object) -> object:
    """Return the KPI of an indicator."""
    return nights.query("select kpi_id from plan.indicator where indicator_id = ?", [indicator_id])[0][0]


def test_approved_in_full_it_is_published_without_a_request(held: tuple[Nights, RunResult], tmp_path: Path) -> None:
    """Once fully approved, the held run is published without a request, and the file records who approved and why.

    A replay gives the same cells.
    """
    nights, result = held
    review = given(nights, "cells_suppressed")
    assert review.is_approved
    assert any("publishes it without fetching again" in each for each in warnings(nights))
    published = nights.refresh()
    assert ("published", result.run_id) == (published.state, published.run_id)
    assert [] == list(nights.fake.log)
    assert (True, True) == (without_value(nights, FIRST), without_value(nights, SECOND))
    approved = nights.query(
        "select scope, reason, approved_by is not null from ops.check_result where check_name = 'cells_suppressed' "
        "and run_id = ? order by 1",
        [result.run_id],
    )
    assert [(FIRST, REASON, True), (SECOND, REASON, True)] == approved
    assert published.verdict_changes == len(review.verdict_changes)
    assert read_review(Home(nights.home)) is None
    assert any("approved by" in each and REASON in each for each in published.warnings)
    replay(Home(nights.home), tmp_path / "kolada.duckdb", as_of=None, reporter=Silent())
    assert nights.query(VALUES) == replace(nights, home=tmp_path).query(VALUES)


def warnings(nights: Nights) -> tuple[str, ...]:
    """Return the warnings of `kolada status`."""
    return read_status(nights.make_settings(), now=nights.now).warnings


def test_approved_in_part_the_rest_still_holds(held: tuple[Nights, RunResult]) -> None:
    """After a partial approval the next run passes the approved rows, and the other scope holds it."""
    nights, first = held
    review = given(nights, f"cells_suppressed:{FIRST}")
    assert [True, False] == [each.approved is not None for each in review.findings]
    second = lie(nights, *LIE)
    assert first.run_id != second.run_id
    holding = [(check.name, check.scope) for check in second.checks if check.is_blocking]
    assert [("cells_suppressed", SECOND)] == holding
    assert [f"cells_suppressed:{SECOND}"] == [each.address for each in reviewed(nights).findings]
    given(nights, "cells_suppressed")
    assert ("published", second.run_id) == ((ended := nights.refresh()).state, ended.run_id)
    assert (True, True) == (without_value(nights, FIRST), without_value(nights, SECOND))


def test_other_rows_than_those_approved_hold_again(begun_small_nights: Nights) -> None:
    """An approval covers the rows shown: a later run that loses more values is held in the same scope."""
    nights = begun_small_nights
    lie(nights, f"share_suppressed:{FIRST}=40", f"values_null:{SECOND}")
    given(nights, f"cells_suppressed:{FIRST}")
    same = lie(nights, f"share_suppressed:{FIRST}=40", f"values_null:{SECOND}")
    assert [SECOND] == [check.scope for check in same.checks if check.is_blocking]
    more = lie(nights, f"share_suppressed:{FIRST}=60", f"values_null:{SECOND}")
    assert [FIRST, SECOND] == [check.scope for check in more.checks if check.is_blocking]


def test_refused_it_is_read_anew_and_a_good_night_overtakes_it(held: tuple[Nights, RunResult]) -> None:
    """Without an approval the next good run publishes, and the held run can no longer be reviewed."""
    nights, result = held
    assert "published" == nights.refresh().state
    assert not without_value(nights, FIRST)
    assert read_review(Home(nights.home)) is None
    with pytest.raises(NothingToReview, match="another run has published since"):
        read_review(Home(nights.home), result.run_id)
    with pytest.raises(NothingToReview, match="No run is held"):
        given(nights, "cells_suppressed")


def test_an_approval_is_used_up_by_a_publication(held: tuple[Nights, RunResult]) -> None:
    """An approval ends with the next publication: the same wrong data are held again."""
    nights, _ = held
    given(nights, f"cells_suppressed:{FIRST}")
    assert "published" == nights.refresh().state
    again = lie(nights, *LIE)
    assert {FIRST, SECOND} == {check.scope for check in again.checks if check.is_blocking}


def test_an_older_held_run_can_be_taken_up_too(held: tuple[Nights, RunResult]) -> None:
    """Of two held runs, the older one can be approved and published."""
    nights, first = held
    second = lie(nights, "values_same")
    assert (second.run_id, (first.run_id,)) == ((review := reviewed(nights)).run_id, review.older_run_ids)
    given(nights, "cells_suppressed", run_id=first.run_id)
    assert first.run_id == nights.refresh().run_id
    assert without_value(nights, FIRST)


def test_an_approval_that_cannot_be_is_refused(held: tuple[Nights, RunResult]) -> None:
    """An approval without a reason, or of an unknown finding, approves nothing and names the choices."""
    nights, _ = held
    for addresses, reason, message in (
        (["cells_suppressed"], "  ", "The reason is `empty`, so nothing was approved"),
        (["cells_supressed"], REASON, "`cells_suppressed`"),
        (["cells_suppressed:N15435"], REASON, f"`cells_suppressed:{FIRST}`"),
        ([f"cells_suppressed:{FIRST}", "nothing"], REASON, "`nothing` is no finding"),
    ):
        with pytest.raises(ReviewRefused) as refused:
            given(nights, *addresses, reason=reason)
        assert message in str(refused.value)
    assert [None, None] == [each.approved for each in reviewed(nights).findings]


def test_pairs_that_could_not_be_read_are_approved_by_kpi(begun_small_nights: Nights) -> None:
    """Unread pairs are approved per KPI: the rest is published, and the next run is not held."""
    nights = begun_small_nights
    nights.transport = EditedAnswers(nights.fake, with_a_word)
    result = nights.refresh()
    assert ("held", True) == (result.state, result.is_incomplete)
    assert {("pairs_failed", FIRST)} == {(check.name, check.scope) for check in result.checks if check.is_blocking}
    given(nights, f"pairs_failed:{FIRST}")
    nights.fake.clear_log()
    assert ("published", 0) == (nights.refresh().state, len(nights.fake.log))
    assert not without_value(nights, FIRST)
    following = nights.refresh()
    assert "published" == following.state
    assert any("pairs_still_missing" in warning for warning in following.warnings)


def with_a_word(_request: httpx.Request, page: dict[str, Any]) -> dict[str, Any]:
    """Return the page with a text in place of the first KPI's value."""
    for row in page["values"]:
        if row.get("kpi") == FIRST:
            row["values"][0]["value"] = "åttio"
    return page


def as_backfill(nights: Nights) -> Job:
    """Return a backfill of one KPI."""
    return backfill_job(nights.plans, kpi_ids=[FIRST], unit_ids=["1480", "1489", "0114"])


def as_mirror(nights: Nights) -> Job:
    """Return a mirror of everything."""
    return mirror_job(nights.plans, audit_days=1)


@pytest.mark.parametrize("job", [as_backfill, as_mirror])
def test_every_kind_of_run_is_held_and_reviewed(begun_small_nights: Nights, job: Callable[[Nights], Job]) -> None:
    """A held backfill or mirror is approved and then published by the same command without a request."""
    nights = begun_small_nights
    assert "published" == nights.run(job(nights)).state
    nights.now += timedelta(days=7)
    nights.fake.data = apply_change(nights.fake.data, "values_null")
    result = nights.run(job(nights))
    assert "held" == result.state
    review = given(nights, *{check.name for check in result.checks if check.is_blocking})
    assert review.command in result.message
    nights.fake.clear_log()
    assert result.run_id == nights.run(job(nights)).run_id
    assert [] == list(nights.fake.log)


@pytest.mark.sweep
@pytest.mark.parametrize(("point", "number"), one_of_each([BEFORE_THE_RENAME, AFTER_THE_RENAME], seed=13))
def test_killed_while_it_is_published(held: tuple[Nights, RunResult], point: str, number: int) -> None:
    """An approved run that is killed while publishing is published by the next run without a request."""
    nights, result = held
    given(nights, "cells_suppressed")
    ended = subprocess.run(
        [
            sys.executable,
            str(Path(__file__).with_name("run_and_die.py")),
            str(nights.home),
            "small",
            point,
            str(number),
        ],
        env=os.environ | {"RUN_INSTANT": nights.now.isoformat(), "PYTHONPATH": str(Path.cwd())},
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    published = nights.refresh()
    assert "published" == published.state
    if point != "clock":
        assert ([], result.run_id) == (list(nights.fake.log), published.run_id)
        assert (True, True) == (without_value(nights, FIRST), without_value(nights, SECOND))
    kept = [manifest for manifest in manifests(Home(nights.home).manifests) if manifest.run_id == result.run_id]
    assert [None] == [read_held(manifest) for manifest in kept]
