"""What must not get into a record."""

import re
from typing import Final

_CREDENTIALS: Final = re.compile(r"//[^/@\s]+@")


def without_credentials(text: str) -> str:
    """The text, without user and password in the URLs that it contains."""
    return _CREDENTIALS.sub("//", text)
