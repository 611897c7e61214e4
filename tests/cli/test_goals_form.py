"""Manual figures through Excel: a filled-in form is read correctly or refused."""

import csv
import io
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.worksheet.formula import ArrayFormula
from typer.testing import CliRunner, Result

from cli.app import make_app
from goals import read_plan
from pipeline.figures_form import write_form
from pipeline.form_layout import FormPlan, Judged
from tests.cli.test_language import ENGLISH
from warehouse.credits import MADE_UP_VALUES

Refused = Mapping[str, tuple[object, str, str]]
PLAN_ID = "alingsas-2022-2024"
PLANS = Path(__file__).resolve().parents[2] / "goals"
RUNNER = CliRunner()
APP = make_app(["goals"])
HEAD_ROW = 3


@dataclass
class Desk:
    """A folder of plans, and the commands of a user who works there."""

    folder: Path
    untouched: bytes = b""

    @property
    def plan(self) -> Path:
        """The plan's folder."""
        return self.folder / "goals" / PLAN_ID

    def run(self, *arguments: object) -> Result:
        """Run a `goals` command."""
        return RUNNER.invoke(APP, ["goals", *(str(each) for each in arguments)])

    def form(self, *options: object, year: int = 2023) -> Path:
        """Make a new form."""
        path = self.folder / "form.xlsx"
        done = self.run("form", "--year", year, "--output", path, "--goals", self.plan.parent, *options)
        assert done.exit_code == 0, done.stderr
        return path

    def blank(self) -> Path:
        """Return a copy of the plan's unchanged form, which is made once."""
        path = self.folder / "form.xlsx"
        path.write_bytes(self.untouched)
        return path

    def fill(self, path: Path, *options: object) -> Result:
        """Read a filled-in form into the plan."""
        return self.run("fill", path, "--goals", self.plan.parent, *options)

    def rows(self, file: str) -> list[dict[str, str]]:
        """Return the rows of a file of the plan."""
        with (self.plan / file).open(encoding="utf-8-sig", newline="") as opened:
            return list(csv.DictReader(opened))

    def files(self) -> dict[str, bytes]:
        """Return all files of the plan."""
        return {path.name: path.read_bytes() for path in self.plan.iterdir()}


def with_owners(folder: Path) -> Path:
    """Copy the plan and give its goals two owners."""
    place = folder / "goals" / PLAN_ID
    shutil.copytree(PLANS / PLAN_ID, place)
    with (place / "goals.csv").open(encoding="utf-8", newline="") as file:
        goals = list(csv.DictReader(file))
    with (place / "goals.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*goals[0], "owner"])
        writer.writeheader()
        for goal in goals:
            owner = "Kommunstyrelsen" if goal["section"] == "financial" else "Bildningsnämnden"
            writer.writerow({**goal, "owner": owner})
    return place


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """The plan's folder and its form for 2023 before any changes."""
    place = with_owners(tmp_path_factory.mktemp("plan"))
    return place, write_form(FormPlan(read_plan(place), 2023), Judged())


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, untouched: tuple[Path, bytes]) -> Desk:
    """A copy of the plan, with two owners, in a folder without published data."""
    monkeypatch.chdir(tmp_path)
    for name in ("KOLADA_HOME", "KOLADA_PLAN", "KOLADA_GOALS"):
        monkeypatch.setenv(name, "unset")
        monkeypatch.delenv(name)
    monkeypatch.setenv("KOLADA_LANG", "sv")
    place, form = untouched
    shutil.copytree(place, tmp_path / "goals" / PLAN_ID)
    return Desk(tmp_path, form)


def place_of(sheet: object, item: str, title: str) -> str:
    """Return the coordinate of a cell by its row's id and its column's heading."""
    [column] = [cell.column_letter for cell in sheet[HEAD_ROW] if cell.value == title]
    [row] = [row[0].row for row in sheet.iter_rows(min_row=HEAD_ROW + 1, max_col=1) if row[0].value == item]
    return f"{column}{row}"


def write(path: Path, entries: Mapping[tuple[str, str, str], object], formats: Mapping[str, str] | None = None) -> None:
    """Write cells of a form: (sheet, id, heading) -> value."""
    book = openpyxl.load_workbook(path)
    for (sheet, item, title), value in entries.items():
        cell = book[sheet][place_of(book[sheet], item, title)]
        cell.value = value
        if formats and item in formats:
            cell.number_format = formats[item]
    book.save(path)


def figure(item: str, value: object, **more: object) -> dict[tuple[str, str, str], object]:
    """Return the cells of a manual figure's row."""
    cells = {"Utfall": value, "Källa": "Årsredovisningen s. 14", "Ifyllt av": "Ekonomi", **more}
    return {("Siffror", item, title): each for title, each in cells.items()}


def outcomes(desk: Desk) -> dict[tuple[str, str, str], str]:
    """Return (indicator, kind, period) -> value from the plan's file."""
    return {
        (row["indicator_id"], row["kind"], row.get("period", "")): row["value"]
        for row in desk.rows("outcomes_manual.csv")
    }


# Indicator -> the input, the cell's number format, and the number expected.
NUMBERS = {
    "P1.3": (94.5, "General", "94.5"),
    "P2.2": ("94,5", "@", "94.5"),
    "P3.2": (" 94.5 ", "@", "94.5"),
    "P5.3a": ("94,5 %", "@", "94.5"),
    "P5.3b": ("94,5%", "@", "94.5"),
    "P5.S1": ("94,5 procent", "@", "94.5"),
    "P5.S3a": (0.945, "0.0%", "94.5"),
    "P5.S3b": ("+94,5", "@", "94.5"),
    "P5.S3c": (0, "General", "0"),
    "P5.4": ("1 234", "@", "1234"),
    "F1": ("4,2 % av skatter och bidrag", "@", "4.2"),
    "F2": ("1\N{NO-BREAK SPACE}234,5", "@", "1234.5"),
    "F4": ("3,9 mdkr", "@", "3.9"),
    "F5": ("\N{MINUS SIGN}0,5", "@", "-0.5"),
    "M1": ("-0,5", "@", "-0.5"),
}
NUMBERS_TOO = {
    "P1.3": (94.5, '0.0" %"', "94.5"),
    "P2.2": (94.5, "0.0\\ \\%", "94.5"),
    "P3.2": (0.945, "[Red]0.0%", "94.5"),
    "P5.3a": ("94,5 %-enheter", "@", "94.5"),
    "P5.3b": ("94,5 Procent", "@", "94.5"),
    "P5.S1": ("0.945", "@", "0.945"),
    "P5.4": (0.0000001, "General", "0.0000001"),
    "F1": ("\N{MINUS SIGN} 0,5", "@", "-0.5"),
    "F2": ("- 1\N{NARROW NO-BREAK SPACE}234", "@", "-1234"),
    "F4": ("3,9 Mdkr", "@", "3.9"),
}


@pytest.mark.parametrize("numbers", [NUMBERS, NUMBERS_TOO], ids=["usual", "unusual"])
def test_numbers_as_people_write_them(desk: Desk, numbers: Refused) -> None:
    """Numbers with commas, spaces, percent signs or units are read as the intended number."""
    path = desk.blank()
    entries = {place: value for item, (typed, _, _) in numbers.items() for place, value in figure(item, typed).items()}
    write(path, entries, {item: number_format for item, (_, number_format, _) in numbers.items()})
    done = desk.fill(path)
    assert done.exit_code == 0, done.stderr
    assert {(item, "outcome", ""): number for item, (_, _, number) in numbers.items()} == outcomes(desk)
    row = desk.rows("outcomes_manual.csv")[0]
    assert (row["year"], row["source_note"], row["entered_by"]) == ("2023", "Årsredovisningen s. 14", "Ekonomi")
    assert "P5.3b 2023: utfall 94,5" in done.stdout


# Indicator -> the input, the cell's number format, and the message expected.
REFUSED = {
    "F1": ("4,2 mnkr", "@", "`4,2 mnkr` är inte i enheten % av skatter och bidrag"),
    "F4": ("3 900 mnkr", "@", "`3 900 mnkr` är inte i enheten mdkr"),
    "M2": (0.9, "0%", "cellen visar procent, och enheten är mnkr"),
    "P1.3": ("=SUM(A1:A3)", "General", "en formel (`=SUM(A1:A3)`)"),
    "P2.2": ("=4,2", "@", "en formel"),
    "P3.2": ("#N/A", "General", "ett fel i kalkylprogrammet"),
    "P5.3a": ("cirka 4", "@", "`cirka 4` är inte i enheten %"),
    "P5.3b": ("saknas", "@", "`saknas` är inget tal"),
    "F2": ("1.234", "@", "`1.234` kan betyda två tal. Skriv 1234, eller 1,234"),
    "F5": ("1,234.5", "@", "är inget tal"),
    "M1": ("4,2 4,3", "@", "är inget tal"),
    "P5.S1": (date(2023, 4, 2), "yyyy-mm-dd", "är inget tal"),
    "P5.S3a": (True, "General", "är inget tal"),
    "P5.S3b": (964, "General", "`964` ligger utanför det tillåtna (0 till 100)"),
    "P5.S3c": ("-4", "@", "ligger utanför det tillåtna"),
    "P1.4": ("36", "@", "ligger utanför det tillåtna (1 till 6)"),
    "P1.1": (75, "General", "utfallet hämtas från Kolada"),
    "P5.4": ("90 %", "@", "`90 %` är inte i enheten antal"),
}
# What people write where there is no number, and what a spreadsheet program makes of a cell.
REFUSED_TOO = {
    "F1": ("ej mätt", "@", "`ej mätt` är inget tal. Skriv talet, till exempel 94,5, eller lämna cellen tom"),
    "F2": ("-", "@", "`-` är inget tal. Skriv talet, till exempel 94,5, eller lämna cellen tom"),
    "F4": ("-1.234", "@", "`-1.234` kan betyda två tal. Skriv -1234, eller -1,234"),
    "F5": (ArrayFormula("H1:H2", "=SUM(A1:A3)"), "General", "en formel (`=SUM(A1:A3)`)"),
    "M1": ("(4,2)", "@", "`(4,2)` är inget tal"),
    "P1.3": (1.945, "[>1]0.0%", "ligger utanför det tillåtna"),
    "P2.2": ("94,5 promille", "@", "`94,5 promille` är inte i enheten %"),
    "P3.2": (time(9, 45), "hh:mm", "är inget tal"),
}
SWEDISH = re.compile(
    r"[åäö]|(?<![\w-])(?:inte|talet|skriv|cellen?r?|och|inget|ligger|finns|har|en|eller|till)(?![\w-])", re.IGNORECASE
)


@pytest.mark.parametrize("refused", [REFUSED, REFUSED_TOO], ids=["units", "words"])
def test_what_cannot_be_meant_is_refused_by_cell(desk: Desk, refused: Refused) -> None:
    """A wrong unit, a formula, a text and a number out of range are refused by sheet and cell; nothing is written."""
    path, before = desk.blank(), desk.files()
    entries = {place: value for item, (typed, _, _) in refused.items() for place, value in figure(item, typed).items()}
    write(path, entries, {item: number_format for item, (_, number_format, _) in refused.items()})
    sheet = openpyxl.load_workbook(path)["Siffror"]
    done = desk.fill(path)
    told = " ".join(done.stderr.split())
    assert done.exit_code == 2
    assert "Inget har ändrats" in told
    assert before == desk.files()
    for item, (_, _, said) in refused.items():
        cell = f"Siffror!{place_of(sheet, item, 'Utfall')}: "
        assert said in told.partition(cell)[2].split("Siffror!")[0], item


@pytest.mark.parametrize(("language", "foreign"), [("sv", ENGLISH), ("en", SWEDISH)])
def test_a_refusal_is_in_one_language(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, language: str, foreign: re.Pattern[str]
) -> None:
    """Every kind of refusal is in the chosen language, apart from the values of cells and the names of units."""
    monkeypatch.setenv("KOLADA_LANG", language)
    path = desk.blank()
    both = {**REFUSED, **REFUSED_TOO}
    write(path, {place: each for item, (typed, _, _) in both.items() for place, each in figure(item, typed).items()})
    write(path, {("Bedömningar", "P1", "Bedömning"): "Toppen", ("Kommentarer", "V1", "Kommentar"): "Utan namn"})
    done = desk.fill(path)
    assert done.exit_code == 2
    told = re.sub(
        "`[^`]*`|% av skatter och bidrag|Siffror|Bedömningar|Kommentarer|Delvis uppfyllt|Ej \\w+", "", done.stderr
    )
    assert foreign.findall(told) == []


def test_every_wrong_cell_is_named_at_once(desk: Desk) -> None:
    """Each wrong cell is reported by sheet and cell, and no cell of the form is written."""
    path, before = desk.blank(), desk.files()
    entries = {
        **figure("F1", "fyra"),
        **figure("F2", 110, Källa=None),
        **figure("F4", 3.9),
        ("Bedömningar", "P1", "Bedömning"): "Toppen",
    }
    write(path, entries)
    done = desk.fill(path)
    assert done.exit_code == 2
    assert "3 celler att rätta" in done.stderr
    assert [line.split("!")[0].split()[-1] for line in done.stderr.splitlines() if "!" in line] == [
        "Siffror",
        "Siffror",
        "Bedömningar",
    ]
    assert before == desk.files()


def test_a_number_in_another_unit_is_told_by_last_years(desk: Desk, tmp_path: Path) -> None:
    """A number far from the previous year's is refused as a wrong unit, unless its unit is written."""
    path = desk.blank()
    book = openpyxl.load_workbook(path)
    sheet = book["Siffror"]
    for item, before, now in (("F4", 3.9, 3900), ("P1.3", 94.0, 0.94), ("F1", 4.0, 0.9)):
        sheet[place_of(sheet, item, "Förra årets utfall")] = before
        sheet[place_of(sheet, item, "Utfall")] = now
        sheet[place_of(sheet, item, "Källa")], sheet[place_of(sheet, item, "Ifyllt av")] = "Boken", "Ekonomi"
    book.save(path)
    done = desk.fill(path)
    assert done.exit_code == 2
    assert "2 celler att rätta" in done.stderr
    assert "`3900` ligger långt från förra årets 3,9: är det i enheten mdkr?" in " ".join(done.stderr.split())
    write(path, {("Siffror", "F4", "Utfall"): "3900 mdkr", ("Siffror", "P1.3", "Utfall"): "0,94 %"})
    assert desk.fill(path).exit_code == 0
    assert outcomes(desk) == {
        ("F4", "outcome", ""): "3900",
        ("P1.3", "outcome", ""): "0.94",
        ("F1", "outcome", ""): "0.9",
    }


def test_what_belongs_to_nothing_is_told(desk: Desk) -> None:
    """A source without its number and the note of a cell are reported as not read; a form with them is not replaced."""
    path, before = desk.blank(), desk.files()
    write(path, {("Siffror", "F2", "Källa"): "Boken"})
    book = openpyxl.load_workbook(path)
    place = place_of(book["Siffror"], "F1", "Utfall")
    book["Siffror"][place].comment = Comment("fråga Ekonomi", "jag")
    book.save(path)
    done = desk.fill(path)
    assert (done.exit_code, before) == (0, desk.files())
    assert "F2 2023: en källa utan sitt tal, som inte läses in." in done.stdout
    assert f"Siffror!{place}: cellens egen anteckning läses inte in" in done.stdout
    refused = desk.run("form", "--year", 2023, "--output", path, "--goals", desk.plan.parent)
    assert refused.exit_code == 2
    assert "finns redan, med sådant som planen inte har" in " ".join(refused.stderr.split())


def test_a_filled_form_is_never_replaced(desk: Desk) -> None:
    """A new form does not replace one whose entries are not read yet, or another file; after reading it does."""
    path = desk.blank()
    write(path, figure("F1", 4.2))
    written = path.read_bytes()
    again = ("form", "--year", 2023, "--output", path, "--goals", desk.plan.parent)
    assert desk.run(*again).exit_code == 2
    assert path.read_bytes() == written
    assert desk.fill(path).exit_code == 0
    assert desk.run(*again).exit_code == 0
    path.write_bytes(b"another workbook")
    assert desk.run(*again).exit_code == 2
    assert path.read_bytes() == b"another workbook"


def test_the_form_goes_where_it_is_asked_for(desk: Desk) -> None:
    """A folder gets the form under its usual name; another ending is refused with a name that would do."""
    form = ("form", "--year", 2023, "--goals", desk.plan.parent, "--output")
    name = f"formulär-{PLAN_ID}-2023.xlsx"
    assert desk.run(*form, desk.folder).exit_code == 0
    assert desk.run(*form, desk.folder / "nya").exit_code == 0
    assert (desk.folder / name).exists()
    assert (desk.folder / "nya" / name).exists()
    refused = desk.run(*form, desk.folder / "form.csv")
    assert refused.exit_code == 2
    assert "Ange en fil som `" in refused.stderr
    assert not (desk.folder / "form.csv").exists()


def test_a_draft_and_made_up_figures_are_said_on_the_form(desk: Desk, tmp_path: Path) -> None:
    """The form of a draft says so, and one with last year's figures of the sample says that they are made up."""
    settings = desk.plan / "plan.toml"
    settings.write_text("is_draft = true\n" + settings.read_text(encoding="utf-8"), encoding="utf-8")
    path = tmp_path / "draft.xlsx"
    path.write_bytes(write_form(FormPlan(read_plan(desk.plan), 2023), Judged(notice=MADE_UP_VALUES)))
    for sheet in openpyxl.load_workbook(path).worksheets[:3]:
        assert ", utkast: 2023" in sheet["A1"].value
        assert sheet["A2"].value.startswith(MADE_UP_VALUES)


def test_pasted_text_is_stored_as_one_line(desk: Desk) -> None:
    """A long comment with line breaks, tabs and control characters is one line in the plan's file; again, no change."""
    path = desk.blank()
    text = "Rad ett_x000D_\nrad\ttvå, _x0007_se " + "en lång förklaring " * 300
    write(path, {("Kommentarer", "V1", "Kommentar"): text, ("Kommentarer", "V1", "Skriven av"): "Controller"})
    assert desk.fill(path).exit_code == 0
    [comment] = desk.rows("comments.csv")
    assert comment["text"] == "Rad ett rad två, se " + " ".join(["en lång förklaring"] * 300)
    assert "Inget är ändrat" in desk.fill(path).stdout
    assert openpyxl.load_workbook(desk.form())["Kommentarer"].row_dimensions[4].height <= 409


def test_hidden_and_filtered_rows_are_read(desk: Desk) -> None:
    """A row that is hidden, as by a filter, is read as any other."""
    path = desk.blank()
    write(path, figure("F1", 4.2))
    book = openpyxl.load_workbook(path)
    row = book["Siffror"][place_of(book["Siffror"], "F1", "Utfall")].row
    book["Siffror"].row_dimensions[row].hidden = True
    book.save(path)
    assert desk.fill(path).exit_code == 0
    assert outcomes(desk) == {("F1", "outcome", ""): "4.2"}


def test_an_empty_form_changes_nothing(desk: Desk) -> None:
    """A form without entries changes nothing, even with an empty row and a text outside the table."""
    path, before = desk.blank(), desk.files()
    book = openpyxl.load_workbook(path)
    book["Siffror"].insert_rows(HEAD_ROW + 4)
    book["Siffror"]["P9"] = "att göra: ring Ekonomi"
    book.save(path)
    done = desk.fill(path)
    assert (done.exit_code, before) == (0, desk.files())
    assert "Inget är ändrat" in done.stdout


def test_filled_in_twice_is_no_change(desk: Desk) -> None:
    """Reading the same form twice reports no change and leaves every file as it was."""
    path = desk.blank()
    entries = {
        **figure("F1", "4,2", **{"Prognos för året": "4,4", "Prognosens källa": "Delåret"}),
        **figure("F3", "3,1", Jämförelsetal="3,4"),
        ("Bedömningar", "P4", "Bedömning"): "delvis uppfyllt",
        ("Bedömningar", "P4", "Motivering"): "Sju av tio  klara.\nResten nästa år.",
        ("Bedömningar", "P4", "Beslutad av"): "Kommunfullmäktige",
        ("Bedömningar", "P4", "Beslutsdag"): date(2024, 4, 24),
        ("Kommentarer", "P4.2", "Kommentar"): "Ny lärare, se s. 12.",
        ("Kommentarer", "P4.2", "Skriven av"): "Rektor",
        ("Kommentarer", "V1", "Kommentar"): "Följs upp i maj.",
        ("Kommentarer", "V1", "Skriven av"): "Controller",
    }
    write(path, entries)
    assert desk.fill(path).exit_code == 0
    after = desk.files()
    [decided] = desk.rows("assessments.csv")
    assert (decided["verdict"], decided["text"]) == ("partly_met", "Sju av tio klara. Resten nästa år.")
    assert decided["decided_at"] == "2024-04-24"
    assert {row["item_id"]: row["text"] for row in desk.rows("comments.csv")} == {
        "P4.2": "Ny lärare, se s. 12.",
        "V1": "Följs upp i maj.",
    }
    assert outcomes(desk) == {
        ("F1", "outcome", ""): "4.2",
        ("F1", "forecast", ""): "4.4",
        ("F3", "outcome", ""): "3.1",
    }
    again = desk.fill(path)
    assert (again.exit_code, after) == (0, desk.files())
    assert "Inget är ändrat" in again.stdout
    assert "Inget är ändrat" in desk.fill(desk.form()).stdout


def test_a_dry_run_shows_and_writes_nothing(desk: Desk) -> None:
    """A dry run prints the difference and writes nothing."""
    path, before = desk.blank(), desk.files()
    write(path, figure("F1", "4,2"))
    done = desk.fill(path, "--dry-run")
    assert (done.exit_code, before) == (0, desk.files())
    assert "F1 2023: utfall 4,2" in done.stdout
    assert "outcomes_manual.csv" in done.stdout


def test_a_changed_figure_tells_what_it_was(desk: Desk) -> None:
    """A corrected figure, a removed figure and a changed source are reported with the old value."""
    path = desk.blank()
    write(path, {**figure("F1", 4.2), **figure("F2", 100), **figure("F4", 3.9)})
    assert desk.fill(path).exit_code == 0
    path = desk.form()
    write(
        path,
        {
            ("Siffror", "F1", "Utfall"): "4,3",
            ("Siffror", "F2", "Utfall"): None,
            ("Siffror", "F4", "Källa"): "Bokslutet",
        },
    )
    done = desk.fill(path)
    assert "F1 2023: utfall 4,3 (var 4,2)" in done.stdout
    assert "F2 2023: utfall 100 tas bort" in done.stdout
    assert "F4 2023: utfall 3,9 står kvar, källa eller namn ändras" in done.stdout
    assert outcomes(desk) == {("F1", "outcome", ""): "4.3", ("F4", "outcome", ""): "3.9"}


def test_a_form_made_earlier_takes_nothing_away(desk: Desk) -> None:
    """A form made earlier keeps figures entered since; a figure that both changed is refused by cell."""
    mine = desk.blank()
    theirs = shutil.copy(mine, desk.folder / "theirs.xlsx")
    write(theirs, {**figure("F1", 4.2), **figure("F4", 3.9)})
    assert desk.fill(theirs).exit_code == 0
    write(mine, figure("F2", 110))
    assert desk.fill(mine).exit_code == 0
    assert outcomes(desk) == {
        ("F1", "outcome", ""): "4.2",
        ("F4", "outcome", ""): "3.9",
        ("F2", "outcome", ""): "110",
    }
    before = desk.files()
    write(mine, figure("F4", 3.8))
    done = desk.fill(mine)
    assert (done.exit_code, before) == (2, desk.files())
    assert "planen har ändrats sedan formuläret gjordes, från tomt till `3,9`" in " ".join(done.stderr.split())


def test_a_part_of_the_year_has_rows_of_its_own(desk: Desk) -> None:
    """A form for a part of the year has no assessments, and its figures are stored next to the year's."""
    path = desk.form("--period", "t1")
    assert "Bedömningar" not in openpyxl.load_workbook(path).sheetnames
    write(path, {**figure("F1", "2,5"), ("Kommentarer", "F1", "Kommentar"): "Enligt plan."})
    write(path, {("Kommentarer", "F1", "Skriven av"): "Ekonomi"})
    assert desk.fill(path).exit_code == 0
    whole = desk.form()
    write(whole, figure("F1", "4,2"))
    assert desk.fill(whole).exit_code == 0
    assert outcomes(desk) == {("F1", "outcome", "T1"): "2.5", ("F1", "outcome", ""): "4.2"}
    assert [(row["item_id"], row["period"]) for row in desk.rows("comments.csv")] == [("F1", "T1")]


def test_an_owner_gets_what_is_theirs(desk: Desk) -> None:
    """A form for one owner has only their rows, and an unknown owner is refused with the list of owners."""
    sheet = openpyxl.load_workbook(desk.form("--owner", "Kommunstyrelsen"))["Siffror"]
    items = [row[0].value for row in sheet.iter_rows(min_row=HEAD_ROW + 1) if row[0].value]
    assert items == ["F1", "F2", "F3", "F4", "F5"]
    refused = desk.run("form", "--year", 2023, "--goals", desk.plan.parent, "--owner", "Nämnden")
    assert refused.exit_code == 2
    assert "`Bildningsnämnden`, `Kommunstyrelsen`" in " ".join(refused.stderr.split())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--year", "1999"], "inte `1999`"),
        (["--year", "2023", "--period", "T4"], "`T4` är ingen del av ett år"),
    ],
)
def test_a_form_of_nothing_is_refused(desk: Desk, options: list[str], said: str) -> None:
    """A form for a year outside the plan or an unknown part of the year is refused with exit code 2."""
    done = desk.run("form", *options, "--goals", desk.plan.parent, "--output", desk.folder / "none.xlsx")
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())
    assert not (desk.folder / "none.xlsx").exists()


def damaged(desk: Desk, change: Callable[[openpyxl.Workbook], object]) -> Path:
    """Return a filled-in form changed as a whole."""
    path = desk.blank()
    write(path, figure("F1", 4.2))
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda book: book.remove(book["Om formuläret"]), "är inget formulär: bladet `Om formuläret` saknas"),
        (lambda book: book.remove(book["Ursprung"]), "bladet `Ursprung` saknas"),
        (lambda book: book.remove(book["Kommentarer"]), "Kommentarer: bladet saknas"),
        (
            lambda book: setattr(book["Siffror"], "title", "Mina siffror"),
            "Siffror: bladet saknas, och det behövs också när inget står i det. Byt namn på bladet `Mina siffror`",
        ),
        (
            lambda book: book.copy_worksheet(book["Siffror"]),
            "Siffror Copy: en kopia av bladet `Siffror`, som inte skulle läsas in. Flytta det som är ifyllt",
        ),
        (lambda book: book["Siffror"].__setitem__("P3", "Utfall"), "kolumnen `Utfall` står två gånger i rad 3"),
        (lambda book: book["Siffror"].insert_rows(1), "Siffror: kolumnen `Id` saknas i rad 3. Sätt tillbaka kolumnen"),
        (lambda book: book["Siffror"].merge_cells("K37:K38"), "Siffror!K38: sammanfogad med en annan cell. Dela upp"),
        (lambda book: book["Om formuläret"].__setitem__("A2", "Planen"), "`Plan` på bladet `Om formuläret` är ``"),
        (lambda book: book["Om formuläret"].__setitem__("B1", 1), "`Formulär` på bladet `Om formuläret` är `1`"),
        (lambda book: book["Om formuläret"].__setitem__("B3", "i fjol"), "`År` på bladet `Om formuläret` är `i fjol`"),
        (lambda book: book["Om formuläret"].__setitem__("B3", 2031), "följer åren 2018 till 2024, inte `2031`"),
        (lambda book: book["Om formuläret"].__setitem__("B4", "T9"), "`Period` på bladet `Om formuläret` är `T9`"),
        (lambda book: book["Siffror"].delete_cols(8), "kolumnen `Utfall` saknas i rad 3"),
        (lambda book: book["Siffror"].__setitem__("A4", "X9"), "Siffror!A4: `X9` finns inte i planen"),
        (lambda book: book["Siffror"].__setitem__("A5", "P1.1"), "Siffror!A5: `P1.1` står två gånger"),
        (lambda book: book["Siffror"].__setitem__("H60", 4), "Siffror!H60: raden har inget id"),
        (lambda book: book["Om formuläret"].__setitem__("B2", "annan-plan"), "annan-plan"),
    ],
)
def test_a_form_that_was_taken_apart_is_refused(
    desk: Desk, change: Callable[[openpyxl.Workbook], object], said: str
) -> None:
    """A form with a missing sheet or column, an unknown or duplicate id, or a stray number is refused."""
    path, before = damaged(desk, change), desk.files()
    done = desk.fill(path)
    assert (done.exit_code, before) == (2, desk.files())
    assert said in " ".join(done.stderr.split())


def test_sorted_rows_and_moved_columns_are_found(desk: Desk) -> None:
    """Rows are found by their id and columns by their heading, in any order."""

    def turned_round(book: openpyxl.Workbook) -> None:
        sheet = book["Siffror"]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=HEAD_ROW)]
        rows[1:] = rows[:0:-1]
        for number, row in enumerate(rows, start=HEAD_ROW):
            for place, value in enumerate(reversed(row), start=1):
                sheet.cell(number, place).value = value

    path = damaged(desk, turned_round)
    done = desk.fill(path)
    assert done.exit_code == 0, done.stderr
    assert outcomes(desk) == {("F1", "outcome", ""): "4.2"}


@pytest.mark.parametrize("content", [b"not a workbook", b"", b"PK\x03\x04", b"Id;Utfall\nF1;4,2\n"])
def test_what_is_no_workbook_is_refused(desk: Desk, content: bytes) -> None:
    """A file that is no workbook is refused with exit code 2 and advice on saving it."""
    path = desk.folder / "form.xlsx"
    path.write_bytes(content)
    done = desk.fill(path)
    assert done.exit_code == 2
    assert "går inte att läsa som en arbetsbok" in done.stderr
    assert "Spara den som Excel-arbetsbok (.xlsx), utan lösenord" in " ".join(done.stderr.split())
    assert desk.fill(desk.folder / "none.xlsx").exit_code == 2
    assert "lösenord" not in desk.fill(desk.folder).stderr


def test_a_damaged_workbook_is_refused(desk: Desk) -> None:
    """A form whose parts are cut or changed is refused or read, never answered with a traceback."""
    whole = desk.blank().read_bytes()
    parts = {name: ZipFile(io.BytesIO(whole)).read(name) for name in ZipFile(io.BytesIO(whole)).namelist()}
    for name in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "[Content_Types].xml"):
        for damaged in (parts[name][: len(parts[name]) // 2], b"", parts[name].replace(b"<c ", b"<x ", 9)):
            path = desk.folder / "form.xlsx"
            with ZipFile(path, "w") as book:
                for each, content in parts.items():
                    book.writestr(each, damaged if each == name else content)
            assert desk.fill(path).exit_code in (0, 2), (name, len(damaged))


def test_the_form_says_what_a_person_needs(desk: Desk) -> None:
    """Each row shows unit, target, owner and range; only input cells are unlocked; choices use the plan's labels."""
    settings = desk.plan / "plan.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('met = "Uppfyllt"', 'met = "Nått"', 1), "utf-8")
    book = openpyxl.load_workbook(desk.form())
    sheet = book["Siffror"]
    at = {cell.value: cell.column - 1 for cell in sheet[HEAD_ROW]}
    rows = {row[0].value: row for row in sheet.iter_rows(min_row=HEAD_ROW + 1) if row[0].value}
    assert len(rows) == 43
    said = {title: rows["P1.4"][at[title]].value for title in ("Enhet", "Mål", "Ansvarig", "Tillåtet")}
    assert said == {"Enhet": "betyg 1-6", "Mål": "3,5", "Ansvarig": "Bildningsnämnden", "Tillåtet": "1 till 6"}
    open_cells = {
        (item, title) for item, row in rows.items() for title, place in at.items() if not row[place].protection.locked
    }
    assert ("P1.4", "Utfall") in open_cells
    assert ("P1.1", "Utfall") not in open_cells
    assert ("P1.1", "Prognos för året") in open_cells
    assert ("F3", "Jämförelsetal") in open_cells
    assert ("F1", "Jämförelsetal") not in open_cells
    assert not {title for _, title in open_cells} & {"Id", "Indikator", "Mål", "Tillåtet"}
    choices = {rule.formula1 for rule in book["Bedömningar"].data_validations.dataValidation}
    assert choices == {'"Nått,Delvis uppfyllt,Ej uppfyllt,Ej bedömbart"'}
    assert all(each.protection.sheet for each in book.worksheets[:-1])


def test_outcomes_are_shown_as_the_verdict_tells_them(desk: Desk, tmp_path: Path) -> None:
    """An outcome keeps its exact value and is shown with the decimals of its verdict."""
    judged = Judged(
        {("P4.3", 2023): 72.1534, ("P4.3", 2022): 78.94},
        {("P4.3", 2023): "not_met"},
        {("P4.3", 2023): 1, ("P4.3", 2022): 0},
    )
    path = tmp_path / "shown.xlsx"
    path.write_bytes(write_form(FormPlan(read_plan(desk.plan), 2023), judged))
    book = openpyxl.load_workbook(path)
    for sheet, title, value, pattern in (
        ("Siffror", "Förra årets utfall", 78.94, "#,##0"),
        ("Kommentarer", "Utfall", 72.1534, "#,##0.0"),
    ):
        cell = book[sheet][place_of(book[sheet], "P4.3", title)]
        assert (value, pattern) == (cell.value, cell.number_format)


@pytest.mark.slow
def test_a_form_that_libreoffice_saved_is_read(desk: Desk) -> None:
    """A form saved by LibreOffice keeps its hidden sheet, numbers and choices."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("no LibreOffice here: apt-get install libreoffice-calc")
    path = desk.blank()
    write(path, {**figure("F1", "4,2"), **figure("P1.3", 0.945)}, {"P1.3": "0.0%"})
    profile = f"-env:UserInstallation={(desk.folder / 'profile').as_uri()}"
    out = desk.folder / "saved"
    subprocess.run(
        [office, profile, "--headless", "--convert-to", "xlsx", "--outdir", out, path],
        check=True,
        capture_output=True,
        timeout=240,
    )
    done = desk.fill(out / path.name)
    assert done.exit_code == 0, done.stderr
    assert outcomes(desk) == {("F1", "outcome", ""): "4.2", ("P1.3", "outcome", ""): "94.5"}
    assert "Inget är ändrat" in desk.fill(out / path.name).stdout
