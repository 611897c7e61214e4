-- Women's and men's values of the plan's municipality, and the same gap for Riket or else all municipalities.
-- One row per plan, KPI and period with a value for both. gender_gap = value_women - value_men.
with plan_kpis as (
    select * from working.plan_kpi
),

observations as (
    select * from core.observation
    where municipality_id in (select plan_kpis.municipality_id from plan_kpis)
),

reference_values as (
    select * from mart.reference_value
    where reference in ('riket', 'unweighted_mean') and gender in ('K', 'M')
),

own as (
    select
        plan_kpis.plan_id,
        plan_kpis.municipality_id,
        plan_kpis.kpi_id,
        plan_kpis.direction,
        observations.period,
        max(case when observations.gender = 'K' then observations.value end) as value_women,
        max(case when observations.gender = 'M' then observations.value end) as value_men,
        max(case when observations.gender = 'T' then observations.value end) as value_total
    from plan_kpis
    inner join observations
        on
            plan_kpis.kpi_id = observations.kpi_id
            and plan_kpis.municipality_id = observations.municipality_id
    group by
        plan_kpis.plan_id,
        plan_kpis.municipality_id,
        plan_kpis.kpi_id,
        plan_kpis.direction,
        observations.period
),

national as (
    select
        kpi_id,
        period,
        reference,
        mart.difference(
            max(case when gender = 'K' then value end), max(case when gender = 'M' then value end)
        ) as reference_gap
    from reference_values
    group by kpi_id, period, reference
    qualify row_number() over (
        partition by kpi_id, period
        order by case when reference_gap is null then 3 when reference = 'riket' then 1 else 2 end
    ) = 1
),

final as (
    select
        own.plan_id,
        own.municipality_id,
        own.kpi_id,
        own.period,
        own.value_women,
        own.value_men,
        own.value_total,
        mart.difference(own.value_women, own.value_men) as gender_gap,
        case
            when own.value_women = own.value_men then 'none'
            when own.direction = 'lower'
                then case when own.value_women < own.value_men then 'women' else 'men' end
            when own.direction = 'higher'
                then case when own.value_women > own.value_men then 'women' else 'men' end
        end as in_favour_of,
        case when national.reference_gap is not null then national.reference end as reference,
        national.reference_gap,
        mart.derived_label() as source_label
    from own
    left join national on own.kpi_id = national.kpi_id and own.period = national.period
    where own.value_women is not null and own.value_men is not null
)

select * from final
order by plan_id, kpi_id, period
