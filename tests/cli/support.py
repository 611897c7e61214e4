"""The command in a subprocess, as a user runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def run_kolada(
    folder: Path,
    base_url: str,
    *arguments: str,
    goals: Path = REPOSITORY / "goals",
    start: tuple[str, ...] = ("-c", "from cli import main; main()"),
    **variables: str,
) -> subprocess.CompletedProcess[str]:
    """Run `kolada` in a folder that also contains its home; return the ended process."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KOLADA_")}
    environment |= {
        "KOLADA_BASE_URL": base_url,
        "KOLADA_HOME": str(folder / "home"),
        "KOLADA_GOALS": str(goals),
        "KOLADA_RATE": "1000",
        "KOLADA_MAX_ATTEMPTS": "1",
        "PYTHONPATH": str(REPOSITORY),
        "COLUMNS": "200",
    }
    return subprocess.run(
        [sys.executable, *start, *arguments],
        cwd=folder,
        env=environment | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def outputs_of(folder: Path, base_url: str, *commands: list[str]) -> list[str]:
    """Return the outputs of commands that must succeed, run like that by one process."""
    ended = run_kolada(folder, base_url, json.dumps(commands), start=("-m", "tests.cli.one_process"))
    assert ended.returncode == 0, ended.stderr
    *outputs, rest = ended.stdout.split("\0")
    assert (len(commands), "") == (len(outputs), rest)
    return outputs
