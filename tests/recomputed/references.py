"""References of a value: Riket, means over municipalities with a value, median and quartiles."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from statistics import median, quantiles

from tests.recomputed.facts import RIKET, Facts, SimilarGroup


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference value. `n` counts the municipalities in it; Riket has none."""

    kind: str
    value: float
    n: int | None


def mean_over(kind: str, values: Iterable[float]) -> Reference | None:
    """Return the unweighted mean of the exact decimals, or None without values."""
    known = [Fraction(Decimal(repr(value))) for value in values]
    return Reference(kind, float(sum(known) / len(known)), len(known)) if known else None


def riket(facts: Facts, kpi_id: str, year: int, gender: str = "T") -> Reference | None:
    """Return Riket of the same KPI, year and gender."""
    value = facts.value(kpi_id, year, gender, RIKET)
    return None if value is None else Reference("riket", value, None)


def unweighted(facts: Facts, kpi_id: str, year: int, gender: str = "T") -> Reference | None:
    """Return the mean over all municipalities with a value."""
    return mean_over("unweighted_mean", facts.municipality_values(kpi_id, year, gender).values())


def similar(facts: Facts, kpi_id: str, year: int, group: SimilarGroup | None, gender: str = "T") -> Reference | None:
    """Return the mean over the members of a group of similar municipalities."""
    if group is None:
        return None
    values = facts.municipality_values(kpi_id, year, gender)
    return mean_over(f"similar:{group.group_id}", (values[unit] for unit in group.members if unit in values))


def national_average(
    facts: Facts, rule: str, kpi_id: str, year: int, gender: str = "T"
) -> tuple[Reference | None, Reference | None]:
    """Return the national average under the plan's rule, and the alternative if both exist."""
    of_country, of_municipalities = riket(facts, kpi_id, year, gender), unweighted(facts, kpi_id, year, gender)
    first, second = (of_country, of_municipalities) if rule.startswith("riket") else (of_municipalities, of_country)
    if first is None and "else" in rule:
        return second, None
    return (None, None) if first is None else (first, second)


def all_references(facts: Facts, kpi_id: str, year: int, gender: str, municipality_id: str) -> list[Reference]:
    """Return every reference of one KPI, year and gender, with the county and the groups of a municipality."""
    values = facts.municipality_values(kpi_id, year, gender)
    found = [
        riket(facts, kpi_id, year, gender),
        unweighted(facts, kpi_id, year, gender),
        county(values, municipality_id[:2]),
        *(similar(facts, kpi_id, year, group, gender) for group in facts.similar_groups_of(municipality_id)),
        *_spread(list(values.values())),
    ]
    return [each for each in found if each is not None]


def county(values: Mapping[str, float], code: str) -> Reference | None:
    """Return the mean over a county's municipalities, the own one included; ids begin with the county's code."""
    return mean_over(f"county:{code}", (value for unit, value in values.items() if unit[:2] == code))


def _spread(values: list[float]) -> list[Reference]:
    """Return median and quartiles, interpolated between neighbours."""
    if not values:
        return []
    lower, _, upper = quantiles(values, n=4, method="inclusive") if len(values) > 1 else (values[0],) * 3
    n = len(values)
    return [Reference("median", median(values), n), Reference("p25", lower, n), Reference("p75", upper, n)]
