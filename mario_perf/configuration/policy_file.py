"""perf.toml, read and checked. Every error names the line and the nearest thing that exists."""

from __future__ import annotations

import os
import re
import tomllib
import warnings
from dataclasses import fields, replace
from datetime import date  # noqa: TC003 - pydantic reads it
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    create_model,
    model_validator,
)

from mario_perf import durations, local_file
from mario_perf.configuration.policy import (
    CLIENT,
    ENVIRONMENT,
    OTLP,
    READY_MADE,
    Acceptance,
    Inconclusive,
    Load,
    Policy,
    Service,
    Thresholds,
    makes_environment,
)
from mario_perf.configuration.service_metrics import CQRS, Metrics, Unit, unit_of
from mario_perf.configuration.toml_lines import line_of
from mario_perf.cost_indicators import PIZZERIA, PROCESS, Indicator, Per, indicator_names
from mario_perf.cost_indicators import Unit as CostUnit
from mario_perf.errors import PolicyError, nearest
from mario_perf.metric_catalogue import FAMILIES, METRICS
from mario_perf.run_record import PathComponent  # noqa: TC001 - pydantic reads it

DEFAULT_PATH = Path("perf.toml")


def _compiles(pattern: str) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # "[[a]": what it means will change
            re.compile(pattern)
    except (re.error, Warning) as error:
        raise ValueError(f"{pattern!r} is not a regular expression ({error})") from error
    return pattern


def _from_the_root(path: str) -> str:
    if not path.startswith("/"):
        raise ValueError(f'a path of the service begins with a slash; write "/{path}"')
    return path


def _page_or_client(metrics: str) -> str:
    return metrics if metrics in {CLIENT, OTLP} else _from_the_root(metrics)


def _ready_made(setup: object) -> object:
    if isinstance(setup, str) and setup not in READY_MADE:
        raise ValueError(
            f"{setup!r} is not a setup; write one of {', '.join(READY_MADE)}, or a command as a list of words"
        )
    return (setup,) if isinstance(setup, str) else setup


Duration = Annotated[
    float,
    BeforeValidator(durations.seconds),
    Field(gt=0),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0},
                {"type": "string", "pattern": durations.PATTERN},
            ]
        }
    ),
]
Pattern = Annotated[str, AfterValidator(_compiles)]
UrlPath = Annotated[str, AfterValidator(_from_the_root)]
Ratio = Annotated[float, Field(ge=0, le=1)]
Rise = Annotated[float, Field(gt=0)]
Names = Annotated[
    tuple[str, ...],
    BeforeValidator(lambda given: (given,) if isinstance(given, str) else given),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Setup = Annotated[
    tuple[str, ...] | None,
    BeforeValidator(_ready_made),
    WithJsonSchema({"anyOf": [{"enum": list(READY_MADE)}, {"type": "array", "items": {"type": "string"}}]}),
]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def given(self) -> dict[str, Any]:
        """Only what the file says."""
        return self.model_dump(exclude_unset=True)


class _Gate(_Table):
    false_alarm_rate: float | None = Field(default=None, gt=0, le=0.2)
    inconclusive: Inconclusive | None = None
    across_machines: bool | None = None
    max_findings: int | None = Field(default=None, ge=1)
    load_time: float | None = Field(default=None, ge=0, lt=1)


_ROLES = ("_noise", "_resolution", "_processes")


def _threshold(name: str) -> tuple[object, object]:
    """The type and the default of a threshold: a family's, or how far its processes lie apart."""
    key, _, role = name.rpartition("_")
    if key in FAMILIES and FAMILIES[key].processes is None:
        return (Ratio | None, None)
    return (float | None, Field(default=None, gt=0) if role == "resolution" else Field(default=None, ge=0))


if TYPE_CHECKING:

    class _Thresholds(_Table): ...

else:
    _NAMES = [one.name for one in fields(Thresholds)]
    _Thresholds = create_model(
        "_Thresholds",
        __base__=_Table,
        **{name: _threshold(name) for name in _NAMES if name.endswith(_ROLES)},
        min_samples=(int | None, Field(default=None, ge=1)),
    )


class _Limits(_Table):
    p95: Duration | None = None
    error_ratio: Ratio | None = None


class _Operation(_Thresholds, _Limits):
    ignore: bool | None = None


class _Metrics(_Table):
    duration: str | None = None
    unit: Unit | None = None
    name_label: Names | None = None
    kind_label: str | None = None
    ignored_kinds: tuple[str, ...] | None = None
    ignored_names: tuple[str, ...] | None = None
    status_label: str | None = None
    failing_status: Pattern | None = None
    error_type_label: str | None = None
    ignored_error_types: tuple[str, ...] | None = None
    executions: str | None = None
    failures: str | None = None
    start: str | None = None

    @model_validator(mode="after")
    def _is_complete(self) -> _Metrics:
        if self.duration is not None and self.name_label is None:
            raise ValueError(
                "name_label is missing; give the labels that name the operation, or [] for a single operation"
            )
        if self.duration is not None and self.unit is None and unit_of(self.duration) is None:
            raise ValueError(
                f'{self.duration} does not show its unit; add unit = "seconds", "milliseconds", ...'
            )
        if self.failing_status is not None:
            re.compile(self.failing_status)
        return self

    def metrics(self) -> Metrics:
        """The contract's names; with a histogram of one's own, only what the file names."""
        if self.duration is None:
            return replace(CQRS, **self.given())
        bare = replace(
            CQRS,
            kind_label=None,
            ignored_kinds=(),
            status_label=None,
            error_type_label=None,
            executions=None,
            failures=None,
            unit=unit_of(self.duration) or CQRS.unit,
        )
        return replace(bare, **self.given())


class _Service(_Table):
    start: tuple[str, ...] | None = Field(default=None, min_length=1)
    setup: Setup = None
    ready: UrlPath | None = None
    metrics: Annotated[str, AfterValidator(_page_or_client)] | None = None

    @model_validator(mode="after")
    def _has_an_environment(self) -> _Service:
        setup = self.setup or ()
        if not makes_environment(setup) and any(ENVIRONMENT in word for word in self.start or ()):
            raise ValueError(
                f'start names {ENVIRONMENT}, but no setup makes one; add setup = "pip" or a command'
            )
        return self


_MOST_USERS = 100_000
_LARGEST_SEED = 2**63 - 1


class _Load(_Table):
    users: int | None = Field(default=None, ge=1, le=_MOST_USERS)
    duration: Duration | None = None
    seed: int | None = Field(default=None, ge=-_LARGEST_SEED, le=_LARGEST_SEED)
    scenario: PathComponent | None = None
    rate: float | None = Field(default=None, gt=0)
    arrivals: Literal["constant", "poisson"] | None = None
    locustfile: str | None = None
    hosts: tuple[str, ...] | None = None
    tags: Names | None = None
    exclude_tags: Names | None = None
    capacity_share: float | None = Field(default=None, gt=0, lt=1)
    operations: dict[str, Names] = Field(default_factory=dict)


class _Accepted(_Table):
    operation: str = ""
    because: str = Field(min_length=1)
    changes: dict[str, Rise] = Field(default_factory=dict)
    costs: dict[str, Rise] = Field(default_factory=dict)
    until: date
    baseline: str = Field(min_length=7)

    @model_validator(mode="after")
    def _names_metrics(self) -> _Accepted:
        for name in self.changes.keys() - METRICS.keys():
            raise ValueError(f"{name} is not a metric; nearest: {nearest(name, METRICS)}")
        return self

    @model_validator(mode="after")
    def _accepts_something(self) -> _Accepted:
        if not self.changes and not self.costs:
            raise ValueError("nothing is accepted; name the largest rises in changes or in costs")
        if self.changes and not self.operation:
            raise ValueError("operation is missing; changes are those of one operation")
        return self


class _Indicator(_Table):
    name: str = Field(min_length=1)
    metric: str = Field(min_length=1)
    per: Per | None = None
    unit: CostUnit | None = None
    noise: float | None = Field(default=None, ge=0)
    resolution: float | None = Field(default=None, gt=0)


class _File(_Table):
    gate: _Gate = _Gate()
    thresholds: _Thresholds = _Thresholds()
    limits: _Limits = _Limits()
    operations: dict[str, _Operation] = Field(default_factory=dict)
    metrics: _Metrics = _Metrics()
    service: _Service | None = None
    load: _Load = _Load()
    accepted: tuple[_Accepted, ...] = ()
    indicators: tuple[_Indicator, ...] = ()

    def policy(self) -> Policy:
        """As the rest of the code sees it."""
        common = Thresholds(**{**self.thresholds.given(), **self.limits.given()})
        return Policy(
            **self.gate.given(),
            thresholds=common,
            operations={name: replace(common, **own.given()) for name, own in self.operations.items()},
            metrics=self.metrics.metrics(),
            service=None if self.service is None else Service(**self.service.given()),
            load=Load(**self.load.given()),
            accepted=tuple(Acceptance(**each.model_dump()) for each in self.accepted),
            indicators=self._indicators(),
        )

    def _indicators(self) -> tuple[Indicator, ...]:
        """Those of every process, and the file's; the pizzeria's own where it names none.

        One of the file's stands in for that of the same name.
        """
        own = tuple(Indicator(**each.given()) for each in self.indicators)
        names = {each.name for each in own}
        return (*(each for each in PROCESS if each.name not in names), *(own or PIZZERIA))


_LONGEST_LINE = 10_000
"""Characters. The parser's time grows with the square of a key's parts, and each bracket nests deeper."""


def load(path: Path | None = None) -> Policy:
    """The policy in a file; without a path perf.toml, and the defaults if there is none.

    Raises:
        PolicyError: The file is missing, no TOML, or says something that does not exist.
    """
    if path is None and not os.path.lexists(DEFAULT_PATH):
        return Policy()
    file = path or DEFAULT_PATH
    try:
        text = local_file.content(file).decode()
    except FileNotFoundError as error:
        raise PolicyError(f"{file}: no such file; mario-perf init URL writes one") from error
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", error)
        raise PolicyError(f"{file}: cannot be read ({reason}); give another --policy") from error
    return parse(text, str(file))


def parse(text: str, place: str = "perf.toml") -> Policy:
    """The policy that a text of TOML says; ``place`` names it in errors.

    Raises:
        PolicyError: it is not TOML, or has unknown keys or wrong values.
    """
    if long := [at for at, line in enumerate(text.splitlines(), 1) if len(line) > _LONGEST_LINE]:
        raise PolicyError(f"{place}:{long[0]}: more than {_LONGEST_LINE} characters in a line; shorten it")
    try:
        policy = _File.model_validate(tomllib.loads(text)).policy()
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{place}: {error}") from error
    except ValidationError as error:
        raise PolicyError(_error_message(error, text, place)) from error
    except (RecursionError, ValueError, OverflowError) as error:
        raise PolicyError(f"{place}: a value is nested too deeply, or too large; correct it") from error
    for index, one in enumerate(policy.accepted):
        known = indicator_names(policy.indicators, one.operation)
        if unknown := sorted(one.costs.keys() - set(known)):
            where = f"{place}:{line_of(text, ('accepted', str(index), 'costs'))}: accepted.{index}.costs"
            owner = one.operation or "the process"
            raise PolicyError(
                f"{where}: {unknown[0]} is not a cost of {owner}; nearest: {nearest(unknown[0], known)}"
            )
    return policy


def defaults() -> str:
    """What applies where a policy says nothing, one ``table.key = value`` a line."""
    mapping = Policy().as_mapping()
    thresholds = mapping.pop("thresholds")
    tables = {"thresholds": thresholds, "load": mapping.pop("load"), "metrics": mapping.pop("metrics")}
    del tables["metrics"]["indicators"]  # a policy names them in [[indicators]]
    tables["gate"] = {key: mapping[key] for key in _Gate.model_fields}
    return "\n".join(
        f"{table}.{key} = {value!r}"
        for table, values in tables.items()
        for key, value in values.items()
        if value is not None
    )


def schema() -> dict[str, Any]:
    """The JSON Schema of perf.toml, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:mario-perf:policy",
        "title": "perf.toml of mario-perf",
        **{key: value for key, value in _File.model_json_schema().items() if key != "title"},
    }


def _error_message(error: ValidationError, text: str, place: str) -> str:
    first = error.errors()[0]
    path = tuple(str(part) for part in first["loc"])
    where = f"{place}:{line_of(text, path)}: {'.'.join(path)}"
    if first["type"] == "extra_forbidden":
        return f"{where} is unknown; nearest: {nearest(path[-1], _keys(path[:-1]))}"
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{where}: {first['msg'].removeprefix('Value error, ')}{more}"


def _keys(table: tuple[str, ...]) -> tuple[str, ...]:
    models: dict[str, type[_Table]] = {
        "gate": _Gate,
        "thresholds": _Thresholds,
        "limits": _Limits,
        "operations": _Operation,
        "metrics": _Metrics,
        "service": _Service,
        "load": _Load,
        "accepted": _Accepted,
        "indicators": _Indicator,
    }
    return tuple((models[table[0]] if table else _File).model_fields)
