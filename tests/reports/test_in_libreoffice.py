"""The workbook in LibreOffice: it opens, and its numbers and texts come out as what they are."""

import csv
import shutil
import subprocess

import pytest

from reports import Format, write_exports
from tests.reports.conftest import World
from tests.reports.support import INDICATOR_TITLE, PLAN_ID, opened

pytestmark = pytest.mark.slow

# Semicolon, quotes around every text, UTF-8, numbers as they are stored, and every sheet in a file of its own.
FILTER = "csv:Text - txt - csv (StarCalc):59,34,76,1,,1033,true,false,false,false,false,-1"


@pytest.fixture(scope="module")
def office() -> str:
    """LibreOffice's program."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("no LibreOffice here: apt-get install libreoffice-calc")
    return program


def test_the_workbook_opens_with_its_types(awkward_world: World, office: str, tmp_path):
    """Each goal's sheet, converted without a head, holds the file's numbers in full and its texts as texts."""
    with opened(awkward_world.home) as connection:
        written = write_exports(connection, Format.XLSX, plan_id=PLAN_ID, folder=tmp_path)
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
    assert {"Översikt", "P1", "P4", "V5", "F5", "M2", "Källor"} <= set(sheets)
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
