-- Måluppfyllelsen på svenska: en rad per indikator och år, med planens egna ord för bedömningarna. Utfallet och
-- det som det ställs mot visas med så många decimaler som krävs för att de två talen ska säga det som bedömningen
-- säger; där avrundningen avgör står det i klartext bredvid, med de orundade talen.
with judgements as (
    select * from mart.goal_fulfilment_as_of(moment)
),

goals as (
    select * from mart.goal_verdict_as_of(moment)
),

national_outcomes as (
    select * from mart.national_outcome_as_of(moment)
),

labels as (
    select
        plan_id,
        map_from_entries(list((label_kind || ':' || code, label))) as words
    from plan.label_as_of(moment)
    group by plan_id
),

final as (
    select
        judgements.plan_id as "Plan",
        judgements.goal_id as "Mål",
        goals.goal_title as "Måltext",
        judgements.indicator_id as "Id",
        judgements.indicator_title as "Indikator",
        judgements.owner as "Ansvarig",
        mart.worded(labels.words, 'role', judgements.role) as "Roll",
        judgements.kpi_id as "Nyckeltal",
        judgements.year as "År",
        judgements.unit as "Enhet",
        mart.rounded(judgements.value, judgements.shown_decimals) as "Utfall",
        judgements.source_label as "Utfallets källa",
        judgements.is_preliminary as "Preliminärt",
        mart.worded(labels.words, 'target_kind', judgements.target_kind) as "Slag av mål",
        mart.worded(labels.words, 'operator', judgements.operator) as "Villkor",
        case
            when judgements.target_kind in ('rank', 'best_share') then judgements.target_value
            else mart.rounded(judgements.target_value, judgements.shown_decimals)
        end as "Målvärde",
        mart.rounded(judgements.target_high, judgements.shown_decimals) as "Målvärdets övre gräns",
        judgements.target_text as "Målet som det är tryckt",
        mart.worded(labels.words, 'reference', judgements.reference_kind) as "Jämförs med",
        mart.rounded(judgements.reference_value, judgements.shown_decimals) as "Jämförelsevärde",
        judgements.reference_n as "Antal kommuner i jämförelsen",
        case
            when judgements.margin_unit = 'points'
                then mart.rounded(judgements.compared_with, judgements.shown_decimals)
        end as "Ställs mot",
        judgements.place as "Plats i jämförelsen",
        mart.worded(labels.words, 'verdict', judgements.verdict) as "Bedömning",
        mart.worded(labels.words, 'verdict_reason', judgements.verdict_reason) as "Skäl",
        case
            when judgements.is_rounded_only
                then
                    'Avrundningen avgör: planen jämför '
                    || case judgements.compared_at_decimals
                        when 0 then 'utan decimaler'
                        when 1 then 'med 1 decimal'
                        else 'med ' || cast(judgements.compared_at_decimals as varchar) || ' decimaler'
                    end
                    || '. Orundat är utfallet ' || mart.swedish_number(judgements.value)
                    || ' mot ' || mart.swedish_number(judgements.compared_with)
                    || case when judgements.margin < 0 then ', och det saknas ' else ', med en marginal på ' end
                    || mart.swedish_number(abs(judgements.margin)) || '.'
        end as "Avrundning",
        judgements.margin as "Marginal",
        case judgements.margin_unit when 'places' then 'platser' when 'points' then judgements.unit end
            as "Marginalens enhet",
        mart.worded(labels.words, 'trend', judgements.trend) as "Trend sedan baslinjen",
        mart.worded(labels.words, 'pace', judgements.pace) as "Takt",
        judgements.rank as "Plats",
        judgements.rank_n as "Av antal kommuner",
        mart.worded(labels.words, 'colour', judgements.colour) as "Färg bland kommunerna",
        judgements.value_women as "Kvinnor",
        judgements.value_men as "Män",
        national_outcomes.n_meeting as "Kommuner som skulle uppfylla",
        national_outcomes.n as "Kommuner med värde",
        judgements.forecast_value as "Prognos",
        judgements.comment as "Kommentar",
        judgements.document_page as "Sida",
        judgements.document_lines as "Rader"
    from judgements
    inner join goals
        on
            judgements.plan_id = goals.plan_id
            and judgements.goal_id = goals.goal_id
            and judgements.year = goals.year
    left join national_outcomes
        on
            judgements.plan_id = national_outcomes.plan_id
            and judgements.indicator_id = national_outcomes.indicator_id
            and judgements.year = national_outcomes.year
    left join labels on judgements.plan_id = labels.plan_id
    order by judgements.plan_id, judgements.indicator_order, judgements.year
)

select * from final
