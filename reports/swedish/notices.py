"""The notices of every output: made-up values, a draft, a broken plan, and the source of the figures."""

from reports.reading.sourced_rows import Row, Source
from reports.swedish.numbers import instant_text
from warehouse.credits import BROKEN_PLAN, DRAFT, MADE_UP_PLAN, MADE_UP_VALUES, as_printed
from warehouse.moment import swedish_day

BROKEN = "ops.broken_plan"


def made_up_notice(source: Source, plan: Row | None) -> str:
    """Return the notice for every page, sheet and file; empty for real values and a decided plan with valid files."""
    said = [MADE_UP_VALUES if source.is_sample else "", "" if plan is None else plan_notice(source, plan)]
    return " ".join(filter(None, said))


def plan_notice(source: Source, plan: Row) -> str:
    """Return the notice about a plan: it is made up, a draft, or judged by an earlier version of its files."""
    said = [MADE_UP_PLAN] if plan["is_made_up"] else []
    if plan["is_draft"]:
        said.append(DRAFT)
    mine = ("run_id = ? and plan_id = ? and version_from is not null", [source.run_id, plan["plan_id"]])
    said += [BROKEN_PLAN.format(since=swedish_day(row["version_from"])) for row in source.rows(BROKEN, *mine)]
    return " ".join(said)


def known_text(source: Source) -> str:
    """Return a text with the publication that is shown, and whether its verdicts were computed later."""
    later = " (beräknat i efterhand)" if source.is_worked_out_later else ""
    return f"som läget var känt {instant_text(source.known_at)}{later}"


def source_text(source: Source, label: str | None) -> str:
    """Return a source label as it is printed: a made-up figure names no source."""
    return as_printed(label or "", source.source_kind)
