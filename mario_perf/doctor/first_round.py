"""A short round of a locustfile on a service that runs already: what do its steps trigger?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mario_perf.builds.temporary_folder import temporary_folder
from mario_perf.errors import UserError
from mario_perf.gate.load_plan import LoadRequest, plan_load
from mario_perf.gate.load_process import SideDiedError, run_locust
from mario_perf.gate.sides import Services, ServiceTarget
from mario_perf.measurement.measured_run import measure_run
from mario_perf.reports.progress import show_progress
from mario_perf.sources.source import open_source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mario_perf.configuration.policy import Policy
    from mario_perf.measurement.measured_run import MeasuredRun

WINDOW = 3.0
"""Seconds that are measured."""


def play_first_round(url: str, policy: Policy, policy_path: Path) -> MeasuredRun:
    """Load the service at ``url`` as the policy says, with one user, and measure what it did.

    Raises:
        UserError: Locust cannot be started, the service ended, or its metrics cannot be read.
    """
    load = replace(plan_load(policy, policy_path, LoadRequest(window=WINDOW)), users=1, self_paced_users=None)
    services = Services(ServiceTarget(url, None, policy.service.metrics_path if policy.service else ""))
    with (
        temporary_folder("init", keep_after=(UserError,)) as folder,
        show_progress(load.total_time) as narrator,
    ):
        narrator.say(f"playing a round of {load.locustfile} on {url}")
        try:
            run = run_locust(load, services, folder / "round", narrator.tick)
        except SideDiedError as died:
            raise UserError(f"{died}; start it again") from died
        return measure_run(run, open_source(policy)(run))


def operations_of(measured: MeasuredRun) -> Mapping[str, tuple[str, ...]]:
    """By step that triggers another operation than it names: what it triggers."""
    return {each.step: () if each.triggered is None else (each.triggered,) for each in measured.reassigned}
