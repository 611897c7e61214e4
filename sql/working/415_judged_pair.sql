-- Each judgement of a changed verdict, before and after, with the cause of the change of each block of its inputs: the
-- code of a cause, null if the block is unchanged. Working relation of the causes.
-- One row per plan, indicator, criterion, year, gender and is_of_new_target: if a target was edited, the judgements by
-- the old target and those by the new one.
-- noqa: disable=RF02,RF03
with clock as (
    select * from working.clock
),

judged as (
    select * from working.judged_side
),

plans as (
    select * from plan.plan
),

peers as (
    select
        plan_id,
        indicator_id,
        list_name,
        side,
        list(distinct municipality_id order by municipality_id) as members
    from working.judged_member
    group by plan_id, indicator_id, list_name, side
),

versions as (
    select * from mart.judgement_input_version
    where basis = 'today' and value is not null
),

own_changes as (
    select
        observations.kpi_id,
        observations.municipality_id,
        list(distinct observations.change_kind) as change_kinds
    from core.observation_version as observations
    inner join clock on observations.known_from = clock.published_at
    where observations.kpi_id in (select judged.kpi_id from judged)
    group by observations.kpi_id, observations.municipality_id
),

rescaled_kpis as (
    select distinct observations.kpi_id
    from core.observation_version as observations
    inner join clock on observations.known_from = clock.published_at
    where observations.change_kind = 'rescaled'
),

edited_figures as (
    select distinct
        figures.plan_id,
        figures.indicator_id
    from (
        select
            plan_id,
            indicator_id,
            known_from,
            known_to
        from plan.outcome_manual_version
        union all
        select
            plan_id,
            indicator_id,
            known_from,
            known_to
        from plan.outcome_document_version
    ) as figures
    cross join clock
    where figures.known_from = clock.published_at or figures.known_to = clock.published_at
),

-- The figures of an indicator include those printed under another indicator with the same KPI.
with_edited_figures as (
    select distinct
        indicators.plan_id,
        indicators.indicator_id
    from plan.indicator as indicators
    inner join plan.indicator as others
        on
            indicators.plan_id = others.plan_id
            and (indicators.indicator_id = others.indicator_id or indicators.kpi_id = others.kpi_id)
    inner join edited_figures
        on others.plan_id = edited_figures.plan_id and others.indicator_id = edited_figures.indicator_id
),

before as (
    select * from judged
    where side = 'before'
),

after as (
    select * from judged
    where side = 'after'
),

matched as (
    select
        before,
        after,
        false as is_of_new_target
    from before
    inner join after
        on
            before.plan_id = after.plan_id
            and before.indicator_id = after.indicator_id
            and not mart.differs(before.criterion, after.criterion)
            and before.year = after.year
    qualify
        row_number() over (
            partition by before.plan_id, before.indicator_id, before.criterion, before.year, before.gender
            order by before.gender <> after.gender, after.gender
        ) = 1

    union all

    select
        before,
        after,
        true as is_of_new_target
    from after
    inner join before
        on
            after.plan_id = before.plan_id
            and after.indicator_id = before.indicator_id
            and not mart.differs(after.criterion, before.criterion)
            and after.year = before.year
    where mart.differs(after.target, before.target)
    qualify row_number() over (
        partition by after.plan_id, after.indicator_id, after.criterion, after.year, after.gender
        order by before.gender <> after.gender, before.gender
    ) = 1
),

-- The own totals of both sides, for a criterion whose gender was edited.
own_totals as (
    select
        observations.kpi_id,
        observations.municipality_id,
        observations.period,
        max(
            case
                when
                    observations.known_from < clock.published_at
                    and coalesce(observations.known_to >= clock.published_at, true)
                    then observations.value
            end
        ) as total_before,
        max(case when observations.known_to is null then observations.value end) as total_after
    from core.observation_version as observations
    cross join clock
    where
        observations.gender = 'T'
        and not observations.is_deleted
        and observations.change_kind <> 'vanished'
        and observations.kpi_id in (select judged.kpi_id from judged)
    group by observations.kpi_id, observations.municipality_id, observations.period
),

-- The own value on both sides, of the gender that the target compares: the old one or the new one.
genders as (
    select
        matched.*,
        plans.municipality_id,
        case when matched.is_of_new_target then matched.after.gender else matched.before.gender end as compared_gender,
        old_totals.total_before,
        new_totals.total_after
    from matched
    inner join plans on matched.after.plan_id = plans.plan_id
    left join own_totals as old_totals
        on
            matched.before.kpi_id = old_totals.kpi_id
            and plans.municipality_id = old_totals.municipality_id
            and matched.before.reference_year = old_totals.period
    left join own_totals as new_totals
        on
            matched.after.kpi_id = new_totals.kpi_id
            and plans.municipality_id = new_totals.municipality_id
            and matched.after.reference_year = new_totals.period
),

restated as (
    select
        genders.* exclude (before, after, total_before, total_after),
        genders.before.gender <> genders.after.gender as is_gender_edited,
        case
            when genders.before.gender = genders.compared_gender then genders.before
            else
                struct_update(
                    genders.before,
                    own := struct_update(
                        genders.before.own,
                        value := case genders.compared_gender
                            when 'K' then genders.before.own.value_women
                            when 'M' then genders.before.own.value_men
                            when 'gap'
                                then abs(mart.difference(genders.before.own.value_women, genders.before.own.value_men))
                            else genders.total_before
                        end,
                        value_year := genders.before.reference_year
                    )
                )
        end as before,
        case
            when genders.after.gender = genders.compared_gender then genders.after
            else
                struct_update(
                    genders.after,
                    own := struct_update(
                        genders.after.own,
                        value := case genders.compared_gender
                            when 'K' then genders.after.own.value_women
                            when 'M' then genders.after.own.value_men
                            when 'gap'
                                then abs(mart.difference(genders.after.own.value_women, genders.after.own.value_men))
                            else genders.total_after
                        end,
                        value_year := genders.after.reference_year
                    )
                )
        end as after
    from genders
),

signalled as (
    select
        restated.*,
        struct_extract(restated.after, 'plan_id') as plan_id,
        struct_extract(restated.after, 'indicator_id') as indicator_id,
        struct_extract(restated.after, 'criterion') as criterion,
        struct_extract(restated.after, 'year') as year,
        mart.differs(restated.before.indicator_row.kpi_id, restated.after.indicator_row.kpi_id) as is_kpi_exchanged,
        mart.differs(
            restated.before.indicator_row.similar_group_topic, restated.after.indicator_row.similar_group_topic
        )
            as is_topic_exchanged,
        coalesce(restated.before.latest_rule, '') <> coalesce(restated.after.latest_rule, '') as is_latest_rule_edited,
        restated.before.reference_year <> restated.after.reference_year as is_other_year,
        with_edited_figures.indicator_id is not null as has_edited_figures,
        rescaled_kpis.kpi_id is not null as is_rescaled_now,
        coalesce(old_peers.members, []) as members_before,
        coalesce(new_peers.members, []) as members_after,
        exists(
            select versions.year
            from versions
            cross join clock
            where
                versions.published_from < clock.published_at
                and versions.plan_id = restated.after.plan_id
                and versions.indicator_id = restated.after.indicator_id
                and versions.year = restated.after.year
                and not mart.differs(versions.kpi_id, restated.after.kpi_id)
                and versions.value_year = restated.after.own.value_year
        ) as was_known_before
    from restated
    left join with_edited_figures
        on
            restated.after.plan_id = with_edited_figures.plan_id
            and restated.after.indicator_id = with_edited_figures.indicator_id
    left join rescaled_kpis on restated.after.kpi_id = rescaled_kpis.kpi_id
    left join peers as old_peers
        on
            restated.after.plan_id = old_peers.plan_id
            and restated.after.indicator_id = old_peers.indicator_id
            and restated.after.list_name = old_peers.list_name
            and old_peers.side = 'before'
    left join peers as new_peers
        on
            restated.after.plan_id = new_peers.plan_id
            and restated.after.indicator_id = new_peers.indicator_id
            and restated.after.list_name = new_peers.list_name
            and new_peers.side = 'after'
),

with_own as (
    select
        *,
        case
            when
                not mart.differs(before.own.value, after.own.value)
                and not mart.differs(before.own.value_year, after.own.value_year)
                then null
            when
                signalled.is_kpi_exchanged
                and (before.own.value_source = 'kolada' or after.own.value_source = 'kolada')
                then 'indicator_edited'
            when
                signalled.is_latest_rule_edited
                and mart.differs(before.own.value_year, signalled.year)
                and mart.differs(after.own.value_year, signalled.year)
                then 'rule_changed'
            when
                coalesce(before.own.value_source, '') <> 'kolada' and coalesce(after.own.value_source, '') <> 'kolada'
                then 'manual_figure_edited'
            when
                after.own.value is null
                or after.own.value_year < before.own.value_year
                or (before.own.value_source = 'kolada' and after.own.value_source <> 'kolada')
                then
                    case when after.own.is_value_withdrawn then 'own_value_withdrawn' else 'own_value_suppressed' end
            when before.own.value is null or before.own.value_year < after.own.value_year
                then case when signalled.was_known_before then 'own_value_restored' else 'new_year' end
            else 'own_value_revised'
        end as own_cause,
        signalled.is_latest_rule_edited
        and not signalled.is_kpi_exchanged
        and not mart.differs(before.own.value_year, signalled.year)
        and mart.differs(after.own.value_year, signalled.year) as is_own_moved_by_rule_too
    from signalled
),

with_earlier as (
    select
        with_own.*,
        case
            when with_own.is_kpi_exchanged then 'indicator_edited'
            when with_own.own_cause = 'new_year' then 'new_year'
            when with_own.is_gender_edited then 'target_edited'
            when with_own.is_other_year then with_own.own_cause
            when with_own.has_edited_figures and own_changes.change_kinds is null then 'manual_figure_edited'
            when list_has_any(own_changes.change_kinds, ['deleted', 'vanished']) then 'own_value_withdrawn'
            when list_contains(own_changes.change_kinds, 'suppressed') then 'own_value_suppressed'
            when list_has_any(own_changes.change_kinds, ['restored', 'returned']) then 'own_value_restored'
            when
                list_contains(own_changes.change_kinds, 'first')
                and not list_contains(own_changes.change_kinds, 'revised')
                then 'new_year'
            else 'own_value_revised'
        end as earlier_cause,
        case
            when with_own.is_kpi_exchanged then 'indicator_edited'
            when with_own.own_cause = 'new_year' then 'new_year'
            when with_own.is_gender_edited then 'target_edited'
            when with_own.is_other_year then with_own.own_cause
            else 'reference_revised'
        end as values_cause
    from with_own
    left join own_changes
        on with_own.after.kpi_id = own_changes.kpi_id and with_own.municipality_id = own_changes.municipality_id
),

final as (
    select
        with_earlier.plan_id,
        with_earlier.indicator_id,
        with_earlier.criterion,
        with_earlier.year,
        with_earlier.municipality_id,
        with_earlier.is_of_new_target,
        with_earlier.before,
        with_earlier.after,
        case when mart.differs(before.target, after.target) then 'target_edited' end as target_cause,
        case
            when
                mart.differs(before.indicator_row, after.indicator_row)
                or mart.differs(before.indicator.kpi_id, after.indicator.kpi_id)
                then 'indicator_edited'
        end as indicator_cause,
        -- Decimals that the plan does not give are derived from the values.
        case
            when not mart.differs(before.indicator.display_decimals, after.indicator.display_decimals) then null
            when mart.differs(before.indicator_row.display_decimals, after.indicator_row.display_decimals)
                then 'indicator_edited'
            else coalesce(with_earlier.own_cause, with_earlier.values_cause)
        end as decimals_cause,
        case when mart.differs(before.rules, after.rules) then 'rule_changed' end as rule_cause,
        with_earlier.own_cause,
        -- The year's own value went on the night on which the rule of earlier measurements was edited: what is compared
        -- now takes both, and the one without the rule is what the new values come to by the old rule.
        case when with_earlier.is_own_moved_by_rule_too then 'rule_changed' end as own_rule_cause,
        case
            when not with_earlier.is_own_moved_by_rule_too then after.own
            when after.latest_rule = 'true'
                then
                    struct_update(
                        after.own,
                        value := cast(null as double),
                        value_year := cast(null as integer),
                        value_source := cast(null as varchar)
                    )
            else
                struct_update(
                    before.own, value := before.earlier.previous_value, value_year := before.earlier.previous_value_year
                )
        end as own_without_rule,
        case
            when not mart.differs(before.earlier, after.earlier) then null
            when
                mart.differs(before.target.base_year, after.target.base_year)
                and not mart.differs(
                    struct_update(before.earlier, base_value := null), struct_update(after.earlier, base_value := null)
                )
                then 'target_edited'
            else earlier_cause
        end as earlier_cause,
        case when mart.differs(before.compared_figure, after.compared_figure) then 'manual_figure_edited' end
            as compared_figure_cause,
        case when mart.differs(before.averages, after.averages) then with_earlier.values_cause end as averages_cause,
        case
            when after.list_name is null or with_earlier.members_before = with_earlier.members_after then null
            when with_earlier.is_kpi_exchanged or with_earlier.is_topic_exchanged then 'indicator_edited'
            when after.list_name like 'own:%' then 'rule_changed'
            when with_earlier.own_cause = 'new_year' then 'new_year'
            else 'group_changed'
        end as members_cause,
        case
            when after.list_name is null then null
            when not mart.differs(before.named, after.named) and not mart.differs(before.standing, after.standing)
                then null
            when with_earlier.is_topic_exchanged and after.list_name = 'similar' then 'indicator_edited'
            else with_earlier.values_cause
        end as listed_values_cause,
        case
            when
                not mart.differs(
                    list_transform(
                        before.breaks, lambda each: [each.first_year_after, cast(each.voids_target as integer)]
                    ),
                    list_transform(
                        after.breaks, lambda each: [each.first_year_after, cast(each.voids_target as integer)]
                    )
                )
                then null
            when with_earlier.is_kpi_exchanged then 'indicator_edited'
            else 'break_edited'
        end as breaks_cause,
        case
            when not mart.differs(before.rescaled, after.rescaled) then null
            when with_earlier.is_kpi_exchanged then 'indicator_edited'
            when with_earlier.is_rescaled_now then 'kpi_rescaled'
            when mart.differs(before.breaks, after.breaks) then 'break_edited'
            when
                before.rescaled.is_rescaled_since_target
                and not after.rescaled.is_rescaled_since_target
                and not mart.differs(before.target, after.target)
                then 'target_edited'
            when mart.differs(before.target, after.target) then 'target_edited'
            else coalesce(with_earlier.own_cause, earlier_cause)
        end as rescaled_cause
    from with_earlier
)

select * from final
