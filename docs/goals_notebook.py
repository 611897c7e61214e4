"""A notebook over the published file: the goals of a year, one indicator's history, women and men, the counties.

    uvx --with duckdb --with polars --with pyarrow marimo edit docs/goals_notebook.py

It reads `data/kolada.duckdb`, or the built-in sample's file if that does not exist, and changes nothing.
"""

import marimo

app = marimo.App(app_title="Goals and their figures")


@app.cell
def _():
    import pathlib

    import duckdb
    import marimo as mo

    return duckdb, mo, pathlib


@app.cell
def _(pathlib):
    _files = [pathlib.Path("data/kolada.duckdb"), pathlib.Path("data/sample/kolada.duckdb")]
    file = next((path for path in _files if path.exists()), _files[0])
    return (file,)


@app.cell
def _(duckdb, file):
    kolada = duckdb.connect(str(file), read_only=True)
    return (kolada,)


@app.cell
def _(kolada, mo):
    plan, title, year = kolada.execute("select plan_id, title, target_year from plan.plan order by plan_id").fetchone()
    kinds = kolada.execute("select source_kind from ops.run where state = 'published'").fetchall()
    warning = " **Sample data: every value is made up.**" if ("sample",) in kinds else ""
    mo.md(f"# {title}, {year}\n\nEgen bearbetning av data från Kolada.{warning}")
    return plan, year


@app.cell
def _(kolada, plan, year):
    # Missing is not zero and not "not met": verdict_reason says why there is no value.
    goals = kolada.sql(
        """
        select indicator_id, indicator_title, value, unit, target_value, verdict, verdict_reason, margin
        from mart.goal_fulfilment
        where plan_id = $plan and year = $year
        order by indicator_order
        """,
        params={"plan": plan, "year": year},
    ).pl()
    goals
    return (goals,)


@app.cell
def _(kolada, plan):
    # The indicator whose value is known for the most years, with the unweighted mean of the municipalities and its n.
    history = kolada.sql(
        """
        with longest as (
            select kpi_id
            from mart.goal_fulfilment
            where plan_id = $plan and value is not null and kpi_id is not null
            group by kpi_id
            order by count(*) desc, kpi_id
            limit 1
        )

        select cells.kpi_id, kpi.title, cells.period, cells.value, mean.value as mean_value, mean.n as mean_n
        from core.observation as cells
        inner join longest using (kpi_id)
        inner join core.kpi as kpi using (kpi_id)
        inner join plan.plan as plan on cells.municipality_id = plan.municipality_id and plan.plan_id = $plan
        left join mart.reference_value as mean
            on
                cells.kpi_id = mean.kpi_id
                and cells.period = mean.period
                and cells.gender = mean.gender
                and mean.reference = 'unweighted_mean'
        where cells.gender = 'T'
        order by cells.period
        """,
        params={"plan": plan},
    ).pl()
    history
    return (history,)


@app.cell
def _(kolada):
    # Women and men, where a KPI has both; the gap is computed, so its source is not "Källa: Kolada".
    genders = kolada.sql(
        """
        select indicator_id, year, value_women, value_men, round(value_women - value_men, 1) as difference
        from mart.goal_fulfilment
        where value_women is not null and value_men is not null
        order by indicator_id, year
        """
    ).pl()
    genders
    return (genders,)


@app.cell
def _(history, kolada):
    # The municipalities by county; regions and Riket are left out.
    counties = kolada.sql(
        """
        select units.county_name, round(avg(cells.value), 1) as mean_value, count(*) as n
        from core.observation as cells
        inner join core.municipality as units using (municipality_id)
        where
            cells.kpi_id = $kpi
            and cells.period = $period
            and cells.gender = 'T'
            and cells.value is not null
            and units.municipality_type = 'K'
        group by units.county_name
        order by mean_value desc
        """,
        params={"kpi": history["kpi_id"][-1], "period": history["period"][-1]},
    ).pl()
    counties
    return (counties,)


if __name__ == "__main__":
    app.run()
