"""The history in a git repository: a ref of its own, with a file a batch or alert, merged by union."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mario_perf import process_environment
from mario_perf.history import git_files
from mario_perf.history.alerts import Alert, AlertState
from mario_perf.history.measurements import Batch, Level, Link, superseded
from mario_perf.history.store import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

REF: Final = "refs/mario-perf/history"
FETCHED_REF: Final = "refs/mario-perf/fetched"
ALERTS: Final = "alerts/"
"""The folder of alerts; batches stand outside of it."""

_FILE: Final = re.compile(
    r"100644 blob (?P<blob>[0-9a-f]+)\t(?P<name>(?:alerts/)?[0-9a-f]{2}/[0-9a-f]{30}\.json)"
)
"""As git lists it. A history has no other files."""

_NO_HOOKS: Final = ("-c", f"core.hooksPath={os.devnull}")
"""A synchronisation in the hook before a push would start itself again, without end."""

SECONDS: Final = 120.0
ATTEMPTS: Final = 20
"""How often an append is tried while others append."""

_PERSON: Final = {
    "GIT_AUTHOR_NAME": "mario-perf",
    "GIT_AUTHOR_EMAIL": "mario-perf@localhost",
    "GIT_COMMITTER_NAME": "mario-perf",
    "GIT_COMMITTER_EMAIL": "mario-perf@localhost",
}


class GitStore:
    """The store in the repository at ``path``.

    Raises:
        StoreError: the folder has no repository.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._git("rev-parse", "--git-dir")

    @property
    def _place(self) -> str:
        return f"{self._path}: {REF}"

    def append(self, batches: Iterable[Batch]) -> int:
        """See ``Store``."""
        return self._add(
            {_file_name(batch.source): git_files.to_text(batch, self._place) for batch in batches}
        )

    def alerts(self) -> tuple[Alert, ...]:
        """See ``Store``."""
        found = map(self._alert, self._contents(self._blobs(alerts=True)))
        # One that was played against is there twice: the state that a duet gave it counts.
        by_key = {
            each.key: each for each in sorted(found, key=lambda each: each.state is not AlertState.OPEN)
        }
        return tuple(sorted(by_key.values(), key=lambda each: each.time))

    def record(self, alerts: Iterable[Alert]) -> None:
        """See ``Store``."""
        self._add(
            {
                ALERTS + _file_name(repr((*each.key, each.state))): git_files.to_text(each, self._place)
                for each in alerts
            }
        )

    def _add(self, files: Mapping[str, str]) -> int:
        """Commit those that are not there; returns how many they were."""
        for _ in range(ATTEMPTS):
            head = self._head(REF)
            existing = self._files(head)
            new = {name: text for name, text in files.items() if name not in existing}
            if not new:
                return 0
            blobs = {name: self._git("hash-object", "-w", "--stdin", text=text) for name, text in new.items()}
            if self._update(head, {**existing, **blobs}, "add measurements"):
                return len(new)
        raise StoreError(f"{self._path}: others write to {REF} all the time; try again")

    def _blobs(self, *, alerts: bool) -> list[str]:
        files = self._files(self._head(REF))
        return [blob for name, blob in files.items() if name.startswith(ALERTS) is alerts]

    def sources(self) -> frozenset[str]:
        """See ``Store``."""
        return frozenset(batch.source for batch in self.batches())

    def names(self) -> frozenset[tuple[str, str]]:
        """See ``Store``."""
        return frozenset(
            (level.operation, level.metric) for batch in self.batches() for level in batch.levels
        )

    def batches(
        self, metrics: Sequence[str] = (), operations: Sequence[str] = (), newest: int | None = None
    ) -> Iterator[Batch]:
        """See ``Store``."""
        contents = self._contents(self._blobs(alerts=False))
        found = sorted(map(self._batch, contents), key=lambda each: each.time)
        old = superseded(each.source for each in found)
        kept = [each for each in found if each.source not in old]
        for batch in kept[-newest:] if newest else kept:
            levels = (each for each in batch.levels if _matches(each, metrics, operations))
            links = (each for each in batch.links if _matches(each, metrics, operations))
            yield Batch(batch.source, batch.time, batch.scenario, tuple(levels), tuple(links))

    def prune(self, *, before: float, keep: int | None = None) -> int:
        """See ``Store``."""
        newest = sorted(self.batches(), key=lambda each: each.time, reverse=True)
        remaining = [each for each in newest[:keep] if each.time >= before]
        head = self._head(REF)
        names = {_file_name(each.source) for each in remaining}
        files = {
            name: blob for name, blob in self._files(head).items() if name in names or name.startswith(ALERTS)
        }
        if len(remaining) < len(newest) and not self._update(head, files, "prune"):
            raise StoreError(f"{self._path}: {REF} changed meanwhile; try again")
        return len(newest) - len(remaining)

    def synchronise(self, remote: str) -> None:
        """Fetch the remote's history, merge both by union, and push the result.

        Raises:
            StoreError: the remote cannot be reached, or others push all the time.
        """
        for _ in range(ATTEMPTS):
            if self._git("ls-remote", remote, REF):
                self._git(
                    "fetch",
                    "--quiet",
                    "--no-tags",
                    "--no-recurse-submodules",
                    remote,
                    f"+{REF}:{FETCHED_REF}",
                )
                self._merge()
            head = self._head(REF)
            if head is None or self._succeeds("push", "--quiet", remote, f"{head}:{REF}"):
                return
        raise StoreError(f"{self._path}: {remote} does not take {REF}; check that you may push")

    def _merge(self) -> None:
        ours, theirs = self._head(REF), self._head(FETCHED_REF)
        parents = [each for each in (ours, theirs) if each]
        own, fetched = self._files(ours), self._files(theirs)
        self._check({name: blob for name, blob in fetched.items() if name not in own})
        files = {**fetched, **own}
        if theirs and theirs != ours and not self._update(ours, files, "merge", parents):
            raise StoreError(f"{self._path}: {REF} changed meanwhile; try again")

    def _check(self, files: Mapping[str, str]) -> None:
        """See that all can be read: what is merged stays, and is pushed.

        Raises:
            StoreError: one holds no measurements, or those of another version.
        """
        for name, content in zip(files, self._contents([*files.values()]), strict=True):
            (self._alert if name.startswith(ALERTS) else self._batch)(content)

    def _head(self, ref: str) -> str | None:
        return self._git("for-each-ref", "--format=%(objectname)", ref) or None

    def _files(self, commit: str | None) -> dict[str, str]:
        """Blobs of a commit by their names.

        Raises:
            StoreError: it holds something that no history has.
        """
        if commit is None:
            return {}
        lines = [line for line in self._git("ls-tree", "-r", "-z", commit).split("\0") if line]
        files = [_FILE.fullmatch(line) for line in lines]
        if strange := [line for line, file in zip(lines, files, strict=True) if file is None]:
            raise StoreError(
                f"{self._path}: {REF} holds {strange[0][:100]!r}, which no history has; remove it"
            )
        return {file["name"]: file["blob"] for file in files if file}

    def _update(
        self, head: str | None, files: Mapping[str, str], subject: str, parents: Sequence[str] | None = None
    ) -> bool:
        """Commit the files; False if the ref has moved from ``head``."""
        commit = self._commit(files, subject, [head] if parents is None and head else parents or ())
        return self._succeeds("update-ref", REF, commit, head or "0" * len(commit))

    def _commit(self, files: Mapping[str, str], subject: str, parents: Sequence[str]) -> str:
        entries = "".join(f"100644 {blob}\t{name}\n" for name, blob in sorted(files.items()))
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            self._git("update-index", "--add", "--index-info", text=entries, variables=index)
            tree = self._git("write-tree", variables=index)
        arguments = [part for parent in parents for part in ("-p", parent)]
        return self._git("commit-tree", tree, *arguments, "-m", subject, variables=_PERSON)

    def _contents(self, blobs: Sequence[str]) -> Iterator[str]:
        out = self._run(("cat-file", "--batch"), "\n".join(blobs).encode()).stdout
        place = 0
        for _ in blobs:
            end = out.index(b"\n", place)
            size = int(out[place:end].split()[2])
            yield out[end + 1 : end + 1 + size].decode(errors="surrogateescape")
            place = end + size + 2

    def _batch(self, text: str) -> Batch:
        return git_files.batch(text, self._place)

    def _alert(self, text: str) -> Alert:
        return git_files.alert(text, self._place)

    def _git(self, *arguments: str, text: str = "", variables: Mapping[str, str] | None = None) -> str:
        done = self._run(arguments, text.encode(), variables)
        if done.returncode:
            message = (done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"])[-1]
            raise StoreError(f"{self._path}: git {arguments[0]} failed ({message})")
        return done.stdout.decode(errors="replace").rstrip("\n")

    def _succeeds(self, *arguments: str) -> bool:
        return self._run(arguments, b"").returncode == 0

    def _run(
        self, arguments: Sequence[str], text: bytes, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        command = ["git", "-C", str(self._path), *_NO_HOOKS, *arguments]
        environment = {**process_environment.for_git(), **(variables or {})}
        try:
            return subprocess.run(
                command, input=text, env=environment, capture_output=True, timeout=SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise StoreError(f"{self._path}: git cannot be run ({error})") from error


def _file_name(source: str) -> str:
    digest = hashlib.sha256(source.encode()).hexdigest()[:32]
    return f"{digest[:2]}/{digest[2:]}.json"


def _matches(one: Level | Link, metrics: Sequence[str], operations: Sequence[str]) -> bool:
    return (not metrics or one.metric in metrics) and (not operations or one.operation in operations)
