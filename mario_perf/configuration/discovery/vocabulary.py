"""The words by which instrumentations call what they measure, in names of metrics and of labels.

A word fits a label that ends with it: ``route`` fits ``http_route`` and ``httpRoute``. Lists are ranked.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

ROUTES = (
    *("http_route", "route", "route_pattern", "route_template", "route_name", "path_template"),
    *("uri_template", "url_template", "url_path_template", "url_rule", "path_pattern", "url_pattern"),
    *("pattern", "handler", "endpoint", "uri", "path", "url", "url_path", "http_target", "target"),
    *("view", "view_name", "page", "resource", "servlet", "operation_id"),
)
"""Where a request goes."""

METHODS = ("http_request_method", "http_method", "request_method", "http_verb", "verb", "method")
"""HTTP's methods on one route are several operations."""

VERBS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "_OTHER"})
KUBERNETES_VERBS = frozenset({"LIST", "WATCH", "CREATE", "UPDATE", "APPLY", "DELETECOLLECTION"})

PROCEDURES = (
    "rpc_method",
    "grpc_method",
    "method_name",
    "full_method",
    "method",
    "procedure",
    "function",
    "func",
)
OWNERS = (
    *("rpc_service", "grpc_service", "service", "service_name", "grain"),
    *("class", "contract", "bean", "component", "module", "interface"),
)
"""A procedure, and whose it is."""

MESSAGES = (
    *("message_type", "payload_type", "command_type", "request_type", "event_type", "query_type"),
    *("message_name", "command_name", "query_name", "request_name", "event_name", "message_class"),
    *("handler_type", "handler_name", "handler_class", "consumer_type", "consumer_name", "consumer"),
    *("activity_type", "activity_name", "workflow_type", "workflow_name", "workflow", "activity"),
    *("job_class", "job_name", "job_type", "task_name", "task_type", "task_class", "actor_name", "actor"),
    *("worker_class", "worker_name", "span_name", "operation_name", "task", "job", "worker"),
)
"""What a handler, a worker or a span is called by."""

NAMES = (
    *("operation", "op", "command", "query", "message", "event", "request", "mutation", "use_case"),
    *("usecase", "transaction", "listener", "saga", "projection", "action", "rpc", "api", "resolver"),
    *("=type", "=name", "=field", "=call", "=step", "=key"),
)
"""Labels that usually name an operation, and sometimes not. After ``=`` only the whole label fits."""

PLACES = (
    *("topic", "destination_name", "destination", "queue_name", "queue", "endpoint_address", "subject"),
    *("subscription", "channel", "stream", "destination_service_name", "destination_service"),
    *("destination_workload", "router", "service_name", "service", "backend", "proxy", "cluster_name"),
    *("upstream", "entrypoint", "conn_manager_prefix", "virtual_host", "ingress"),
)
"""Where something goes, when nothing says what it is."""

TYPES = ("name", "type", "class")
"""How labels of whatever is executed end, when nothing else is known of them."""

SCOPES = (
    *("service_name", "service", "ingress", "reporter", "span_kind", "kind", "direction", "queue", "topic"),
    *("consumer_group", "operation_type", "queue_name", "router", "listener_id"),
)
"""Labels that are taken where without them two operations would be one."""

NEVER = frozenset(
    {
        *("instance", "pod", "pod_name", "host", "hostname", "host_name", "node", "node_name", "port", "ip"),
        *("server", "server_name", "server_address", "server_port", "address", "net_host_name"),
        *("net_host_port", "net_peer_name", "net_peer_port", "remote_name", "remote_address", "peer"),
        *("client", "client_id", "client_name", "app", "app_name", "application", "application_name"),
        *("version", "region", "zone", "env", "environment", "cluster", "datacenter", "namespace"),
        *("scheme", "url_scheme", "http_scheme", "protocol", "request_protocol", "http_flavor", "flavor"),
        *("network_type", "network_transport", "network_protocol_name", "network_protocol_version"),
        *("otel_scope_name", "otel_scope_version", "otel_scope_schema_url", "format", "grpc_type"),
        *("method_type", "rpc_system", "rpc_type", "http_version", "protocol_version", "tenant", "user"),
        *("user_id", "customer", "customer_id", "trace_id", "span_id", "pid", "thread", "worker_id"),
        *("process_id", "container", "image", "prefix", "canary", "controller_class", "source"),
        *(
            "source_workload",
            "source_app",
            "source_service",
            "response_flags",
            "deployment",
            "target_addr",
            "tls",
            "security_policy",
        ),
        *("connection_security_policy", "user_agent", "content_type", "le", "quantile", "telemetry_sdk_name"),
    }
)
"""Labels of the place or the process. They differ between the two sides of a gate, or tell nothing."""

WORK = {
    **dict.fromkeys(("cqrs", "mediator", "mediatr", "commandbus", "querybus"), 60),
    **dict.fromkeys(("command", "commands"), 45),
    **dict.fromkeys(("consume", "consumer", "handler", "activity"), 34),
    **dict.fromkeys(("http", "https", "request", "requests", "rq", "rpc", "grpc", "graphql"), 30),
    **dict.fromkeys(("server", "api", "endpoint", "controller", "rails", "route", "resolver"), 28),
    **dict.fromkeys(("message", "messages", "messaging", "execution", "processing", "process"), 26),
    **dict.fromkeys(("job", "jobs", "task", "tasks", "worker", "workflow", "listener", "perform"), 26),
    **dict.fromkeys(("spanmetrics", "span", "spans", "traces", "trace", "calls", "call", "operation"), 26),
    **dict.fromkeys(("operations", "query", "queries", "transaction", "transactions"), 20),
}
"""Words of a metric's name that tell of the service's own work, with their weight."""

OTHER = {
    "a database's": (
        *("db", "sql", "database", "mongo", "mongodb", "postgres", "postgresql", "pg", "mysql", "sqlite"),
        *("jdbc", "hikaricp", "hikari", "r2dbc", "ecto", "repo", "repository", "redis", "cache", "memcached"),
        *(
            "elasticsearch",
            "cassandra",
            "dynamodb",
            "orm",
            "npgsql",
            "entityframework",
            "efcore",
            "sqlalchemy",
        ),
    ),
    "of what the service itself calls": (
        *("client", "outgoing", "outbound", "s3", "publish", "publisher", "producer", "produce", "send"),
        *("smtp", "dns", "dial", "webhook", "egress"),
    ),
    "of threads and pools": ("executor", "executors", "pool", "scheduler", "scheduled", "threadpool", "cron"),
    "of the runtime": (
        *("gc", "jvm", "eventloop", "lag", "goroutine", "goroutines", "runtime", "interpreter", "kestrel"),
        *("connection", "connections", "tls", "handshake", "socket", "promhttp", "scrape", "prometheus"),
        *("disk", "fs", "fsync", "io", "wal", "startup", "started", "migration", "migrations", "security"),
        *("hosting", "dropped", "idle", "cx"),
    ),
    "of bodies": ("body", "bytes", "size", "sizes", "payload"),
    "of failures or of successes alone": (
        *("failure", "failures", "failed", "error", "errors", "exception", "exceptions", "success"),
        *("fault", "faults", "successes"),
    ),
    "of waiting": (
        "wait",
        "waiting",
        "queued",
        "prefetch",
        "acquire",
        "lock",
        "locks",
        "delay",
        "sleep",
        "backoff",
    ),
}
"""Words that tell of something else, by what that is."""

PART = {
    **dict.fromkeys(("view", "render", "template", "middleware", "middlewares", "header", "headers"), 8),
    **dict.fromkeys(
        ("ttfb", "connect", "upstream", "receive", "delivery", "critical", "schedule", "poll", "fetch"), 10
    ),
    **dict.fromkeys(("active", "longtask"), 10),
    **dict.fromkeys(("highr", "validation", "serialization", "parsing", "parse", "auth", "replay"), 8),
}
"""Words that tell of a part of the work, or of more than it, with what they take from the weight."""

AFTER_QUEUE = frozenset({"time", "latency", "duration", "lag", "seconds", "milliseconds"})
JOBS = frozenset({"job", "jobs", "task", "tasks", "sidekiq", "celery", "worker", "flower"})
"""A queue's time is of waiting; a job's runtime is the work itself, and its latency often waiting."""

NO_DURATION = {
    **dict.fromkeys(("bytes", "byte", "kilobytes", "size", "sizes", "length"), "sizes"),
    **dict.fromkeys(("count", "counts", "depth", "rows", "items", "tokens", "number", "batch"), "counts"),
    **dict.fromkeys(("ratio", "percent", "percentage", "score", "utilization"), "shares"),
}
TIMES = frozenset(
    {
        *("duration", "durations", "latency", "latencies", "time", "times", "elapsed", "runtime", "timer"),
        *("timing", "timings", "seconds", "milliseconds", "responsetime", "took", "timetaken"),
    }
)
"""Words that tell a duration, and those that tell something else."""


def tokens(name: str) -> tuple[str, ...]:
    """The words of a name in snake_case, camelCase or with dots, in lower case."""
    return tuple(word.lower() for word in _TOKEN.findall(name))


def normal(label: str) -> str:
    """A label in snake_case, whatever it was."""
    return "_".join(tokens(label.removeprefix("exported_")))


def fits(label: str, word: str) -> bool:
    """Whether a label in snake_case ends with a word, or is the one after ``=``."""
    if word.startswith("="):
        return label == word[1:]
    return label == word or label.endswith(f"_{word}")


def rank(label: str, words: tuple[str, ...]) -> int | None:
    """The place of the first word that fits a label; None where none does."""
    normalised = normal(label)
    return next((place for place, word in enumerate(words) if fits(normalised, word)), None)
