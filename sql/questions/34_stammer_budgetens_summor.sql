-- Stämmer budgetens summor, och vilka jämförelser är olika mått?
select
    plan_id,
    check_code,
    title,
    year,
    left_value,
    right_value,
    difference,
    result
from mart.budget_check
where result <> 'agrees'
order by plan_id, result, check_code, year
