-- Every criterion of every indicator judged in each year, for both bases. For a criterion that women and men must both
-- meet, the gender that lacks a value is shown, otherwise the one with the smaller margin.
-- Working relation of mart.criterion_outcome and of the judgement of indicators.
-- One row per plan, basis, indicator, criterion and year of the plan; an indicator without a criterion has one row.
with clock as (
    select * from working.clock
),

inputs as (  -- noqa: ST03
    select
        judgement_input.*,
        least(clock.today, judgement_input.bokslut_date) as judged_on
    from mart.judgement_input as judgement_input
    cross join clock
),

judged as (
    select * from mart.judged('inputs')
),

-- One of women and men, for a criterion that both must meet.
shown as (
    select * from judged
    where coalesce(target_gender, '') <> 'both'

    union all

    select * from judged
    where target_gender = 'both'
    qualify row_number() over (
        partition by plan_id, basis, indicator_id, criterion, year
        order by value is not null, compared_with is not null, margin, gender
    ) = 1
),

final as (
    select
        *,
        verdict in ('met', 'partly_met', 'not_met') as is_judged,
        case
            when verdict not in ('met', 'partly_met', 'not_met') then null
            when is_meeting_alternative then 'met'
            when not is_meeting_alternative and is_near_alternative then 'partly_met'
            when not is_meeting_alternative then 'not_met'
        end as verdict_alt,
        case when not is_target_void then is_meeting end as is_at_target_now,
        case when verdict in ('met', 'partly_met', 'not_met') then is_meeting <> is_meeting_exactly end
            as is_rounded_only,
        -- The decimals at which value and compared_with agree with the verdict; if rounding decides, those of the
        -- comparison.
        case
            when is_place then display_decimals
            when is_meeting <> is_meeting_exactly then compared_at_decimals
            else
                mart.telling_decimals(
                    value,
                    compared_with,
                    greatest(
                        display_decimals,
                        case
                            when target_kind = 'reference' then 1
                            else coalesce(compared_at_decimals, 0)
                        end,
                        coalesce(mart.decimals_in(target_value), 0),
                        coalesce(mart.decimals_in(target_high), 0)
                    )
                )
        end as shown_decimals
    from shown
)

select * from final
