"""The builds that a gate compares."""

from types import SimpleNamespace
from typing import Any

import pytest

from mario_perf.builds import git
from mario_perf.errors import UserError
from mario_perf.gate import build_pair
from mario_perf.gate.build_pair import BuildPair


@pytest.fixture(autouse=True)
def _other_dependencies(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commit names another version than the candidate."""
    monkeypatch.setattr(build_pair, "find_commit", lambda *_: "abc123")
    monkeypatch.setattr(git, "committed_files", lambda *_: {"requirements.txt": b"typeguard==2.6.1"})
    monkeypatch.setattr(git, "files", lambda *_: {"requirements.txt": b"typeguard==2.7.0"})


def test_a_baseline_that_is_looked_up_late_is_compared_in_its_dependencies_too() -> None:
    candidate: Any = SimpleNamespace(demo=False, checkout=None, service=None)
    pair = BuildPair(candidate, None)
    with pytest.raises(UserError, match=r"requirements.txt differs between the builds"), pair.baseline():
        pass
