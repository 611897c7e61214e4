"""Measurements: what the pipeline costs beside the least that the work can cost. Started by `make bench`."""
