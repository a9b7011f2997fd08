"""What a policy's ``setup`` means: commands, and whether what they make is kept for the next gate."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal

from mario_perf.configuration.policy import ENVIRONMENT
from mario_perf.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping

Extent = Literal["dependencies", "tree", "place"]
"""Of what an environment is made: the files that name dependencies, all files, or files at this very path."""

_EDITABLE = re.compile(r"(?m)^\s*(-e|--editable)\b")
_LOCAL = re.compile(r"(?m)^\s*([./]|file:)|@\s*file:")
_OWN_IN_UV_LOCK = re.compile(r"(?m)^source = \{ (editable|directory) =")
_NESTED = re.compile(r"(?m)^\s*(?:-[rc]\s*|--(?:requirement|constraint)[ =]\s*)(\S+)")
_LOCAL_PACKAGES = re.compile(rb'"(workspaces|(file|link):[^"]*)"')
_PYTHON = ("-c", "import sys; print(sys.version, sys.base_prefix)")
_NODE = ("node", "-p", "process.version + process.arch")
_PIP_INSTALL = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")


@dataclass(frozen=True, slots=True)
class Setup:
    """Commands that run in the checkout and fill an environment.

    ``version`` is a command that tells what the environment is made with. npm puts packages into the
    checkout, from where they are moved.
    """

    commands: tuple[tuple[str, ...], ...]
    extent: Extent
    version: tuple[str, ...]
    moves_node_modules: bool = False


def setup_for(words: tuple[str, ...], python: str, files: Mapping[str, bytes]) -> Setup:
    """What is to be done.

    Args:
        words: the policy's; one word that is ready-made, or a command.
        python: the interpreter that new environments are made with.
        files: those that name dependencies, by their path from the checkout's root.

    Raises:
        UserError: the ready-made setup does not fit the files.
    """
    if words == ("pip",):
        return _pip(python, files)
    if words == ("uv",):
        return _uv(python, files)
    if words == ("npm",):
        return _npm(files)
    return Setup((words,), "dependencies", (python, *_PYTHON))


def _pip(python: str, files: Mapping[str, bytes]) -> Setup:
    requirements, extent = _requirements("pip", files)
    return Setup(
        (
            (python, "-m", "venv", ENVIRONMENT),
            (f"{ENVIRONMENT}/bin/python", *_PIP_INSTALL, *requirements),
        ),
        extent,
        (python, *_PYTHON),
    )


def _uv(python: str, files: Mapping[str, bytes]) -> Setup:
    if "uv.lock" in files:
        own = _OWN_IN_UV_LOCK.search(_decode(files["uv.lock"]))
        place = f"UV_PROJECT_ENVIRONMENT={ENVIRONMENT}"
        sync = ("env", place, "uv", "sync", "--quiet", "--frozen", "--no-dev", "--no-editable")
        return Setup((sync,), "tree" if own else "dependencies", (python, *_PYTHON))
    requirements, extent = _requirements("uv", files)
    install = ("uv", "pip", "install", "--quiet", "--python", f"{ENVIRONMENT}/bin/python", *requirements)
    venv = ("uv", "venv", "--quiet", "--allow-existing", "--python", python, ENVIRONMENT)
    return Setup((venv, install), extent, (python, *_PYTHON))


def _requirements(setup: str, files: Mapping[str, bytes]) -> tuple[tuple[str, ...], Extent]:
    """What is installed: the requirements, else the project itself, which takes all of its files."""
    if "requirements.txt" in files:
        lists = {path: _decode(content) for path, content in files.items() if path.endswith((".txt", ".in"))}
        return ("--requirement", "requirements.txt"), _extent(lists)
    if "pyproject.toml" in files or "setup.py" in files:
        return (".",), "tree"
    raise UserError(
        f'setup = "{setup}" needs requirements.txt, pyproject.toml or setup.py at the top of the repository, '
        "and one build has none; give [service] setup a command"
    )


def _extent(requirements: Mapping[str, str]) -> Extent:
    text = "\n".join(requirements.values())
    if _EDITABLE.search(text):
        return "place"
    listed = {PurePosixPath(path).name for path in requirements}
    references = {PurePosixPath(path).name for path in _NESTED.findall(text)}
    return "tree" if _LOCAL.search(text) or not references <= listed else "dependencies"


def _npm(files: Mapping[str, bytes]) -> Setup:
    if "package-lock.json" not in files:
        raise UserError(
            'setup = "npm" needs a package-lock.json at the top of the repository, and one build has none; '
            "give [service] setup a command"
        )
    if _LOCAL_PACKAGES.search(files.get("package.json", b"")):
        raise UserError(
            'setup = "npm" does not work with packages that are folders of the repository; '
            'give [service] setup a command, such as ["npm", "ci"]'
        )
    return Setup((("npm", "ci"),), "dependencies", _NODE, moves_node_modules=True)


def _decode(content: bytes) -> str:
    return content.decode("utf-8", errors="replace")
