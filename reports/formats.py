"""Every output by the name of its format."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from reports import github, html, json_report, junit, markdown, openmetrics, terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analysis.model import GateResult

RENDERERS: Mapping[str, Callable[[GateResult], str]] = MappingProxyType(
    {
        "html": html.render,
        "json": json_report.render,
        "markdown": markdown.render,
        "junit": junit.render,
        "github": github.render,
        "openmetrics": openmetrics.render,
        "text": terminal.render,
    }
)
