"""The reasons for a missing verdict: each as a Swedish sentence, and in a few words."""

from reports.reading.contents import Contents
from reports.reading.sourced_rows import Row

REASONS = {
    "manual_input_missing": "Uppgiften finns inte i Kolada och är ännu inte inmatad.",
    "before_first_load": "Tidpunkten ligger före den första inläsningen av Kolada: vad som var känt då syns inte.",
    "kpi_withdrawn": "Nyckeltalet finns inte längre i Kolada, och Kolada har inget värde.",
    "kpi_closed": "Nyckeltalet stängdes före detta år. Ett nytt nyckeltal mäter något annat och får inte ersätta det.",
    "value_withdrawn": "Kolada hade ett värde för kommunen, men det har tagits bort. Vad det var står i historiken.",
    "withheld": "Värdet är dolt av sekretesskäl.",
    "not_applicable": "Nyckeltalet är inte tillämpligt för kommunen detta år.",
    "missing_reported": "Värdet redovisas som bortfall i Kolada.",
    "total_missing": "Kolada har värde för kvinnor eller män men inget totalt, och målet gäller det totala.",
    "gender_missing": "Målet gäller kvinnor eller män, och Kolada har inget sådant värde för året.",
    "not_published_yet": "Värdet är ännu inte publicerat i Kolada, för någon kommun.",
    "publication_overdue": "Värdet borde ha publicerats men finns inte i Kolada, för någon kommun.",
    "not_measured": "Ingen kommun har något värde för året: mätningen gjordes inte.",
    "value_withheld_unknown": "Värdet är tomt i Kolada utan att något skäl anges.",
    "not_participating": "Andra redovisas i Kolada för året, men inte den egna kommunen: den deltog inte.",
    "nothing_published": "Inget värde har någonsin publicerats för nyckeltalet.",
    "reference_missing": "Värdet finns, men det saknas ett jämförelsevärde för året.",
    "previous_missing": "Värdet finns, men det tidigare värde som det ska jämföras med saknas.",
    "comparison_value_missing": "Värdet finns, men talet som det ska jämföras med är inte inmatat.",
    "riket_missing": "Riket saknas för nyckeltalet, och det ovägda medlet används i dess ställe.",
    "series_break": "Nyckeltalet har ändrats mellan det att målet sattes och värdet: de kan inte jämföras.",
    "kpi_rescaled": "Kolada har räknat om alla värden för nyckeltalet sedan målet sattes: de kan inte jämföras.",
    "no_target": "Indikatorn har inget målvärde. Den visas men bedöms inte.",
    "target_in_words": "Målet står ännu bara i ord, utan det som behövs för att pröva det. Det visas men bedöms inte.",
    "no_yearly_criterion": "Målet gäller över tid och kan inte prövas för ett enskilt år.",
    "before_target_year": "Målet gäller ett senare år. Läget visas utan att bedömas.",
}
WITHHELD = ("withheld", "value_withheld_unknown")


def reason(contents: Contents, row: Row) -> str:
    """Return the reason for a missing verdict as a sentence; the plan's label if there is no sentence."""
    code = row["verdict_reason"]
    if code == "total_missing" and row["target_kind"] is None:
        return "Kolada har värde för kvinnor eller män men inget totalt."
    return contents.of_own_kind(REASONS[code]) if code in REASONS else contents.label("verdict_reason", code)


def short_reason(contents: Contents, code: str) -> str:
    """Return the reason for a missing verdict in a few words: the plan's label."""
    return contents.label("verdict_reason", code)
