-- Did a KPI get another title or kind?
-- sv: Fick ett nyckeltal en annan rubrik eller sort?
-- scope: kpi
select
    kpi_id as scope,
    kpi_id,
    if(title_before <> title, title_before, kind_before) as before,
    if(title_before <> title, title, kind) as after
from kpi_text_change
where title_before <> title or is_other_kind;
