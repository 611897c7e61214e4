-- The reference values for a municipality's value, as known now. One row per KPI, period, gender and reference. Riket
-- is as received from Kolada; every other reference is our own computation over the n municipalities of type K that
-- have a value ("Egen bearbetning av data från Kolada"). A county, group or list has values for the KPIs of the plans
-- that are compared with it.
with reference_values as (
    select * from working.reference
),

final as (
    select
        kpi_id,
        period,
        gender,
        reference,
        reference_kind,
        value,
        n,
        case
            when reference_kind = 'riket' then mart.received_label()
            else mart.derived_label()
        end as source_label
    from reference_values
    where sighting_id = 'today'
)

select * from final
order by kpi_id, period, gender, reference
