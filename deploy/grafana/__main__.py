"""``python -m deploy.grafana``: write the dashboards' files."""

from deploy.grafana import JSON, rendered

for name, text in rendered().items():
    (JSON / name).write_text(text, encoding="utf-8")
