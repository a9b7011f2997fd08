"""Some seconds of inputs for one reader, in a process of its own with bounded memory and time."""

from __future__ import annotations

import multiprocessing
import random
import resource
import signal
import time
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.fuzz import mutation, random_documents

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection

    from benchmarks.fuzz.readers import Reader

MAX_BYTES: Final = 500 << 20
MAX_SECONDS: Final = 10.0
"""What one input may take."""

_LONGEST: Final = 20_000
"""Bytes of an input that is kept."""

_EACH: Final = 100
"""Inputs that hypothesis draws at once."""


class SlowError(BaseException):
    """An input took longer than any may: nothing that a reader catches."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An input after which something else came than a result or the documented error."""

    reader: str
    reason: str
    document: bytes


@dataclass(slots=True)
class Tally:
    """What came of the inputs; ``news`` are those that ended at a place where none had ended before."""

    counts: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    news: dict[str, bytes] = field(default_factory=dict)


def try_input(reader: Reader, content: bytes) -> tuple[str, str]:
    """Give a reader one input; ``read``, ``refused`` or ``failed``, and where it ended."""
    try:
        reader.read(content)
    except reader.refusal as error:
        message = str(error)
        unfit = "\n" in message.strip() or not message
        return ("failed", f"not one line: {message[:200]!r}") if unfit else ("refused", _place(error))
    except (Exception, SlowError) as error:  # noqa: BLE001 - each of them is a failure
        return "failed", f"{type(error).__name__}: {str(error)[:200]} at {_place(error)}"
    return "read", "read"


def try_in_time(reader: Reader, content: bytes) -> tuple[str, str]:
    """The same within the time that one input may take, where resources are limited."""
    signal.setitimer(signal.ITIMER_REAL, MAX_SECONDS)
    try:
        return try_input(reader, content)
    except SlowError as error:  # between two statements
        return "failed", f"SlowError: {error}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def play(reader: Reader, seed: int, seconds: float, known: dict[str, bytes]) -> Tally:
    """Inputs for one reader in a process of its own; ``known`` are kept ones by their places."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_child, args=(theirs, reader, seed, seconds, known))
    process.start()
    theirs.close()
    try:
        if ours.poll(seconds + 3 * MAX_SECONDS):
            tally: Tally = ours.recv()
            return tally
        reason = f"hangs with seed {seed}"
    except EOFError:
        reason = f"the process died with seed {seed}"
    finally:
        process.kill()
        process.join()
        ours.close()
    return Tally(failures=[Failure(reader.name, reason, b"")])


def _child(pipe: Connection, reader: Reader, seed: int, seconds: float, known: dict[str, bytes]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limit_resources()
    pipe.send(run(reader, seed, seconds, known))


def limit_resources() -> None:
    """Of this process, from now on; a warning is an error."""
    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MAX_BYTES, used + MAX_BYTES))
    signal.signal(signal.SIGALRM, _too_slow)
    warnings.simplefilter("error")


def _too_slow(*_: object) -> None:
    raise SlowError(f"more than {MAX_SECONDS:.0f} s")


def run(reader: Reader, seed: int, seconds: float, known: dict[str, bytes]) -> Tally:
    """Inputs for one reader, in this process."""
    tally, chance, ends = Tally(), random.Random(seed), time.monotonic() + seconds  # noqa: S311 - to repeat
    models = (*reader.documents, *known.values())

    def use(engine: str, document: bytes) -> None:
        end, place = try_in_time(reader, _packed(chance, reader, document))
        tally.counts[f"{engine} {end}"] += 1
        if end == "failed" and len(tally.failures) < 100:  # noqa: PLR2004 - enough to learn from
            tally.failures.append(Failure(reader.name, place, document))
        elif place not in known and len(document) <= _LONGEST:
            tally.news.setdefault(place, document)

    while time.monotonic() < ends:
        for _ in range(19 * _EACH):
            use("mutation", _mutated(chance, reader.documents, models))
            if time.monotonic() >= ends:
                return tally
        random_documents.draw(
            reader.documents, chance.getrandbits(32), _EACH, lambda one: use("hypothesis", one)
        )
    return tally


def _mutated(chance: random.Random, documents: Sequence[bytes], models: Sequence[bytes]) -> bytes:
    model = chance.choice(documents if chance.random() < 0.7 else models)  # noqa: PLR2004 - mostly valid ones
    return mutation.mutate(chance, model, models)


def _packed(chance: random.Random, reader: Reader, document: bytes) -> bytes:
    """One in ten files has its bytes changed after it was packed."""
    packed = reader.pack(document)
    if packed != document and chance.random() < 0.1:  # noqa: PLR2004 - a tenth
        return mutation.mutate(chance, packed, (packed,))
    return packed


def _place(error: BaseException) -> str:
    """Type of an error and the two innermost lines of ours."""
    causes = [error]
    while (cause := causes[-1].__cause__) is not None:
        causes.append(cause)
    frames = [frame for each in causes for frame, _ in traceback.walk_tb(each.__traceback__)]
    codes = [frame.f_code for frame in frames[-12:]]
    ours = [
        f"{Path(code.co_filename).name}:{code.co_name}" for code in codes if "mario_perf" in code.co_filename
    ]
    names = "<".join(type(each).__name__ for each in causes)
    return f"{names} at {', '.join(ours[-2:])}"
