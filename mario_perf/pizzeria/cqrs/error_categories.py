"""Errors by category. What an error is counted as is decided by its type."""


class RequestInvalidError(Exception):
    """The request makes no sense."""


class NotFoundError(Exception):
    """What the request is about does not exist."""


class NotAuthorizedError(Exception):
    """The caller lacks the permission."""


class BusinessRuleError(Exception):
    """The request makes sense, and a rule forbids it now."""


Categories = tuple[tuple[type[BaseException], str], ...]

CATEGORIES: Categories = (
    (RequestInvalidError, "validation"),
    (NotFoundError, "not_found"),
    (NotAuthorizedError, "authorization"),
    (BusinessRuleError, "business_rule"),
    (BaseException, "exception"),
)
"""The first type that an error is an instance of names its category."""


def category(error: BaseException, categories: Categories = CATEGORIES) -> str:
    """The ``error_type`` label of an error."""
    return next(name for kind, name in categories if isinstance(error, kind))
