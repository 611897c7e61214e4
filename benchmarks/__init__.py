"""Measurements: what the pipeline costs beside the least that the work can cost, and beside others' ways to do it.

contestant   what each of them is to do, and the process in which it is measured
floor        fetch, decode, one insert
ours         a mirror into a home; again in the same home: an unchanged reload
peers        dlt and koladapy, in an environment of their own
pages, serve the pages that all of them read, and their server
measure      processes, repetitions, medians
page         docs/benchmarks.md
run          `make bench`
mirror       a whole mirror at full size: killed twice, taken up, counted
night        what a night costs beside the fetching; docs/benchmarks-night.md
report       the report and the exports
"""
