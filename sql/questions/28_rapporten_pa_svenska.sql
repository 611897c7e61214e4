-- Hur ser rapporten för 2022 ut på svenska?
select *
from mart.maluppfyllelse
where "År" = 2022 and "Utfall" is not null
order by "Plan", "Mål", "Id"
