"""A transport that edits each page of the stand-in."""

import json
from collections.abc import Callable
from typing import Any

import httpx

from fake_kolada import FakeKolada

Edit = Callable[[httpx.Request, dict[str, Any]], dict[str, Any] | httpx.Response]


class EditedAnswers(httpx.BaseTransport):
    """Passes each JSON page of a stand-in to an edit, which returns another page or a whole response."""

    def __init__(self, fake: FakeKolada, edit: Edit) -> None:
        self.inner = fake.transport()
        self.edit = edit

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the edited response."""
        response = self.inner.handle_request(request)
        response.read()
        page = self.edit(request, json.loads(response.content))
        if isinstance(page, httpx.Response):
            return page
        headers = {name: text for name, text in response.headers.items() if name.startswith("x-")}
        return httpx.Response(response.status_code, headers=headers, json=page)


def asked(request: httpx.Request, table: str) -> list[str]:
    """Return the ids in one list of a data request's path; none for other requests."""
    parts = request.url.path.split("/")
    return parts[parts.index(table) + 1].split(",") if "data" in parts and table in parts else []


def without_rows(page: dict[str, Any]) -> dict[str, Any]:
    """Return the page without rows, as a faulty source gives it."""
    return {**page, "values": [], "count": 0, "next_url": None}
