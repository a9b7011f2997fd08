"""``mario-perf otlp``."""

from __future__ import annotations

from contextlib import closing

import click

from mario_perf import message_lines
from mario_perf.otlp import receiver


@click.command(
    epilog="""\b
Examples:
  mario-perf otlp
  OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 \\
      OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf \\
      OTEL_METRIC_EXPORT_INTERVAL=250 python -m shop
  mario-perf init http://127.0.0.1:4318/metrics
  locust -f locustfile.py -H http://127.0.0.1:8000 \\
      --metrics-path http://127.0.0.1:4318/metrics"""
)
@click.option(
    "--port",
    type=click.IntRange(1, 65_535),
    default=receiver.DEFAULT_PORT,
    show_default=True,
    help="Port on 127.0.0.1.",
)
def otlp(port: int) -> None:
    """Receive metrics that a service pushes by OTLP over HTTP, and show them as a metrics page.

    init, check, doctor --url and locust read that page. A gate needs no receiver: it has its own, and tells
    the services that it starts where to push. Runs until it is stopped.
    """
    with closing(receiver.OtlpReceiver(port)) as received:
        message_lines.say(f"receiving at {received.url}, showing {received.page_url('')}; Ctrl-C ends it")
        received.serve()
