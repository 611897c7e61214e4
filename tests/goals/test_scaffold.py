import hashlib
from datetime import date
from pathlib import Path

import pytest

from goals import PlanError, plan_from_files, read_plan, scaffold

MUNICIPALITIES = {"1480": "Göteborg", "1481": "Mölndal"}

FULL = """title,kpi_id,unit,direction,target,year,goal,goal_title,section,part,similar_group_topic,document_page
Behöriga till yrkesprogram,N15436,%,higher,"85,5",2025,S1,Skolan,prioritized,,grundskola,4
Behöriga till yrkesprogram,N15436,%,higher,87,2026,S1,Skolan,prioritized,,grundskola,4
Trygghet i skolan,,betyg 1-6,higher,4,2026,S1,Skolan,prioritized,,,4
Nöjdhet,U21468,%,higher,above,,O1,Omsorgen,operational,hemtjänst,,5
Nöjdhet,U23471,%,higher,above,,O1,Omsorgen,operational,särskilt boende,,5
Handläggningstid,U00811,dagar (median),lower,below,,B1,Bygglov,operational,,,6
Befolkning,,antal,,,,U1,Uppföljning,follow_up,,,7
"""


def table(folder: Path, text: str) -> Path:
    """An indicators.csv with this text."""
    path = folder / "indicators.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_full_table_and_a_document_give_a_plan_that_passes(tmp_path: Path) -> None:
    """Nothing is left to fill in, and the plan says what the table said."""
    document = tmp_path / "budget.txt"
    document.write_text("rad 1\nrad 2\nrad 3", encoding="utf-8")
    folder = scaffold(
        "1480", table(tmp_path, FULL), tmp_path / "goals", municipalities=MUNICIPALITIES, document=document
    )
    assert tmp_path / "goals" / "goteborg-2025-2026" == folder
    plan = read_plan(folder, municipalities=MUNICIPALITIES)
    assert (plan.plan_id, plan.municipality_id) == ("goteborg-2025-2026", "1480")
    assert plan.kpi_ids == ("N15436", "U00811", "U21468", "U23471")
    assert [(2020, 2026, 2025, 2026, 2026, hashlib.sha256(document.read_bytes()).hexdigest(), 3, False)] == plan.tables[
        "plan"
    ].drop("plan_id", "municipality_id", "title", "document_title").rows()
    assert plan.tables["target"].drop("plan_id", "is_yearly_criterion", "document_lines").rows() == [
        ("S1.1", 2025, "number", ">=", 85.5, "85,5", 1, None),
        ("S1.1", 2026, "number", ">=", 87.0, "87", 0, None),
        ("S1.2", 2026, "number", ">=", 4.0, "4", 0, None),
        ("O1.1", None, "above_reference", ">", None, None, None, "national_average"),
        ("O1.2", None, "above_reference", ">", None, None, None, "national_average"),
        ("B1.1", None, "below_reference", "<", None, None, None, "national_average"),
    ]
    assert plan.tables["indicator"].select("indicator_id", "value_route", "display_decimals").head(2).rows() == [
        ("S1.1", "kolada", 1),
        ("S1.2", "manual", 0),
    ]
    assert plan.tables["goal"].select("goal_id", "counts_in_majority").rows() == [
        ("S1", False),
        ("O1", True),
        ("B1", True),
        ("U1", False),
    ]
    assert not list((tmp_path / "goals").glob(".new-plan-*"))


def test_what_the_table_does_not_say_is_asked_for_and_not_guessed(tmp_path: Path) -> None:
    """A bare table gives a plan whose findings are the list of what to fill in."""
    bare = table(tmp_path, "title,kpi_id,unit,direction,target,year\nNöjdhet,U21468,,,80,2026\n")
    folder = scaffold("1480", bare, tmp_path / "goals")
    assert folder.name == "1480-2026-2026"
    with pytest.raises(PlanError) as raised:
        read_plan(folder)
    assert {
        "plan.toml, line 28, key document.sha256",
        "indicators.csv, row 2, column unit",
        "indicators.csv, row 2, column direction",
        "targets.csv, row 2, column operator",
    } == {finding.place for finding in raised.value.findings}


def test_a_table_as_swedish_excel_saves_it_is_read(tmp_path: Path) -> None:
    """Semicolons, decimal commas, a byte order mark and Windows line ends."""
    text = "\ufefftitle;kpi_id;unit;direction;target;year\r\nBehöriga, åk 9;N15436;%;higher;85,5;2026\r\n"
    folder = scaffold("1480", table(tmp_path, text), tmp_path / "goals", plan_id="min-plan", title='Mål "2026"')
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    files["plan.toml"] = files["plan.toml"].replace(b'sha256 = ""', b'sha256 = "' + b"0" * 64 + b'"')
    plan = plan_from_files(files)
    assert tuple(plan.tables["indicator"]["title"]) == ("Behöriga, åk 9",)
    assert plan.tables["target"].select("target_value", "target_text").row(0) == (85.5, "85,5")
    assert plan.tables["plan"]["title"][0] == 'Mål "2026"'


def test_without_years_the_plan_ends_this_year(tmp_path: Path) -> None:
    """Standing targets only: today sets the years."""
    bare = table(tmp_path, "title,kpi_id,unit,direction,target,year\nNöjdhet,U21468,%,higher,above,\n")
    folder = scaffold("1480", bare, tmp_path / "goals", today=date(2027, 5, 4))
    assert folder.name == "1480-2027-2027"
    assert "last = 2027" in (folder / "plan.toml").read_text(encoding="utf-8")


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    """A second scaffold of the same name is refused and leaves the first as it is."""
    first = scaffold("1480", table(tmp_path, FULL), tmp_path / "goals", plan_id="min-plan")
    (first / "goals.csv").write_text("mine")
    with pytest.raises(PlanError, match="nothing is overwritten"):
        scaffold("1480", table(tmp_path, FULL), tmp_path / "goals", plan_id="min-plan")
    assert (first / "goals.csv").read_text() == "mine"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title,kpi_id,unit,direction,target\nA,N15436,%,higher,80\n", "the column `year` is missing"),
        ("title,kpi_id,unit,direction,target,year,mal\nA,N15436,%,higher,80,2026,1\n", "an unknown column: `mal`"),
        ("title,kpi_id,unit,direction,target,year\n", "no indicators"),
        ("", "the column `title` is missing"),
        ("title,kpi_id,unit,direction,target,year\n,N15436,%,higher,80,2026\n", "row 2: no title"),
        ("title,kpi_id,unit,direction,target,year\nA,N15436,%,higher,80,i år\n", "row 2: not a year: `i år`"),
        ("title,kpi_id,unit,direction,target,year\nA,N15436,%,higher,bättre,2026\n", "not a target: `bättre`"),
        ("title,kpi_id,unit,direction,target,year\nA,N15436,%,higher,80,2026,7\n", "7 cells where the header has 6"),
    ],
)
def test_a_table_that_cannot_be_read_writes_nothing(text: str, message: str, tmp_path: Path) -> None:
    """The file, the row and what to write are named."""
    with pytest.raises(PlanError, match=message):
        scaffold("1480", table(tmp_path, text), tmp_path / "goals")
    assert not (tmp_path / "goals").exists()


def test_a_missing_table_an_unknown_municipality_and_a_wrong_name_are_refused(tmp_path: Path) -> None:
    """Each with its own words."""
    with pytest.raises(PlanError, match="not readable"):
        scaffold("1480", tmp_path / "ingen.csv", tmp_path / "goals")
    with pytest.raises(PlanError, match="no municipality has this code: `9999`"):
        scaffold("9999", table(tmp_path, FULL), tmp_path / "goals", municipalities=MUNICIPALITIES)
    with pytest.raises(PlanError, match="not a name for a plan: `Min plan`"):
        scaffold("1480", table(tmp_path, FULL), tmp_path / "goals", plan_id="Min plan")
