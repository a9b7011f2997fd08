"""Locust's own code decides what its web form shows."""

import json
import subprocess
import sys

RENDER_ARGUMENTS = """
import json
from locust.argument_parser import ui_extra_args_dict
import mario_perf.load.locust_plugin
print(json.dumps(ui_extra_args_dict([])))
"""


def test_locusts_web_form_shows_the_options_of_the_load_model() -> None:
    done = subprocess.run(
        [sys.executable, "-c", RENDER_ARGUMENTS], capture_output=True, text=True, check=True, timeout=60
    )
    shown = json.loads(done.stdout)
    assert set(shown) == {"scenario", "rate", "max_users", "arrivals", "shape"}
    assert shown["arrivals"]["choices"] == ["constant", "poisson"]
    assert shown["shape"]["default_value"] == "steady"
    assert all(field["help_text"] for field in shown.values())
