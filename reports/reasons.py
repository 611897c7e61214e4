"""Why a verdict is no answer: each reason as a Swedish sentence, and in a few words."""

from reports.contents import Contents
from reports.sourced_rows import Row

REASONS = {
    "manual_input_missing": "Uppgiften finns inte i Kolada och är ännu inte inmatad.",
    "kpi_withdrawn": "Nyckeltalet finns inte längre i Kolada, och Kolada har inget värde.",
    "kpi_closed": "Nyckeltalet stängdes före detta år. Ett nytt nyckeltal mäter något annat och får inte ersätta det.",
    "before_first_load": "Tidpunkten ligger före den första inläsningen av Kolada: vad som var känt då syns inte.",
    "not_published_yet": "Värdet är ännu inte publicerat i Kolada, för någon kommun.",
    "publication_overdue": "Värdet borde ha publicerats men finns ännu inte i Kolada, för någon kommun.",
    "not_measured": "Ingen kommun har något värde för året: mätningen gjordes inte.",
    "withheld": "Värdet är dolt av sekretesskäl.",
    "not_applicable": "Nyckeltalet är inte tillämpligt för kommunen detta år.",
    "missing_reported": "Värdet redovisas som bortfall i Kolada.",
    "value_withheld_unknown": "Värdet är tomt i Kolada utan att något skäl anges.",
    "not_participating": "Andra kommuner har värden för året, men inte den egna: kommunen deltog inte.",
    "nothing_published": "Inget värde har någonsin publicerats för nyckeltalet.",
    "reference_missing": "Värdet finns, men det saknas ett jämförelsevärde för året.",
    "comparison_value_missing": "Värdet finns, men talet som det ska jämföras med är inte inmatat.",
    "previous_year_missing": "Värdet finns, men föregående års värde saknas och målet gäller förändringen.",
    "series_break": "Nyckeltalet har ändrats mellan det att målet sattes och värdet: de kan inte jämföras.",
    "no_target": "Indikatorn har inget målvärde. Den visas men bedöms inte.",
    "no_yearly_criterion": "Målet gäller över tid och kan inte prövas för ett enskilt år.",
    "before_target_year": "Målet gäller ett senare år. Läget visas utan att bedömas.",
}
# Reasons that a plan written before them has no word for.
SHORT_REASONS = {"publication_overdue": "borde ha publicerats men finns inte ännu"}
WITHHELD = ("withheld", "value_withheld_unknown")


def reason(contents: Contents, row: Row) -> str:
    """Why a verdict is no answer, as a sentence; the plan's own word where this page has none."""
    code = row["verdict_reason"]
    return REASONS.get(code, contents.label("verdict_reason", code)) if code else ""


def short_reason(contents: Contents, code: str) -> str:
    """Why a verdict is no answer, in a few words: the plan's own where it has any."""
    return contents.labels.get(("verdict_reason", code)) or SHORT_REASONS.get(code, code)
