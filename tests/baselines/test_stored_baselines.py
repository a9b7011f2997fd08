import base64
import json
import math
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.baselines import stored_baselines
from mario_perf.errors import BaselineMissingError, UnreadableBaselineError, UserError
from mario_perf.measurement.slices import merge
from mario_perf.model import Measurement, Operation, ReferenceLevels, Requests, RunMeasurement, Workload
from mario_perf.run_record import Environment, Span
from mario_perf.validity.environments import changes, environment_id, package_changes
from tests.simulated_runs import environment


def _run(
    run_id: str = "run-1", slices: int = 90, seed: int = 1, where: Environment | None = None, bounds: int = 40
) -> RunMeasurement:
    random = np.random.default_rng(seed)
    edges = np.geomspace(1e-4, 10, bounds)
    counts = random.poisson(0.5, (slices, bounds + 1)).astype(np.int64)
    sums = counts[:, 1:] @ edges * 1.1
    failures = random.poisson(0.1, slices).astype(np.int64)
    measurement = Measurement(
        operation=Operation("command", "PlaceOrderCommand"),
        duration=float(slices),
        executions=int(counts.sum() + failures.sum()),
        failures={"exception": int(failures.sum())},
        time_spent=float(sums.sum()),
        slices=counts,
        slice_sums=sums,
        slice_failures=failures,
        requests=Requests(400, {"HTTP 503": 3}, 2, 0.0125),
    )
    return RunMeasurement(
        run_id=run_id,
        scenario="mario",
        side="candidate",
        window=Span(start=0.0, end=float(slices)),
        bounds=edges,
        slice_edges=np.arange(slices + 1.0),
        measurements={"PlaceOrderCommand": measurement},
        environment=where or environment(),
        revision="abc",
        workload=Workload("closed", 20, "constant", exclude_tags=("slow",)),
        reference=ReferenceLevels("reference-1", {"Interpret": 0.0021}),
    )


def test_what_was_saved_is_loaded_to_the_last_count(tmp_path: Path) -> None:
    run = _run(slices=60)
    (loaded,) = stored_baselines.load(stored_baselines.save(run, tmp_path).path).runs
    before, after = run.measurements["PlaceOrderCommand"], loaded.measurements["PlaceOrderCommand"]
    np.testing.assert_array_equal(after.slices, before.slices)
    np.testing.assert_array_equal(after.slice_sums, before.slice_sums)
    np.testing.assert_array_equal(after.slice_failures, before.slice_failures)
    np.testing.assert_array_equal(loaded.bounds, run.bounds)
    assert (after.failures, after.executions) == (before.failures, before.executions)
    assert (loaded.run_id, loaded.environment, loaded.revision) == ("run-1", run.environment, "abc")
    assert (loaded.workload, loaded.reference) == (run.workload, run.reference)
    assert loaded.tells_failures == run.tells_failures
    assert repr(after.requests) == repr(
        before.requests
    )  # from Python 3.13 on, NaN is not equal to itself there


@given(st.integers(1, 200), st.integers(1, 60))
def test_merging_slices_loses_no_count(slices: int, most: int) -> None:
    run = _run(slices=slices)
    small = merge(run, most)
    before, after = run.measurements["PlaceOrderCommand"], small.measurements["PlaceOrderCommand"]
    assert len(after.slices) == min(slices, most)
    assert (after.histogram == before.histogram).all()
    assert after.slice_failures.sum() == before.slice_failures.sum()
    assert after.slice_sums.sum() == pytest.approx(before.slice_sums.sum())
    assert (small.slice_edges[0], small.slice_edges[-1]) == (run.slice_edges[0], run.slice_edges[-1])


def test_merging_in_steps_is_merging_at_once() -> None:
    run = _run(slices=120)
    at_once, in_steps = merge(run, 15), merge(merge(run, 60), 15)
    np.testing.assert_array_equal(
        at_once.measurements["PlaceOrderCommand"].slices, in_steps.measurements["PlaceOrderCommand"].slices
    )
    np.testing.assert_array_equal(at_once.slice_edges, in_steps.slice_edges)


def test_saving_adds_a_run_and_keeps_the_newest(tmp_path: Path) -> None:
    for number in range(4):
        saved = stored_baselines.save(_run(f"run-{number}", seed=number), tmp_path, keep=3)
    assert [run.run_id for run in stored_baselines.load(saved.path).runs] == ["run-1", "run-2", "run-3"]


def test_saving_a_run_again_replaces_it(tmp_path: Path) -> None:
    stored_baselines.save(_run(), tmp_path)
    assert len(stored_baselines.save(_run(), tmp_path).runs) == 1


def test_a_baseline_is_small_enough_to_commit(tmp_path: Path) -> None:
    path = stored_baselines.save(_run(slices=600, bounds=120), tmp_path).path
    assert path.stat().st_size < 20_000


def test_other_bounds_are_refused(tmp_path: Path) -> None:
    stored_baselines.save(_run(), tmp_path)
    with pytest.raises(UnreadableBaselineError, match="bounds differ"):
        stored_baselines.save(_run("run-2", bounds=30), tmp_path)


def test_runs_of_another_load_are_not_mixed_into_a_baseline(tmp_path: Path) -> None:
    stored_baselines.save(_run(), tmp_path)
    other = replace(_run("run-2"), workload=Workload("closed", 1, "constant", exclude_tags=("slow",)))
    with pytest.raises(UnreadableBaselineError, match=r"another load \(users: 20, now 1\); remove it and"):
        stored_baselines.save(other, tmp_path)


def test_a_scenario_whose_name_differs_only_in_case_is_not_mixed_into_another(tmp_path: Path) -> None:
    """As on a file system where both names lead to one file."""
    path = stored_baselines.save(_run(), tmp_path).path
    (tmp_path / "Mario").symlink_to(path.parent)
    with pytest.raises(UnreadableBaselineError, match="holds runs of mario, not of Mario"):
        stored_baselines.save(replace(_run("run-2"), scenario="Mario"), tmp_path)


def test_the_baseline_of_ones_own_environment_is_found(tmp_path: Path) -> None:
    stored_baselines.save(_run(where=environment(cores=64)), tmp_path)
    own = stored_baselines.save(_run(), tmp_path).path
    assert stored_baselines.find("mario", environment(), tmp_path) == own
    assert len(stored_baselines.find_all(tmp_path)) == 2


def test_the_only_baseline_of_another_environment_is_found_to_show_it(tmp_path: Path) -> None:
    other = stored_baselines.save(_run(where=environment(cores=64)), tmp_path).path
    assert stored_baselines.find("mario", environment(), tmp_path) == other


def test_a_missing_baseline_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BaselineMissingError, match="save one with mario-perf baseline save"):
        stored_baselines.find("mario", environment(), tmp_path)
    with pytest.raises(BaselineMissingError, match="No such file"):
        stored_baselines.load(tmp_path / "none.json")


def test_another_schema_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    path = stored_baselines.save(_run(), tmp_path).path
    path.write_text(path.read_text().replace('"schema_version": 1', '"schema_version": 2'))
    with pytest.raises(UnreadableBaselineError, match=r"not a baseline of schema 1 \(schema_version"):
        stored_baselines.load(path)


BOMB = base64.b64encode(zlib.compress(bytes(1 << 20))).decode()


@pytest.mark.parametrize("damage", ["!", "AAAA", "eJwDAAAAAAE=", BOMB])
def test_damaged_counts_are_an_error(tmp_path: Path, damage: str) -> None:
    path = stored_baselines.save(_run(), tmp_path).path
    file = json.loads(path.read_text())
    file["runs"][0]["operations"][0]["slices"] = damage
    path.write_text(json.dumps(file))
    with pytest.raises(UnreadableBaselineError, match="save a new one"):
        stored_baselines.load(path)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("bounds", [0.2, 0.1]),
        ("bounds", [0.1, math.inf]),
        ("slice_edges", [0.0, 2.0, 1.0]),
        ("executions", -1),
        ("time_spent", math.nan),
        ("time_spent", -1.0),
        ("time_spent", 2e-321),
        ("slice_sums", base64.b64encode(zlib.compress(bytes(8 * 60))).decode()),
        ("duration", 0.0),
        ("failures", {"exception": -3}),
    ],
)
def test_a_baseline_that_cannot_have_been_measured_is_an_error(
    tmp_path: Path, part: str, value: object
) -> None:
    path = stored_baselines.save(_run(), tmp_path).path
    file = json.loads(path.read_text())
    for holder in (file, file["runs"][0], file["runs"][0]["operations"][0]):
        if part in holder:
            holder[part] = value
    path.write_text(json.dumps(file))
    with pytest.raises(UnreadableBaselineError, match="save a new one"):
        stored_baselines.load(path)


def test_more_counts_than_a_baseline_has_are_an_error(tmp_path: Path) -> None:
    path = stored_baselines.save(_run(), tmp_path).path
    file = json.loads(path.read_text())
    file["bounds"] = list(range(1 << 13))
    file["runs"][0]["slice_edges"] = list(range(1 << 13))
    path.write_text(json.dumps(file))
    with pytest.raises(UnreadableBaselineError, match="more counts than a baseline has"):
        stored_baselines.load(path)


def test_a_baseline_without_runs_is_an_error(tmp_path: Path) -> None:
    path = stored_baselines.save(_run(), tmp_path).path
    path.write_text(json.dumps(json.loads(path.read_text()) | {"runs": []}))
    with pytest.raises(UnreadableBaselineError, match="has no runs"):
        stored_baselines.load(path)


@pytest.mark.parametrize(
    "same", [{"load_average": (9, 9, 9)}, {"kernel": "6.1.0-99"}, {"memory_bytes": (8 << 30) - 9000}]
)
def test_what_does_not_matter_leaves_the_environment_the_same(same: dict[str, object]) -> None:
    assert environment_id(environment(**same)) == environment_id(environment())
    assert changes(environment(), environment(**same)) == {}


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"cpu_model": "Slide Rule"}, {"cpu model": ("Abacus 9", "Slide Rule")}),
        ({"cores": 4}, {"cores": ("2", "4")}),
        ({"python": "3.12.0"}, {"python": ("3.11", "3.12")}),
        ({"kernel": "6.8.1"}, {"kernel": ("6.1", "6.8")}),
    ],
)
def test_what_matters_makes_another_environment(other: dict[str, object], told: dict[str, object]) -> None:
    assert environment_id(environment(**other)) != environment_id(environment())
    assert changes(environment(), environment(**other)) == told


def test_packages_are_told_apart_from_the_environment() -> None:
    newer = environment(packages={"locust": "3.0"})
    assert changes(environment(), newer) == {}
    assert package_changes(environment(), newer) == {"locust": ("2.47.0", "3.0")}


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "baselines").write_text("a file")
    with pytest.raises(UserError, match=r"the baseline cannot be written .*; make .* a folder"):
        stored_baselines.save(_run(), tmp_path / "baselines")


def test_the_baselines_of_a_scenario_are_those_of_all_environments(tmp_path: Path) -> None:
    both = {stored_baselines.save(_run(where=environment(cores=cores)), tmp_path).path for cores in (2, 64)}
    assert set(stored_baselines.of_scenario("mario", tmp_path)) == both
    assert stored_baselines.of_scenario("shop", tmp_path) == ()
