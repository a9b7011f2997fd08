"""What must not get into a record, nor into what is said. The record masks other secrets by itself."""

import re
from typing import Final

_USER_INFO: Final = re.compile(r"//[^/?#\s]+@")
_QUERY_VALUE: Final = re.compile(r"([?&][^=&\s]+=)[^&\s]+")


def without_credentials(text: str) -> str:
    """The text, without user, password and the values of queries in the URLs that it contains."""
    return _QUERY_VALUE.sub(r"\1***", _USER_INFO.sub("//", text))
