-- God ekonomisk hushållning på svenska: en rad per år och läsning av regeln.
with managements as (
    select * from mart.sound_economic_management_as_of(moment)
),

labels as (
    select * from plan.label_as_of(moment)
),

final as (
    select
        managements.plan_id as "Plan",
        managements.year as "År",
        coalesce(variants.label, managements.variant) as "Läsning",
        managements.is_ruling_variant as "Gällande läsning",
        managements.is_official as "Avser budgetens år",
        coalesce(verdicts.label, managements.verdict) as "Bedömning",
        managements.financial_met as "Finansiella mål uppfyllda",
        managements.financial_unknown as "Finansiella mål utan svar",
        managements.financial_n as "Finansiella mål",
        managements.operational_met as "Verksamhetsmål uppfyllda",
        managements.operational_unknown as "Verksamhetsmål utan svar",
        managements.operational_n as "Verksamhetsmål",
        coalesce(bokslut_verdicts.label, managements.bokslut_verdict) as "Bedömning vid bokslutet",
        managements.is_bokslut_estimated as "Bokslutets läge är uppskattat"
    from managements
    left join labels as variants
        on
            managements.plan_id = variants.plan_id
            and variants.label_kind = 'variant'
            and managements.variant = variants.code
    left join labels as verdicts
        on
            managements.plan_id = verdicts.plan_id
            and verdicts.label_kind = 'verdict'
            and managements.verdict = verdicts.code
    left join labels as bokslut_verdicts
        on
            managements.plan_id = bokslut_verdicts.plan_id
            and bokslut_verdicts.label_kind = 'verdict'
            and managements.bokslut_verdict = bokslut_verdicts.code
    order by managements.plan_id, managements.year, managements.variant
)

select * from final
