"""Which files name dependencies, and what of them is a difference."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.builds.dependencies import changed_files, names_dependencies, resolves, suggest_setup

PYPROJECT = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["typeguard==2.6.1"]\n'
UV_LOCK = (
    'version = 1\n[[package]]\nname = "shop"\nversion = "1"\nsource = { editable = "." }\n'
    '[[package]]\nname = "typeguard"\nversion = "2.6.1"\nsource = { registry = "x" }\n'
)
CARGO_LOCK = (
    'version = 3\n[[package]]\nname = "shop"\nversion = "0.1.0"\ndependencies = ["serde"]\n'
    '[[package]]\nname = "serde"\nversion = "1.0.0"\nsource = "registry"\n'
)
PACKAGE_LOCK = (
    '{"version": "1.0.0", "packages": {"": {"version": "1.0.0", "dependencies": {"a": "^1"}},'
    ' "node_modules/a": {"version": "1.2.3"}}}'
)


@pytest.mark.parametrize(
    "path",
    [
        *("requirements.txt", "requirements-prod.txt", "requirements/base.in", "app/constraints.txt"),
        *("pyproject.toml", "services/orders/setup.py", "Pipfile.lock", "uv.lock", "poetry.lock"),
        *("package.json", "web/package-lock.json", "pnpm-lock.yaml", "yarn.lock"),
        *("go.mod", "go.sum", "pom.xml", "build.gradle.kts", "Cargo.lock", "Gemfile", "composer.lock"),
        *("src/Shop/Shop.csproj", "Directory.Packages.props", ".python-version"),
    ],
)
def test_files_that_name_dependencies_are_known(path: str) -> None:
    assert names_dependencies(path)


@pytest.mark.parametrize(
    "path", ["shop.py", "docs/requirements.txt", "tests/setup.py", "web/node_modules/a/package.json", "a.txt"]
)
def test_other_files_are_not(path: str) -> None:
    assert not names_dependencies(path)


@pytest.mark.parametrize(
    ("path", "before", "now"),
    [
        ("requirements.txt", "typeguard==2.6.1", "typeguard==2.7.0"),
        ("requirements.txt", "a @ https://x.org/a.zip#sha256=1", "a @ https://x.org/a.zip#sha256=2"),
        ("pyproject.toml", PYPROJECT, PYPROJECT.replace("2.6.1", "2.7.0")),
        ("pyproject.toml", PYPROJECT, PYPROJECT + "[dependency-groups]\nfast = ['uvloop']\n"),
        ("pyproject.toml", PYPROJECT, PYPROJECT + "[tool.uv.sources]\ntypeguard = { git = 'x' }\n"),
        ("pyproject.toml", "[tool.poetry.dependencies]\na = '^1'", "[tool.poetry.dependencies]\na = '^2'"),
        ("pyproject.toml", "a broken file", "another"),
        ("setup.py", "setup(install_requires=['a==1'])", "setup(install_requires=['a==2'])"),
        ("setup.py", "A = ['a==1']\nsetup(install_requires=A)", "A = ['a==2']\nsetup(install_requires=A)"),
        ("setup.cfg", "[options]\ninstall_requires = a==1", "[options]\ninstall_requires = a==2"),
        ("uv.lock", UV_LOCK, UV_LOCK.replace("2.6.1", "2.7.0")),
        ("Cargo.lock", CARGO_LOCK, CARGO_LOCK.replace("1.0.0", "1.0.1")),
        ("Cargo.toml", '[dependencies]\nserde = "1"', '[dependencies]\nserde = "2"'),
        ("package.json", '{"dependencies": {"a": "1"}}', '{"dependencies": {"a": "2"}}'),
        ("package-lock.json", PACKAGE_LOCK, PACKAGE_LOCK.replace("1.2.3", "1.2.4")),
        ("package-lock.json", '{"dependencies": {"a": {}}}', '{"dependencies": {"b": {}}}'),
        ("go.sum", "a v1 h1:x", "a v2 h1:y"),
        ("pom.xml", "<version>1</version>", "<version>2</version>"),
    ],
)
def test_another_dependency_is_a_difference(path: str, before: str, now: str) -> None:
    assert changed_files({path: before.encode()}, {path: now.encode()}) == (path,)


@pytest.mark.parametrize(
    ("path", "before", "now"),
    [
        ("requirements.txt", "b==1\na==1 # why\n", "# sorted\na==1\nb==1"),
        ("requirements.txt", "a==1 \\\n    --hash=x\n", "a==1 --hash=x\n"),
        ("pyproject.toml", PYPROJECT, PYPROJECT.replace('"1"', '"2"') + "[tool.ruff]\nline-length = 100\n"),
        ("pyproject.toml", PYPROJECT, PYPROJECT + "[tool.coverage.run]\nsource = ['shop']\n"),
        (
            "setup.py",
            "setup(version='1', install_requires=['a'])",
            "setup(version='2', install_requires=['a'])",
        ),
        ("setup.cfg", "[metadata]\nversion = 1\n[options]\nzip_safe = 0", "[metadata]\nversion = 2"),
        ("uv.lock", UV_LOCK, UV_LOCK.replace('version = "1"', 'version = "2"')),
        ("Cargo.lock", CARGO_LOCK, CARGO_LOCK.replace("0.1.0", "0.2.0")),
        ("Cargo.toml", '[package]\nversion = "1"', '[package]\nversion = "2"'),
        ("package.json", '{"version": "1", "scripts": {}}', '{"version": "2"}'),
        ("package-lock.json", PACKAGE_LOCK, PACKAGE_LOCK.replace("1.0.0", "1.1.0")),
        ("go.mod", "module a\r\n", "module a\n"),
    ],
)
def test_what_a_file_says_of_anything_else_is_none(path: str, before: str, now: str) -> None:
    assert changed_files({path: before.encode()}, {path: now.encode()}) == ()


def test_a_file_that_only_one_build_has_is_a_difference() -> None:
    assert changed_files({}, {"b.lock": b"", "a.lock": b""}) == ("a.lock", "b.lock")


@given(
    st.sampled_from(["pyproject.toml", "setup.py", "package.json", "uv.lock", "package-lock.json", "go.mod"]),
    st.binary(max_size=60),
    st.binary(max_size=60),
)
def test_no_content_is_an_error_and_the_order_of_builds_does_not_matter(
    path: str, one: bytes, other: bytes
) -> None:
    assert changed_files({path: one}, {path: one}) == ()
    assert changed_files({path: one}, {path: other}) == changed_files({path: other}, {path: one})


@given(
    st.recursive(
        st.none() | st.text(max_size=3),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
    )
)
def test_json_of_another_form_than_expected_is_compared_as_text(value: object) -> None:
    content = json.dumps({"packages": value, "dependencies": value}).encode()
    assert changed_files({"package-lock.json": content}, {"package-lock.json": content}) == ()


@pytest.mark.parametrize(
    "start",
    [("uv", "run", "uvicorn"), ("go", "run", "."), ("./gradlew", "bootRun"), ("mvn", "spring-boot:run")],
)
def test_some_programs_get_the_dependencies_of_the_checkout_themselves(start: tuple[str, ...]) -> None:
    assert resolves(start)


@pytest.mark.parametrize(
    "start", [("python", "-m", "run"), ("uv", "run", "--active", "x"), ("go", "version"), ("node", "a.js")]
)
def test_others_run_with_what_is_installed(start: tuple[str, ...]) -> None:
    assert not resolves(start)


def test_the_ready_made_setup_fits_the_files() -> None:
    assert suggest_setup(["requirements.txt"]) == "pip"
    assert suggest_setup(["pyproject.toml", "uv.lock"]) == "uv"
    assert suggest_setup(["web/package-lock.json"]) == "npm"
