"""Charts as PNG pictures, for documents that cannot contain SVG.

The drawing and its style are those of the page. The colours of the light theme replace the CSS variables, which the
renderer does not support. The font is installed with the software, so that a server without fonts draws the same.
"""

import re
from functools import cache
from pathlib import Path

import font_lato
import resvg_py
from markupsafe import Markup

STYLE = Path(__file__).resolve().parents[1] / "templates" / "report.css"
VARIABLE = re.compile(r"var\((--[a-z-]+)\)")
# Pixels per unit of the drawing: 220 dots per inch at a chart's width in a document, as word processors keep for print.
SCALE = 1.75
FONTS = [str(font_lato.font_files[name]) for name in ("Lato", "LatoBold")]


def png(drawing: Markup) -> bytes:
    """Return a drawing of `reports.charts.svg` as a PNG picture on a white background.

    Args:
        drawing: one SVG element with a viewBox.
    """
    svg = str(drawing).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            style_sheet=_plain_style(),
            zoom=SCALE,
            background="#ffffff",
            font_files=FONTS,
            font_family="Lato",
            sans_serif_family="Lato",
            skip_system_fonts=True,
        )
    )


@cache
def _plain_style() -> str:
    """Return the page's style for screens in the light theme, without variables."""
    text = STYLE.read_text(encoding="utf-8")
    colours = dict(re.findall(r"(--[a-z-]+):([^;}]+)", text.partition("}")[0]))
    rules = text[text.index(".chart{") : text.index(".key-note{")]
    plain = VARIABLE.sub(lambda found: colours[found[1]], rules)
    # No stroke around letters: the renderer ignores paint-order and draws it over them.
    return re.sub(r"paint-order:stroke;stroke:[^;]+;stroke-width:[^;]+;stroke-linejoin:round", "", plain) + (
        ".chart text{stroke:none}"
    )
