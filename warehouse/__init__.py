"""DuckDB and the raw store: what was received, what is known, and what is published.

    home, files          where things stand, one writer, whole writes
    raw_store, manifest  bodies as received; the append-only ledger of a run
    run_ledger           one run's ledger, and taking up a run that died
    stage, history       what a run read, compared with what is known: versions
    coverage             what became of each wanted (KPI, unit)
    build, dictionary    macros, tables and views from sql/mart, and their comments
    verdicts             changes of verdicts between publications
    checks, publish      what stops a publication; the atomic rename
    ops                  the runs' own story, from the manifests
    reading              read access to the published file

The way is one direction: raw store, stage, history, marts, checks, publish. Nothing here talks to the network or knows
what a plan means.
"""
