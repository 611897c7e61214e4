-- In every schema the plain name shows the current rows, and tables of versions are named X_version.
-- (warehouse/upgrade.py renames every table of plan, and joins the versions of a row that did not change.)
alter table core.municipality_group rename to municipality_group_version;

-- warehouse/worked_out.py fills these columns.
alter table ops.publication add column marts_by varchar;

alter table ops.publication add column is_worked_out_later boolean;

-- The verdicts of the last publication, with which the next one is compared.
alter table mart.verdict_state rename to verdict_state_version;

alter table mart.verdict_state_version add column published_from timestamp;

alter table mart.verdict_state_version add column published_to timestamp;

update mart.verdict_state_version
set published_from = (select max(publication.published_at) from ops.publication as publication);
