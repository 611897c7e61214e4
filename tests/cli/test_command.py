"""The command for a user: a whole run over real HTTP, and one clear message for each kind of error."""

import json
import shutil
from pathlib import Path

import pytest

from fake_kolada import FakeKolada, sample_data
from tests.cli.support import outputs_of, run_kolada
from tests.flows.support import free_port

REPOSITORY = Path(__file__).resolve().parents[2]
PLAN = "alingsas-2022-2024"


@pytest.fixture(scope="module")
def api():
    """The stand-in over local HTTP, with the built-in sample."""
    with FakeKolada(sample_data()).serve() as url:
        yield url


@pytest.fixture
def kolada(tmp_path, api):
    """Give a function that runs the command in its own folder and returns the ended process."""

    def run(*arguments, **variables):
        return run_kolada(tmp_path, api, *arguments, **variables)

    return run


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory, api):
    """A folder with a refreshed home, and the ended process of that refresh."""
    folder = tmp_path_factory.mktemp("refreshed")
    return folder, run_kolada(folder, api, "refresh", "--direct", "--json")


@pytest.fixture
def refreshed_home(refreshed, tmp_path):
    """A copy of that home, as the home of the test's own folder."""
    shutil.copytree(refreshed[0] / "home", tmp_path / "home")


def test_refresh_over_http(kolada, tmp_path):
    """A refresh over real HTTP exits with 0, prints the goals and the file's path, and `kolada sql` reads the file."""
    ended = kolada("refresh", "--direct")
    assert ended.returncode == 0, ended.stderr
    assert "Måluppfyllelse 2023" in ended.stdout
    assert "made up" in ended.stdout
    assert str(tmp_path / "home" / "kolada.duckdb") in ended.stdout
    asked = kolada("sql", "select count(*) as antal from mart.goal_fulfilment")
    assert "301" in asked.stdout
    assert "Påhittade" in asked.stdout
    status = kolada("status", "--json")
    assert status.returncode == 0, status.stdout
    assert json.loads(status.stdout)["last_run"]["state"] == "published"


@pytest.mark.slow
@pytest.mark.usefixtures("refreshed_home")
def test_kpis_are_found_and_shown(kolada, tmp_path, api):
    """Words find a table of KPIs, an id gives its card, a wrong id gives suggestions, and --json prints JSON."""
    table, as_json, card, found_by_id = outputs_of(
        tmp_path,
        api,
        ["kpi", "search", "behörig", "yrkesprogram"],
        ["kpi", "search", "behörig yrkesprogram", "--limit", "1", "--json"],
        ["kpi", "show", "n15436"],
        ["kpi", "search", "N15436"],
    )
    assert "N15436" in table
    (found,) = json.loads(as_json)
    assert found["lifecycle"] == "active"
    assert "life cycle     active" in card
    assert "used by        alingsas-2022-2024 P4.3" in card
    assert "Källa: Kolada" not in card
    assert card.endswith("Påhittat exempelvärde\n")
    assert card == found_by_id
    for wrong in (kolada("kpi", "show", "N15463"), kolada("kpi", "search", "15436")):
        assert wrong.returncode == 2
        assert "Did you mean one of these?\n  N15436  " in wrong.stderr
    nothing = kolada("kpi", "search", "qqqxxx", "--json")
    assert (nothing.returncode, json.loads(nothing.stdout)) == (2, [])


@pytest.mark.slow
def test_refresh_as_json(refreshed):
    """--json prints one document."""
    _, ended = refreshed
    assert json.loads(ended.stdout)["state"] == "published"


def changed_plan(tmp_path, change):
    """Return a folder with a copy of the plan in which a file is changed."""
    shutil.copytree(REPOSITORY / "goals" / PLAN, tmp_path / "plans" / PLAN)
    change(tmp_path / "plans" / PLAN)
    return str(tmp_path / "plans")


def with_unknown_kpi(folder):
    """Use a KPI id that is well-formed but unknown."""
    for name in ("indicators.csv", "availability.csv", "breaks.csv"):
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8").replace("N15436", "N15437"), encoding="utf-8")


def with_malformed_kpi(folder):
    """Use a malformed KPI id."""
    path = folder / "indicators.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("N15436", "15436"), encoding="utf-8")


def with_broken_csv(folder):
    """Rename a column of a goals file."""
    path = folder / "targets.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("operator", "operatr"), encoding="utf-8")


def nothing_more(path):
    """Return no variables."""
    return {}


def unwritable(tmp_path):
    """Return the path of a file, to be used as the home."""
    (tmp_path / "a-file").write_text("not a folder", encoding="utf-8")
    return str(tmp_path / "a-file")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "variables", "exit_code", "words"),
    [
        pytest.param(
            ["refresh", "--direct"],
            lambda path: {"KOLADA_GOALS": changed_plan(path, with_unknown_kpi)},
            2,
            ["N15437", "N15436", "kolada"],
            id="a KPI that Kolada never had",
        ),
        pytest.param(
            ["refresh", "--direct"],
            lambda path: {"KOLADA_GOALS": changed_plan(path, with_malformed_kpi)},
            2,
            ["15436", "indicators.csv", "kolada goals check"],
            id="a malformed KPI id",
        ),
        pytest.param(
            ["refresh", "--direct"],
            lambda path: {"KOLADA_GOALS": changed_plan(path, with_broken_csv)},
            2,
            ["targets.csv", "operator", "kolada goals check"],
            id="a broken goals file",
        ),
        pytest.param(
            ["refresh", "--direct", "--plan", "alingsos"],
            nothing_more,
            2,
            ["alingsos", PLAN, "--plan"],
            id="a wrong plan name",
        ),
        pytest.param(
            ["refresh", "--direct"],
            lambda _: {"KOLADA_BASE_URL": f"http://127.0.0.1:{free_port()}/v3"},
            4,
            ["127.0.0.1", "kolada"],
            id="an unreachable host",
        ),
        pytest.param(
            ["refresh", "--direct"],
            lambda path: {"KOLADA_HOME": unwritable(path)},
            2,
            ["a-file", "KOLADA_HOME="],
            id="an unwritable home",
        ),
        pytest.param(
            ["refresh", "--direct"],
            lambda _: {"KOLADA_RATE": "fast"},
            2,
            ["KOLADA_RATE", "fast", "kolada settings"],
            id="a setting that is no number",
        ),
        pytest.param(
            ["settings"],
            lambda _: {"KOLADA_STALE_HOUR": "3", "KOLADA_OTHER_THINGS": "4"},
            0,
            ["`KOLADA_STALE_HOUR` sets nothing", "Did you mean `KOLADA_STALE_HOURS`?"],
            id="a misspelled variable",
        ),
        pytest.param(
            ["sql", "select * from mart.goal_fulfilment"],
            nothing_more,
            2,
            ["kolada.duckdb", "kolada refresh"],
            id="nothing published yet",
        ),
        pytest.param(
            ["fake-api", "--fault", "nope"],
            nothing_more,
            2,
            ["nope", "cut_json", "fake-api --help"],
            id="no such fault",
        ),
        pytest.param(["status"], nothing_more, 5, ["nothing", "kolada refresh"], id="status before the first run"),
    ],
)
def test_what_is_wrong_is_said_once(kolada, tmp_path, arguments, variables, exit_code, words):
    """Each error gives one message with the value and the next command, the documented exit code and no traceback."""
    ended = kolada(*arguments, **variables(tmp_path))
    said = ended.stdout + ended.stderr
    assert ended.returncode == exit_code, said
    assert [word for word in words if word not in said] == []
    assert "Traceback" not in said


def test_a_traceback_on_request(kolada):
    """KOLADA_TRACEBACK=1 prints the traceback."""
    ended = kolada("sql", "select 1", KOLADA_TRACEBACK="1")
    assert "Traceback" in ended.stderr


@pytest.mark.slow
def test_sample_and_live_data_never_mix(kolada, tmp_path, recorded, plans, make_nights):
    """A home with data of one source kind refuses data of another."""
    nights = make_nights(home=tmp_path / "home", fake=FakeKolada(recorded), plans=plans)
    nights.refresh()
    ended = kolada("refresh", "--direct")
    assert ended.returncode == 2
    assert "`sample`" in ended.stderr
    assert "`recorded`" in ended.stderr


def test_every_command_has_help_with_an_example(tmp_path, api):
    """--help describes each command and shows an example."""
    commands = ["refresh", "doctor", "replay", "rollback", "prune", "status", "sql", "settings", "fake-api"]
    words = [[command] for command in commands] + [["goals", "check"]]
    for command, told in zip(words, outputs_of(tmp_path, api, *([*each, "--help"] for each in words)), strict=True):
        assert "Usage" in told, command
        assert "Example" in told or command == ["settings"], command


@pytest.mark.slow
@pytest.mark.usefixtures("refreshed_home")
def test_made_up_values_name_nobody_as_their_source(kolada):
    """No row judged on the sample is credited to Kolada."""
    labels = kolada(
        "sql", "select distinct source_label from mart.ranking union select source_label from mart.goal_fulfilment"
    )
    assert "Påhittat exempelvärde" in labels.stdout
    assert "Kolada" not in labels.stdout.replace("Inget värde kommer från Kolada.", "")


@pytest.mark.slow
def test_a_new_plan_is_written_whole_or_not_at_all(kolada, tmp_path):
    """`goals new` writes a plan that passes the check, or nothing, and never overwrites a plan."""
    (tmp_path / "plans").mkdir()
    (tmp_path / "indicators.csv").write_text(
        "title,kpi_id,unit,direction,target,year\nBehöriga elever,N15436,%,higher,90,2026\n", encoding="utf-8"
    )
    (tmp_path / "decision.txt").write_text("Fullmäktige beslutar.\n", encoding="utf-8")
    arguments = ["goals", "new", "--municipality", "1480", "--from", "indicators.csv"]
    variables = {"KOLADA_GOALS": str(tmp_path / "plans")}
    without = kolada(*arguments, "--plan-id", "utan-dokument", **variables)
    assert without.returncode == 0, without.stderr
    assert "is_draft = true" in (tmp_path / "plans" / "utan-dokument" / "plan.toml").read_text(encoding="utf-8")
    written = kolada(*arguments, "--plan-id", "goteborg-2026", "--document", "decision.txt", **variables)
    assert written.returncode == 0, written.stderr
    assert kolada(*arguments, "--plan-id", "goteborg-2026", **variables).returncode == 2
    (tmp_path / "indicators.csv").write_text(
        "title,kpi_id,unit,direction,target,year\nBehöriga elever,N15436,,,90,2026\n", encoding="utf-8"
    )
    refused = kolada(*arguments, "--plan-id", "utan-enhet", **variables)
    assert refused.returncode == 2
    assert "indicators.csv, row 2, column unit" in refused.stderr
    assert sorted(path.name for path in (tmp_path / "plans").iterdir()) == ["goteborg-2026", "utan-dokument"]
    assert kolada("goals", "check", **variables).returncode == 0


@pytest.mark.slow
@pytest.mark.usefixtures("refreshed_home")
def test_a_check_looks_up_what_the_catalogue_knows(kolada, tmp_path):
    """The check shows each KPI's title in Kolada, and `goals new` suggests KPIs for titles without an id."""
    home = {"KOLADA_GOALS": str(tmp_path / "plans")}
    (tmp_path / "indicators.csv").write_text(
        "title,kpi_id,unit,direction,target,year\nBehörighet till yrkesprogram,,%,higher,topp 25 %,2026\n"
        "Betyg,N15436,%,higher,minst 90,2026\n",
        encoding="utf-8",
    )
    written = kolada("goals", "new", "--municipality", "1480", "--from", "indicators.csv", **home)
    assert written.returncode == 0, written.stderr
    assert "`topp 25 %`" in written.stdout
    assert "`best_share`" in written.stdout
    assert "has no KPI. Kolada has N15436 " in written.stdout
    checked = kolada("goals", "check", **home)
    assert checked.returncode == 0, checked.stderr
    assert "N15436" in checked.stdout
    assert "In Kolada" in checked.stdout
