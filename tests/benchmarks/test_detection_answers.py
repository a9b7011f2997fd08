"""Simulated gates are kept in pieces, and played once."""

from pathlib import Path

import pytest

from benchmarks.detection import answers, simulate
from benchmarks.detection.answers import Answer, append, fingerprint, forget_other_code, read
from benchmarks.detection.simulated_table import table


def answer(seed: int, code: str = "", world: str = "real rounds") -> Answer:
    return Answer(
        world=world,
        change="unchanged",
        seed=seed,
        regressed=(),
        undecided=False,
        rounds=7,
        covered=(1.0, 1.0),
        code=code or fingerprint(),
    )


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(answers.read, "__defaults__", (tmp_path / "simulated.jsonl.gz",))
    return tmp_path / "simulated.jsonl.gz"


def test_pieces_add_up(file: Path) -> None:
    append([answer(0), answer(1)], file)
    append([answer(2)], file)
    assert [each.seed for each in read(file)] == [0, 1, 2]


def test_a_piece_that_was_cut_short_is_played_again(file: Path) -> None:
    append([answer(0)], file)
    whole = file.read_bytes()
    append([answer(1)], file)
    file.write_bytes(file.read_bytes()[: len(whole) + 20])
    assert [each.seed for each in read(file)] == [0]


def test_what_other_code_said_does_not_count(file: Path) -> None:
    append([answer(0, code="other"), answer(1)], file)
    assert [each.seed for each in read(file)] == [1]
    size = file.stat().st_size
    forget_other_code(file)
    assert file.stat().st_size < size
    assert [each.seed for each in read(file)] == [1]


def test_what_is_kept_is_not_played_again_and_worlds_advance_alike(file: Path) -> None:
    whole = len(simulate.missing(1000))
    append([answer(seed) for seed in range(30)], file)
    left = simulate.missing(1000)
    assert whole - len(left) == 30
    assert [case[2] for case in left] == sorted(case[2] for case in left)
    assert ("real rounds", "unchanged", 29) not in left


def test_the_table_is_made_from_what_is_kept(file: Path) -> None:
    append([answer(0, world="very noisy"), answer(0), answer(1)], file)
    lines = table(read(file)).splitlines()
    assert lines[2].startswith("| real rounds | unchanged | 2 |")
    assert lines[3].startswith("| very noisy | unchanged | 1 |")
    assert "| **all** | **nothing slower** | 3 |" in lines[4]
