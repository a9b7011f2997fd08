import json
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.compare import main
from mario_perf import runs
from mario_perf.baselines import stored_baselines
from mario_perf.configuration.service_metrics import CQRS
from mario_perf.measurement.measured_run import measure_run
from mario_perf.sources.scrapes import ScrapeSource
from mario_perf.sources.source import Source
from tests.simulated_runs import MakeRun, Plan, environment, record, target

POLICY = "[thresholds]\nlatency_resolution = 0.5\ntail_resolution = 1.0\nerror_resolution = 0.05\n"
SLOWER = Plan({"PlaceOrderCommand": 0.016, "GetMenuQuery": 0.002}, seed=3)


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("perf.toml").write_text(POLICY)


def _save(directory: Path) -> Path:
    run = runs.load(directory)
    return stored_baselines.save(measure_run(run, Source(ScrapeSource(run.directory, CQRS))).candidate).path


def _error(capsys: pytest.CaptureFixture[str]) -> str:
    written = capsys.readouterr().err
    assert written.count("\n") == 1
    return written


def test_a_pass_exits_0_and_leaves_reports_beside_the_run(
    make_run: MakeRun, capsys: pytest.CaptureFixture[str]
) -> None:
    run = make_run("duet", Plan(seed=1), Plan(seed=2))
    assert main(["--run", str(run)]) == 0
    assert "GetMenuQuery" in (run / "report.html").read_text()
    assert json.loads((run / "report.json").read_text())["outcome"] == "pass"
    assert f"report: {run / 'report.html'}" in capsys.readouterr().out


def test_a_regression_exits_3_after_the_reports_are_written(make_run: MakeRun) -> None:
    run = make_run("duet", SLOWER, Plan(seed=2))
    assert main(["--run", str(run)]) == 3
    assert json.loads((run / "report.json").read_text())["outcome"] == "regressed"


def test_the_latest_run_is_judged_against_the_baseline_of_its_scenario(make_run: MakeRun) -> None:
    for seed in (4, 5, 6):
        _save(make_run(f"base-{seed}", Plan(seed=seed)))
    make_run("now", SLOWER)
    (Path("runs") / "latest").symlink_to("now")
    main(["--baseline"])
    report = json.loads(Path("runs/now/report.json").read_text())
    assert report["baseline_runs"] == ["base-4", "base-5", "base-6"]
    assert report["command"] == ["python", "-m", "analysis.compare", "--baseline"]


def test_an_invalid_run_exits_4_and_the_policy_may_map_it(make_run: MakeRun) -> None:
    run = str(make_run("duet", Plan(), Plan(), rates={"offered": 100.0, "achieved": 10.0}))
    assert main(["--run", run]) == 4
    for mapped, code in (("pass", 0), ("fail", 3)):
        Path("perf.toml").write_text(f'[gate]\ninconclusive = "{mapped}"\n')
        assert main(["--run", run]) == code


def test_a_run_that_sent_nothing_is_mapped_as_any_invalid_one(
    make_run: MakeRun, capsys: pytest.CaptureFixture[str]
) -> None:
    run = make_run("idle", Plan())
    idle = record(target({"GetMenuQuery": 1}, window={}))
    (run / "run.json").write_text(idle.model_dump_json())
    for mapped, code in (("inconclusive", 4), ("pass", 0), ("fail", 3)):
        Path("perf.toml").write_text(f'[gate]\ninconclusive = "{mapped}"\n')
        assert main(["--run", str(run)]) == code
        assert "no step began in the run's window" in _error(capsys)


def test_a_baseline_with_a_run_that_nobody_saw_is_one_line(
    make_run: MakeRun, capsys: pytest.CaptureFixture[str]
) -> None:
    run = runs.load(make_run("unseen", Plan()))
    seen = measure_run(run, Source(ScrapeSource(run.directory, CQRS))).candidate
    stored_baselines.save(replace(seen, slice_edges=seen.slice_edges[:1], measurements={}))
    assert main(["--run", str(make_run("now", Plan())), "--baseline"]) == 2
    assert "run unseen has too few scrapes; remove it" in _error(capsys)


def test_another_environment_is_inconclusive(make_run: MakeRun) -> None:
    _save(make_run("base", Plan()))
    assert main(["--run", str(make_run("now", SLOWER, environment=environment(cores=8))), "--baseline"]) == 4


def test_a_missing_baseline_is_one_line(make_run: MakeRun, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--run", str(make_run("now", Plan())), "--baseline"]) == 2
    assert "no baseline of mario for this environment; save one" in _error(capsys)


def test_a_missing_run_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "a load test writes one: run locust -f FILE" in _error(capsys)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "file: Invalid JSON"),
        ('{"schema_version": 2}', "schema 1 (schema_version"),
        ("", "Invalid JSON"),
    ],
)
def test_an_unreadable_run_is_one_line(text: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("run.json").write_text(text)
    assert main(["--run", "."]) == 2
    assert said in _error(capsys)


def test_a_run_without_target_is_one_line(make_run: MakeRun, capsys: pytest.CaptureFixture[str]) -> None:
    file = make_run("now", Plan()) / "run.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"targets": []}))
    assert main(["--run", str(file)]) == 2
    assert "no target" in _error(capsys)


def test_a_wrong_policy_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    Path("perf.toml").write_text("[gate]\nspeed = 1\n")
    assert main([]) == 2
    assert "perf.toml:2: gate.speed is unknown" in _error(capsys)


def test_a_folder_that_cannot_be_written_is_one_line(
    make_run: MakeRun, capsys: pytest.CaptureFixture[str]
) -> None:
    run = make_run("duet", Plan(), Plan(seed=2))
    (run / "report.html").mkdir()
    assert main(["--run", str(run)]) == 2
    assert "the report cannot be written" in _error(capsys)


def test_formats_go_beside_the_run_and_outputs_where_they_are_told(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run("duet", Plan(), Plan(seed=2))
    files = ("--output", "out/pr.md", "--output", "junit=out/results")
    main(["--run", str(run), "--format", "openmetrics", "--format", "text", *files])
    assert (run / "report.prom").read_text().endswith("# EOF\n")
    assert "No regression in 2 operations" in (run / "report.txt").read_text()
    assert (tmp_path / "out" / "pr.md").read_text().startswith("<!-- mario-perf -->")
    assert (tmp_path / "out" / "results").read_text().startswith("<?xml")


def test_an_output_of_no_format_is_one_line_before_anything_is_read(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--output", "report.pdf"]) == 2
    assert "report.pdf: unknown format" in _error(capsys)


def test_an_unexpected_error_is_one_line_that_says_where(
    make_run: MakeRun, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run("duet", Plan(), Plan(seed=2))
    monkeypatch.setattr("mario_perf.cli.compare_command.conclude", None)
    assert main(["--run", str(run)]) == 1
    assert "unexpected error, please report: TypeError" in _error(capsys)


def test_help_lists_exit_codes_and_the_policys_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    told = capsys.readouterr().out
    assert "4    inconclusive" in told
    assert "thresholds.min_samples = 100" in told
