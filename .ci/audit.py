"""Looks up the known vulnerabilities of everything that requirements.lock pins, by pip-audit.

A package with a known vulnerability ends it with 1. Where the service does not answer, or does not know a package, that
is said and nothing fails: a build must not depend on another machine's health.
"""

import json
import subprocess
import sys
from typing import Any

SECONDS = 900
COMMAND = (
    *(sys.executable, "-m", "pip_audit", "--requirement", "requirements.lock", "--require-hashes", "--disable-pip"),
    *("--format", "json", "--progress-spinner", "off"),
)


def look_up() -> list[dict[str, Any]] | str:
    """Return the packages as pip-audit lists them, or the reason why there is no list."""
    try:
        ended = subprocess.run(COMMAND, capture_output=True, text=True, check=False, timeout=SECONDS)
        return json.loads(ended.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        return f"no answer within {SECONDS} seconds"
    except (ValueError, KeyError):
        return (ended.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]


def main() -> int:
    """Look up, tell, and return the exit code."""
    found = look_up()
    if isinstance(found, str):
        print(f"Known vulnerabilities were not looked up, the service cannot be used: {found}")
        return 0
    unknown = [each["name"] for each in found if "skip_reason" in each]
    vulnerable = [each for each in found if each.get("vulns")]
    for each in vulnerable:
        for known in each["vulns"]:
            fixed = ", ".join(known["fix_versions"]) or "no release"
            print(f"{each['name']} {each['version']}: {known['id']}, fixed in {fixed}")
    print(f"{len(found) - len(unknown)} packages looked up, {len(vulnerable)} with known vulnerabilities")
    if unknown:
        print(f"Not looked up, since the service does not know them: {', '.join(unknown)}")
    return 1 if vulnerable else 0


if __name__ == "__main__":
    raise SystemExit(main())
