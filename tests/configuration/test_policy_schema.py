"""The JSON Schema of perf.toml says what the reader of perf.toml says."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from mario_perf.configuration import policy_file, policy_text
from mario_perf.errors import PolicyError

ROOT = Path(__file__).parents[2]
COSTS = ROOT / "docs" / "costs.md"
SCHEMA = Draft202012Validator(policy_file.schema())


@pytest.mark.parametrize(
    "text",
    [
        (ROOT / "perf.toml").read_text(encoding="utf-8"),
        "[limits]\np95 = '50ms'\nerror_ratio = 0.01",
        "[limits]\np95 = 0.05",
        "[operations.GetMenuQuery]\nlatency_noise = 0.05\nignore = true",
        "[metrics]\nduration = 'http_seconds'\nname_label = ['method', 'route']",
        "[metrics]\nduration = 'http_seconds'\nname_label = 'route'",
        "[service]\nsetup = 'pip'\nstart = ['./serve', '{port}']",
        "[service]\nsetup = ['make', 'build']",
        "[gate]\ninconclusive = 'pass'",
        *re.findall(r"```toml\n(.*?)```", COSTS.read_text(encoding="utf-8"), re.DOTALL),
        re.sub(r"^# ", "", policy_text.INDICATORS.split("\n", 1)[1], flags=re.MULTILINE),
    ],
)
def test_what_is_read_fits_the_schema(text: str) -> None:
    policy_file.parse(text)
    SCHEMA.validate(json.loads(json.dumps(tomllib.loads(text), default=str)))  # a date is a text in JSON


@pytest.mark.parametrize(
    "text",
    [
        "[gates]",
        "[gate]\nfalse_alarm = 0.01",
        "[gate]\nfalse_alarm_rate = 2",
        "[limits]\np95 = '50 pizzas'",
        "[load]\nusers = 0",
        "[service]\nsetup = 'maven'",
        "[operations.GetMenuQuery]\nlatency_nois = 0.05",
    ],
)
def test_what_is_refused_does_not_fit_the_schema(text: str) -> None:
    with pytest.raises(PolicyError):
        policy_file.parse(text)
    assert not SCHEMA.is_valid(tomllib.loads(text))
