from __future__ import annotations

from collections import Counter

from tests.package_source import modules


def test_no_two_modules_of_the_package_have_one_name() -> None:
    names = Counter(path.name for path in modules() if not path.name.startswith("__"))
    assert [name for name, count in names.items() if count > 1] == []
