"""The chapters of an explanation, in Swedish: each a heading and the evidence below it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.reading.contents import Contents
from reports.reading.evidence import Evidence
from reports.reading.sourced_rows import Row
from reports.swedish import sentences as words
from reports.swedish.criterion_words import GENDERS, PLACES, compared_name, criterion, outcome_name
from reports.swedish.notices import known_text, source_text
from reports.swedish.numbers import (
    HARD_SPACE,
    date_text,
    decimals_in,
    decimals_text,
    full_text,
    instant_text,
    number_text,
    plain_decimals,
)
from reports.swedish.plan_edits import edits_told, printed_before
from reports.swedish.reasons import reason, short_reason
from reports.swedish.rule_sentences import RULES
from reports.swedish.sentences import plain
from reports.swedish.verdict_sentences import REFERENCE_KINDS, decimals_of, margin_decimals, verdict_sentence


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading and its lines."""

    title: str
    lines: tuple[str, ...]


def chapters_of(evidence: Evidence) -> tuple[Chapter, ...]:
    """Return the chapters that have contents, in the order of an audit."""
    told = (
        ("Vad som visas", _shown(evidence)),
        ("Värdet", _value(evidence)),
        ("Bedömningen", _judgement(evidence)),
        ("Regeln", _rule(evidence)),
        ("Jämförelsevärden", _references(evidence)),
        ("Versioner av värdet", _versions(evidence)),
        ("Hur det hämtades", _requests(evidence)),
        ("Nyckeltalets definition när värdet lästes", _definition(evidence)),
        ("I dokumentet", _document(evidence)),
        (evidence.contents.of_own_kind("Kommunens egna uppgifter"), _manual(evidence)),
        ("Kommentarer", _comments(evidence)),
        ("Utveckling och läge", _standing(evidence)),
        ("Hur bedömningen har ändrats", _changes(evidence)),
        ("Hur planen har ändrats", _edits(evidence)),
        ("Nästa publicering", _coming(evidence)),
        ("Anmärkningar", (str(issue["text"]) for issue in evidence.part.issues)),
    )
    return tuple(Chapter(title, found) for title, lines in told if (found := tuple(str(line) for line in lines)))


def _said(lines: Iterator[Markup] | Sequence[Markup | None]) -> Iterator[str]:
    yield from (plain(line) for line in lines if line is not None)


def _number(value: float | None, decimals: int | None = None, unit: str | None = None) -> str:
    """Return a number as it is shown, with its unit, and in full if it has more decimals."""
    if value is None:
        return "inget värde"
    shown_decimals = plain_decimals(value) if decimals is None else decimals
    shown = number_text(value, shown_decimals) + (f"{HARD_SPACE}{unit}" if unit else "")
    return shown if decimals_in(value) <= shown_decimals else f"{shown} (exakt {full_text(value)})"


def _lines(lines: str) -> str:
    return lines.replace("-", "–")


def _shown(evidence: Evidence) -> Iterator[str]:
    contents = evidence.contents
    plan, source = contents.plan, contents.source
    kpi_id = evidence.part.indicator["kpi_id"]
    what = f"nyckeltal {kpi_id} i Kolada" if kpi_id else "en uppgift som inte finns i Kolada"
    yield f"{contents.place} ({plan['municipality_id']}), {what}, år {evidence.year}."
    yield f"{plan['title']} (plan {plan['plan_id']}), {known_text(source)}."
    yield f"Körning {source.run_id}, programversion {contents.run['software_version']}."


def _value(evidence: Evidence) -> Iterator[str]:
    row, contents = evidence.judged, evidence.contents
    if row["value"] is None:
        yield f"Utfall {evidence.year}: saknas. {reason(contents, row)}"
        return
    named = "Utfall" if row["gender"] == "T" else outcome_name(row)
    yield f"{named} {row['value_year']}: {_number(row['value'], decimals_of(row), row['unit'])}."
    yield f"{source_text(contents.source, row['source_label'])}."
    yield from _said(words.maturity(row))


def _judgement(evidence: Evidence) -> Iterator[str]:
    row, contents = evidence.judged, evidence.contents
    yield f"{contents.label('verdict', row['verdict'])}. {plain(verdict_sentence(contents, evidence.part, row))}"
    if row["verdict_reason"]:
        yield f"Skäl: {short_reason(contents, row['verdict_reason'])} ({row['verdict_reason']})."
    if row["margin"] is not None:
        label = source_text(contents.source, words.derived_label(contents, row))
        unit = " platser" if row["margin_unit"] == "places" else ""
        yield f"Marginal (plus är bra): {_number(row['margin'], margin_decimals(row))}{unit}. {label}."
    if row["is_sensitive"] is not None:
        with_other = contents.label("verdict", row["verdict_alt"]).lower()
        yield (
            f"Känslighet: med det andra sättet att räkna riksgenomsnittet blir bedömningen {with_other}, "
            f"{'alltså en annan' if row['is_sensitive'] else 'alltså densamma'}."
        )
    if row["is_rounded_only"] is not None:
        criteria = evidence.part.criteria[evidence.year]
        rounded = [f" kriteriet {each['criterion']}" for each in criteria if each["is_rounded_only"]]
        deciding = " och".join(rounded) if len(criteria) > 1 else ""
        yield f"Avrundningen avgör{deciding}." if rounded else "Avrundningen avgör inte."
    yield from _said(words.warnings(contents, row))


def _rule(evidence: Evidence) -> Iterator[str]:
    row, contents, part = evidence.judged, evidence.contents, evidence.part
    criteria = part.criteria[evidence.year]
    if not criteria:
        yield "Indikatorn har inget målvärde."
        return
    for each in criteria:
        name = f"Kriteriet {each['criterion']}" if len(criteria) > 1 else "Mål"
        printed = f", tryckt som ”{each['target_text']}”" if each["target_text"] else ""
        yield f"{name}: {plain(criterion(contents, each))}{printed}."
    if len(criteria) > 1:
        needed = "ett av kriterierna räcker" if part.indicator["criteria_rule"] == "any" else "alla kriterier ska nås"
        yield f"Regel för flera kriterier: {needed}."
    if row["owner"]:
        yield f"Ansvarig: {row['owner']}."
    yield _place_in_document(contents, row)
    for each in criteria:
        before = printed_before(contents, part.target_edits(each))
        if before:
            yield f"{before[0].upper()}{before[1:]}."
    if row["direction"]:
        yield f"{contents.label('direction', row['direction'])}."
    rules = {rule["rule_name"]: rule["rule_value"] for rule in contents.rules}
    for name in _rules_of(criteria):
        value = rules.get(name, "")
        yield f"{contents.of_own_kind(RULES[name].get(value, value))} (regel {name} = {value})"
    if any(each["target_reference"] == "similar" for each in criteria):
        yield "Jämförelsevärdet är det ovägda medlet av de liknande kommuner som har värde."
    if any(each["target_kind"] in PLACES for each in criteria):
        yield f"Platsen räknas på värden som de är mottagna, bland de {contents.units} i urvalet som har värde."
    if row["compared_at_decimals"] is not None:
        yield f"Här jämförs {decimals_text(row['compared_at_decimals'])}."
    yield f"Planens filer har SHA-256 {contents.plan['files_sha256']}."


def _rules_of(criteria: tuple[Row, ...]) -> Iterator[str]:
    """Return the plan's rules that the criteria use, each once."""
    if any(each["target_reference"] == "national_average" for each in criteria):
        yield "national_average"
    if any(each["target_kind"] in REFERENCE_KINDS for each in criteria):
        yield "average_precision"
    if any(each["target_kind"] not in (*REFERENCE_KINDS, *PLACES) for each in criteria):
        yield "fixed_target_precision"
    yield "partly_met_by"


def _place_in_document(contents: Contents, row: Row) -> str:
    """Return the place of the target in the document, or a note that the plan has no document."""
    if contents.plan["document_title"] is None:
        return "Planen har inget dokument: målet står i planens filer."
    where = [contents.plan["document_title"]]
    if row["document_page"]:
        where.append(f"sida {row['document_page']}")
    lines = row["target_document_lines"] or row["document_lines"]
    if lines:
        where.append(f"rad {_lines(lines)}")
    return f"Målet står i {', '.join(where)} (SHA-256 {contents.plan['document_sha256']})."


def _references(evidence: Evidence) -> Iterator[str]:
    contents, row = evidence.contents, evidence.judged
    criteria = evidence.part.criteria[evidence.year]
    compared = {(each["reference_kind"], each["gender"]) for each in criteria}
    for reference in evidence.references:
        code = reference["reference"].removeprefix("regions:")
        name = contents.label("reference", code.split(":")[0])
        of_gender = f" {GENDERS[reference['gender']]}" if reference["gender"] in GENDERS else ""
        used = " Detta användes." if (code, reference["gender"]) in compared else ""
        n = f", n = {reference['n']}" if reference["n"] is not None else ""
        label = source_text(contents.source, reference["source_label"])
        value = _number(reference["value"], decimals_of(row))
        yield f"{name}{of_gender} {reference['period']}: {value}{n}. {label}.{used}"
    for each in criteria:
        if each["reference_value"] is not None and each["target_kind"] != "reference":
            name, value = plain(compared_name(contents, each)), _number(each["reference_value"], decimals_of(each))
            yield f"{name[:1].upper()}{name[1:]}: {value}. Detta användes."


def _versions(evidence: Evidence) -> Iterator[str]:
    contents = evidence.contents
    for row in evidence.versions:
        until = f" till {instant_text(row['known_to'])}" if row["known_to"] is not None else ", gäller än"
        status = f", status ”{row['status']}”" if row["status"] else ""
        year = f" {row['period']}" if row["period"] != evidence.year else ""
        yield (
            f"{contents.label('gender', row['gender'])}{year}: {_number(row['value'])}{status}. "
            f"{contents.label('change_kind', row['change_kind'])}, från {instant_text(row['known_from'])}{until}. "
            f"Körning {row['run_id']}, begäran {row['request_id'] or 'okänd'}."
        )
    current = evidence.version_in_force
    if current is not None and evidence.contents.source.moment is None:
        yield f"Senast bekräftat oförändrat {instant_text(current['confirmed_at'])}."


def _requests(evidence: Evidence) -> Iterator[str]:
    for request in evidence.requests.values():
        yield f"Begäran {request['request_id']}: {request['url']}"
        yield (
            f"Svar {instant_text(request['fetched_at'])}, status {request['http_status']}, "
            f"{request['row_count'] if request['row_count'] is not None else '?'} poster, "
            f"{request['byte_count']} byte, försök {request['attempts']}."
        )
        yield f"Svarets SHA-256: {request['body_sha256']}. Svaret ligger som det kom i råarkivet, under det namnet."
    known = {row["request_id"] for row in evidence.versions if row["request_id"]} - set(evidence.requests)
    yield from (f"Begäran {each} står inte längre i förteckningen." for each in sorted(known))


def _definition(evidence: Evidence) -> Iterator[str]:
    kpi = evidence.kpi
    if kpi is None:
        if evidence.part.indicator["kpi_id"]:
            yield f"{evidence.part.indicator['kpi_id']} har inte stått i den katalog som lästs."
        return
    yield f"{kpi['kpi_id']} {kpi['title']}"
    yield str(kpi["description"]) or "Ingen beskrivning."
    until = f" till {instant_text(kpi['known_to'])}" if kpi["known_to"] is not None else ""
    yield f"Så löd den från {instant_text(kpi['known_from'])}{until}."
    if kpi["is_withdrawn"]:
        yield "Nyckeltalet är borttaget ur katalogen."
    later = [row for row in evidence.kpi_versions if row["known_from"] > kpi["known_from"]]
    yield from (f"Ändrad {instant_text(row['known_from'])}: {row['title']}" for row in later)


def _document(evidence: Evidence) -> Iterator[str]:
    row, contents = evidence.judged, evidence.contents
    place = [f"sida {row['document_page']}"] if row["document_page"] else []
    place += [f"rad {_lines(row['document_lines'])}"] if row["document_lines"] else []
    if contents.plan["document_title"]:
        yield f"Indikatorn: {', '.join([contents.plan['document_title'], *place])}."
    else:
        yield "Planen har inget dokument."
    before = printed_before(contents, evidence.part.own_edits)
    if before and place:
        yield f"{before[0].upper()}{before[1:]}."
    if evidence.part.indicator["source"]:
        yield f"Källa enligt dokumentet: {evidence.part.indicator['source']}"
    if evidence.printed is not None:
        printed = evidence.printed
        value = _number(printed["value"]) if printed["value"] is not None else f"”{printed['raw_marker']}”"
        line = f", rad {printed['document_line']}" if printed["document_line"] else ""
        yield f"Tryckt utfall {printed['year']}: {value}{line}."
    if evidence.reconciliation is not None:
        result = contents.label("reconciliation", evidence.reconciliation["result"])
        yield f"Jämfört med Kolada i dag: {result[0].lower()}{result[1:]}."


def _manual(evidence: Evidence) -> Iterator[str]:
    contents = evidence.contents
    for row in evidence.manual:
        yield (
            f"{contents.label('outcome_kind', row['kind'])} {row['year']}{_period(row)}: {_number(row['value'])}. "
            f"{row['source_note']}. Inmatad av {row['entered_by']} {date_text(row['entered_at'])}."
        )


def _period(row: Row) -> str:
    return f" {row['period']}" if row["period"] else ""


def _comments(evidence: Evidence) -> Iterator[str]:
    """Return the comments on the indicator, including those that were later removed or changed."""
    for row in evidence.comments:
        is_over = row["known_to"] is not None and row["known_to"] <= evidence.contents.source.known_at
        until = f" Gällde till {instant_text(row['known_to'])}." if is_over else ""
        yield (
            f"{row['year']}{_period(row)}: ”{row['text']}” Skriven av {row['written_by']} "
            f"{date_text(row['written_at'])}.{until}"
        )


def _standing(evidence: Evidence) -> Iterator[str]:
    contents, part, row = evidence.contents, evidence.part, evidence.judged
    yield from _said(words.development(contents, row))
    yield from _said(words.placing(contents, part, row))
    yield from _said([words.genders(contents, part, row), words.at_bokslut(contents, part, row)])


def _changes(evidence: Evidence) -> Iterator[str]:
    contents = evidence.contents
    for row in evidence.verdict_changes:
        yield (
            f"{instant_text(row['known_from'])}: från {contents.label('verdict', row['verdict_before']).lower()} "
            f"till {contents.label('verdict', row['verdict']).lower()}. "
            f"Orsak: {contents.label('cause', row['cause']).lower()} "
            f"({_number(row['value_before'])} → {_number(row['value'])})."
        )


def _edits(evidence: Evidence) -> Iterator[str]:
    for row, text in edits_told(evidence.contents, evidence.plan_edits):
        yield f"{instant_text(row['known_from'])}: {text}"


def _coming(evidence: Evidence) -> Iterator[str]:
    yield from _said([words.next_publication(evidence.part.calendar)])
