"""plan.toml: its keys, and the conditions between them.

Rules and labels that a plan leaves out are filled in from `goals.rules` and `goals.codes`.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypedDict

from goals.cell_values import GROUP_NAME_PATTERN, ID_PATTERN, KPI_PATTERN
from goals.codes import LABELS, REGION_LABELS
from goals.csv_rows import decode
from goals.errors import Finding, listed, suggestion
from goals.plan_columns import KEYS, SETTINGS_FILE
from goals.rules import RULES, RULES_BY_NAME
from goals.toml_tree import TomlTree, as_date

PLAN_ID_PATTERN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SHA256_PATTERN = re.compile(r"[0-9a-f]{64}")
_CROSS_CHECK_FORMS = {"goal": ID_PATTERN, "kpi": KPI_PATTERN, "why": re.compile(r".*\S.*", re.DOTALL)}
# A municipality's code begins with the county's code; a region's ends with it.
_COUNTIES = frozenset(f"{code:02}" for code in (1, *range(3, 11), 12, 13, 14, *range(17, 26)))
_UNIT_PATTERN = re.compile(r"[0-9]{4}")


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """A KPI that is shown next to a goal's manual figure and never replaces it."""

    goal_id: str
    kpi_id: str
    why: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a plan, rules and labels complete.

    An unreadable setting has the empty value of its type ("" or 0) and a finding; a plan with findings is never built,
    so such a value is never used.
    """

    plan_id: str = ""
    municipality_id: str = ""
    title: str = ""
    is_made_up: bool = False
    is_draft: bool = False
    first_year: int = 0
    last_year: int = 0
    first_budget_year: int = 0
    last_budget_year: int = 0
    target_year: int = 0
    bokslut_dates: Mapping[int, date] = field(default_factory=dict)
    document_title: str | None = None
    document_file: str | None = None
    document_sha256: str | None = None
    document_line_count: int | None = None
    document_last_page: int | None = None
    rules: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[tuple[str, str], str] = field(default_factory=dict)
    cross_checks: tuple[CrossCheck, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_region(self) -> bool:
        """Whether the plan is that of a region."""
        return is_region(self.municipality_id)

    @property
    def years(self) -> range:
        """The years of the follow-up; empty if they could not be read."""
        return range(self.first_year, self.last_year + 1) if self.first_year else range(0)


def read_settings(content: bytes) -> tuple[Settings | None, list[Finding]]:
    """Return the settings, or null if nothing can be read, and all findings."""
    text = decode(SETTINGS_FILE, content)
    if isinstance(text, Finding):
        return None, [text]
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))
        line = int(place[1]) if place else None
        remedy = "Write `key = value`, texts within quotation marks, and each key once"
        problem = f"not TOML ({error})"
        return None, [Finding(SETTINGS_FILE, problem, "nothing in it can be read", remedy, line)]
    tree = TomlTree(SETTINGS_FILE, text, parsed)
    return _settings(tree), tree.findings


def _settings(tree: TomlTree) -> Settings:
    tree.table("", dict.fromkeys(key.partition(".")[0] for key in KEYS))
    tree.table("document", _below("document"))
    first, last = _span(tree, "years")
    years = range(first, last + 1) if first else range(0)
    first_budget, last_budget = first, last
    if tree.find("budget_years") is not None:
        first_budget, last_budget = _span(tree, "budget_years")
        _inside(tree, "budget_years.first", first_budget, years)
        _inside(tree, "budget_years.last", last_budget, years)
    target_year = tree.year("target_year")
    _inside(tree, "target_year", target_year, years)
    is_draft = tree.flag("is_draft")
    unit = _municipality(tree)
    return Settings(
        plan_id=tree.pattern(
            "plan_id",
            PLAN_ID_PATTERN,
            "the plan can't be told from others",
            "Write small letters a-z, digits and hyphens",
        ),
        municipality_id=unit,
        title=tree.text("title"),
        is_made_up=tree.flag("is_made_up"),
        is_draft=is_draft,
        first_year=first,
        last_year=last,
        first_budget_year=first_budget,
        last_budget_year=last_budget,
        target_year=target_year,
        bokslut_dates=_bokslut_dates(tree, years, is_draft=is_draft),
        **_document(tree, is_draft=is_draft),
        document_line_count=tree.count("document.line_count"),
        document_last_page=tree.count("document.last_page"),
        rules=_rules(tree, unit),
        labels=_labels(tree, unit),
        cross_checks=_cross_checks(tree),
        groups=_groups(tree),
    )


def _span(tree: TomlTree, key: str) -> tuple[int, int]:
    tree.table(key, _below(key))
    first, last = tree.year(f"{key}.first"), tree.year(f"{key}.last")
    if first > last > 0:
        tree.report(f"{key}.first", "after the last year", "there is no year between", "Swap the two", first)
    return (first, last) if 0 < first <= last else (0, 0)


def _below(table: str) -> list[str]:
    return [key.removeprefix(f"{table}.") for key in KEYS if key.startswith(f"{table}.")]


def _inside(tree: TomlTree, key: str, year: int, years: range) -> None:
    if year and years and year not in years:
        remedy = f"Write a year from {years[0]} to {years[-1]}, or widen `years`"
        tree.report(key, "outside the plan's years", "it would never be judged", remedy, year)


def is_region(unit: str) -> bool:
    """Return whether an id is that of a region: 00 and the county's code."""
    return unit[:2] == "00" and unit[2:] in _COUNTIES


def _municipality(tree: TomlTree) -> str:
    value = tree.find("municipality_id")
    remedy = "Write the four digits of the municipality's or region's code within quotation marks"
    if not isinstance(value, str) or not _UNIT_PATTERN.fullmatch(value):
        problem = "missing" if value is None else "not a municipality's or region's code"
        tree.report("municipality_id", problem, "Kolada can't be asked for it", remedy, value)
        return ""
    if not is_region(value) and (value[:2] not in _COUNTIES or value[2:] == "00"):
        problem = "no municipality and no region has such a code"
        tree.report("municipality_id", problem, "it would have no values", remedy, value)
    return value


class _Document(TypedDict):
    document_title: str | None
    document_file: str | None
    document_sha256: str | None


def _document(tree: TomlTree, *, is_draft: bool) -> _Document:
    """Return the document; a draft needs none."""
    if tree.find("document") is None and is_draft:
        return {"document_title": None, "document_file": None, "document_sha256": None}
    digits = "Write the 64 hexadecimal digits that `sha256sum` prints for the file that the council published"
    if not is_draft:
        digits += ", or `is_draft = true` above for a plan that is not decided"
    needs_hash = not is_draft or tree.find("document.sha256") not in {None, ""}
    return {
        "document_title": tree.text("document.title"),
        "document_file": tree.text("document.file") if tree.find("document.file") is not None else None,
        "document_sha256": tree.pattern(
            "document.sha256", _SHA256_PATTERN, "the document can't be told from another edition", digits
        )
        if needs_hash
        else None,
    }


def _groups(tree: TomlTree) -> Mapping[str, tuple[str, ...]]:
    groups: dict[str, tuple[str, ...]] = {}
    for name, value in tree.table("groups").items():
        key, consequence = f"groups.{name}", "nothing can be compared with it"
        remedy = f'Write `{name} = ["0180", "1480"]`, each unit once'
        if not GROUP_NAME_PATTERN.fullmatch(name):
            tree.report(key, "not a name for a list", consequence, "Use letters, digits, hyphens and underscores")
        elif not isinstance(value, list) or not value:
            tree.report(key, "not a list of units", consequence, remedy, value)
        elif wrong := [one for one in value if not isinstance(one, str) or not _UNIT_PATTERN.fullmatch(one)]:
            tree.report(key, "not a unit's four digits", consequence, remedy, wrong[0])
        elif twice := [one for one in value if value.count(one) > 1]:
            tree.report(key, "a unit is repeated", "it would count once", "Keep one", twice[0])
        else:
            groups[name] = tuple(value)
    return groups


def _bokslut_dates(tree: TomlTree, years: range, *, is_draft: bool) -> Mapping[int, date]:
    written = tree.table("bokslut_dates")
    dates: dict[int, date] = {}
    for key, value in written.items():
        full = f"bokslut_dates.{key}"
        if not re.fullmatch(r"[0-9]{4}", key) or (years and int(key) not in years):
            tree.report(full, "not one of the plan's years", "it would never be used", "Remove it", value)
            continue
        day = as_date(value)
        after = int(key) + 1
        if day is None:
            remedy = f"Write `{key} = {after}-03-01`, without quotation marks"
            tree.report(full, "not a date", "the year has no bokslut", remedy, value)
        elif day.year != after:
            consequence = "the year would be judged before its end or long after it"
            tree.report(full, "not in the year after", consequence, f"Write a day of {after}", value)
        else:
            dates[int(key)] = day
    for year in () if is_draft else years:
        if str(year) not in written:
            tree.report(
                f"bokslut_dates.{year}",
                "missing",
                "the year can't be judged as of its bokslut",
                f"Write `{year} = {year + 1}-03-01` under `[bokslut_dates]`",
            )
    return dates


def _rules(tree: TomlTree, unit: str) -> Mapping[str, str]:
    chosen = {rule.name: rule.default_of(is_region=is_region(unit)) for rule in RULES}
    for name, value in tree.table("rules", RULES_BY_NAME).items():
        rule = RULES_BY_NAME.get(name)
        if rule is None:
            continue
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if rule.accepts(text):
            chosen[name] = text
        else:
            remedy = f"Write one of {rule.allowed_text}" if rule.allowed else f"Write {rule.allowed_text}"
            consequence = f"it sets {rule.meaning}, which is now unknown"
            tree.report(f"rules.{name}", "an unknown value of a rule", consequence, remedy, value)
    return chosen


def _labels(tree: TomlTree, unit: str) -> Mapping[tuple[str, str], str]:
    labels = {(kind, code): word for kind, words in LABELS.items() for code, word in words.items()}
    if is_region(unit):
        labels |= REGION_LABELS
    for kind in tree.table("labels", LABELS):
        if kind not in LABELS:
            continue
        for code, word in tree.table(f"labels.{kind}").items():
            full = f"labels.{kind}.{code}"
            if code not in LABELS[kind]:
                remedy = f"Label one of {listed(LABELS[kind])}.{suggestion(code, LABELS[kind])}".rstrip(".")
                tree.report(full, "a label for an unknown code", "it would never be shown", remedy, word)
            elif not isinstance(word, str) or not word.strip():
                tree.report(full, "not a text", "the code has no word", f'Write `{code} = "..."`', word)
            else:
                labels[kind, code] = word
    return labels


def _cross_checks(tree: TomlTree) -> tuple[CrossCheck, ...]:
    checks = []
    for line, one in tree.tables("cross_check_kpis"):
        texts = {}
        for key, pattern in _CROSS_CHECK_FORMS.items():
            value = one.get(key)
            if isinstance(value, str) and pattern.fullmatch(value):
                texts[key] = value
                continue
            full, consequence = f"cross_check_kpis.{key}", "the KPI can't be shown beside"
            problem = "missing" if value is None else "not in the form that it must have"
            remedy = "Write goal (a goal of the plan), kpi (such as `N03102`) and why (a text)"
            tree.report(full, problem, consequence, remedy, value, line=line)
        for key in sorted(one.keys() - _CROSS_CHECK_FORMS.keys()):
            full = f"cross_check_kpis.{key}"
            tree.report(full, "an unknown key", "it would be ignored", "Remove it", line=line)
        if len(texts) == len(_CROSS_CHECK_FORMS):
            checks.append(CrossCheck(texts["goal"], texts["kpi"], texts["why"], line))
    return tuple(checks)
