"""The CQRS package can be taken into another service as it is."""

import pkgutil
import subprocess
import sys

from mario_perf.pizzeria import cqrs
from tests.system.pizzerias import environment

ON_FRAMEWORKS = {
    "mario_perf.pizzeria.cqrs.metrics.collector",
    "mario_perf.pizzeria.cqrs.metrics.neuroglia",
    "mario_perf.pizzeria.cqrs.metrics.opentelemetry",
}
"""Only for those who have these installed."""


def test_nothing_else_of_the_pizzeria_is_imported() -> None:
    found = [each.name for each in pkgutil.walk_packages(cqrs.__path__, "mario_perf.pizzeria.cqrs.")]
    modules = [name for name in found if name not in ON_FRAMEWORKS]
    assert "mario_perf.pizzeria.cqrs.metrics.execution_recorder" in modules
    program = (
        f"import sys, {', '.join(modules)}\n"
        "print([m for m in sys.modules if m.startswith(('mario_perf.', 'fastapi', 'prometheus_client'))])"
    )
    output = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(), capture_output=True, text=True, timeout=30, check=True,
    ).stdout  # fmt: skip
    assert sorted(eval(output)) == sorted(["mario_perf.pizzeria", "mario_perf.pizzeria.cqrs", *modules])
