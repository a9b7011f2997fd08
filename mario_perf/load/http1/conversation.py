"""A request and its response as text, to find a mistake in a locustfile."""

from mario_perf.load.http1.headers import Headers
from mario_perf.load.http1.response import Response


def conversation(response: Response) -> str:
    """All exchanges that led to the response, redirects first; "" if there was no response."""
    return "".join(_exchange(each) for each in (*response.history, response) if each.status_code)


def _exchange(response: Response) -> str:
    sent = response.request
    assert sent is not None  # noqa: S101 - a response answers a request
    return (
        f"REQUEST: {sent.method} {sent.url}\n{_lines(sent.headers)}\n{_text(sent.body)}\n\n"
        f"RESPONSE: {response.status_code}\n{_lines(response.headers)}\n{_text(response.content)}\n\n"
    )


def _lines(headers: Headers) -> str:
    return "".join(f"{name}: {value}\n" for name, value in headers.items())


def _text(body: str | bytes | None) -> str:
    return body.decode(errors="replace") if isinstance(body, bytes) else body or ""
