-- Did the catalogue come empty?
select 'kpi' as part
where not exists (select 1 from core.kpi where not is_withdrawn)
union all
select 'municipality' as part
where not exists (select 1 from core.municipality where municipality_type = 'K');
