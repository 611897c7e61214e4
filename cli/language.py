"""Translates the commands for controllers into Swedish: help, prompts and errors of report, export, explain and goals.

The other commands are for operations and stay English. The Swedish texts are in `swedish_messages.toml`: help by
command and option, messages by their English text, in which `{}` is a placeholder. A text that the catalogue lacks is
shown in English.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from os import environ
from pathlib import Path
from typing import Any

import typer
from typer import rich_utils

from goals import Finding, NewPlanRefused, NoPlans, PlanError
from pipeline.form_words import FormError, Said

FAMILIES = ("report", "export", "explain", "goals")
CATALOGUE = Path(__file__).parent / "swedish_messages.toml"
LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")
GAP = "{}"


def is_swedish() -> bool:
    """Return whether the language is Swedish, according to KOLADA_LANG, else to the locale."""
    chosen = environ.get("KOLADA_LANG") or next((found for name in LOCALES if (found := environ.get(name))), "")
    return chosen.lower().replace("-", "_").split(".")[0].split("_")[0] == "sv"


@cache
def catalogue() -> Mapping[str, Any]:
    """Return the Swedish texts: commands, options, messages, findings."""
    return tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))


@cache
def patterns(chapter: str) -> Sequence[tuple[re.Pattern[str], str]]:
    """Return each English text of a chapter as a pattern, with its Swedish text; the longest fixed text first."""
    messages: Mapping[str, str] = catalogue()[chapter]
    by_length = sorted(messages.items(), key=lambda pair: -len(pair[0].replace(GAP, "")))
    return [(re.compile(pattern_of(english), re.DOTALL), swedish) for english, swedish in by_length]


def pattern_of(english: str) -> str:
    """Return a message as a regular expression with a group for each placeholder."""
    return "(.*?)".join(re.escape(part) for part in english.split(GAP))


def in_swedish(text: str, chapter: str = "messages") -> str:
    """Return a message in Swedish; the texts in its placeholders are translated too if the catalogue has them.

    Args:
        text: the message in English.
        chapter: of the catalogue: messages or findings.
    """
    for pattern, swedish in patterns(chapter):
        found = pattern.fullmatch(text)
        if found is not None:
            return swedish.format(*(in_swedish(part, chapter) if part else "" for part in found.groups()))
    return text


def finding_told(finding: Finding) -> str:
    """Return a finding of a plan in Swedish: the place, the problem, the consequence and the remedy."""
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
    """Return the message of an error in a plan, in the chosen language."""
    if not is_swedish() or isinstance(error, NoPlans):
        # The lines of the error for a folder without plans are in the catalogue as they are.
        return str(error)
    head = f"Planen `{error.plan}` nekas, och inget hämtas för den: {len(error.findings)} att rätta."
    tail = "Rätta filerna (goals/README.md beskriver varje kolumn), och kör `kolada goals check`."
    if isinstance(error, NewPlanRefused):
        head = f"Ingen plan `{error.plan}` skrivs: {len(error.findings)} att rätta i det som den görs av."
        tail = "Rätta, och kör `kolada goals new` igen. docs/skriv-ett-mal.md visar varje form av mål."
    found = (f"  {number}. {finding_told(each)}" for number, each in enumerate(error.findings, start=1))
    return "\n".join([head, *found, tail])


def said_told(message: Said) -> str:
    """Return a message about a form, in the chosen language."""
    if not is_swedish():
        return str(message)
    values = (said_told(value) if isinstance(value, Said) else value for value in message.values)
    return str(catalogue()["form"][message.text]).format(*values)


def form_error_told(error: FormError) -> str:
    """Return the message of an error of a form, in the chosen language."""
    found = (
        f"  {number}. {each.place}: {said_told(each.problem)}. {said_told(each.remedy)}."
        for number, each in enumerate(error.problems, start=1)
    )
    return "\n".join([said_told(error.message), *found, *([said_told(error.advice)] if error.advice else [])])


def comment_told(text: str) -> str:
    """Return a comment of a new plan's settings, in the chosen language."""
    return in_swedish(text, "findings") if is_swedish() else text


def say(text: str) -> None:
    """Print a message in the chosen language."""
    typer.echo(told(text))


def told(text: str) -> str:
    """Return a message in the chosen language."""
    return "\n".join(in_swedish(line) for line in text.splitlines()) if is_swedish() else text


def translate_help(command: Any, path: Sequence[str] = ()) -> None:  # noqa: ANN401 - Typer has no public name for it
    """Replace the help texts of a command, its options and its subcommands with Swedish ones.

    Args:
        command: of Typer, as `typer.main.get_command` returns it.
        path: the names of the command and its parents, without the root.
    """
    rich_utils.OPTIONS_PANEL_TITLE, rich_utils.ARGUMENTS_PANEL_TITLE = "Val", "Argument"
    rich_utils.COMMANDS_PANEL_TITLE = "Kommandon"
    rich_utils.REQUIRED_LONG_STRING, rich_utils.DEFAULT_STRING = "[måste anges]", "[annars: {}]"
    name = " ".join(path)
    if path and path[0] in FAMILIES:
        command.help = catalogue()["commands"].get(name, command.help)
        options, metavars = catalogue()["options"], catalogue()["metavars"]
        command.options_metavar, command.subcommand_metavar = "[VAL]", "KOMMANDO"
        for parameter in command.params:
            parameter.metavar = metavars.get(parameter.metavar, parameter.metavar)
            if getattr(parameter, "help", None):
                general = options.get(parameter.name, parameter.help)
                parameter.help = options.get(f"{name} {parameter.name}", general)
        context = command.make_context(name, [], resilient_parsing=True)
        command.get_help_option(context).help = options["help"]
    for child_name, child in getattr(command, "commands", {}).items():
        if path or child_name in FAMILIES:
            translate_help(child, (*path, child_name))
