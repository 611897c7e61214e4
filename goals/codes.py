"""The codes that judgements carry, each with its Swedish word, and which codes of a plan go together.

A code not in `LABELS` is unknown: a plan that labels it is refused. The words here are the defaults; a plan
replaces any of them under `[labels.<kind>]` in its plan.toml, so that "Uppnått" can stand for `met`.
"""

from collections.abc import Mapping

ROLES_OF_SECTION: Mapping[str, tuple[str, ...]] = {
    "prioritized": ("steering", "supporting"),
    "operational": ("operational",),
    "financial": ("financial",),
    "follow_up": ("follow_up",),
}
OPERATORS_OF_DIRECTION: Mapping[str, tuple[str, ...]] = {
    "higher": (">=", ">"),
    "lower": ("<=", "<"),
    "target": (">=", ">", "<=", "<"),
}
# Beside these: group:<id of a group of Kolada> and own:<name of a list of the plan>.
REFERENCES = ("national_average", "riket", "unweighted_mean", "median", "p25", "p75", "county", "similar")
RANK_SCOPES = ("all", "county", "similar")
PERIODS = ("T1", "T2", "Q1", "Q2", "Q3", "Q4", *(f"{month:02}" for month in range(1, 13)))

LABELS: Mapping[str, Mapping[str, str]] = {
    "verdict": {
        "met": "Uppfyllt",
        "not_met": "Ej uppfyllt",
        "partly_met": "Delvis uppfyllt",
        "not_yet_due": "Målåret ej nått",
        "no_data": "Data saknas",
        "not_comparable": "Ej jämförbart",
        "not_assessable": "Ej bedömbart",
        "assessment_required": "Kräver bedömning",
        "undetermined": "Kan ej avgöras",
    },
    "verdict_reason": {
        "manual_input_missing": "uppgiften är inte inmatad",
        "kpi_withdrawn": "nyckeltalet finns inte längre i Kolada",
        "kpi_closed": "nyckeltalet är stängt före detta år",
        "value_withdrawn": "värdet har tagits bort ur Kolada",
        "not_published_yet": "ännu inte publicerat",
        "publication_overdue": "borde vara publicerat men finns inte",
        "before_first_load": "före första inläsningen",
        "not_measured": "ingen mätning detta år",
        "withheld": "sekretess",
        "not_applicable": "ej tillämpligt",
        "missing_reported": "uppgift saknas (bortfall)",
        "total_missing": "värde för kvinnor eller män, men inget totalt",
        "value_withheld_unknown": "värdet saknas utan angivet skäl",
        "not_participating": "kommunen deltog inte",
        "nothing_published": "inget har publicerats för nyckeltalet",
        "reference_missing": "jämförelsevärdet saknas",
        "previous_missing": "tidigare värde att jämföra med saknas",
        "comparison_value_missing": "jämförelsetalet är inte inmatat",
        "riket_missing": "Riket saknas, ovägt medel används",
        "series_break": "brott i serien mellan mål och utfall",
        "kpi_rescaled": "nyckeltalet är omräknat sedan målet sattes",
        "no_target": "inget målvärde",
        "no_yearly_criterion": "inget kriterium för enskilda år",
        "before_target_year": "målåret har inte kommit",
    },
    "section": {
        "prioritized": "Prioriterade mål",
        "operational": "Verksamhetsmål för god ekonomisk hushållning",
        "financial": "Finansiella mål för god ekonomisk hushållning",
        "follow_up": "Uppföljningsmått, inte mål",
    },
    "role": {
        "steering": "Styrande indikator",
        "supporting": "Stödjande indikator",
        "operational": "Verksamhetsmål",
        "financial": "Finansiellt mål",
        "follow_up": "Uppföljningsmått",
    },
    "direction": {"higher": "Högre är bättre", "lower": "Lägre är bättre"},
    "value_source": {"kolada": "Kolada", "manual": "Kommunens uppgift", "document": "Tryckt i budgeten"},
    "value_route": {"kolada": "Hämtas från Kolada", "manual": "Matas in"},
    "target_kind": {
        "number": "Målvärde",
        "above_reference": "Över jämförelsevärdet",
        "below_reference": "Under jämförelsevärdet",
        "previous_year": "Jämfört med föregående år",
        "other_value": "Jämfört med ett annat tal",
    },
    "operator": {">=": "minst", ">": "över", "<=": "högst", "<": "under"},
    "reference": {
        "national_average": "Riksgenomsnittet",
        "similar": "Liknande kommuner",
        "riket": "Riket",
        "unweighted_mean": "Alla kommuner (ovägt medel)",
        "median": "Median",
        "p25": "Undre kvartil",
        "p75": "Övre kvartil",
        "county": "Kommunerna i länet (ovägt medel)",
        "previous_year": "Föregående år",
        "other_value": "Jämförelsetal",
    },
    "trend": {
        "improved": "Förbättrad",
        "worsened": "Försämrad",
        "unchanged": "Oförändrad",
        "method_changed": "Metoden ändrad",
    },
    "pace": {"ahead": "Före takten", "on_pace": "I takt", "behind": "Efter takten"},
    "colour": {"green": "Grön", "yellow": "Gul", "red": "Röd", "grey": "Grå"},
    "comparability": {
        "comparable": "Jämförbar",
        "series_break": "Brott i serien",
        "kpi_closed": "Stängt nyckeltal",
        "kpi_withdrawn": "Nyckeltalet borttaget",
        "not_comparable": "Ej jämförbar",
    },
    "variant": {"each_group": "Majoritet i vardera gruppen", "together": "Majoritet av alla mål"},
    "change_kind": {
        "first": "Första värdet",
        "returned": "Åter",
        "deleted": "Borttaget",
        "vanished": "Försvunnet",
        "suppressed": "Dolt",
        "restored": "Återställt",
        "status": "Ändrad status",
        "precision": "Ändrad precision",
        "rounding": "Ändrad avrundning",
        "rescaled": "Ändrad skala",
        "revised": "Reviderat",
    },
    "cause": {
        "new_year": "Nytt år",
        "own_value_revised": "Eget värde reviderat",
        "own_value_suppressed": "Eget värde dolt",
        "reference_revised": "Jämförelsevärdet reviderat",
        "group_changed": "Jämförelsegruppen ändrad",
        "target_edited": "Målet ändrat",
        "rule_changed": "Regeln ändrad",
        "manual_figure_edited": "Inmatad uppgift ändrad",
        "kpi_redefined": "Nyckeltalet omdefinierat",
        "kpi_withdrawn": "Nyckeltalet borttaget",
        "software_changed": "Programmet ändrat",
    },
    "outcome_kind": {"outcome": "Utfall", "forecast": "Prognos"},
    "reconciliation": {
        "match": "Stämmer",
        "rounded": "Stämmer efter avrundning",
        "revised": "Reviderat sedan budgeten",
        "missing": "Saknas i Kolada",
        "published_since": "Publicerat efter budgeten",
        "missing_in_both": "Saknas i båda",
    },
    "budget_kind": {"budget": "Budget", "plan": "Plan", "actual": "Faktisk"},
    "budget_level": {"line": "Rad", "total": "Summa", "key_figure": "Nyckeltal", "text": "Löptext"},
    "severity": {"high": "Hög", "medium": "Medel", "low": "Låg"},
    "gender": {"T": "Totalt", "K": "Kvinnor", "M": "Män"},
}
