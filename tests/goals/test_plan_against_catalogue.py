"""A plan against Kolada's catalogue: unknown KPIs, and remarks for its author."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from goals import KnownCatalogue, KnownKpi, Plan, PlanError, check_against_catalogue, look_up, plan_from_files

WITHDRAWN = {"U00413", "U00442", "U00486"}


def test_withdrawn_kpis_that_the_notes_declare_are_let_through(alingsas: Plan) -> None:
    """Withdrawn KPIs declared in notes are accepted."""
    live = {*alingsas.kpi_ids, *alingsas.cross_check_kpi_ids} - WITHDRAWN
    check_against_catalogue(alingsas, live)
    assert len(live) == 18 + 4


def test_an_unknown_kpi_is_refused_with_the_closest_ones(alingsas: Plan) -> None:
    """An unknown KPI is refused with its row, the remedy and similar ids."""
    known = {*alingsas.kpi_ids, *alingsas.cross_check_kpi_ids} - {"N15454"} | {"N15455"}
    with pytest.raises(PlanError) as raised:
        check_against_catalogue(alingsas, known)
    (finding,) = raised.value.findings
    assert (finding.place, finding.value) == ("indicators.csv, row 16, column kpi_id", "N15454")
    assert "kpi_withdrawn" in finding.remedy
    assert "`N15455`" in finding.remedy


def test_two_swapped_figures_are_the_first_guess(alingsas: Plan) -> None:
    """Of equally similar ids, the one with two digits swapped is suggested first."""
    known = {*alingsas.kpi_ids, *alingsas.cross_check_kpi_ids} - {"N15436"}
    known |= {"N15463", "N21436", "N15336", "N15435", "N15437"}
    with pytest.raises(PlanError) as raised:
        check_against_catalogue(alingsas, known)
    assert "Did you mean `N15463`" in raised.value.findings[0].remedy


def test_every_use_of_an_unknown_kpi_is_named(alingsas: Plan) -> None:
    """Each use of an unknown KPI is a finding of its own."""
    known = {*alingsas.kpi_ids, *alingsas.cross_check_kpi_ids} - {"N15436", "N03102"}
    with pytest.raises(PlanError) as raised:
        check_against_catalogue(alingsas, known)
    assert [(finding.file, finding.value) for finding in raised.value.findings] == [
        ("indicators.csv", "N15436"),
        ("indicators.csv", "N15436"),
        ("plan.toml", "N03102"),
    ]


def test_a_note_of_another_code_lets_nothing_through(edited: Callable[..., dict[str, bytes]]) -> None:
    """Only a note with the code `kpi_withdrawn` allows a missing KPI."""
    for code, is_let_through in (("kpi_withdrawn", True), ("kpi_closed", False)):
        plan = plan_from_files(edited(("notes.csv", "A1.2,equation_like", f"A1.2,{code}")))
        known = {*plan.kpi_ids, *plan.cross_check_kpi_ids} - {"N15485"}
        if is_let_through:
            check_against_catalogue(plan, known)
        else:
            with pytest.raises(PlanError, match="N15485"):
                check_against_catalogue(plan, known)


KPI = KnownKpi("Titel i Kolada", "K", is_divided_by_gender=True, is_withdrawn=False, closed_after_year=None)
TOPICS = {topic: frozenset({"1480"}) for topic in ("grundskola", "äldreomsorg", "övergripande")}


def catalogue(plan: Plan, **others: KnownKpi) -> KnownCatalogue:
    """Return a catalogue with all of the plan's KPIs, some of them changed."""
    kpis = dict.fromkeys([*plan.kpi_ids, *plan.cross_check_kpi_ids], KPI) | others
    return KnownCatalogue(kpis, TOPICS, frozenset({"G2328"}))


def test_koladas_title_stands_next_to_the_plans(example_files: dict[str, bytes]) -> None:
    """Kolada's title is shown next to the plan's title of each indicator with a KPI."""
    plan = plan_from_files(example_files)
    found = look_up(plan, catalogue(plan))
    assert (found.findings, found.remarks) == ((), ())
    assert found.titles[:2] == (
        ("A1.1", "N15436", "Behöriga till yrkesprogram", "Titel i Kolada"),
        ("A1.2", "N15485", "Minst betyget E i matematik", "Titel i Kolada"),
    )


def test_what_a_person_should_look_at_is_remarked(edited: Callable[..., dict[str, bytes]]) -> None:
    """A KPI that is withdrawn, closed, of regions or not divided by gender gets a remark."""
    targets = b"indicator_id,kind,operator,target_value,gender\nB2,number,<=,40,both\n"
    manual = ("outcomes_manual.csv", ",3.1,3.6,", ",3.1,,")
    plan = plan_from_files(edited(manual) | {"targets.csv": targets})
    kpis = {
        "N15436": replace(KPI, is_withdrawn=True),
        "N15485": replace(KPI, closed_after_year=2024),
        "U21468": replace(KPI, municipality_type="L"),
        "U23471": replace(KPI, municipality_type="A"),
        "U00811": replace(KPI, is_divided_by_gender=False),
    }
    assert look_up(plan, catalogue(plan, **kpis)).remarks == (
        "A1.1: Kolada has withdrawn N15436. Say so in notes.csv with the code `kpi_withdrawn`.",
        "A1.2: N15485 is closed after 2024, and the plan runs to 2026.",
        "B1-1: U21468 is a KPI of regions; `1480` may have no values.",
        "B2: women and men are judged, and Kolada does not divide U00811 by gender.",
    )


def test_an_unknown_topic_and_an_unknown_group_are_refused(edited: Callable[..., dict[str, bytes]]) -> None:
    """An unknown topic or group is refused with the known ones."""
    topic = ("indicators.csv", "kolada,grundskola,1,10-12", "kolada,grundskolan,1,10-12")
    group = ("targets.csv", "minst som liknande kommuner,similar", "minst som gruppen,group:G2382")
    plan = plan_from_files(edited(topic, group))
    findings = look_up(plan, catalogue(plan)).findings
    assert [(finding.file, finding.value) for finding in findings] == [
        ("indicators.csv", "grundskolan"),
        ("targets.csv", "group:G2382"),
    ]
    assert findings[0].remedy == "Write one of `grundskola`, `äldreomsorg`, `övergripande`. Did you mean `grundskola`?"
    assert findings[1].remedy == "Write the id of one of Kolada's groups. Did you mean `G2328`?"
