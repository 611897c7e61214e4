-- Check results are stored per scope, with the plans that they concern and their approval. Earlier accepted results
-- keep the reason that was given for the whole run. The table is created again: before DuckDB 2 no table can be altered
-- after an update in the same transaction.
create temporary table checked as
select
    checks.run_id,
    checks.check_name,
    checks.severity,
    cast(null as varchar) as scope,
    cast([] as varchar[]) as plan_ids,
    checks.offending_count,
    checks.example,
    cast(null as varchar) as approved_by,
    case when checks.is_accepted then publication.accepted_loss end as reason
from ops.check_result as checks
left join ops.publication as publication on checks.run_id = publication.run_id;

drop table ops.check_result;

create table ops.check_result (
    run_id varchar not null,
    check_name varchar not null,
    severity varchar not null,
    scope varchar,
    plan_ids varchar[],
    offending_count integer not null,
    example varchar,
    approved_by varchar,
    reason varchar
);

insert into ops.check_result
select * from checked;

drop table checked;
