"""Runs the steps of a composite action as GitHub's runner does: expressions, files, conditions.

Actions that a step uses are not run; what they were given is noted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.system.ci.conftest import environment, shell

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping
    from pathlib import Path

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")
_TOKEN = re.compile(r"'[^']*'|\|\||&&|==|!=|[\w.-]+")
_OPERATORS = {"||": "or", "&&": "and", "==": "==", "!=": "!="}


@dataclass
class Runner:
    """One job: its contexts, and what has happened in it so far."""

    workspace: Path
    scratch: Path
    contexts: dict[str, Any]
    actions: Mapping[str, Mapping[str, str]]  # outputs of actions, by their name
    variables: dict[str, str]
    used: dict[str, dict[str, str]] = field(default_factory=dict)
    done: dict[str, subprocess.CompletedProcess[str]] = field(default_factory=dict)

    def run(self, steps: list[dict[str, Any]]) -> int:
        """The exit code of the first step that fails, else 0."""
        self.contexts["steps"] = {}
        for step in steps:
            if "if" in step and not self.evaluate(step["if"]):
                continue
            if "uses" in step:
                self._use(step)
            elif code := self._shell(step):
                return code
        return 0

    def evaluate(self, written: Any) -> str:
        """A text with its expressions replaced by their values."""
        return _EXPRESSION.sub(lambda found: str(self._value(found[1])), str(written))

    def _value(self, expression: str) -> Any:
        words = [self._word(token) for token in _TOKEN.findall(expression)]
        return eval(" ".join(words)) or ""

    def _word(self, token: str) -> str:
        if token in _OPERATORS:
            return _OPERATORS[token]
        if token.startswith("'"):
            return repr(token[1:-1])
        value: Any = self.contexts
        for part in token.split("."):
            value = value.get(part, {}) if isinstance(value, dict) else {}
        return repr(value or "")

    def _use(self, step: dict[str, Any]) -> None:
        name = step["uses"].partition("@")[0]
        self.used[name] = {key: self.evaluate(value) for key, value in step.get("with", {}).items()}
        self._keep(step, dict(self.actions.get(name, {})))

    def _shell(self, step: dict[str, Any]) -> int:
        files = {name: self.scratch / name for name in ("GITHUB_OUTPUT", "GITHUB_PATH")}
        for file in files.values():
            file.write_text("")
        env = {key: self.evaluate(value) for key, value in step.get("env", {}).items()}
        done = shell(
            *("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]),
            cwd=self.workspace,
            env=environment(**self.variables, **{name: str(file) for name, file in files.items()}, **env),
        )
        self.done[step["name"]] = done
        self._keep(step, dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines()))
        return done.returncode

    def _keep(self, step: dict[str, Any], outputs: dict[str, str]) -> None:
        if "id" in step:
            self.contexts["steps"][step["id"]] = {"outputs": outputs}
