"""A held run through Prefect: its state, event and page name the next command, and the next run publishes it."""

import pytest

from fake_kolada import apply_changes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

REASON = "Kolada has hidden the schools"
PUBLISHED = {"Published", "Published with warnings"}


def test_a_held_night_is_approved_and_published(operations, fake, small_data, ask_home, begun_home):
    """A run held by checks stays held after a partial approval and is published without requests after a full one."""
    home = begun_home
    lie = apply_changes(small_data, ["values_null:N15436", "values_null:N15485"])
    fake.data = lie
    second = operations.trigger_by_api("refresh/nightly")
    state = operations.state_after(second)
    assert ("Held: check", "FAILED") == (state["name"], state["type"])
    assert "`kolada review` shows what it would change" in state["message"]
    (held,) = operations.events("kolada.run.held", second, 1)
    assert ("kolada review", "check") == (held["payload"]["what_to_do"], held["payload"]["reason"])
    assert {"cells_suppressed:N15436", "cells_suppressed:N15485"} <= {
        each["check"] for each in held["payload"]["checks"]
    }
    page = operations.artifacts(second)["refresh"]["data"]
    assert "`kolada review` visar vad körningen skulle ändra" in page
    assert "## Bedömningar som skulle ändras" in page

    part = operations.command("kolada", "review", "--approve", "cells_suppressed:N15436", "--reason", REASON, home=home)
    assert part.returncode == 0, part.stderr
    third = operations.trigger_by_api("refresh/nightly")
    state = operations.state_after(third)
    assert "Held: check" == state["name"]
    assert ("N15436" in state["message"], "N15485" in state["message"]) == (False, True)

    full = operations.command("kolada", "review", "--approve", "cells_suppressed", "--reason", REASON, home=home)
    assert full.returncode == 0, full.stderr
    fake.clear_log()
    fourth = operations.trigger_by_api("refresh/nightly")
    state = operations.state_after(fourth)
    assert "Published with warnings" == state["name"]
    assert REASON in state["message"]
    assert [] == list(fake.log)
    values = "select count(value) from core.observation where kpi_id in ('N15436', 'N15485')"
    assert [(0,)] == ask_home(home, values)


def test_a_held_night_is_overtaken_by_a_good_one(operations, fake, small_data, ask_home, begun_home):
    """A held run that nobody approves is superseded by the next good run, and nothing is left to review."""
    home = begun_home
    fake.data = apply_changes(small_data, ["unit_vanished:0000"])
    second = operations.trigger_by_api("refresh/nightly")
    assert "Held: check" == operations.state_after(second)["name"]
    fake.data = small_data
    third = operations.trigger_by_api("refresh/nightly")
    assert operations.state_after(third)["name"] in PUBLISHED
    assert "nothing to review" in operations.command("kolada", "review", home=home).stdout
    assert [(True,)] == ask_home(home, "select count(value) > 0 from core.observation where municipality_id = '0000'")
