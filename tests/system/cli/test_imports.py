import subprocess
import sys
from pathlib import Path

ROOMS = (
    "baselines",
    "capacity",
    "comparison",
    "configuration",
    "judgement",
    "measurement",
    "sources",
    "statistics",
    "usage",
    "validity",
)
ALL = f"""
import importlib, pkgutil, sys
for room in {ROOMS}:
    package = importlib.import_module("mario_perf." + room)
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
print(*sorted(name for name in sys.argv[1:] if name in sys.modules))
"""


def _loaded(code: str, *names: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", code, *names],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return set(done.stdout.split())


def test_the_analysis_imports_neither_locust_nor_the_service() -> None:
    others = (
        "locust",
        "gevent",
        "mario_perf.pizzeria",
        "mario_perf.load",
        "mario_perf.gate",
        "mario_perf.reports",
    )
    assert _loaded(ALL, *others) == set()


def test_the_run_records_types_need_no_numbers_library() -> None:
    code = "import sys, mario_perf.run_record; print(*(n for n in sys.argv[1:] if n in sys.modules))"
    assert _loaded(code, "numpy", "scipy", "pandas", "requests") == set()


def test_the_help_of_the_program_needs_neither_numbers_nor_locust() -> None:
    code = """
import contextlib, io, sys
from mario_perf.cli.main import main
sys.argv = ["mario-perf", "--help"]
with contextlib.redirect_stdout(io.StringIO()):
    main()
print(*(name for name in ("numpy", "scipy", "locust", "pydantic", "jinja2", "httpx") if name in sys.modules))
"""
    assert _loaded(code) == set()


def test_a_gate_imports_no_more_of_the_numbers_libraries_than_it_uses() -> None:
    """Optimisers and frames would take longer than the rest of its start."""
    code = """
import sys, mario_perf.cli.compare_command, mario_perf.cli.gate_command
print(*(name for name in sys.argv[1:] if name in sys.modules))
"""
    others = ("scipy.optimize", "scipy.stats", "scipy.sparse", "pandas", "locust")
    assert _loaded(code, *others) == set()
