"""The parser of each URL, so that stored bytes can be parsed again with no client and no network."""

from collections.abc import Callable
from urllib.parse import urlsplit

from kolada_client.catalogue_page import (
    parse_group_page,
    parse_kpi_page,
    parse_municipality_page,
    parse_ou_page,
)
from kolada_client.data_page import parse_data_page, parse_ou_data_page
from kolada_client.errors import InvalidRequest
from kolada_client.models import ParsedPage

Parser = Callable[[bytes, str], ParsedPage]

PARSERS: dict[str, Parser] = {
    "data": parse_data_page,
    "oudata": parse_ou_data_page,
    "kpi": parse_kpi_page,
    "kpi_groups": parse_group_page,
    "municipality": parse_municipality_page,
    "municipality_groups": parse_group_page,
    "ou": parse_ou_page,
}
"""The first part of the path after the version, and the parser of its pages."""


def parse_page(body: bytes, url: str) -> ParsedPage:
    """Read a page of any kind; the path of its URL decides the kind.

    Args:
        body: The page as received.
        url: The requested URL: `.../v3/<table>/...`.

    Raises:
        InvalidRequest: The path names no table of the API.
        KoladaUnreadable: The body is not JSON.
        KoladaContractError: The JSON breaks the contract.
    """
    parts = [part for part in urlsplit(url).path.split("/") if part]
    after_version = parts[parts.index("v3") + 1 :] if "v3" in parts else parts
    parser = PARSERS.get(after_version[0]) if after_version else None
    if parser is None:
        raise InvalidRequest(
            f"`{url}` names no table of the API ({', '.join(PARSERS)}), so nothing can read its answer.", url=url
        )
    return parser(body, url)
