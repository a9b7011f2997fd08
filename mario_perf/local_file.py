"""Files of a run's folder, which may come from somebody else: a symbolic link there is not followed."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pathlib import Path


def opened(path: Path) -> BinaryIO:
    """The file itself, open for reading.

    Raises:
        OSError: It cannot be read, or is a symbolic link, a pipe or a device.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno == errno.ELOOP:
            error.strerror = "a symbolic link, which is not followed"
        raise
    file = os.fdopen(descriptor, "rb")
    if not path.is_file():
        file.close()
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return file
