"""The registry of output formats: one entry says all that the rest of the tool knows of a format.

A new format is a module with ``render`` and an entry here. Options, their help, the README's line and the
tests are made from the entries.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from mario_perf.reports import (
    github_annotations,
    html_report,
    json_report,
    junit_report,
    markdown_report,
    openmetrics_report,
    terminal_report,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mario_perf.model import GateResult


@dataclass(frozen=True, slots=True)
class Format:
    """One output format.

    ``always``: written into the run's folder without being asked for. ``atomic``: a collector may read the
    file at any moment, so it is replaced as a whole.
    """

    name: str
    title: str  # as a sentence names it
    ending: str
    render: Callable[[GateResult], str]
    always: bool = False
    atomic: bool = False

    @property
    def file(self) -> str:
        """Its name in the run's folder."""
        return f"report{self.ending}"


_REGISTRY = (
    # JSON is written first: nothing has to be drawn for it, so it is there whatever fails later.
    Format("json", "JSON of a published schema", ".json", json_report.render, always=True),
    Format("html", "HTML", ".html", html_report.render, always=True),
    Format("markdown", "Markdown", ".md", markdown_report.render),
    Format("junit", "JUnit", ".xml", junit_report.render),
    Format("github", "annotations", ".annotations", github_annotations.render),
    Format("openmetrics", "OpenMetrics", ".prom", openmetrics_report.render, atomic=True),
    Format("text", "text", ".txt", terminal_report.render),
)

FORMATS: Final[Mapping[str, Format]] = MappingProxyType({one.name: one for one in _REGISTRY})
"""Every format by its name."""

FORMATS_BY_ENDING: Final[Mapping[str, Format]] = MappingProxyType({one.ending: one for one in _REGISTRY})
"""Every format by the ending of its files."""
