"""The shape of a load over time, as data: stages between levels. Pure; ``shapes.toml`` has ours.

A level is a multiple of ``--rate`` in an open model, of ``--users`` in a closed one.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from math import inf, sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from mario_perf import local_file

if TYPE_CHECKING:
    from collections.abc import Mapping

BUILT_IN: Final = Path(__file__).with_name("shapes.toml")


@dataclass(frozen=True, slots=True)
class Stage:
    """A straight line between two levels, for some seconds."""

    seconds: float
    start: float
    end: float

    @property
    def area(self) -> float:
        """Level times seconds."""
        return self.seconds * (self.start + self.end) / 2

    def level(self, moment: float) -> float:
        """The level ``moment`` seconds into the stage."""
        return self.start + (self.end - self.start) * moment / self.seconds

    def area_until(self, moment: float) -> float:
        """Level times seconds of the stage's first ``moment`` seconds."""
        return moment * (self.start + self.level(moment)) / 2

    def moment_of(self, area: float) -> float:
        """Seconds into the stage by which it has covered an ``area`` of at most its own.

        The root of ``area_until(t) = area``, in the form that does not cancel where the slope is small.
        """
        slope = (self.end - self.start) / self.seconds
        levels = self.start + sqrt(max(self.start**2 + 2 * slope * area, 0.0))
        return 2 * area / levels if levels else 0.0


@dataclass(frozen=True, slots=True)
class Shape:
    """Stages, one after the other, and no load after the last."""

    name: str
    stages: tuple[Stage, ...]

    @property
    def seconds(self) -> float:
        return sum(stage.seconds for stage in self.stages)

    def stretched(self, seconds: float) -> Shape:
        """The same in another length."""
        factor = seconds / self.seconds
        stages = tuple(Stage(stage.seconds * factor, stage.start, stage.end) for stage in self.stages)
        return Shape(self.name, stages)

    def level(self, moment: float) -> float | None:
        """The level at this moment, seconds; None after the end."""
        for stage in self.stages:
            if moment < stage.seconds:
                return stage.level(moment)
            moment -= stage.seconds
        return None

    def area_until(self, moment: float) -> float:
        """Level times seconds from the start until this moment."""
        area = 0.0
        for stage in self.stages:
            if moment < stage.seconds:
                return area + stage.area_until(moment)
            area += stage.area
            moment -= stage.seconds
        return area

    def moment_of(self, area: float) -> float:
        """The earliest moment by which it has covered an area, seconds; infinite when it never does."""
        start = 0.0
        for stage in self.stages:
            if area <= stage.area:
                return start + stage.moment_of(area)
            area -= stage.area
            start += stage.seconds
        return inf


STEADY: Final = Shape("steady", (Stage(60.0, 1.0, 1.0),))


class _Stage(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    seconds: float = Field(gt=0)
    level: float | None = Field(default=None, ge=0)
    start: float | None = Field(default=None, ge=0)
    end: float | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _either(self) -> _Stage:
        """Check that a stage is either flat or a slope.

        Raises:
            ValueError: It is neither, or both.
        """
        flat, start, end = (level is not None for level in (self.level, self.start, self.end))
        if flat == start or start != end:
            raise ValueError("give either a level, or a start and an end")
        return self

    def stage(self) -> Stage:
        if self.start is not None and self.end is not None:
            return Stage(self.seconds, self.start, self.end)
        assert self.level is not None  # noqa: S101 - the validator has seen to it
        return Stage(self.seconds, self.level, self.level)


_FILE: Final = TypeAdapter(dict[str, tuple[_Stage, ...]])


def load(path: Path) -> Mapping[str, Shape]:
    """The shapes of a file of TOML, by name: ``name = [{ seconds = 10, start = 0.1, end = 1 }, ...]``.

    Raises:
        ValueError: The file cannot be read, or is not a TOML file of shapes.
    """
    try:
        found = _FILE.validate_python(tomllib.loads(local_file.content(path).decode()))
        return {name: _shape(name, stages) for name, stages in found.items()}
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        reason = first["msg"].removeprefix("Value error, ")
        raise ValueError(f"{path}: {where}: {reason}") from error
    except (OSError, ValueError, RecursionError, OverflowError) as error:
        raise ValueError(f"{path}: {error}") from error


def _shape(name: str, stages: tuple[_Stage, ...]) -> Shape:
    shape = Shape(name, tuple(each.stage() for each in stages))
    if not any(stage.area for stage in shape.stages):
        raise ValueError(f"{name}: a shape needs a level above 0")
    return shape
