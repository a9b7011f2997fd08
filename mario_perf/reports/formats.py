"""Every output by the name of its format."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

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

RENDERERS: Mapping[str, Callable[[GateResult], str]] = MappingProxyType(
    {
        "html": html_report.render,
        "json": json_report.render,
        "markdown": markdown_report.render,
        "junit": junit_report.render,
        "github": github_annotations.render,
        "openmetrics": openmetrics_report.render,
        "text": terminal_report.render,
    }
)
