"""The findings of a check: one row per cell, unit, group or text, with the value before and after.

The rows of all checks have the same columns, so that one review shows them, one table stores them, and the rows of two
runs can be compared. Two rows are the same finding when all their columns except the note are equal. The hash of some
rows is the hash of their text in one normal form.
"""

import hashlib
import io
from collections.abc import Mapping

import polars as pl

# The columns of a finding. Text is never null: a column that does not apply is empty.
FINDING_SCHEMA: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "scope": pl.String,
    "kpi_id": pl.String,
    "unit_id": pl.String,
    "period": pl.Int32,
    "gender": pl.String,
    "before": pl.String,
    "after": pl.String,
    "note": pl.String,
}
# A note explains a row and is not compared.
COMPARED = [name for name in FINDING_SCHEMA if name != "note"]


def findings_of(names: list[str], rows: list[tuple[object, ...]]) -> pl.DataFrame:
    """Return the rows of a check as findings, sorted and without duplicates; columns that the check lacks are empty."""
    types = {name: FINDING_SCHEMA[name] for name in names}
    if not rows:
        return pl.DataFrame(schema=FINDING_SCHEMA)
    columns: dict[str, list[object]] = {name: [] for name in names}
    for row in rows:
        for name, value in zip(names, row, strict=True):
            columns[name].append(value)
    return settled(pl.DataFrame({name: pl.Series(name, columns[name], dtype=dtype) for name, dtype in types.items()}))


def settled(frame: pl.DataFrame) -> pl.DataFrame:
    """Return findings in the normal form in which they are stored and compared."""
    return (
        frame.select(
            (pl.col(name) if name in frame.columns else pl.lit(None)).cast(dtype).alias(name)
            for name, dtype in FINDING_SCHEMA.items()
        )
        .with_columns(pl.col(pl.String).fill_null(""))
        .unique(COMPARED, keep="first")
        .sort(COMPARED)
    )


def as_body(findings: pl.DataFrame) -> bytes:
    """Return findings as a body for the raw store: CSV in UTF-8 with a header."""
    out = io.BytesIO()
    findings.write_csv(out, quote_style="non_numeric")
    return out.getvalue()


def from_body(body: bytes) -> pl.DataFrame:
    """Return the findings in a body of the raw store."""
    return settled(pl.read_csv(body, schema=dict(FINDING_SCHEMA)))


def hash_of(findings: pl.DataFrame) -> str:
    """Return the SHA-256 of the findings without their notes."""
    return hashlib.sha256(findings.select(COMPARED).write_csv(quote_style="non_numeric").encode()).hexdigest()


def not_among(findings: pl.DataFrame, approved: pl.DataFrame) -> pl.DataFrame:
    """Return the findings that have not been approved."""
    return findings.join(approved, on=COMPARED, how="anti", nulls_equal=True)
