"""Where a result goes: files in the run's folder and elsewhere, the terminal, and GitHub when on it."""

from __future__ import annotations

import os
import secrets
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mario_perf import message_lines
from mario_perf.errors import UserError
from mario_perf.reports import github_annotations, terminal_report
from mario_perf.reports.formats import FORMATS, FORMATS_BY_ENDING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mario_perf.model import GateResult
    from mario_perf.reports.formats import Format


@dataclass(frozen=True, slots=True)
class Output:
    """A file to write, and in which format."""

    format: Format
    path: Path

    @classmethod
    def parse(cls, argument: str) -> Output:
        """From ``PATH``, whose ending says the format, or ``FORMAT=PATH``.

        Raises:
            UserError: no such format, or the path is a folder.
        """
        name, separator, rest = argument.partition("=")
        if separator and name in FORMATS:
            output = cls(FORMATS[name], Path(rest))
        elif format_ := FORMATS_BY_ENDING.get(Path(argument).suffix):
            output = cls(format_, Path(argument))
        else:
            raise UserError(
                f"{argument}: unknown format; end the name with one of {', '.join(FORMATS_BY_ENDING)}, "
                f"or give FORMAT=PATH with one of {', '.join(FORMATS)}"
            )
        if not output.path.name or output.path.is_dir():
            raise UserError(f"{argument} is a folder; give the path of a file")
        return output


def deliver(
    result: GateResult, folder: Path, formats: Sequence[str], extra_outputs: Sequence[Output]
) -> None:
    """Write every file, print the result, and tell GitHub where the gate runs there.

    Args:
        result: What the gate says.
        folder: The run's; gets the formats that are always written, and ``formats``.
        formats: Names of more of them.
        extra_outputs: Further files.

    Raises:
        UserError: a file cannot be written. All others are there by then, and the result is printed.
        Exception: what a format failed with; the same holds.
    """
    failures = _write_files(result, folder, formats, extra_outputs)
    with _no_workflow_commands():
        terminal_report.print_result(result, terminal_report.stdout())
    _tell_github(result, folder)
    message_lines.say(f"report: {folder / FORMATS['html'].file}")
    for each in (*(folder / FORMATS[name].file for name in formats), *(one.path for one in extra_outputs)):
        message_lines.say(f"also: {each}")
    if failures:
        raise failures[0]


def write(result: GateResult, folder: Path) -> None:
    """Write the files of a run's folder, and print nothing.

    Raises:
        UserError: a file cannot be written.
    """
    if failures := _write_files(result, folder, (), ()):
        raise failures[0]


def remove_link(path: Path) -> None:
    """A folder of runs may come from somebody else, who does not choose where is written."""
    if path.is_symlink():
        path.unlink()


def write_text(path: Path, text: str) -> None:
    """Write a page, and the folders to it.

    Raises:
        UserError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror}); give another file") from error


def _write_files(
    result: GateResult, folder: Path, formats: Iterable[str], extra_outputs: Iterable[Output]
) -> list[Exception]:
    """All files; returned is why some could not be written."""
    names = [*(one.name for one in FORMATS.values() if one.always), *formats]
    outputs = [Output(FORMATS[name], folder / FORMATS[name].file) for name in dict.fromkeys(names)]
    for output in outputs:
        remove_link(output.path)
    return list(_write_all(result, (*outputs, *extra_outputs)))


def _write_all(result: GateResult, outputs: Iterable[Output]) -> Iterator[Exception]:
    """Write all files; what is yielded says which could not be, and why."""
    rendered = cache(lambda format_: format_.render(result))  # a page of charts takes a second
    for output in outputs:
        try:
            output.path.parent.mkdir(parents=True, exist_ok=True)
            _write(output, rendered(output.format))
        except OSError as error:
            yield UserError(
                f"{output.path}: the report cannot be written ({error.strerror}); give another --output"
            )
        except Exception as error:  # noqa: BLE001 — raised when all other outputs are there
            error.add_note(f"{output.path} is missing")
            yield error


def _write(output: Output, text: str) -> None:
    """Write a file; one that a collector may read at any moment is there whole or not at all."""
    path = output.path
    if not output.format.atomic or path.is_symlink():
        path.write_text(text, encoding="utf-8")
        return
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def _on_github() -> bool:
    return os.environ.get("GITHUB_ACTIONS") == "true"


@contextmanager
def _no_workflow_commands() -> Iterator[None]:
    """What is printed in the block is text to GitHub, even where an operation is called ``::error::``."""
    if not _on_github():
        yield
        return
    token = secrets.token_hex(8)
    sys.stdout.write(f"::stop-commands::{token}\n")
    sys.stdout.flush()
    yield
    sys.stdout.write(f"::{token}::\n")


def _tell_github(result: GateResult, folder: Path) -> None:
    """Annotate the log, and append to the files that GitHub names: the step's summary, and its outputs."""
    if _on_github():
        sys.stdout.write(github_annotations.render(result))
    _append("GITHUB_STEP_SUMMARY", github_annotations.step_summary(result))
    _append("GITHUB_OUTPUT", f"outcome={result.outcome.value}\nfolder={folder.resolve()}\n")


def _append(variable: str, text: str) -> None:
    if path := os.environ.get(variable):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)
