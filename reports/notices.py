"""What every output says of its source: that sample values are made up, and whose figures are shown."""

from reports.rows import Row, Source

SAMPLE_NOTICE = "Påhittade exempelvärden. Inget värde kommer från Kolada."
PLAN_NOTICE = "Planen är påhittad: mål och dokument finns inte."
SAMPLE_MARK = " (påhittat exempel)"


def made_up_notice(source: Source, plan: Row | None) -> str:
    """What must stand on every page, sheet and file; empty for real values and a real plan."""
    said = [SAMPLE_NOTICE] if source.is_sample else []
    if plan is not None and plan["is_made_up"]:
        said.append(PLAN_NOTICE)
    return " ".join(said)


def source_text(source: Source, label: str | None) -> str:
    """A source label as it is printed; a figure of the sample never passes for one of Kolada's."""
    if not label:
        return ""
    return f"{label}{SAMPLE_MARK}" if source.is_sample and "Kolada" in label else label
