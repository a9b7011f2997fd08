"""Every reader reads what is valid, and ends what is not in one line. What taught something is kept."""

from __future__ import annotations

import importlib
import random
import time
from typing import TYPE_CHECKING

import pytest

from benchmarks.fuzz import documents, mutation
from benchmarks.fuzz.batch import Tally, try_input
from benchmarks.fuzz.readers import GarbageError, Reader, readers
from benchmarks.fuzz.records import Records, table
from mario_perf.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@pytest.fixture(scope="module")
def all_readers(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Reader]:
    return {each.name: each for each in readers(tmp_path_factory.mktemp("fuzz"))}


def test_the_valid_documents_are_the_same_each_time(
    all_readers: Mapping[str, Reader], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: 0.0)
    again = importlib.reload(documents)
    assert again.databases(tmp_path) == all_readers["history in SQLite"].documents
    assert all_readers["judge"].documents == again.RUNS
    assert all_readers["report"].documents == again.REPORTS


def test_each_valid_document_is_read(all_readers: Mapping[str, Reader]) -> None:
    ends = {
        (name, number): try_input(reader, reader.pack(document))
        for name, reader in all_readers.items()
        for number, document in enumerate(reader.documents)
    }
    assert {key: end for key, end in ends.items() if end[0] != "read"} == {}


def test_no_kept_input_makes_a_reader_fail(all_readers: Mapping[str, Reader]) -> None:
    kept = Records().corpus
    assert kept, "the corpus is missing"
    for name, inputs in kept.items():
        for place, document in inputs.items():
            assert try_input(all_readers[name], all_readers[name].pack(document))[0] != "failed", place


def test_no_input_that_failed_once_fails_again(all_readers: Mapping[str, Reader]) -> None:
    failures = Records().failures
    assert failures, "the failures are missing"
    for each in failures:
        reader = all_readers[each.reader]
        assert try_input(reader, reader.pack(each.document))[0] != "failed", each.reason


def test_new_mutations_make_no_reader_fail(all_readers: Mapping[str, Reader]) -> None:
    chance = random.Random(7)
    for reader in all_readers.values():
        for _ in range(15):
            document = mutation.mutate(chance, chance.choice(reader.documents), reader.documents)
            end, place = try_input(reader, reader.pack(document))
            assert end != "failed", f"{reader.name}: {place} {document[:500]!r}"


def test_what_is_neither_a_result_nor_the_documented_error_is_a_failure() -> None:
    def raising(error: Exception) -> Reader:
        def read(_: bytes) -> object:
            raise error

        return Reader("x", (b"",), read, UserError)

    assert try_input(raising(UserError("no")), b"")[0] == "refused"
    for error in (
        ValueError("x"),
        GarbageError("x"),
        UserError("two\nlines"),
        MemoryError(),
        RecursionError(),
    ):
        assert try_input(raising(error), b"")[0] == "failed"


def test_counts_and_kept_inputs_add_up_from_run_to_run(tmp_path: Path) -> None:
    tally = Tally()
    tally.counts.update({"mutation read": 2, "hypothesis refused": 1, "atheris tried": 4})
    tally.news["there"] = b"\0x"
    for _ in range(2):
        Records(tmp_path).add("reader", tally)
    again = Records(tmp_path)
    assert again.total == 14
    assert again.corpus["reader"] == {"there": b"\0x"}
    assert "| reader | 14 | 4 | 2 | 8 | 0 |" in table(again.counts)
