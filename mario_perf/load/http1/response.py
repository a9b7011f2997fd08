"""A response, with FastHttpUser's names. Text, JSON and headers are made on first use."""

from __future__ import annotations

import codecs
import json
from dataclasses import dataclass
from datetime import timedelta
from email.message import Message
from functools import lru_cache
from io import BufferedReader
from typing import TYPE_CHECKING, Any, Self

from charset_normalizer import detect

from mario_perf.load.http1.headers import Headers
from mario_perf.load.http1.heads import NONE
from mario_perf.load.http1.http_errors import BadStatusError
from mario_perf.load.http1.request import header_lines
from mario_perf.load.http1.stream import Readable, lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    from mario_perf.load.http1.heads import ResponseHead
    from mario_perf.load.http1.request import Head
    from mario_perf.load.http1.stream import BodyStream

_OK_FROM, _OK_BELOW = 200, 400


@dataclass(frozen=True, slots=True)
class SentRequest:
    """The request that a response answers: after redirects, the last one.

    Attributes:
        body: JSON as text, all else as bytes; None for no body.
    """

    method: str
    url: str
    headers: Headers
    body: str | bytes | None

    @property
    def payload(self) -> str | bytes | None:
        """The body, as FastHttpUser names it."""
        return self.body


class Response:
    """A response, or the reason why there is none.

    Attributes:
        status_code: 0 when no complete response came.
        error: Why the request failed, or None. A status of 400 and above is a reason, too.
        history: The redirects that led here, oldest first.
        encoding: Set it to overrule the charset that `text` is read with.
    """

    __slots__ = (
        "__dict__", "_answer", "_content", "_file", "_head", "_sent_body", "_stream",
        "encoding", "error", "history", "seconds", "status_code",
    )  # fmt: skip

    _head: Head | None
    _content: bytes | None
    _file: BufferedReader | None
    _stream: BodyStream | None
    encoding: str | None
    error: Exception | None

    def __init__(
        self,
        head: Head | None,
        sent_body: bytes,
        answer: ResponseHead = NONE,
        body: bytes | None = None,
        error: Exception | None = None,
    ) -> None:
        """`head` is the request's. `body` is decoded; None without an answer, or if it is to be streamed."""
        self._head = head
        self._sent_body = sent_body
        self._answer = answer
        self.status_code = status = answer.status
        self._content = body
        self._stream = self._file = self.encoding = None
        self.error = error or (None if _OK_FROM <= status < _OK_BELOW else BadStatusError(status, self.url))
        self.history: Sequence[Response] = ()
        self.seconds = 0.0

    def stream_from(self, stream: BodyStream) -> None:
        """Read the body from this stream on first use."""
        self._stream = stream

    def finish(self, end: float) -> None:
        """Read a streamed body to its end, before the `perf_counter` reading `end`."""
        if self._stream is not None:
            self._stream.give_up_at(end)
            self._content = self._stream.read_all()

    @property
    def ok(self) -> bool:
        """Whether a response came and its status is below 400."""
        return self.error is None

    @property
    def headers(self) -> Headers:
        """The response's headers; empty when no response came."""
        return self._answer.headers

    @property
    def content(self) -> bytes | None:
        """The decoded body, read to its end if it was streamed; None when no response came."""
        if self._content is None and self._stream is not None:
            self._content = self._stream.read_all()
        return self._content

    @property
    def stream(self) -> BufferedReader | None:
        """The decoded body of a streamed response as a file to read from; None when it is not streamed.

        It reads ahead: take the body from here or by `iter_content` or `content`, not by two of them.
        """
        if self._file is None and self._stream is not None:
            self._file = BufferedReader(Readable(self._stream))
        return self._file

    @property
    def text(self) -> str | None:
        """The body as text, by `encoding` or what the headers say; bytes that do not fit become U+FFFD."""
        content = self.content
        if content is None:
            return None
        if self.encoding is None:
            self.encoding = charset(self.headers.get("content-type", "")) or _detected(content)
        return content.decode(self.encoding, errors="replace")

    def json(self) -> Any:  # noqa: ANN401 - whatever was sent
        """The body read as JSON. Raises json.JSONDecodeError, also when there is no body."""
        return json.loads(self.text or "")

    @property
    def elapsed(self) -> timedelta:
        """From the request's start to the response's last byte (to its head when streamed)."""
        return timedelta(seconds=self.seconds)

    @property
    def request(self) -> SentRequest | None:
        """The request; None when its URL was wrong."""
        head = self._head
        if head is None:
            return None
        headers = Headers(header_lines(head.headers))
        body = self._sent_body or None
        is_json = headers.get("content-type", "").startswith("application/json")
        return SentRequest(head.method, head.target.url, headers, body.decode() if body and is_json else body)

    @property
    def _request(self) -> SentRequest | None:
        """The name by which Locust's `run_single_user(include_payload=True)` finds it."""
        return self.request

    @property
    def url(self) -> str | None:
        """The URL of the request; after redirects, the last one."""
        return None if self._head is None else self._head.target.url

    def raise_for_status(self) -> None:
        """Raise the reason why the request failed, if it did."""
        if self.error is not None:
            raise self.error

    def iter_content(self, chunk_size: int = 1024, decode_content: bool = True) -> Iterator[Any]:  # noqa: FBT001, FBT002 - FastHttpUser's signature
        """The body of a streamed response in pieces of at most `chunk_size` bytes.

        With `decode_content` a piece that is UTF-8 comes as text. Who leaves a loop early may go on in
        another; the connection is closed by `close`, or once the response is garbage.
        """
        if self._stream is None:
            raise ValueError("only a request with stream=True has content to iterate over")
        while piece := self._stream.read(chunk_size):
            yield _text_if_possible(piece) if decode_content else piece

    def iter_lines(self) -> Iterator[str]:
        """The lines of a streamed response as they come in, without their ends.

        A loop that is left early loses the lines that came with its last one; else as in `iter_content`.
        """
        return lines(self.iter_content(decode_content=False))

    def close(self) -> None:
        """Give up what is left of a streamed body."""
        if self._stream is not None:
            self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        self.close()
        return None


@lru_cache(maxsize=256)
def charset(content_type: str) -> str:
    """The charset that a Content-Type names or implies: Latin-1 for text, UTF-8 for JSON, "" for all else."""
    message = Message()
    message["Content-Type"] = content_type
    named = message.get_content_charset()
    if not named:
        return _implied(content_type)
    try:
        b"any".decode(named, errors="replace")  # not all that Python has under a name decodes text
    except (LookupError, UnicodeError):
        return "utf-8"
    return codecs.lookup(named).name


def _implied(content_type: str) -> str:
    media_type = content_type.lower()
    if media_type.startswith("text/"):
        return "iso-8859-1"
    return "utf-8" if "json" in media_type else ""


def _detected(content: bytes) -> str:
    """UTF-8 if it is that, else what the bytes look like."""
    try:
        content.decode()
    except UnicodeDecodeError:
        return detect(content)["encoding"] or "utf-8"
    return "utf-8"


def _text_if_possible(piece: bytes) -> str | bytes:
    try:
        return piece.decode()
    except UnicodeDecodeError:
        return piece
