"""Finding KPIs in the published catalogue, by words and by ids that are not quite right.

Everything is DuckDB's own: `translate`, `jaro_winkler_similarity`, `damerau_levenshtein`. A word of the question meets
a word of a title when their stems are the same, when one begins, ends or holds the other (Swedish puts words together),
or when they are nearly the same (a misspelling). Descriptions and areas count less, and only for whole stems. What a
rare word meets counts more than what a common one does, and who meets more of the question counts more. A closed or
withdrawn KPI comes after a living one that fits as well, and so do those that tell how uncertain another is, and those
of regions where nobody asked for them. The weights stand in sql/search/kpi_search.sql.
"""

import re
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

import duckdb

from warehouse.database import set_variables, sql_files

# Endings that a Swedish noun, adjective or verb takes on; three letters must be left. The first letters are taken
# lazily, so the longest ending that fits is the one that goes.
ENDINGS: Final = (
    "^(.{3,}?)(ernas|arnas|ornas|heten|heter|het|andet|ende|erna|arna|orna|ens|ets|ers|ars|ande|en|et|er|ar|or|na|ad|at"
    "|de|te|s|n|t|a|e|r)$"
)

LETTERS: Final = "åäöéèáàüø"
PLAIN: Final = "aaoeeaauo"
SIGNS: Final = "-,.:;/()[]\"'%&+*?!–”"

ID_OR_ITS_BEGINNING: Final = re.compile(r"[NU]\d{1,5}")

BEGINNING: Final = """
    select
        kpi_id, title, operating_area, municipality_type, publication_date, closed_after_year, is_withdrawn,
        1.0 as score
    from core.kpi
    where starts_with(kpi_id, $given)
    order by is_withdrawn, closed_after_year is not null, kpi_id
    limit $limit
"""

SUGGEST: Final = """
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
    """One KPI that a search found, best first; the score says nothing outside its own list."""

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
        """Whether the KPI lives."""
        return lifecycle(is_withdrawn=self.is_withdrawn, closed_after_year=self.closed_after_year)

    def fields(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"score": round(self.score, 3), "lifecycle": self.lifecycle}


@dataclass(frozen=True, slots=True)
class NamedKpi:
    """An id with its title."""

    kpi_id: str
    title: str


def lifecycle(*, is_withdrawn: bool, closed_after_year: int | None) -> str:
    """In words: active, closed after a year (as the title says), or withdrawn (not in the catalogue)."""
    if is_withdrawn:
        return "withdrawn"
    return "active" if closed_after_year is None else f"closed after {closed_after_year}"


def search_kpis(connection: duckdb.DuckDBPyConnection, text: str, *, limit: int = 10) -> list[FoundKpi]:
    """The KPIs that fit some words best; or, where the text is the beginning of an id, those that begin so."""
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
    """KPIs whose ids are at most two slips of the hand away."""
    rows = connection.execute(SUGGEST, {"given": given.strip().upper(), "limit": limit}).fetchall()
    return [NamedKpi(*row) for row in rows]
