"""`python -m tests.reports.pictures` renews the pictures in docs/images from the sample's report.

The pictures show the banner that marks all values as made up.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.reports.chrome import browser_tab, chromium

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
WIDTH = 1100
SHOWN = "P4.3"


def sample_report(folder: Path) -> Path:
    """Return the report of the built-in sample, made by the command."""
    command, page = Path(sys.executable).with_name("kolada"), folder / "report.html"
    subprocess.run(
        [command, "refresh", "--sample", "--direct", "--home", folder], check=True, stdout=subprocess.DEVNULL
    )
    subprocess.run([command, "report", "--sample", "--home", folder, "--output", page], check=True)
    return page


def take_pictures(page: Path) -> None:
    """Take pictures of the summary and of one indicator."""
    program = chromium()
    if program is None:
        raise SystemExit("no Chromium here: apt-get install chromium, or name one in KOLADA_CHROMIUM")
    with browser_tab(program) as tab:
        tab.show_as(width=WIDTH, height=1150)
        tab.open(page)
        tab.screen(IMAGES / "report.png")
        tab.evaluate(f"document.getElementById('i-{SHOWN}').scrollIntoView(), scrollBy(0, -24)")
        tab.screen(IMAGES / "indicator.png")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        take_pictures(sample_report(Path(name)))
