from mario_perf.errors import listed, nearest


def test_the_names_most_alike_come_first() -> None:
    assert nearest("min_sample", ["p95", "min_samples", "ignore"]) == "min_samples"


def test_where_nothing_is_alike_some_that_exist_are_named() -> None:
    assert nearest("zzz", ["a", "b", "c", "d"]) == "a, b, c"
    assert nearest("zzz", []) == "none"


def test_a_long_list_is_cut_and_says_how_much_is_left() -> None:
    assert listed("abcdefg") == "a, b, c, d, e and 2 more"
    assert listed("ab") == "a, b"
