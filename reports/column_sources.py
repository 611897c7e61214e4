"""Whose figure a column holds: the source label of every column that is exported.

Values as received say "Källa: Kolada"; everything computed says that it is our own; what the council decided names the
plan. Where the rows of a column differ, the label says where in the row it stands.
"""

from collections.abc import Mapping

from reports.notices import DERIVED, RECEIVED

PLAN = "Källa: planens dokument och filer"
OWN_RUN = "Körningens egen uppgift"
BY_ROW = "Se radens source_label"
BY_REFERENCE = f"{RECEIVED} där reference_kind är riket, annars {DERIVED}"
BY_ROW_SWEDISH = "Se radens Utfallets källa"
BY_REFERENCE_SWEDISH = f"{RECEIVED} där Jämförs med är Riket, annars {DERIVED}"

_RUN_COLUMNS = frozenset(
    [
        "run_id",
        "request_id",
        "known_from",
        "known_to",
        "old_known_from",
        "confirmed_at",
        "change_kind",
        "seen_at",
        "seen_on",
        "sight_id",
        "files_sha256",
    ]
)
# What the plan's files say, wherever a mart repeats it.
_PLAN_COLUMNS = frozenset(
    [
        "plan_id",
        "goal_id",
        "goal_order",
        "section",
        "goal_title",
        "focus_area",
        "counts_in_majority",
        "compound_rule",
        "indicator_id",
        "indicator_order",
        "indicator_title",
        "indicator_part",
        "role",
        "unit",
        "direction",
        "display_decimals",
        "target_year",
        "target_kind",
        "operator",
        "target_value",
        "target_text",
        "target_decimals",
        "target_reference",
        "target_document_lines",
        "is_yearly_criterion",
        "document_page",
        "document_lines",
        "document_line",
        "document_value",
        "raw_marker",
        "bokslut_date",
        "assessment_verdict",
        "assessment_text",
        "assessment_decided_by",
        "assessment_decided_at",
        "forecast_value",
        "forecast_note",
        "manual_value",
        "available_month_day",
        "available_year_offset",
        "availability_basis",
        "note",
        "break_note",
        "comparability_note",
        "table_name",
        "row_name",
        "statement",
        "kind",
        "level",
        "why",
    ]
)
# What Kolada's answers and catalogue say, wherever a mart repeats it.
_RECEIVED_COLUMNS = frozenset(
    [
        "kpi_id",
        "kpi_title",
        "municipality_id",
        "municipality_name",
        "period",
        "gender",
        "kolada_value",
        "kolada_status",
        "value_women",
        "value_men",
        "value_total",
        "own_value",
        "old_value",
        "new_value",
        "old_status",
        "new_status",
        "status",
        "next_period",
        "prel_publication_date",
        "publication_date",
        "group_id",
        "group_name",
    ]
)
# Columns whose name alone doesn't tell.
_SPECIAL: Mapping[tuple[str, str], str] = {
    ("mart.goal_fulfilment", "value"): BY_ROW,
    ("mart.goal_fulfilment", "reference_value"): BY_REFERENCE,
    ("mart.goal_fulfilment_bokslut", "value"): BY_ROW,
    ("mart.goal_fulfilment_bokslut", "reference_value"): BY_REFERENCE,
    ("mart.judgement", "value"): BY_ROW,
    ("mart.judgement", "reference_value"): BY_REFERENCE,
    ("mart.indicator_history", "value"): BY_ROW,
    ("mart.measured", "value"): BY_ROW,
    ("mart.ranking", "value"): RECEIVED,
    ("mart.placing", "value"): RECEIVED,
    ("mart.bokslut_cell", "value"): RECEIVED,
    ("mart.reference_value", "value"): BY_ROW,
    ("mart.cross_check", "value"): RECEIVED,
    ("mart.peer_comparison", "reference_value"): BY_REFERENCE,
    ("mart.budget_line", "value"): BY_ROW,
    ("mart.budget_line", "year"): PLAN,
    ("mart.maluppfyllelse", "Utfall"): BY_ROW_SWEDISH,
    ("mart.maluppfyllelse", "Jämförelsevärde"): BY_REFERENCE_SWEDISH,
    **{("mart.maluppfyllelse", name): RECEIVED for name in ("Nyckeltal", "Kvinnor", "Män")},
    **{
        ("mart.maluppfyllelse", name): PLAN
        for name in [
            "Plan",
            "Mål",
            "Måltext",
            "Id",
            "Indikator",
            "Roll",
            "Enhet",
            "Villkor",
            "Målvärde",
            "Prognos",
            "Sida",
            "Rader",
        ]
    },
    ("mart.god_ekonomisk_hushallning", "Plan"): PLAN,
}
# In core, what we add to what was received.
_CORE_DERIVED = frozenset(
    [
        "is_withdrawn",
        "closed_after_year",
        "is_riket",
        "county_code",
        "topic",
        "vintage_year",
        "owner_municipality_id",
    ]
)


def column_source(relation: str, column: str) -> str:
    """The source label of a column.

    Args:
        relation: schema and name.
        column: of the relation.
    """
    schema = relation.partition(".")[0]
    if (relation, column) in _SPECIAL:
        return _SPECIAL[relation, column]
    if schema == "ops" or column in _RUN_COLUMNS:
        return OWN_RUN
    if schema == "plan":
        return PLAN
    if schema == "core":
        return DERIVED if column in _CORE_DERIVED else RECEIVED
    if column in _PLAN_COLUMNS:
        return PLAN
    return RECEIVED if column in _RECEIVED_COLUMNS else DERIVED
