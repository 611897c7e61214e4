"""Search for KPIs in the published catalogue, by words and by misspelled ids.

The search uses DuckDB's own functions: `translate`, `jaro_winkler_similarity`, `damerau_levenshtein`. A word of the
query matches a word of a title when their stems are equal, when one begins with, ends with or contains the other
(Swedish has compound words), or when they are nearly equal (a misspelling). Descriptions and areas count less, and only
for equal stems. A match of a rare word counts more than one of a common word, and a KPI that matches more words of the
query ranks higher. Ranked lower than an equally good match are closed and withdrawn KPIs, KPIs on the uncertainty of
another KPI, and KPIs of regions unless the query asks for them. The weights are in sql/search/kpi_search.sql.
"""

import re
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import duckdb

from warehouse.database import set_variables, sql_files

# Endings of Swedish nouns, adjectives and verbs; at least three letters must remain. The first group is lazy, so the
# longest ending that matches is removed.
ENDINGS = (
    "^(.{3,}?)(ernas|arnas|ornas|heten|heter|het|andet|ende|erna|arna|orna|ens|ets|ers|ars|ande|en|et|er|ar|or|na|ad|at"
    "|de|te|s|n|t|a|e|r)$"
)

LETTERS = "åäöéèáàüø"
PLAIN = "aaoeeaauo"
SIGNS = "-,.:;/()[]\"'%&+*?!–”"

ID_OR_ITS_BEGINNING = re.compile(r"[NU]\d{1,5}")

BEGINNING = """
    select
        kpi_id, title, operating_area, municipality_type, publication_date, closed_after_year, is_withdrawn,
        1.0 as score
    from core.kpi
    where starts_with(kpi_id, $given)
    order by is_withdrawn, closed_after_year is not null, kpi_id
    limit $limit
"""

SUGGEST = """
    select kpi_id, title
    from core.kpi
    where damerau_levenshtein(kpi_id, $given) <= 2
    order by
        damerau_levenshtein(kpi_id, $given),
        jaro_winkler_similarity(kpi_id, $given) desc,
        is_withdrawn,
        closed_after_year is not null,
        kpi_id
    limit $limit
"""


@dataclass(frozen=True, slots=True)
class FoundKpi:
    """One KPI that a search found; its score is comparable only within the same search."""

    kpi_id: str
    title: str
    operating_area: str | None
    municipality_type: str
    publication_date: date | None
    closed_after_year: int | None
    is_withdrawn: bool
    score: float

    @property
    def lifecycle(self) -> str:
        """The state of the KPI: active, closed after a year, or withdrawn."""
        return lifecycle(is_withdrawn=self.is_withdrawn, closed_after_year=self.closed_after_year)

    def fields(self) -> dict[str, Any]:
        """Return the KPI as a JSON object."""
        return asdict(self) | {"score": round(self.score, 3), "lifecycle": self.lifecycle}


@dataclass(frozen=True, slots=True)
class NamedKpi:
    """The id and the title of a KPI."""

    kpi_id: str
    title: str


def lifecycle(*, is_withdrawn: bool, closed_after_year: int | None) -> str:
    """Return the state of a KPI: active, closed after a year (from its title), or withdrawn (not in the catalogue)."""
    if is_withdrawn:
        return "withdrawn"
    return "active" if closed_after_year is None else f"closed after {closed_after_year}"


def search_kpis(connection: duckdb.DuckDBPyConnection, text: str, *, limit: int = 10) -> list[FoundKpi]:
    """Return the KPIs that match some words best; or, if the text is the beginning of an id, those with such an id."""
    given = text.strip().upper()
    if ID_OR_ITS_BEGINNING.fullmatch(given):
        found = connection.execute(BEGINNING, {"given": given, "limit": limit}).fetchall()
        return [FoundKpi(*row) for row in found]
    set_variables(
        connection,
        {
            "text": text,
            "letters": LETTERS,
            "plain": PLAIN,
            "signs": SIGNS,
            "blanks": " " * len(SIGNS),
            "endings": ENDINGS,
        },
    )
    (search,) = sql_files("search")
    rows = connection.execute(search.read_text(encoding="utf-8")).fetchmany(limit)
    return [FoundKpi(*row) for row in rows]


def suggest_kpis(connection: duckdb.DuckDBPyConnection, given: str, *, limit: int = 5) -> list[NamedKpi]:
    """Return the KPIs whose ids differ from the given one by at most two typing errors."""
    rows = connection.execute(SUGGEST, {"given": given.strip().upper(), "limit": limit}).fetchall()
    return [NamedKpi(*row) for row in rows]
