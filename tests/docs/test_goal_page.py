"""The page on writing goals: its rows form a plan that passes the check."""

import csv
import io
import re
from pathlib import Path

from goals import plan_from_files
from goals.plan_columns import FORMATS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "skriv-ett-mal.md").read_text(encoding="utf-8")
GOALS = "goal_id,section,title,counts_in_majority\nS1,prioritized,Skolan,false\nE1,prioritized,Ekonomin,false\n"
SETTINGS = """plan_id = "pahittad"
municipality_id = "1480"
title = "Påhittad"
is_draft = true
target_year = 2028
years = { first = 2020, last = 2028 }
groups = { jamfor = ["0580", "1880", "0680", "2180"] }
rules = { partly_met_by = "tolerance" }
"""


# The forms that councils were found to use.
FORMS = (
    "minst 3 procent",
    "högst 60 procent",
    "8",
    "inom 90 dagar",
    "35 500",
    "±1",
    "3 till 6",
    "mellan 5 och 7",
    "över riksgenomsnittet",
    "högst 2 procentenheter under riket",
    "riket + 2",
    "minst länets medelvärde",
    "över liknande kommuner",
    "minst som jämförelsekommunerna",
    "ska minska",
    "ska förbättras",
    "oförändrat eller bättre",
    "ska öka sedan senaste mätningen",
    "minska med 10 procent från 2019",
    "öka med minst 2 procentenheter från 2021",
    "minst nivån från 2019",
    "bland de 10 bästa i länet",
    "topp 25 %",
    "bland den bästa tredjedelen",
    "bland de 3 bästa av jämförelsekommunerna",
    "högst 2 enheters skillnad mellan kvinnor och män",
    "minst 80 för både kvinnor och män",
    "inte snabbare än skatteintäkterna",
    "öka över tid",
    "minst 80, delvis från 78",
)


def test_every_form_has_its_row() -> None:
    """Each form that councils use stands as the text of a target that is put into a kind."""
    blocks = re.findall(r"```csv targets.csv\n(.*?)```", PAGE, re.DOTALL)
    rows = [row for block in blocks for row in csv.DictReader(io.StringIO(block))]
    assert [form for form in FORMS if form not in {row["target_text"] for row in rows if row["kind"]}] == []


def test_the_pages_rows_are_a_plan() -> None:
    """Each block forms a valid plan with the indicators, and every kind of target is shown."""
    blocks = re.findall(r"```csv (\S+)\n(.*?)```", PAGE, re.DOTALL)
    files = {"plan.toml": SETTINGS.encode(), "goals.csv": GOALS.encode()}
    kinds = set()
    (indicators,) = [text for name, text in blocks if name == "indicators.csv"]
    for name, text in blocks:
        rule = indicators if "soliditet,niva" in text else indicators.replace(",all\n", ",\n")
        plan = plan_from_files(files | {"indicators.csv": rule.encode(), name: text.encode()})
        kinds |= set(plan.tables["target"]["kind"].drop_nulls())
    assert set(next(one.codes for one in FORMATS["targets.csv"].columns if one.name == "kind")) == kinds
