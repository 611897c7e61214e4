"""Drift: the status of the home, and one stored response. For a shared file, without a home, the page says so."""

import json

from starlette.requests import Request
from starlette.responses import HTMLResponse

from goals.codes import LABELS
from pipeline.review import read_review
from pipeline.run_page import CHECK_WORDS, COVERAGE_WORDS
from pipeline.settings import Settings
from pipeline.status import read_status
from reports.reading.sourced_rows import open_source
from warehouse.home import Home
from warehouse.raw_store import RawStore
from web.asked import PageError, asked
from web.kpi_pages import common_names
from web.published import Publication
from web.rendering import page

MOST_SHOWN = 200_000
MOST_ROWS = 20
KINDS = {
    "refresh": "planernas nyckeltal",
    "backfill": "komplettering",
    "mirror": "hela Kolada",
    "replay": "ombyggnad",
}
STATES = {
    "published": "publicerad",
    "held": "hållen",
    "failed": "misslyckad",
    "interrupted": "avbruten",
    "landed": "läst",
    "rolled_back": "återtagen",
}

COVERAGE = """
    select outcome, sum(unit_count) from ops.coverage
    where run_id = (select run_id from ops.publication order by published_at desc limit 1)
    group by outcome order by outcome
"""
CHECKS = """
    select check_name || coalesce(':' || scope, '') as found, severity, offending_count, example
    from ops.check_result
    where run_id = (select run_id from ops.publication order by published_at desc limit 1)
    order by offending_count = 0, severity, found
"""
RUNS = """
    select run_id, kind, state, started_at, published_at, message from ops.run
    order by run_number desc nulls last, run_id desc limit 20
"""


def operations(request: Request) -> HTMLResponse:
    """Return the page of operations: status, the last runs, a held run with its changes, coverage, checks."""
    asked(request)
    publication: Publication = request.app.state.publications.current()
    settings: Settings | None = request.app.state.settings
    with publication.reading() as connection:
        return page(
            "operations.html.j2",
            {
                **common_names(open_source(connection)),
                "title": "Drift",
                "here": "/drift",
                "status": None if settings is None else read_status(settings),
                "review": None if settings is None else read_review(Home(settings.home)),
                "rows_shown": MOST_ROWS,
                "kinds": KINDS,
                "states": STATES,
                "outcomes": COVERAGE_WORDS,
                "severities": CHECK_WORDS,
                "verdicts": LABELS["verdict"],
                "variants": LABELS["variant"],
                "runs": connection.execute(RUNS).fetchall(),
                "coverage": connection.execute(COVERAGE).fetchall(),
                "checks": connection.execute(CHECKS).fetchall(),
            },
        )


def answer(request: Request) -> HTMLResponse:
    """Return the page of one request, with the stored response as received."""
    asked(request)
    publication: Publication = request.app.state.publications.current()
    settings: Settings | None = request.app.state.settings
    run_id, request_id = request.path_params["run"], request.path_params["request"]
    with publication.reading() as connection:
        source = open_source(connection)
        row = source.one("ops.request", "run_id = ? and request_id = ?", [run_id, request_id])
        if row is None:
            raise PageError(404, "Begäran finns inte", "Den står inte i förteckningen över begäranden.")
        body = None
        if settings is not None:
            home = Home(settings.home)
            body = _pretty(RawStore(home.bodies).get(row["body_sha256"]))
        return page(
            "answer.html.j2",
            {**common_names(source), "title": f"Begäran {request_id}", "here": "/drift", "row": row, "body": body},
        )


def _pretty(body: bytes) -> str:
    """Return a stored response with line breaks, cut at MOST_SHOWN characters."""
    try:
        text = json.dumps(json.loads(body), ensure_ascii=False, indent=1)
    except ValueError:
        text = body.decode("utf-8", errors="replace")
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}\n… {len(text) - MOST_SHOWN} tecken till"
