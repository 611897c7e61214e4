"""Measures the cost of many plans in one home: nights of one plan and of twenty, each of another municipality.

    python -m benchmarks.bench_plans [--data sample|FOLDER] [--plans N] [--own N] [--nights N]

The plans are copies of the shipped one for other municipalities. Some KPIs of each plan are its own: copies under new
ids. Four homes run their nights in turn, so that other work on the machine affects them equally: one plan; one plan
that also reads the KPIs of the others; one plan that also follows them, in more indicators; all plans. Writes
docs/benchmarks-plans.md.
"""

import argparse
import csv
import io
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from benchmarks.bench_night import Cost, Remembered, night, total
from benchmarks.machine import busy_share, describe_machine
from benchmarks.nights_in_turn import with_news
from benchmarks.results_page import table
from fake_kolada import DataSet, FakeKolada, data_named
from goals import Plan, read_plans
from pipeline.jobs import planned_kpis
from pipeline.settings import SHIPPED_GOALS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks-plans.md"
PLANS, OWN, ROUNDS = 20, 5, 5
FIRST = datetime(2026, 4, 1, 0, 30, tzinfo=UTC)
MOST_OF_ONE_PLAN = 1.5
ONE, ALL = "one plan", "all plans"
READ, FOLLOWED = "one plan, every KPI read", "one plan, every KPI followed"


@dataclass(frozen=True, slots=True)
class Home:
    """A home of the comparison: its folder of plans, and the other KPIs that it reads."""

    goals: Path
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """A kind of night in the three homes: its costs by stage.

    Attributes:
        name: of the kind of night.
        costs: home -> stage -> cost.
    """

    name: str
    costs: Mapping[str, Mapping[str, Cost]]

    def cpu(self, home: str) -> float:
        """Return the CPU seconds of a whole night."""
        return total(dict(self.costs[home])).cpu

    def ratio(self, with_own_kpis: str) -> float:
        """Return the cost of a night of all plans, without that of their own KPIs, in nights of one plan.

        Args:
            with_own_kpis: a home of one plan that has the others' own KPIs too.
        """
        own_kpis = self.cpu(with_own_kpis) - self.cpu(ONE)
        return (self.cpu(ALL) - own_kpis) / self.cpu(ONE)


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description="What many plans in one home cost.")
    parser.add_argument("--data", default="sample", help="sample, or a folder of recorded data")
    parser.add_argument("--plans", type=int, default=PLANS, help=f"how many (default: {PLANS})")
    parser.add_argument("--own", type=int, default=OWN, help=f"how many KPIs each has of its own (default: {OWN})")
    parser.add_argument("--nights", type=int, default=ROUNDS, help="how many nights of each kind")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found, kpis = compared(Path(folder), data_named(given.data), given.plans, given.own, given.nights)
    PAGE.write_text(page(found, given.data, given.plans, given.own, kpis), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))


def compared(folder: Path, data: DataSet, plans: int, own: int, nights: int) -> tuple[list[Compared], tuple[int, int]]:
    """Measure nights of each kind; return them, and the numbers of KPIs of one plan and of all."""
    (shipped,) = read_plans(SHIPPED_GOALS)
    write_plan(folder / "one", shipped, shipped.municipality_id, {})
    copies: dict[str, str] = {}
    kpis = judged_kpis(shipped, data)
    units = data.municipalities.filter(pl.col("municipality_type") == "K")["municipality_id"].sort().to_list()
    others = [unit for unit in units if unit not in ("0000", shipped.municipality_id)]
    others = others[:: max(1, len(others) // plans)][:plans]
    for number, unit in enumerate(others):
        own_ids = {
            kpi_id: f"{kpi_id[0]}{90_000 + number * own + place}"
            for place, kpi_id in enumerate(kpis[number % len(kpis) :] + kpis[: number % len(kpis)])
            if place < own
        }
        write_plan(folder / "all", shipped, unit, own_ids)
        data = with_copies(data, own_ids)
        copies |= {copy: kpi_id for kpi_id, copy in own_ids.items()}
    write_plan(folder / "followed", shipped, shipped.municipality_id, {}, followed=copies)
    every = planned_kpis(read_plans(folder / "all"))
    homes = {
        ONE: Home(folder / "one"),
        READ: Home(folder / "one", every),
        FOLLOWED: Home(folder / "followed", every),
        ALL: Home(folder / "all"),
    }
    transport = Remembered(FakeKolada(data).transport())
    costs: dict[str, dict[str, list[dict[str, Cost]]]] = {}
    moment = FIRST

    def round_of(kind: str, at: str = "home") -> None:
        nonlocal moment
        moment += timedelta(days=1)
        for number, (name, home) in enumerate(homes.items()):
            cost = night(folder / f"{at}-{number}", transport, at=moment, goals=home.goals, also=home.also)
            costs.setdefault(kind, {}).setdefault(name, []).append(cost)

    # What is imported and compiled at its first use, and the answers, are no night's cost.
    round_of("rehearsal", "rehearsal")
    del costs["rehearsal"]
    for number in range(nights - 1):
        round_of("first night", f"first-{number}")
    round_of("first night")
    for _ in range(nights):
        data = with_news(data)
        transport.source, transport.answers = FakeKolada(data).transport(), {}
        for home in homes.values():
            remember(home, folder, transport, moment)
        round_of("night with news")
    for _ in range(nights):
        round_of("quiet night")
    found = [
        Compared(kind, {name: least_of(given) for name, given in by_home.items()}) for kind, by_home in costs.items()
    ]
    return found, (len(planned_kpis((shipped,))), len({*every, *planned_kpis((shipped,))}))


def least_of(nights: Sequence[dict[str, Cost]]) -> dict[str, Cost]:
    """Return each stage's least cost: other work on the machine can only add to it."""
    return {name: min((each[name] for each in nights), key=lambda cost: cost.cpu) for name in nights[0]}


def remember(home: Home, folder: Path, transport: Remembered, moment: datetime) -> None:
    """Let the transport keep every response of a night, so that none is made while a night is measured."""
    with tempfile.TemporaryDirectory(dir=folder) as aside:
        night(Path(aside) / "home", transport, at=moment, goals=home.goals, also=home.also)


def judged_kpis(plan: Plan, data: DataSet) -> list[str]:
    """Return the KPIs of a plan's indicators that have values in the data, sorted."""
    present = set(data.observations["kpi_id"].cast(pl.String).unique())
    return [kpi_id for kpi_id in plan.kpi_ids if kpi_id in present]


def write_plan(
    goals: Path, plan: Plan, unit: str, own_ids: Mapping[str, str], followed: Mapping[str, str] | None = None
) -> None:
    """Write a plan as another municipality's, some of its KPIs under its own ids.

    Args:
        goals: the folder of plans.
        plan: which one.
        unit: the municipality.
        own_ids: KPI -> its copy.
        followed: copy -> KPI: copies that have indicators of their own besides those of the plan.
    """
    plan_id = plan.plan_id if unit == plan.municipality_id else f"kommun-{unit}"
    folder = goals / plan_id
    folder.mkdir(parents=True)
    for name, content in plan.files.items():
        text = content.decode("utf-8")
        if name == "plan.toml":
            text = text.replace(f'plan_id = "{plan.plan_id}"', f'plan_id = "{plan_id}"')
            text = text.replace(f'municipality_id = "{plan.municipality_id}"', f'municipality_id = "{unit}"')
        for kpi_id, copy in own_ids.items():
            text = text.replace(kpi_id, copy)
        if followed and name in ("indicators.csv", "targets.csv", "availability.csv", "notes.csv"):
            text = with_rows_of(text, plan, followed)
        (folder / name).write_text(text, encoding="utf-8")


def with_rows_of(text: str, plan: Plan, copies: Mapping[str, str]) -> str:
    """Return a file of a plan with each row about a KPI again for every copy of the KPI, in indicators of their own."""
    rows = list(csv.DictReader(io.StringIO(text)))
    kpis = dict(plan.tables["indicator"].select("indicator_id", "kpi_id").iter_rows())
    added = []
    for copy, kpi_id in copies.items():
        for row in rows:
            if kpi_id == (row.get("kpi_id") or kpis.get(row.get("indicator_id", ""))):
                again = {"indicator_id": f"{row.get('indicator_id')}-{copy}", "kpi_id": copy, "part": copy}
                added.append({name: again.get(name, value) for name, value in row.items()})
    written = io.StringIO()
    writer = csv.DictWriter(written, list(rows[0]))
    writer.writeheader()
    writer.writerows([*rows, *added])
    return written.getvalue()


def with_copies(data: DataSet, own_ids: Mapping[str, str]) -> DataSet:
    """Return the data with copies of KPIs and their values under other ids."""

    def copied(frame: pl.DataFrame, wanted: Collection[str]) -> pl.DataFrame:
        ids = frame["kpi_id"].cast(pl.String)
        chosen = frame.filter(ids.is_in(list(wanted)))
        renamed = chosen["kpi_id"].cast(pl.String).replace_strict(dict(own_ids)).cast(frame["kpi_id"].dtype)
        return pl.concat([frame, chosen.with_columns(kpi_id=renamed)])

    return replace(data, observations=copied(data.observations, own_ids), kpis=copied(data.kpis, own_ids))


def page(found: Sequence[Compared], data: str, plans: int, own: int, kpis: tuple[int, int]) -> str:
    """Return the text of docs/benchmarks-plans.md."""
    source = "the built-in sample" if data == "sample" else "recorded data"
    homes = (ONE, READ, FOLLOWED, ALL)
    rows = [
        (
            each.name,
            *(f"{each.cpu(home):.2f} CPU s" for home in homes),
            f"**{each.ratio(FOLLOWED):.2f}**",
            f"{MOST_OF_ONE_PLAN}",
            "yes" if each.ratio(FOLLOWED) <= MOST_OF_ONE_PLAN else "no",
            f"{each.ratio(READ):.2f}",
            f"{each.cpu(ALL) / each.cpu(FOLLOWED):.2f}",
        )
        for each in found
    ]
    stages = list(found[-1].costs[ALL])
    return "\n".join(
        [
            "# Many plans in one home",
            "",
            f"Made by `make bench-plans` with {source}: {plans} plans, each of another municipality, with {own} KPIs",
            f"of its own each. One plan has {kpis[0]} KPIs, all together {kpis[1]}. The homes take their nights in",
            "turn, and a cell adds up each stage's least cost. Answers come from memory, as in",
            "[a night](benchmarks-night.md); reading and keeping them is counted.",
            "",
            "The ratio: the night of all plans, less what their own KPIs need, divided by the night of one plan. What",
            f"the KPIs need is what a home of one plan costs more when its plan follows them too (`{FOLLOWED}`): they",
            "are read, loaded, compared between all municipalities and judged for one. Two columns compare otherwise:",
            f"one takes off only what it costs a home of one plan to read and load the KPIs (`{READ}`); the",
            "last divides the night of all plans by that of one plan that follows the same KPIs. A part of a night",
            "costs the same in every home: when it gets cheaper, each ratio rises although each night costs less.",
            "",
            f"The machine: {describe_machine()}; {busy_share():.1f} processes a core ran or waited.",
            "",
            *table(
                (
                    "",
                    *homes,
                    "ratio",
                    "goal, at most",
                    "holds",
                    "ratio if the KPIs were only read",
                    "beside one plan with all KPIs",
                ),
                rows,
            ),
            "",
            "What plans have in common is computed once: the values of other municipalities seen at a bokslut,",
            "means, places, equal criteria. Each plan adds to a night: its files are read and checked (Prepare),",
            "its indicators are judged as of today and at each bokslut, and its municipality is compared with its",
            "own county and groups, for its own KPIs too (Judge the goals).",
            "",
            "## Stages, CPU seconds",
            "",
            *table(
                ("", *(f"{each.name}: {home}" for each in found for home in homes)),
                [
                    (stage, *(f"{each.costs[home][stage].cpu:.3f}" for each in found for home in homes))
                    for stage in stages
                ],
            ),
            "",
        ]
    )


if __name__ == "__main__":
    main()
