-- Are responses repeatedly empty, contrary to known values or to what other units report?
-- sv: Kom svar utan en enda rad, gång på gång, mot det som är känt eller det som andra enheter har?
-- scope: kpi
with known as (
    select *
    from cell_version
    where known_to is null and not is_deleted and change_kind <> 'vanished'
)

select
    doubted.kpi_id as scope,
    doubted.kpi_id,
    doubted.unit_id,
    known.period,
    known.gender,
    if(
        known.period is null,
        '',
        coalesce(cast(known.value as varchar), 'no value')
        || if(known.status is null or known.status = '', '', ' (' || known.status || ')')
    ) as before,
    'an answer without rows' as after,
    doubted.reason as note
from staged_doubted as doubted
left join known
    on
        doubted.kpi_id = known.kpi_id
        and doubted.unit_id = known.unit_id
        and (doubted.period is null or doubted.period = known.period);
