-- Earlier software overwrote names and types of units, so a report as of an earlier moment showed the current ones. Now
-- they are versioned like all other facts; the stored names and types are valid from the file's first publication.
create table core.municipality_version as
with first_publication as (
    select
        run_id,
        published_at
    from ops.publication
    order by published_at
    limit 1
)

select
    unit.municipality_id,
    unit.municipality_name,
    unit.municipality_type,
    unit.is_riket,
    unit.county_code,
    first_publication.run_id,
    first_publication.published_at as known_from,
    cast(null as timestamp) as known_to
from core.municipality as unit
cross join first_publication;

drop table core.municipality;
