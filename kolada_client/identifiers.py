"""The patterns of Kolada's ids and the limits of its lists, checked before anything enters a URL.

What belongs here: the form of an id. Its meaning is in the catalogue. Ids are text and keep their leading zeros.
Source: the catalogue as the v3 API returned it (6,099 KPIs, 312 municipalities, 3,630 groups); the forms of
organisational units from its public users.
"""

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from kolada_client.errors import InvalidIdentifier, InvalidRequest

_Value = TypeVar("_Value", str, int)

LIST_LIMIT = 25
"""The API accepts at most 25 values in any list of a path: KPIs, units, years."""

PAGE_SIZE = 5000
"""Entries of a full page: the default of `per_page` and its maximum."""

FIRST_YEAR = 1900
LAST_YEAR = 2100

KPI_PATTERN = r"^[NU][0-9]{5}$"
MUNICIPALITY_PATTERN = r"^[0-9]{4}$"
UNIT_PATTERN = r"^([0-9]{4}|G[0-9]{4,6})$"
GROUP_PATTERN = r"^G[0-9A-Z]{2,24}$"
OU_PATTERN = r"^V[0-9]{2}E[0-9A-Z]{3,24}$"

_KPI = re.compile(KPI_PATTERN)
_MUNICIPALITY = re.compile(MUNICIPALITY_PATTERN)
_UNIT = re.compile(UNIT_PATTERN)
_MUNICIPALITY_GROUP = re.compile(r"^G[0-9]{4,6}$")
_KPI_GROUP = re.compile(GROUP_PATTERN)
_OU = re.compile(OU_PATTERN)

_CATALOGUE = "in the catalogue"
_UNITS = 'with `kolada sql "from core.municipality"` or in the catalogue'


def _check(pattern: re.Pattern[str], value: str, what: str, example: str, *, source: str = _CATALOGUE) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise InvalidIdentifier(
            f"`{value!r}` is not {what} (these look like `{example}`, as text with leading zeros); "
            f"nothing was sent. Look the id up {source}, and ask again."
        )
    return value


def check_kpi_id(value: str) -> str:
    """Return a KPI id such as `N15436` unchanged, or raise InvalidIdentifier."""
    return _check(_KPI, value, "a KPI id", "N15436", source="with `kolada kpi search` or in the catalogue")


def check_municipality_id(value: str) -> str:
    """Return a municipality, region or Riket id (four digits) unchanged, or raise InvalidIdentifier."""
    return _check(_MUNICIPALITY, value, "a municipality id", "0180", source=_UNITS)


def check_unit_id(value: str) -> str:
    """Return an id for a municipality list (four digits, or a group id such as `G2328`), or raise InvalidIdentifier."""
    return _check(_UNIT, value, "a municipality id or a municipality group id", "0180` or `G2328", source=_UNITS)


def check_municipality_group_id(value: str) -> str:
    """Return a municipality group id such as `G2328` unchanged, or raise InvalidIdentifier."""
    return _check(_MUNICIPALITY_GROUP, value, "a municipality group id", "G2328")


def check_kpi_group_id(value: str) -> str:
    """Return a KPI group id such as `G2KPI150159` unchanged, or raise InvalidIdentifier."""
    return _check(_KPI_GROUP, value, "a KPI group id", "G2KPI150159")


def check_ou_id(value: str) -> str:
    """Return the id of an organisational unit such as `V15E018000101`, or raise InvalidIdentifier."""
    return _check(_OU, value, "the id of an organisational unit", "V15E018000101")


def check_year(value: int) -> int:
    """Return a year between 1900 and 2100 unchanged, or raise InvalidIdentifier."""
    if isinstance(value, bool) or not isinstance(value, int) or not FIRST_YEAR <= value <= LAST_YEAR:
        raise InvalidIdentifier(
            f"`{value!r}` is not a year between {FIRST_YEAR} and {LAST_YEAR} (as a whole number); "
            "nothing was sent. Give years such as `2023`, and ask again."
        )
    return value


def check_list(values: Iterable[_Value], check: Callable[[_Value], _Value], what: str) -> tuple[_Value, ...]:
    """Check each value and the list's length and uniqueness; return it as a tuple."""
    checked = tuple(check(value) for value in values)
    if len(checked) > LIST_LIMIT:
        raise InvalidRequest(
            f"the list of {what} has `{len(checked)}` values and the API takes {LIST_LIMIT}; nothing was "
            "sent. Let `plan_requests` split it."
        )
    if len(set(checked)) != len(checked):
        twice = sorted({str(value) for value in checked if checked.count(value) > 1})
        raise InvalidRequest(f"the list of {what} names `{', '.join(twice)}` twice; nothing was sent. Name each once.")
    return checked
