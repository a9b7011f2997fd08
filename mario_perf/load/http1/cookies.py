"""Cookies: the standard library's jar and policy, consulted only when the result may have changed."""

from __future__ import annotations

import math
from email.message import Message
from http.cookiejar import Cookie, CookieJar, CookiePolicy
from typing import TYPE_CHECKING, Any
from urllib.request import Request

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.load.http1.target import Origin, RequestTarget

_MAX_REMEMBERED = 1024


class Jar(CookieJar):
    """A cookie jar that remembers what it said for a target, until a cookie changes or expires."""

    def __init__(self) -> None:
        super().__init__()
        self._headers: dict[tuple[Origin, str], str] = {}
        self._whole_site = True
        self._own_policy = False
        self._valid_until = math.inf
        self.empty = True

    def header_for(self, target: RequestTarget, now: float) -> str:
        """The Cookie header's value; "" for none. `now` in seconds since the epoch."""
        if now >= self._valid_until or len(self._headers) > _MAX_REMEMBERED or self._own_policy:
            self._forget()
        key = (target.origin, "" if self._whole_site else target.path.partition("?")[0])
        header = self._headers.get(key)
        if header is None:
            request = Request(target.url)  # noqa: S310 - only describes the target; http and https alone get here
            self.add_cookie_header(request)
            header = self._headers[key] = request.get_header("Cookie") or ""
        return header

    def store(self, target: RequestTarget, set_cookies: Sequence[str]) -> None:
        """Take in the Set-Cookie headers of a response from `target`."""
        message = Message()
        for value in set_cookies:
            message["Set-Cookie"] = value
        self.extract_cookies(_Response(message), Request(target.url))  # type: ignore[arg-type]  # noqa: S310

    def set_cookie(self, cookie: Cookie) -> None:
        """As in CookieJar."""
        super().set_cookie(cookie)
        self._forget()

    def clear(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - three overloads of the standard library
        """As in CookieJar."""
        super().clear(*args, **kwargs)
        self._forget()

    def set_policy(self, policy: CookiePolicy) -> None:
        """As in CookieJar. Nothing is remembered from now on: a policy may decide by anything."""
        super().set_policy(policy)
        self._own_policy = True
        self._forget()

    def _forget(self) -> None:
        self._headers.clear()
        self._valid_until = min((cookie.expires or math.inf for cookie in self), default=math.inf)
        self._whole_site = all(cookie.path == "/" for cookie in self)
        self.empty = not len(self)


class _Response:
    """The part of a response that the jar reads."""

    def __init__(self, message: Message) -> None:
        self._message = message

    def info(self) -> Message:
        return self._message
