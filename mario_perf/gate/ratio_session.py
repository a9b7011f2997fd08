"""A comparison of two builds' capacities from start to end: from what was asked for to an outcome."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.builds import embedded_pizzeria, origin
from mario_perf.builds.nesting import forbid_nesting
from mario_perf.builds.pizzeria_faults import candidate_words
from mario_perf.capacity import ratio_file
from mario_perf.capacity.ratio_search import RatioRule
from mario_perf.errors import UserError
from mario_perf.gate import build_pair, gate_folder, ratio_blocks, sides
from mario_perf.gate.build_pair import BuildPair
from mario_perf.gate.candidate import candidate_snapshot
from mario_perf.gate.certificates import TlsSettings
from mario_perf.gate.gate_session import running_target
from mario_perf.gate.load_plan import LoadRequest, plan_load
from mario_perf.judgement import verdict
from mario_perf.reports import ratio_table, terminal_report
from mario_perf.reports.progress import show_progress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mario_perf.configuration.policy import Policy
    from mario_perf.gate.load_process import LoadPlan
    from mario_perf.gate.sides import Serving
    from mario_perf.model import Outcome
    from mario_perf.reports.progress import Narrator


@dataclass(frozen=True, slots=True)
class RatioRequest:
    """What was asked for: a revision, or both URLs. ``window`` is a block's, seconds."""

    against: str | None
    baseline_url: str | None
    url: str | None
    scenario: str | None
    arrivals: str | None
    window: float
    noise: float
    max_duration: float
    same_environment: bool
    injected: tuple[tuple[str, str], ...]
    ca: Path | None
    insecure: bool
    allow_host: tuple[str, ...]
    policy: Path | None
    runs_dir: Path

    @property
    def load(self) -> LoadRequest:
        """Of every block; even arrivals give every turn the same number of journeys."""
        return LoadRequest(
            window=self.window,
            scenario=self.scenario,
            arrivals=self.arrivals or "constant",
            tls=TlsSettings(self.ca, self.insecure),
            hosts=self.allow_host,
        )


@dataclass(frozen=True, slots=True)
class _Sides:
    """How blocks get their services, and their load. A running service has no revision."""

    both: Serving
    baseline: Serving
    load: LoadPlan
    revisions: tuple[str | None, str | None] = (None, None)


@forbid_nesting()
def run(request: RatioRequest, policy: Policy) -> Outcome:
    """Compare, show and write what was found.

    Raises:
        InvalidRunError: the load generator was the limit, or a side died.
        UserError: it cannot be done as asked.
    """
    _check(request, policy)
    load = plan_load(policy, request.policy, request.load)
    pair = _find_pair(request, policy) if request.against else None
    rule = RatioRule(request.noise, policy.false_alarm_rate)
    folder = gate_folder.make(request.runs_dir, "-capacity")
    with (
        show_progress(request.max_duration) as narrator,
        (
            _serve_builds(pair, request, load, folder, narrator) if pair else _serve_running(request, load)
        ) as served,
    ):
        setup = ratio_blocks.RatioSetup(
            served.both, served.baseline, served.load, rule, folder, request.max_duration
        )
        change = ratio_blocks.find_change(setup, narrator)
    path = folder / "capacity-ratio.json"
    ratio_file.write(change, rule, served.revisions, path)
    console = terminal_report.stdout()
    console.print(ratio_table.blocks(change))
    console.print(ratio_table.sentence(change, path))
    return verdict.outcome((change.verdict,))


def _check(request: RatioRequest, policy: Policy) -> None:
    urls = (request.url, request.baseline_url)
    if request.against and any(urls):
        raise UserError("--against builds both sides; leave out --url and --baseline-url")
    if not request.against and not all(urls):
        raise UserError("--baseline-url needs --url, the candidate; give both")
    if request.injected and (policy.service is not None or not request.against):
        raise UserError("faults work only with the built-in pizzeria and --against; leave them out")
    if (request.ca or request.insecure) and request.against:
        raise UserError("--ca and --insecure are only for running services; leave them out")
    if request.same_environment and not request.against:
        raise UserError("--same-environment is only for builds that are started here; leave it out")


def _find_pair(request: RatioRequest, policy: Policy) -> BuildPair:
    candidate = origin.find(policy, request.policy, demo=False)
    pair = BuildPair(candidate, build_pair.find_commit(request.against, candidate))
    pair.compare_dependencies(accepted=request.same_environment)
    embedded_pizzeria.check_faults(candidate.checkout, candidate_words(request.injected))
    return pair


@contextmanager
def _serve_running(request: RatioRequest, load: LoadPlan) -> Iterator[_Sides]:
    """Both services by URL; their metrics are not read."""
    assert request.url and request.baseline_url  # noqa: S101, PT018 - it was checked
    candidate, baseline = (
        running_target(request.url, "", load),
        running_target(request.baseline_url, "", load),
    )
    yield _Sides(sides.serve_targets(candidate, baseline), sides.serve_targets(baseline), load)


@contextmanager
def _serve_builds(
    pair: BuildPair,
    request: RatioRequest,
    load: LoadPlan,
    folder: Path,
    narrator: Narrator,
) -> Iterator[_Sides]:
    """Both builds, which every block starts anew; the candidate and the load from a snapshot."""
    with (
        candidate_snapshot(pair.candidate, load, request.runs_dir) as (source, service_load),
        build_pair.prepare_builds(pair.baseline(), source, request.injected, folder, narrator) as (
            baseline,
            candidate,
        ),
    ):
        yield _Sides(
            sides.serve_builds(candidate, baseline),
            sides.serve_builds(baseline),
            service_load,
            (baseline.checkout.revision, candidate.checkout.revision),
        )
