"""Mål and Indikator: the matrix of a plan, the page of one indicator, and the explanation of its figure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from reports.errors import UnknownYear
from reports.explanation.explain import explained
from reports.page.html_page import Links, page_names
from reports.reading.changes_since import find_changes
from reports.reading.contents import Contents, GoalPart, IndicatorPart
from reports.reading.evidence import evidence_within
from reports.reading.scope import PERIODS
from reports.reading.sourced_rows import Row, open_source
from reports.swedish.notices import made_up_notice, plan_notice
from reports.swedish.numbers import instant_text
from reports.swedish.period_sentences import period_name
from web.asked import Asked, PageError, asked, moment, one_of, words, year
from web.published import Publication
from web.rendering import address, links_of, page

SORTS = ("plan", "bedomning", "marginal", "plats")
# The moments that can be chosen: publications with changes, and the first one.
NIGHTS = """
    select distinct known_from from mart.verdict_change where plan_id = $plan_id
    union
    select distinct known_from from mart.plan_change where plan_id = $plan_id
    union
    select min(published_at) from ops.publication
    order by 1 desc
    limit 60
"""


def plans(request: Request) -> Response:
    """Return the list of plans; if there is one plan only, redirect to its page."""
    publication: Publication = request.app.state.publications.current()
    asked(request)
    with publication.reading() as connection:
        source = open_source(connection)
        rows = source.rows("plan.plan", order="title, plan_id")
        if len(rows) == 1:
            return RedirectResponse(f"/mal/{rows[0]['plan_id']}", status_code=307)
        said = [(row, plan_notice(source, row)) for row in rows]
        names = {"title": "Planer", "plans": said, "here": "/", "made_up": made_up_notice(source, None)}
        return page("plans.html.j2", names)


def goals(request: Request) -> HTMLResponse:
    """Return the page with the matrix of a plan: filtered, sorted, of a year, as of a moment."""
    given = asked(
        request,
        year=year,
        period=one_of(*PERIODS),
        as_of=moment,
        goal=words,
        owner=words,
        verdict=words,
        section=words,
        q=words,
        sort=one_of(*SORTS),
    )
    publication: Publication = request.app.state.publications.current()
    contents = plan_contents(publication, request, given)
    as_of = given.optional("as_of")
    shown = replace(contents, goals=tuple(_filtered(contents, given)))
    with publication.reading() as connection:
        nights = [
            at
            for (at,) in connection.execute(NIGHTS, {"plan_id": contents.plan["plan_id"]}).fetchall()
            if at is not None
        ]
        source = open_source(connection, as_of)
        changes = find_changes(source, contents.plan)
        names = page_names(shown, links_in(contents, as_of))
        return page(
            "goals.html.j2",
            {
                **names,
                "title": f"Mål {contents.year}, {contents.place}",
                "here": "/",
                "given": given,
                "as_of": as_of,
                "changes": changes,
                "nights": [(at.isoformat(), instant_text(at)) for at in nights],
                "choices": _choices(contents),
                "parts_of_year": parts_of_year(contents),
                "lines": _sorted(shown, given.text("sort", "plan")),
                "count": len(shown.indicators),
                "path": request.url.path,
            },
        )


def plan_contents(publication: Publication, request: Request, given: Asked) -> Contents:
    """Return the plan that the URL names, for the requested year and period, as of the requested moment.

    Raises:
        PageError: the plan does not follow the year.
    """
    as_of, period = given.optional("as_of"), given.optional("period")
    try:
        return publication.contents(request.path_params["plan"], given.year(), as_of, period)
    except UnknownYear as error:
        raise PageError(
            404,
            "Året följs inte",
            f"Planen följer åren {error.first} till {error.last}, inte {error.year}.",
            ((address(request.url.path, year=error.last, period=period, as_of=as_of), f"Visa {error.last}"),),
        ) from error


def links_in(contents: Contents, as_of: str | None) -> Links:
    """Return the links of a plan's names; they keep the year, period and moment."""
    return links_of(contents.plan["plan_id"], contents.year, as_of, contents.scope.period)


def parts_of_year(contents: Contents) -> list[tuple[str, str]]:
    """Return code and word of the periods with entered values or comments, and of the shown period."""
    mine = ("plan_id = ? and year = ? and period is not null", [contents.plan["plan_id"], contents.year])
    found = {str(row["period"]): str(row["period"]) for row in contents.source.rows("plan.comment", *mine)}
    found |= {row["period"]: period_name(row) for part in contents.indicators for row in part.periods[contents.year]}
    if contents.scope.period is not None:
        found.setdefault(contents.scope.period, contents.scope.period)
    return [(code, found[code]) for code in PERIODS if code in found]


def _filtered(contents: Contents, given: Asked) -> Iterator[GoalPart]:
    for goal in contents.goals:
        if given.optional("goal") not in (None, goal.id):
            continue
        if given.optional("section") not in (None, goal.goal["section"]):
            continue
        parts = tuple(part for part in goal.indicators if _is_shown(contents, goal, part, given))
        if parts:
            yield replace(goal, indicators=parts)


def _is_shown(contents: Contents, goal: GoalPart, part: IndicatorPart, given: Asked) -> bool:
    row = part.judged[contents.year]
    if given.optional("verdict") not in (None, row["verdict"]):
        return False
    if given.optional("owner") not in (None, _owner(goal, part)):
        return False
    text = given.text("q").casefold()
    told = f"{part.id} {part.indicator['title']} {part.indicator['kpi_id'] or ''} {goal.goal['title']}".casefold()
    return all(word in told for word in text.split())


def _owner(goal: GoalPart, part: IndicatorPart) -> str:
    return str(part.indicator.values.get("owner") or goal.goal.values.get("owner") or "")


def _choices(contents: Contents) -> dict[str, list[tuple[str, str]]]:
    """Return the choices of each filter: code and word."""
    verdicts = dict.fromkeys(part.judged[contents.year]["verdict"] for part in contents.indicators)
    owners = dict.fromkeys(_owner(goal, part) for goal in contents.goals for part in goal.indicators)
    sections = dict.fromkeys(goal.goal["section"] for goal in contents.goals)
    return {
        "goal": [(goal.id, f"{goal.id} {goal.goal['title']}") for goal in contents.goals],
        "section": [(code, contents.label("section", code)) for code in sections],
        "verdict": [(code, contents.label("verdict", code)) for code in verdicts],
        "owner": [(owner, owner) for owner in owners if owner],
    }


def _sorted(contents: Contents, order: str) -> Sequence[tuple[GoalPart, IndicatorPart]]:
    """Return all shown indicators in the given order; empty for the order of the plan."""
    lines = [(goal, part) for goal in contents.goals for part in goal.indicators]
    year_in_focus = contents.year

    def margin(line: tuple[GoalPart, IndicatorPart]) -> tuple[bool, float]:
        value = line[1].judged[year_in_focus]["margin"]
        return value is None, value or 0.0

    def place(line: tuple[GoalPart, IndicatorPart]) -> tuple[bool, float]:
        row = line[1].judged[year_in_focus]
        return row["rank"] is None, (row["rank"] or 0) / (row["rank_n"] or 1)

    order_of = ("not_met", "partly_met", "met", "not_yet_due", "no_data", "not_comparable", "not_assessable")
    match order:
        case "bedomning":
            return sorted(lines, key=lambda line: order_of.index(line[1].judged[year_in_focus]["verdict"]))
        case "marginal":
            return sorted(lines, key=margin)
        case "plats":
            return sorted(lines, key=place)
        case _:
            return []


def indicator(request: Request) -> HTMLResponse:
    """Return the page of one indicator: its card, and other indicators with the same KPI."""
    given = asked(request, year=year, period=one_of(*PERIODS), as_of=moment)
    publication: Publication = request.app.state.publications.current()
    contents = plan_contents(publication, request, given)
    goal, part = _found(contents, request)
    as_of = given.optional("as_of")
    with publication.reading() as connection:
        on_kpi = open_source(connection, as_of).rows("plan.indicator", "kpi_id = ?", [part.indicator["kpi_id"]])
        others = _others(on_kpi, contents, part)
        return page(
            "indicator_page.html.j2",
            {
                **page_names(contents, links_in(contents, as_of)),
                "title": f"{part.id}, {contents.place} {contents.year}",
                "here": "/",
                "goal": goal,
                "part": part,
                "single": False,
                "others": others,
                "as_of": as_of,
                "path": request.url.path,
            },
        )


def _found(contents: Contents, request: Request) -> tuple[GoalPart, IndicatorPart]:
    wanted = request.path_params["indicator"]
    for goal in contents.goals:
        for part in goal.indicators:
            if part.id == wanted:
                return goal, part
    back = f"/mal/{contents.plan['plan_id']}"
    raise PageError(404, "Indikatorn finns inte", f"Planen har ingen indikator ”{wanted}”.", ((back, "Alla mål"),))


def _others(rows: Sequence[Row], contents: Contents, part: IndicatorPart) -> list[Row]:
    """Return the rows of other indicators with the same KPI."""
    own = (contents.plan["plan_id"], part.id)
    return [row for row in rows if (row["plan_id"], row["indicator_id"]) != own]


def explanation(request: Request) -> HTMLResponse:
    """Return the page that explains a figure, with links to the requests and the stored responses."""
    given = asked(request, year=year, period=one_of(*PERIODS), as_of=moment)
    publication: Publication = request.app.state.publications.current()
    contents = plan_contents(publication, request, given)
    _, part = _found(contents, request)
    as_of = given.optional("as_of")
    with publication.reading() as connection:
        evidence = evidence_within(open_source(connection, as_of), contents, part.id)
        return page(
            "explanation.html.j2",
            {
                **page_names(contents, links_in(contents, as_of)),
                "title": f"Förklara {part.id}, {contents.place} {contents.year}",
                "here": "/",
                "part": part,
                "told": explained(evidence),
                "requests": list(evidence.requests.values()),
                "as_of": as_of,
                "path": request.url.path,
            },
        )
