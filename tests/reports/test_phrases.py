from __future__ import annotations

import math
from dataclasses import replace

from mario_perf.model import Estimate, Operation, Outcome, Verdict
from mario_perf.reports import phrases
from tests.reports import samples


def test_the_comparison_that_spoke_is_the_one_that_the_verdict_names() -> None:
    decisive = samples.failing().decisive_comparison
    assert decisive is not None
    assert decisive.metric == "error_ratio"


def test_without_a_name_the_first_gating_comparison_speaks() -> None:
    one = replace(samples.operations()[0], decided_by="nothing known")
    assert one.decisive_comparison is one.comparisons[0]
    assert replace(one, comparisons=()).decisive_comparison is None


def test_of_a_metric_with_a_limit_the_comparison_with_the_verdict_speaks() -> None:
    kept, broken = samples.limited().decisive_comparison, samples.beyond_the_limit().decisive_comparison
    assert kept is not None
    assert broken is not None
    assert (phrases.subject(kept), phrases.change(kept)) == ("p95", "+41.0 %")
    assert (phrases.subject(broken), phrases.change(broken)) == ("p95 against the limit", "+126.0 %")


def test_while_a_gate_runs_only_what_stands_out_of_the_noise_is_named() -> None:
    noisy = samples.compared("GetA", "query", 0.002, (0.359, -0.1, 0.9), Verdict.INCONCLUSIVE)
    assert list(phrases.so_far([noisy])) == ["1 open"]
    slower = samples.compared("GetB", "query", 0.002, (0.2, 0.04, 0.4), Verdict.INCONCLUSIVE)
    assert list(phrases.so_far([noisy, slower])) == ["2 open", "GetB +20.0 % so far"]


def test_a_limit_is_no_change_since_the_baseline() -> None:
    change = phrases.duration_change(samples.beyond_the_limit())
    assert change is not None
    assert change.against == "baseline"
    assert (
        phrases.duration_change(replace(samples.limited(), comparisons=samples.limited().comparisons[-1:]))
        is None
    )


def test_against_a_limit_there_is_nothing_to_detect() -> None:
    assert phrases.detectable(samples.limited().comparisons[-1]) == "-"


def test_durations_and_errors_are_told_apart() -> None:
    one = samples.failing()
    durations, errors = phrases.duration_change(one), phrases.share_change(one, "error_ratio")
    assert durations is not None
    assert errors is not None
    assert (durations.metric, errors.metric) == ("latency", "error_ratio")


def test_an_interval_open_on_one_side_says_so() -> None:
    one = samples.operations()[0].comparisons[0]
    assert phrases.interval(one) == "+18.8 to +24.1 %"
    assert phrases.interval(replace(one, change=Estimate(0.2, 0.1, math.inf, 0.99))) == "+10.0 % or more"
    assert phrases.interval(replace(one, change=Estimate(0.2, -math.inf, 0.3, 0.99))) == "+30.0 % or less"
    assert phrases.interval(replace(one, change=Estimate.unknown(0.99))) == "unknown"


def test_a_run_that_could_show_no_change_says_none() -> None:
    one = samples.operations()[0].comparisons[0]
    assert phrases.detectable(replace(one, detectable=math.inf)) == "none"
    assert phrases.detectable(one) == "3.6 %"


def test_quantities_carry_the_unit_of_their_metric() -> None:
    assert phrases.quantity("error_ratio", 0.02) == "2 %"
    assert phrases.quantity("rate", 40.0) == "40/s"
    assert phrases.quantity("spread", 2.5) == "2.5 times"
    assert phrases.quantity("p95", 0.02) == "20 ms"


def test_a_range_names_its_unit_once() -> None:
    assert phrases.span((0.0089, 0.01)) == "8.9 to 10 ms"
    assert phrases.span((0.0005, 0.01)) == "500 µs to 10 ms"
    assert phrases.span((0.01, 0.01)) == "10 ms"


def test_the_same_environment_is_claimed_only_where_a_baseline_was_measured_in_it() -> None:
    duet = replace(samples.gate(), environment_changes={})
    stored = replace(duet, method="stored", baseline_runs=("one",))
    elsewhere = replace(stored, environment_changes={"cores": ("2", "8")})
    alone = replace(stored, baseline_runs=())
    assert "same environment" in phrases.method(stored)
    assert "same environment" in phrases.environment(stored)
    for result in (duet, elsewhere, alone):
        assert "same environment" not in phrases.method(result)
    for result in (duet, alone):
        assert "same environment" not in phrases.environment(result)


def test_an_invalid_load_test_without_limits_claims_none() -> None:
    result = replace(
        samples.gate(), method="stored", outcome=Outcome.INVALID, baseline_runs=(), operations=()
    )
    assert "Limits only" not in phrases.method(result)


def test_every_operation_has_a_place_of_its_own() -> None:
    names = (
        "a b",
        "a-b",
        "a  b",
        "a\tb",
        "a%20b",
        "a%2520b",
        "page:table",
        "page%3Atable",
        "x page:y",
        "GET /a",
    )
    one = samples.operations()[0]
    anchors = [phrases.anchor(replace(one, operation=Operation("query", name))) for name in names]
    assert len(set(anchors)) == len(names)
    assert not any(set(anchor) & set(" \t") or anchor.startswith("page:") for anchor in anchors)


def test_every_verdict_is_counted_even_when_nobody_has_it() -> None:
    assert phrases.verdict_counts(()) == dict.fromkeys(Verdict, 0)


def test_failures_of_both_sides_are_listed_with_zeros() -> None:
    assert phrases.failure_kinds(samples.failing()) == [("business_rule", 0, 7), ("exception", 0, 41)]


def test_buckets_too_wide_for_p95_say_what_they_cannot_show() -> None:
    one = samples.operations()[0]
    assert phrases.bucket_width_hint(one) is None
    told = [phrases.bucket_width_hint(samples.coarse(one, width)) for width in (0.58, 1.5, math.inf)]
    assert told == [
        "p95 was not judged: these buckets cannot show a change below 58 %",
        "p95 was not judged: these buckets cannot show a change below 150 %",
        "p95 was not judged: these buckets cannot show a change of p95",
    ]


def test_a_p95_that_kept_its_limit_was_judged_by_that_all_the_same() -> None:
    told = phrases.bucket_width_hint(samples.coarse(samples.limited(), 0.06))
    assert told == "p95 was not judged against the baseline: these buckets cannot show a change below 6 %"


def test_what_never_ran_has_no_buckets_to_blame() -> None:
    nothing = samples.without_data()
    p95 = replace(nothing.comparisons[0], metric="p95", gating=False)
    assert phrases.bucket_width_hint(replace(nothing, comparisons=(*nothing.comparisons, p95))) is None
    assert phrases.bucket_width_hint(samples.one_sided()) is None


def test_operations_with_buckets_as_wide_are_told_together() -> None:
    shown = [
        replace(samples.coarse(one, width), operation=Operation("query", name))
        for one in samples.operations()[:1]
        for name, width in (("A", 0.5), ("B", 1.0), ("C", 0.5))
    ]
    assert phrases.bucket_width_hints([*shown, samples.operations()[0]]) == [
        "p95 was not judged: these buckets cannot show a change below 50 % (A, C)",
        "p95 was not judged: these buckets cannot show a change below 100 % (B)",
    ]
