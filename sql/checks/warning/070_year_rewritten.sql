-- Did most units' values for a year change?
-- sv: Är de flesta enheters värden för ett år andra än förut?
-- scope: kpi
with per_year as (
    select
        kpi_id,
        period,
        count(distinct unit_id) as unit_count
    from counted_change
    where class = 'rewritten'
    group by kpi_id, period
)

select
    per_year.kpi_id as scope,
    per_year.kpi_id,
    per_year.period,
    known_year.unit_count || ' units known' as before,
    per_year.unit_count || ' units rewritten' as after
from per_year
inner join known_year on per_year.kpi_id = known_year.kpi_id and per_year.period = known_year.period
anti join offending_kpi on per_year.kpi_id = offending_kpi.kpi_id and offending_kpi.class = 'rewritten'
where per_year.unit_count >= 10 and per_year.unit_count * 2 > known_year.unit_count;
