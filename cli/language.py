"""Swedish where a controller reads: help, prompts and errors of report, export, explain and goals.

The rest of the command is for operations and stays English. Everything said in Swedish stands in
`swedish_messages.toml`: help by command and option, messages by their English text, in which `{}` stands for what
differs. A text that the catalogue does not have is shown as it is.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from os import environ
from pathlib import Path
from typing import Any, Final

import typer
from typer import rich_utils

from goals import Finding, NewPlanRefused, NoPlans, PlanError

FAMILIES: Final = ("report", "export", "explain", "goals")
CATALOGUE: Final = Path(__file__).parent / "swedish_messages.toml"
LOCALES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
GAP: Final = "{}"


def is_swedish() -> bool:
    """Whether Swedish is asked for: by KOLADA_LANG, else by the locale."""
    chosen = environ.get("KOLADA_LANG") or next((found for name in LOCALES if (found := environ.get(name))), "")
    return chosen.lower().replace("-", "_").split(".")[0].split("_")[0] == "sv"


@cache
def catalogue() -> Mapping[str, Any]:
    """The Swedish texts: commands, options, messages."""
    return tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))


@cache
def patterns(chapter: str) -> Sequence[tuple[re.Pattern[str], str]]:
    """Each English text of a chapter as a pattern, the one with most words of its own first, with its Swedish text."""
    messages: Mapping[str, str] = catalogue()[chapter]
    by_length = sorted(messages.items(), key=lambda pair: -len(pair[0].replace(GAP, "")))
    return [(re.compile(pattern_of(english), re.DOTALL), swedish) for english, swedish in by_length]


def pattern_of(english: str) -> str:
    """A message as a regular expression that catches what differs."""
    return "(.*?)".join(re.escape(part) for part in english.split(GAP))


def in_swedish(text: str, chapter: str = "messages") -> str:
    """A message in Swedish; what differs in it too, where that is a message of its own.

    Args:
        text: in English.
        chapter: of the catalogue: messages, or findings.
    """
    for pattern, swedish in patterns(chapter):
        found = pattern.fullmatch(text)
        if found is not None:
            return swedish.format(*(in_swedish(part, chapter) if part else "" for part in found.groups()))
    return text


def finding_told(finding: Finding) -> str:
    """A finding of a plan in Swedish: where, what, what follows, and what to write."""
    advice, question, meant = finding.remedy.partition(" Did you mean ")
    meant, _, then = meant.partition("? ")
    parts = (finding.problem, finding.consequence, advice.rstrip("."))
    problem, consequence, remedy = (in_swedish(part, "findings") for part in parts)
    remedy += f". Menade du {meant.rstrip('?')}?" if question else ""
    remedy += f" {in_swedish(then.rstrip('.'), 'findings')}" if then else ""
    place = finding.place.replace(", row ", ", rad ").replace(", line ", ", rad ")
    place = place.replace(", column ", ", kolumn ").replace(", key ", ", nyckel ")
    value = "" if finding.value is None else f": `{finding.value}`"
    return f"{place}: {problem}{value}; {consequence}. {remedy}{'' if remedy.endswith('?') else '.'}"


def plan_error_told(error: PlanError) -> str:
    """What is wrong with a plan, in the language that is asked for."""
    if not is_swedish() or isinstance(error, NoPlans):
        return str(error)
    head = f"Planen `{error.plan}` nekas, och inget hämtas för den: {len(error.findings)} att rätta."
    tail = "Rätta filerna (goals/README.md beskriver varje kolumn), och kör `kolada goals check`."
    if isinstance(error, NewPlanRefused):
        head = f"Ingen plan `{error.plan}` skrivs: {len(error.findings)} att rätta i det som den görs av."
        tail = "Rätta, och kör `kolada goals new` igen. docs/skriv-ett-mal.md visar varje form av mål."
    found = (f"  {number}. {finding_told(each)}" for number, each in enumerate(error.findings, start=1))
    return "\n".join([head, *found, tail])


def comment_told(text: str) -> str:
    """A comment of a new plan's settings in the language that is asked for."""
    return in_swedish(text, "findings") if is_swedish() else text


def say(text: str) -> None:
    """Print a message in the language that is asked for."""
    typer.echo(told(text))


def told(text: str) -> str:
    """A message in the language that is asked for."""
    return "\n".join(in_swedish(line) for line in text.splitlines()) if is_swedish() else text


def translate_help(command: Any, path: Sequence[str] = ()) -> None:  # noqa: ANN401 - Typer has no public name for it
    """Put Swedish texts into a command, its options and the commands below it.

    Args:
        command: of Typer, as `typer.main.get_command` gives it.
        path: its names, the root's left out.
    """
    rich_utils.OPTIONS_PANEL_TITLE, rich_utils.ARGUMENTS_PANEL_TITLE = "Val", "Argument"
    rich_utils.COMMANDS_PANEL_TITLE = "Kommandon"
    name = " ".join(path)
    if path and path[0] in FAMILIES:
        command.help = catalogue()["commands"].get(name, command.help)
        options = catalogue()["options"]
        for parameter in command.params:
            if getattr(parameter, "help", None):
                general = options.get(parameter.name, parameter.help)
                parameter.help = options.get(f"{name} {parameter.name}", general)
        context = command.make_context(name, [], resilient_parsing=True)
        command.get_help_option(context).help = options["help"]
    for child_name, child in getattr(command, "commands", {}).items():
        if path or child_name in FAMILIES:
            translate_help(child, (*path, child_name))
