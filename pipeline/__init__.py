"""The work of a run as plain functions: what is wanted, reading, loading, judging, publishing, replay, status.

Nothing here knows Prefect or the command line: `flows` wraps it, `cli` calls it.
"""
