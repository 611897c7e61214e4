"""Several plans in one home: a broken plan is judged by its last good version and stops no other plan."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from fake_kolada import apply_change
from flows.flow_run import flow_state
from goals import Plan, PlanError, plan_from_files, read_plan
from pipeline.jobs import refresh_job
from pipeline.plans_to_judge import plans_to_judge
from pipeline.progress import Silent
from pipeline.replay import replay
from pipeline.run_facts import read_facts
from pipeline.run_page import run_page
from pipeline.run_result import RunResult
from pipeline.status import Status, read_status
from reports.reading.gathering import gather
from reports.reading.sourced_rows import open_source
from reports.swedish.notices import made_up_notice
from tests.conftest import UNLIMITED, Nights, small_home
from tests.warehouse.first_release.make_fixture import PLAN
from warehouse.home import Home
from warehouse.published_file import published_file

EXAMPLE, DRAFT = PLAN.name, "utkast-1489"
SETTINGS = """plan_id = "utkast-1489"
municipality_id = "1489"
title = "Ett påhittat utkast"
is_draft = true
target_year = 2024
years = { first = 2022, last = 2024 }
"""
GOALS = "goal_id,section,title,counts_in_majority\nG1,prioritized,Skolan,false\n"
INDICATORS = (
    "indicator_id,goal_id,role,title,kpi_id,unit,direction,value_route\nG1.1,G1,steering,Betyg,N15436,%,higher,kolada\n"
)
TARGETS = "indicator_id,year,kind,operator,target_value,target_text\nG1.1,,number,>=,1,1\n"


# Plans with the KPIs of the example; at a bokslut each sees other values.
VARIANTS = {
    "exempel-1480-2024-2026": (),
    "samma-1489": (("municipality_id", '"1480"', '"1489"'),),
    "kalendern-0114": (
        ("municipality_id", '"1480"', '"0114"'),
        ("rules", "[rules]", '[rules]\nbokslut = "availability"'),
        ("availability.csv", "N15436,09-30,0", "N15436,04-30,1"),
    ),
    "senaste-0115": (
        ("municipality_id", '"1480"', '"0115"'),
        ("rules", "[rules]", '[rules]\nlatest_measurement = "true"\nbokslut = "history"'),
        ("bokslut_dates", "2024-03-01", "2024-11-15"),
        ("targets.csv", "similar", "county"),
    ),
}


def variant(plan_id: str) -> Plan:
    """Return the example plan with the edits of a variant."""
    files = {name: content.decode("utf-8") for name, content in read_plan(PLAN).files.items()}
    files["plan.toml"] = files["plan.toml"].replace(f'plan_id = "{EXAMPLE}"', f'plan_id = "{plan_id}"')
    for where, old, new in VARIANTS[plan_id]:
        name = where if where in files else "plan.toml"
        assert old in files[name]
        files[name] = files[name].replace(old, new)
    return plan_from_files({name: text.encode("utf-8") for name, text in files.items()})


def rows_of_plan(home: Nights, plan_id: str) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of a plan in each mart; those that say what several plans have in common are left out."""
    tables = home.query(
        "select table_name from duckdb_columns() inner join duckdb_tables() using (database_name, table_name) "
        "where duckdb_tables.schema_name = 'mart' and column_name = 'plan_id' "
        "and table_name <> 'criterion_comparison_version' order by all"
    )
    return {
        str(table): home.query(
            f"select columns(lambda name: name <> 'run_id') from mart.{table} where plan_id = ? order by all", [plan_id]
        )
        for (table,) in tables
    }


@pytest.mark.slow
def test_a_plan_is_judged_beside_others_as_by_itself(tmp_path: Path) -> None:
    """A plan has the same rows in a home of its own and beside plans that share its KPIs and dates."""

    def two_nights(name: str, *plan_ids: str) -> Nights:
        nights = small_home(tmp_path / name)
        nights.settings = dict(UNLIMITED)
        nights.plans = tuple(variant(plan_id) for plan_id in plan_ids)
        for change in ("share_revised:N15436=30", "share_suppressed:U21468=5"):
            assert nights.refresh().state == "published"
            nights.fake.data = apply_change(nights.fake.data, change)
        return nights

    together = two_nights("together", *sorted(VARIANTS))
    for plan_id in VARIANTS:
        rows, own = rows_of_plan(together, plan_id), rows_of_plan(two_nights(plan_id, plan_id), plan_id)
        assert len(own) > 15
        assert sum(map(len, own.values())) > 500
        assert [table for table in own if own[table] != rows[table]] == []


def make_home(folder: Path) -> Nights:
    """Return a home with a folder of two plans: the made-up one, and a draft of another municipality."""
    plans = folder / "plans"
    shutil.copytree(PLAN, plans / EXAMPLE)
    (plans / DRAFT).mkdir()
    files = {"plan.toml": SETTINGS, "goals.csv": GOALS, "indicators.csv": INDICATORS, "targets.csv": TARGETS}
    for name, text in files.items():
        (plans / DRAFT / name).write_text(text, encoding="utf-8")
    return replace(small_home(folder / "home"), settings={"goals": plans})


@pytest.fixture
def new_home(tmp_path: Path) -> Nights:
    """That home before its first night."""
    return make_home(tmp_path)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    """The same after one night; only to be copied."""
    home = make_home(tmp_path_factory.mktemp("first"))
    night(home)
    return home


@pytest.fixture
def home(new_home: Nights, first: Nights) -> Nights:
    """That home with one night behind it."""
    return new_home.after(first)


def night(home: Nights) -> RunResult:
    """Run the next refresh with the folder of plans as it is."""
    judged = plans_to_judge(home.make_settings())
    return home.run(refresh_job(judged.plans, broken=judged.broken))


def looked_at(home: Nights) -> Status:
    """Return the home's status, without a limit on the age of its data."""
    return read_status(home.make_settings().model_copy(update={"stale_hours": 1e6}), now=home.now)


def edit(home: Nights, plan_id: str, file: str, old: str, new: str) -> None:
    """Replace a text in a file of a plan."""
    path = home.make_settings().goals / plan_id / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def verdicts(home: Nights, plan_id: str) -> list[tuple[object, ...]]:
    """Return the published verdicts of a plan."""
    columns = "indicator_id, year, target_value, verdict"
    return home.query(f"select {columns} from mart.goal_fulfilment where plan_id = ? order by all", [plan_id])


@pytest.mark.slow
@pytest.mark.parametrize(("unit", "plan_id", "other"), [("1489", DRAFT, EXAMPLE), ("1480", EXAMPLE, DRAFT)])
def test_a_lie_about_one_plans_municipality_names_that_plan(home: Nights, unit: str, plan_id: str, other: str) -> None:
    """If one plan's municipality is missing, the run is held, and check, message and page name only that plan."""
    home.fake.data = apply_change(home.fake.data, f"unit_vanished:{unit}")
    result = night(home)
    assert "held" == result.state
    assert {("unit_changed", unit, (plan_id,))} == {
        (check.name, check.scope, check.plan_ids) for check in result.checks if check.is_blocking
    }
    assert (True, False) == (plan_id in result.message, other in result.message)
    assert f"`unit_changed:{unit}`; {plan_id}: " in run_page(result, home.make_settings(), read_facts(result))


@pytest.mark.slow
def test_a_broken_plan_is_judged_by_its_last_good_version(home: Nights) -> None:
    """The run publishes: the broken plan keeps its earlier verdicts, and the other plan's change is judged."""
    before = verdicts(home, EXAMPLE)
    edit(home, EXAMPLE, "goals.csv", "any_part", "en_räcker")
    edit(home, DRAFT, "targets.csv", ">=,1,1", ">=,2,2")
    result = night(home)
    assert result.state == "published"
    assert verdicts(home, EXAMPLE) == before
    assert {row[2] for row in verdicts(home, DRAFT)} == {2.0}
    (broken,) = result.broken_plans
    assert (broken.plan_id, f"{broken.version_from:%Y-%m-%d}") == (EXAMPLE, "2026-04-02")
    assert "goals.csv, row 3, column compound_rule: an unknown code: `en_räcker`" in broken.problem
    assert home.query("select plan_id, version_from from ops.broken_plan") == [
        (EXAMPLE, broken.version_from.replace(tzinfo=None))
    ]


@pytest.mark.slow
def test_it_is_named_wherever_somebody_looks(home: Nights) -> None:
    """The broken plan is named in the run's state, on its page, in the status and in that plan's outputs only."""
    edit(home, EXAMPLE, "goals.csv", "any_part", "en_räcker")
    result = night(home)
    state = flow_state(result)
    assert state.name == "Published with warnings"
    assert f"Plan `{EXAMPLE}` is broken and it is judged by its version of 2026-04-02" in state.message
    page = run_page(result, home.make_settings(), read_facts(result))
    assert f"## Planer med fel i filerna\n\n- **{EXAMPLE}** Planen bedöms enligt versionen från 2026-04-02." in page
    status = looked_at(home)
    assert [warning.partition(":")[0] for warning in status.warnings] == [
        f"Plan `{EXAMPLE}` is broken and it is judged by its version of 2026-04-02"
    ]
    with published_file(Home(home.home).published) as connection:
        source = open_source(connection)
        said = {plan: made_up_notice(source, gather(source, plan).plan) for plan in (EXAMPLE, DRAFT)}
    assert "Bedömningen bygger på versionen från 2026-04-02." in said[EXAMPLE]
    assert "Utkast: planen är inte beslutad." in said[DRAFT]
    assert "versionen" not in said[DRAFT]


@pytest.mark.slow
def test_the_version_that_stands_in_keeps_its_date_until_the_plan_is_mended(home: Nights) -> None:
    """The date of the last good version stays the same until the plan is repaired; then no warning remains."""
    edit(home, EXAMPLE, "goals.csv", "any_part", "en_räcker")
    dates = [night(home).broken_plans[0].version_from for _ in range(2)]
    assert [f"{date:%Y-%m-%d}" for date in dates] == ["2026-04-02"] * 2
    edit(home, EXAMPLE, "goals.csv", "en_räcker", "any_part")
    assert night(home).broken_plans == ()
    assert looked_at(home).warnings == ()


@pytest.mark.slow
def test_a_plan_that_was_never_good_is_left_out_and_named(new_home: Nights) -> None:
    """A plan without a good version is left out and named; without any plan the run is refused."""
    home = new_home
    edit(home, DRAFT, "indicators.csv", "higher", "uppåt")
    result = night(home)
    assert result.state == "published"
    assert verdicts(home, DRAFT) == []
    assert "it is left out, since no version of it was ever published" in result.message
    edit(home, EXAMPLE, "goals.csv", "any_part", "en_räcker")
    shutil.rmtree(home.home)
    with pytest.raises(PlanError, match=f"{EXAMPLE}, {DRAFT}"):
        plans_to_judge(home.make_settings())


@pytest.mark.slow
def test_a_kpi_that_kolada_never_had_breaks_its_own_plan_only(home: Nights) -> None:
    """A KPI that is not in the catalogue breaks only its own plan, whose last good version is judged."""
    edit(home, DRAFT, "indicators.csv", "N15436", "N99436")
    result = night(home)
    assert result.state == "published"
    (broken,) = result.broken_plans
    assert broken.plan_id == DRAFT
    assert "a KPI that is not in Kolada's catalogue: `N99436`" in broken.problem
    assert {row[3] for row in verdicts(home, DRAFT)} <= {"met", "no_data"}
    assert home.query("select count(*) from plan.indicator where kpi_id = 'N99436'") == [(0,)]


@pytest.mark.slow
def test_a_replay_judges_by_what_stood_in(home: Nights, tmp_path: Path) -> None:
    """A replay judges a broken plan by the same version as the run did."""
    edit(home, EXAMPLE, "goals.csv", "any_part", "en_räcker")
    edit(home, DRAFT, "targets.csv", ">=,1,1", ">=,2,2")
    night(home)
    expected = [verdicts(home, plan_id) for plan_id in (EXAMPLE, DRAFT)]
    replay(Home(home.home), tmp_path / "again.duckdb", as_of=None, reporter=Silent())
    shutil.copy(tmp_path / "again.duckdb", tmp_path / "kolada.duckdb")
    again = replace(home, home=tmp_path)
    assert [verdicts(again, plan_id) for plan_id in (EXAMPLE, DRAFT)] == expected
