"""Swedish help and messages for controllers, from one catalogue, chosen by KOLADA_LANG or the locale."""

import ast
import errno
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from itertools import product
from os import strerror
from pathlib import Path

import pytest
import typer

from cli.app import COMMANDS, main, make_app
from cli.language import FAMILIES, catalogue, finding_told, in_swedish, is_swedish
from goals import PlanError, plan_from_files
from goals.rules import RULES
from tests.goals.test_broken_plans import CASES, Case

REPOSITORY = Path(__file__).resolve().parents[2]
READ = [*sorted((REPOSITORY / "reports").rglob("*.py")), REPOSITORY / "warehouse" / "moment.py"]
READ += [REPOSITORY / "warehouse" / "published_file.py", REPOSITORY / "warehouse" / "schema.py"]
# Markdown marks of headings and tables; the last line of an error whose Swedish text is translated as a whole.
BESIDE = (
    "## {}\n",
    "| {} |",
    "Correct them, then run `kolada goals new` again. docs/skriv-ett-mal.md shows every form of a target.",
)
ENGLISH = re.compile(
    r"(?<![\w-])(?:the|an?|of|is|are|and|with|not|by|write|would|commas?|semicolons?|decimal|rows?|column|for|to|without"
    r"|missing|lines|pages|it|or|which)(?![\w-])",
    re.IGNORECASE,
)
EXAMPLE = REPOSITORY / "tests" / "goals" / "plans" / "exempel-1480-2024-2026"
# What the command line itself refuses, in the words of Typer; errors in the words of Python and of the system.
OF_TYPER = re.compile(r"(Missing|No such|Option '|Got unexpected|Invalid value|\[Errno )")
OF_THE_SYSTEM = {strerror(number) for number in errno.errorcode}
# Texts that the code puts together.
COMPOSED = (
    "{}, 1 KPI",
    "1 indicator",
    "Remove or rename it. {}",
    "a mean of other units for `{}`, which has no KPI",
    "a place among other units for `{}`, which has no KPI",
    (
        "Write the 64 hexadecimal digits that `sha256sum` prints for the file that the council published, or"
        " `is_draft = true` above for a plan that is not decided"
    ),
)
# Messages that no option for controllers leads to.
INNER = ("publication of the run `{}` without the run",)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., str]:
    """Give a function that runs the command in a language and an empty folder, and returns exit code and output."""
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "KOLADA_LANG", "KOLADA_HOME", "KOLADA_PLAN"):
        monkeypatch.setenv(name, "unset")
        monkeypatch.delenv(name)

    def run(*arguments: str, **variables: str) -> str:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["kolada", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return f"{ended.value.code}: {' '.join((printed.out + printed.err).split())}"

    return run


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["report"], "2: Det finns ingen publicerad fil på `"),
        (["export"], "2: Valet `--format` saknas. Välj en av parquet, csv, xlsx, docx, memo."),
        (["export", "--format", "pdf"], "2: `pdf` kan inte stå för `--format`"),
        (["report", "--yeer", "3"], "2: Det finns inget val `--yeer`."),
        (["report", "--year", "x"], "2: Värdet för `--year` är inget heltal. Se `kolada report --help`."),
        (["explain"], "2: `INDIKATOR` saknas. Se `kolada explain --help`."),
        (["goals", "nytt"], "2: Det finns inget kommando `nytt`."),
        (["goals", "form"], "2: Valet `--year` saknas. Se `kolada goals form --help`."),
    ],
)
def test_refusals_are_swedish(said: Callable[..., str], arguments: list[str], expected: str) -> None:
    """Refusals are in Swedish, with the exit code and the next command."""
    assert said(*arguments, KOLADA_LANG="sv").startswith(expected)


def test_operations_stay_english(said: Callable[..., str]) -> None:
    """Commands for operations, and all commands in other locales, stay English."""
    assert "There is no published warehouse" in said("report", LANG="en_US.UTF-8")
    assert "No such option" in said("status", "--hjelp", KOLADA_LANG="sv")


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, False),
        ({"LANG": "sv_SE.UTF-8"}, True),
        ({"LANG": "sv_SE.UTF-8", "LC_ALL": "C"}, False),
        ({"LANG": "sv_SE.UTF-8", "KOLADA_LANG": "en"}, False),
        ({"LANG": "en_GB.UTF-8", "KOLADA_LANG": "sv-SE"}, True),
        ({"LC_MESSAGES": "sv_FI"}, True),
    ],
)
def test_the_language_is_chosen(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: bool) -> None:
    """KOLADA_LANG takes precedence over the locale, LC_ALL over LC_MESSAGES over LANG."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "KOLADA_LANG"):
        monkeypatch.setenv(name, "unset")
        monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert is_swedish() is expected


def commands(command: object, path: tuple[str, ...]) -> Iterator[tuple[str, object]]:
    """Yield a command and its subcommands, by name."""
    yield " ".join(path), command
    for name, child in getattr(command, "commands", {}).items():
        yield from commands(child, (*path, name))


@pytest.mark.parametrize("family", FAMILIES)
def test_every_help_text_has_a_swedish_one(family: str) -> None:
    """Each command and option for controllers has a Swedish help text."""
    assert family in COMMANDS
    root = typer.main.get_command(make_app([family, "kpi"])).commands[family]
    for name, command in commands(root, (family,)):
        assert name in catalogue()["commands"], name
        for parameter in command.params:
            texts = catalogue()["options"]
            assert f"{name} {parameter.name}" in texts or parameter.name in texts, (name, parameter.name)


def test_the_help_of_the_form_is_of_the_form(said: Callable[..., str]) -> None:
    """An option with another meaning for a form than for a report has the form's help text."""
    told = said("goals", "form", "--help", KOLADA_LANG="sv", COLUMNS="200")
    assert "Året som ska fyllas i." in told
    assert "annars formulär-PLAN-ÅR.xlsx" in told
    assert "annars målåret" not in told


@pytest.mark.parametrize("path", ["goals form", "goals fill", "goals new", "report", "export", "explain"])
def test_help_is_english_in_another_locale(said: Callable[..., str], path: str) -> None:
    """Help is in English where the locale is not Swedish, as C.UTF-8 is, also for the commands that controllers use."""
    told = said(*path.split(), "--help", LANG="C.UTF-8", COLUMNS="200")
    assert "Exit codes: 0" in told
    assert re.findall(r"(?i)\b(?:och|inte|skriv|året|för|vad|eller)\b", told) == []


def raised(path: Path) -> Iterator[str]:
    """Yield the messages of a module's errors, with `{}` for each value."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
            continue
        if not isinstance(node.args[0], ast.JoinedStr | ast.Constant) or node.func.id[0].islower():
            continue
        message = node.args[0]
        parts = message.values if isinstance(message, ast.JoinedStr) else [message]
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
        if "`" in text and text.rstrip("{}").endswith((".", " ")):
            yield text


def test_every_error_of_the_outputs_has_a_swedish_text() -> None:
    """Each error message of the outputs has a Swedish translation with the same values."""
    found = {text for path in READ for text in raised(path)} - set(INNER)
    assert len(found) > 15
    assert found - set(catalogue()["messages"]) == set()
    english = "The plan `p` has no goal `Å`, so nothing was written. Its goals: `A`, `B`."
    assert in_swedish(english) == "Planen `p` har inget mål `Å`, så inget har skrivits. Dess mål: `A`, `B`."
    assert in_swedish("Unknown to it.") == "Unknown to it."
    for pattern, swedish in catalogue()["messages"].items():
        assert swedish.format(*["x"] * pattern.count("{}")), pattern


def said_by(path: Path) -> Iterator[str]:
    """Yield the texts that a module prints or makes as remarks, with `{}` for each value."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id="say" | "told") | ast.Attribute(attr="append" | "insert"), args=[*_, text]):
                found = text
            case ast.Yield(value=text) if path.name == "kolada_catalogue.py":
                found = text
            case _:
                continue
        if isinstance(found, ast.JoinedStr | ast.Constant):
            parts = found.values if isinstance(found, ast.JoinedStr) else [found]
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)


@pytest.mark.parametrize(
    "module",
    ["cli/goals_commands.py", "cli/goals_diff_command.py", "goals/scaffold.py", "goals/checks/kolada_catalogue.py"],
)
def test_what_the_goals_commands_say_has_a_swedish_text(module: str) -> None:
    """Each text of the goals commands has a Swedish translation."""
    found = {text for text in said_by(REPOSITORY / module) if " " in text and any(map(str.isalpha, text))}
    assert found - set(BESIDE) - set(catalogue()["messages"]) == set()
    assert len(found) > 2


def templates(path: Path) -> Iterator[str]:
    """Yield the texts that a module gives to `said`, also through a variable or a choice of two."""
    tree = ast.parse(path.read_text(encoding="utf-8"))

    def constants(node: ast.expr | None) -> Iterator[str]:
        match node:
            case ast.Constant(value=str(text)):
                yield text
            case ast.IfExp(body=one, orelse=other):
                yield from (*constants(one), *constants(other))

    named: dict[str, list[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            is_pair = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
            pairs = zip(target.elts, node.value.elts, strict=True) if is_pair else [(target, node.value)]
            for each, value in pairs:
                named.setdefault(getattr(each, "id", ""), []).extend(constants(value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "said":
            given = node.args[0]
            yield from named[given.id] if isinstance(given, ast.Name) else constants(given)


def test_every_message_about_a_form_has_a_swedish_text() -> None:
    """Each message about a form has a Swedish translation with as many values, and no translation is left over."""
    modules = [*(REPOSITORY / "pipeline").glob("form_*.py"), *(REPOSITORY / "pipeline").glob("figures_*.py")]
    found = {text for path in (*modules, REPOSITORY / "cli" / "form_commands.py") for text in templates(path)}
    assert len(found) > 60
    assert found == set(catalogue()["form"])
    for english, swedish in catalogue()["form"].items():
        assert english.count("{}") == len(re.findall(r"\{\d\}", swedish)), english


def written_in(path: Path) -> Iterator[str]:
    """Yield the texts in a module's code, with `{}` for each value."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        match node:
            case ast.JoinedStr(values=parts):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
            case ast.Constant(value=str(text)) if id(node) not in told:
                yield text


def test_every_swedish_text_is_used() -> None:
    """The catalogue translates no message that the code does not have."""
    rooms = ("cli", "goals", "pipeline", "reports", "warehouse")
    code = "\n".join(text for room in rooms for path in (REPOSITORY / room).rglob("*.py") for text in written_in(path))
    translated = [*catalogue()["messages"], *catalogue()["findings"]]
    unused = [text for text in translated if any(part not in code for part in text.split("{}"))]
    assert set(COMPOSED) == {text for text in unused if not OF_TYPER.match(text)} - OF_THE_SYSTEM


def test_a_new_plan_is_told_in_swedish(said: Callable[..., str], tmp_path: Path) -> None:
    """`goals new` reports in Swedish what it wrote, what is left to do, and what to correct."""
    table = tmp_path / "mål.csv"
    table.write_text("Indikator,Nyckeltal,Enhet,Riktning,Mål,År\nTrygghet,,%,högre,topp 25 %,2026\n", encoding="utf-8")
    new = ("goals", "new", "--municipality", "1480", "--from", str(table))
    told = said(*new, KOLADA_LANG="sv")
    assert "Skrivet: goals/goteborg-2026, med 1 indikator. Planen är ett utkast" in told
    assert "mål.csv, rad 2: målet `topp 25 %` för `Trygghet` säger mer än ett tal" in told
    assert "Här finns ingen publicerad katalog än" in told
    assert "Sedan: `kolada goals check`, och `kolada refresh`." in told
    said(*new, "--plan-id", "in-english", KOLADA_LANG="en")
    comments = [
        {line for line in (tmp_path / "goals" / name / "plan.toml").read_text("utf-8").splitlines() if line[:1] == "#"}
        for name in ("goteborg-2026", "in-english")
    ]
    assert len(comments[0]) == len(comments[1]) > len(RULES)
    assert comments[0] & comments[1] == set()
    again = said(*new, KOLADA_LANG="sv")
    assert again.startswith("2: Ingen plan `goteborg-2026` skrivs: 1 att rätta i det som den görs av.")
    assert "det finns redan en sådan plan, och inget skrivs över" in again


@pytest.mark.parametrize("broken", CASES, ids=lambda one: one.name)
def test_no_finding_is_half_in_english(broken: Case) -> None:
    """Every kind of broken plan: what differs in a finding, and what follows its question, are told in Swedish too."""
    files = {path.name: path.read_bytes() for path in EXAMPLE.iterdir()}
    for file, old, new in broken.edits:
        files[file] = files[file].replace(old.encode(), new.encode())
    with pytest.raises(PlanError) as raised:
        plan_from_files(files)
    told = [re.sub("`[^`]*`|\\(.*?\\)", "", finding_told(finding)) for finding in raised.value.findings]
    assert [ENGLISH.findall(text) for text in told] == [[] for _ in told]


def parts_of_findings(path: Path) -> Iterator[str]:
    """Yield the problems, consequences and remedies in a module's findings; an `X` for each value."""
    tree = ast.parse(path.read_text(encoding="utf-8"))

    def texts(node: ast.expr) -> Iterator[str]:
        match node:
            case ast.Constant(value=str(text)):
                yield text
            case ast.JoinedStr(values=values):
                yield from map("".join, product(*(list(texts(each)) or ["X"] for each in values)))
            case ast.FormattedValue(value=ast.IfExp() as choice):
                yield from texts(choice)
            case ast.IfExp(body=one, orelse=other):
                yield from (*texts(one), *texts(other))

    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in ("Finding", "CellError", "finding"):
                yield from (text for given in node.args for text in texts(given))
        elif isinstance(node, ast.Assign):
            pairs = [(node.targets[0], node.value)]
            if isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(node.targets[0].elts, node.value.elts, strict=True))
            for target, value in pairs:
                if getattr(target, "id", "") in ("problem", "consequence", "remedy"):
                    yield from texts(value)


def test_every_part_of_a_finding_has_a_swedish_text() -> None:
    """Each problem, consequence and remedy that a check of a plan can name is wholly in Swedish."""
    modules = [*(REPOSITORY / "goals").glob("*.py"), *(REPOSITORY / "goals" / "checks").glob("*.py")]
    found = {text for path in modules for text in parts_of_findings(path) if " " in text}
    assert len(found) > 150
    assert [text for text in found if all(ENGLISH.findall(told) for told in tellings(text))] == []


def tellings(text: str) -> Iterator[str]:
    """Yield a part of a finding in Swedish without its values: with its last value, and with that as a question."""
    asked = text.partition(" Did you mean ")[0]
    for part in (asked, asked.removesuffix("X").rstrip(". "), asked.removesuffix("X X").rstrip(". ")):
        yield re.sub("`[^`]*`", "", in_swedish(part, "findings"))


@pytest.mark.parametrize("command", ["goals check", "goals form --year 2023", "goals diff"])
def test_a_folder_without_plans_is_told_in_swedish(said: Callable[..., str], command: str) -> None:
    """Where there is no plan, each command that needs one says in Swedish how to begin."""
    told = said(*command.split(), KOLADA_LANG="sv")
    assert "det finns ingen sådan mapp, så det finns inget att bedöma, och inget hämtas. Börja med något av:" in told
    assert "kolada goals new --example en kopia av den planen, för att se hur en skrivs" in told


def test_plans_are_tried_on_the_sample_too(said: Callable[..., str]) -> None:
    """`goals diff --sample` reads the sample's published file; where there is none, it says how to make it."""
    told = said("goals", "diff", "--sample", KOLADA_LANG="sv")
    assert told.startswith("2: Inget är publicerat i `")
    assert "data/sample`, så planerna kan inte prövas på det" in told
    assert "`kolada refresh --sample`" in told


def test_a_new_repository_is_told_in_swedish(said: Callable[..., str]) -> None:
    """`goals init` lists in Swedish what it wrote."""
    told = said("goals", "init", "budgetmal", KOLADA_LANG="sv")
    assert told.startswith("0: Skrivet: README.md")
    assert told.endswith("Sedan: läs budgetmal/README.md.")


def test_what_is_wrong_with_a_plan_is_told_in_swedish(
    said: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each finding of a broken plan is in Swedish, with its place, its value in backticks and what to write."""
    shutil.copytree(REPOSITORY / "goals" / "alingsas-2022-2024", tmp_path / "goals" / "alingsas-2022-2024")
    for file, old, new in (
        ("indicators.csv", "P1.1,P1,steering", "P1.1,P9,stearing"),
        ("targets.csv", ",number,>=,", ",numer,>=,"),
        ("goals.csv", "P1,prioritized,", "P1,prioritised,"),
    ):
        path = tmp_path / "goals" / "alingsas-2022-2024" / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    told = said("goals", "check", KOLADA_LANG="sv")
    assert told.startswith("2: Planen `alingsas-2022-2024` nekas, och inget hämtas för den: 4 att rätta.")
    assert "kolumn role: en okänd kod: `stearing`; ingen regel vet vad den betyder. Skriv en av `steering`" in told
    assert "finns inte i goals.csv: `P9`; raden hör inte till något. Skriv ett id i goals.csv" in told
    assert "Menade du `prioritized`?" in told
    assert "Rätta filerna" in told
