"""The order of the test files: the longest first, so that all workers end at about the same time.

A file runs on one worker as a whole. The seconds are roughly those of one worker on an idle machine, slow tests
included. Only their order is used, and a file under ten seconds is not listed.
"""

from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
SECONDS = {
    "ledger/test_full_disk.py": 230,
    "ledger/test_kill_sweep.py": 220,
    "reports/test_in_browser.py": 160,
    "installing/test_installed.py": 150,
    "pipeline/test_empty_answers.py": 120,
    "pipeline/test_review.py": 95,
    "web/test_stories.py": 90,
    "pipeline/test_second_nights.py": 85,
    "sharing/test_killed_shares.py": 80,
    "pipeline/test_replay.py": 80,
    "words/test_causes.py": 80,
    "installing/test_container.py": 75,
    "warehouse/test_mart_history_upgrade.py": 70,
    "pipeline/test_killed_runs.py": 70,
    "ledger/test_lost_home.py": 65,
    "pipeline/test_mart_history.py": 65,
    "pipeline/test_history_nights.py": 65,
    "pipeline/test_faults.py": 60,
    "cli/test_odd_places.py": 60,
    "reports/test_in_libreoffice.py": 60,
    "web/test_pages.py": 56,
    "sharing/test_share.py": 54,
    "pipeline/test_readers_and_writers.py": 50,
    "pipeline/test_plans_apart.py": 50,
    "mirror/test_mirror.py": 45,
    "words/test_small_truths.py": 45,
    "warehouse/test_upgrade.py": 44,
    "reports/test_exports.py": 44,
    "words/test_every_output.py": 40,
    "cli/test_command.py": 40,
    "ledger/test_rollback.py": 39,
    "warehouse/test_older_duckdb.py": 37,
    "pipeline/test_odd_answers.py": 36,
    "cli/test_review_command.py": 35,
    "words/test_plan_changes.py": 34,
    "words/test_reasons_told.py": 32,
    "warehouse/test_history_properties.py": 31,
    "kolada_client/test_end_to_end.py": 30,
    "mart/test_references.py": 29,
    "kolada_client/test_environment.py": 29,
    "councils/test_outputs.py": 28,
    "mart/test_verdicts.py": 28,
    "reports/test_explain.py": 28,
    "query/test_sql_command.py": 27,
    "ledger/test_run_order.py": 25,
    "recomputed/test_agreement.py": 22,
    "mirror/test_killed_mirror.py": 22,
    "web/test_load.py": 20,
    "web/test_assistants.py": 20,
    "recomputed/test_every_kind.py": 19,
    "councils/test_verdicts_by_hand.py": 19,
    "mart/test_dictionary.py": 18,
    "mart/test_questions.py": 18,
    "reports/test_word_document.py": 17,
    "benchmarks/test_benchmarks.py": 17,
    "fake_kolada/test_named_faults.py": 16,
    "query/test_locked_query.py": 15,
    "words/test_rounded_verdicts.py": 15,
    "warehouse/test_change_kinds.py": 12,
    "words/test_what_is_new.py": 12,
    "ledger/test_verify.py": 12,
    "words/test_units_in_words.py": 11,
    "flows/test_status.py": 11,
    "docs/test_examples.py": 10,
}


def sort_longest_first(items: list[pytest.Item]) -> None:
    """Sort the tests of listed files to the front; the order within a file and among other files stays."""
    items.sort(key=lambda item: -SECONDS.get(item.path.relative_to(TESTS).as_posix(), 0))
