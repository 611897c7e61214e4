"""URLs of Kolada v3: always path style.

The query style (`/data/?kpi_id=...`) answers 200 and an empty list to a misspelt parameter, so it is never
used; only `page`, `from_date` and the catalogue's filters go into the query. What belongs here: how a
question becomes a URL, and which next link may be followed.
"""

from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from kolada_client.errors import IF_IT_STAYS, InvalidRequest, KoladaContractError
from kolada_client.models import CatalogueRequest, DataRequest, Request

_DEFAULT_PORTS = {"http": 80, "https": 443}


def check_base_url(base_url: str) -> str:
    """Return the base URL without a slash at its end, or raise InvalidRequest."""
    parts = urlsplit(base_url)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc:
        msg = (
            f"`{base_url}` is no base URL of the API; nothing was sent. "
            "Set KOLADA_BASE_URL to something like `https://api.kolada.se/v3`."
        )
        raise InvalidRequest(msg)
    return base_url.rstrip("/")


def url_of(base_url: str, request: Request) -> str:
    """The URL of a request's first page."""
    if isinstance(request, DataRequest):
        return _data_url(base_url, request)
    return _catalogue_url(base_url, request)


def _data_url(base_url: str, request: DataRequest) -> str:
    table = "data" if request.unit_kind == "municipality" else "oudata"
    unit = "ou" if request.unit_kind == "ou" else "municipality"
    years = tuple(str(year) for year in request.years)
    lists = (("kpi", request.kpi_ids), (unit, request.municipality_ids), ("year", years))
    path = "".join(f"/{name}/{','.join(values)}" for name, values in lists if values)
    query = f"?from_date={request.from_date:%Y-%m-%d}" if request.from_date else ""
    return f"{base_url}/{table}{path}{query}"


def _catalogue_url(base_url: str, request: CatalogueRequest) -> str:
    path = f"/{','.join(request.ids)}" if request.ids else ""
    filters = {
        "title": request.title,
        "region_type": request.region_type,
        "municipality": request.municipality,
    }
    query = urlencode({name: value for name, value in filters.items() if value is not None}, quote_via=quote)
    return f"{base_url}/{request.collection}{path}{'?' + query if query else ''}"


def page_url(url: str, page: int) -> str:
    """The URL of page `page` (from 1) of the question that `url` asks."""
    parts = urlsplit(url)
    query = "&".join(filter(None, [parts.query, f"page={page}"]))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def check_next_url(base_url: str, next_url: str) -> str:
    """Return the next link if it stays where we are, or raise KoladaContractError.

    Scheme, host, port and the base path must be those of the base URL. One difference is mended: a link that
    says `http` where we ask over `https`, as servers behind a proxy write them, is asked over `https`.
    """
    base, link = urlsplit(base_url), urlsplit(next_url)
    if base.scheme == "https" and link.scheme == "http" and link.port in {None, 80}:
        link = link._replace(scheme="https", netloc=link.hostname or "")
    same_place = (_origin(base.scheme, base.hostname, base.port)) == _origin(link.scheme, link.hostname, link.port)
    if not same_place or not link.path.startswith(base.path + "/") or "@" in link.netloc:
        msg = (
            f"the page's next link is `{next_url}`, outside `{base_url}`, so it is not followed and the "
            f"answer does not count. {IF_IT_STAYS}"
        )
        raise KoladaContractError(msg)
    return urlunsplit((link.scheme, link.netloc, link.path, link.query, ""))


def _origin(scheme: str, host: str | None, port: int | None) -> tuple[str, str | None, int | None]:
    return scheme, host, port or _DEFAULT_PORTS.get(scheme)
