"""Women and men: the municipality's gap, in whose favour it is, and the national gap."""

from tests.recomputed.facts import Facts
from tests.recomputed.plan_files import Plan
from tests.recomputed.references import riket, unweighted
from tests.recomputed.tables import Row, Table


def gender_columns(facts: Facts, plan: Plan, kpi_id: str | None, year: int) -> Row:
    women, men = (facts.value(kpi_id, year, gender, plan.municipality_id) if kpi_id else None for gender in ("K", "M"))
    return {
        "value_women": women,
        "value_men": men,
        "gender_gap": None if women is None or men is None else women - men,
    }


def gender_gap(facts: Facts, plan: Plan) -> Table:
    """Return women and men for each KPI of the plan and year in which both have a value."""
    table: Table = {}
    for kpi_id, sign in plan.signs.items():
        for year in facts.years(kpi_id):
            own = _gap(facts, kpi_id, year, plan.municipality_id)
            if own is not None:
                table[plan.plan_id, kpi_id, year] = {
                    **gender_columns(facts, plan, kpi_id, year),
                    "value_total": facts.value(kpi_id, year, "T", plan.municipality_id),
                    "in_favour_of": "none" if own == 0 else "women" if sign * own > 0 else "men",
                    **_national_gap(facts, kpi_id, year),
                }
    return table


def _gap(facts: Facts, kpi_id: str, year: int, unit: str) -> float | None:
    women, men = (facts.value(kpi_id, year, gender, unit) for gender in ("K", "M"))
    return None if women is None or men is None else women - men


def _national_gap(facts: Facts, kpi_id: str, year: int) -> Row:
    """Return Riket's gap, else the one between the means over all municipalities."""
    for name, mean in (("riket", riket), ("unweighted_mean", unweighted)):
        women, men = mean(facts, kpi_id, year, "K"), mean(facts, kpi_id, year, "M")
        if women is not None and men is not None:
            return {"reference": name, "reference_gap": women.value - men.value}
    return {"reference": None, "reference_gap": None}
