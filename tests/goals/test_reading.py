"""Reading plans from folders and from stored bytes, their hash, and their default rules and labels."""

import hashlib
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from goals import Finding, Plan, PlanError, files_sha256, plan_from_files, read_each_plan, read_plan, read_plans


def test_a_plan_comes_out_the_same_from_its_files_bytes(alingsas: Plan) -> None:
    """A plan read from its stored bytes has the same hash and tables."""
    again = plan_from_files(alingsas.files)
    assert alingsas.files_sha256 == again.files_sha256
    assert alingsas.plan_id == again.plan_id
    assert alingsas.rules == again.rules
    for table, frame in alingsas.tables.items():
        assert frame.equals(again.tables[table]), table


def test_the_hash_is_the_documented_one() -> None:
    """The hash covers the names in byte order, each with NUL, length, NUL and content."""
    files = {"b.csv": b"xyz", "a.csv": b""}
    expected = hashlib.sha256(b"a.csv\x000\x00b.csv\x003\x00xyz").hexdigest()
    assert expected == files_sha256(files)


def test_the_hash_sees_every_byte_and_nothing_but_bytes(
    example_files: dict[str, bytes], write_plan: Callable[[dict[str, bytes]], Path]
) -> None:
    """The hash changes with the files' bytes and not with their times."""
    folder = write_plan(example_files)
    before = read_plan(folder).files_sha256
    os.utime(folder / "goals.csv", (0, 0))
    assert before == read_plan(folder).files_sha256
    (folder / "goals.csv").write_bytes(example_files["goals.csv"] + b"\n")
    assert before != read_plan(folder).files_sha256
    moved = {"a": b"12", "b": b"3"}, {"a": b"1", "b": b"23"}
    assert files_sha256(moved[0]) != files_sha256(moved[1])


def test_all_plans_of_a_folder_are_read_by_name() -> None:
    """All plans of a folder are read by name, and folders without a plan are skipped."""
    root = Path(__file__).parents[2]
    assert [plan.plan_id for plan in read_plans(root / "goals")] == ["alingsas-2022-2024"]
    assert [plan.plan_id for plan in read_plans(Path(__file__).parent / "plans")] == ["exempel-1480-2024-2026"]


def test_broken_plans_of_a_folder_are_told_apart(
    edited: Callable[..., dict[str, bytes]], write_plan: Callable[[dict[str, bytes]], Path]
) -> None:
    """With several plans each finding names its plan, and the valid plans can still be read."""
    folder = write_plan(edited(("goals.csv", "any_part", "en_räcker"))).parent
    (folder / "tom-plan").mkdir()
    (folder / "tom-plan" / "goals.csv").write_text("goal_id\n")
    with pytest.raises(PlanError) as raised:
        read_plans(folder)
    files = {finding.file for finding in raised.value.findings}
    assert "exempel-1480-2024-2026/goals.csv" in files
    assert "tom-plan/plan.toml" in files
    assert raised.value.plan == "exempel-1480-2024-2026, tom-plan"
    shutil.copytree(Path(__file__).parents[2] / "goals" / "alingsas-2022-2024", folder / "alingsas-2022-2024")
    plans, broken = read_each_plan(folder)
    assert [plan.plan_id for plan in plans] == ["alingsas-2022-2024"]
    assert [(error.plan, error.findings[0].file) for error in broken] == [
        ("exempel-1480-2024-2026", "goals.csv"),
        ("tom-plan", "plan.toml"),
    ]


def test_a_wrong_plan_name_is_answered_with_the_right_ones(tmp_path: Path) -> None:
    """A wrong plan name is refused with the existing plans and the most similar one."""
    root = Path(__file__).parents[2] / "goals"
    with pytest.raises(PlanError, match=r"are: alingsas-2022-2024\. Did you mean `alingsas-2022-2024`"):
        read_plan(root / "alingsas-2022-2025")
    with pytest.raises(PlanError, match="kolada goals new"):
        read_plan(tmp_path / "ingen")


def test_a_folder_without_plans_is_refused(tmp_path: Path) -> None:
    """A folder without plans is refused."""
    with pytest.raises(PlanError, match=r"(?s)no plan in this folder.*goals new --example.*KOLADA_GOALS"):
        read_plans(tmp_path)
    with pytest.raises(PlanError, match=r"(?s)no such folder.*refresh --sample.*KOLADA_GOALS"):
        read_plans(tmp_path / "ingen")


def test_an_error_survives_the_way_between_processes() -> None:
    """An error keeps its findings and text when it is pickled."""
    error = PlanError("p", [Finding("goals.csv", "empty", "no use", "Write it", 3, "title", None)])
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (error.plan, error.findings, str(error)) == (again.plan, again.findings, str(again))


def test_rules_left_out_have_their_defaults_and_written_ones_stand(example_files: dict[str, bytes]) -> None:
    """A loaded plan has every rule: the written ones and the defaults of the others."""
    plan = plan_from_files(example_files)
    assert dict(plan.rules) == {
        "national_average": "unweighted_else_riket",
        "reference_min_n": "50",
        "fixed_target_precision": "exact",
        "average_precision": "exact",
        "compound": "all_parts",
        "partly_met_by": "none",
        "majority": "together",
        "bokslut": "history_else_availability",
        "latest_measurement": "false",
    }
    assert dict(plan.rules) == dict(plan.tables["rule"].select("rule_name", "rule_value").iter_rows())


def test_labels_left_out_have_their_defaults_and_written_ones_stand(example_files: dict[str, bytes]) -> None:
    """A loaded plan has every label: the written ones and the defaults of the others."""
    plan = plan_from_files(example_files)
    labels = {(kind, code): word for kind, code, word in plan.tables["label"].drop("plan_id").iter_rows()}
    assert labels["verdict", "met"] == "Nått"
    assert labels["verdict", "no_data"] == "Data saknas"
    assert labels["pace", "ahead"] == "Före takten"
