-- The inputs of the judgements of each indicator with a changed verdict, in the last publication and in this one.
-- Working relation. One row per plan, indicator, criterion, gender, year and side (before, after).
-- Rows of earlier software have no gender, and their kind gives above or below a reference.
with clock as (
    select * from working.clock
),

changed as (
    select * from working.changed_verdict
    where level = 'indicator'
),

versions as (
    select
        versions.* replace (
            coalesce(versions.gender, 'T') as gender,
            case
                when versions.target_kind in ('above_reference', 'below_reference') then 'reference'
                else versions.target_kind
            end as target_kind,
            case
                when versions.gender is null and versions.target_reference = 'similar'
                    then 'similar:' || versions.similar_group_id
                else versions.named_reference
            end as named_reference,
            case
                when versions.gender is null and versions.target_reference = 'similar' then versions.similar_value
                else versions.named_value
            end as named_value,
            case
                when versions.gender is null and versions.target_reference = 'similar' then versions.similar_n
                else versions.named_n
            end as named_n,
            coalesce(versions.has_any_own_row, versions.has_own_row) as has_any_own_row,
            coalesce(versions.has_any_own_value, versions.value_women is not null or versions.value_men is not null)
                as has_any_own_value,
            coalesce(versions.target_gender, case when versions.target_kind is not null then 'T' end) as target_gender
        ),
        clock.published_at,
        clock.today as judged_on
    from mart.judgement_input_version as versions
    cross join clock
    inner join changed
        on
            versions.plan_id = changed.plan_id
            and versions.indicator_id = changed.item_id
            and versions.year = changed.year
    where
        versions.basis = 'today'
        and (versions.published_to is null or versions.published_to = clock.published_at)
),

final as (
    select
        *,
        unnest(
            list_filter(
                [
                    case when published_from < published_at then 'before' end,
                    case when published_to is null then 'after' end
                ],
                lambda side: side is not null
            )
        ) as side
    from versions
)

select * from final
