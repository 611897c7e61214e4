"""The deployments, the systemd unit and the docs agree with the code."""

import io
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from prefect.events.schemas.automations import AutomationCore
from prefect.utilities.callables import parameter_schema
from ruamel.yaml import YAML

from flows.backfill import backfill
from flows.mirror import mirror
from flows.refresh import refresh
from flows.work_pool import LIMIT, POOL
from pipeline.settings import Settings, settings_page

REPOSITORY = Path(__file__).resolve().parents[2]
UNIT = REPOSITORY / "deploy" / "kolada.service"
OPERATIONS = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
DEPLOYMENTS = YAML(typ="safe").load(REPOSITORY / "prefect.yaml")["deployments"]
FLOWS = {"refresh": refresh, "backfill": backfill, "mirror": mirror}


def test_deployments_are_of_our_flows_and_in_our_pool():
    """Each entrypoint is an installed flow, each deployment uses the one pool, and the docs name it."""
    for deployment in DEPLOYMENTS:
        module, _, name = deployment["entrypoint"].rpartition(".")
        assert module == f"flows.{name}"
        assert FLOWS[name].name == name
        assert deployment["work_pool"]["name"] == POOL
        assert f"`{name}/{deployment['name']}`" in OPERATIONS
    assert LIMIT == 1


@pytest.mark.parametrize("name", sorted(FLOWS))
def test_every_parameter_is_described_in_the_form(name):
    """Each parameter has a description and a default in Prefect's form."""
    for described in parameter_schema(FLOWS[name]).model_dump()["properties"].values():
        assert described["description"]
        assert "default" in described


def test_the_backfill_has_the_parameters_that_the_docs_give():
    """The backfill flow has the parameters that the docs use."""
    named = set(re.findall(r"-p (\w+)=", OPERATIONS))
    assert named == {"years", "kpis", "dry_run"}
    assert named | {"plan", "municipalities"} <= set(parameter_schema(backfill).model_dump()["properties"])


def test_the_example_automation_is_one():
    """The automation in the docs matches the product's events and every failed state."""
    (example,) = re.findall(r"```yaml\n(.*?)```", OPERATIONS, re.DOTALL)
    automation = AutomationCore.model_validate(YAML(typ="safe").load(io.StringIO(example)))
    ours = {"kolada.verdict.changed", "kolada.run.held", "kolada.kpi.withdrawn"}
    assert ours < automation.trigger.expect
    failed = [f"prefect.flow-run.{state}" for state in ("Failed: source", "Failed: input", "Failed: home", "Crashed")]
    expected = automation.trigger.expect
    assert [event for event in failed if not any(fnmatchcase(event, pattern) for pattern in expected)] == []


def test_every_state_and_setting_is_documented():
    """The docs name every state and setting."""
    source = (REPOSITORY / "flows" / "flow_run.py").read_text(encoding="utf-8")
    states = set(re.findall(r'"((?:Published|Held|Failed)[a-z: ]*)"', source))
    assert states == {
        "Published",
        "Published with warnings",
        "Held: incomplete",
        "Held: check",
        "Failed: source",
        "Failed: input",
        "Failed: home",
        "Failed",
    }
    assert [state for state in states if f"| {state} |" not in OPERATIONS] == []
    assert settings_page() == (REPOSITORY / "docs" / "settings.md").read_text(encoding="utf-8")
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_the_systemd_unit_is_valid(tmp_path):
    """systemd-analyze accepts the unit; the test replaces the target machine's paths."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not on this machine (package systemd): the unit is not checked here")
    unit = UNIT.read_text(encoding="utf-8").replace("/opt/kolada/.venv/bin", str(Path(sys.executable).parent))
    here = tmp_path / UNIT.name
    here.write_text(unit, encoding="utf-8")
    checked = subprocess.run([analyze, "verify", str(here)], capture_output=True, text=True, check=False, timeout=60)
    assert (0, "") == (checked.returncode, checked.stderr)
