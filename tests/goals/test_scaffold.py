"""`kolada goals new`: a plan made from a table of indicators."""

import hashlib
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from goals import NewPlan, PlanError, read_plan, scaffold

UNITS = {"0000": "Riket", "0009": "Region Gotland", "0014": "Västra Götalandsregionen", "0980": "Gotland"} | {
    "1480": "Göteborg",
    "1481": "Mölndal",
}
HEADER = "title,kpi_id,unit,direction,target,year"

FULL = """title,kpi_id,unit,direction,target,year,goal,goal_title,section,part,similar_group_topic,document_page,owner
Behöriga till yrkesprogram,N15436,%,higher,"85,5",2025,S1,Skolan,prioritized,,grundskola,4,Barnnämnden
Behöriga till yrkesprogram,N15436,%,higher,87,2026,S1,Skolan,prioritized,,grundskola,4,Barnnämnden
Trygghet i skolan,,betyg 1-6,higher,4,2026,S1,Skolan,prioritized,,,4,
Nöjdhet,U21468,%,higher,above,,O1,Omsorgen,operational,hemtjänst,,5,
Nöjdhet,U23471,%,higher,över riksgenomsnittet,,O1,Omsorgen,operational,särskilt boende,,5,
Handläggningstid,U00811,dagar (median),lower,below,,B1,Bygglov,operational,,,6,
Befolkning,,antal,,,,U1,Uppföljning,follow_up,,,7,
"""


def table(folder: Path, text: str) -> Path:
    """Write an indicators.csv with this text."""
    path = folder / "indicators.csv"
    path.write_text(text, encoding="utf-8")
    return path


def made(folder: Path, text: str, **settings: object) -> NewPlan:
    """Return the plan made from a table."""
    return scaffold("1480", table(folder, text), folder / "goals", municipalities=UNITS, **settings)


def targets(plan: NewPlan, *columns: str) -> list[tuple[object, ...]]:
    """Return columns of the plan's targets."""
    return plan.plan.tables["target"].select(*columns).rows()


def test_a_full_table_and_a_document_give_a_plan_that_passes(tmp_path: Path) -> None:
    """A complete table and a document give a plan that passes the check and equals the table."""
    document = tmp_path / "budget.txt"
    document.write_text("rad 1\nrad 2\nrad 3", encoding="utf-8")
    new = made(tmp_path, FULL, document=document)
    assert (tmp_path / "goals" / "goteborg-2025-2026", ()) == (new.folder, new.remarks)
    plan = read_plan(new.folder, municipalities=UNITS)
    assert (plan.plan_id, plan.municipality_id) == ("goteborg-2025-2026", "1480")
    assert plan.kpi_ids == ("N15436", "U00811", "U21468", "U23471")
    about = ["first_year", "last_year", "first_budget_year", "target_year", "document_file", "document_line_count"]
    assert plan.tables["plan"].select(*about, "is_draft").rows() == [(2020, 2026, 2025, 2026, "budget.txt", 3, False)]
    assert plan.tables["plan"]["document_sha256"][0] == hashlib.sha256(document.read_bytes()).hexdigest()
    assert targets(new, "indicator_id", "year", "kind", "operator", "target_value", "target_text", "reference") == [
        ("S1.1", 2025, "number", ">=", 85.5, "85,5", None),
        ("S1.1", 2026, "number", ">=", 87.0, "87", None),
        ("S1.2", 2026, "number", ">=", 4.0, "4", None),
        ("O1.1", None, "reference", ">", None, "above", "national_average"),
        ("O1.2", None, "reference", ">", None, "över riksgenomsnittet", "national_average"),
        ("B1.1", None, "reference", "<", None, "below", "national_average"),
    ]
    assert plan.tables["indicator"].select("indicator_id", "value_route", "display_decimals", "owner").head(
        2
    ).rows() == [
        ("S1.1", "kolada", None, "Barnnämnden"),
        ("S1.2", "manual", None, None),
    ]
    assert plan.tables["goal"].select("goal_id", "counts_in_majority").rows() == [
        ("S1", False),
        ("O1", True),
        ("B1", True),
        ("U1", False),
    ]
    assert [path.name for path in (tmp_path / "goals").iterdir()] == ["goteborg-2025-2026"]


@pytest.mark.parametrize(
    ("target", "unit", "direction", "expected"),
    [
        ("80", "%", "higher", (">=", 80.0)),
        ("minst 80 %", "%", "higher", (">=", 80.0)),
        ("Minst 80 procent.", "%", "higher", (">=", 80.0)),
        ("lägst 7", "skala 1-10", "higher", (">=", 7.0)),
        ("högst 40 dagar", "dagar (median)", "lower", ("<=", 40.0)),
        ("över 2,5", "mnkr", "higher", (">", 2.5)),
        ("under 3", "antal", "lower", ("<", 3.0)),
        ("mer än 10", "antal", "higher", (">", 10.0)),
        ("mindre än 10", "antal", "lower", ("<", 10.0)),
        (">= 80", "%", "higher", (">=", 80.0)),
        ("<99", "% av intäkterna", "lower", ("<", 99.0)),
        ("35 500", "antal invånare", "higher", (">=", 35500.0)),
        ("−2", "% av skatter och bidrag", "higher", (">=", -2.0)),
        ("3 dagar", "antal dagar", "lower", ("<=", 3.0)),
    ],
)
def test_a_number_with_a_word_for_its_operator_is_read(
    target: str, unit: str, direction: str, expected: tuple[str, float], tmp_path: Path
) -> None:
    """A target such as "minst 80 %" is read as an operator and a number."""
    new = made(tmp_path, f'{HEADER}\nA,,{unit},{direction},"{target}",2026\n')
    assert targets(new, "operator", "target_value") == [expected]
    assert new.remarks == ()


@pytest.mark.parametrize(
    ("target", "kinds"),
    [
        ("topp 25 %", "`best_share`"),
        ("bland de 10 bästa", "`rank`"),
        ("bland de 10 bästa i länet", "`rank`"),
        ("bland den bästa tredjedelen", "`best_share`"),
        ("±1", "`range`"),
        ("3 till 6", "`range`"),
        ("högst 2 procentenheter under riket", "`reference`"),
        ("riket + 2", "`reference`"),
        ("minska med 10 procent från 2019", "`base_year`"),
        ("lika för kvinnor och män, högst 2 enheters skillnad", "`gender_gap`"),
        ("minst 80 för både kvinnor och män", "`number`"),
        ("minst 85 för flickor", "`number`"),
        ("över liknande kommuner", "`reference`"),
        ("minst övre kvartilen", "`reference`"),
        ("ska öka", "`previous_year`, `previous_measurement`"),
        ("ska öka jämfört med senaste mätningen", "`previous_measurement`"),
        ("ska minska varje år", "`previous_year`"),
        ("tillbaka på nivån från 2019", "`base_year`"),
        ("öka från 2019 till 2026", "`base_year`"),
        ("inte snabbare än skatteintäkterna", "`other_value`"),
        ("högst 1 procents avvikelse", "`range`"),
        ("minst 80 % 2026 och 90 % 2028", "`number`"),
        ("minst 9 % 2026, 15 % 2030, och öka över tid", "`number`, `previous_year`, `previous_measurement`"),
        ("minst 80 enheter", "`number`"),
        ("ska ej överstiga 3 dagar", "`number`"),
        ("omkring 80", "`number`, `range`, `other_value`"),
        ("topp 10 procent", "`best_share`"),
        ("topp tio", "`rank`"),
        ("bland de tio bästa i länet", "`rank`"),
        ("en av de tre bästa kommunerna", "`rank`"),
        ("+/- 1 %", "`range`"),
        ("minst lika bra som rikssnittet", "`reference`"),
        ("lägre än jämförbara kommuner", "`reference`"),
        ("bättre än utfallet 2022", "`base_year`"),
        ("halveras till 2030", "`base_year`"),
        ("minst samma nivå", "`previous_year`, `previous_measurement`"),
    ],
)
def test_a_text_that_says_more_is_kept_whole_and_named(target: str, kinds: str, tmp_path: Path) -> None:
    """A target with any other text is stored unchanged and not judged, and a remark suggests kinds."""
    new = made(tmp_path, f'{HEADER}\nSjälvförsörjning,,%,higher,"{target}",2026\n')
    assert targets(new, "year", "kind", "operator", "target_value", "target_text", "is_yearly_criterion") == [
        (2026, None, None, None, target, False)
    ]
    assert new.plan.tables["plan"]["is_draft"].to_list() == [True]
    (remark,) = new.remarks
    assert f"indicators.csv, row 2: the target `{target}` of `Självförsörjning`" in remark
    assert remark.endswith(f"what could say it: {kinds}.")


@pytest.mark.parametrize("target", ["Kommunen ska upplevas som öppen", "Nollvision"])
def test_a_text_without_a_number_and_a_comparison_is_of_no_kind(target: str, tmp_path: Path) -> None:
    """It is kept, and a level or people's own judgement is asked for; no kind is named that it can't be."""
    new = made(tmp_path, f"{HEADER}\nÖppenhet,,,,{target},\n")
    assert targets(new, "kind", "target_text") == [(None, target)]
    (remark,) = new.remarks
    assert f"the target `{target}` of `Öppenhet` has no number and nothing to compare with" in remark
    assert "let people judge the goal in assessments.csv" in remark


def test_a_kind_in_the_table_says_what_no_text_may(tmp_path: Path) -> None:
    """The table may have any column of targets.csv, with decimal commas."""
    new = made(
        tmp_path,
        f"{HEADER},kind,rank_scope,reference,offset,operator,criterion\n"
        "Behöriga,N15436,%,higher,25,2026,best_share,all,,,,place\n"
        'Behöriga,N15436,%,higher,nära riket,2026,reference,,riket,"-1,5",>=,level\n',
    )
    assert new.remarks == ()
    assert targets(new, "criterion", "kind", "target_value", "rank_scope", "reference", "offset", "target_text") == [
        ("place", "best_share", 25.0, "all", None, None, "25"),
        ("level", "reference", None, None, "riket", -1.5, "nära riket"),
    ]


def test_what_is_missing_is_asked_for_in_the_table_and_nothing_is_written(tmp_path: Path) -> None:
    """A missing unit or direction is a finding with the table's row, and nothing is written."""
    with pytest.raises(PlanError) as raised:
        made(tmp_path, f"{HEADER}\nTrygghet,,%,higher,80,2026\nNöjdhet,U21468,,,80,2026\n")
    assert {("indicators.csv, row 3, column unit"), ("indicators.csv, row 3, column direction")} <= {
        finding.place for finding in raised.value.findings
    }
    assert "no plan `goteborg-2026` is written" in str(raised.value)
    assert not (tmp_path / "goals").exists()


def test_a_direction_against_the_words_is_told_of_the_table(tmp_path: Path) -> None:
    """A direction that contradicts the target's text is refused, and the remedy names the row."""
    with pytest.raises(PlanError) as raised:
        made(tmp_path, f"{HEADER}\nA,,%,higher,80,2026\nB,,%,lower,minst 80,2026\n")
    (finding,) = raised.value.findings
    assert (finding.place, finding.value) == ("indicators.csv, row 3, column operator", ">=")
    assert finding.remedy.endswith("correct the direction in row 3")


def test_a_table_as_swedish_excel_saves_it_is_read(tmp_path: Path) -> None:
    """A table as saved by Swedish Excel, with Swedish column names, is read."""
    text = "\ufeffIndikator;Nyckeltal;Enhet;Riktning;Mål;År\r\nBehöriga, åk 9;N15436;%;Högre är bättre;85,5;2026\r\n"
    new = made(tmp_path, text, plan_id="min-plan", title='Mål "2026"')
    assert tuple(new.plan.tables["indicator"].select("title", "direction").row(0)) == ("Behöriga, åk 9", "higher")
    assert targets(new, "target_value", "target_text") == [(85.5, "85,5")]
    assert new.plan.tables["plan"]["title"][0] == 'Mål "2026"'


def test_a_workbook_is_read_as_it_shows_itself(tmp_path: Path) -> None:
    """A workbook is read as displayed: numbers, percentages, dates shown as years, merged cells, a title above."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.append(["Mål och indikatorer 2026"])
    sheet.append([])
    sheet.append(["Titel", "Nyckeltal", "Enhet", "Riktning", "Målvärde", "År", "Övergripande mål", "goal"])
    sheet.append(["Behöriga", "N15436", "%", "higher", 0.855, 2026, "Skolan", "S1"])
    sheet.append(["Trygghet", None, "betyg 1-6", "higher", 4.5, date(2026, 12, 31), None, None])
    sheet["E4"].number_format = "0.0%"
    sheet["F5"].number_format = "yyyy"
    sheet.merge_cells("A1:H1")
    sheet.merge_cells("G4:G5")
    sheet.merge_cells("H4:H5")
    workbook.save(tmp_path / "mål.xlsx")
    new = scaffold("1480", tmp_path / "mål.xlsx", tmp_path / "goals", municipalities=UNITS)
    assert targets(new, "indicator_id", "target_value", "target_text") == [
        ("S1.1", 85.5, "85,5 %"),
        ("S1.2", 4.5, "4,5"),
    ]
    assert new.plan.tables["goal"].select("goal_id", "title").rows() == [("S1", "Skolan")]


def test_a_workbook_that_is_none_is_refused(tmp_path: Path) -> None:
    """A damaged workbook and one of Excel 97 are refused with the format to save instead."""
    (tmp_path / "mål.xlsx").write_bytes(b"PK\x03\x04 and nothing more")
    (tmp_path / "mål.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    for name, message in (("mål.xlsx", "not a workbook that can be read"), ("mål.xls", "a workbook of Excel 97")):
        with pytest.raises(PlanError, match=message):
            scaffold("1480", tmp_path / name, tmp_path / "goals")
    assert not (tmp_path / "goals").exists()


def sheets(folder: Path, *tables: list[list[object]]) -> Path:
    """A workbook with one sheet for each table."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for number, rows in enumerate(tables, start=1):
        sheet = workbook.create_sheet(f"Blad{number}")
        for row in rows:
            sheet.append(row)
    workbook.save(folder / "mål.xlsx")
    return folder / "mål.xlsx"


HEADINGS = ["Indikator", "Nyckeltal", "Enhet", "Riktning", "Mål", "År"]
ROW = ["Behöriga", "N15436", "%", "högre", 85, 2026]


def test_the_sheet_with_headings_is_read(tmp_path: Path) -> None:
    """A cover sheet before the table is skipped."""
    path = sheets(tmp_path, [["Budget 2026"]], [HEADINGS, ROW])
    new = scaffold("1480", path, tmp_path / "goals", municipalities=UNITS)
    assert new.plan.tables["indicator"]["title"].to_list() == ["Behöriga"]


@pytest.mark.parametrize(
    ("tables", "problem", "value"),
    [
        (([HEADINGS, ROW], [HEADINGS, ROW]), "a table in each of the sheets `Blad1`, `Blad2`", None),
        (([HEADINGS, ["Behöriga", "N15436", "%", "högre", "=40*2", 2026]],), "a formula without its result", "E2"),
        (([HEADINGS, ["Behöriga", "N15436", "%", "ökande", 85, 2026]],), "an unknown direction", "ökande"),
    ],
)
def test_a_workbook_is_refused_rather_than_read_in_part(
    tables: tuple[list[list[object]], ...], problem: str, value: str | None, tmp_path: Path
) -> None:
    """Two tables, a formula that was never calculated and an unknown direction each stop the new plan."""
    with pytest.raises(PlanError) as raised:
        scaffold("1480", sheets(tmp_path, *tables), tmp_path / "goals", municipalities=UNITS)
    assert [(finding.problem, finding.value) for finding in raised.value.findings] == [(problem, value)]
    assert not (tmp_path / "goals").exists()


def test_a_row_with_a_title_only_is_named(tmp_path: Path) -> None:
    """It is kept as an indicator, and the remark asks whether it is a heading or a sum."""
    new = made(tmp_path, f"{HEADER}\nBehöriga,N15436,%,higher,80,2026\nSumma 1 mål,,,,,\n")
    assert new.plan.tables["indicator"]["title"].to_list() == ["Behöriga", "Summa 1 mål"]
    (remark,) = new.remarks
    assert remark.startswith("indicators.csv, row 3: `Summa 1 mål` has a title only")


def test_a_heading_across_the_table_is_asked_for_in_a_column(tmp_path: Path) -> None:
    """A goal's title over its indicators, in one merged cell, is neither an indicator nor left out."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.append(["Indikator", "Nyckeltal", "Enhet", "Riktning", "Mål", "År"])
    sheet.append(["En skola för alla"])
    sheet.append(["Behöriga", "N15436", "%", "högre", 85, "2025-2026"])
    sheet.merge_cells("A2:F2")
    workbook.save(tmp_path / "mål.xlsx")
    with pytest.raises(PlanError) as raised:
        scaffold("1480", tmp_path / "mål.xlsx", tmp_path / "goals", municipalities=UNITS)
    assert [(found.row, found.problem, found.value, found.remedy) for found in raised.value.findings] == [
        (
            2,
            "a heading across the table",
            "En skola för alla",
            "Write it in the column `övergripande mål` on each of its rows, and remove this row",
        ),
        (3, "not a year", "2025-2026", "Write one row for each year, or leave it empty for a target of every year"),
    ]


def test_kpis_are_proposed_and_never_filled_in(tmp_path: Path) -> None:
    """An indicator without a KPI id gets suggestions in a note and a remark, and no id is filled in."""
    asked = []

    def propose(title: str, unit: str) -> list[tuple[str, str]]:
        asked.append((title, unit))
        return [("N07514", "Ekologiska livsmedel, andel (%)")] if "Ekologisk" in title else []

    new = made(
        tmp_path,
        f"{HEADER}\nEkologisk mat,,%,higher,30,2026\nTrygghet,,%,higher,80,2026\nBehöriga,N15436,%,higher,80,2026\n",
        propose=propose,
    )
    assert asked == [("Ekologisk mat", "%"), ("Trygghet", "%")]
    assert new.plan.tables["indicator"]["kpi_id"].to_list() == [None, None, "N15436"]
    assert new.plan.tables["note"].select("indicator_id", "code", "text").rows() == [
        (
            "G1.1",
            "candidate_kpi",
            "Förslag på nyckeltal, att bekräfta av en person: N07514 Ekologiska livsmedel, andel (%)",
        )
    ]
    (remark,) = new.remarks
    assert "row 2: `Ekologisk mat` has no KPI. Kolada has N07514 Ekologiska livsmedel" in remark


def test_a_region_has_a_plan_and_gotland_is_asked_which(tmp_path: Path) -> None:
    """A region gets a region's defaults, and Gotland's remark names which of its two ids the plan uses."""
    source = table(tmp_path, f"{HEADER}\nA,,%,higher,80,2026\n")
    region = scaffold("0014", source, tmp_path / "goals", municipalities=UNITS)
    assert (region.folder.name, region.plan.rules["reference_min_n"], region.remarks) == (
        "vastra-gotalandsregionen-2026",
        "10",
        (),
    )
    for unit, place in (("0980", "among municipalities; `0009`"), ("0009", "among regions; `0980`")):
        new = scaffold(unit, source, tmp_path / "goals", municipalities=UNITS, plan_id=f"plan-{unit}")
        assert f"Gotland has two ids in Kolada. This plan is of `{unit}`, which is {place}" in new.remarks[0]


def test_without_years_the_plan_ends_this_year(tmp_path: Path) -> None:
    """A table without years gives a plan that ends in the current year."""
    bare = table(tmp_path, f"{HEADER}\nNöjdhet,U21468,%,higher,above,\n")
    new = scaffold("1480", bare, tmp_path / "goals", today=date(2027, 5, 4))
    assert new.folder.name == "1480-2027"
    assert new.plan.tables["plan"]["last_year"].to_list() == [2027]


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    """A second scaffold of the same name is refused and leaves the first unchanged."""
    first = made(tmp_path, FULL, plan_id="min-plan").folder
    (first / "goals.csv").write_text("mine")
    with pytest.raises(PlanError, match="nothing is overwritten"):
        made(tmp_path, FULL, plan_id="min-plan")
    assert (first / "goals.csv").read_text() == "mine"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title,kpi_id,unit,direction,target\nA,N15436,%,higher,80\n", "the column `year` is missing"),
        (f"{HEADER},mal\nA,N15436,%,higher,80,2026,1\n", "an unknown column: `mal`"),
        (f"{HEADER},year\nA,N15436,%,higher,80,2026,2026\n", "the column is repeated: `year`"),
        (f"{HEADER}\n", "no indicators"),
        ("", "the column `title` is missing"),
        (f"{HEADER}\n,N15436,%,higher,80,2026\n", "row 2: no title"),
        (f"{HEADER}\nA,N15436,%,higher,80,i år\n", "row 2: not a year: `i år`"),
        (f"{HEADER}\nA,N15436,%,higher,80,2026,7\n", "7 cells where the header has 6"),
    ],
)
def test_a_table_that_cannot_be_read_writes_nothing(text: str, message: str, tmp_path: Path) -> None:
    """A table that cannot be read is refused with its file and row, and nothing is written."""
    with pytest.raises(PlanError, match=message):
        made(tmp_path, text)
    assert not (tmp_path / "goals").exists()


def test_a_missing_file_an_unknown_unit_and_a_wrong_name_are_refused(tmp_path: Path) -> None:
    """A missing file, an unknown unit and an invalid plan name are each refused with their own message."""
    goals = tmp_path / "goals"
    with pytest.raises(PlanError, match="not readable"):
        scaffold("1480", tmp_path / "ingen.csv", goals)
    with pytest.raises(PlanError, match="not readable"):
        made(tmp_path, FULL, document=tmp_path / "ingen.pdf")
    with pytest.raises(PlanError, match="no municipality and no region has this code: `9999`"):
        scaffold("9999", table(tmp_path, FULL), goals, municipalities=UNITS)
    with pytest.raises(PlanError, match="Riket decides no goals: `0000`"):
        scaffold("0000", table(tmp_path, FULL), goals, municipalities=UNITS)
    with pytest.raises(PlanError, match="not a name for a plan: `Min plan`"):
        made(tmp_path, FULL, plan_id="Min plan")
    assert not goals.exists()


def test_each_title_of_a_goal_is_a_goal_of_its_own(tmp_path: Path) -> None:
    """Goals without an id are numbered in the table's order, one for each title."""
    new = made(
        tmp_path,
        "Övergripande mål,Indikator,Nyckeltal,Enhet,Riktning,Mål,År,Ansvarig nämnd\n"
        "En god skola,Behöriga,N15436,%,högre,80,2026,Barnnämnden\n"
        "En trygg omsorg,Nöjdhet,U21468,%,högre,90,2026,Omsorgsnämnden\n"
        "En god skola,Trygghet,,%,högre,85,2026,Barnnämnden\n",
    )
    assert new.plan.tables["goal"].select("goal_id", "title").rows() == [
        ("G1", "En god skola"),
        ("G2", "En trygg omsorg"),
    ]
    assert new.plan.tables["indicator"].select("indicator_id", "title", "owner").rows() == [
        ("G1.1", "Behöriga", "Barnnämnden"),
        ("G2.1", "Nöjdhet", "Omsorgsnämnden"),
        ("G1.2", "Trygghet", "Barnnämnden"),
    ]


def test_a_goal_with_two_titles_is_refused(tmp_path: Path) -> None:
    """A goal with two titles is refused."""
    with pytest.raises(PlanError) as raised:
        made(tmp_path, f"{HEADER},goal,goal_title\nA,,%,higher,80,2026,S1,Skolan\nB,,%,higher,80,2026,S1,Omsorgen\n")
    (finding,) = raised.value.findings
    assert (finding.place, finding.value) == ("indicators.csv, row 3", "Omsorgen")
    assert finding.problem == "another title of the goal `S1`, which is `Skolan` above"


def test_columns_are_told_by_the_names_that_the_table_has(tmp_path: Path) -> None:
    """Duplicate columns and a column for each year are refused by their own names, with the remedy."""
    with pytest.raises(PlanError) as raised:
        made(tmp_path, "Mål,Indikator,Nyckeltal,Enhet,Riktning,Målvärde,År\nGod skola,A,,%,högre,80,2026\n")
    (finding,) = raised.value.findings
    assert (finding.problem, finding.value) == ("a second column for the target, beside `Mål`", "Målvärde")
    assert finding.remedy == "Call the column with the goals' titles `övergripande mål`"
    with pytest.raises(PlanError) as raised:
        made(tmp_path, "Indikator,Nyckeltal,Enhet,Riktning,Mål 2026,Mål 2027\nA,,%,högre,80,85\n")
    assert [finding.remedy for finding in raised.value.findings if finding.value == "Mål 2027"] == [
        "Write one row for each year, with the target in `mål` and the year in `år`"
    ]


def test_two_rows_of_an_indicator_that_differ_are_refused(tmp_path: Path) -> None:
    """A later row of an indicator may leave cells empty; a different unit or owner is refused."""
    rows = "A,,%,higher,80,2026,Nämnden\nA,,,,85,2027,\nA,,antal,higher,90,2028,Nämnden\n"
    with pytest.raises(PlanError) as raised:
        made(tmp_path, f"{HEADER},owner\n{rows}")
    (finding,) = raised.value.findings
    assert (finding.place, finding.value) == ("indicators.csv, row 4", "antal")
    assert finding.problem == "another unit of `A` than in row 2, `%`"
