"""Removes credentials from texts for records and messages. The record masks other secrets by itself."""

import re
from typing import Final

_USER_INFO: Final = re.compile(r"//[^/?#\s]+@")
_QUERY_VALUE: Final = re.compile(r"([?&][^=&\s]+=)[^&\s]+")


def without_credentials(text: str) -> str:
    """The text, without user, password and query values in its URLs."""
    return _QUERY_VALUE.sub(r"\1***", _USER_INFO.sub("//", text))
