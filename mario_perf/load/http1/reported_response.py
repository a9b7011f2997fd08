"""Responses as Locust's users know them: with a say in how their request is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from locust.exception import CatchResponseError, LocustError, ResponseError

from mario_perf.load.http1.response import Response

if TYPE_CHECKING:
    from types import TracebackType

    from locust.event import EventHook


class RapidResponse(Response):
    """A response whose request has been reported."""

    __slots__ = ()

    def success(self) -> None:
        """Only with catch_response=True."""
        raise LocustError("success() needs catch_response=True and a with-block around the request")

    def failure(self, exc: object) -> None:
        """Only with catch_response=True."""
        raise LocustError(f"failure({exc!r}) needs catch_response=True and a with-block around the request")


class CaughtResponse(RapidResponse):
    """A response whose request is reported at the end of its with-block, as the block decides."""

    __slots__ = ("_entered", "_event", "_judged", "js", "request_meta")

    js: Any
    request_meta: dict[str, Any]

    def report_to(self, event: EventHook, **meta: Any) -> None:  # noqa: ANN401 - as the event's `fire`
        """Where to report, and what, when the block ends."""
        self._event = event
        self.request_meta = meta
        self._entered = self._judged = False

    def __enter__(self) -> Self:
        self._entered = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        try:
            if not self._judged:
                if not (value is None or isinstance(value, ResponseError) or self._is_own(value)):
                    return False
                self.request_meta["exception"] = value or self.error
            self._event.fire(**self.request_meta)  # type: ignore[no-untyped-call]
            return value is None or not self._judged
        finally:
            if self._stream is not None:
                self._stream.close()

    def _is_own(self, error: BaseException) -> bool:
        """Whether it is this request that failed, and not another one in its block."""
        return error is self.error or (self._stream is not None and error is self._stream.error)

    def success(self) -> None:
        """Report the request as successful, whatever its status."""
        self._judge(None)

    def failure(self, exc: object) -> None:
        """Report the request as failed, for `exc`: an exception, or a message."""
        self._judge(exc if isinstance(exc, Exception) else CatchResponseError(exc))

    def raise_for_status(self) -> None:
        """Raise the reason why the request failed or was judged to have failed."""
        error = self.request_meta["exception"] if self._judged else self.error
        if error is not None:
            raise error

    def _judge(self, exception: Exception | None) -> None:
        if not self._entered:
            raise LocustError("success() and failure() belong inside a with-block around the request")
        self._judged = True
        self.request_meta["exception"] = exception
