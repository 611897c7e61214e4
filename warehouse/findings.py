"""What a check found: one row per cell, unit, group or text, as it was and as it is.

The rows of all checks have the same columns, so that one review shows them, one table holds them, and two runs' rows
can be compared. A row is the same finding when all its columns but the note are; the hash of some rows is that of
their text in one settled form.
"""

import hashlib
import io
from collections.abc import Mapping

import polars as pl

# What a finding is about. Text is never null: what does not apply is empty.
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
# A note explains a row and is no part of what it says.
COMPARED = [name for name in FINDING_SCHEMA if name != "note"]


def findings_of(names: list[str], rows: list[tuple[object, ...]]) -> pl.DataFrame:
    """Rows of a check as findings, sorted, each once; columns that the check does not have are empty."""
    columns: dict[str, list[object]] = {name: [] for name in names}
    for row in rows:
        for name, value in zip(names, row, strict=True):
            columns[name].append(value)
    given = pl.DataFrame(
        {name: pl.Series(name, values, dtype=FINDING_SCHEMA[name]) for name, values in columns.items()}
    )
    return settled(given)


def settled(frame: pl.DataFrame) -> pl.DataFrame:
    """Findings in the one form in which they are kept and compared."""
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
    """Findings as the raw store keeps them: CSV in UTF-8 with a header."""
    out = io.BytesIO()
    findings.write_csv(out, quote_style="non_numeric")
    return out.getvalue()


def from_body(body: bytes) -> pl.DataFrame:
    """The findings that a body of the raw store holds."""
    return settled(pl.read_csv(body, schema=dict(FINDING_SCHEMA)))


def hash_of(findings: pl.DataFrame) -> str:
    """SHA-256 of what the findings say, notes left out."""
    return hashlib.sha256(findings.select(COMPARED).write_csv(quote_style="non_numeric").encode()).hexdigest()


def not_among(findings: pl.DataFrame, approved: pl.DataFrame) -> pl.DataFrame:
    """The findings that are not among some others."""
    return findings.join(approved, on=COMPARED, how="anti", nulls_equal=True)
