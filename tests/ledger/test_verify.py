"""`kolada verify` reads everything and reports each difference from what was written."""

import json
import re

import pytest

from cli.exits import BAD_INPUT, OTHER
from tests.ledger.support import findings
from warehouse.database import connect, quoted
from warehouse.publish import snapshots


@pytest.mark.slow
def test_a_sound_home_has_no_findings(home, run_command):
    """On a sound home the command counts what it read, exits with 0 and reports each stage as it works."""
    ended = run_command("verify", home=home.root)
    assert (0, "") == (ended.returncode, "".join(re.findall("Traceback", ended.stderr)))
    assert re.fullmatch(
        r"Read 3 runs, \d+ bodies \(0 that no run names\) and 3 published files: no findings\.\n", ended.stdout
    )
    assert re.findall(r"^(\w[\w ]*): \d+$", ended.stderr, re.MULTILINE) == ["Manifests", "Bodies", "Published files"]
    told = json.loads(run_command("verify", "--json", home=home.root).stdout)
    assert (3, 3, []) == (told["run_count"], told["file_count"], told["findings"])


def test_an_empty_home_is_bad_input(tmp_path, run_command):
    """An empty folder is refused as bad input, since it is probably not the intended one."""
    ended = run_command("verify", home=tmp_path / "nowhere")
    assert BAD_INPUT == ended.returncode
    assert "nowhere" in ended.stderr


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("delete from core.observation_version where known_to is not null", "versions opened"),
        ("update core.observation_version set value = value + 1 where value is not null", "SHA-256 of the file"),
        ("delete from ops.request where request_id = (select max(request_id) from ops.request)", "answers received"),
    ],
)
def test_a_file_that_was_written_into_is_found(home, run_ids, statement, said):
    """A change inside the published file is found by its row counts or its hash."""
    home.published.chmod(0o644)
    connection = connect()
    connection.execute(f"attach {quoted(str(home.published))} as warehouse")
    connection.execute(f"use warehouse; {statement}; use memory; detach warehouse")
    connection.close()
    told = findings(home)
    assert any(said in finding and "kolada restore" in finding for finding in told), told


@pytest.mark.parametrize(
    ("pattern", "replaced", "said"),
    [
        (r'"byte_count": \d+', '"byte_count": 7', "received 7"),
        (r'"row_count": \d+', '"row_count": 7', "read 7"),
        (r'"opened": \{[^}]*\}', '"opened": {"revised": 77}', "77"),
    ],
)
def test_counts_in_the_ledger_are_compared(home, run_ids, pattern, replaced, said):
    """A manifest whose counts differ from its bodies or its file is found."""
    path = home.manifests / f"{run_ids[2]}.jsonl"
    path.write_text(re.sub(pattern, replaced, path.read_text(encoding="utf-8"), count=1), encoding="utf-8")
    assert any(said in finding and run_ids[2] in finding for finding in findings(home))


def test_a_damaged_snapshot_is_found(home, run_command):
    """A damaged snapshot is found."""
    (oldest, *_) = snapshots(home)
    content = oldest.read_bytes()
    oldest.unlink()
    oldest.write_bytes(content[:4096] + content[8192:])
    ended = run_command("verify", home=home.root)
    assert OTHER == ended.returncode
    assert oldest.name in ended.stdout
