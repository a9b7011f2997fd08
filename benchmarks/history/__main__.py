"""``python -m benchmarks.history``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from benchmarks.history.repository import Planted, git, make, planted

LONGEST = 1800


@click.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".cache/history"),
    show_default=True,
    help="Where the repository is made. One that is there is gone on with.",
)
@click.option("--commits", default=64, show_default=True, help="Number of commits.")
@click.option("--step", default=1.15, show_default=True, help="By how much one commit slows /orders.")
@click.option("--place", default=41, show_default=True, help="Which commit does.")
@click.option("--gate-duration", default=30, show_default=True, help="Seconds of a gate.")
@click.option("--duet-duration", default=45, show_default=True, help="Seconds of a duet of bisect.")
def main(folder: Path, commits: int, step: float, place: int, gate_duration: int, duet_duration: int) -> None:
    """Follow a planted creep and a planted step from gates to the commit, as docs/history.md says."""
    if not folder.exists():
        make(folder, commits, step, place)
    history = planted(folder, place)
    _play_gates(folder, history, gate_duration)
    git(folder, "checkout", "--quiet", "main")
    _call(folder, "trend", "--metric", "latency", "--html", "runs/trend.html")
    _call(folder, "trend", "--metric", "latency", "--confirm", "--duet-duration", str(duet_duration))
    _call(folder, "history", "check")
    ends = f"{history.commits[0]}..main"
    options = ("--operation", "/orders", "--duet-duration", str(duet_duration), "--format", "json")
    found = json.loads(_call(folder, "bisect", *options, ends))
    best = max(found["commits"], key=lambda each: each["probability"])
    right = best["commit"] == history.commits[place]
    click.echo(
        f"bisect: {found['duets']} duets, {best['title']} with {best['probability']:.1%}: "
        f"{'right' if right else f'wrong, it is change {place}'}"
    )
    sys.exit(0 if right else 1)


def _play_gates(folder: Path, history: Planted, seconds: int) -> None:
    """A gate of each commit against the one before; those that are in the history are left out."""
    played_file = folder / "runs" / "played.txt"
    played = set(played_file.read_text(encoding="utf-8").split()) if played_file.exists() else set()
    for number, commit in enumerate(history.commits[1:], 1):
        if commit in played:
            continue
        git(folder, "checkout", "--quiet", commit)
        click.echo(f"gate {number} of {len(history.commits) - 1}")
        options = ("--against", "HEAD~1", "--max-duration", str(seconds), "--whole-duration")
        _call(folder, "gate", *options, "--part", "alone", "--round-duration", "2")
        if not _has_link(json.loads((folder / "runs/latest/report.json").read_text(encoding="utf-8"))):
            raise click.ClickException(
                f"gate {number} had too few rounds for a link: the machine is busy; run this again when it "
                "is quiet, or with a longer --gate-duration; it goes on here"
            )
        with played_file.open("a", encoding="utf-8") as file:
            file.write(f"{commit}\n")


def _has_link(report: dict[str, Any]) -> bool:
    """Whether the typical time of each operation has an interval."""
    changes = [
        each["change"]
        for one in report["operations"]
        for each in one["comparisons"]
        if each["metric"] == "latency"
    ]
    return bool(changes) and all(None not in {each["low"], each["high"]} for each in changes)


def _call(folder: Path, *arguments: str) -> str:
    """A command of mario-perf in the repository; its output is shown, and returned."""
    click.echo(f"$ mario-perf {' '.join(arguments)}")
    done = subprocess.run(
        [sys.executable, "-m", "mario_perf", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    click.echo(done.stdout)
    if done.returncode not in {0, 3, 4}:
        raise click.ClickException(f"mario-perf {arguments[0]} ended with {done.returncode}")
    return done.stdout


if __name__ == "__main__":
    main()
