-- From where each year of a plan is judged: today (what is known at the moment asked), and the year's bokslut
-- (what was out when the annual accounts were written). All later relations carry the sight they were seen
-- from. One row per plan, basis and year. A bokslut that lies ahead of the moment sees what is known at the
-- moment.
with plans as (
    select * from plan.plan_as_of(moment)
),

bokslut_dates as (
    select * from plan.bokslut_date_as_of(moment)
),

years as (
    select
        plan_id,
        municipality_id,
        core.moment(moment) as asked_at,
        unnest(range(first_year, last_year + 1)) as year
    from plans
),

today as (
    select
        plan_id,
        municipality_id,
        'today' as basis,
        cast(year as integer) as year,
        'today' as sight_id,
        asked_at as seen_at,
        cast(null as date) as bokslut_date
    from years
),

bokslut as (
    select
        years.plan_id,
        years.municipality_id,
        'bokslut' as basis,
        cast(years.year as integer) as year,
        years.plan_id || ' bokslut ' || cast(years.year as varchar) as sight_id,
        least(core.end_of_swedish_day(bokslut_dates.bokslut_date), years.asked_at) as seen_at,
        bokslut_dates.bokslut_date
    from years
    inner join bokslut_dates on years.plan_id = bokslut_dates.plan_id and years.year = bokslut_dates.year
),

final as (
    select * from today
    union all
    select * from bokslut
)

select * from final
