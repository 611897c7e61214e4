-- Did values that were known vanish, get deleted or become null?
-- sv: Försvann, raderades eller doldes kända värden?
-- scope: kpi
select
    kpi_id as scope,
    kpi_id,
    'known' as before,
    count(*) || ' ' || class || ', of ' || count(distinct unit_id) || ' units' as after
from other_change
where class in ('vanished', 'deleted', 'suppressed')
group by kpi_id, class;
