"""URLs of Kolada v3: always path style.

The query style (`/data/?kpi_id=...`) answers 200 and an empty list to a misspelt parameter, so it is never
used; only `page`, `from_date` and the catalogue's filters are query parameters. What belongs here: the URL of a
request, and the check of a next link.
"""

import re
from urllib.parse import SplitResult, quote, unquote, urlencode, urlsplit, urlunsplit

import httpx

from kolada_client.body_kinds import brief_text
from kolada_client.errors import IF_IT_STAYS, InvalidRequest, KoladaContractError
from kolada_client.models import CatalogueRequest, DataRequest, Request

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LONGEST_URL = 8192
_MOST_ESCAPES = 5


def check_base_url(base_url: str) -> str:
    """Return the base URL without a slash at its end, or raise InvalidRequest."""
    parts = _split(base_url)
    if (
        parts is None
        or parts.scheme not in _DEFAULT_PORTS
        or not parts.hostname
        or parts.query
        or parts.fragment
        or "@" in parts.netloc
    ):
        raise InvalidRequest(
            f"`{brief_text(base_url)}` is no base URL of the API; nothing was sent. "
            "Set KOLADA_BASE_URL to something like `https://api.kolada.se/v3`."
        )
    return base_url.rstrip("/")


def url_of(base_url: str, request: Request) -> str:
    """Return the URL of a request's first page."""
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
    """Return the URL of page `page` (from 1) of the request at `url`."""
    parts = urlsplit(url)
    query = "&".join(filter(None, [parts.query, f"page={page}"]))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def check_next_url(base_url: str, next_url: str) -> str:
    """Return the next link if it is below the base URL, or raise KoladaContractError.

    Scheme, host, port and base path must be those of the base URL, and the path must not lead out of it. One difference
    is corrected: if the base URL has `https`, a link with `http`, as servers behind a proxy write it, becomes `https`.
    """
    base, link = urlsplit(base_url), _split(next_url)
    if link is not None and base.scheme == "https" and link.scheme == "http" and link.port in {None, 80}:
        link = link._replace(scheme="https", netloc=base.netloc if link.hostname == base.hostname else link.netloc)
    if link is None or _origin(base) != _origin(link) or "@" in link.netloc or not _is_below(base.path, link.path):
        raise KoladaContractError(
            f"the page's next link is `{brief_text(next_url)}`, which is no page below `{base_url}`, so it is not "
            f"followed and the answer does not count. {IF_IT_STAYS}"
        )
    return urlunsplit((link.scheme, link.netloc, link.path, link.query, ""))


def _split(url: str) -> SplitResult | None:
    """Return the parts of a URL; None if its characters, length, host or port are invalid."""
    if len(url) > _LONGEST_URL or not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        httpx.URL(url)
        parts.port  # noqa: B018 - reading it is what checks it
    except (ValueError, httpx.InvalidURL):
        return None
    return parts


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or _DEFAULT_PORTS.get(parts.scheme)


def _is_below(base_path: str, path: str) -> bool:
    """Return whether a path stays below another, however often a server or a proxy unescapes it."""
    plain = path
    for _ in range(_MOST_ESCAPES):
        plain = unquote(plain)
    is_plain = plain == unquote(plain) and not {".", ".."}.intersection(re.split(r"[/\\;]", plain))
    return is_plain and path.startswith(base_path + "/")
