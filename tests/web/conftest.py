"""Fixtures of the web tests: clients of the pages over the report tests' published files."""

from collections.abc import Callable, Iterator
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from tests.reports.conftest import World, awkward_world, sample_world
from web import make_app

__all__ = ["awkward_world", "sample_world"]

Open = Callable[[World], TestClient]


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src", "action") and value:
                self.found.append(value)


def links_of(text: str) -> list[str]:
    """Return all links and resources of a page."""
    reader = _Links()
    reader.feed(text)
    return reader.found


@pytest.fixture
def browse() -> Iterator[Open]:
    """Give a function that makes a client of the pages over a world's published file."""
    opened = []

    def open_pages(world: World) -> TestClient:
        client = TestClient(
            make_app(world.home / "kolada.duckdb"), base_url="http://127.0.0.1:8080", raise_server_exceptions=False
        )
        opened.append(client)
        return client

    yield open_pages
    for client in opened:
        client.close()
