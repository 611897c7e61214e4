"""plan.toml as typed settings, with every fault found on the way.

A fault leaves the empty value of its type ("" or 0) behind and always comes with a finding, so that the other
checks can go on; a plan with findings is never built. Rules and labels that the plan leaves out are filled in
from `goals.rules` and `goals.codes`.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from goals.cells import ID_PATTERN, KPI_PATTERN, suggestion
from goals.codes import LABELS
from goals.columns import SETTINGS_FILE
from goals.errors import Finding
from goals.rows import decode
from goals.rules import RULES, RULES_BY_NAME

PLAN_ID_PATTERN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SHA256_PATTERN = re.compile(r"[0-9a-f]{64}")
_COUNTIES = frozenset(
    [
        "01",
        "03",
        "04",
        "05",
        "06",
        "07",
        "08",
        "09",
        "10",
        "12",
        "13",
        "14",
        "17",
        "18",
        "19",
        "20",
        "21",
        "22",
        "23",
        "24",
        "25",
    ]  # the counties' codes
)
_FIRST_YEAR, _LAST_YEAR = 1900, 2100


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """A KPI that is shown beside a goal's manual figure and never stands in for it."""

    goal_id: str
    kpi_id: str
    why: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Settings:
    """What plan.toml says; rules and labels complete."""

    plan_id: str = ""
    municipality_id: str = ""
    title: str = ""
    is_made_up: bool = False
    first_year: int = 0
    last_year: int = 0
    first_budget_year: int = 0
    last_budget_year: int = 0
    target_year: int = 0
    bokslut_dates: Mapping[int, date] = field(default_factory=dict)
    document_title: str = ""
    document_sha256: str = ""
    document_line_count: int | None = None
    document_last_page: int | None = None
    rules: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[tuple[str, str], str] = field(default_factory=dict)
    cross_checks: tuple[CrossCheck, ...] = ()

    @property
    def years(self) -> range:
        """The years that the plan is followed up for; empty when they couldn't be read."""
        return range(self.first_year, self.last_year + 1) if self.first_year and self.last_year else range(0)


def read_settings(content: bytes) -> tuple[Settings, list[Finding]]:
    """The settings and all that is wrong with them."""
    text = decode(SETTINGS_FILE, content)
    if isinstance(text, Finding):
        return Settings(), [text]
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))
        line = int(place[1]) if place else None
        remedy = "Write `key = value`, texts within quotation marks, and each key once"
        return Settings(), [
            Finding(SETTINGS_FILE, f"not TOML ({error})", "nothing in it can be read", remedy, line)
        ]
    reader = _Reader(text, tree)
    return reader.settings(), reader.findings


class _Reader:
    """Reads one tree of TOML and gathers the findings."""

    def __init__(self, text: str, tree: Mapping[str, object]) -> None:
        self._lines = text.splitlines()
        self._tree = tree
        self.findings: list[Finding] = []

    def settings(self) -> Settings:
        """All settings, with the empty value where one can't be read."""
        self._refuse_unknown("", self._tree, _KEYS[""])
        first_year, last_year = self._span("years")
        first_budget_year, last_budget_year = first_year, last_year
        if "budget_years" in self._tree:
            first_budget_year, last_budget_year = self._span("budget_years")
            if first_year and first_budget_year and last_budget_year:
                self._inside("budget_years.first", first_budget_year, first_year, last_year)
                self._inside("budget_years.last", last_budget_year, first_year, last_year)
        target_year = self._year("target_year")
        if first_year and target_year:
            self._inside("target_year", target_year, first_year, last_year)
        document = self._table("document")
        self._refuse_unknown("document", document, _KEYS["document"])
        return Settings(
            plan_id=self._pattern("plan_id", PLAN_ID_PATTERN, "Write small letters, digits and hyphens"),
            municipality_id=self._municipality(),
            title=self._text("title"),
            is_made_up=self._flag("is_made_up"),
            first_year=first_year,
            last_year=last_year,
            first_budget_year=first_budget_year,
            last_budget_year=last_budget_year,
            target_year=target_year,
            bokslut_dates=self._bokslut_dates(range(first_year, last_year + 1) if first_year else range(0)),
            document_title=self._text("document.title"),
            document_sha256=self._pattern(
                "document.sha256",
                _SHA256_PATTERN,
                "Write the 64 hexadecimal digits that `sha256sum` prints for the document's text file",
            ),
            document_line_count=self._count("document.line_count"),
            document_last_page=self._count("document.last_page"),
            rules=self._rules(),
            labels=self._labels(),
            cross_checks=self._cross_checks(),
        )

    # Values

    def _find(self, key: str) -> object:
        value: object = self._tree
        for part in key.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        return value

    def _report(self, key: str, problem: str, consequence: str, remedy: str, value: object = None) -> None:
        shown = None if value is None else str(value)
        self.findings.append(
            Finding(SETTINGS_FILE, problem, consequence, remedy, self._line_of(key), key, shown)
        )

    def _line_of(self, key: str) -> int | None:
        """The line that sets a key, or that opens its table."""
        table, found = "", None
        for number, line in enumerate(self._lines, start=1):
            stripped = line.strip()
            if header := re.match(r"\[+\s*([^\]]+?)\s*\]+", stripped):
                table = header[1]
                full = table
            elif assignment := re.match(r"\"?([^\"=\s]+)\"?\s*=", stripped):
                full = f"{table}.{assignment[1]}" if table else assignment[1]
            else:
                continue
            if full == key:
                return number
            if key.startswith(f"{full}."):
                found = number
        return found

    def _text(self, key: str) -> str:
        value = self._find(key)
        if isinstance(value, str) and value.strip():
            return value
        self._report(
            key,
            "no text" if value is None else "not a text",
            "the plan can't be shown",
            f'Write `{_last(key)} = "..."`',
            value,
        )
        return ""

    def _pattern(self, key: str, pattern: re.Pattern[str], remedy: str) -> str:
        value = self._find(key)
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        problem = "missing" if value in {None, ""} else "not in the form that it must have"
        self._report(key, problem, "the plan can't be told from others", remedy, value or None)
        return ""

    def _flag(self, key: str) -> bool:
        value = self._find(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        self._report(
            key, "neither true nor false", "the setting is unknown", "Write `true` or `false`", value
        )
        return False

    def _year(self, key: str) -> int:
        value = self._find(key)
        if isinstance(value, int) and not isinstance(value, bool) and _FIRST_YEAR <= value <= _LAST_YEAR:
            return value
        problem = "missing" if value is None else "not a year"
        self._report(
            key,
            problem,
            "no year can be judged",
            f"Write `{_last(key)} = 2023`, without quotation marks",
            value,
        )
        return 0

    def _count(self, key: str) -> int | None:
        value = self._find(key)
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
            return value if isinstance(value, int) else None
        self._report(
            key, "not a whole number above 0", "line and page numbers can't be checked", "Write digits", value
        )
        return None

    def _table(self, key: str) -> Mapping[str, object]:
        value = self._find(key)
        if isinstance(value, Mapping):
            return value
        if value is not None:
            self._report(
                key, "not a table", "its settings can't be read", f"Write `[{key}]` on its own line", value
            )
        return {}

    def _refuse_unknown(self, prefix: str, table: Mapping[str, object], known: Iterable[str]) -> None:
        for key in table:
            if key not in known:
                full = f"{prefix}.{key}" if prefix else key
                remedy = f"Remove or rename it; known here: {_listed(known)}.{suggestion(key, known)}"
                self._report(full, "an unknown key", "it would be ignored", remedy.rstrip("."))

    # Groups of settings

    def _span(self, key: str) -> tuple[int, int]:
        table = self._table(key)
        self._refuse_unknown(key, table, ("first", "last"))
        first, last = self._year(f"{key}.first"), self._year(f"{key}.last")
        if first and last and first > last:
            self._report(
                f"{key}.first", "after the last year", "there is no year between", "Swap them", first
            )
            return 0, 0
        return (first, last) if first and last else (0, 0)

    def _inside(self, key: str, year: int, first: int, last: int) -> None:
        if not first <= year <= last:
            self._report(
                key,
                "outside the plan's years",
                "it would never be judged",
                f"Write a year from {first} to {last}, or widen `years`",
                year,
            )

    def _municipality(self) -> str:
        value = self._find("municipality_id")
        remedy = "Write the four digits of the municipality's code within quotation marks"
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}", value):
            problem = "missing" if value is None else "not a municipality's code"
            self._report("municipality_id", problem, "Kolada can't be asked for it", remedy, value)
            return ""
        if value[:2] not in _COUNTIES or value[2:] == "00":
            self._report(
                "municipality_id", "no municipality has this code", "it would have no values", remedy, value
            )
        return value

    def _bokslut_dates(self, years: range) -> Mapping[int, date]:
        dates: dict[int, date] = {}
        for key, value in self._table("bokslut_dates").items():
            full = f"bokslut_dates.{key}"
            day = _as_date(value)
            if not re.fullmatch(r"[0-9]{4}", key) or (years and int(key) not in years):
                self._report(
                    full, "not one of the plan's years", "it would never be used", "Remove it", value
                )
            elif day is None:
                self._report(
                    full,
                    "not a date",
                    "the year has no bokslut",
                    f"Write `{key} = {int(key) + 1}-03-01`",
                    value,
                )
            elif not date(int(key), 12, 31) < day < date(int(key) + 2, 1, 1):
                self._report(
                    full,
                    "not in the year after",
                    "the year would be judged before its end or long after it",
                    f"Write a day of {int(key) + 1}",
                    value,
                )
            else:
                dates[int(key)] = day
        written = {int(key) for key in self._table("bokslut_dates") if re.fullmatch(r"[0-9]{4}", key)}
        for year in years:
            if year not in written:
                self._report(
                    f"bokslut_dates.{year}",
                    "missing",
                    "the year can't be judged as of its bokslut",
                    f"Write `{year} = {year + 1}-03-01` under `[bokslut_dates]`",
                )
        return dates

    def _rules(self) -> Mapping[str, str]:
        written = self._table("rules")
        self._refuse_unknown("rules", written, RULES_BY_NAME)
        chosen = {rule.name: rule.default for rule in RULES}
        for name, value in written.items():
            rule = RULES_BY_NAME.get(name)
            if rule is None:
                continue
            text = str(value).lower() if isinstance(value, bool) else str(value)
            if rule.accepts(text):
                chosen[name] = text
            else:
                self._report(
                    f"rules.{name}",
                    "an unknown value of a rule",
                    f"it is unknown {rule.meaning}",
                    f"Write {rule.allowed_text}",
                    value,
                )
        return chosen

    def _labels(self) -> Mapping[tuple[str, str], str]:
        labels = {(kind, code): word for kind, words in LABELS.items() for code, word in words.items()}
        written = self._table("labels")
        self._refuse_unknown("labels", written, LABELS)
        for kind in written:
            if kind not in LABELS:
                continue
            words = self._table(f"labels.{kind}")
            for code, word in words.items():
                full = f"labels.{kind}.{code}"
                if code not in LABELS[kind]:
                    remedy = f"Label one of {_listed(LABELS[kind])}.{suggestion(code, LABELS[kind])}"
                    self._report(
                        full,
                        "a label for an unknown code",
                        "it would never be shown",
                        remedy.rstrip("."),
                        word,
                    )
                elif not isinstance(word, str) or not word.strip():
                    self._report(full, "not a text", "the code has no word", f'Write `{code} = "..."`', word)
                else:
                    labels[(kind, code)] = word
        return labels

    def _cross_checks(self) -> tuple[CrossCheck, ...]:
        written = self._find("cross_check_kpis")
        if written is None:
            return ()
        line = self._line_of("cross_check_kpis")
        if not isinstance(written, list) or not all(isinstance(one, Mapping) for one in written):
            remedy = "Write `[[cross_check_kpis]]` above each group of goal, kpi and why"
            self._report("cross_check_kpis", "not a list of tables", "no KPI is shown beside", remedy)
            return ()
        lines = [
            number
            for number, text in enumerate(self._lines, start=1)
            if re.match(r"\s*\[\[\s*cross_check_kpis\s*\]\]", text)
        ]
        checks = []
        for place, one in enumerate(written):
            at = lines[place] if place < len(lines) else line
            checks += self._cross_check(one, at)
        return tuple(checks)

    def _cross_check(self, one: Mapping[str, object], line: int | None) -> Iterable[CrossCheck]:
        forms = {"goal": ID_PATTERN, "kpi": KPI_PATTERN, "why": re.compile(r".*\S.*", re.DOTALL)}
        texts = {}
        for key, pattern in forms.items():
            value = one.get(key)
            if isinstance(value, str) and pattern.fullmatch(value):
                texts[key] = value
                continue
            shown = None if value is None else str(value)
            remedy = "Write goal (a goal of the plan), kpi (such as `N03102`) and why (a text)"
            problem = "missing" if value is None else "not in the form that it must have"
            self.findings.append(
                Finding(
                    SETTINGS_FILE,
                    problem,
                    "the KPI can't be shown beside",
                    remedy,
                    line,
                    f"cross_check_kpis.{key}",
                    shown,
                )
            )
        for key in one.keys() - forms.keys():
            self.findings.append(
                Finding(
                    SETTINGS_FILE,
                    "an unknown key",
                    "it would be ignored",
                    "Remove it",
                    line,
                    f"cross_check_kpis.{key}",
                )
            )
        return (
            [CrossCheck(texts["goal"], texts["kpi"], texts["why"], line)] if len(texts) == len(forms) else []
        )


_KEYS: Mapping[str, tuple[str, ...]] = {
    "": (
        "plan_id",
        "municipality_id",
        "title",
        "is_made_up",
        "years",
        "budget_years",
        "target_year",
        "bokslut_dates",
        "document",
        "rules",
        "labels",
        "cross_check_kpis",
    ),
    "document": ("title", "sha256", "line_count", "last_page"),
}


def _as_date(value: object) -> date | None:
    # A date with a clock is a datetime, which is a date to Python as well.
    return value if type(value) is date else None


def _last(key: str) -> str:
    return key.rsplit(".", maxsplit=1)[-1]


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)
