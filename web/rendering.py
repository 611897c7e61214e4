"""Pages from templates: those of the web, with the parts of the report."""

from collections.abc import Mapping
from functools import cache
from urllib.parse import urlencode

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from reports.page.html_page import Links
from reports.swedish.numbers import instant_text, number_text

PAGES = (
    ("/", "Mål"),
    ("/nyckeltal", "Nyckeltal"),
    ("/jamfor", "Jämför"),
    ("/andringar", "Ändringar"),
    ("/drift", "Drift"),
    ("/hamta", "Hämta"),
)


@cache
def environment() -> Environment:
    """Return the environment with the templates of the web and of the report."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader("web"), PackageLoader("reports")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    made.globals.update(pages=PAGES, address=address, number=number_text, when=instant_text)
    return made


def address(path: str, **parameters: object) -> str:
    """Return a URL with the parameters that have a value."""
    given = {name: value for name, value in parameters.items() if value not in (None, "", ())}
    return f"{path}?{urlencode(given, doseq=True)}" if given else path


def page(template: str, names: Mapping[str, object], *, status: int = 200) -> HTMLResponse:
    """Return the response with a page from a template."""
    return HTMLResponse(environment().get_template(template).render(names), status_code=status)


def links_of(plan_id: str, year: int, as_of: str | None, period: str | None = None) -> Links:
    """Return the links of a plan's indicators and goals; they keep the year, period and moment."""
    return Links(
        lambda indicator_id: address(f"/mal/{plan_id}/{indicator_id}", year=year, as_of=as_of, period=period),
        lambda goal_id: address(f"/mal/{plan_id}", year=year, as_of=as_of, period=period, goal=goal_id),
    )
