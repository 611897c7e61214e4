-- För vilka beror bedömningen på om man menar Riket eller ovägt medel?
select
    plan_id,
    indicator_id,
    year,
    value,
    reference_kind,
    reference_value,
    verdict,
    verdict_alt
from mart.goal_fulfilment
where is_sensitive
order by plan_id, indicator_order, year
