"""The analysts' questions under `sql/questions`: numbered statements that run unchanged in the published file."""

from dataclasses import dataclass

from warehouse.database import sql_files
from warehouse.errors import QueryRefused


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its number, its text in Swedish, and the SQL that answers it."""

    number: int
    words: str
    sql: str


def questions() -> dict[int, Question]:
    """Return every question by its number."""
    found = {}
    for path in sql_files("questions"):
        number, sql = int(path.name[:2]), path.read_text(encoding="utf-8")
        comment = [line.removeprefix("--").strip() for line in sql.splitlines() if line.startswith("--")]
        found[number] = Question(number, " ".join(comment), sql)
    return found


def question(number: int) -> Question:
    """Return the question with a number.

    Raises:
        QueryRefused: there is no question with this number.
    """
    known = questions()
    if number not in known:
        listed = "\n".join(f"  {each.number:2}  {each.words}" for each in known.values())
        raise QueryRefused(f"There is no question `{number}`, so nothing was run. The questions are:\n{listed}")
    return known[number]
