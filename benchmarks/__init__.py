"""Measurements: what the pipeline costs beside the least that the work can cost, and beside others' ways to do it.

bench_load        `make bench`: ours, the floor and the peers on the same pages; docs/benchmarks.md
bench_mirror      a whole mirror at full size: killed twice, taken up, counted (one_mirror is the process that dies)
bench_night       what a night costs beside the fetching; docs/benchmarks-night.md
bench_start       how long a command takes to its first request
bench_documents   the report and the exports

contestant        what each of them is to do, and the process in which it is measured
floor, ours       fetch, decode, one insert; a mirror into a home, and again: an unchanged reload
peers             dlt and koladapy, in an environment of their own
rendered_pages    the pages that all of them read, and their server
rounds            processes, repetitions, medians
results_page, design_measures, machine   what is written down
"""
