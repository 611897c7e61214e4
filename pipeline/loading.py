"""Loads the data of a run into the history and builds the marts; a run and its replay use the same functions."""

from collections.abc import Iterable
from datetime import datetime

import duckdb

from goals import Plan
from pipeline.ingest import Catalogue
from warehouse.build import build_marts
from warehouse.history import LoadCounts, load_catalogue, load_observations
from warehouse.manifest import Manifest
from warehouse.ops import close_publication, merge_ops, open_publication
from warehouse.plan_history import close_absent_plans, load_plans
from warehouse.stage import Stage


def take_in(
    connection: duckdb.DuckDBPyConnection,
    stage: Stage,
    *,
    catalogue: Catalogue,
    plans: Iterable[Plan],
    run_id: str,
    known_from: datetime,
) -> LoadCounts:
    """Load the staged values, the catalogue and the plans into the history, all at one instant.

    Args:
        connection: the open working file.
        stage: has the run's values and the scopes that were read completely.
        catalogue: as the run read it.
        plans: as they were when the run started.
        run_id: of the run.
        known_from: the run's instant.

    Returns:
        The numbers of rows received and versions opened.
    """
    stage.set_kpis(catalogue.kpis)
    stage.set_municipalities(catalogue.municipalities)
    stage.set_groups(catalogue.groups)
    load_catalogue(connection, run_id=run_id, known_from=known_from)
    loaded = load_observations(stage, run_id=run_id, known_from=known_from)
    plans = tuple(plans)
    load_plans(connection, plans, known_from=known_from)
    close_absent_plans(connection, plan_ids=tuple(plan.plan_id for plan in plans), known_from=known_from)
    return loaded


def judge(
    connection: duckdb.DuckDBPyConnection,
    *,
    run_id: str,
    known_from: datetime,
    source_kind: str,
    is_later: bool = False,
) -> None:
    """Record the publication and build the marts for it.

    Args:
        connection: the open file, with the run's history loaded.
        run_id: of the run.
        known_from: the publication's instant.
        source_kind: live, recorded or sample.
        is_later: whether another software version judged the run when it was published.
    """
    open_publication(connection, run_id=run_id, published_at=known_from, is_worked_out_later=is_later)
    build_marts(connection, source_kind=source_kind)


def finish(
    connection: duckdb.DuckDBPyConnection,
    known: Iterable[Manifest],
    *,
    run_id: str,
    known_from: datetime,
    loaded: LoadCounts,
    **given: object,
) -> int:
    """Write the ops tables, the last ones of the file, from the manifests.

    Args:
        connection: the file that will be published.
        known: the manifests.
        run_id: of the run.
        known_from: the publication's instant.
        loaded: the counts of the load.
        given: more columns of ops.publication.

    Returns:
        The number of verdicts that differ from the previous publication.
    """
    merge_ops(connection, known, current_run_id=run_id)
    return close_publication(connection, run_id=run_id, published_at=known_from, counts=loaded, **given)
