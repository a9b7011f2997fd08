"""What all dashboards share: the server they ask, their variables, and how often they ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grafana_foundation_sdk.builders.dashboard import (
    Dashboard,
    DashboardLink,
    DatasourceVariable,
    QueryVariable,
)
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.dashboard import (
    AnnotationQuery,
    DashboardCursorSync,
    DashboardLinkType,
    DataSourceRef,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deploy.grafana.panels import AnyPanel

PROMETHEUS = DataSourceRef(type_val="prometheus", uid="${datasource}")
REFRESH = "5s"
TAG = "mario"


def board(
    uid: str,
    title: str,
    description: str,
    variables: Iterable[QueryVariable],
    panels: Iterable[AnyPanel],
) -> Dashboard:
    """A dashboard of ``panels`` that ask Prometheus; it opens on the last half hour."""
    source = DatasourceVariable("datasource").label("Prometheus").type("prometheus")
    return (
        filled(uid, title, description, (source, *variables), panels).refresh(REFRESH).time("now-30m", "now")
    )


def filled(
    uid: str,
    title: str,
    description: str,
    variables: Iterable[DatasourceVariable | QueryVariable],
    panels: Iterable[AnyPanel],
) -> Dashboard:
    """A dashboard of ``panels``, left to right and then down."""
    built = (
        Dashboard(title)
        .uid(uid)
        .description(description)
        .tags([TAG])
        .readonly()
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .link(_others())
    )
    for variable in variables:
        built.with_variable(variable)
    for number, panel in enumerate(panels, start=1):
        built.with_panel(panel.id(number))
    return built


def choices(metric: str, operation: str) -> tuple[QueryVariable, ...]:
    """The variables job, instance and operation: those that ``metric`` has.

    Args:
        metric: a selector with at least one matcher.
        operation: the label that tells operations apart.
    """
    inner = metric.removesuffix("}")
    return (
        _choice("job", f"label_values({metric}, job)"),
        _choice("instance", f'label_values({inner},job=~"$job"}}, instance)'),
        _choice("operation", f'label_values({inner},job=~"$job",instance=~"$instance"}}, {operation})'),
    )


class Region(Builder[AnnotationQuery], AnnotationQuery):
    """An annotation from where ``expr`` begins to be above 0 to where it ends, for each series.

    In its ``title``, which the SDK does not know of, ``{{label}}`` stands for a label's value.
    """

    def __init__(self, name: str, title: str, expr: str, colour: str) -> None:
        super().__init__(name=name, datasource=PROMETHEUS, expr=expr, icon_color=colour)
        self._title = title

    def build(self) -> AnnotationQuery:
        """Itself: nothing is left to add."""
        return self

    def to_json(self) -> dict[str, object]:
        """As Grafana reads it."""
        return {**super().to_json(), "titleFormat": self._title}


def _choice(name: str, query: str) -> QueryVariable:
    return (
        QueryVariable(name)
        .label(name.capitalize())
        .datasource(PROMETHEUS)
        .query({"query": query, "refId": name})
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(multi=True)
        .include_all(include_all=True)
        .all_value(".*")
        .current(VariableOption(text="All", value="$__all", selected=True))
    )


def _others() -> DashboardLink:
    return (
        DashboardLink("Mario's dashboards")
        .type(DashboardLinkType.DASHBOARDS)
        .tags([TAG])
        .as_dropdown(as_dropdown=True)
        .include_vars(include_vars=False)
        .keep_time(keep_time=True)
    )
