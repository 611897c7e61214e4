"""The README of the goals names every file, column, code, rule and key of a plan."""

from pathlib import Path

import pytest

import goals
from goals.declared_texts import made
from goals.plan_columns import FORMATS, KEYS
from goals.rules import RULES

README = (Path(goals.__file__).parent / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", made(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_is_made_from_the_declaration_is_up_to_date(path: Path) -> None:
    """The tables in the README, the tables of `plan` and their comments equal the output of `make docs`."""
    assert made()[path] == path.read_text(encoding="utf-8")


def test_every_file_and_column_is_described() -> None:
    """Each file has a section, and the section's table has each of its columns."""
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
    """The row of each rule has its default and all its values."""
    for rule in RULES:
        (row,) = [line for line in README.splitlines() if line.startswith(f"| {rule.name} |")]
        assert f"| {rule.default_text} |" in row, rule.name
        for value in rule.allowed:
            assert value in row, (rule.name, value)


def test_every_key_of_the_settings_is_described() -> None:
    """Every key of plan.toml is described."""
    section = README.partition("## plan.toml")[2].partition("\n## ")[0]
    for key in KEYS:
        assert key in section, key


def test_public_names_are_the_documented_ones() -> None:
    """`goals.__all__` has exactly the public names."""
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
        "required_folders",
        "scaffold",
        "write_repository",
    ]
    assert all(hasattr(goals, name) for name in goals.__all__)
