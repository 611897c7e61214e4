-- Did a plan's KPI lose its title, or many KPIs get another title, description or kind than in a year?
-- sv: Förlorade en plans nyckeltal sin rubrik, eller fick många en annan rubrik, beskrivning eller sort än på ett år?
-- scope: kpi
with changed as (
    select
        *,
        kpi_id in (select used_kpi.kpi_id from used_kpi) as is_used,
        trim(description) = '' and trim(description_before) <> '' as is_description_blank
    from kpi_text_change
),

listed as (
    select greatest(2, getvariable('max_texts_changed_share') * count(*)) as most
    from core.kpi
    where not is_withdrawn
),

used as (
    select greatest(2, getvariable('max_texts_changed_share') * count(*)) as most from used_kpi
),

counted as (
    select
        any_value(listed.most) as most,
        any_value(used.most) as most_used,
        count(*) filter (where changed.is_retitled) as retitled,
        count(*) filter (where changed.is_retitled and changed.is_used) as retitled_used,
        count(*) filter (where changed.is_blank or changed.is_description_blank) as blank,
        count(*) filter (where changed.is_other_kind) as other_kind
    from changed
    cross join listed
    cross join used
)

select
    changed.kpi_id as scope,
    changed.kpi_id,
    case
        when changed.is_blank or changed.is_retitled then changed.title_before
        when changed.is_description_blank then changed.description_before
        else changed.kind_before
    end as before,
    case
        when changed.is_blank or changed.is_retitled then changed.title
        when changed.is_description_blank then changed.description
        else changed.kind
    end as after
from changed
cross join counted
where
    (changed.is_blank and changed.is_used)
    or ((changed.is_blank or changed.is_description_blank) and counted.blank > 2)
    or (changed.is_retitled and (counted.retitled > counted.most or counted.retitled_used > counted.most_used))
    or (changed.is_other_kind and counted.other_kind > counted.most);
