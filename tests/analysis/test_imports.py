import subprocess
import sys
from pathlib import Path

ALL = """
import importlib, pkgutil, sys, analysis
for module in pkgutil.walk_packages(analysis.__path__, "analysis."):
    importlib.import_module(module.name)
print(*sorted(m.split(".")[0] for m in sys.modules if m.split(".")[0] in sys.argv[1:]))
"""


def _loaded(code: str, *names: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", code, *names],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return set(done.stdout.split())


def test_the_analysis_imports_neither_locust_nor_the_service() -> None:
    assert _loaded(ALL, "locust", "gevent", "pizzeria", "loadtests", "gate") == set()


def test_the_run_records_types_need_no_numbers_library() -> None:
    code = "import sys, mario_perf.run_record; print(*(n for n in sys.argv[1:] if n in sys.modules))"
    assert _loaded(code, "numpy", "scipy", "pandas", "requests") == set()
