from __future__ import annotations

from mario_perf.load.record.user_counts import MAX_CHANGES, UserCounts


def test_only_changes_are_kept() -> None:
    users = iter([0, 3, 3, 3, 5, 2])
    counts = UserCounts(lambda: next(users))
    for now in range(6):
        counts.look(float(now))
    assert counts.changes == ((0.0, 0), (1.0, 3), (4.0, 5), (5.0, 2))


def test_a_number_that_changes_all_day_stays_bounded_and_keeps_its_ends() -> None:
    seconds = iter(range(10 * MAX_CHANGES))
    counts = UserCounts(lambda: next(seconds))
    for now in range(10 * MAX_CHANGES):
        counts.look(float(now))
    assert len(counts.changes) <= MAX_CHANGES
    assert counts.changes[0] == (0.0, 0)
    assert counts.changes[-1][1] == 10 * MAX_CHANGES - 1
