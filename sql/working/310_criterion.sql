-- The criterion that each indicator is judged by in each year: the year's own target, else a standing one,
-- else the latest earlier one (a target goes on applying after its year), else the next one to come. Working
-- relation. One row per plan, indicator and year that has a criterion.
with targets as (
    select * from plan.target
),

plans as (
    select * from plan.plan
),

years as (
    select
        plan_id,
        cast(unnest(range(first_year, last_year + 1)) as integer) as year
    from plans
),

final as (
    select
        targets.plan_id,
        targets.indicator_id,
        years.year,
        targets.year as target_year,
        case
            when targets.kind <> 'reference' then targets.kind
            when targets.operator in ('>', '>=') then 'above_reference'
            when targets.operator in ('<', '<=') then 'below_reference'
        end as target_kind,
        targets.operator,
        targets.target_value,
        targets.target_text,
        targets.target_decimals,
        targets.reference as target_reference,
        targets.is_yearly_criterion,
        targets.document_lines as target_document_lines,
        targets.known_from
    from targets
    inner join years on targets.plan_id = years.plan_id
    qualify row_number() over (
        partition by targets.plan_id, targets.indicator_id, years.year
        order by
            case
                when targets.year = years.year then 1
                when targets.year is null then 2
                when targets.year < years.year then 3
                else 4
            end,
            abs(targets.year - years.year),
            targets.target_order
    ) = 1
)

select * from final
