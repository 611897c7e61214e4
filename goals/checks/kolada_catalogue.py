"""Checks a plan against Kolada's catalogue: do its KPIs, groups and topics exist, and are they what the plan means?

Plans are read without a network, so these checks are separate.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from goals.checks.figures import WITHDRAWN
from goals.csv_rows import read_rows
from goals.errors import Finding, PlanError, listed, suggestion
from goals.plan import Plan
from goals.plan_columns import FORMATS, SETTINGS_FILE


@dataclass(frozen=True, slots=True)
class KnownKpi:
    """A KPI as the catalogue has it; `municipality_type` is K, L or A (both)."""

    title: str
    municipality_type: str
    is_divided_by_gender: bool
    is_withdrawn: bool
    closed_after_year: int | None


@dataclass(frozen=True, slots=True)
class KnownCatalogue:
    """The part of the catalogue that plans are checked against.

    Attributes:
        kpis: by id, including withdrawn ones.
        topics: topics of similar municipalities -> the municipalities that have such a group.
        groups: the ids of all groups.
    """

    kpis: Mapping[str, KnownKpi]
    topics: Mapping[str, frozenset[str]]
    groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class LookedUp:
    """The result of a check against the catalogue.

    Attributes:
        findings: errors.
        remarks: for a person to consider.
        titles: indicator, KPI, the plan's title and Kolada's, for each indicator with a KPI that Kolada has.
    """

    findings: tuple[Finding, ...]
    remarks: tuple[str, ...]
    titles: tuple[tuple[str, str, str, str], ...]


def look_up(plan: Plan, catalogue: KnownCatalogue) -> LookedUp:
    """Check a plan that has been read against the catalogue."""
    findings: list[Finding] = []
    try:
        check_against_catalogue(plan, catalogue.kpis)
    except PlanError as error:
        findings += error.findings
    findings += _topics(plan, catalogue)
    findings += _groups(plan, catalogue)
    indicators = plan.tables["indicator"].select("indicator_id", "kpi_id", "title")
    titles = tuple(
        (indicator_id, kpi_id, title, catalogue.kpis[kpi_id].title)
        for indicator_id, kpi_id, title in indicators.iter_rows()
        if kpi_id in catalogue.kpis
    )
    return LookedUp(tuple(findings), tuple(_remarks(plan, catalogue)), titles)


def _topics(plan: Plan, catalogue: KnownCatalogue) -> Iterator[Finding]:
    own = {topic for topic, units in catalogue.topics.items() if plan.municipality_id in units}
    rows, _ = read_rows(FORMATS["indicators.csv"], plan.files["indicators.csv"])
    for row in rows:
        topic = row.text("similar_group_topic")
        if topic is not None and topic not in own and catalogue.topics:
            yield row.finding(
                "similar_group_topic",
                f"Kolada has no similar municipalities of `{plan.municipality_id}` for this topic",
                "nothing could be compared with them",
                f"Write one of {listed(sorted(own))}.{suggestion(topic, own)}".rstrip("."),
            )


def _groups(plan: Plan, catalogue: KnownCatalogue) -> Iterator[Finding]:
    rows, _ = read_rows(FORMATS["targets.csv"], plan.files.get("targets.csv", b"indicator_id"))
    for row in rows:
        for column in ("reference", "rank_scope"):
            group = (row.text(column) or "").removeprefix("group:")
            if (row.text(column) or "").startswith("group:") and group not in catalogue.groups:
                yield row.finding(
                    column,
                    "a group that Kolada doesn't have",
                    "nothing could be compared with it",
                    f"Write the id of one of Kolada's groups.{suggestion(group, catalogue.groups)}".rstrip("."),
                )


def _remarks(plan: Plan, catalogue: KnownCatalogue) -> Iterator[str]:
    noted = set(plan.tables["note"].filter(pl.col("code") == WITHDRAWN)["indicator_id"])
    (last,) = plan.tables["plan"]["last_year"]
    wanted = "L" if plan.is_region else "K"
    gendered = {
        indicator
        for indicator, kind, gender in plan.tables["target"].select("indicator_id", "kind", "gender").iter_rows()
        if kind == "gender_gap" or gender != "T"
    }
    for indicator, kpi_id in plan.tables["indicator"].select("indicator_id", "kpi_id").iter_rows():
        kpi = catalogue.kpis.get(kpi_id or "")
        if kpi is None:
            continue
        if kpi.is_withdrawn and indicator not in noted:
            yield f"{indicator}: Kolada has withdrawn {kpi_id}. Say so in notes.csv with the code `{WITHDRAWN}`."
        elif kpi.closed_after_year is not None and kpi.closed_after_year < last:
            yield f"{indicator}: {kpi_id} is closed after {kpi.closed_after_year}, and the plan runs to {last}."
        if kpi.municipality_type not in {wanted, "A"}:
            whose = "regions" if kpi.municipality_type == "L" else "municipalities"
            yield f"{indicator}: {kpi_id} is a KPI of {whose}; `{plan.municipality_id}` may have no values."
        if indicator in gendered and not kpi.is_divided_by_gender:
            yield f"{indicator}: women and men are judged, and Kolada does not divide {kpi_id} by gender."


def check_against_catalogue(plan: Plan, known_kpi_ids: Collection[str]) -> None:
    """Refuse a plan whose KPIs are not all in the catalogue.

    A KPI that notes.csv declares `kpi_withdrawn` is accepted: it existed when the council decided on it, and its goals
    are shown as without data.

    Args:
        plan: A plan that has been read.
        known_kpi_ids: The ids of the whole catalogue.

    Raises:
        PlanError: With every KPI that is unknown.
    """
    known = frozenset(known_kpi_ids)
    indicators, _ = read_rows(FORMATS["indicators.csv"], plan.files["indicators.csv"])
    noted = set(plan.tables["note"].filter(pl.col("code") == WITHDRAWN)["indicator_id"])
    withdrawn = {row.text("kpi_id") for row in indicators if row.text("indicator_id") in noted}
    findings = []
    for row in indicators:
        kpi_id = row.text("kpi_id")
        if kpi_id is not None and kpi_id not in known and kpi_id not in withdrawn:
            remedy = (
                f"Correct the id of `{row.text('indicator_id')}` (`kolada kpi search` finds it by title), or, "
                f"when Kolada has withdrawn it, say so in notes.csv with the code `{WITHDRAWN}`."
                f"{suggestion(kpi_id, known)}"
            ).rstrip(".")
            findings.append(
                row.finding(
                    "kpi_id",
                    "a KPI that is not in Kolada's catalogue",
                    "the indicator would stay without data for ever",
                    remedy,
                )
            )
    for goal_id, kpi_id in plan.tables["cross_check_kpi"].select("goal_id", "kpi_id").iter_rows():
        if kpi_id not in known:
            findings.append(
                Finding(
                    SETTINGS_FILE,
                    "a KPI that is not in Kolada's catalogue",
                    f"nothing would be shown beside goal `{goal_id}`",
                    f"Correct the id, or remove the cross-check.{suggestion(kpi_id, known)}".rstrip("."),
                    column="cross_check_kpis.kpi",
                    value=kpi_id,
                )
            )
    if findings:
        raise PlanError(plan.plan_id, findings)
