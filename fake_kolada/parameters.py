"""Read the parameters of a request, and refuse those that the API refuses.

A refusal has FastAPI's form, since the live service looks like FastAPI. A query parameter that the API does not know is
ignored: this is why a misspelt one gets a response without rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.requests import Request

from fake_kolada.contract import ContractChoices

# A larger number is neither a year nor a page.
LARGEST_NUMBER = 999_999_999


class Refusal(Exception):
    """The response is a 4xx, with this status and body."""

    def __init__(self, status: int, detail: object) -> None:
        super().__init__(status, detail)
        self.status = status
        self.detail = detail


def not_found() -> Refusal:
    """Return the refusal with status 404."""
    return Refusal(404, "Not Found")


@dataclass(frozen=True, slots=True)
class Paging:
    """The number of a page and its largest size."""

    number: int
    size: int


class Parameters:
    """The path and query of one request, read by the rules of the contract."""

    def __init__(self, request: Request, contract: ContractChoices) -> None:
        self._path: Mapping[str, str] = request.path_params
        self._query = request.query_params
        self._contract = contract

    def listed(self, name: str) -> tuple[str, ...] | None:
        """Return the comma-separated list in a path segment; None if the path has no such segment."""
        if name not in self._path:
            return None
        return self._limited("path", name, tuple(self._path[name].split(",")))

    def repeated(self, name: str) -> tuple[str, ...] | None:
        """Return the values of a repeated query parameter; None if it is absent. A comma is no separator."""
        found = self._query.getlist(name)
        return self._limited("query", name, tuple(found)) if found else None

    def years(self, texts: tuple[str, ...] | None) -> tuple[int, ...] | None:
        """Return a list of years from its texts."""
        return None if texts is None else tuple(self._whole("year", text) for text in texts)

    def text(self, name: str) -> str | None:
        """Return a query parameter unchanged."""
        return self._query.get(name)

    def day(self, name: str) -> date | None:
        """Return a query parameter as a date."""
        text = self._query.get(name)
        if text is None:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise self._refusal(
                "date_from_datetime_parsing", ("query", name), "Input should be a valid date", text
            ) from None

    def paging(self) -> Paging:
        """Return `page` and `per_page`, with their defaults."""
        cap = self._contract.page_cap
        number = self._whole("page", self._query.get("page", "1"), least=1)
        size = self._whole("per_page", self._query.get("per_page", str(cap)), least=1)
        if size > cap and self._contract.per_page_above_cap == "refuse":
            raise self._refusal(
                "less_than_equal",
                ("query", "per_page"),
                f"Input should be less than or equal to {cap}",
                str(size),
                {"le": cap},
            )
        return Paging(number, min(size, cap))

    def _limited(self, place: str, name: str, items: tuple[str, ...]) -> tuple[str, ...]:
        limit = self._contract.list_limit
        if len(items) > limit:
            raise self._refusal(
                "too_long",
                (place, name),
                f"List should have at most {limit} items after validation, not {len(items)}",
                list(items),
                {"field_type": "List", "max_length": limit, "actual_length": len(items)},
            )
        return items

    def _whole(self, name: str, text: str, least: int | None = None) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_NUMBER))):
            raise self._refusal("int_parsing", (name,), "Input should be a valid integer", text)
        if least is not None and int(text) < least:
            raise self._refusal(
                "greater_than_equal",
                ("query", name),
                f"Input should be greater than or equal to {least}",
                text,
                {"ge": least},
            )
        return int(text)

    def _refusal(
        self,
        kind: str,
        place: tuple[str, ...],
        message: str,
        given: object,
        context: Mapping[str, Any] | None = None,
    ) -> Refusal:
        if self._contract.refusal_status != 422:  # noqa: PLR2004 - an HTTP status
            return Refusal(self._contract.refusal_status, message)
        detail: dict[str, object] = {"type": kind, "loc": list(place), "msg": message, "input": given}
        return Refusal(422, [{**detail, **({"ctx": dict(context)} if context else {})}])
