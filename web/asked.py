"""The query parameters of a request: each page names those that it knows; any other gets a helpful error page."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request

from warehouse.errors import InvalidMoment
from warehouse.moment import past_moment

LONGEST = 200
# The largest county has 49 municipalities.
MOST_UNITS = 60
KPI = re.compile(r"[NU]\d{5}")
UNIT = re.compile(r"\d{4}|G\d{4,6}")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:\d{2})?)?")


class PageError(Exception):
    """A page cannot be shown.

    Attributes:
        status: the HTTP status.
        title: the error in a few words.
        text: what is wrong, and what to do.
        links: (URL, words) of links to other pages.
    """

    def __init__(self, status: int, title: str, text: str, links: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(status, title, text, links)
        self.status, self.title, self.text, self.links = status, title, text, links


Check = Callable[[str], object]


def year(given: str) -> int:
    """Return a year of four digits as a number; raise ValueError for any other text."""
    if not re.fullmatch(r"(19|20)\d\d", given):
        raise ValueError("ett år med fyra siffror, som 2023")
    return int(given)


def moment(given: str) -> str:
    """Return a date or a timestamp in the past unchanged; raise ValueError for any other text."""
    if not MOMENT.fullmatch(given):
        raise ValueError("ett datum som 2024-03-01")
    try:
        past_moment(given, now=datetime.now(UTC))
    except InvalidMoment:
        raise ValueError("ett datum som har varit, som 2024-03-01") from None
    return given


def kpi(given: str) -> str:
    """Return a KPI id in capital letters; raise ValueError for any other text."""
    if not KPI.fullmatch(given.strip().upper()):
        raise ValueError("ett nyckeltal som N15436")
    return given.strip().upper()


def units(given: str) -> tuple[str, ...]:
    """Return the ids of units, separated by commas or blanks, each once; raise ValueError for any other text."""
    found = tuple(dict.fromkeys(part for part in re.split(r"[,\s]+", given.strip()) if part))
    if not all(UNIT.fullmatch(each) for each in found) or len(found) > MOST_UNITS:
        raise ValueError(f"högst {MOST_UNITS} koder med fyra siffror, som 1489,1480")
    return found


def words(given: str) -> str:
    """Return a text without surrounding blanks; raise ValueError if it is longer than LONGEST."""
    if len(given) > LONGEST:
        raise ValueError(f"en text på högst {LONGEST} tecken")
    return given.strip()


def one_of(*choices: str) -> Check:
    """Return a check that accepts only the given words."""

    def check(given: str) -> str:
        if given not in choices:
            raise ValueError(f"något av {', '.join(choices)}")
        return given

    return check


@dataclass(frozen=True, slots=True)
class Asked:
    """The checked parameters of a request: name -> value, without those that were not given."""

    values: Mapping[str, object]

    def text(self, name: str, default: str = "") -> str:
        """Return a parameter as text; `default` if it was not given."""
        return str(self.values.get(name, default))

    def optional(self, name: str) -> str | None:
        """Return a parameter as text; None if it was not given."""
        found = self.values.get(name)
        return None if found is None else str(found)

    def year(self, name: str = "year") -> int | None:
        """Return a year; None if it was not given."""
        found = self.values.get(name)
        return found if isinstance(found, int) else None

    def units(self) -> tuple[str, ...]:
        """Return the units; empty if they were not given."""
        found = self.values.get("units", ())
        return found if isinstance(found, tuple) else ()


def asked(request: Request, **known: Check) -> Asked:
    """Check the parameters of a request; an empty parameter counts as not given.

    Args:
        request: the request.
        known: name of a parameter -> its check.

    Raises:
        PageError: a parameter is unknown, was given twice, or has an invalid value.
    """
    values: dict[str, object] = {}
    for name, given in request.query_params.multi_items():
        if name not in known:
            allowed = ", ".join(known) or "inga"
            raise PageError(400, "Okänd parameter", f"Sidan känner inte parametern ”{name}”. Den tar: {allowed}.")
        if name in values:
            raise PageError(400, "Parametern står två gånger", f"Ange ”{name}” en gång.")
        if not given.strip():
            continue
        try:
            values[name] = known[name](given)
        except ValueError as error:
            raise PageError(400, "Adressen går inte att läsa", f"”{name}” ska vara {error}.") from None
    return Asked(values)
