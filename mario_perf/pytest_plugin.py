"""The pytest plugin: ``pytest --perf-gate runs/latest`` shows every operation of a gate as a test.

It reads the report that a gate has left (``report.json``, the published format). Regressed fails with the
sentence that explains it. A run that cannot be judged is an error, and says nothing of its operations. What
is inconclusive is an expected failure. perf.toml's ``gate.inconclusive`` makes both a skip (``pass``) or a
failure (``fail``).

pytest loads this module in every project of its environment: all else is imported only when it is needed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _pytest._code.code import ExceptionInfo, TerminalRepr

    from mario_perf.cli.exit_codes import ExitCode
    from mario_perf.model import Verdict
    from mario_perf.reports.schema.report_document import Report

_REPORT = "report.json"
_PLACE = pytest.StashKey[Path]()


class VerdictError(Exception):
    """A verdict that no test passes with; the message is what the report says of it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--perf-gate``."""
    parser.getgroup("mario-perf").addoption(
        "--perf-gate",
        metavar="RUN",
        type=Path,
        help="show the operations of a gate as tests: RUN is the folder of its run, such as runs/latest, or "
        "its report.json. Without other paths nothing else is collected.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Collect the report, alone unless other paths were given.

    Raises:
        pytest.UsageError: there is no report.
    """
    run: Path | None = config.getoption("--perf-gate")
    if run is None:
        return
    report = (config.invocation_params.dir / run).resolve()
    report = report if report.suffix == ".json" else report / _REPORT
    if not report.is_file():
        raise pytest.UsageError(f"--perf-gate {run}: no {_REPORT} there; run mario-perf gate first")
    config.stash[_PLACE] = report
    path = config.args if config.args_source is pytest.Config.ArgsSource.ARGS else []
    config.args = [*path, str(report)]


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> PerfReport | None:
    """The report of ``--perf-gate`` is a file of tests; no other is."""
    if file_path.resolve() != parent.config.stash.get(_PLACE, None):
        return None
    return PerfReport.from_parent(parent, path=file_path)


class PerfReport(pytest.File):
    """A gate's report: one test for the run, and one for each operation."""

    def collect(self) -> Iterator[pytest.Item]:
        """Read it.

        Raises:
            CollectError: it is not a report, or of another version.
        """
        from mario_perf.cli.exit_codes import of_outcome  # noqa: PLC0415 - see the module's docstring
        from mario_perf.judgement import verdict  # noqa: PLC0415
        from mario_perf.model import UNDER_LOAD, Outcome, Verdict  # noqa: PLC0415

        report = self._read()
        inconclusive = report.policy.get("inconclusive", "inconclusive")
        valid = report.outcome is not Outcome.INVALID
        passed = report.outcome is Outcome.PASS
        of_invalid = of_outcome(Outcome.INVALID, inconclusive)
        yield RunItem.from_parent(
            self, name="the run is valid", report=report, code=None if valid else of_invalid
        )
        for operation in report.operations:
            operations = operation.verdict if valid else Verdict.INCONCLUSIVE
            yield OperationItem.from_parent(
                self,
                name=f"{operation.operation.name}{UNDER_LOAD if operation.part == 'load' else ''}",
                verdict=operations,
                explanation=operation.explanation if valid else "the run cannot be judged",
                code=of_outcome(Outcome.PASS if passed else verdict.outcome((operations,)), inconclusive),
            )

    def _read(self) -> Report:
        from pydantic import ValidationError  # noqa: PLC0415 - see the module's docstring

        from mario_perf.reports.schema.report_document import FORMAT_VERSION, Report  # noqa: PLC0415

        try:
            return Report.model_validate_json(self.path.read_bytes())
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"]) or "file"
            raise self.CollectError(
                f"{self.path}: not a report of format {FORMAT_VERSION} ({place}: {first['msg']}); run again"
            ) from error


class _Item(pytest.Item):
    """Shows the message of an error of ours alone: a traceback of the plugin would not help."""

    def repr_failure(self, excinfo: ExceptionInfo[BaseException]) -> str | TerminalRepr:  # type: ignore[override]
        if isinstance(excinfo.value, VerdictError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, self.name


class RunItem(_Item):
    """Whether the run could be judged at all; ``code`` is that of an invalid run, None of a valid one."""

    def __init__(self, *, report: Report, code: ExitCode | None, **nodes: object) -> None:
        super().__init__(**nodes)  # type: ignore[arg-type]
        reasons = [each.message for each in report.findings if each.severity == "invalid"]
        self._code = code
        self._why = "\n".join((report.sentence, *reasons))

    def setup(self) -> None:
        """An invalid run is an error, not a failure: nothing was found out about any operation."""
        if self._code is not None and self._code.name == "INCONCLUSIVE":
            raise VerdictError(self._why)

    def runtest(self) -> None:
        """An invalid run that the policy maps."""
        if self._code is not None and self._code.name == "PASS":
            pytest.skip(self._why)
        if self._code is not None:
            raise VerdictError(self._why)


class OperationItem(_Item):
    """The verdict of one operation."""

    def __init__(self, *, verdict: Verdict, explanation: str, code: ExitCode, **nodes: object) -> None:
        super().__init__(**nodes)  # type: ignore[arg-type]
        self._verdict, self._explanation, self._code = verdict, explanation, code
        self.user_properties.append(("verdict", verdict.value))

    def runtest(self) -> None:
        """Say it as pytest says it."""
        match self._verdict.value, self._code.name:
            case _, "REGRESSED":
                raise VerdictError(self._explanation)
            case ("inconclusive" | "recorded") as verdict, "PASS":
                pytest.skip(f"{verdict}: {self._explanation}")
            case verdict, "INCONCLUSIVE":
                pytest.xfail(f"{verdict}: {self._explanation}")
