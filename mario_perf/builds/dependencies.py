"""Which files name a service's dependencies, and where two builds name other ones. Texts in, names out."""

from __future__ import annotations

import ast
import configparser
import json
import re
import tomllib
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_FOLDERS_LEFT_OUT = frozenset(
    {"doc", "docs", "test", "tests", "example", "examples"}
    | {"node_modules", "site-packages", "vendor", ".venv", "venv"}
)
"""A service is not made of the first; the others are packages that a build brings with it."""

_PYTHON = (
    *("*requirements*.txt", "*requirements*.in", "*constraints*.txt", "*constraints*.in"),
    *("pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "pylock.toml", "pylock.*.toml"),
    *("environment.yml", "environment.yaml", "conda-lock.yml", ".python-version", "runtime.txt"),
)
_NODE = (
    *("package.json", "package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "pnpm-workspace.yaml"),
    *("yarn.lock", "bun.lock", "bun.lockb", ".npmrc", ".nvmrc", ".node-version"),
)
_OTHERS = (
    *("go.mod", "go.sum", "go.work", "go.work.sum", "Cargo.toml", "rust-toolchain", "rust-toolchain.toml"),
    *("pom.xml", "build.gradle*", "settings.gradle*", "*.lockfile", "*.versions.toml", "build.sbt"),
    *("Gemfile", "*.gemspec", "composer.json", "mix.exs", "deps.edn", "project.clj", "cpanfile"),
    *("*.csproj", "*.fsproj", "*.vbproj", "Directory.Packages.props", "packages.config"),
    *("packages.lock.json", "global.json", ".tool-versions"),
)
_PATTERNS = (*_PYTHON, *_NODE, *_OTHERS, "*.lock")

_RESOLVERS = {
    **dict.fromkeys(("uv", "go", "cargo", "dotnet", "bazel", "deno"), "run"),
    **dict.fromkeys(("mvn", "mvnw", "gradle", "gradlew", "sbt"), None),
}
"""Programs that fetch a checkout's dependencies before they start it, with the word that makes them."""

_NOT_RESOLVING = frozenset({"--active", "--no-sync", "--no-project"})  # of uv run

_TABLES = ("project", "build-system", "dependency-groups", "tool")
_MANAGERS = frozenset({"poetry", "uv", "pdm", "hatch", "pixi", "setuptools"})
_PYPROJECT_KEYS = frozenset(
    {"dependencies", "optional-dependencies", "dev-dependencies", "requires", "requires-python"}
    | {"constraint-dependencies", "override-dependencies", "sources", "source", "index", "extras"}
)
_CARGO_KEYS = frozenset({"dependencies", "dev-dependencies", "build-dependencies", "patch", "replace"})
_PACKAGE_KEYS = frozenset(
    {"dependencies", "devDependencies", "optionalDependencies", "peerDependencies", "bundleDependencies"}
    | {"bundledDependencies", "overrides", "resolutions", "workspaces", "engines", "packageManager", "pnpm"}
)
_COMPOSER_KEYS = frozenset({"require", "require-dev", "repositories", "minimum-stability"})
_SETUP_KEYS = frozenset({"install_requires", "extras_require", "setup_requires", "python_requires"})
_OWN_SOURCES = frozenset({"editable", "virtual", "directory"})


def names_dependencies(path: str) -> bool:
    """Whether a file of a repository, by its path from the root, may name what a service is run with."""
    *folders, name = PurePosixPath(path).parts
    if not _FOLDERS_LEFT_OUT.isdisjoint(folders):
        return False
    if folders and folders[-1] == "requirements" and name.endswith((".txt", ".in")):
        return True
    return any(fnmatchcase(name, pattern) for pattern in _PATTERNS)


def changed_files(baseline: Mapping[str, bytes], candidate: Mapping[str, bytes]) -> tuple[str, ...]:
    """Paths of the files that name other dependencies in one build than in the other; sorted.

    Comments, order and what a file says of anything else, such as the service's own version, are no
    difference.
    """
    paths = sorted(baseline.keys() | candidate.keys())
    return tuple(
        path
        for path in paths
        if _dependencies_in(path, baseline.get(path)) != _dependencies_in(path, candidate.get(path))
    )


def resolves(start: Sequence[str]) -> bool:
    """Whether a service's ``start`` itself gets the dependencies that its checkout names."""
    program, arguments = PurePosixPath(start[0]).name, start[1:]
    if program not in _RESOLVERS or not _NOT_RESOLVING.isdisjoint(arguments):
        return False
    word = _RESOLVERS[program]
    return word is None or word in arguments


def suggest_setup(paths: Iterable[str]) -> str:
    """The name of the ready-made setup that fits such files best."""
    names = {PurePosixPath(path).name for path in paths}
    if "uv.lock" in names:
        return "uv"
    return "npm" if any(fnmatchcase(name, each) for each in _NODE for name in names) else "pip"


def _dependencies_in(path: str, content: bytes | None) -> object:
    """What a file says of dependencies; its lines where it cannot be read as what its name promises."""
    if content is None:
        return None
    text = content.decode("utf-8", errors="replace")
    try:
        return _reader(PurePosixPath(path))(text)
    except (
        ValueError,
        SyntaxError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
        configparser.Error,
    ):
        return _lines(text)


def _reader(path: PurePosixPath) -> Callable[[str], object]:
    if path.name in _READERS:
        return _READERS[path.name]
    return _requirements if path.suffix in {".txt", ".in"} else _lines


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def _requirements(text: str) -> list[str]:
    joined = re.sub(r"\\\r?\n", " ", text)
    return sorted(_lines(re.sub(r"(?m)(^|\s)#.*$", "", joined)))


def _pyproject(text: str) -> object:
    document = tomllib.loads(text)
    document["tool"] = {name: table for name, table in document.get("tool", {}).items() if name in _MANAGERS}
    tables = {name: document[name] for name in _TABLES if name in document}
    return _select_at_any_depth(tables, _PYPROJECT_KEYS), tables.get("dependency-groups")


def _cargo(text: str) -> object:
    return _select_at_any_depth(tomllib.loads(text), _CARGO_KEYS)


def _package(text: str) -> object:
    return _select(json.loads(text), _PACKAGE_KEYS)


def _composer(text: str) -> object:
    return _select(json.loads(text), _COMPOSER_KEYS)


def _package_lock(text: str) -> object:
    document = json.loads(text)
    packages = dict(document.get("packages", {}))
    packages[""] = _select(packages.get("", {}), _PACKAGE_KEYS)
    return packages, document.get("dependencies") if len(packages) == 1 else None


def _pipfile_lock(text: str) -> object:
    return {name: table for name, table in json.loads(text).items() if name != "_meta"}


def _lock(text: str) -> object:
    """Packages of a lock in TOML, but the version of what is locked itself."""
    document = tomllib.loads(text)
    return [_without_own_version(each) for each in document.get("package", document.get("packages", []))]


def _without_own_version(package: Mapping[str, Any]) -> object:
    source = package.get("source")
    own = isinstance(source, Mapping) and not _OWN_SOURCES.isdisjoint(source)
    return {key: value for key, value in package.items() if key != "version"} if own else package


def _cargo_lock(text: str) -> object:
    packages = tomllib.loads(text).get("package", [])
    return [each if "source" in each else (each["name"], each.get("dependencies")) for each in packages]


def _setup_cfg(text: str) -> object:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    options = dict(parser["options"]) if parser.has_section("options") else {}
    extras = "options.extras_require"
    return _select(options, _SETUP_KEYS), dict(parser[extras]) if parser.has_section(extras) else {}


def _setup_py(text: str) -> object:
    """The dependencies where they stand in the call of ``setup``; else the whole program."""
    program = ast.parse(text)
    calls = [each for each in ast.walk(program) if isinstance(each, ast.Call)]
    keywords = {
        keyword.arg: keyword.value
        for call in calls
        for keyword in call.keywords
        if keyword.arg in _SETUP_KEYS
    }
    try:
        return {name: ast.literal_eval(value) for name, value in keywords.items()} or ast.dump(program)
    except ValueError:
        return ast.dump(program)


def _select(table: Mapping[str, Any], keys: frozenset[str]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key in keys}


def _select_at_any_depth(table: Mapping[str, Any], keys: frozenset[str]) -> dict[str, Any]:
    """What stands under one of the keys, at any depth; tables without any are left out."""
    selected = {
        key: value if key in keys else _select_at_any_depth(value, keys)
        for key, value in table.items()
        if key in keys or isinstance(value, Mapping)
    }
    return {key: value for key, value in selected.items() if value}


_READERS: Mapping[str, Callable[[str], object]] = {
    "pyproject.toml": _pyproject,
    "setup.cfg": _setup_cfg,
    "setup.py": _setup_py,
    "Pipfile.lock": _pipfile_lock,
    "poetry.lock": _lock,
    "uv.lock": _lock,
    "pdm.lock": _lock,
    "pylock.toml": _lock,
    "package.json": _package,
    "package-lock.json": _package_lock,
    "npm-shrinkwrap.json": _package_lock,
    "Cargo.toml": _cargo,
    "Cargo.lock": _cargo_lock,
    "composer.json": _composer,
}
