"""What is kept of every simulated gate: a line, compressed, in pieces of some gates each."""

from __future__ import annotations

import gzip
import zlib
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel

import mario_perf
from benchmarks.detection.worlds import CHANGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FILE = Path(__file__).parent / "results" / "simulated.jsonl.gz"
PACKAGE = Path(mario_perf.__file__).parent
JUDGING = (
    "statistics/*.py",
    "comparison/*.py",
    "judgement/check_verdicts.py",
    "judgement/sequential.py",
    "configuration/policy.py",
    "metric_catalogue.py",
)

CHANGED = "Operation0"


class Answer(BaseModel, frozen=True):
    """Of one simulated gate."""

    world: str
    change: str
    seed: int
    regressed: tuple[str, ...]
    undecided: bool
    unseen: bool = False  # whether the part under load could not tell, and suspected nothing
    rounds: int
    covered: tuple[float, float]  # share of operations whose interval of typical time, of p95 held the truth
    code: str  # what judged and simulated; answers of other code are not counted

    @property
    def wanted(self) -> set[str]:
        """What should be named."""
        return {CHANGED} if CHANGES[self.change].makes_worse else set()


def read(file: Path = FILE) -> list[Answer]:
    """All that was simulated so far by the code of today; a piece cut short by a crash does not count."""
    code = fingerprint()
    lines = _unpacked(file.read_bytes()).splitlines() if file.exists() else []
    return [Answer.model_validate_json(line) for line in lines if f'"code":"{code}"' in line]


def append(answers: Sequence[Answer], file: Path = FILE) -> None:
    """Add a piece. The file is replaced as a whole, so that a crash leaves the one before."""
    _write(file, (file.read_bytes() if file.exists() else b"") + _packed(answers))


def forget_other_code(file: Path = FILE) -> None:
    """Leave out what other code said, and a piece that a crash cut short."""
    _write(file, _packed(read(file)))


def _write(file: Path, packed: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_suffix(".new")
    new.write_bytes(packed)
    new.replace(file)


def _packed(answers: Sequence[Answer]) -> bytes:
    return gzip.compress("".join(f"{each.model_dump_json()}\n" for each in answers).encode(), mtime=0)


def _unpacked(packed: bytes) -> str:
    """Piece by piece, up to the first that is damaged."""
    whole = b""
    while packed:
        piece = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            lines = piece.decompress(packed)
        except zlib.error:
            break
        if not piece.eof:
            break
        whole, packed = whole + lines, piece.unused_data
    return whole.decode()


@cache
def fingerprint() -> str:
    """Of the code that judges and of the worlds that are simulated."""
    here = ("simulation", "resampling", "simulate", "worlds")
    return _hash((*_judging(), *(Path(__file__).parent / f"{name}.py" for name in here)))


@cache
def fingerprint_of_judging() -> str:
    """Of the code that judges, alone: real gates do not depend on what is simulated."""
    return _hash(_judging())


def _judging() -> list[Path]:
    return sorted(file for pattern in JUDGING for file in PACKAGE.glob(pattern))


def _hash(files: Iterable[Path]) -> str:
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
