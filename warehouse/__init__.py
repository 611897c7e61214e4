"""DuckDB and the raw store: received response bodies, versioned facts, marts, and the published file.

    home, files          the folders of KOLADA_HOME, the lock of the one writer, atomic writes
    raw_store, manifest  bodies as received; the append-only manifest of a run
    run_ledger           the ledger of one run, and resuming an interrupted run
    stage, history       the values that a run read, compared with the known values: versions
    coverage             the outcome of each wanted pair (KPI, unit)
    build, dictionary    macros, tables and views from sql/mart, and their comments
    checks, approvals    findings that hold a publication, and their approval
    publish, rollback    the atomic rename, and putting an earlier file back
    ops                  the tables about runs, derived from the manifests
    published_file       read access to the published file

Data flows in one direction: raw store, stage, history, marts, checks, publish. This package uses no network and does
not interpret plans.
"""
