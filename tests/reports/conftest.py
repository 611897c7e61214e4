"""Fixtures of the report tests: a small part of the sample, and data with awkward texts over two runs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pytest

from fake_kolada import FakeKolada, apply_changes
from goals import Plan
from reports import Report, write_report
from tests.conftest import UNLIMITED, MakeOnce
from tests.reports.support import PLAN_ID, Node, awkward_plan, corner, opened, read_page, with_awkward_names


def ids(plan: Plan) -> list[str]:
    """Return the KPIs that a plan reads."""
    return [*plan.kpi_ids, *plan.cross_check_kpi_ids]


@dataclass(frozen=True)
class World:
    """A home with a published file, and its report."""

    home: Path
    report: Report
    page: Node

    def text(self) -> str:
        """The report as written."""
        return self.report.path.read_text(encoding="utf-8")


def make_world(home: Path, **options: object) -> World:
    """Write the report of a home and read it back."""
    with opened(home) as connection:
        report = write_report(connection, PLAN_ID, folder=home / "reports", **options)
    return World(home, report, read_page(report.path))


def copied(folder: Path, report: Report) -> World:
    """Return the world in a copy of its folder."""
    report = replace(report, path=folder / "home" / "reports" / report.path.name)
    return World(folder / "home", report, read_page(report.path))


@pytest.fixture(scope="session")
def sample_world(plans: tuple[Plan, ...], make_nights: Callable, made_once: MakeOnce) -> World:
    """The repository's plan judged by a small part of the sample in one run."""

    def make(folder: Path) -> Report:
        [plan] = [plan for plan in plans if plan.plan_id == PLAN_ID]
        fake = FakeKolada(corner(ids(plan), source_kind="sample"))
        nights = make_nights(home=folder / "home", fake=fake, plans=(plan,))
        nights.refresh()
        return make_world(nights.home).report

    return copied(*made_once("sample-world", make))


@pytest.fixture(scope="session")
def awkward_world(make_nights: Callable, made_once: MakeOnce) -> World:
    """Awkward texts, manual figures, a void target; the second run has a revised, a hidden and a removed figure."""

    def make(folder: Path) -> Report:
        plan = awkward_plan(folder)
        data = with_awkward_names(corner(ids(plan), source_kind="recorded"))
        nights = make_nights(home=folder / "home", fake=FakeKolada(data), plans=(plan,), settings=dict(UNLIMITED))
        nights.refresh()
        nights.fake.data = apply_changes(
            nights.fake.data,
            [
                "revised:N15485/1489/2023/T=95.4",
                "suppressed:N15436/1489/2023/T",
                "kpi_retitled:U09800",
                "kpi_removed:N07905",
            ],
        )
        nights.refresh()
        return make_world(nights.home).report

    return copied(*made_once("awkward-world", make))


@pytest.fixture(scope="session")
def earlier_world(awkward_world: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The report on the same file as of its first run, in its own folder."""
    folder = tmp_path_factory.mktemp("earlier")
    with opened(awkward_world.home) as connection:
        report = write_report(connection, PLAN_ID, folder=folder, as_of="2026-04-02")
    return World(awkward_world.home, report, read_page(report.path))


@pytest.fixture(params=["sample_world", "awkward_world"])
def world(request: pytest.FixtureRequest) -> World:
    """Each of the published files."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def connection(world: World) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file of a world."""
    with opened(world.home) as opened_file:
        yield opened_file
