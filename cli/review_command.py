"""`kolada review`: shows the changes that a held run would make, and approves its findings one by one."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from cli.consoles import wide_console
from cli.exits import BAD_INPUT, one_message
from cli.options import HomeOption, JsonOption, SampleOption, WaitOption, set_options
from pipeline.review import Finding, Review, approve, read_review
from pipeline.settings import Settings
from warehouse.home import Home
from warehouse.settling import settle

SCOPES_SHOWN = 5
ROWS_SHOWN = 5
CHANGES_SHOWN = 20


def review(
    *,
    approve_: Annotated[
        list[str] | None,
        typer.Option(
            "--approve",
            metavar="CHECK[:SCOPE]",
            help="Approve the findings of a check, in one scope or in all. May be repeated.",
        ),
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="The reason; it is stored with the approval.")
    ] = None,
    run: Annotated[
        str | None, typer.Option("--run", metavar="RUN_ID", help="The held run; by default the newest one.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write every row as CSV; `-` for stdout.")
    ] = None,
    home: HomeOption = None,
    wait: WaitOption = None,
    sample: SampleOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show the findings of a held run, per check and scope, and the changes that it would make; or approve findings.

    An approval is valid only for the rows that were found. When all findings are approved, the next run publishes
    without fetching again. To refuse, do nothing: the next run reads everything again.

    Example: `kolada review --approve cells_suppressed:N15436 --reason "Kolada hides schools of fewer than ten pupils"`
    """
    set_options(home=home, wait=wait)
    with one_message():
        settings = Settings.of(sample=sample)
        place = Home(settings.home)
        if approve_ or reason is not None:
            review_ = approved(place, settings, approve_ or [], reason or "", run)
        else:
            found = read_review(place, run)
            if found is None:
                typer.echo(json.dumps(None) if as_json else "No run is held: there is nothing to review.")
                return
            review_ = found
        if as_json:
            typer.echo(json.dumps(review_.fields(), ensure_ascii=False, default=str))
        elif csv is not None and str(csv) == "-":
            typer.echo(review_.csv(), nl=False)
        else:
            print_review(review_)
        if csv is not None and str(csv) != "-":
            csv.write_text(review_.csv(), encoding="utf-8")
            typer.echo(f"All rows: {csv}", err=as_json)


def approved(place: Home, settings: Settings, addresses: list[str], reason: str, run_id: str | None) -> Review:
    """Approve the findings, and print the number of approved rows."""
    if not addresses:
        typer.echo(
            "`--reason` was given without `--approve`, so nothing was approved. "
            'Name a check: `kolada review --approve CHECK[:SCOPE] --reason "TEXT"`.',
            err=True,
        )
        raise typer.Exit(BAD_INPUT)
    place.prepare()
    with place.writer("kolada review", wait_seconds=settings.wait, on_wait=lambda told: typer.echo(told, err=True)):
        settle(place, now=datetime.now(UTC))
        review_, given = approve(place, addresses, reason=reason, now=datetime.now(UTC), run_id=run_id)
    rows = sum(record.row_count for record in given)
    typer.echo(f"Approved now: {rows} rows in {len(given)} scopes.", err=True)
    return review_


def print_review(review_: Review) -> None:
    """Print the review."""
    console = wide_console()
    for line in lines_of(review_):
        console.print(line)


def lines_of(review_: Review) -> Iterator[str]:
    """Yield the lines of a review."""
    run = review_.run
    yield f"Run {review_.run_id} ({run.start.kind}) was held at {run.held.at:%Y-%m-%d %H:%M} UTC. It would change:"
    for name, group in groupby(review_.findings, key=lambda finding: finding.check.check_name):
        findings = list(group)
        yield ""
        yield f"{name}: {findings[0].check.question}"
        for finding in findings[:SCOPES_SHOWN]:
            yield from lines_of_finding(review_, finding)
        if len(findings) > SCOPES_SHOWN:
            yield f"  ... and {len(findings) - SCOPES_SHOWN} more scopes: {scopes_of(findings[SCOPES_SHOWN:])}"
    yield ""
    yield from lines_of_changes(review_)
    yield ""
    yield from advice(review_)


def lines_of_finding(review_: Review, finding: Finding) -> Iterator[str]:
    """Yield the lines of one scope: its address and name, its plans, the approval, a sample of its rows."""
    check = finding.check
    name = review_.names.get(check.scope or "", "")
    plans = f"; plans {', '.join(check.plan_ids)}" if check.plan_ids else ""
    yield f"  {finding.address} {name}: {check.offending_count} rows{plans}"
    if finding.approved is not None:
        at = f"{finding.approved.at:%Y-%m-%d %H:%M}"
        yield f"    approved by {finding.approved.by} at {at} UTC: {finding.approved.reason}"
    for row in review_.sample(finding, ROWS_SHOWN).to_dicts():
        unit = review_.names.get(row["unit_id"], "")
        place = " ".join(
            str(part) for part in (row["kpi_id"], row["unit_id"], unit, row["period"], row["gender"]) if part
        )
        change = f"{row['before'] or 'nothing known'} -> {row['after']}"
        yield f"    {place}: {change}{' (' + row['note'] + ')' if row['note'] else ''}"
    if check.offending_count > ROWS_SHOWN:
        yield f"    ... and {check.offending_count - ROWS_SHOWN} more rows"


def scopes_of(findings: list[Finding]) -> str:
    """Return the ids of scopes, at most CHANGES_SHOWN."""
    shown = " ".join(finding.check.scope or "" for finding in findings[:CHANGES_SHOWN])
    return shown + (" ..." if len(findings) > CHANGES_SHOWN else "")


def lines_of_changes(review_: Review) -> Iterator[str]:
    """Yield the lines of the verdicts that would change."""
    changes = review_.verdict_changes
    if not changes:
        yield "No verdict would change."
        return
    yield f"Verdicts that would change: {len(changes)}"
    for change in changes[:CHANGES_SHOWN]:
        variant = f" ({change['variant']})" if change["variant"] else ""
        yield (
            f"  {change['plan_id']} {change['item_id']} {change['year']}{variant}: "
            f"{change['verdict_before']} -> {change['verdict']} ({change['cause']})"
        )
    if len(changes) > CHANGES_SHOWN:
        yield f"  ... and {len(changes) - CHANGES_SHOWN} more"


def advice(review_: Review) -> Iterator[str]:
    """Yield the lines of advice: how to approve, refuse, and see more."""
    if review_.is_approved:
        yield f"All findings are approved: `{review_.command}` publishes the run without fetching again."
    else:
        open_checks = dict.fromkeys(
            finding.check.check_name for finding in review_.findings if finding.approved is None
        )
        yield f"Not approved yet: {', '.join(open_checks)}. The published file is as it was."
        yield 'To approve the rows shown: `kolada review --approve CHECK[:SCOPE] --reason "TEXT"`.'
        yield f"To refuse: do nothing; `{review_.command}` reads everything again."
    yield "All rows: `kolada review --csv FILE`."
    if review_.older_run_ids:
        yield f"Held before it: {', '.join(review_.older_run_ids)} (`kolada review --run RUN_ID`)."
