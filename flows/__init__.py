"""Prefect and nothing else: flows, deployments, artifacts, events, `kolada serve`. The work itself is in `pipeline`."""
