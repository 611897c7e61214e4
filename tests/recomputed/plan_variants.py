"""The plan with made-up figures and with other rules, for cases that the plan itself does not have.

The plan has no manual figures, so its financial goals have no data, and it has one set of rules. The added figures
are made up and lie at the edge of a criterion.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

MANUAL = """\
P1.3,2023,95.004,,outcome
P1.3,2022,94.9,,outcome
P2.2,2020,41,,outcome
P2.2,2022,52.5,,outcome
P2.2,2023,62.5,,outcome
P3.3,2023,94.5,,outcome
P5.4,2023,39.49,,outcome
P5.S1,2022,88,,outcome
F1,2022,4.00001,,outcome
F1,2023,3.96878,,outcome
F1,2024,3.94,,outcome
F2,2022,99.95,,outcome
F2,2023,99.94,,outcome
F2,2024,148.7,,outcome
F2,2023,120,,forecast
F3,2021,2.0,1.9,outcome
F3,2022,4.7,4.8,outcome
F3,2023,1.98,2.0,outcome
F3,2024,3.390,3.357,outcome
F4,2023,3.127,,outcome
F5,2021,26.64,,outcome
F5,2022,26.6,,outcome
F5,2023,28.1,,outcome
F5,2024,27.9,,outcome
M1,2023,3.2,,outcome
"""
ASSESSMENTS = """\
P1,2023,partly_met
F4,2023,met
V1,2022,met
"""
OTHER_RULES = {
    "national_average": '"unweighted_else_riket"',
    "reference_min_n": "150",
    "fixed_target_precision": '"exact"',
    "average_precision": '"display"',
    "compound": '"any_part"',
    "majority": '"together"',
}


def plan_variant(source: Path, target: Path, rules: Mapping[str, str]) -> Path:
    """Write a copy of a plan, named after its folder, with the made-up figures and these rules."""
    shutil.copytree(source, target)
    head = (target / "plan.toml").read_text(encoding="utf-8").splitlines()
    lines = [_with_rule(line, {"plan_id": f'"{target.name}"', "is_made_up": "true", **rules}) for line in head]
    (target / "plan.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    _append(target / "outcomes_manual.csv", [f"{row},påhittat,Exempel Exempelsson,2025-02-10" for row in _rows(MANUAL)])
    _append(target / "assessments.csv", [f"{row},påhittat,Exempel,2025-03-12" for row in _rows(ASSESSMENTS)])
    if rules:
        breaks = (target / "breaks.csv").read_text(encoding="utf-8")
        (target / "breaks.csv").write_text(breaks.replace("2021,false", "2021,true"), encoding="utf-8")
    return target


def _with_rule(line: str, settings: Mapping[str, str]) -> str:
    name, equals, _ = line.partition(" = ")
    return f"{name} = {settings[name]}" if equals and name in settings else line


def _rows(text: str) -> list[str]:
    return text.splitlines()


def _append(file: Path, rows: list[str]) -> None:
    file.write_text(file.read_text(encoding="utf-8") + "".join(f"{row}\n" for row in rows), encoding="utf-8")
