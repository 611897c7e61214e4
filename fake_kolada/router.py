"""The stand-in's router: from the paths of the API to their queries.

The router has every known or likely path of version 3 and no other; version 2 has the response 410. `served` has the
response to a query, `faults` the faults of a response.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from fake_kolada.answers import HonestAnswer, Reply, as_json
from fake_kolada.contract import ContractChoices
from fake_kolada.openapi import description
from fake_kolada.parameters import Paging, Parameters, Refusal
from fake_kolada.served import Served
from fake_kolada.value_index import RowPage, ValueQuery
from fake_kolada.wire_catalogue import ENDPOINTS, CatalogueQuery

# The segments of the data paths: at least two of KPI, unit and year must be named.
DATA_PATHS = (
    "/data/kpi/{kpi}/municipality/{municipality}/year/{year}",
    "/data/kpi/{kpi}/municipality/{municipality}",
    "/data/kpi/{kpi}/year/{year}",
    "/data/municipality/{municipality}/year/{year}",
)
OUDATA_PATHS = (
    "/oudata/kpi/{kpi}/ou/{ou}/year/{year}",
    "/oudata/kpi/{kpi}/ou/{ou}",
    "/oudata/kpi/{kpi}/year/{year}",
    "/oudata/ou/{ou}/year/{year}",
    "/oudata/municipality/{municipality}/year/{year}",
)
_NAMED_AT_LEAST = 2

Endpoint = Callable[[Request], Awaitable[Response]]


class Kolada(Protocol):
    """The router's view of its stand-in."""

    @property
    def contract(self) -> ContractChoices:
        """The behaviour at the unknown points of the contract."""

    @property
    def served(self) -> Served:
        """The current data set."""

    def reply(self, request: Request, answer: HonestAnswer) -> Reply:
        """Return the response to send: the correct one, or one with a fault."""


def build_app(kolada: Kolada) -> Starlette:
    """Return the ASGI application of `kolada`."""
    v3 = [
        *(Route(path, _data(kolada)) for path in DATA_PATHS),
        *(Route(path, _oudata(kolada)) for path in OUDATA_PATHS),
        Route("/data/", _data_by_query(kolada)),
        Route("/oudata/", _oudata_by_query(kolada)),
        *_catalogue_routes(kolada),
        Route("/openapi.json", _described(kolada)),
    ]
    routes: Sequence[BaseRoute] = (
        Mount("/v3", routes=v3),
        Route("/v2", _gone),
        Route("/v2/{rest:path}", _gone),
    )
    return Starlette(routes=routes, exception_handlers={Refusal: _refused, HTTPException: _http_error})


def _data(kolada: Kolada) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        named = Parameters(request, kolada.contract)
        query = ValueQuery(
            kpi_ids=named.listed("kpi"),
            unit_ids=named.listed("municipality"),
            years=named.years(named.listed("year")),
            from_date=named.day("from_date"),
        )
        return _values(kolada, request, "data", query, named.paging())

    return endpoint


def _data_by_query(kolada: Kolada) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        named = Parameters(request, kolada.contract)
        query = ValueQuery(
            kpi_ids=named.repeated("kpi_id"),
            unit_ids=named.repeated("municipality_id"),
            years=named.years(named.repeated("year")),
            region_type=named.text("region_type"),
            from_date=named.day("from_date"),
        )
        return _values(kolada, request, "data", _enough(query), named.paging())

    return endpoint


def _oudata(kolada: Kolada) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        named = Parameters(request, kolada.contract)
        served, municipality_ids = kolada.served, named.listed("municipality")
        query = ValueQuery(
            kpi_ids=named.listed("kpi"),
            unit_ids=named.listed("ou") if municipality_ids is None else served.ous_of(municipality_ids),
            years=named.years(named.listed("year")),
            from_date=named.day("from_date"),
        )
        paging = named.paging()
        return _page(kolada, request, "oudata", served.values("oudata", query, paging), paging)

    return endpoint


def _oudata_by_query(kolada: Kolada) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        named = Parameters(request, kolada.contract)
        query = ValueQuery(
            kpi_ids=named.repeated("kpi_id"),
            unit_ids=named.repeated("ou_id"),
            years=named.years(named.repeated("year")),
            from_date=named.day("from_date"),
        )
        return _values(kolada, request, "oudata", _enough(query), named.paging())

    return endpoint


def _catalogue_routes(kolada: Kolada) -> list[Route]:
    def endpoint_for(name: str) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            named = Parameters(request, kolada.contract)
            query = CatalogueQuery(
                ids=named.listed("ids"),
                title=named.text("title"),
                region_type=named.text("region_type"),
                municipality_ids=named.repeated("municipality"),
            )
            paging = named.paging()
            page = kolada.served.catalogue(name, query, paging)
            return _page(kolada, request, name, page, paging)

        return endpoint

    paths = [(f"/{name}{tail}", name) for name in ENDPOINTS for tail in ("", "/{ids}")]
    return [Route(path, endpoint_for(name)) for path, name in paths]


def _enough(query: ValueQuery) -> ValueQuery:
    """Return the query, or one that matches nothing if it names too little.

    This is the trap of the query style: `?municipality=0180` names no municipality, since the parameter is called
    `municipality_id`, and the response is 200 with no rows.
    """
    named = sum(part is not None for part in (query.kpi_ids, query.unit_ids, query.years))
    return query if named >= _NAMED_AT_LEAST else ValueQuery(kpi_ids=())


def _values(kolada: Kolada, request: Request, endpoint: str, query: ValueQuery, paging: Paging) -> Response:
    return _page(kolada, request, endpoint, kolada.served.values(endpoint, query, paging), paging)


def _page(kolada: Kolada, request: Request, endpoint: str, page: RowPage, paging: Paging) -> Response:
    def url_of(number: int) -> str:
        return str(request.url.include_query_params(page=number))

    answer = HonestAnswer(
        endpoint=endpoint,
        url=str(request.url),
        rows=page.rows,
        next_url=url_of(paging.number + 1) if page.has_further else None,
        previous_url=url_of(paging.number - 1) if paging.number > 1 else None,
        end_of_pages="" if kolada.contract.end_of_pages == "empty_text" else None,
    )
    return kolada.reply(request, answer)


def _described(kolada: Kolada) -> Endpoint:
    async def endpoint(request: Request) -> Response:  # noqa: ARG001 - the router calls it with a request
        return Reply(as_json(description((*DATA_PATHS, *OUDATA_PATHS), ENDPOINTS, kolada.contract)))

    return endpoint


async def _gone(request: Request) -> Response:  # noqa: ARG001 - as above
    return Reply(as_json({"detail": "Version 2 of the API is closed. Use /v3."}), status=410)


async def _refused(request: Request, refusal: Exception) -> Response:  # noqa: ARG001 - as above
    if not isinstance(refusal, Refusal):
        raise refusal
    return Reply(as_json({"detail": refusal.detail}), status=refusal.status)


async def _http_error(request: Request, error: Exception) -> Response:  # noqa: ARG001 - as above
    if not isinstance(error, HTTPException):
        raise error
    return Reply(as_json({"detail": error.detail}), status=error.status_code, headers=error.headers)
