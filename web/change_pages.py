"""Ändringar: the changes of each publication, as a page and as an Atom feed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from reports.exports.memo_contents import what_changed
from reports.reading.changes_since import EDIT_ORDER
from reports.reading.contents import Contents
from reports.reading.sourced_rows import Row, Source, open_source
from reports.swedish.notices import made_up_notice, source_text
from reports.swedish.numbers import decimals_that_tell_apart, instant_text, number_text, plain_decimals
from reports.swedish.plan_edits import edits_told
from warehouse.credits import DERIVED
from web.asked import PageError, asked
from web.published import Publication
from web.rendering import environment, links_of, page

MOST_NIGHTS = 60


@dataclass(frozen=True, slots=True)
class Change:
    """One change.

    Attributes:
        id: a stable id, for feed readers.
        text: one sentence in Swedish.
        href: the URL of the page that shows it.
    """

    id: str
    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Night:
    """The changes of one publication."""

    at: datetime
    changes: tuple[Change, ...]

    @property
    def stamp(self) -> str:
        """The instant in the format of feeds."""
        return self.at.replace(tzinfo=UTC).isoformat(timespec="seconds")


def changes(request: Request) -> HTMLResponse:
    """Return the page of a plan's changes, the newest first."""
    asked(request)
    contents, found = _found(request)
    plan_id = contents.plan["plan_id"]
    return page(
        "changes_page.html.j2",
        {
            "title": f"Ändringar, {contents.place}",
            "here": "/andringar",
            "c": contents,
            "nights": found,
            "plans": contents.source.rows("plan.plan", order="title, plan_id"),
            "below": "/andringar",
            "made_up": made_up_notice(contents.source, contents.plan),
            "feed": f"/andringar/{plan_id}.atom",
            "derived": source_text(contents.source, DERIVED),
            "known_at": contents.source.known_at,
        },
    )


def feed(request: Request) -> Response:
    """Return a plan's changes as an Atom feed."""
    asked(request)
    contents, found = _found(request)
    text = (
        environment()
        .get_template("changes.atom.j2")
        .render(
            c=contents,
            nights=found,
            made_up=made_up_notice(contents.source, contents.plan),
            base=str(request.base_url).rstrip("/"),
            said=instant_text,
        )
    )
    return Response(text, media_type="application/atom+xml; charset=utf-8")


def first_plan(request: Request) -> HTMLResponse:
    """Return the page of changes of the first plan, with links to the other plans."""
    asked(request)
    publication: Publication = request.app.state.publications.current()
    with publication.reading() as connection:
        rows = open_source(connection).rows("plan.plan", order="title, plan_id")
    if not rows:
        raise PageError(404, "Ingen plan", "Filen innehåller ingen plan.")
    request.path_params["plan"] = rows[0]["plan_id"]
    return changes(request)


def _found(request: Request) -> tuple[Contents, tuple[Night, ...]]:
    publication: Publication = request.app.state.publications.current()
    contents = publication.contents(request.path_params["plan"], None, None)

    def by_night() -> tuple[Night, ...]:
        with publication.reading() as connection:
            told: dict[datetime, list[Change]] = {}
            for at, change in _all_changes(open_source(connection), contents):
                told.setdefault(at, []).append(change)
        nights = [Night(at, tuple(found)) for at, found in sorted(told.items(), reverse=True)]
        return tuple(nights[:MOST_NIGHTS])

    return contents, publication.once(("changes", contents.plan["plan_id"]), by_night)


def _all_changes(source: Source, contents: Contents) -> Iterator[tuple[datetime, Change]]:
    plan_id = contents.plan["plan_id"]
    for row in source.rows("mart.verdict_change", "plan_id = ?", [plan_id], order="known_from"):
        yield row["known_from"], _verdict(contents, row)
    edits = source.rows("mart.plan_change", "plan_id = ?", [plan_id], order=EDIT_ORDER)
    for row, text in edits_told(contents, edits):
        yield row["known_from"], _edit(contents, row, text)
    kpis = sorted({row["kpi_id"] for row in contents.calendar})
    for row in source.rows(
        "mart.revision",
        "municipality_id = ? and list_contains(?, kpi_id) and change_kind <> 'precision'",
        [contents.plan["municipality_id"], kpis],
        order="known_from",
    ):
        yield row["known_from"], _revision(contents, row)
    yield from _titles(source, kpis)


def _verdict(contents: Contents, row: Row) -> Change:
    year = row["year"]
    links = links_of(contents.plan["plan_id"], year, None)
    href = links.indicator(row["item_id"]) if row["level"] == "indicator" else links.goal(row["item_id"])
    variant = contents.label("variant", row["variant"]).lower()
    what = f"God ekonomisk hushållning, {variant}," if row["variant"] else row["item_id"]
    before, after = (contents.label("verdict", row[name]).lower() for name in ("verdict_before", "verdict"))
    cause = contents.label("cause", row["cause"]).lower()
    identity = f"{row['run_id']}-{row['level']}-{row['item_id']}-{year}-{row['variant'] or ''}"
    return Change(identity, f"{what} {year}: {before} → {after} ({cause})", href or "/")


def _edit(contents: Contents, row: Row, text: str) -> Change:
    links = links_of(contents.plan["plan_id"], contents.year, None)
    item = row["item_id"]
    if any(part.id == item for part in contents.indicators):
        href = links.indicator(item)
    else:
        href = links.goal(item) if any(goal.id == item for goal in contents.goals) else None
    identity = f"{row['run_id']}-{row['file_name']}-{row['item_id']}-{row['row_key']}"
    return Change(identity, f"Planen ändrad. {text}", href or "/")


def _revision(contents: Contents, row: Row) -> Change:
    known = [value for value in (row["old_value"], row["new_value"]) if value is not None]
    decimals = decimals_that_tell_apart(row["old_value"], row["new_value"], max(map(plain_decimals, known), default=0))

    def shown(value: float | None) -> str:
        return "inget värde" if value is None else number_text(value, decimals)

    gender = contents.label("gender", row["gender"]).lower()
    kind = contents.label("change_kind", row["change_kind"]).lower()
    text = (
        f"{row['kpi_id']} {row['kpi_title'] or ''}, {row['period']}, {gender}: "
        f"{shown(row['old_value'])} → {shown(row['new_value'])} ({kind})"
    )
    identity = f"{row['kpi_id']}-{row['period']}-{row['gender']}-{row['known_from'].isoformat()}"
    return Change(identity, text, f"/nyckeltal/{row['kpi_id']}")


def _titles(source: Source, kpis: list[str]) -> Iterator[tuple[datetime, Change]]:
    """Yield the changes of KPIs that were retitled, redescribed or closed, or that left the catalogue or returned."""
    before: dict[str, Row] = {}
    for row in source.rows("core.kpi_version", "list_contains(?, kpi_id)", [kpis], order="kpi_id, known_from"):
        earlier = before.get(row["kpi_id"])
        before[row["kpi_id"]] = row
        if earlier is None:
            continue
        href, at = f"/nyckeltal/{row['kpi_id']}", row["known_from"]
        what = what_changed(earlier, row)
        if what:
            was = f" (var ”{earlier['title']}”)" if row["title"] != earlier["title"] else ""
            text = f"{row['kpi_id']} ”{row['title']}”{was}: {', '.join(what)}"
            yield at, Change(f"{row['kpi_id']}-{at.isoformat()}", text, href)
