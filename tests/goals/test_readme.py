"""The README names every file, column, code, rule and key that a plan may hold."""

from pathlib import Path

import pytest

import goals
from goals.declared_texts import made
from goals.plan_columns import FORMATS, KEYS
from goals.rules import RULES

README = (Path(goals.__file__).parent / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", made(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_is_made_from_the_declaration_is_up_to_date(path: Path) -> None:
    """`make docs` would write the README's tables, the tables of `plan` and their comments as they are."""
    assert made()[path] == path.read_text(encoding="utf-8")


def test_every_file_and_column_is_described() -> None:
    """Each file has a section, and each of its columns stands in that section's table."""
    for name, form in FORMATS.items():
        _, heading, section = README.partition(f"### {name},")
        assert heading, name
        section = section.partition("\n##")[0]
        for column in form.written:
            assert column.name in section, (name, column.name)
            for code in column.codes:
                if column.name not in {"role", "kind"} or name != "indicators.csv":
                    assert f"`{code}`" in section, (name, code)


def test_every_rule_stands_with_its_default_and_its_values() -> None:
    """A rule's row holds all that may be written."""
    for rule in RULES:
        (row,) = [line for line in README.splitlines() if line.startswith(f"| {rule.name} |")]
        assert f"| {rule.default_text} |" in row, rule.name
        for value in rule.allowed:
            assert value in row, (rule.name, value)


def test_every_key_of_the_settings_is_described() -> None:
    """Top-level keys and those of the document."""
    section = README.partition("## plan.toml")[2].partition("\n## ")[0]
    for key in KEYS:
        assert key in section, key


def test_public_names_are_the_documented_ones() -> None:
    """What the package offers, and nothing by chance."""
    assert goals.__all__ == [
        "TABLE_SCHEMAS",
        "Finding",
        "KnownCatalogue",
        "KnownKpi",
        "LookedUp",
        "NewPlan",
        "NewPlanRefused",
        "NoPlans",
        "Plan",
        "PlanError",
        "RepositoryRefused",
        "check_against_catalogue",
        "copy_example",
        "files_sha256",
        "look_up",
        "one_error",
        "plan_from_files",
        "read_each_plan",
        "read_plan",
        "read_plans",
        "scaffold",
        "write_repository",
    ]
    assert all(hasattr(goals, name) for name in goals.__all__)
