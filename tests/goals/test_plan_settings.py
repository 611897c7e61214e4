"""The settings in plan.toml: drafts, documents, regions and own groups."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from goals import PlanError, plan_from_files, read_plan

Edited = Callable[..., dict[str, bytes]]
UNITS = {"0180": "Stockholm", "1280": "Malmö", "1480": "Göteborg", "0014": "Västra Götalandsregionen", "0012": "Skåne"}
DOCUMENT = """[document]
title = "Påhittat dokument"
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
line_count = 120
last_page = 6
"""
MINIMAL = {
    "plan.toml": b'plan_id = "x"\nmunicipality_id = "1480"\ntitle = "X"\nis_draft = true\ntarget_year = 2026\n'
    b"years = { first = 2024, last = 2026 }\n",
    "goals.csv": b"goal_id,section,title,counts_in_majority\nG1,prioritized,Mat,false\n",
    "indicators.csv": b"indicator_id,goal_id,role,title,value_route\nG1.1,G1,steering,Ekologisk mat,manual\n",
}


def test_a_draft_is_three_short_files() -> None:
    """A draft needs no document, bokslut date or budget; their columns are empty."""
    plan = plan_from_files(MINIMAL)
    assert plan.tables["plan"].select("is_draft", "document_title", "document_sha256", "first_budget_year").rows() == [
        (True, None, None, 2024)
    ]
    assert plan.tables["bokslut_date"].height == 0
    assert plan.tables["indicator"].select("unit", "display_decimals", "owner").rows() == [(None, None, None)]


def test_a_decided_plan_has_a_document_and_its_bokslut_dates() -> None:
    """A decided plan without a document or bokslut dates is refused, and the message names `is_draft`."""
    decided = MINIMAL | {"plan.toml": MINIMAL["plan.toml"].replace(b"is_draft = true\n", b"")}
    with pytest.raises(PlanError) as raised:
        plan_from_files(decided)
    assert {finding.column for finding in raised.value.findings} == {
        "document.title",
        "document.sha256",
        "bokslut_dates.2024",
        "bokslut_dates.2025",
        "bokslut_dates.2026",
    }
    assert any("`is_draft = true`" in finding.remedy for finding in raised.value.findings)


def test_the_document_may_lie_beside_the_plan_and_is_held_against_its_hash(
    edited: Edited, write_plan: Callable[[dict[str, bytes]], Path]
) -> None:
    """A document next to the plan is checked against its hash and is not one of the plan's files."""
    content = b"%PDF-1.7 made up"
    sha256 = hashlib.sha256(content).hexdigest()
    named = edited(("plan.toml", DOCUMENT, DOCUMENT.replace("line_count", 'file = "budget.pdf"\nline_count')))
    right = named | {"plan.toml": named["plan.toml"].replace(b"0" * 64, sha256.encode())}
    folder = write_plan(right | {"budget.pdf": content})
    plan = read_plan(folder)
    assert plan.tables["plan"].select("document_file", "document_sha256").rows() == [("budget.pdf", sha256)]
    assert sorted(plan.files) == sorted(right)
    (folder / "budget.pdf").write_bytes(content + b" and edited")
    with pytest.raises(PlanError, match=r"document\.sha256: not the hash of `budget\.pdf`"):
        read_plan(folder)


def test_a_region_has_a_plan_of_its_own(edited: Edited) -> None:
    """A region's plan has a default minimum of ten regions, and refuses counties and similar municipalities."""
    region = ("plan.toml", 'municipality_id = "1480"', 'municipality_id = "0014"')
    default = ("plan.toml", "reference_min_n = 50\n", "")
    own = [("indicators.csv", f"kolada,{topic},{rest}", f"kolada,,{rest}") for topic, rest in (
        ("grundskola", "1,10-12"), ("grundskola", "1,14"), ("övergripande", "2,34"))]  # fmt: skip
    mean = ("targets.csv", "minst som liknande kommuner,similar", "minst som regionerna,unweighted_mean")
    plan = plan_from_files(edited(region, default, mean, *own), municipalities=UNITS)
    assert (plan.municipality_id, plan.rules["reference_min_n"]) == ("0014", "10")
    with pytest.raises(PlanError, match="`similar` in the plan of a region"):
        plan_from_files(edited(region, default))
    county = ("targets.csv", "minst som liknande kommuner,similar", "minst som länet,county")
    with pytest.raises(PlanError, match="`county` in the plan of a region"):
        plan_from_files(edited(region, default, county))


@pytest.mark.parametrize("code", ["0000", "0002", "0011", "0015", "1400", "9999"])
def test_a_code_of_nobody_is_refused(code: str, edited: Edited) -> None:
    """The code of Riket and unknown codes are refused."""
    with pytest.raises(PlanError, match="no municipality and no region has such a code"):
        plan_from_files(edited(("plan.toml", '"1480"', f'"{code}"')))


def test_own_lists_of_units_become_a_table(edited: Edited) -> None:
    """Each unit of each own group becomes a row, in the order of the file."""
    files = edited(("plan.toml", "[rules]", '[groups]\nstorstad = ["0180", "1280"]\n"väst" = ["1480"]\n\n[rules]'))
    assert plan_from_files(files, municipalities=UNITS).tables["unit_group"].drop("plan_id").rows() == [
        ("storstad", "0180"),
        ("storstad", "1280"),
        ("väst", "1480"),
    ]


@pytest.mark.parametrize(
    ("groups", "problem"),
    [
        ('storstad = "0180"', "not a list of units"),
        ("storstad = []", "not a list of units"),
        ("storstad = [180]", "not a unit's four digits: `180`"),
        ('storstad = ["0180", "0180"]', "a unit is repeated: `0180`"),
        ('"stor stad" = ["0180"]', "not a name for a list"),
        ('storstad = ["0199"]', "no unit with this code: `0199`"),
        ('storstad = ["0014"]', "no municipality in a list of the plan of a municipality: `0014`"),
        ('storstad = ["0000"]', "no municipality in a list of the plan of a municipality: `0000`"),
    ],
)
def test_a_list_that_compares_nothing_is_refused(groups: str, problem: str, edited: Edited) -> None:
    """An own group that is no list, is empty, repeats a unit or has an unknown one is refused by its value."""
    files = edited(("plan.toml", "[rules]", f"[groups]\n{groups}\n\n[rules]"))
    with pytest.raises(PlanError) as raised:
        plan_from_files(files, municipalities=UNITS)
    assert problem in str(raised.value)


def test_figures_of_a_part_of_a_year_stand_beside_the_years_own(example_files: dict[str, bytes]) -> None:
    """Figures of a tertial, quarter or month are rows next to the year's; a month may lack its leading zero."""
    header = "indicator_id,year,period,value,comparison_value,kind,source_note,entered_by,entered_at\n"
    rows = [("E1", "T1", 1.2), ("E1", "Q3", 1.8), ("E1", "9", 1.9), ("E1", "", 2.4)]
    text = header + "".join(
        f"{name},2024,{period},{value},,outcome,Påhittat,Exempel,2024-10-01\n" for name, period, value in rows
    )
    plan = plan_from_files(example_files | {"outcomes_manual.csv": text.encode()})
    assert plan.tables["outcome_manual"]["period"].to_list() == ["T1", "Q3", "09", None]
    for wrong in ("T3", "13", "Q5", "halvår"):
        with pytest.raises(PlanError, match=f"not a part of a year: `{wrong}`"):
            plan_from_files(example_files | {"outcomes_manual.csv": text.replace("T1", wrong).encode()})
    twice = text + "E1,2024,T1,1.3,,outcome,Påhittat,Exempel,2024-10-01\n"
    with pytest.raises(PlanError, match="`E1 2024 T1 outcome` is already in row 2"):
        plan_from_files(example_files | {"outcomes_manual.csv": twice.encode()})


def test_comments_belong_to_an_indicator_or_a_goal(example_files: dict[str, bytes]) -> None:
    """A comment belongs to an indicator or a goal, for the year or a part of it; any other id is refused."""
    header = "item_id,year,period,text,written_by,written_at\n"
    text = f"{header}A1.1,2024,,Påhittad kommentar,Exempel,2025-02-01\nA1,2024,T2,Påhittad,Exempel,2024-10-01\n"
    plan = plan_from_files(example_files | {"comments.csv": text.encode()})
    assert plan.tables["comment"].select("item_id", "period", "text").rows() == [
        ("A1.1", None, "Påhittad kommentar"),
        ("A1", "T2", "Påhittad"),
    ]
    with pytest.raises(PlanError, match=r"not in goals\.csv or indicators\.csv: `A9`"):
        plan_from_files(example_files | {"comments.csv": text.replace("A1,", "A9,").encode()})


def test_a_rescaling_is_a_break_without_a_year(edited: Edited) -> None:
    """A rescaling has a day and no year; a row with neither is refused."""
    row = ("breaks.csv", "N15485,2024,true,Påhittat brott.", "N15485,,false,Påhittat brott.,2024-05-01")
    header = ("breaks.csv", "voids_target,why", "voids_target,why,rescaled_on")
    plan = plan_from_files(edited(header, row))
    (read,) = plan.tables["series_break"].drop("plan_id").rows()
    assert (read[0], read[1], read[2], str(read[3])) == ("N15485", None, False, "2024-05-01")
    with pytest.raises(PlanError, match="neither a first year of a new series nor a day of rescaling"):
        plan_from_files(edited(header, (row[0], row[1], row[2].replace("2024-05-01", ""))))
