"""The work of a run as plain functions: the job, reading, loading, judging, publishing, replay, status.

No module here imports Prefect or knows the command line: `flows` wraps these functions, `cli` calls them.
"""
