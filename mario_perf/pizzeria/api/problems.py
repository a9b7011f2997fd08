"""Errors of handlers as problem details; their status comes from their type."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi.encoders import jsonable_encoder
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from mario_perf.pizzeria.api.schemas import ProblemBody
from mario_perf.pizzeria.cqrs.error_categories import (
    BusinessRuleError,
    NotAuthorizedError,
    NotFoundError,
    RequestInvalidError,
)
from mario_perf.pizzeria.cqrs.faults import InjectedFaultError
from mario_perf.pizzeria.domain.domain_errors import DuplicatePizzaError

if TYPE_CHECKING:
    from fastapi import FastAPI, Request

STATUSES: tuple[tuple[type[Exception], HTTPStatus], ...] = (
    (DuplicatePizzaError, HTTPStatus.CONFLICT),
    (RequestInvalidError, HTTPStatus.BAD_REQUEST),
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (NotAuthorizedError, HTTPStatus.FORBIDDEN),
    (BusinessRuleError, HTTPStatus.BAD_REQUEST),
    (InjectedFaultError, HTTPStatus.INTERNAL_SERVER_ERROR),
)

MEDIA_TYPE = "application/problem+json"


def document_problems(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """The problems that a path may answer with, for its OpenAPI description."""
    schema = {"schema": ProblemBody.model_json_schema()}
    return {
        int(status): {"description": status.phrase, "content": {MEDIA_TYPE: schema}} for status in statuses
    }


def add_problem_details(app: FastAPI) -> None:
    """Answer every error of a handler with its problem details."""
    for error_type, status in STATUSES:
        app.add_exception_handler(error_type, _handler_for(status))
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _unreadable)
    app.add_exception_handler(Exception, _failed)


async def _invalid(_: Request, error: Exception) -> Response:
    """As FastAPI answers, but in ASCII: what is wrong may be a surrogate, which has no other encoding."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - it is registered for these
    detail = json.dumps({"detail": jsonable_encoder(error.errors())})
    return Response(detail, HTTPStatus.UNPROCESSABLE_ENTITY, media_type="application/json")


async def _unreadable(request: Request, error: Exception) -> Response:
    """A body that is not UTF-8 is as invalid as one that is not JSON; FastAPI has another answer for it."""
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for these
    if error.status_code != HTTPStatus.BAD_REQUEST:
        return await http_exception_handler(request, error)
    invalid = {"type": "json_invalid", "loc": ["body"], "msg": error.detail, "input": {}}
    return JSONResponse({"detail": [invalid]}, HTTPStatus.UNPROCESSABLE_ENTITY)


async def _failed(_: Request, __: Exception) -> JSONResponse:
    """An unexpected error: the log has it, the client does not need to."""
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "The pizzeria failed; its log says why")


def _handler_for(status: HTTPStatus) -> Any:  # noqa: ANN401 - Starlette's own type for it is private
    async def answer(_: Request, error: Exception) -> JSONResponse:
        return problem(status, str(error))

    return answer


def problem(status: HTTPStatus, detail: str) -> JSONResponse:
    """The answer that says what went wrong."""
    body = ProblemBody(title=status.phrase, status=status, detail=detail, type="about:blank")
    return JSONResponse(body.model_dump(), status, media_type=MEDIA_TYPE)
