"""Read a plan from a folder, or from its files' bytes: read everything, check everything, then build.

A plan is read completely or refused. The result depends on the bytes only, not on dates, owners or places of files, so
a plan in the raw store gives the same tables years later.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from goals.checks import check_draft
from goals.csv_rows import Row, read_rows
from goals.errors import Finding, NoPlans, PlanError, suggestion
from goals.plan import Draft, Plan, files_sha256
from goals.plan_columns import FORMATS, PLAN_FILES, SETTINGS_FILE
from goals.plan_settings import read_settings
from goals.plan_tables import build_tables

_TOLERATED = "README.md"


def plan_from_files(
    files: Mapping[str, bytes], *, name: str | None = None, municipalities: Mapping[str, str] | None = None
) -> Plan:
    """Return a plan from its files' names and bytes.

    Args:
        files: The content of each file by its name.
        name: The expected plan id, such as the folder's name; plan.toml must have the same.
        municipalities: The names of all municipalities by id, to check the plan's against.

    Raises:
        PlanError: With every finding.
    """
    findings = list(_file_findings(files))
    settings, faults = read_settings(files[SETTINGS_FILE]) if SETTINGS_FILE in files else (None, [])
    findings += faults
    rows: dict[str, tuple[Row, ...]] = {}
    for file, form in FORMATS.items():
        if file in files:
            read, faults = read_rows(form, files[file])
            rows[file] = tuple(_as_written_today(row) for row in read) if file == "targets.csv" else read
            findings += faults
    unreadable = frozenset(
        finding.file
        for finding in findings
        if finding.file in FORMATS
        and (finding.row == 1 or finding.column is None or finding.column in FORMATS[finding.file].key)
    )
    draft = Draft(settings, rows, unreadable)
    findings += check_draft(draft, name=name, municipalities=municipalities)
    if findings or settings is None:
        order = {file: place for place, file in enumerate(PLAN_FILES)}
        findings.sort(key=lambda one: (order.get(one.file, len(order)), one.row or 0))
        raise PlanError(name or (settings.plan_id if settings else "") or "unnamed", findings)
    return Plan(
        plan_id=settings.plan_id,
        municipality_id=settings.municipality_id,
        files=dict(files),
        files_sha256=files_sha256(files),
        tables=build_tables(settings, rows),
        rules=dict(settings.rules),
    )


def read_plan(folder: Path, *, municipalities: Mapping[str, str] | None = None) -> Plan:
    """Return the plan in a folder, whose name is the plan's id.

    Args:
        folder: The folder with plan.toml.
        municipalities: The names of all municipalities by id, to check the plan's against.

    Raises:
        PlanError: With every finding.
    """
    if not folder.is_dir():
        raise PlanError(folder.name, [_no_folder(folder)])
    files: dict[str, bytes] = {}
    findings = []
    for path in sorted(folder.iterdir()):
        # Hidden files belong to the file manager or the spreadsheet program.
        if path.name == _TOLERATED or path.name.startswith("."):
            continue
        if path.is_dir():
            remedy = "Move it out of the plan's folder"
            findings.append(Finding(f"{path.name}/", "a folder within the plan", "it would be ignored", remedy))
            continue
        if path.exists() and not path.is_file():
            # A read of a pipe waits for its writer, and a device has no end.
            remedy = "Put an ordinary file in its place, or move it out of the plan's folder"
            findings.append(Finding(path.name, "a pipe, socket or device, no file", "the plan is not whole", remedy))
            continue
        try:
            files[path.name] = path.read_bytes()
        except OSError as error:
            remedy = "Let the file be readable by the user that runs this"
            findings.append(Finding(path.name, f"not readable ({error.strerror})", "the plan is not whole", remedy))
    findings += _document_findings(files)
    try:
        plan = plan_from_files(files, name=folder.resolve().name, municipalities=municipalities)
    except PlanError as error:
        unreadable = {finding.file for finding in findings}
        rest = [finding for finding in error.findings if finding.file not in unreadable]
        raise PlanError(error.plan, [*findings, *rest]) from None
    if findings:
        raise PlanError(folder.name, findings)
    return plan


def read_plans(folder: Path) -> tuple[Plan, ...]:
    """Return all plans in a folder of plans, by plan id.

    Args:
        folder: The folder of the plans' folders.

    Raises:
        NoPlans: There is no such folder, or no plan in it.
        PlanError: With every finding in any of them.
    """
    plans, broken = read_each_plan(folder)
    if broken:
        raise one_error(broken)
    return plans


def one_error(errors: Sequence[PlanError]) -> PlanError:
    """Return the errors of several plans as one error; each finding has the plan's name before the file's."""
    if len(errors) == 1:
        return errors[0]
    findings = [replace(finding, file=f"{error.plan}/{finding.file}") for error in errors for finding in error.findings]
    return PlanError(", ".join(error.plan for error in errors), findings)


def read_each_plan(
    folder: Path, *, municipalities: Mapping[str, str] | None = None
) -> tuple[tuple[Plan, ...], tuple[PlanError, ...]]:
    """Return the valid plans in a folder of plans, and the errors of the others; both by plan id.

    A plan's folder is one with plan.toml or any other file of a plan. An error names its plan by the folder.

    Raises:
        PlanError: There is no such folder, or no plan in it.
    """
    plans, broken = [], []
    for one in required_folders(folder):
        try:
            plans.append(read_plan(one, municipalities=municipalities))
        except PlanError as error:
            broken.append(PlanError(one.name, error.findings))
    return tuple(plans), tuple(broken)


def required_folders(folder: Path) -> tuple[Path, ...]:
    """Return the folders of plans within a folder, by name.

    Raises:
        NoPlans: There is no such folder, or no plan in it.
    """
    folders = plan_folders(folder)
    if not folders:
        raise NoPlans(str(folder.absolute()), "no plan in this folder" if folder.is_dir() else "no such folder")
    return folders


def plan_folders(folder: Path) -> tuple[Path, ...]:
    """Return the folders of plans within a folder, by name."""
    if not folder.is_dir():
        return ()
    return tuple(
        path
        for path in sorted(folder.iterdir())
        if path.is_dir() and any((path / name).is_file() for name in PLAN_FILES)
    )


def _document_findings(files: dict[str, bytes]) -> list[Finding]:
    """Compare the document with its hash if it is in the folder, and remove it from the plan's files."""
    if SETTINGS_FILE not in files or files.keys() <= set(PLAN_FILES):
        return []
    settings, _ = read_settings(files[SETTINGS_FILE])
    name = settings.document_file if settings is not None else None
    if settings is None or name is None or name not in files or name in PLAN_FILES:
        return []
    sha256 = hashlib.sha256(files.pop(name)).hexdigest()
    if not settings.document_sha256 or sha256 == settings.document_sha256:
        return []
    remedy = (
        f'Write `sha256 = "{sha256}"` when `{name}` is the edition that the plan was read from, or put that one here'
    )
    problem, consequence = f"not the hash of `{name}`", "the plan says another document than it shows"
    return [Finding(SETTINGS_FILE, problem, consequence, remedy, None, "document.sha256", settings.document_sha256)]


def _as_written_today(target: Row) -> Row:
    """Return a target in the current form: older plans had one kind for above and one for below a reference."""
    older = {"above_reference": ">", "below_reference": "<"}.get(target.raw.get("kind", ""))
    if older is None or not target.is_empty("operator"):
        return target
    return replace(target, values={**target.values, "operator": older})


def _no_folder(folder: Path) -> Finding:
    names = [path.name for path in plan_folders(folder.parent)]
    known = f"The plans in {folder.parent} are: {', '.join(names)}" if names else "Write one with `kolada goals new`"
    guess = suggestion(folder.name, names)
    return Finding(str(folder), "no such plan", "there is nothing to judge", f"{known}.{guess}".rstrip("."))


def _file_findings(files: Mapping[str, bytes]) -> list[Finding]:
    findings = []
    for name in PLAN_FILES:
        if name in files:
            continue
        if name == SETTINGS_FILE:
            remedy = "Write it as goals/README.md says, or start with `kolada goals new`"
            findings.append(Finding(name, "the file is missing", "the plan is not whole", remedy))
        elif FORMATS[name].is_needed:
            remedy = f"Write it, with the header `{','.join(FORMATS[name].header)}`"
            findings.append(Finding(name, "the file is missing", "the plan is not whole", remedy))
    for name in files:
        if name not in PLAN_FILES:
            remedy = f"Remove it, or put its text in {_TOLERATED}.{suggestion(name, PLAN_FILES)}".rstrip(".")
            findings.append(Finding(name, "an unknown file", "it would be ignored", remedy))
    return findings
