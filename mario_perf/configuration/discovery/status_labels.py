"""Which label tells failures apart, and which of its values mean one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.configuration.discovery.vocabulary import fits, normal, tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mario_perf.configuration.discovery.evidence import Family

_CODES = (
    *("http_response_status_code", "response_status_code", "http_status_code", "status_code"),
    *("response_code", "http_status", "http_code", "response_status", "return_code", "status", "code"),
    *("statuscode", "rescode", "respcode", "retcode", "httpcode", "httpstatus"),
    *("status_class", "code_class", "status_group", "grpc_code", "grpc_status", "class"),
)
_CLASSES = ("status_class", "code_class", "class", "status", "code", "family")
_GOOD = ("success", "successful", "succeeded", "is_success", "ok", "is_ok")
_BAD = ("failed", "failure", "error", "errored", "err", "is_error", "has_error", "faulted", "is_failed")
_OUTCOMES = (
    *("outcome", "execution_result", "result", "state", "status", "final_state", "disposition", "conclusion"),
    *("status_code", "code", "response", "error"),
)
_CAUSES = (
    "exception",
    "throwable",
    "error_type",
    "exception_type",
    "exception_name",
    "error_name",
    "error_code",
)
_CAUSES_ONLY = (*_CAUSES, "error", "fault_type", "failure_reason", "rpc_error_code")

_HTTP = re.compile(r"[1-5](?:[0-9]{2}|xx)(?: .*)?", re.IGNORECASE)
_NUMBERS = {str(number) for number in range(17)}
_GRPC = {
    *("OK", "CANCELLED", "CANCELED", "UNKNOWN", "INVALIDARGUMENT", "DEADLINEEXCEEDED", "NOTFOUND"),
    *("ALREADYEXISTS", "PERMISSIONDENIED", "RESOURCEEXHAUSTED", "FAILEDPRECONDITION", "ABORTED"),
    *("OUTOFRANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATALOSS", "UNAUTHENTICATED"),
}
_BOOLEANS = {"true", "false", "1", "0", "yes", "no"}
_OUTCOME = re.compile(
    r"(?i)(.*[_ .])?(ok|success\w*|succeeded|complete\w*|done|passed|finished|handled|executed|consumed|"
    r"delivered|committed|processed|ack\w*|unset|informational|redirect\w*|client_error|server_error|fail\w*|"
    r"error\w*|fault\w*|exception|time[d_]*out|discard\w*|cancel\w*|reject\w*|abort\w*|snoozed|killed|crash\w*|"
    r"panic)"
)

HTTP_FAILURES = "5.."
GRPC_FAILURES = (
    "(?i)(unknown|deadline_?exceeded|unimplemented|internal|unavailable|data_?loss|2|4|12|13|14|15)"
)
"""The codes that are the server's fault; the others refuse the client, as HTTP's 4xx do."""
OUTCOME_FAILURES = (
    "(?i)5..|(?!client).*error(ed)?|.*fail(ed|ures?)?|.*fault(ed)?|.*exception|.*time[d_]*out|.*discard(ed)?|"
    ".*crash(ed)?|killed|panic"
)
CAUSE_FAILURES = "(?i)(?!(none|null|nil|n/a|ok|success|false|0|-|_)$).+"


@dataclass(frozen=True, slots=True)
class StatusLabel:
    """A label, and the regular expression of its values that mean a failure."""

    label: str
    failing: str


def choose(family: Family) -> StatusLabel | None:
    """The label that tells most surely, if one does. Codes come before words, words before causes."""
    words = {*tokens(family.name)}
    for called, accepts, failing in (
        (_CODES, _is_http, HTTP_FAILURES),
        (_CODES, lambda label, values: _is_grpc(label, values, words), GRPC_FAILURES),
        (_CLASSES, _is_class, "5"),
        (_GOOD, _is_boolean, "(?i)false|0|no"),
        (_OUTCOMES, _is_outcome, OUTCOME_FAILURES),
        (_BAD, _is_boolean, "(?i)true|1|yes"),
        (_CAUSES_ONLY, _any, CAUSE_FAILURES),
    ):
        found = _first(family, called, accepts)
        if found is not None:
            return StatusLabel(found, failing)
    return None


def cause(family: Family, status: StatusLabel | None) -> str | None:
    """The label that says what went wrong, beside the one that says that something did."""
    found = _first(family, _CAUSES, _any)
    return None if status is not None and found == status.label else found


def is_status(family: Family, label: str) -> bool:
    """Whether a label tells how an execution ended, and not which it was."""
    values, normalised = _values(family, label), normal(label)
    if any(fits(normalised, word) for word in (*_GOOD, *_BAD, *_CAUSES_ONLY)):
        return _is_boolean(label, values) or any(fits(normalised, word) for word in _CAUSES_ONLY)
    if any(fits(normalised, word) for word in (*_CODES[:-1], *_OUTCOMES)):
        return True
    return bool(values) and (_is_http(label, values) or all(_OUTCOME.fullmatch(value) for value in values))


def _first(
    family: Family, words: Iterable[str], accepts: Callable[[str, frozenset[str]], bool]
) -> str | None:
    labels = sorted(family.labels)
    fitting = (label for word in words for label in labels if fits(normal(label), word))
    return next((label for label in fitting if accepts(label, _values(family, label))), None)


def _values(family: Family, label: str) -> frozenset[str]:
    return frozenset(value for value in family.values(label) if value)


def _is_http(label: str, values: frozenset[str]) -> bool:  # noqa: ARG001 - one of several such tests
    return any(_HTTP.fullmatch(value) for value in values)


def _is_class(label: str, values: frozenset[str]) -> bool:  # noqa: ARG001
    """The first digit of HTTP's codes."""
    return bool(values & {"2", "5"}) and values <= set("12345")


def _is_grpc(label: str, values: frozenset[str], words: set[str]) -> bool:
    named = {value.rpartition(".")[2].replace("_", "").upper() for value in values}
    if named and named <= _GRPC:
        return named != {"OK"} or bool({*words, *tokens(label)} & {"grpc", "rpc"})
    return bool(values) and values <= _NUMBERS and bool({*words, *tokens(label)} & {"grpc", "rpc"})


def _is_boolean(label: str, values: frozenset[str]) -> bool:  # noqa: ARG001
    return bool(values) and {value.lower() for value in values} <= _BOOLEANS


def _is_outcome(label: str, values: frozenset[str]) -> bool:  # noqa: ARG001
    return any(_OUTCOME.fullmatch(value) for value in values)


def _any(label: str, values: frozenset[str]) -> bool:  # noqa: ARG001
    return bool(values)
