-- Was the catalogue received empty?
-- sv: Kom katalogen tom?
-- scope: list
select
    'kpi' as scope,
    'no KPI' as after
where not exists (select 1 from core.kpi where not is_withdrawn)
union all
select
    'municipality' as scope,
    'no municipality' as after
where not exists (select 1 from core.municipality where municipality_type = 'K');
