"""Which criteria this software judges. A plan may say more than that: such a plan is refused, never judged wrongly."""

from collections.abc import Iterator
from typing import Any, Final

from goals import Finding, Plan, PlanError

KINDS: Final = ("number", "reference", "previous_year", "other_value")
REFERENCES: Final = ("national_average", "similar")
REGION: Final = "00"


def refuse_unjudged(plan: Plan) -> None:
    """Refuse a plan with a criterion that is not judged yet.

    Raises:
        PlanError: names every such row, before any request is sent.
    """
    findings = list(_unjudged(plan))
    if findings:
        raise PlanError(plan.plan_id, findings)


def _unjudged(plan: Plan) -> Iterator[Finding]:
    if plan.municipality_id.startswith(REGION):
        yield _finding("plan.toml", "a plan of a region", "municipality_id", plan.municipality_id)
    if plan.rules.get("partly_met_by", "none") != "none":
        yield _finding("plan.toml", "a rule that makes a miss partly met", "partly_met_by", plan.rules["partly_met_by"])
    for row in plan.tables["target"].iter_rows(named=True):
        for column, said in _beyond(row):
            yield _finding("targets.csv", f"a criterion of `{row['indicator_id']}`", column, said)


def _beyond(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The columns of a target that say more than is judged, with what they say."""
    if row["kind"] is not None and row["kind"] not in KINDS:
        yield "kind", row["kind"]
    elif row["kind"] == "reference" and row["reference"] not in REFERENCES:
        yield "reference", str(row["reference"])
    if row["gender"] not in (None, "T"):
        yield "gender", row["gender"]
    for column in ("criterion", "offset", "tolerance"):
        if row[column]:
            yield column, str(row[column])


def _finding(file: str, what: str, column: str, value: str) -> Finding:
    return Finding(
        file,
        f"{what} that can be written down and is not judged by this version",
        "a verdict on it could not be right",
        "Take it out, and keep it in the plan's notes until a version judges it",
        column=column,
        value=value,
    )
