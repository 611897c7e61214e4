"""docs/operations.md: each of its commands exists with its options and works as described."""

import re
import shlex
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from uuid import uuid4

import pytest
import typer.main
from prefect.cli._app import _app as prefect_commands

from cli.app import make_app
from fake_kolada import sample_data
from flows.work_pool import refuse_unknown_parameters
from tests.flows.conftest import PROXIES_OF_AN_OPERATOR

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
KOLADA = typer.main.get_command(make_app())

# Commands that the test does not run, and why.
ELSEWHERE = {
    "kolada serve": "the server that the others are given to is one",
    "kolada serve --web": "the same server shows the pages",
    "kolada serve --web --web-name mal.kommunen.se": "the same; the name is tried where the pages are",
    "prefect work-pool create kolada --type process": "`kolada serve` has made it",
    "prefect worker start --pool kolada": "does not end",
    "prefect server database upgrade -y": "needs a PostgreSQL server",
    "prefect automation create --from-file automation.yaml": "given where alarms are tested",
    'kolada review --approve cells_suppressed:N15436 --reason "Kolada hides schools of fewer than ten pupils"': (
        "no night is held here; given where one is"
    ),
    'kolada review --approve units_gone --reason "Two municipalities are one"': "the same",
}

# The commands after these need what they have made.
NEEDED = (
    "kolada goals new --example",
    "prefect deployment run 'refresh/nightly' --watch",
    "kolada serve --deployments > prefect.yaml",
)


def commands_of_the_page():
    """Return each `kolada ...` and `prefect ...` of the page's code blocks once, in order."""
    found = {}
    for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            command = re.sub(r"\s+(#|\|\|).*", "", line).removeprefix(".venv/bin/")
            if command.startswith(("kolada ", "prefect ")):
                found[command] = None
    return list(found)


def commands_in_the_text():
    """Return the commands inside the page's sentences and tables."""
    inline = re.findall(
        r"`(?:[A-Z_]+=\S+ )?((?:kolada|prefect) [a-z][^`]*)`", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
    )
    # The page names this one as a command that does not exist.
    return sorted({" ".join(each.split()) for each in inline} - {"prefect run"})


@pytest.mark.parametrize("command", sorted({*commands_of_the_page(), *commands_in_the_text()}))
def test_commands_and_options_exist(command):
    """The program accepts the command's words and options."""
    program, *words = shlex.split(command.partition(" > ")[0].replace(" ID", f" {uuid4()}"))
    if program == "prefect":
        prefect_commands.parse_args(words, exit_on_error=False, print_error=False)
        return
    found = KOLADA
    while words and words[0] in getattr(found, "commands", ()):
        found = found.commands[words.pop(0)]
    found.make_context(found.name, words)


def test_what_is_left_out_stands_on_the_page():
    """The list of commands that the test leaves out has only commands of the page."""
    assert {*ELSEWHERE, *NEEDED} <= set(commands_of_the_page())


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_page_works_from_top_to_bottom(operations, fake, home):
    """Every command of the page, started in order, succeeds, and so do the runs that it starts.

    `kolada` finds the server's password in its home, also past proxies. Three commands run at a time, as in three
    terminals: those that write take turns.
    """
    fake.data = sample_data()

    def run(command):
        words, _, file = command.partition(" > ")
        ours = {"without": ["PREFECT_API_AUTH_STRING", "KOLADA_GOALS"], **PROXIES_OF_AN_OPERATOR}
        given = operations.command(
            *shlex.split(words), **(ours if words.startswith("kolada ") else {"without": ["KOLADA_GOALS"]})
        )
        assert given.returncode == 0, f"{command}: {given.stdout}{given.stderr}"
        if file:
            (operations.work / file).write_text(given.stdout, encoding="utf-8")
        for flow_run in re.findall(r"UUID: (\S+)", given.stdout):
            assert operations.state_after(flow_run)["type"] == "COMPLETED"

    with ThreadPoolExecutor(3) as terminals:
        started = []
        for command in commands_of_the_page():
            if command not in ELSEWHERE:
                started.append(terminals.submit(run, command))
            if command in NEEDED:
                wait(started)
    for each in started:
        each.result()
    assert (operations.work / "kolada-doctor.md").exists()
    # `prefect deploy` lacks the settings that `kolada serve` adds.
    with operations.client() as client:
        refuse_unknown_parameters(client)
    names = {run["state"]["name"] for run in operations.post("flow_runs/filter", limit=50)}
    assert "Planned" in names
