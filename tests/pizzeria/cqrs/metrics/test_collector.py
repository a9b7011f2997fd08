from __future__ import annotations

from prometheus_client import CollectorRegistry, generate_latest

from mario_perf.pizzeria.cqrs.metrics import ExecutionRecorder
from mario_perf.pizzeria.cqrs.metrics.collector import RecorderCollector
from mario_perf.pizzeria.cqrs.metrics.histogram_text import Exposition
from mario_perf.pizzeria.cqrs.metrics.text_format import page
from tests.pizzeria.series import samples


def test_a_registry_tells_the_same_as_our_own_exposition() -> None:
    recorder, registry = ExecutionRecorder((0.5, 1, 10)), CollectorRegistry()
    registry.register(RecorderCollector(recorder))
    bake, _ = recorder.operation("command", "Bake"), recorder.operation("query", "Look")
    for milliseconds in (0.1, 1, 100):
        recorder.succeeded(bake, milliseconds)
    recorder.failed(bake, 5, "not_found")
    ours = page([Exposition(recorder)]).decode()
    assert samples(generate_latest(registry).decode()) == samples(ours)
