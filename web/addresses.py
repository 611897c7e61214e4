"""The web application: the routes of the pages and the error pages."""

from collections.abc import Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

import reports
from pipeline.settings import Settings
from reports.errors import BeforeFirstLoad, ReportError, UnknownFigure, UnknownPlan, UnknownScope, UnknownYear
from warehouse.errors import InvalidMoment, NotPublished, PublishedFileError, RawStoreError
from web import change_pages, compare_pages, download_pages, goal_pages, kpi_pages, operation_pages
from web.asked import PageError
from web.guarding import Guard
from web.published import Publications
from web.rendering import page

STATIC = Path(__file__).parent / "static"
STYLE = Path(reports.__file__).parent / "templates" / "report.css"


def make_app(
    published: Path, *, settings: Settings | None = None, unit: str | None = None, hosts: Sequence[str] = ()
) -> Starlette:
    """Return the application that serves the pages of one published file.

    Args:
        published: the DuckDB file.
        settings: of the home that the file belongs to; None for a shared file.
        unit: the municipality that comparisons begin with; by default that of the first plan.
        hosts: the host names of the pages, in addition to the loopback names.
    """
    app = Starlette(
        routes=[
            Route("/", goal_pages.plans),
            Route("/mal/{plan}", goal_pages.goals),
            Route("/mal/{plan}/{indicator}", goal_pages.indicator),
            Route("/mal/{plan}/{indicator}/forklara", goal_pages.explanation),
            Route("/nyckeltal", kpi_pages.search),
            Route("/nyckeltal/{kpi}", kpi_pages.one),
            Route("/nyckeltal/{kpi}/kommuner", kpi_pages.everywhere),
            Route("/jamfor", compare_pages.compare),
            Route("/andringar", change_pages.first_plan),
            Route("/andringar/{plan}.atom", change_pages.feed),
            Route("/andringar/{plan}", change_pages.changes),
            Route("/drift", operation_pages.operations),
            Route("/drift/svar/{run}/{request:path}", operation_pages.answer),
            Route("/hamta", download_pages.downloads),
            Route("/hamta/alla/{name}", download_pages.whole),
            Route("/hamta/{plan}", download_pages.downloads),
            Route("/hamta/{plan}/{name}", download_pages.download),
            Route("/report.css", style),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[Middleware(Guard, hosts=hosts)],
        exception_handlers={
            PageError: refused,
            HTTPException: not_found,
            UnknownPlan: unknown,
            UnknownFigure: unknown,
            BeforeFirstLoad: unknown,
            InvalidMoment: unknown,
            ReportError: unknown,
            NotPublished: nothing_published,
            PublishedFileError: file_lost,
            RawStoreError: unknown,
        },
    )
    app.state.publications = Publications(published)
    app.state.settings = settings
    app.state.unit = unit
    return app


def style(_: Request) -> HTMLResponse:
    """Return the style sheet of the report, which the pages use too."""
    return HTMLResponse(STYLE.read_text(encoding="utf-8"), media_type="text/css")


def error_page(status: int, title: str, text: str, links: Sequence[tuple[str, str]] = ()) -> HTMLResponse:
    """Return a page about an error, with links to other pages."""
    names = {"title": title, "text": text, "links": links or (("/", "Till målen"),), "here": "", "made_up": ""}
    return page("error.html.j2", names, status=status)


def refused(_: Request, error: Exception) -> HTMLResponse:
    """Return the error page for a PageError."""
    if not isinstance(error, PageError):
        raise error
    return error_page(error.status, error.title, error.text, error.links)


def not_found(_: Request, error: Exception) -> HTMLResponse:
    """Return the error page for an unknown URL, or for a method other than GET."""
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == 405:  # noqa: PLR2004 - method not allowed
        return error_page(405, "Sidorna är till för att läsas", "Inget kan ändras här.")
    return error_page(error.status_code, "Sidan finns inte", "Adressen leder ingenstans.")


def unknown(request: Request, error: Exception) -> HTMLResponse:
    """Return the error page for a plan, figure or moment that the file lacks; the text names it."""
    return error_page(404, "Finns inte i filen", _lacking(request, error))


def _lacking(request: Request, error: Exception) -> str:
    """Return in Swedish what the file lacks: the errors' own messages are written for the command line."""
    plan, indicator = (request.path_params.get(name, "") for name in ("plan", "indicator"))
    moment = request.query_params.get("as_of", "")
    match error:
        case UnknownPlan():
            text = f"Filen har ingen plan ”{plan}”."
        case UnknownFigure():
            text = f"Planen har ingen indikator ”{indicator}” det året."
        case UnknownYear():
            text = f"Planen följer inte {error.year}. Den följer {error.first} till {error.last}."
        case UnknownScope():
            text = "Planen har inget sådant mål, ingen sådan ansvarig eller ingen sådan del av året."
        case BeforeFirstLoad() if not moment:
            text = "Filen innehåller ingen publicering."
        case BeforeFirstLoad():
            text = f"”{moment}” är före den första publiceringen. Välj en senare dag."
        case InvalidMoment():
            text = f"”{moment}” är ingen tidpunkt som har varit."
        case RawStoreError():
            text = "Svaret saknas eller är skadat i hemmet. ”kolada verify” säger vad som saknas."
        case _:
            text = "Det finns ingen sådan tabell eller fil att hämta."
    return text


def nothing_published(*_: object) -> HTMLResponse:
    """Return the error page for a home without a published file."""
    text = "Kör ”kolada refresh” i hemmets mapp. Målen visas här när det är gjort."
    return error_page(503, "Inget är publicerat ännu", text)


def file_lost(*_: object) -> HTMLResponse:
    """Return the error page for a missing or damaged published file; the text says how to put it back."""
    text = "”kolada verify” säger vad som har hänt. ”kolada restore” lägger tillbaka det som publicerades senast."
    return error_page(503, "Den publicerade filen saknas eller är skadad", text)
