"""Councils' decisions as data under review, and the code that reads and checks it.

Each plan is a folder next to this code (`goals/<plan_id>/`); README.md describes its files. This package does not know
Kolada's API or the warehouse: it returns a plan as typed polars frames, or raises.
"""

from goals.checks.kolada_catalogue import KnownCatalogue, KnownKpi, LookedUp, check_against_catalogue, look_up
from goals.errors import Finding, NoPlans, PlanError
from goals.plan import Plan, files_sha256
from goals.plan_reading import one_error, plan_from_files, read_each_plan, read_plan, read_plans, required_folders
from goals.plan_tables import TABLE_SCHEMAS
from goals.repository_template import RepositoryRefused, write_repository
from goals.scaffold import NewPlan, NewPlanRefused, copy_example, scaffold

__all__ = [
    "TABLE_SCHEMAS",
    "Finding",
    "KnownCatalogue",
    "KnownKpi",
    "LookedUp",
    "NewPlan",
    "NewPlanRefused",
    "NoPlans",
    "Plan",
    "PlanError",
    "RepositoryRefused",
    "check_against_catalogue",
    "copy_example",
    "files_sha256",
    "look_up",
    "one_error",
    "plan_from_files",
    "read_each_plan",
    "read_plan",
    "read_plans",
    "required_folders",
    "scaffold",
    "write_repository",
]
