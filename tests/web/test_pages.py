"""The pages: the file's figures, every state as a URL, and no resource of another host."""

import csv
import io
import re
import shutil
import time
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, unquote

import duckdb
import pytest
from starlette.testclient import TestClient

from fake_kolada import FakeKolada, apply_changes
from pipeline.settings import Settings
from reports.reading.sourced_rows import open_source
from tests.reports.conftest import World, ids
from tests.reports.support import OWN_LIST, OWN_NAME, PLAN_ID, corner, opened, read_page
from tests.reports.test_page_numbers import check
from tests.web.conftest import links_of
from web import make_app
from web.asked import MOST_UNITS
from web.kpi_pages import recipe

HERE = "http://127.0.0.1:8080"

PAGES = [
    f"/mal/{PLAN_ID}",
    f"/mal/{PLAN_ID}?year=2022&verdict=not_met&sort=marginal",
    f"/mal/{PLAN_ID}?q=bredband&sort=plats",
    f"/mal/{PLAN_ID}/P4.3",
    f"/mal/{PLAN_ID}/P4.2?year=2022",
    f"/mal/{PLAN_ID}/P4.3/forklara?year=2022",
    "/nyckeltal",
    "/nyckeltal?q=elever",
    "/nyckeltal/N15436",
    "/nyckeltal/N15436/kommuner",
    "/nyckeltal/N15436/kommuner?year=2022&gender=K&sort=andring",
    "/jamfor",
    "/jamfor?kpi=N15436&units=1489,0000&add=a",
    "/andringar",
    f"/andringar/{PLAN_ID}.atom",
    "/drift",
    "/hamta",
    f"/hamta/{PLAN_ID}?year=2022",
]


@pytest.mark.parametrize("address", PAGES)
def test_a_page_answers_in_full(browse, awkward_world, address):
    """Each page loads nothing from other hosts, has no inline script or style, and its links work."""
    client = browse(awkward_world)
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    assert "<script>alert" not in answer.text
    assert re.findall(r"<script(?![^>]*src=)|<style|<[^>]*\s(?:style|on[a-z]+)=", answer.text) == []
    led_to = [unescape(link) for link in links_of(answer.text) if not link.startswith(("#", "data:"))]
    own = [link for link in led_to if link.startswith(("/", "http://127.0.0.1:8080/"))]
    assert led_to == own
    for link in sorted(set(own))[:12]:
        if not link.startswith("/hamta/"):
            assert client.get(link).status_code in (200, 307), link


def test_a_kept_answer_is_shown(awkward_world):
    """From an explanation one comes to each request, with the answer as it was received."""
    settings = Settings(home=awkward_world.home)
    with TestClient(make_app(awkward_world.home / "kolada.duckdb", settings=settings), base_url=HERE) as client:
        explanation = client.get(f"/mal/{PLAN_ID}/P4.3/forklara?year=2022").text
        kept = [link for link in links_of(explanation) if link.startswith("/drift/svar/")]
        answer = client.get(kept[0])
    assert (answer.status_code, '"values"' in unescape(answer.text)) == (200, True)


def test_a_failed_run_is_told_from_a_failed_request(awkward_world, tmp_path):
    """A failed run has its own word: the same code means another thing in the coverage."""
    file = tmp_path / "kolada.duckdb"
    file.write_bytes((awkward_world.home / "kolada.duckdb").read_bytes())
    with duckdb.connect(str(file)) as connection:
        connection.execute("update ops.run set state = 'failed'")
    with TestClient(make_app(file), base_url=HERE) as client:
        text = unescape(client.get("/drift").text)
    assert set(re.findall(r'data-label="Läge">([^<]*)<', text)) == {"misslyckad"}
    assert "<dt>har värden</dt>" in text


@pytest.mark.slow
def test_figures_are_the_files(browse, awkward_world, tmp_path: Path):
    """Each figure of the matrix and of an article equals the file's, now and as of a run."""
    client = browse(awkward_world)
    with opened(awkward_world.home) as connection:
        first = connection.execute("select min(published_at) from ops.publication").fetchone()[0].isoformat()
        for as_of in (None, first):
            for address in (f"/mal/{PLAN_ID}", f"/mal/{PLAN_ID}/P4.2"):
                path = tmp_path / "page.html"
                path.write_text(client.get(address, params={"as_of": as_of} if as_of else {}).text, encoding="utf-8")
                assert check(open_source(connection, as_of), read_page(path)) > 20


def test_an_explanation_takes_little_of_the_machine(browse, sample_world):
    """With the plan in the cache, the page of an explanation takes less than 150 ms of CPU time."""
    client = browse(sample_world)
    address = f"/mal/{PLAN_ID}/P4.3/forklara?year=2022"
    assert client.get(address).status_code == 200
    took = []
    for _ in range(5):
        begun = time.process_time()
        client.get(address)
        took.append(time.process_time() - begun)
    assert min(took) < 0.15


def test_every_page_of_the_sample_says_that_it_is_made_up(browse, sample_world):
    """The banner stands on each page over the built-in sample, and in the feed."""
    client = browse(sample_world)
    for address in PAGES:
        assert "Påhittade exempelvärden" in client.get(address).text, address


def test_a_filter_shows_what_it_says(browse, sample_world):
    """The filter in the URL shows the indicators with that verdict and no others."""
    text = browse(sample_world).get(f"/mal/{PLAN_ID}?verdict=met").text
    shown = set(re.findall(rf'href="/mal/{PLAN_ID}/([A-Z][^"?/]*)\?', text))
    with opened(sample_world.home) as connection:
        expected = connection.execute(
            "select indicator_id from mart.goal_fulfilment where plan_id = ? and year = 2023 and verdict = 'met'",
            [PLAN_ID],
        ).fetchall()
    assert shown == {indicator for (indicator,) in expected}


@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        (f"/mal/{PLAN_ID}?nonsens=1", 400, "nonsens"),
        (f"/mal/{PLAN_ID}?year=2022&year=2023", 400, "en gång"),
        (f"/mal/{PLAN_ID}?year=1900", 404, "2018 till 2024"),
        (f"/mal/{PLAN_ID}?as_of=igår", 400, "2024-03-01"),
        (f"/mal/{PLAN_ID}?as_of=1990-01-01", 404, "1990-01-01"),
        (f"/mal/{PLAN_ID}/X9", 404, "X9"),
        ("/mal/ingen-plan", 404, "ingen plan ”ingen-plan”"),
        (f"/mal/{PLAN_ID}/P4.3/forklara?year=1900", 404, ""),
        (f"/hamta/{PLAN_ID}/rapport.html?year=1900", 404, ""),
        (f"/hamta/{PLAN_ID}?as_of=1990-01-01", 404, "1990-01-01"),
        ("/nyckeltal/N99999", 404, "N99999"),
        ("/jamfor?kpi=drop%20table", 400, "N15436"),
        ("/jamfor?units=%00", 400, "1489"),
        ("/hamta/alla/passwd", 404, "passwd"),
        ("/static/../app.py", 404, ""),
        ("/ingenstans", 404, "ingenstans"),
    ],
)
def test_what_cannot_be_shown_says_so(browse, sample_world, address, status, says):
    """A URL that cannot be shown gets an error page with a link onwards, and escapes the URL."""
    answer = browse(sample_world).get(address)
    assert answer.status_code == status
    assert says in unescape(answer.text)
    assert re.findall(r"\b(?:the|The|nothing|published|with)\b", re.sub("<[^>]*>", " ", answer.text)) == []
    assert browse(sample_world).get(address + "<script>x").text.count("<script>x") == 0


def test_only_this_host_and_only_reading(browse, sample_world):
    """Other host names, other origins and writing methods are refused, and security headers are set."""
    client = browse(sample_world)
    assert client.get("/", headers={"host": "attacker.example"}).status_code == 403
    assert client.get("/", headers={"origin": "http://attacker.example"}).status_code == 403
    for method in ("post", "put", "delete", "patch"):
        assert getattr(client, method)("/drift").status_code == 405
    headers = client.get("/drift").headers
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "set-cookie" not in headers


@pytest.mark.slow
def test_a_new_publication_is_seen_at_the_next_click(browse, make_nights, plans, tmp_path):
    """A new publication is shown on the next request, without a restart."""
    [plan] = [each for each in plans if each.plan_id == PLAN_ID]
    nights = make_nights(
        home=tmp_path / "home", fake=FakeKolada(corner(ids(plan), source_kind="sample")), plans=(plan,)
    )
    nights.refresh()
    client = browse(World(nights.home, None, None))
    before = client.get(f"/mal/{PLAN_ID}/P4.2").text
    nights.fake.data = apply_changes(nights.fake.data, ["revised:N15485/1489/2023/T=95.4"])
    nights.refresh()
    after = client.get(f"/mal/{PLAN_ID}/P4.2").text
    assert "95,4" not in before
    assert "95,4" in after


@pytest.mark.parametrize("name", ["rapport.html", "kort.html", "arbetsbok.xlsx", "andrat.md"])
def test_documents_can_be_fetched(browse, sample_world, name):
    """Each document is downloaded as a named file."""
    answer = browse(sample_world).get(f"/hamta/{PLAN_ID}/{name}")
    assert answer.status_code == 200
    assert f"{PLAN_ID}-2023-{name}" in answer.headers["content-disposition"]
    assert len(answer.content) > 300


def test_compared_units_have_places_among_all(browse, awkward_world):
    """Compared units have ranks from the file for each year and gender, and every unit has a dot."""
    client = browse(awkward_world)
    text = client.get("/jamfor?kpi=N15436&units=1489,0000&gender=KM&since=2021&until=2022").text
    with opened(awkward_world.home) as connection:
        counted = connection.execute(
            """
            with peers as (
                select cell.gender, cell.municipality_id, rank() over among as place, count(*) over of_gender as n
                from core.observation as cell
                inner join core.municipality as unit on cell.municipality_id = unit.municipality_id
                where
                    cell.kpi_id = 'N15436' and cell.period = 2022 and cell.gender in ('K', 'M')
                    and cell.value is not null and unit.municipality_type = 'K' and not unit.is_riket
                window among as (partition by cell.gender order by cell.value desc),
                    of_gender as (partition by cell.gender)
            )
            select place || ' av ' || n from peers where municipality_id = '1489' order by gender
            """
        ).fetchall()
    said = re.findall(r'<td class="place">([^<]*)</td>', text)
    assert [place for (place,) in counted] == [said[0], said[1]]
    assert set(said[2:]) <= {"–"}
    assert re.findall(r'<th scope="col">(\d{4})</th>', text) == ["2021", "2022"]
    assert text.count('class="own-mark"') == 2


def test_comparisons_begin_with_a_click(browse, awkward_world):
    """The whole country, similar municipalities and the county by its name; a group of Kolada can be compared too."""
    client = browse(awkward_world)
    with opened(awkward_world.home) as connection:
        [(group, name)] = connection.execute(
            "select group_id, group_name from core.group_observation inner join core.municipality_group "
            "using (group_id) where kpi_id = 'N15436' and value is not null limit 1"
        ).fetchall()
    text = unescape(client.get(f"/jamfor?kpi=N15436&units=1489,{group}").text)
    for words in ("Riket", "Liknande, grundskola", "Västra Götalands län"):
        assert re.search(rf'<a href="/jamfor\?units=1489[^"]*kpi=N15436[^"]*">{words}</a>', text), words
    assert re.search(rf'<th scope="row">{re.escape(name)}</th>', text)
    assert "Västra Götalands län</h3>" in client.get("/nyckeltal/N15436/kommuner").text


def test_lists_of_the_plans_can_be_compared(browse, awkward_world, tmp_path):
    """A plan's own list is one click away; lists with one name in two plans are kept apart, and a cut list says so."""
    text = unescape(browse(awkward_world).get("/jamfor?kpi=N15436&gender=K").text)
    [query] = re.findall(rf'<a href="/jamfor\?([^"]*)">Listan {OWN_LIST}</a>', text)
    assert parse_qs(query) == {"units": ["1489,0114,0115"], "kpi": ["N15436"], "gender": ["K"]}
    assert browse(awkward_world).get(f"/jamfor?{query}").status_code == 200
    shutil.copytree(awkward_world.home, tmp_path / "home")
    published = tmp_path / "home" / "kolada.duckdb"
    published.chmod(0o644)
    with duckdb.connect(published) as connection:
        connection.execute(
            "insert into plan.unit_group_version by name select * replace ('another' as plan_id) "
            "from plan.unit_group_version"
        )
        connection.execute(
            "insert into plan.unit_group_version by name select listed.* replace ('alla' as group_name, "
            "lpad(unit::varchar, 4, '0') as municipality_id) from plan.unit_group_version as listed, "
            "range(1, 70) as units(unit) where plan_id = 'another' and municipality_id = '0114'"
        )
    text = unescape(browse(replace(awkward_world, home=tmp_path / "home")).get("/jamfor").text)
    lists = [
        (unquote(codes), name)
        for codes, name in re.findall(r'<a href="/jamfor\?units=([\dC%]*)[^"]*">Listan ([^<]*)</a>', text)
    ]
    assert [name for _, name in lists] == [
        f"alla, de {MOST_UNITS} första",
        f"{OWN_LIST} i {PLAN_ID}",
        f"{OWN_LIST} i another",
    ]
    assert len(lists[0][0].split(",")) == MOST_UNITS
    assert lists[1][0] == lists[2][0] == "1489,0114,0115"


def test_words_follow_numbers_and_data(browse, sample_world):
    """One indicator is in the singular; no sentence over the sample says that its figures come from Kolada."""
    client = browse(sample_world)
    text = client.get(f"/mal/{PLAN_ID}?q=P4.3&sort=plats").text
    assert "<h2>1 indikator</h2>" in text
    assert text.count('<th scope="row">') == text.count('<tr class="single-row">') == 1
    for address in (f"/mal/{PLAN_ID}", f"/mal/{PLAN_ID}/P4.3", "/nyckeltal/N15436", "/nyckeltal/N15436/kommuner"):
        assert "data från Kolada" not in client.get(address).text, address


def test_changed_values_are_named(browse, awkward_world):
    """A KPI's changed values are listed by the unit's name, the gender and the change in words."""
    text = browse(awkward_world).get("/nyckeltal/N15485").text
    [row] = re.findall(r"<tr><th scope=\"row\">([^<]*)(?:(?!</tr>).)*Känt", text, re.DOTALL)
    assert unescape(row) == OWN_NAME
    for words in ('data-label="Kön">Totalt<', 'data-label="Ändring">Reviderat<', 'data-label="Till">95,4<'):
        assert words in text


def test_a_recipe_is_csv_for_any_title():
    """The rows for a goal on a KPI are CSV also when its title and unit contain commas and quotation marks."""
    title = 'Kostnad "netto", skola (kr/inv, fasta priser)'
    [row] = csv.DictReader(io.StringIO(recipe("N15006", title)["indicators.csv"]))
    assert (row["title"], row["unit"], row["direction"]) == (title, "kr/inv, fasta priser", "higher")


def test_a_part_of_the_year_can_be_shown(browse, awkward_world):
    """The matrix has the figures entered for T2, and the links and downloads keep the period."""
    client = browse(awkward_world)
    text = unescape(client.get(f"/mal/{PLAN_ID}?year=2023").text)
    assert '<option value="T2">andra tertialet (till och med augusti)</option>' in text
    text = unescape(client.get(f"/mal/{PLAN_ID}?year=2023&period=T2").text)
    assert "till och med T2" in text
    assert f'href="/mal/{PLAN_ID}/F1?year=2023&period=T2"' in text
    assert re.search(r"T2 <span[^>]*>2,5</span>", text)
    text = unescape(client.get(f"/hamta/{PLAN_ID}?year=2023&period=T2").text)
    assert f'href="/hamta/{PLAN_ID}/kort.html?year=2023&period=T2"' in text
    answer = client.get(f"/hamta/{PLAN_ID}/kort.html?year=2023&period=T2")
    assert f"{PLAN_ID}-2023-T2-kort.html" in answer.headers["content-disposition"]
