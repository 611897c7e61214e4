-- Did values become five times as large, a fifth as large, or change their sign?
-- sv: Är värden fem gånger så stora som förut, en femtedel, eller med omvänt tecken?
-- scope: kpi
select
    kpi_id as scope,
    kpi_id,
    unit_id,
    period,
    gender,
    before,
    after
from other_change
where
    class = 'rewritten'
    and known_value <> 0
    and (value / known_value >= 5 or value / known_value <= 0.2);
