"""Runs on disk: one folder each, with the record that the load wrote."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from mario_perf import first_mistake, local_file
from mario_perf.errors import UnreadableRunError, UserError, listed, nearest
from mario_perf.run_record import SCHEMA_VERSION, RunRecord

LATEST = Path("runs/latest")

UNDER_LOAD = "load-*"
"""Folders of a gate's rounds in the part under load."""

CAPACITY = "baseline-capacity"
"""Folder of a gate's run that found what the baseline carries."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run record and the folder that it came from."""

    directory: Path
    record: RunRecord


def make_root(folder: Path) -> None:
    """Make the folder that holds all runs; a new one is ignored by git from the start.

    Raises:
        OSError: it cannot be made.
    """
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError), (folder / ".gitignore").open("x", encoding="utf-8") as file:
            file.write("*\n")


def find(name: str, root: Path = LATEST.parent) -> Path:
    """The folder of a run or a gate: a path, its id, a beginning that no other id has, or ``latest``.

    Raises:
        UnreadableRunError: there is none, or several begin like this.
    """
    if Path(name).exists():
        return folder_of(Path(name))
    if name == LATEST.name and (root / name).exists():
        return root / name
    known = [each.name for each in folders(root)]
    found = [each for each in known if each.startswith(name)]
    if name in known or len(found) == 1:
        return root / (name if name in known else found[0])
    if found:
        raise UnreadableRunError(
            f"{name}: several runs begin like this: {listed(found)}; give more of the id"
        )
    raise UnreadableRunError(
        f"{name}: no such run in {root}/; nearest: {nearest(name, known)}; see mario-perf runs"
        if known
        else f"{name}: there are no runs in {root}/ yet; mario-perf gate makes one"
    )


def folders(root: Path = LATEST.parent) -> list[Path]:
    """Of all runs and gates, the newest first."""
    if not root.is_dir():
        return []
    kept = [each for each in root.iterdir() if each.is_dir() and not each.is_symlink() and _holds_a_run(each)]
    return sorted(kept, key=lambda each: each.name, reverse=True)


def rounds(folder: Path) -> list[Path]:
    """What a folder holds to be judged: the rounds of a gate in their order, or a load test itself.

    Those of the part under load come last.
    """
    played = [
        (pattern == UNDER_LOAD, int(each.name.rpartition("-")[2]), each)
        for pattern in ("round-*", "candidate-*", UNDER_LOAD)
        for each in folder.glob(pattern)
        if each.name.rpartition("-")[2].isdecimal()
        and any((each / file).exists() for file in ("run.json", "incident.json"))
    ]
    return [each for _, _, each in sorted(played)] or [folder]


def _holds_a_run(folder: Path) -> bool:
    return any((folder / name).exists() for name in ("run.json", "report.json")) or rounds(folder) != [folder]


def folder_of(path: Path) -> Path:
    """The run's folder; ``path`` may be its ``run.json``."""
    return path.parent if path.suffix == ".json" else path


def write(run: Run) -> None:
    """Put the record into the run's folder, all of it or nothing.

    Raises:
        UserError: it cannot be written.
    """
    unfinished = run.directory / ".run.json.unfinished"
    try:
        run.directory.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(run.record.model_dump_json(indent=2) + "\n", encoding="utf-8")
        unfinished.replace(run.directory / "run.json")
    except OSError as error:
        raise UserError(f"{run.directory}: cannot be written ({error.strerror}); make room") from error


def load(path: Path) -> Run:
    """The run in a folder, or of a ``run.json``.

    Raises:
        UnreadableRunError: There is none, or it is of another schema, or has no target.
    """
    file = path if path.suffix == ".json" else path / "run.json"
    try:
        with local_file.opened(file) as opened:
            record = RunRecord.model_validate_json(opened.read(local_file.LARGEST))
    except OSError as error:
        raise UnreadableRunError(
            f"{file}: no run record ({error.strerror}); a load test writes one: run locust -f FILE, or name "
            "another run"
        ) from error
    except ValidationError as error:
        raise UnreadableRunError(
            f"{file}: no run record of schema {SCHEMA_VERSION} ({first_mistake.text(error)}); run again"
        ) from error
    if not record.targets:
        raise UnreadableRunError(f"{file}: the run had no target; run again with -H URL")
    return Run(file.parent.resolve(), record)
