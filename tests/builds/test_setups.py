"""Ready-made setups: their commands, and what an environment is made of."""

from __future__ import annotations

import pytest

from mario_perf.builds.setups import setup_for
from mario_perf.errors import UserError

PYPROJECT = {"pyproject.toml": b"[project]\nname = 'shop'\n"}
UV_LOCK = b'[[package]]\nname = "shop"\nsource = { %s = "." }\n'


def requirements(text: str, **more: str) -> dict[str, bytes]:
    return {"requirements.txt": text.encode(), **{path: each.encode() for path, each in more.items()}}


def test_pip_installs_the_requirements_into_an_environment_of_its_own() -> None:
    setup = setup_for(("pip",), "python3", requirements("a==1"))
    venv, install = setup.commands
    assert venv == ("python3", "-m", "venv", "{environment}")
    assert install[0] == "{environment}/bin/python"
    assert install[-2:] == ("--requirement", "requirements.txt")


@pytest.mark.parametrize(
    ("files", "extent"),
    [
        (requirements("a==1\n# ./not\n"), "dependencies"),
        (requirements("-r base.txt", **{"requirements/base.txt": "a"}), "dependencies"),
        (requirements("-r other"), "tree"),
        (requirements("--constraint=other"), "tree"),
        (requirements("./libs/common"), "tree"),
        (requirements("common @ file:libs/common"), "tree"),
        (requirements("-e ."), "place"),
        (PYPROJECT, "tree"),
    ],
)
@pytest.mark.parametrize("word", ["pip", "uv"])
def test_an_environment_with_code_of_the_build_is_made_of_all_its_files(
    word: str, files: dict[str, bytes], extent: str
) -> None:
    """One that is known by the requirements alone would give one build the code of the other."""
    assert setup_for((word,), "python3", files).extent == extent


@pytest.mark.parametrize(("source", "extent"), [("virtual", "dependencies"), ("editable", "tree")])
def test_uv_takes_its_lock_file_where_there_is_one(source: str, extent: str) -> None:
    setup = setup_for(("uv",), "python3", {**PYPROJECT, "uv.lock": UV_LOCK % source.encode()})
    (command,) = setup.commands
    assert command[:4] == ("env", "UV_PROJECT_ENVIRONMENT={environment}", "uv", "sync")
    assert setup.extent == extent


def test_npm_installs_what_the_lock_file_names() -> None:
    setup = setup_for(("npm",), "python3", {"package.json": b"{}", "package-lock.json": b"{}"})
    assert setup.commands == (("npm", "ci"),)
    assert setup.moves_node_modules


@pytest.mark.parametrize(
    ("word", "files", "said"),
    [
        ("pip", {}, r"needs requirements\.txt, pyproject\.toml or setup\.py"),
        ("uv", {"go.mod": b""}, r"needs requirements\.txt"),
        ("npm", {"package.json": b"{}"}, r"needs a package-lock\.json"),
        (
            "npm",
            {"package.json": b'{"workspaces": ["a"]}', "package-lock.json": b""},
            "folders of the repository",
        ),
        (
            "npm",
            {"package.json": b'{"a": "file:../a"}', "package-lock.json": b""},
            "folders of the repository",
        ),
    ],
)
def test_a_setup_that_does_not_fit_is_refused(word: str, files: dict[str, bytes], said: str) -> None:
    with pytest.raises(UserError, match=said):
        setup_for((word,), "python3", files)


def test_a_command_is_run_as_it_is() -> None:
    setup = setup_for(("make", "DEST={environment}"), "python3", {})
    assert setup.commands == (("make", "DEST={environment}"),)
    assert not setup.moves_node_modules
