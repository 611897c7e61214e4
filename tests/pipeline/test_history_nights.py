"""Two runs with changes between them: exactly the expected versions appear, with their kinds."""

import pytest

from fake_kolada import apply_change
from pipeline.review import approve, read_review
from tests.conftest import UNLIMITED
from warehouse.home import Home

pytestmark = [pytest.mark.recorded, pytest.mark.slow]

COMPARED = "select * exclude (known_from) from {} order by all"


@pytest.fixture
def nights(begun_nights):
    """A home after the first night of the recorded data."""
    return begun_nights


def change(nights, *changes):
    """Change the data of the stand-in."""
    for each in changes:
        nights.fake.data = apply_change(nights.fake.data, each)


def versions_of_night(nights, run_id):
    """Return the versions that one run opened: (kpi, unit, period, gender, kind)."""
    return nights.query(
        "select kpi_id, municipality_id, period, gender, change_kind from core.observation_version "
        "where run_id = ? order by all",
        [run_id],
    )


def test_a_quiet_second_night_writes_nothing(nights):
    """A second run on the same data opens no version and changes no verdict."""
    before = nights.query(COMPARED.format("mart.goal_fulfilment"))
    second = nights.refresh()
    assert dict(second.loaded.opened) == {}
    assert second.verdict_changes == 0
    assert nights.query(COMPARED.format("mart.goal_fulfilment")) == before
    assert nights.query("select count(*) from ops.publication") == [(2,)]


def test_each_change_becomes_its_version(nights):
    """A revised, suppressed, deleted and slightly changed value each open one version of their kind, and no other."""
    change(
        nights,
        "revised:N15436/1489/2020/T=91.2",
        "suppressed:N15436/1489/2019/T",
        "deleted:N15436/1489/2018/T",
        "precision:N15485/1489/2018/T",
    )
    second = nights.refresh()
    versions = [row for row in versions_of_night(nights, second.run_id) if row[1] != "G2328"]
    assert versions == [
        ("N15436", "1489", 2018, "T", "deleted"),
        ("N15436", "1489", 2019, "T", "suppressed"),
        ("N15436", "1489", 2020, "T", "revised"),
        ("N15485", "1489", 2018, "T", "precision"),
    ]
    assert nights.query(
        "select value from core.observation_as_of('2026-04-02') "
        "where kpi_id = 'N15436' and municipality_id = '1489' and period = 2020 and gender = 'T'"
    ) == [(90.5,)]


def test_a_rescaled_kpi_is_one_finding(nights):
    """A KPI multiplied by 100 is held, reviewed as one rescaling, and published as rescaled once approved."""
    change(nights, "rescaled:U40455")
    assert nights.refresh().state == "held"
    home = Home(nights.home)
    (finding,) = read_review(home).findings
    assert finding.address == "cells_rewritten:U40455"
    assert set(read_review(home).rows(finding)["note"]) == {"rescaled: the KPI moved as a whole"}
    approve(home, [finding.address], reason="a new unit of measure", now=nights.now)
    second = nights.refresh()
    kinds = {(kpi, kind) for kpi, unit, _, _, kind in versions_of_night(nights, second.run_id)}
    assert kinds == {("U40455", "rescaled")}
    assert {check.name for check in second.checks if check.offending_count} >= {"kpi_rescaled"}


def test_a_withdrawn_kpi_keeps_its_cells(nights):
    """A KPI that leaves the catalogue is marked as withdrawn and keeps its values and verdicts."""
    before = nights.query("select count(*) from core.observation where kpi_id = 'N15436'")
    change(nights, "kpi_removed:N15436")
    second = nights.refresh()
    assert second.state == "published"
    assert nights.query("select is_withdrawn from core.kpi where kpi_id = 'N15436'") == [(True,)]
    assert nights.query("select count(*) from core.observation where kpi_id = 'N15436'") == before
    assert nights.query("select distinct is_kpi_withdrawn from mart.goal_fulfilment where kpi_id = 'N15436'") == [
        (True,)
    ]


def test_the_moment_between_gives_the_first_nights_table(nights):
    """As of a moment between two runs, every mart has exactly the rows of the first run."""
    marts = [
        name
        for (name,) in nights.query(
            "select distinct function_name from duckdb_functions() where schema_name = 'mart' "
            "and function_type = 'table_macro' and ends_with(function_name, '_as_of')"
        )
    ]
    assert "goal_fulfilment_as_of" in marts
    before = {name: nights.query(f"from mart.{name.removesuffix('_as_of')} order by all") for name in marts}
    nights.settings.update(UNLIMITED)
    change(nights, "revised:N15436/1489/2020/T=91.2", "rescaled:U40455", "kpi_removed:N18409", "group_members")
    assert nights.refresh().state == "published"
    between = nights.query("select min(published_at) from ops.publication")[0][0]
    for name in marts:
        assert nights.query(f"from mart.{name}(?::timestamp) order by all", [between]) == before[name], name


def test_too_many_vanished_cells_hold_the_run(nights):
    """A KPI that loses one unit holds the run only if the limit on vanished cells is zero."""
    nights.settings["max_vanished_share"] = 0.0
    change(nights, "vanished:N15436/1489")
    result = nights.refresh()
    assert result.state == "held"
    assert "cells_vanished" in result.message
