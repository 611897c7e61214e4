-- Does a unit have no row of several KPIs that most units of its kind report?
-- sv: Saknar en enhet rader för flera nyckeltal som de flesta enheter av samma slag har?
-- scope: unit
with asked as (
    select
        pair.kpi_id,
        pair.unit_id,
        if(pair.unit_id = '0000', 'K', unit.municipality_type) as kind,
        pair.outcome = 'values' as is_reported
    from coverage_pair as pair
    inner join core.municipality as unit on pair.unit_id = unit.municipality_id
    where pair.outcome in ('values', 'nothing_published')
),

usual as (
    select
        kpi_id,
        kind
    from asked
    where unit_id <> '0000'
    group by kpi_id, kind
    having count(*) >= 3 and count(*) filter (where is_reported) * 2 > count(*)
)

select
    asked.unit_id as scope,
    '' as kpi_id,
    asked.unit_id,
    'reported by most: ' || count(*) || ' KPIs' as before,
    'nothing published' as after
from asked
inner join usual on asked.kpi_id = usual.kpi_id and asked.kind = usual.kind
group by asked.unit_id
having count(*) >= 3 and not bool_or(asked.is_reported);
