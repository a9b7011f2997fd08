"""Virtual environments at once: pip is lent by the test's own environment, as all other packages are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_PYTHON = """#!/bin/sh -e
if [ "$1 $2" != "-m venv" ]; then exec "{python}" "$@"; fi
"{python}" "$@" --without-pip
for environment; do :; done
printf '#!/bin/sh\\nexec "%s/bin/python" -m pip "$@"\\n' "$(realpath "$environment")" > "$environment/bin/pip"
chmod +x "$environment/bin/pip"
"""


def write_python(folder: Path, python: Path) -> None:
    """Write a ``python`` whose ``-m venv`` unpacks no pip of its own: that takes longer than all the rest."""
    command = folder / "python"
    command.write_text(_PYTHON.format(python=python), encoding="utf-8")
    command.chmod(0o755)
