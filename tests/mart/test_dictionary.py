"""The dictionary: every relation and column is described, and the descriptions hold for the rows."""

import tomllib

import duckdb
import pytest

from warehouse.dictionary import FOLDER, common_columns, described_relations

SCHEMAS = ("core", "plan", "mart", "ops")
COLUMNS = common_columns()
RELATIONS = described_relations()
IDENTITIES = [
    (f"{schema}.{name}", identity["text"], identity["offending"])
    for schema in SCHEMAS
    for name, described in tomllib.loads((FOLDER / f"{schema}.toml").read_text(encoding="utf-8")).items()
    for identity in described.get("identities", ())
]
MAIN_MARTS = (
    "goal_fulfilment",
    "goal_fulfilment_bokslut",
    "goal_verdict",
    "sound_economic_management",
    "reference_value",
    "ranking",
    "peer_comparison",
    "national_outcome",
    "gender_gap",
    "indicator_history",
    "budget_check",
)


def published_columns(built: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Return relation -> its columns in the file's order."""
    found: dict[str, list[str]] = {}
    for relation, column in built.execute(
        "select schema_name || '.' || table_name, column_name from duckdb_columns() "
        "where list_contains($schemas, schema_name) and not internal order by 1, column_index",
        {"schemas": list(SCHEMAS)},
    ).fetchall():
        found.setdefault(relation, []).append(column)
    return found


def test_every_relation_is_described(built: duckdb.DuckDBPyConnection) -> None:
    """The dictionary describes exactly the relations in the file."""
    assert set(published_columns(built)) == set(RELATIONS)


def test_every_column_is_described(built: duckdb.DuckDBPyConnection) -> None:
    """Every column has a Swedish label and a sentence, from its relation or the common list."""
    lacking = [
        f"{relation}.{column}"
        for relation, columns in published_columns(built).items()
        for column in columns
        if not {"label", "about"} <= set(RELATIONS[relation].columns.get(column) or COLUMNS.get(column, {}))
    ]
    assert lacking == []


def test_nothing_is_described_that_is_not_there(built: duckdb.DuckDBPyConnection) -> None:
    """The dictionary describes no column that no relation has."""
    published = published_columns(built)
    used = {column for columns in published.values() for column in columns}
    assert set(COLUMNS) <= used
    assert [
        f"{name}.{column}"
        for name, described in RELATIONS.items()
        for column in described.columns
        if column not in published[name]
    ] == []
    assert [
        f"{name}.{column}"
        for name, described in RELATIONS.items()
        for column in described.sources
        if column not in published[name]
    ] == []


def test_every_source_is_one_that_has_a_label() -> None:
    """Every source named in the dictionary has a label in sources.toml."""
    labelled = set(tomllib.loads((FOLDER / "sources.toml").read_text(encoding="utf-8")))
    named = {meaning["source"] for meaning in COLUMNS.values() if "source" in meaning}
    for described in RELATIONS.values():
        named |= set(described.sources.values())
        named |= {meaning["source"] for meaning in described.columns.values() if "source" in meaning}
    assert named - labelled == set()


@pytest.mark.parametrize("name", RELATIONS)
def test_grain_and_key_are_told_and_true(built: duckdb.DuckDBPyConnection, name: str) -> None:
    """Each relation states its grain, and its key is unique in the recorded data."""
    described = RELATIONS[name]
    assert described.grain.startswith("One row")
    assert described.label
    assert described.about.endswith(".")
    key = ", ".join(f'"{column}"' for column in described.key)
    assert built.execute(
        f"select count(*) from (select {key} from {name} group by {key} having count(*) > 1)"
    ).fetchall() == [(0,)]


@pytest.mark.parametrize(("name", "text", "offending"), IDENTITIES, ids=[f"{i[0]}: {i[1]}" for i in IDENTITIES])
def test_identities_hold(built: duckdb.DuckDBPyConnection, name: str, text: str, offending: str) -> None:
    """No row of the recorded data breaks an identity of the dictionary."""
    assert (name, text, built.execute(offending).fetchall()) == (name, text, [])


@pytest.mark.parametrize("name", MAIN_MARTS)
def test_main_marts_have_an_identity(name: str) -> None:
    """Each main mart states at least one arithmetic identity."""
    assert RELATIONS[f"mart.{name}"].identities
