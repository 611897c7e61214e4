-- A check is told scope by scope, with the plans that it concerns and who approved what it found. What was let through
-- before has the reason that was given for the whole run.
alter table ops.check_result add column if not exists scope varchar;

alter table ops.check_result add column if not exists plan_ids varchar[];

alter table ops.check_result add column if not exists approved_by varchar;

alter table ops.check_result add column if not exists reason varchar;

update ops.check_result
set plan_ids = [];

update ops.check_result
set reason = publication.accepted_loss
from ops.publication as publication
where check_result.run_id = publication.run_id and check_result.is_accepted;

alter table ops.check_result drop column is_accepted;
