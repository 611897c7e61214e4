-- Are there values that no request accounts for?
-- sv: Finns det värden som ingen fråga svarar för?
-- scope: kpi
select
    kpi_id as scope,
    kpi_id,
    unit_id,
    'no request' as after
from coverage_pair
where outcome = 'unaccounted';
