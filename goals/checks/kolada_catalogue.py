"""A plan against Kolada's catalogue: is there such a KPI?

Needs the catalogue, and therefore stands apart from the reading, which needs no network.
"""

from collections.abc import Collection

import polars as pl

from goals.checks.figures import WITHDRAWN
from goals.csv_rows import read_rows
from goals.errors import Finding, PlanError, suggestion
from goals.plan import Plan
from goals.plan_columns import FORMATS, SETTINGS_FILE


def check_against_catalogue(plan: Plan, known_kpi_ids: Collection[str]) -> None:
    """Refuse a plan that asks for KPIs which the catalogue doesn't have.

    A KPI that notes.csv declares `kpi_withdrawn` is let through: the council decided on it while it existed,
    and its goals are shown as without data.

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
