"""A small plan and a small Kolada for tests, with defaults for what a test does not set."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from fake_kolada import DataSet
from goals import Plan, read_plan

PLAN_ID = "provorten-2022-2024"
OWN = "1480"
OTHERS = ("0114", "0115", "0117", "0120", "0123", "0125")
SIMILAR = OTHERS[:3]
UNITS = {OWN: "Provorten", **{unit: f"Orten {unit}" for unit in OTHERS}, "0000": "Riket"}
YEARS = (2020, 2021, 2022, 2023, 2024)
TARGET_YEAR = 2023

HEADS = {
    "goals.csv": "goal_id,section,title,focus_area,counts_in_majority,compound_rule",
    "indicators.csv": "indicator_id,goal_id,role,title,part,kpi_id,source,unit,direction,display_decimals,value_route,"
    "similar_group_topic,document_page,document_lines",
    "targets.csv": "indicator_id,year,kind,operator,target_value,target_text,reference,is_yearly_criterion,"
    "document_lines",
    "outcomes_document.csv": "indicator_id,year,value,raw_marker,document_line",
    "outcomes_manual.csv": "indicator_id,year,value,comparison_value,kind,source_note,entered_by,entered_at",
    "assessments.csv": "goal_id,year,verdict,text,decided_by,decided_at",
    "breaks.csv": "kpi_id,first_year_after,voids_target,why",
    "availability.csv": "kpi_id,month_day,year_offset,basis",
    "budget_lines.csv": "table_name,row_name,year,value,unit,kind,level,document_line",
    "notes.csv": "indicator_id,code,severity,text",
}
ROLES = {"operational": "operational", "financial": "financial", "prioritized": "steering", "follow_up": "follow_up"}


@dataclass
class SmallPlan:
    """A plan of Provorten for 2020-2024 with 2023 as its target year."""

    rules: dict[str, str] = field(default_factory=dict)
    tables: dict[str, list[dict[str, object]]] = field(default_factory=lambda: {name: [] for name in HEADS})
    plan_id: str = PLAN_ID
    municipality_id: str = OWN
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    def add(self, file: str, **cells: object) -> None:
        """Add a row to a file."""
        self.tables[f"{file}.csv"].append(cells)

    def row(self, file: str, **key: object) -> dict[str, object]:
        """Return the first row of a file with these cells, to be changed."""
        return next(row for row in self.tables[f"{file}.csv"] if all(row.get(name) == key[name] for name in key))

    def goal(self, goal_id: str, section: str = "operational", **cells: object) -> None:
        """Add a goal."""
        counts = "true" if section in ("operational", "financial") else "false"
        self.add(
            "goals",
            **{
                "goal_id": goal_id,
                "section": section,
                "title": f"Mål {goal_id}",
                "counts_in_majority": counts,
                **cells,
            },
        )

    def indicator(self, indicator_id: str, kpi_id: str = "", goal_id: str = "", **cells: object) -> None:
        """Add an indicator in percent with higher as better, and its goal if missing."""
        goal_id = goal_id or f"M{indicator_id}"
        if not any(row["goal_id"] == goal_id for row in self.tables["goals.csv"]):
            self.goal(goal_id)
        self.add(
            "indicators",
            **{
                "indicator_id": indicator_id,
                "goal_id": goal_id,
                "role": ROLES[str(self.row("goals", goal_id=goal_id)["section"])],
                "title": f"Indikator {indicator_id}",
                "kpi_id": kpi_id,
                "source": "Påhittad",
                "unit": "poäng",
                "direction": "higher",
                "display_decimals": 1,
                "value_route": "kolada" if kpi_id else "manual",
                "document_page": 1,
                "document_lines": "7",
                **cells,
            },
        )

    def target(self, indicator_id: str, operator: str, printed: str = "", **cells: object) -> None:
        """Add a criterion: a printed number for 2023, or another kind for every year."""
        number = {
            "year": TARGET_YEAR,
            "kind": "number",
            "target_value": printed.replace(",", "."),
            "target_text": printed,
        }
        self.add(
            "targets",
            **{
                "indicator_id": indicator_id,
                "operator": operator,
                "is_yearly_criterion": "true",
                "document_lines": "8",
                **(number if printed else {}),
                **cells,
            },
        )

    def figure(self, indicator_id: str, year: int, value: float, **cells: object) -> None:
        """Add a manual figure."""
        self.add(
            "outcomes_manual",
            **{
                "indicator_id": indicator_id,
                "year": year,
                "value": value,
                "kind": "outcome",
                "source_note": "Bokslutet",
                "entered_by": "Ekonomi",
                "entered_at": "2024-02-01",
                **cells,
            },
        )

    def write(self, folder: Path) -> Plan:
        """Write the plan's files and read them."""
        place = folder / self.plan_id
        place.mkdir(parents=True, exist_ok=True)
        (place / "plan.toml").write_text(self._settings(), encoding="utf-8")
        for name, heads in HEADS.items():
            text = io.StringIO()
            columns = [*heads.split(","), *self._added(name)]
            writer = csv.DictWriter(text, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.tables[name])
            (place / name).write_text(text.getvalue(), encoding="utf-8")
        return read_plan(place)

    def _added(self, name: str) -> list[str]:
        """Return the columns that rows have in addition to the usual ones."""
        known = set(HEADS[name].split(","))
        return list(dict.fromkeys(column for row in self.tables[name] for column in row if column not in known))

    def _settings(self) -> str:
        bare = ("true", "false")
        return "\n".join(
            [
                f'plan_id = "{self.plan_id}"',
                f'municipality_id = "{self.municipality_id}"',
                'title = "Påhittad plan"',
                "is_made_up = true",
                f"target_year = {TARGET_YEAR}",
                f"[years]\nfirst = {YEARS[0]}\nlast = {YEARS[-1]}",
                f"[budget_years]\nfirst = 2022\nlast = {YEARS[-1]}",
                "[bokslut_dates]",
                *(f"{year} = {year + 1}-03-01" for year in YEARS),
                f'[document]\ntitle = "Påhittat dokument"\nsha256 = "{"0" * 64}"\nline_count = 100',
                "[rules]",
                *(
                    f"{name} = {value if value in bare or value.isdigit() else repr(value)}"
                    for name, value in self.rules.items()
                ),
                "[groups]",
                *(f"{name} = {list(units)!r}" for name, units in self.groups.items()),
                *(
                    f"[labels.{name.partition('.')[0]}]\n{name.partition('.')[2]} = {word!r}"
                    for name, word in self.labels.items()
                ),
                "",
            ]
        )


@dataclass
class SmallKolada:
    """Kolada with a few units; a cell that is not set does not exist."""

    cells: dict[tuple[str, str, int, str], float | None] = field(default_factory=dict)
    statuses: dict[tuple[str, str, int, str], str] = field(default_factory=dict)
    kpis: dict[str, dict[str, object]] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=lambda: dict(UNITS))
    groups: dict[str, tuple[str, tuple[str, ...]]] = field(
        default_factory=lambda: {
            "G2328": ("Alla kommuner (ovägt medel)", (OWN, *OTHERS)),
            "G35001": ("Liknande kommuner, grundskola, Provorten, 2024", SIMILAR),
        }
    )

    def cell(self, kpi_id: str, unit: str, year: int, value: float | None, gender: str = "T") -> None:
        """Set one cell."""
        self.cells[kpi_id, unit, year, gender] = value

    def own(self, kpi_id: str, values: Mapping[int, float | None], gender: str = "T") -> None:
        """Set the own municipality's values by year."""
        for year, value in values.items():
            self.cell(kpi_id, OWN, year, value, gender)

    def mean(self, kpi_id: str, year: int, value: float, *, units: tuple[str, ...] = OTHERS) -> None:
        """Set the same value for other municipalities."""
        for unit in units:
            self.cell(kpi_id, unit, year, value)

    def riket(self, kpi_id: str, year: int, value: float | None) -> None:
        """Set Riket's value."""
        self.cell(kpi_id, "0000", year, value)

    def kpi(self, kpi_id: str, **row: object) -> None:
        """Set catalogue fields of a KPI; its title is made up by default."""
        self.kpis.setdefault(kpi_id, {}).update(row)

    def data(self) -> DataSet:
        """Return the data for the stand-in."""
        kpi_ids = sorted({*(kpi_id for kpi_id, *_ in self.cells), *self.kpis})
        catalogue = [{"kpi_id": each, "title": f"Nyckeltal {each}", **self.kpis.get(each, {})} for each in kpi_ids]
        return DataSet(
            source_kind="recorded",
            dated=date(2026, 4, 1),
            observations=pl.DataFrame(
                [(*cell, value, self.statuses.get(cell, "")) for cell, value in self.cells.items()],
                schema={
                    "kpi_id": pl.String,
                    "municipality_id": pl.String,
                    "period": pl.Int32,
                    "gender": pl.String,
                    "value": pl.Float64,
                    "status": pl.String,
                },
                orient="row",
            ),
            kpis=pl.DataFrame(catalogue, infer_schema_length=None),
            municipalities=pl.DataFrame(
                {
                    "municipality_id": list(self.units),
                    "municipality_name": list(self.units.values()),
                    "municipality_type": ["L" if unit.startswith("00") else "K" for unit in self.units],
                }
            ),
            groups=pl.DataFrame(
                {"group_id": list(self.groups), "group_name": [name for name, _ in self.groups.values()]}
            ),
            group_members=pl.DataFrame(
                [
                    {"group_id": group_id, "member_id": unit, "member_name": self.units[unit]}
                    for group_id, (_, members) in self.groups.items()
                    for unit in members
                ]
            ),
        )
