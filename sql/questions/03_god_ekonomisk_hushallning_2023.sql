-- Har kommunen god ekonomisk hushållning 2023, och håller det i båda läsningarna av regeln?
select
    plan_id,
    variant,
    is_ruling_variant,
    financial_met,
    financial_n,
    operational_met,
    operational_n,
    verdict,
    is_still_possible
from mart.sound_economic_management
where year = 2023
order by plan_id, variant
