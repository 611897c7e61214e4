"""The analysts' questions under `sql/questions`: numbered statements that run as they stand in the published file."""

from dataclasses import dataclass

from warehouse.database import sql_files
from warehouse.errors import QueryRefused


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its number, its words in Swedish, and the SQL that answers it."""

    number: int
    words: str
    sql: str


def questions() -> dict[int, Question]:
    """Every question by its number."""
    found = {}
    for path in sql_files("questions"):
        number, sql = int(path.name[:2]), path.read_text(encoding="utf-8")
        comment = [line.removeprefix("--").strip() for line in sql.splitlines() if line.startswith("--")]
        found[number] = Question(number, " ".join(comment), sql)
    return found


def question(number: int) -> Question:
    """One question.

    Raises:
        QueryRefused: There is no such number.
    """
    known = questions()
    if number not in known:
        listed = "\n".join(f"  {each.number:2}  {each.words}" for each in known.values())
        raise QueryRefused(f"There is no question `{number}`, so there is nothing to answer. There are:\n{listed}")
    return known[number]
