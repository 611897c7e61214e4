"""Finding KPIs in the published catalogue, by words and by ids that are not quite right.

Everything is DuckDB's own: `translate`, `jaro_winkler_similarity`, `levenshtein`. A word of the question meets a
word of a title when their stems are the same, when one begins or holds the other (Swedish puts words together), or when
they are nearly the same (a misspelling). Descriptions and areas count less, and only for whole stems. What a rare word
meets counts more than what a common one does. A closed or withdrawn KPI comes after a living one that fits as well.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

import duckdb

# Endings that a Swedish noun, adjective or verb takes on, the longest first; three letters must be left.
STEM: Final = (
    "regexp_replace({word}, "
    "'^(.{{3,}}?)(ernas|arnas|ornas|heten|heter|andet|ende|erna|arna|orna|ens|ets|ers|ars|ande|en|et|er|ar|or|na|ad|at"
    "|de|te|s|n|t|a|e|r)$', '\\1')"
)

LETTERS: Final = "åäöéèáàüø"
PLAIN: Final = "aaoeeaauo"
SIGNS: Final = "-,.:;/()[]\"'%&+*?!–”"

SEARCH: Final = f"""
    with wanted as (
        select distinct
            word,
            {STEM.format(word="word")} as stem,
            left(given_word, length({STEM.format(word="word")})) as given_stem
        from (
            select given_word, translate(given_word, $letters, $plain) as word
            from unnest(string_split(translate(lower($text), $signs, $blanks), ' ')) as each (given_word)
        ) as split
        where length(word) > 1
    ),

    entry as materialized (
        select
            kpi_id,
            lower(description) as plain_text,
            lower(coalesce(operating_area, '')) as plain_area
        from core.kpi
    ),

    title_word as materialized (
        select
            kpi_id,
            unnest(
                string_split(translate(lower(title), $letters || $signs, $plain || $blanks), ' ')
            ) as title_word
        from core.kpi
    ),

    vocabulary as (
        select title_word, {STEM.format(word="title_word")} as stem
        from (select distinct title_word from title_word where length(title_word) > 1) as each
    ),

    near as (
        select
            wanted.word,
            vocabulary.title_word,
            case
                when vocabulary.stem = wanted.stem then 1.0
                when length(wanted.stem) >= 3 and starts_with(vocabulary.stem, wanted.stem) then 0.9
                when length(wanted.stem) >= 5 and contains(vocabulary.stem, wanted.stem) then 0.8
                when length(vocabulary.stem) >= 5 and starts_with(wanted.stem, vocabulary.stem) then 0.7
                when
                    length(wanted.stem) >= 4
                    and abs(length(vocabulary.stem) - length(wanted.stem)) <= 2
                    and jaro_winkler_similarity(vocabulary.stem, wanted.stem) >= 0.9
                    then 0.75 * jaro_winkler_similarity(vocabulary.stem, wanted.stem)
                else 0.0
            end as likeness
        from wanted
        cross join vocabulary
    ),

    met_in_title as (
        select title_word.kpi_id, near.word, max(near.likeness) as likeness
        from near
        inner join title_word on near.title_word = title_word.title_word
        where near.likeness > 0
        group by title_word.kpi_id, near.word
    ),

    met_in_text as (
        select
            entry.kpi_id,
            wanted.word,
            case when contains(entry.plain_text, wanted.given_stem) then 0.35 else 0.0 end as in_description,
            case when contains(entry.plain_area, wanted.given_stem) then 0.3 else 0.0 end as in_area
        from entry
        cross join wanted
        where
            length(wanted.stem) >= 3
            and (contains(entry.plain_text, wanted.given_stem) or contains(entry.plain_area, wanted.given_stem))
    ),

    met as (
        select
            coalesce(met_in_title.kpi_id, met_in_text.kpi_id) as kpi_id,
            coalesce(met_in_title.word, met_in_text.word) as word,
            greatest(coalesce(met_in_title.likeness, 0), coalesce(met_in_text.in_description, 0))
            + coalesce(met_in_text.in_area, 0) as likeness
        from met_in_title
        full join met_in_text
            on met_in_title.kpi_id = met_in_text.kpi_id and met_in_title.word = met_in_text.word
    ),

    weighed as (
        select
            met.kpi_id,
            met.word,
            met.likeness,
            ln(1 + (select count(*) from entry) / count(*) over (partition by met.word)) as rarity
        from met
    ),

    scored as (
        select
            kpi_id,
            sum(likeness * rarity) * pow(count(*) / (select count(*) from wanted), 2) as score
        from weighed
        group by kpi_id
    )

    select
        entry.kpi_id,
        entry.title,
        entry.operating_area,
        entry.municipality_type,
        entry.publication_date,
        entry.closed_after_year,
        entry.is_withdrawn,
        scored.score
        * case when entry.is_withdrawn then 0.5 when entry.closed_after_year is not null then 0.8 else 1.0 end
        -- Of two titles that hold the words, the shorter one says more of them.
        * (1 + 5.0 / (20 + length(entry.title))) as score
    from scored
    inner join core.kpi as entry on scored.kpi_id = entry.kpi_id
    order by score desc, entry.kpi_id
    limit $limit
"""

SUGGEST: Final = """
    select kpi_id, title
    from core.kpi
    where damerau_levenshtein(kpi_id, $given) <= 2
    order by damerau_levenshtein(kpi_id, $given), is_withdrawn, closed_after_year is not null, kpi_id
    limit $limit
"""

SUCCESSORS: Final = r"""
    with wanted as (
        select
            kpi_id,
            municipality_type,
            lower(strip_accents(regexp_replace(title, '\s*\(- ?\d{4}\)$', ''))) as plain_title
        from core.kpi
        where kpi_id = $kpi_id
    )

    select candidate.kpi_id, candidate.title
    from core.kpi as candidate
    inner join wanted
        on
            candidate.kpi_id <> wanted.kpi_id
            and (candidate.municipality_type = wanted.municipality_type or candidate.municipality_type = 'A')
    where
        not candidate.is_withdrawn
        and candidate.closed_after_year is null
        and jaro_winkler_similarity(lower(strip_accents(candidate.title)), wanted.plain_title) >= 0.9
        and jaccard(lower(strip_accents(candidate.title)), wanted.plain_title) >= 0.75
        and levenshtein(lower(strip_accents(candidate.title)), wanted.plain_title) * 3 <= length(wanted.plain_title)
    order by levenshtein(lower(strip_accents(candidate.title)), wanted.plain_title), candidate.kpi_id
    limit 3
"""

HELD: Final = """
    select
        min(period) as first_period,
        max(period) as last_period,
        count(distinct municipality_id) as unit_count,
        count(value) as value_count,
        max(confirmed_at) as read_at
    from core.observation
    where kpi_id = $kpi_id
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


@dataclass(frozen=True, slots=True)
class KpiCard:
    """All that the warehouse holds about one KPI.

    Attributes:
        entry: the catalogue's fields, by name.
        titles: earlier titles, oldest first, each with the instant (UTC) at which we learned of it.
        successors: living KPIs with nearly the same title; a guess, and only for a KPI that is closed or withdrawn.
        first_period: of the values held.
        last_period: of the values held.
        unit_count: units with a row.
        value_count: values held, genders counted each.
        read_at: when its values were last read and confirmed, UTC.
        used_by: plan and indicator that judge by it.
    """

    entry: dict[str, Any]
    titles: tuple[tuple[str, datetime], ...]
    successors: tuple[NamedKpi, ...]
    first_period: int | None
    last_period: int | None
    unit_count: int
    value_count: int
    read_at: datetime | None
    used_by: tuple[tuple[str, str], ...]

    @property
    def lifecycle(self) -> str:
        """Whether the KPI lives."""
        return lifecycle(is_withdrawn=self.entry["is_withdrawn"], closed_after_year=self.entry["closed_after_year"])

    def fields(self) -> dict[str, Any]:
        """For JSON."""
        return self.entry | {
            "lifecycle": self.lifecycle,
            "earlier_titles": [{"title": title, "known_from": known_from} for title, known_from in self.titles],
            "possible_successors": [asdict(each) for each in self.successors],
            "first_period": self.first_period,
            "last_period": self.last_period,
            "unit_count": self.unit_count,
            "value_count": self.value_count,
            "read_at": self.read_at,
            "used_by": [{"plan_id": plan_id, "indicator_id": indicator_id} for plan_id, indicator_id in self.used_by],
        }


def lifecycle(*, is_withdrawn: bool, closed_after_year: int | None) -> str:
    """In words: active, closed after a year (as the title says), or withdrawn (not in the catalogue)."""
    if is_withdrawn:
        return "withdrawn"
    return "active" if closed_after_year is None else f"closed after {closed_after_year}"


def search_kpis(connection: duckdb.DuckDBPyConnection, text: str, *, limit: int = 10) -> list[FoundKpi]:
    """The KPIs that fit some words best. An id among them is found as an id."""
    rows = connection.execute(
        SEARCH,
        {"text": text, "limit": limit, "letters": LETTERS, "plain": PLAIN, "signs": SIGNS, "blanks": " " * len(SIGNS)},
    ).fetchall()
    return [FoundKpi(*row) for row in rows]


def suggest_kpis(connection: duckdb.DuckDBPyConnection, given: str, *, limit: int = 5) -> list[NamedKpi]:
    """KPIs whose ids are at most two slips of the hand away."""
    rows = connection.execute(SUGGEST, {"given": given.strip().upper(), "limit": limit}).fetchall()
    return [NamedKpi(*row) for row in rows]


def show_kpi(connection: duckdb.DuckDBPyConnection, kpi_id: str) -> KpiCard | None:
    """Everything about one KPI; None when the catalogue never had it."""
    cursor = connection.execute("select * exclude (run_id) from core.kpi where kpi_id = $kpi_id", {"kpi_id": kpi_id})
    names = [column[0] for column in cursor.description or ()]
    rows = cursor.fetchall()
    if not rows:
        return None
    entry = dict(zip(names, rows[0], strict=True))
    titles = connection.execute(
        "select title, min(known_from) from core.kpi_version where kpi_id = $kpi_id and title <> $title "
        "group by title order by min(known_from)",
        {"kpi_id": kpi_id, "title": entry["title"]},
    ).fetchall()
    is_over = entry["is_withdrawn"] or entry["closed_after_year"] is not None
    successors = connection.execute(SUCCESSORS, {"kpi_id": kpi_id}).fetchall() if is_over else []
    ((first_period, last_period, unit_count, value_count, read_at),) = connection.execute(
        HELD, {"kpi_id": kpi_id}
    ).fetchall()
    used_by = connection.execute(
        "select distinct plan_id, indicator_id from plan.indicator where known_to is null and kpi_id = $kpi_id "
        "order by all",
        {"kpi_id": kpi_id},
    ).fetchall()
    return KpiCard(
        entry=entry,
        titles=tuple(titles),
        successors=tuple(NamedKpi(*row) for row in successors),
        first_period=first_period,
        last_period=last_period,
        unit_count=unit_count,
        value_count=value_count,
        read_at=read_at,
        used_by=tuple(used_by),
    )
