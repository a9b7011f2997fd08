"""Usage as a section of a gate's HTML report, which stays one file that loads nothing.

The section brings no style and no script, so the report's content security policy holds.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from mario_perf import figures
from mario_perf.reports.usage import usage_phrases

if TYPE_CHECKING:
    from mario_perf.usage.usage_model import Usage

_END = "</main>"
_OLD = re.compile(r'<section aria-labelledby="page:usage">.*?</section>\n', re.DOTALL)


def render(usage: Usage) -> str:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["count"] = figures.count
    return environment.get_template("section.html.j2").render(usage=usage, phrases=usage_phrases)


def add_section(page: str, usage: Usage) -> str:
    """A report with the section at its end, in the place of one that it has.

    Raises:
        ValueError: it is not a report.
    """
    before, end, after = _OLD.sub("", page).rpartition(_END)
    if not end:
        raise ValueError("not a report of mario-perf")
    return f"{before}{render(usage)}{end}{after}"
