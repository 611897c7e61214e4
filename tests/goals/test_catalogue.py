from collections.abc import Callable

import pytest

from goals import Plan, PlanError, check_against_catalogue, plan_from_files

WITHDRAWN = {"U00413", "U00442", "U00486"}


def test_withdrawn_kpis_that_the_notes_declare_are_let_through(alingsas: Plan) -> None:
    """The three that left the catalogue are no reason to refuse the plan."""
    live = {*alingsas.kpi_ids, *alingsas.cross_check_kpi_ids} - WITHDRAWN
    check_against_catalogue(alingsas, live)
    assert len(live) == 18 + 4


def test_an_unknown_kpi_is_refused_with_the_closest_ones(alingsas: Plan) -> None:
    """Row, id, what to do, and what it may have been meant to be."""
    known = {*alingsas.kpi_ids, *alingsas.cross_check_kpi_ids} - {"N15454"} | {"N15455"}
    with pytest.raises(PlanError) as raised:
        check_against_catalogue(alingsas, known)
    (finding,) = raised.value.findings
    assert (finding.place, finding.value) == ("indicators.csv, row 16, column kpi_id", "N15454")
    assert "kpi_withdrawn" in finding.remedy
    assert "`N15455`" in finding.remedy


def test_two_swapped_figures_are_the_first_guess(alingsas: Plan) -> None:
    """Among ids that are as like as texts, the one with two figures swapped is what was meant."""
    known = {*alingsas.kpi_ids, *alingsas.cross_check_kpi_ids} - {"N15436"}
    known |= {"N15463", "N21436", "N15336", "N15435", "N15437"}
    with pytest.raises(PlanError) as raised:
        check_against_catalogue(alingsas, known)
    assert "Did you mean `N15463`" in raised.value.findings[0].remedy


def test_every_use_of_an_unknown_kpi_is_named(alingsas: Plan) -> None:
    """An indicator id that stands in two rows is two findings; a cross-check is one more."""
    known = {*alingsas.kpi_ids, *alingsas.cross_check_kpi_ids} - {"N15436", "N03102"}
    with pytest.raises(PlanError) as raised:
        check_against_catalogue(alingsas, known)
    assert [(finding.file, finding.value) for finding in raised.value.findings] == [
        ("indicators.csv", "N15436"),
        ("indicators.csv", "N15436"),
        ("plan.toml", "N03102"),
    ]


def test_a_note_of_another_code_lets_nothing_through(edited: Callable[..., dict[str, bytes]]) -> None:
    """Only `kpi_withdrawn` says that a KPI is gone."""
    for code, is_let_through in (("kpi_withdrawn", True), ("kpi_closed", False)):
        plan = plan_from_files(edited(("notes.csv", "A1.2,equation_like", f"A1.2,{code}")))
        known = {*plan.kpi_ids, *plan.cross_check_kpi_ids} - {"N15485"}
        if is_let_through:
            check_against_catalogue(plan, known)
        else:
            with pytest.raises(PlanError, match="N15485"):
                check_against_catalogue(plan, known)
