-- Runs carry a number, since a clock that is set back says nothing of their order. Those of before have none.
alter table ops.run add column if not exists run_number integer;
