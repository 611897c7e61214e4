"""`kolada goals diff`: judges the plans as their files are now on the published data, and compares with the published.

It works on a private copy of the published file and deletes it afterwards: nothing is requested from Kolada and nothing
is published. KPIs that a plan newly names are not in the file yet; they are listed.
"""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import duckdb

from goals.cell_values import digits
from pipeline.plans_to_judge import plans_to_judge
from pipeline.settings import Settings
from warehouse.build import build_marts
from warehouse.database import working_file
from warehouse.errors import PublishedFileError
from warehouse.home import Home
from warehouse.ops import last_publication, open_publication
from warehouse.plan_history import close_absent_plans, load_plans
from warehouse.published_file import advice, published_file, source_kind
from warehouse.schema import ensure_schema

TRIAL = "goals-diff"
# The columns of a target that are compared: the decided ones, without places in the document.
_TARGETS = """
    select columns(* exclude (target_order, target_decimals, document_lines, known_from))
    from plan.target_as_of($at)
"""
_VERDICTS = """
    select plan_id, 'indicator' as level, indicator_id as item_id, year, '' as variant, verdict, verdict_reason
    from mart.goal_fulfilment_as_of($at)
    union all
    select plan_id, 'goal', goal_id, year, '', verdict, verdict_reason
    from mart.goal_verdict_as_of($at)
    union all
    select plan_id, 'sound_economic_management', plan_id, year, variant, verdict, null
    from mart.sound_economic_management_as_of($at)
"""
_CAUSES = """
    select plan_id, level, item_id, year, variant, cause
    from mart.verdict_change
    where known_from = $at
"""
# Titles of all items, including removed ones.
_TITLES = """
    select plan_id, goal_id as item_id, arg_max(title, known_from) as title
    from plan.goal_version
    group by all
    union all
    select plan_id, indicator_id, arg_max(title, known_from)
    from plan.indicator_version
    group by all
"""
_LABELS = """
    select plan_id, label_kind, code, label
    from plan.label
"""
_UNREAD = """
    select distinct plan_id, kpi_id
    from plan.indicator
    where kpi_id is not null and kpi_id not in (select kpi_id from core.kpi)
    order by all
"""
Titles = Mapping[tuple[str, str], str]
LEVELS = ("indicator", "goal", "sound_economic_management")


@dataclass(frozen=True, slots=True)
class TargetDifference:
    """One cell of a target that differs; `column` is empty for a target that exists on one side only."""

    plan_id: str
    indicator_id: str
    title: str
    criterion: str | None
    year: int | None
    column: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class VerdictDifference:
    """One verdict that would differ; None on the side that lacks the item. `cause` is None for a new item."""

    plan_id: str
    level: str
    item_id: str
    title: str
    year: int
    variant: str
    before: str | None
    after: str | None
    cause: str | None


@dataclass(frozen=True, slots=True)
class Tried:
    """The changes that the plans' files would make.

    Attributes:
        targets: the targets that differ.
        verdicts: the verdicts that would differ.
        broken: (plan id, problem) of the broken plans; the last good version of each was tried, if there is one.
        left_out: the broken plans that were not tried, since no version of them was ever published.
        unread: (plan id, KPI id) of the KPIs that a plan names and the published file lacks.
        labels: (plan id, kind, code) -> the plan's word for the code.
    """

    targets: tuple[TargetDifference, ...]
    verdicts: tuple[VerdictDifference, ...]
    broken: tuple[tuple[str, str], ...]
    left_out: tuple[str, ...]
    unread: tuple[tuple[str, str], ...]
    labels: Mapping[tuple[str, str, str], str]


def try_plans(settings: Settings) -> Tried:
    """Judge the plans as their files are now on the published data.

    Raises:
        PlanError: no plan can be judged.
        PublishedFileError: nothing is published, or the file is damaged.
    """
    judged = plans_to_judge(settings)
    published = Home(settings.home).published
    if not published.exists():
        raise _nothing_published(published)
    with tempfile.TemporaryDirectory(prefix="kolada-goals-diff-") as folder:
        copy = Path(folder) / published.name
        with published_file(published) as connection:
            kind = source_kind(connection)
        shutil.copyfile(published, copy)
        with working_file(copy) as connection:
            ensure_schema(connection)
            before = last_publication(connection)
            if before is None:
                raise _nothing_published(published)
            at = before + timedelta(minutes=1)
            load_plans(connection, judged.plans, known_from=at.replace(tzinfo=UTC))
            kept = tuple(plan.plan_id for plan in judged.plans)
            close_absent_plans(connection, plan_ids=kept, known_from=at.replace(tzinfo=UTC))
            open_publication(connection, run_id=TRIAL, published_at=at.replace(tzinfo=UTC))
            build_marts(connection, source_kind=kind)
            titles = {(plan_id, item_id): title for plan_id, item_id, title in connection.execute(_TITLES).fetchall()}
            return Tried(
                targets=_targets(connection, titles, before, at),
                verdicts=_verdicts(connection, titles, before, at),
                broken=tuple((plan.plan_id, plan.problem) for plan in judged.broken),
                left_out=tuple(plan.plan_id for plan in judged.broken if plan.version_from is None),
                unread=tuple(connection.execute(_UNREAD).fetchall()),
                labels={tuple(key): word for *key, word in connection.execute(_LABELS).fetchall()},
            )


def _nothing_published(published: Path) -> PublishedFileError:
    return PublishedFileError(
        f"Nothing is published in `{published.parent}`, so the plans cannot be tried on it. {advice(published)}"
    )


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, at: object) -> list[dict[str, Any]]:
    found = connection.execute(sql, {"at": at})
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _targets(
    connection: duckdb.DuckDBPyConnection, titles: Titles, before: object, at: object
) -> tuple[TargetDifference, ...]:
    key = ("plan_id", "indicator_id", "criterion", "year")
    then, now = (
        {tuple(row[name] for name in key): row for row in _rows(connection, _TARGETS, one)} for one in (before, at)
    )
    found = []
    for each in sorted(then.keys() | now.keys(), key=lambda one: tuple(str(part or "") for part in one)):
        old, new = then.get(each), now.get(each)
        if old is None or new is None:
            found.append((each, "", _told(old), _told(new)))
            continue
        found += [(each, name, _text(old[name]), _text(new[name])) for name in old if old[name] != new[name]]
    return tuple(
        TargetDifference(
            plan_id, indicator_id, titles.get((plan_id, indicator_id), ""), criterion, year, column, one, other
        )
        for (plan_id, indicator_id, criterion, year), column, one, other in found
    )


def _told(row: dict[str, Any] | None) -> str | None:
    """Return a target in short: its text as decided, else its kind, operator and number; None if there is no target."""
    if row is None:
        return None
    return str(row["target_text"] or " ".join(filter(None, (row["kind"], row["operator"], _text(row["target_value"])))))


def _text(value: object) -> str | None:
    return None if value is None else digits(value) if isinstance(value, float) else str(value)


def _verdicts(
    connection: duckdb.DuckDBPyConnection, titles: Titles, before: object, at: object
) -> tuple[VerdictDifference, ...]:
    key = ("plan_id", "level", "item_id", "year", "variant")
    then, now = (
        {tuple(row[name] for name in key): row["verdict"] for row in _rows(connection, _VERDICTS, one)}
        for one in (before, at)
    )
    causes = {tuple(row[name] for name in key): row["cause"] for row in _rows(connection, _CAUSES, at)}
    differing = [each for each in then.keys() | now.keys() if then.get(each) != now.get(each)]
    return tuple(
        VerdictDifference(
            plan_id,
            level,
            item_id,
            titles.get((plan_id, item_id), ""),
            year,
            variant,
            then.get(each),
            now.get(each),
            causes.get(each),
        )
        for each in sorted(differing, key=lambda one: (one[0], LEVELS.index(one[1]), *one[2:]))
        for plan_id, level, item_id, year, variant in [each]
    )
