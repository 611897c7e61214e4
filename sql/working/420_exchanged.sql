-- The judgements of a changed verdict with some of their inputs exchanged: the old inputs, with the blocks of each
-- choice of causes replaced by the new ones, judged by mart.judged. Working relation of the causes.
-- One row per plan, indicator, criterion, year, gender and choice of causes (exchanged).
-- noqa: disable=RF02,RF03
with pairs as (
    select
        *,
        list_distinct(
            list_filter(
                [
                    target_cause,
                    indicator_cause,
                    decimals_cause,
                    rule_cause,
                    own_cause,
                    own_rule_cause,
                    earlier_cause,
                    compared_figure_cause,
                    averages_cause,
                    members_cause,
                    listed_values_cause,
                    breaks_cause,
                    rescaled_cause
                ],
                lambda cause: cause is not null
            )
        ) as causes
    from working.judged_pair
),

peers as (
    select * from working.judged_peer
),

-- Every pair of a criterion is judged with the same choices.
listed as (
    select
        plan_id,
        indicator_id,
        criterion,
        year,
        list_sort(list_distinct(flatten(list(causes)))) as causes
    from pairs
    group by plan_id, indicator_id, criterion, year
),

choices as (
    select
        *,
        unnest(mart.choices(len(causes))) as choice
    from listed
),

chosen as (
    select
        pairs.* exclude (causes),
        list_filter(
            choices.causes,
            lambda cause: mart.is_chosen(choices.choice, list_position(choices.causes, cause))
        ) as exchanged
    from pairs
    inner join choices
        on
            pairs.plan_id = choices.plan_id
            and pairs.indicator_id = choices.indicator_id
            and pairs.criterion is not distinct from choices.criterion
            and pairs.year = choices.year
),

-- Without the edited target the judgements by the old target, with it those by the new one.
applied as (
    select *
    from chosen
    where
        is_of_new_target = (
            list_contains(exchanged, 'target_edited')
            and exists (
                select others.year
                from pairs as others
                where
                    others.is_of_new_target
                    and others.plan_id = chosen.plan_id
                    and others.indicator_id = chosen.indicator_id
                    and others.criterion is not distinct from chosen.criterion
                    and others.year = chosen.year
            )
        )
),

picked as (
    select
        *,
        case when list_contains(applied.exchanged, applied.target_cause) then after.target else before.target end
            as target,
        case
            when list_contains(applied.exchanged, applied.indicator_cause) then after.indicator else before.indicator
        end as indicator,
        case
            when list_contains(applied.exchanged, applied.decimals_cause) then after.indicator.display_decimals
            else before.indicator.display_decimals
        end as picked_decimals,
        case when list_contains(applied.exchanged, applied.rule_cause) then after.rules else before.rules end as rules,
        case
            when not coalesce(list_contains(applied.exchanged, applied.own_cause), false) then before.own
            when list_contains(applied.exchanged, coalesce(applied.own_rule_cause, applied.own_cause)) then after.own
            else applied.own_without_rule
        end as own,
        case when list_contains(applied.exchanged, applied.earlier_cause) then after.earlier else before.earlier end
            as earlier,
        case
            when list_contains(applied.exchanged, applied.compared_figure_cause) then after.compared_figure
            else before.compared_figure
        end as compared_figure,
        case
            when list_contains(applied.exchanged, applied.averages_cause) then after.averages else before.averages
        end as averages,
        case when list_contains(applied.exchanged, applied.breaks_cause) then after.breaks else before.breaks end
            as picked_breaks,
        case
            when list_contains(applied.exchanged, applied.rescaled_cause) then after.rescaled else before.rescaled
        end as rescaled,
        case when list_contains(applied.exchanged, applied.members_cause) then 'after' else 'before' end as member_side,
        case when list_contains(applied.exchanged, applied.listed_values_cause) then 'after' else 'before' end
            as value_side,
        list_distinct(
            list_filter(
                [applied.target_cause, applied.indicator_cause, applied.members_cause, applied.listed_values_cause],
                lambda cause: cause is not null
            )
        ) as named_causes,
        list_distinct(
            list_filter(
                [
                    applied.target_cause,
                    applied.indicator_cause,
                    applied.own_cause,
                    applied.members_cause,
                    applied.listed_values_cause
                ],
                lambda cause: cause is not null
            )
        ) as standing_causes
    from applied
),

-- The figure from other units that the value is compared with, if only a part of its inputs is exchanged.
mixed as (
    select
        picked.*,
        peers.list_value,
        peers.list_n,
        peers.other_values
    from picked
    left join peers
        on
            picked.plan_id = peers.plan_id
            and picked.indicator_id = peers.indicator_id
            and peers.list_name = case
                when picked.target.target_kind in ('rank', 'best_share') then picked.target.rank_scope
                else picked.target.target_reference
            end
            and picked.indicator.kpi_id = peers.kpi_id
            and coalesce(picked.own.value_year, picked.year) = peers.reference_year
            and picked.target.gender = peers.gender
            and picked.member_side = peers.member_side
            and picked.value_side = peers.value_side
),

put_together as (
    select
        *,
        case
            -- Riket by its own name is one of the averages.
            when target.target_reference = 'riket'
                then
                    {
                        'named_reference': 'riket',
                        'named_value': averages.riket_value,
                        'named_n': cast(null as integer),
                        'named_member_count': cast(null as integer)
                    }
            when not list_has_any(mixed.exchanged, mixed.named_causes) then before.named
            when list_has_all(mixed.exchanged, mixed.named_causes) then after.named
            else
                struct_update(
                    case when list_contains(mixed.exchanged, mixed.target_cause) then after.named else before.named end,
                    named_value := mixed.list_value,
                    named_n := mixed.list_n
                )
        end as named,
        case
            when not list_has_any(mixed.exchanged, mixed.standing_causes) then before.standing
            when list_has_all(mixed.exchanged, mixed.standing_causes) then after.standing
            else
                {
                    'place': case
                        when own.value is not null and own.value_source = 'kolada'
                            then
                                cast(
                                    1 + len(
                                        list_filter(
                                            mixed.other_values,
                                            lambda other: case
                                                when indicator.direction = 'lower' then other < own.value
                                                else other > own.value
                                            end
                                        )
                                    ) as integer
                                )
                    end,
                    'place_n': cast(1 + len(mixed.other_values) as integer)
                }
        end as standing
    from mixed
),

inputs as (  -- noqa: ST03
    select
        put_together.plan_id,
        put_together.indicator_id,
        put_together.criterion,
        put_together.year,
        put_together.exchanged,
        after.judged_on,
        unnest(put_together.target),
        unnest(struct_update(put_together.indicator, display_decimals := put_together.picked_decimals)),
        unnest(put_together.rules),
        unnest(put_together.own),
        unnest(put_together.earlier),
        unnest(put_together.compared_figure),
        unnest(put_together.averages),
        unnest(put_together.named),
        unnest(put_together.standing),
        unnest(put_together.rescaled),
        unnest(after.catalogue),
        mart.is_broken_between(put_together.picked_breaks, earlier.baseline_year, own.value_year)
            as is_broken_since_baseline,
        mart.is_broken_between(put_together.picked_breaks, own.value_year - 1, own.value_year)
            as is_broken_since_last_year,
        mart.is_broken_between(put_together.picked_breaks, earlier.previous_value_year, own.value_year)
            as is_broken_since_previous,
        mart.is_broken_between(put_together.picked_breaks, target.base_year, own.value_year) as is_broken_since_base,
        len(
            list_filter(
                put_together.picked_breaks,
                lambda each: each.voids_target and each.first_year_after <= own.value_year
            )
        ) > 0 as has_voiding_break
    from put_together
),

judged as (
    select * from mart.judged('inputs')
),

final as (
    select
        plan_id,
        indicator_id,
        criterion,
        year,
        gender,
        exchanged,
        verdict,
        value,
        compared_with,
        margin
    from judged
)

select * from final
