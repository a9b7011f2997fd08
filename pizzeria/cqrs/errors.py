"""Errors by category. What an error is counted as is decided by its type."""


class RequestInvalidError(Exception):
    """The request makes no sense."""


class NotFoundError(Exception):
    """What the request is about does not exist."""


class NotAuthorizedError(Exception):
    """Whoever asked may not."""


class BusinessRuleError(Exception):
    """The request makes sense, and a rule forbids it now."""


CATEGORIES: tuple[tuple[type[Exception], str], ...] = (
    (RequestInvalidError, "validation"),
    (NotFoundError, "not_found"),
    (NotAuthorizedError, "authorization"),
    (BusinessRuleError, "business_rule"),
    (Exception, "exception"),
)
"""The first type that an error is an instance of names its category."""


def category(error: Exception) -> str:
    """The ``error_type`` label of an error."""
    return next(name for kind, name in CATEGORIES if isinstance(error, kind))
