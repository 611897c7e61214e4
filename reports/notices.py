"""What every output says of its source: that sample values are made up, and whose figures are shown."""

from reports.sourced_rows import Row, Source
from warehouse.build import CREDITS, SAMPLE_CREDITS

RECEIVED, DERIVED = CREDITS
DERIVED_OTHER = "Egen bearbetning av kommunens egna uppgifter"
SAMPLE_NOTICE = "Påhittade exempelvärden. Inget värde kommer från Kolada."
PLAN_NOTICE = "Planen är påhittad: mål och dokument finns inte."


def made_up_notice(source: Source, plan: Row | None) -> str:
    """What must stand on every page, sheet and file; empty for real values and a real plan."""
    said = [SAMPLE_NOTICE] if source.is_sample else []
    if plan is not None and plan["is_made_up"]:
        said.append(PLAN_NOTICE)
    return " ".join(said)


def source_text(source: Source, label: str | None) -> str:
    """A source label as it is printed: a made-up figure names nobody as its source."""
    text = label or ""
    if source.is_sample:
        for credit, made_up in zip(CREDITS, SAMPLE_CREDITS, strict=True):
            text = text.replace(credit, made_up)
    return text
