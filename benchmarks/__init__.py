"""Measurements: the pipeline's costs, compared with the least possible cost of the work, and with other tools.

bench_load        `make bench`: ours, the floor and the peers on the same pages; docs/benchmarks.md
bench_mirror      a whole mirror at full size: killed twice, resumed, checked (one_mirror is the killed process)
bench_night       the cost of a night without fetching; docs/benchmarks-night.md
bench_start       the time from a command to its first request
bench_documents   the report and the exports

contestant        the task of each contestant, and the process in which it is measured
floor, ours       fetch, decode, one insert; a mirror into a home, and again: an unchanged reload
peers             dlt and koladapy, in an environment of their own
rendered_pages    the pages that all contestants read, and their server
rounds            processes, repetitions, medians
results_page, design_measures, machine   the written results
"""
