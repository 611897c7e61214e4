"""The page on writing goals: its rows form a plan that passes the check."""

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


def test_the_pages_rows_are_a_plan() -> None:
    """Each block forms a valid plan with the indicators, and every kind of target is shown."""
    blocks = re.findall(r"```csv (\S+)\n(.*?)```", PAGE, re.DOTALL)
    files = {"plan.toml": SETTINGS.encode(), "goals.csv": GOALS.encode()}
    kinds = set()
    (indicators,) = [text for name, text in blocks if name == "indicators.csv"]
    for name, text in blocks:
        rule = indicators if "soliditet,niva" in text else indicators.replace(",all\n", ",\n")
        plan = plan_from_files(files | {"indicators.csv": rule.encode(), name: text.encode()})
        kinds |= set(plan.tables["target"]["kind"])
    assert set(next(one.codes for one in FORMATS["targets.csv"].columns if one.name == "kind")) == kinds
