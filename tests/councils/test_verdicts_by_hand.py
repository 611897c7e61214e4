"""Every form of target that councils use, judged as computed by hand."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.app import make_app
from tests.conftest import Nights
from tests.councils.conftest import FOLDER, rows

VERDICTS = rows("verdicts.csv")
OUTCOMES = """
    select verdict, coalesce(verdict_reason, ''), compared_with, margin
    from mart.{table}
    where plan_id = ? and indicator_id = ? and year = ? and (? = '' or criterion = ?)
"""


def number(text: str) -> float | None:
    """Return a number of the table, or None."""
    return float(text) if text else None


def test_every_plan_passes_the_check(tmp_path: Path) -> None:
    """`kolada goals check` accepts all plans."""
    result = CliRunner().invoke(
        make_app(["goals"]), ["goals", "check", "--goals", str(FOLDER / "plans"), "--home", str(tmp_path)]
    )
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    "row", VERDICTS, ids=lambda row: "-".join(row[name] for name in ("plan_id", "indicator_id", "year", "criterion"))
)
def test_the_verdict_is_the_one_worked_out(councils: Nights, row: dict[str, str]) -> None:
    """Verdict, reason, compared number and margin equal those computed by hand in the table."""
    table = "criterion_outcome" if row["criterion"] else "goal_fulfilment"
    key = [row["plan_id"], row["indicator_id"], int(row["year"]), row["criterion"], row["criterion"]]
    ((verdict, reason, compared_with, margin),) = councils.query(OUTCOMES.format(table=table), key)
    assert (verdict, reason) == (row["verdict"], row["verdict_reason"])
    if verdict != "no_data":
        assert (compared_with, margin) == pytest.approx((number(row["compared_with"]), number(row["margin"])), abs=1e-9)


def test_every_kind_of_criterion_is_there(councils: Nights) -> None:
    """The plans cover every kind of criterion except `other_value`."""
    kinds = {kind for (kind,) in councils.query("select distinct target_kind from mart.criterion_outcome")}
    assert kinds == {
        "number",
        "range",
        "reference",
        "previous_year",
        "previous_measurement",
        "base_year",
        "rank",
        "best_share",
        "gender_gap",
    }


def test_each_committee_answers_for_its_own(councils: Nights) -> None:
    """An indicator's owner is its own, else its goal's."""
    assert councils.query(
        "select owner, count(*) from mart.goal_fulfilment where plan_id = 'vara-1470-2024-2027' and year = 2024 "
        "group by owner order by owner"
    ) == [
        ("Bildningsnämnden", 2),
        ("Kommunfullmäktige", 1),
        ("Kommunstyrelsen", 2),
        ("Miljö- och byggnadsnämnden", 2),
        ("Socialnämnden", 2),
    ]


def test_own_figures_have_the_decimals_that_they_were_given_with(councils: Nights) -> None:
    """Without display_decimals an own figure has none where all its figures and targets are whole, else one."""
    assert councils.query(
        "select distinct indicator_id, display_decimals from mart.criterion_outcome "
        "where plan_id = 'vara-1470-2024-2027' and kpi_id is null order by all"
    ) == [("bemotande", 1), ("tillganglighet", 0), ("trygghet", 0)]


def test_figures_of_a_part_of_the_year_stand_apart(councils: Nights) -> None:
    """Figures of tertials and months have their period and no verdict."""
    assert councils.query(
        "select plan_id, indicator_id, year, period, last_month, value from mart.period_outcome order by all"
    ) == [
        ("katrineholm-0483-2019-2022", "invanare", 2022, "06", 6, 34700.0),
        ("vastra-gotaland-0014-2023", "aterinskrivning", 2023, "T1", 4, 9.3),
        ("vastra-gotaland-0014-2023", "vardgaranti", 2023, "12", 12, 108.0),
        ("vastra-gotaland-0014-2023", "vardgaranti", 2024, "T1", 4, 88.0),
    ]


def test_women_and_men_stand_beside_the_total(councils: Nights) -> None:
    """Values of women and men are shown, and the total is judged."""
    assert councils.query(
        "select value, value_women, value_men, gender_gap from mart.goal_fulfilment "
        "where plan_id = 'katrineholm-0483-2019-2022' and year = 2018"
    ) == [(34550.0, 17216.0, 17334.0, -118.0)]


def test_a_region_is_placed_among_regions(councils: Nights) -> None:
    """Means and ranks of a region's plan cover only regions with a value."""
    assert councils.query(
        "select reference_kind, reference_value, reference_n, rank, rank_n, is_reference_weak "
        "from mart.goal_fulfilment "
        "where plan_id = 'vastra-gotaland-0014-2023' and indicator_id = 'medel' and year = 2023"
    ) == [("unweighted_mean", 9.2, 4, 2, 4, True)]


def test_who_has_which_criterion_for_a_shared_kpi(councils: Nights) -> None:
    """For a KPI in two plans, each criterion is listed with its verdict."""
    assert councils.query(
        "select municipality_name, indicator_id, target_kind, value, verdict from mart.criterion_comparison "
        "where kpi_id = 'N15436' and year = 2018 order by all"
    ) == [
        ("Ale", "yrkesprogram", "best_share", 84.0, "met"),
        ("Klippan", "yrkesprogram", "best_share", 68.0, "not_met"),
    ]
