-- Hur många kommuner har ett värde per nyckeltal och år, och finns Riket?
select
    national.kpi_id,
    national.period,
    national.n,
    riket.value is not null as has_riket,
    national.value as unweighted_mean,
    riket.value as riket,
    mart.difference(riket.value, national.value) as riket_minus_mean
from mart.reference_value as national
left join mart.reference_value as riket
    on
        national.kpi_id = riket.kpi_id
        and national.period = riket.period
        and national.gender = riket.gender
        and riket.reference = 'riket'
where national.reference = 'unweighted_mean' and national.gender = 'T' and national.period >= 2018
order by national.kpi_id, national.period
