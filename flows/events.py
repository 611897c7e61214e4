"""The Prefect events of a run, for automations that send notifications.

    kolada.verdict.changed    a verdict differs from the previous publication
                              resource: kolada.verdict.<plan_id>.<level>.<item_id>.<year>[.<variant>]
    kolada.plan.changed       a plan was edited
                              resource: kolada.plan.<plan_id>
    kolada.kpi.retitled       Kolada changed the title or description of a plan's KPI
                              resource: kolada.kpi.<kpi_id>
    kolada.kpi.withdrawn      a KPI left the catalogue
                              resource: kolada.kpi.<kpi_id>
    kolada.run.held           a run was held
                              resource: kolada.run.<run_id>
    kolada.share.failed       the publication could not be shared
                              resource: kolada.run.<run_id>

The flow run is a related resource of each event. An automation sends the webhook or the mail: see docs/operations.md.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from prefect.events import emit_event

from pipeline.run_facts import RunFacts, VerdictChange
from pipeline.run_result import RunResult


@dataclass(frozen=True, slots=True)
class Notice:
    """One event before it is sent.

    Attributes:
        event: the name of the event.
        resource_id: the id of its resource.
        resource_name: the name of its resource.
        payload: the values that an automation's message can use.
    """

    event: str
    resource_id: str
    resource_name: str
    payload: dict[str, Any]


def notices(result: RunResult, facts: RunFacts) -> Iterator[Notice]:
    """Yield the events of a finished run."""
    run_id, run = f"kolada.run.{result.run_id}", f"run {result.run_id}"
    if result.state == "held":
        held = {
            "run_id": result.run_id,
            "reason": "incomplete" if result.is_incomplete else "check",
            "message": result.message,
            "checks": [
                {"check": check.address, "plans": list(check.plan_ids), "rows": check.offending_count}
                for check in result.checks
                if check.is_blocking
            ],
            "what_to_do": "kolada review",
        }
        yield Notice("kolada.run.held", run_id, run, held)
    if result.shared is not None and result.shared.is_failed:
        yield Notice("kolada.share.failed", run_id, run, {**asdict(result.shared), "what_to_do": "kolada share"})
    source = {"run_id": result.run_id, "source_kind": result.source_kind}
    for change in facts.verdict_changes:
        name = f"{change.plan_id} {change.item_id} {change.year}"
        yield Notice("kolada.verdict.changed", verdict_id(change), name, asdict(change) | source)
    for plan_id, edits in groupby(facts.plan_edits, lambda edit: edit.plan_id):
        edited = {"plan_id": plan_id, "edits": [asdict(edit) for edit in edits]}
        yield Notice("kolada.plan.changed", f"kolada.plan.{plan_id}", f"plan {plan_id}", edited | source)
    for retitled in facts.retitled_kpis:
        name = f"{retitled.kpi_id} {retitled.title}"
        yield Notice("kolada.kpi.retitled", f"kolada.kpi.{retitled.kpi_id}", name, asdict(retitled) | source)
    for kpi in facts.withdrawn_kpis:
        name = f"{kpi.kpi_id} {kpi.title}"
        yield Notice("kolada.kpi.withdrawn", f"kolada.kpi.{kpi.kpi_id}", name, asdict(kpi) | source)


def verdict_id(change: VerdictChange) -> str:
    """Return the resource id of a verdict."""
    parts = ("kolada.verdict", change.plan_id, change.level, change.item_id, str(change.year), change.variant)
    return ".".join(part for part in parts if part)


def emit(result: RunResult, facts: RunFacts) -> int:
    """Send the events of a finished run; return their number."""
    sent = 0
    for notice in notices(result, facts):
        emit_event(
            event=notice.event,
            resource={"prefect.resource.id": notice.resource_id, "prefect.resource.name": notice.resource_name},
            payload=notice.payload,
        )
        sent += 1
    return sent
