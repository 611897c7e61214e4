"""No output contradicts the verdict, margin and operator of its row."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from fake_kolada import FakeKolada
from tests.conftest import UNLIMITED
from tests.sweeping import is_whole
from tests.words import claims, outputs
from tests.words.made_up import MadeUpWorld, kolada_of, plan_of, worlds
from tests.words.small import PLAN_ID, TARGET_YEAR, YEARS

WORLDS = 30 if is_whole() else 3
INDICATORS = 14
REPORTED = (2022, TARGET_YEAR)
CHANGED_VALUES = re.compile(rf"{claims.N} → {claims.N}")


def contradictions(home: Path) -> Iterator[str]:
    """Yield every contradiction between the outputs and the file that they were made from."""
    judged = outputs.judgements(home, PLAN_ID)
    for year, page in outputs.report_pages(home, PLAN_ID, REPORTED):
        for indicator_id in {indicator_id for indicator_id, _ in judged}:
            yield from of_article(judged, page, indicator_id, year)
        yield from of_matrix(f"matrix {year}", judged, page, year)
    yield from of_matrix("short report", judged, outputs.short_page(home, PLAN_ID, TARGET_YEAR), TARGET_YEAR)
    yield from of_word_text(judged, outputs.word_texts(home, PLAN_ID))
    for indicator_id, year in judged:
        if year == TARGET_YEAR:
            text = outputs.explanation(home, PLAN_ID, indicator_id, year)
            yield from named(f"explain {indicator_id}", of_explanation(judged[indicator_id, year], text))
    for output, rows in (
        ("csv", outputs.csv_rows(home, PLAN_ID)),
        ("workbook", outputs.workbook_rows(home, PLAN_ID)),
    ):
        for row in rows:
            key = row["Id"], int(row["År"])
            held = row["Ställs mot"]
            said = claims.shown_pair(
                judged[key], swedish(row["Utfall"]), swedish(held), row["Avrundning"], swedish(row["Marginal"])
            )
            yield from named(f"{output} {key}", said)
    for row in outputs.goal_sheet_rows(home, PLAN_ID):
        key = row["Id"], int(row["År"])
        pair = swedish(row["Utfall"]), swedish(row["Ställs mot"])
        said = claims.shown_pair(judged[key], *pair, row["Kommentar"], swedish(row["Marginal"]))
        yield from named(f"goal sheet {key}", said)
    yield from of_terminal(judged, outputs.terminal(home, PLAN_ID))
    yield from of_memo(outputs.memo(home, PLAN_ID))


def named(place: str, said: Iterator[str]) -> Iterator[str]:
    """Return the contradictions with their place as a prefix."""
    return (f"{place}: {each}" for each in said)


def swedish(text: str) -> str:
    """Return a number from a file in Swedish notation, without a decimal if it is whole."""
    return text.removesuffix(",0").replace("-", "−")


def of_article(judged: dict, page: outputs.Node, indicator_id: str, year: int) -> Iterator[str]:
    """Yield contradictions in an indicator's article of the report."""
    row, place = judged[indicator_id, year], f"report {indicator_id} {year}"
    texts = outputs.article_texts(page, indicator_id)
    yield from named(f"{place} sentence {texts['sentence']!r}", claims.decision(row, texts["sentence"]))
    facts = {name.removeprefix("fact "): text for name, text in texts.items() if name.startswith("fact ")}
    margin = next((text for name, text in facts.items() if name.startswith("Marginal")), "")
    value = facts[f"Utfall {year}"]
    goal = next((text for name, text in facts.items() if re.fullmatch(r"Mål( \d{4})?", name)), "")
    cautions = texts.get("detail Att tänka på", "")
    held = held_in_facts(row, facts, goal)
    if held:
        yield from named(f"{place} facts", claims.shown_pair(row, value, held, cautions, margin))
    yield from named(f"{place} development", claims.development(row, texts.get("detail Utveckling", "")))
    yield from named(f"{place} standing", claims.standing(row, texts.get("detail Bland kommunerna", "")))
    yield from named(f"{place} genders", claims.genders(row, texts.get("detail Kvinnor och män", "")))
    yield from named(f"{place} chart", of_chart(row, texts))
    yield from named(f"{place} years", of_years(judged, page, indicator_id))


def held_in_facts(row: claims.Row, facts: dict[str, str], goal: str) -> str:
    """Return the compared number in the facts; empty for places, ranges and offsets.

    If rounding decides, the facts show the target unrounded and rounded; the rounded one was compared.
    """
    if row["target_kind"] in ("number", "gender_gap"):
        return re.findall(claims.N, goal)[-1]
    if row["target_offset"] or row["reference_value"] is None:
        return ""
    return next((text for name, text in facts.items() if not name.startswith(("Utfall", "Mål", "Marginal"))), "")


def of_matrix(place: str, judged: dict, page: outputs.Node, year: int) -> Iterator[str]:
    """Yield contradictions in the matrix of a page."""
    rows = outputs.matrix(page)
    if set(rows) != {indicator_id for indicator_id, _ in judged}:
        yield f"{place}: not every indicator is read"
    for indicator_id, cells in rows.items():
        row = judged[indicator_id, year]
        numbers = re.findall(claims.N, cells["Mål"])
        if numbers and row["target_kind"] not in ("range", "rank", "best_share"):
            said = claims.shown_pair(row, cells["Utfall"], numbers[-1], cells["Kommentar"])
            yield from named(f"{place} {indicator_id}", said)


def of_word_text(judged: dict, said: dict[str, str]) -> Iterator[str]:
    """Yield contradictions in the Word report for the target year."""
    for (indicator_id, year), row in judged.items():
        if year == TARGET_YEAR:
            text = said.get(indicator_id, said.get(f"M{indicator_id}", ""))
            yield from named(f"word {indicator_id} {text!r}", claims.decision(row, text))


def of_chart(row: claims.Row, texts: dict[str, str]) -> Iterator[str]:
    """Yield contradictions in the labels of the chart of all municipalities, if its mean judged the value."""
    if row["verdict"] not in ("met", "not_met") or row["value_source"] != "kolada" or row["is_rounded_only"]:
        return
    if row["gender"] != "T" or row["target_offset"] or len(row["criteria"]) > 1:
        return
    beside = "target" if row["target_kind"] == "number" else "average"
    is_shown = row["target_kind"] == "number" or row["reference_kind"] == "riket"
    if "chart own" in texts and f"chart {beside}" in texts and is_shown and row["value_year"] == row["year"]:
        own, held = (re.findall(claims.N, texts[f"chart {name}"])[-1] for name in ("own", beside))
        yield from claims.pair(row, own, held)


def of_years(judged: dict, page: outputs.Node, indicator_id: str) -> Iterator[str]:
    """Yield contradictions between each year's value and its target or its mean in the table."""
    rows = outputs.year_rows(page, indicator_id)
    for index, year in enumerate(YEARS):
        row = judged[indicator_id, year]
        own = rows.get("Provorten", ["–"] * len(YEARS))[index]
        if row["verdict"] not in ("met", "not_met") or row["value_year"] != year or row["is_rounded_only"]:
            continue
        if row["gender"] != "T" or row["target_offset"]:
            continue
        mean = {"riket": "Riket", "unweighted_mean": "Ovägt medel"}.get(str(row["reference_kind"]))
        if mean in rows:
            yield from claims.pair(row, own, rows[mean][index])
        elif row["target_kind"] == "number":
            target = claims.exact(row["target_value"])
            if claims.holds(claims.number(own), str(row["operator"]), target) != claims.is_met(row):
                yield f"{own} in {year} beside {row['verdict']}"


def of_explanation(row: claims.Row, text: str) -> Iterator[str]:
    """Yield contradictions in the output of `kolada explain`."""
    chapter = text.partition("Bedömningen\n")[2].partition("\n\n")[0]
    yield from claims.decision(row, chapter)
    yield from claims.development(row, text)
    yield from claims.standing(row, text.partition("Utveckling och läge\n")[2].partition("\n\n")[0])
    yield from claims.genders(row, text)
    if found := re.search(rf"Marginal \(plus är bra\): {claims.N}", text):
        shown = claims.number(found[1])
        if (shown > 0, shown < 0) != (row["margin"] > 0, row["margin"] < 0):
            yield f"{found[0]} for {row['margin']}"


def of_terminal(judged: dict, text: str) -> Iterator[str]:
    """Yield contradictions in the printed goal table of the target year."""
    line = re.compile(
        rf"^ (A\d+) +(?:[NU]\d{{5}})? +Indikator A\d+ +(?:{claims.N}|–) +"
        rf"(?:(>=|>|<=|<) {claims.N}|plats \d+|bästa [\d,]+ %|\S+ till \S+)? +(\S.*?)  ",
        re.MULTILINE,
    )
    seen = set()
    for indicator_id, value, operator, held, said in line.findall(text):
        row = judged[indicator_id, TARGET_YEAR]
        seen.add(indicator_id)
        if held and operator != row["operator"]:
            yield f"terminal {indicator_id}: {operator} for {row['operator']}"
        if value and held:
            yield from named(f"terminal {indicator_id}", claims.shown_pair(row, value, held, said))
    missing = {indicator_id for indicator_id, _ in judged} - seen
    if missing:
        yield f"terminal: {missing} not read"


def of_memo(text: str) -> Iterator[str]:
    """Yield changed values of the memo that are equal numbers."""
    for before, after in CHANGED_VALUES.findall(text):
        if claims.number(before) == claims.number(after) and before != after:
            yield f"memo: {before} → {after}"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, make_nights: Callable) -> Callable[[MadeUpWorld], Path]:
    """Give a function that publishes a world's two runs and returns its home."""

    def publish(world: MadeUpWorld) -> Path:
        folder = tmp_path_factory.mktemp("world")
        plan = plan_of(world).write(folder)
        nights = make_nights(
            home=folder / "home",
            fake=FakeKolada(kolada_of(world, 0).data()),
            plans=(plan,),
            settings=dict(UNLIMITED),
        )
        assert nights.refresh().state == "published"
        nights.fake.data = kolada_of(world, 1).data()
        assert nights.refresh().state == "published"
        return nights.home

    return publish


@pytest.mark.slow
@pytest.mark.sweep
@pytest.mark.timeout(3600)
@settings(
    max_examples=WORLDS,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(world=worlds(INDICATORS))
def test_no_output_contradicts_a_verdict(world: MadeUpWorld, published: Callable[[MadeUpWorld], Path]) -> None:
    """Report, explain, memo, workbook, CSV and terminal agree with verdict, margin and operator of random worlds."""
    found = list(contradictions(published(world)))
    if found:
        pytest.fail(f"{world.rules}\n" + "\n".join(found[:60]), pytrace=False)
