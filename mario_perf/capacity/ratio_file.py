"""How the comparison of two builds' capacities is written: JSON, in a run's folder."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from mario_perf.model import Verdict  # noqa: TC001 - pydantic reads it

if TYPE_CHECKING:
    from pathlib import Path

    from mario_perf.capacity.ratio_search import RatioChange, RatioRule

SCHEMA_VERSION: Final = 1


class _Written(BaseModel):
    model_config = ConfigDict(
        frozen=True, from_attributes=True, json_schema_serialization_defaults_required=True
    )


class WrittenServed(_Written):
    """What a build did in a block."""

    rate: float = Field(description="journeys a second that it completed without failure")
    kept_up: bool = Field(description="true: it might have completed more")


class WrittenBlock(_Written):
    """Turns of both builds at one rate of arrivals."""

    rate: float
    baseline: WrittenServed
    candidate: WrittenServed


class WrittenRatio(_Written):
    """The file: relative changes of the candidate's capacity against the baseline's."""

    schema_version: Literal[1] = SCHEMA_VERSION
    verdict: Verdict
    value: float
    low: float = Field(description="of the interval; -1: nothing is known below")
    high: float | None = Field(description="of the interval; null: nothing is known above")
    capacity: float = Field(description="of the baseline, journeys a second")
    reason: str
    noise: float = Field(description="the smallest drop worth acting on")
    false_alarms: float = Field(description="the interval leaves the true change out at most so often")
    baseline_revision: str | None
    candidate_revision: str | None
    blocks: tuple[WrittenBlock, ...]


def schema() -> dict[str, Any]:
    """The JSON Schema of the file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:mario-perf:capacity-ratio:{SCHEMA_VERSION}",
        **WrittenRatio.model_json_schema(mode="serialization"),
        "title": "capacity-ratio.json of mario-perf",
    }


def write(change: RatioChange, rule: RatioRule, revisions: tuple[str | None, str | None], path: Path) -> None:
    """Write the file; ``revisions`` are of baseline and candidate."""
    baseline, candidate = revisions
    written = WrittenRatio(
        verdict=change.verdict,
        value=change.value,
        low=change.low,
        high=None if math.isinf(change.high) else change.high,
        capacity=change.capacity,
        reason=change.reason,
        noise=rule.noise,
        false_alarms=rule.false_alarms,
        baseline_revision=baseline,
        candidate_revision=candidate,
        blocks=tuple(WrittenBlock.model_validate(each) for each in change.blocks),
    )
    path.write_text(written.model_dump_json(indent=1) + "\n", encoding="utf-8")
