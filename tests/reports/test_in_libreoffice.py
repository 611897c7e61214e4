"""Documents in LibreOffice: they open and print, and the workbook keeps its numbers and texts."""

import csv
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from reports import Asked, Format, write_exports
from tests.reports.conftest import World
from tests.reports.support import INDICATOR_TITLE, PLAN_ID, opened

pytestmark = pytest.mark.slow

# Semicolon, quotes around every text, UTF-8, numbers as stored, and each sheet in its own file.
FILTER = "csv:Text - txt - csv (StarCalc):59,34,76,1,,1033,true,false,false,false,false,-1"


@pytest.fixture(scope="module")
def office() -> str:
    """The path of LibreOffice."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("no LibreOffice here: apt-get install libreoffice-calc")
    return program


@pytest.fixture(scope="module")
def printed(
    awkward_world: World, sample_world: World, office: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """Workbook, Word report and memo of each world as PDF, by name."""
    folder = tmp_path_factory.mktemp("printed")
    pages = {}
    for name, world in (("sample", sample_world), ("awkward", awkward_world)):
        with opened(world.home) as connection:
            for output_format, ending in ((Format.XLSX, "xlsx"), (Format.DOCX, "docx"), (Format.MEMO, "docx")):
                path = folder / f"{name}-{output_format}.{ending}"
                write_exports(connection, output_format, Asked(PLAN_ID, output=path), folder=folder)
                pages[path.stem] = path
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    subprocess.run(
        [office, profile, "--headless", "--convert-to", "pdf", "--outdir", folder, *pages.values()],
        check=True,
        capture_output=True,
        timeout=600,
    )
    return {name: path.with_suffix(".pdf") for name, path in pages.items()}


def pages_of(path: Path) -> list[str]:
    """Return the texts of a PDF's pages."""
    told = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True, timeout=60)
    return told.stdout.split("\f")[:-1]


@pytest.mark.parametrize(("name", "most"), [("xlsx", 35), ("docx", 45), ("memo", 4)])
def test_each_document_prints(printed: dict[str, Path], name, most):
    """Each document prints on few pages, none of them empty; with KOLADA_PICTURES each page becomes a picture."""
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext here: apt-get install poppler-utils")
    for world in ("sample", "awkward"):
        path = printed[f"{world}-{name}"]
        pages = pages_of(path)
        assert 1 <= len(pages) <= most
        assert [number for number, text in enumerate(pages, start=1) if not text.strip()] == []
        if "KOLADA_PICTURES" in os.environ:
            folder = Path(os.environ["KOLADA_PICTURES"])
            folder.mkdir(parents=True, exist_ok=True)
            subprocess.run(["pdftoppm", "-r", "60", "-png", path, folder / path.stem], check=True, timeout=120)


def test_the_printed_matrix_repeats_its_headings(printed: dict[str, Path]):
    """Each printed page of the matrix repeats its headings, and no heading is cut off."""
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext here: apt-get install poppler-utils")
    matrix = [text for text in pages_of(printed["sample-xlsx"]) if "Matris" in text]
    assert 1 <= len(matrix) <= 4
    for text in matrix:
        for heading in ("Indikator", "2018", "2024", "Bedömning", "Kommentar"):
            assert heading in text


def test_the_workbook_opens_with_its_types(awkward_world: World, office: str, tmp_path):
    """Each goal's sheet, converted by LibreOffice, has the file's numbers and texts."""
    with opened(awkward_world.home) as connection:
        written = write_exports(connection, Format.XLSX, Asked(PLAN_ID), folder=tmp_path)
        expected = dict(
            connection.execute(
                "select indicator_id || ' ' || year, value from mart.goal_fulfilment where goal_id = 'P4'"
            ).fetchall()
        )
    subprocess.run(
        [
            office,
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            FILTER,
            "--outdir",
            str(tmp_path / "out"),
            str(written.paths[0]),
        ],
        check=True,
        capture_output=True,
        timeout=240,
    )
    sheets = {path.stem.rsplit("-", 1)[-1]: path for path in (tmp_path / "out").glob("*.csv")}
    assert {"Matris", "P1", "P4", "V5", "F5", "M2", "Data", "Källor"} <= set(sheets)
    with sheets["P4"].open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    header = rows[4]
    found = {}
    for row in rows[5:]:
        cells = dict(zip(header, row, strict=True))
        found[f"{cells['Id']} {cells['År']}"] = float(cells["Utfall"]) if cells["Utfall"] else None
        if cells["Id"] == "P4.3":
            assert cells["Indikator"] == INDICATOR_TITLE
    assert expected == found
