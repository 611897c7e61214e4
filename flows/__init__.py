"""The parts that use Prefect: flows, deployments, artifacts, events, `kolada serve`. The work is in `pipeline`."""
