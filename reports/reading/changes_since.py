"""Changes since the last report, or since the previous publication: verdicts, own figures, the plan.

The HTML head of a report names the publication and the part of the plan that it shows, and the start of its changes.
The next report in the same folder shows the changes since the newest report of the same part, or of the whole plan,
that shows an earlier publication. Making a report twice gives the same report twice.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from html import unescape
from pathlib import Path

from reports.errors import OptionRefused
from reports.reading.contents import Contents
from reports.reading.sourced_rows import Row, Source

HEAD_BYTES = 4096
META = re.compile(r'<meta name="kolada-(plan|known-at|since|part)" content="([^"]*)">')
# Kinds of change that do not affect printed figures: shown only if a verdict changed with them.
UNSEEN_KINDS = ("precision", "rounding")
EDIT_ORDER = "known_from, file_name, item_id, row_key, edit, column_name desc"


class Basis(StrEnum):
    """The start of the changes that are shown."""

    REPORT = "förra rapporten"
    PUBLICATION = "förra publiceringen"
    CHOICE = "en vald tidpunkt"


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed between two publications.

    Attributes:
        since: the earlier publication's instant (UTC, naive); None when there is none.
        basis: the kind of the earlier instant.
        verdicts: rows of mart.verdict_change, oldest first.
        revisions: rows of mart.revision of the own municipality's cells of the plan's KPIs.
        edits: rows of mart.plan_change, oldest first.
        unseen: the number of changed cells left out because they affect no figure that is shown.
    """

    since: datetime | None
    basis: "Basis"
    verdicts: tuple[Row, ...]
    revisions: tuple[Row, ...]
    edits: tuple[Row, ...]
    unseen: int = 0

    def of_year(self, year: int) -> "Changes":
        """Return the changes of one year only."""
        return replace(
            self,
            verdicts=tuple(row for row in self.verdicts if row["year"] == year),
            revisions=tuple(row for row in self.revisions if row["period"] == year),
        )


def find_changes(
    source: Source, plan: Row, *, reported_at: datetime | None = None, chosen: datetime | None = None
) -> Changes:
    """Return the changes up to the publication that is shown.

    Args:
        source: the published file at the requested moment.
        plan: the plan.
        reported_at: the publication that the last report showed; None for the previous publication.
        chosen: an instant chosen by the user, which takes precedence over both.

    Raises:
        OptionRefused: the chosen instant is after the moment that is shown.
    """
    if chosen is not None and source.moment is not None and chosen > source.moment:
        raise OptionRefused(
            f"`--since` {chosen:%Y-%m-%d %H:%M} (UTC) is after `--as-of` {source.moment:%Y-%m-%d %H:%M} (UTC), so "
            "nothing was written. Choose an earlier `--since`, or a later `--as-of`."
        )
    candidates = (
        (Basis.CHOICE, chosen),
        (Basis.REPORT, reported_at),
        (Basis.PUBLICATION, _publication_before(source)),
    )
    basis, since = next(((basis, at) for basis, at in candidates if at is not None), (Basis.PUBLICATION, None))
    if since is None:
        return Changes(None, basis, verdicts=(), revisions=(), edits=())
    verdicts = source.rows(
        "mart.verdict_change",
        "plan_id = ? and known_from > ?",
        [plan["plan_id"], since],
        order="known_from, level desc, item_id, year, variant",
    )
    revisions = source.rows(
        "mart.revision",
        "is_plan_kpi and municipality_id = ? and known_from > ? "
        f"and kpi_id in (select kpi_id from {source.relation('mart.publication_calendar')} where plan_id = ?)",
        [plan["municipality_id"], since, plan["plan_id"]],
        order="known_from, kpi_id, period desc, gender desc",
    )
    kpis = {
        row["indicator_id"]: row["kpi_id"] for row in source.rows("plan.indicator", "plan_id = ?", [plan["plan_id"]])
    }
    moved = {(kpis.get(row["item_id"]), row["known_from"]) for row in verdicts if row["level"] == "indicator"}
    seen = tuple(
        row
        for row in revisions
        if row["change_kind"] not in UNSEEN_KINDS or (row["kpi_id"], row["known_from"]) in moved
    )
    edits = source.rows(
        "mart.plan_change", "plan_id = ? and known_from > ?", [plan["plan_id"], since], order=EDIT_ORDER
    )
    return Changes(
        since, basis, verdicts=tuple(verdicts), revisions=seen, edits=tuple(edits), unseen=len(revisions) - len(seen)
    )


def within(changes: Changes, contents: Contents) -> Changes:
    """Return the changes that concern the part of a plan that is shown."""
    if not contents.scope.is_partial:
        return changes
    items = {goal.id for goal in contents.goals} | {part.id for part in contents.indicators}
    kpi_ids = {part.indicator["kpi_id"] for part in contents.indicators}
    return replace(
        changes,
        verdicts=tuple(row for row in changes.verdicts if row["item_id"] in items and not row["variant"]),
        revisions=tuple(row for row in changes.revisions if row["kpi_id"] in kpi_ids),
        edits=tuple(row for row in changes.edits if row["item_id"] in items | kpi_ids),
    )


def _publication_before(source: Source) -> datetime | None:
    with source.asking() as cursor:
        found = cursor.execute(
            "select max(published_at) from ops.publication where published_at < ?", [source.known_at]
        ).fetchone()
    return found[0] if found else None


def last_reported(folder: Path, contents: Contents) -> datetime | None:
    """Return the publication that the newest earlier report in a folder showed; None if there is none.

    A report counts if it showed everything that is shown now, of a publication that was not rolled back. A report of
    the same publication gives the start of its own changes.

    Args:
        folder: the folder for reports of this home.
        contents: the contents of the report that will be written.
    """
    known_at = contents.source.known_at
    published = {row["published_at"] for row in contents.source.rows("ops.publication")}
    shown = _reported(folder.glob("*.html"), contents)
    return max((moment for moment in shown if moment < known_at and moment in published), default=None)


def _reported(files: Iterable[Path], contents: Contents) -> Iterable[datetime]:
    for path in files:
        # In a folder of the user's own choice, anything can have such a name.
        if not (path.is_file() and os.access(path, os.R_OK)):
            continue
        with path.open("rb") as file:
            told = dict(META.findall(file.read(HEAD_BYTES).decode("utf-8", errors="replace")))
        if told.get("plan") != contents.plan["plan_id"] or "known-at" not in told:
            continue
        if unescape(told.get("part", "")) not in ("", contents.scope.part):
            continue
        shown = datetime.fromisoformat(told["known-at"])
        if shown < contents.source.known_at:
            yield shown
        elif told.get("since"):
            yield datetime.fromisoformat(told["since"])
