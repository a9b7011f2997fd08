"""``python -m benchmarks.fuzz``: feed every reader for some minutes; goes on where it ended."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import click

from benchmarks import page
from benchmarks.fuzz import batch, coverage_guided
from benchmarks.fuzz.readers import readers
from benchmarks.fuzz.records import Records, table

RELIABILITY = Path(__file__).parents[2] / "docs" / "reliability.md"
SECONDS = 2.0
"""Of one reader at a time."""


@click.command()
@click.option("--minutes", default=1.0, show_default=True, help="How long.")
@click.option("--reader", "only", help="One reader only, by its name.")
@click.option("--coverage", is_flag=True, help="Let atheris search by coverage; pip install atheris first.")
@click.option("--write", is_flag=True, help="Put the table into docs/reliability.md.")
def main(minutes: float, only: str | None, coverage: bool, write: bool) -> None:  # noqa: FBT001 - flags
    """Feed every reader with damaged, hostile and random documents; exit code 1 after a failure."""
    records, failed = Records(), 0
    ends = time.monotonic() + 60 * minutes
    with tempfile.TemporaryDirectory() as folder:
        all_readers = [each for each in readers(Path(folder)) if only in {None, each.name}]
        while time.monotonic() < ends:
            for reader in all_readers:
                if time.monotonic() >= ends:
                    break
                known = records.corpus[reader.name]
                if coverage:
                    tally = coverage_guided.play(reader, 5 * SECONDS, known)
                else:
                    tally = batch.play(reader, records.total, SECONDS, known)
                records.add(reader.name, tally)
                failed += len(tally.failures)
                for failure in tally.failures[:3]:
                    click.echo(f"{failure.reader}: {failure.reason}")
                left = max(ends - time.monotonic(), 0.0)
                click.echo(f"{records.total:,} inputs, {failed} failures, {left / 60:.1f} min left", err=True)
    click.echo(table(records.counts))
    if write:
        page.write("fuzz", table(records.counts), RELIABILITY)
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
