"""Why a request failed. Locust groups errors by their `repr`, so it has no unique values.

Where Python has an error of the kind, ours is one, too: `except TimeoutError` takes them all.
"""


class RequestError(Exception):
    """Base of all errors that make a request fail."""


class InvalidTargetError(RequestError):
    """The URL is not an http or https URL."""


class ConnectError(RequestError, OSError):
    """The name did not resolve, or no server accepted the connection."""


class RefusedError(ConnectError, ConnectionRefusedError):
    """No server listens there."""


class TimedOutError(RequestError, TimeoutError):
    """Base of all time-outs."""

    @property
    def original(self) -> TimeoutError:
        """The time-out: FastHttpUser puts it into another error, under this name."""
        return self


class PoolTimeoutError(TimedOutError):
    """All connections that `concurrency` allows were in use until the request's time was over."""


class ConnectTimeoutError(TimedOutError, ConnectError):
    """Connecting (name, TCP and TLS together) took longer than `connection_timeout`."""


class TlsError(ConnectError):
    """The TLS handshake failed, or the certificate does not hold."""


class NetworkTimeoutError(TimedOutError):
    """Nothing could be sent or received for `network_timeout`."""


class ResponseTimeoutError(TimedOutError):
    """The whole response took longer than `timeout`."""


class ConnectionLostError(RequestError, ConnectionError):
    """The connection ended before the response was complete."""


class NothingSentError(ConnectionLostError):
    """The connection was gone before it took the first byte of the request."""


class MalformedResponseError(RequestError):
    """The response is not HTTP/1.x."""


class HeadTooLargeError(RequestError):
    """The response's head is larger than `max_head_bytes`."""


class BodyTooLargeError(RequestError):
    """The response's body, received or decoded, is larger than `max_body_bytes`."""


class SurplusBytesError(RequestError):
    """More bytes followed a complete response, so its framing cannot be trusted."""


class UndecodableBodyError(RequestError):
    """The body does not decode by its Content-Encoding."""


class RedirectError(RequestError):
    """A redirect that cannot be followed: too many redirects, or not an http target."""


class BadStatusError(RequestError):
    """The server answered with a status that is neither 2xx nor 3xx."""

    def __init__(self, code: int, url: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.url = url

    def __str__(self) -> str:
        return f"URL {self.url}: code={self.code}"
