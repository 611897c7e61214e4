"""The schemas of the client's frames: names and types of their columns.

What belongs here: column names, types and meanings. Every frame that the client returns has exactly one of these
schemas, in this order; a test checks each parser. Source: Kolada API v3.
"""

import polars as pl

DATA_SCHEMA: dict[str, pl.DataType] = {
    "kpi_id": pl.String(),
    "municipality_id": pl.String(),  # four digits, or a group id (`G2328`) for Kolada's own group means
    "period": pl.Int32(),  # the year that the value describes
    "gender": pl.String(),  # T total, K women, M men; which of them exist differs by KPI and row
    "value": pl.Float64(),  # in the KPI's own unit, unrounded; null is "no value", never zero
    "value_count": pl.Int32(),  # number of units with a value: 1 or 0, and for a group its members with a value
    "status": pl.String(),  # "" if Kolada gives none (or null); "Missing", "Privacy" ...
    "is_deleted": pl.Boolean(),
}
"""One row per (kpi_id, municipality_id, period, gender)."""

OU_DATA_SCHEMA: dict[str, pl.DataType] = {
    ("ou_id" if name == "municipality_id" else name): kind for name, kind in DATA_SCHEMA.items()
}
"""One row per (kpi_id, ou_id, period, gender)."""

KPI_SCHEMA: dict[str, pl.DataType] = {
    "kpi_id": pl.String(),
    "title": pl.String(),  # not unique; ends in `(-2024)` for a closed KPI
    "description": pl.String(),  # may contain a backslash and an n as two characters; the source follows "Källa:"
    "is_divided_by_gender": pl.Boolean(),  # a hint only
    "municipality_type": pl.String(),  # K municipalities, L regions, A both
    "auspice": pl.String(),
    "operating_area": pl.String(),
    "perspective": pl.String(),
    "prel_publication_date": pl.Date(),
    "publication_date": pl.Date(),  # when the NEXT value is expected, not when the last one came
    "publ_period": pl.Int32(),  # the year that the next publication describes
    "has_ou_data": pl.Boolean(),
}
"""One row per kpi_id."""

MUNICIPALITY_SCHEMA: dict[str, pl.DataType] = {
    "municipality_id": pl.String(),
    "municipality_name": pl.String(),
    "municipality_type": pl.String(),  # K municipality, L region; Riket (0000) is an L too
}
"""One row per municipality_id."""

GROUP_SCHEMA: dict[str, pl.DataType] = {
    "group_id": pl.String(),
    "group_name": pl.String(),
    "member_id": pl.String(),
    "member_name": pl.String(),
}
"""One row per (group_id, member_id); a group without members is one row with a null member."""

OU_SCHEMA: dict[str, pl.DataType] = {
    "ou_id": pl.String(),
    "ou_name": pl.String(),
    "municipality_id": pl.String(),
}
"""One row per ou_id."""

GENDERS = ("T", "K", "M")
"""Total, women, men."""
