"""Documents that no file was the model of: hypothesis draws them from the words of valid ones."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from benchmarks.fuzz.mutation import NUMBERS, TEXTS, VALUES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_%()]*")
_LEAVES: Final = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20))


def draw(documents: Sequence[bytes], number: int, count: int, use: Callable[[bytes], None]) -> None:
    """Give ``count`` documents to ``use``: JSON with known keys, lines of known words, bytes."""
    words = sorted({word for each in documents for word in _WORD.findall(each.decode("utf-8", "replace"))})
    trees = [tree for each in documents if (tree := _tree(each)) is not None]
    drawn = st.one_of(_json(words, trees), _lines(words), st.binary(max_size=500))
    play = settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    seed(number)(play(given(drawn)(use)))()


def _tree(document: bytes) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(document)
    except ValueError:
        return None


def _json(words: Sequence[str], trees: Sequence[Any]) -> st.SearchStrategy[bytes]:
    """Objects with known keys, and the valid documents with any part in place of one at the top."""
    key = st.one_of(st.sampled_from(words or ["x"]), st.text(max_size=8))
    leaf = st.one_of(_LEAVES, st.sampled_from(VALUES), st.sampled_from(words or ["x"]))
    part = st.recursive(
        leaf,
        lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(key, inner, max_size=5)),
        max_leaves=12,
    )
    objects = [tree for tree in trees if isinstance(tree, dict) and tree]
    whole = [st.builds(lambda tree, new, k: {**tree, k: new}, st.sampled_from(objects), part, key)] * bool(
        objects
    )
    return st.one_of(part, *whole).map(lambda each: json.dumps(each).encode())


def _lines(words: Sequence[str]) -> st.SearchStrategy[bytes]:
    signs = ["{", "}", '"', "=", ",", " ", ":", "[", "]", "#", "\t", "'", "."]
    token = st.one_of(
        st.sampled_from(words or ["x"]),
        st.sampled_from(signs),
        st.sampled_from(NUMBERS),
        st.sampled_from(TEXTS),
        st.integers().map(str),
    )
    line = st.lists(token, max_size=12).map("".join)
    return st.lists(line, max_size=8).map(lambda those: "\n".join(those).encode("utf-8", "surrogatepass"))
