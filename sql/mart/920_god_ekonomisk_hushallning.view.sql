-- God ekonomisk hushållning på svenska: en rad per år och läsning av regeln.
with managements as (
    select * from mart.sound_economic_management_as_of(moment)
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
        managements.plan_id as "Plan",
        managements.year as "År",
        mart.worded(labels.words, 'variant', managements.variant) as "Läsning",
        managements.is_ruling_variant as "Gällande läsning",
        managements.is_official as "Avser budgetens år",
        mart.worded(labels.words, 'verdict', managements.verdict) as "Bedömning",
        managements.financial_met as "Finansiella mål uppfyllda",
        managements.financial_unknown as "Finansiella mål utan svar",
        managements.financial_n as "Finansiella mål",
        managements.operational_met as "Verksamhetsmål uppfyllda",
        managements.operational_unknown as "Verksamhetsmål utan svar",
        managements.operational_n as "Verksamhetsmål",
        mart.worded(labels.words, 'verdict', managements.bokslut_verdict) as "Bedömning vid bokslutet",
        managements.is_bokslut_estimated as "Bokslutets läge är uppskattat"
    from managements
    left join labels on managements.plan_id = labels.plan_id
    order by managements.plan_id, managements.year, managements.variant
)

select * from final
