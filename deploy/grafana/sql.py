"""Questions to the history in PostgreSQL, and the panels that ask them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from grafana_foundation_sdk.builders import stat, table, timeseries
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import GraphDrawStyle, VisibilityMode
from grafana_foundation_sdk.models.dashboard import AnnotationQuery, DataSourceRef

from deploy.grafana import panels

if TYPE_CHECKING:
    from deploy.grafana.panels import Panel

HISTORY: Final = DataSourceRef(type_val="grafana-postgresql-datasource", uid="${history}")

Drawn = TypeVar("Drawn", stat.Panel, timeseries.Panel, table.Panel)


class Question(Builder[Dataquery], Dataquery):
    """SQL, which the SDK has no builder for; ``shape`` is ``time_series`` or ``table``."""

    def __init__(self, text: str, shape: str) -> None:
        self._text, self._shape = " ".join(text.split()), shape

    def build(self) -> Dataquery:
        """Itself: nothing is left to add."""
        return self

    def to_json(self) -> dict[str, object]:
        """As Grafana reads it."""
        return {
            "refId": "A",
            "datasource": HISTORY,
            "editorMode": "code",
            "format": self._shape,
            "rawQuery": True,
            "rawSql": self._text,
        }


class Mark(Builder[AnnotationQuery], AnnotationQuery):
    """A mark at each ``time`` of the answer, with its ``text``."""

    def __init__(self, name: str, text: str, colour: str) -> None:
        super().__init__(name=name, datasource=HISTORY, icon_color=colour)
        self._question = Question(text, "table")

    def build(self) -> AnnotationQuery:
        """Itself: nothing is left to add."""
        return self

    def to_json(self) -> dict[str, object]:
        """As Grafana reads it."""
        return {**super().to_json(), "target": self._question}


def number(panel: Panel, text: str) -> stat.Panel:
    """One value; a quarter wide."""
    return _asking(panels.number_panel(panel), text, "table")


def dots(panel: Panel, text: str) -> timeseries.Panel:
    """A dot a value, by ``time``, called by ``metric``; half wide."""
    drawn = panels.lines_panel(panel).draw_style(GraphDrawStyle.POINTS).show_points(VisibilityMode.ALWAYS)
    return _asking(drawn.point_size(6), text, "time_series")


def rows(panel: Panel, text: str) -> table.Panel:
    """The answer as it is; half wide."""
    return _asking(panels.table_panel(panel), text, "table")


def _asking(drawn: Drawn, text: str, shape: str) -> Drawn:
    drawn.datasource(HISTORY).with_target(Question(text, shape))
    return drawn
