"""Files that are read: regular ones of a bounded size, no pipe, device or folder that has their name.

A run's folder may come from somebody else: a symbolic link there is not followed.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from pathlib import Path

LARGEST: Final = 1 << 28
"""Bytes: a record of 1,000 steps has some 10 MB, a report of 1,000 operations 20."""


def opened(path: Path, *, follow: bool = False) -> BinaryIO:
    """The file itself, open for reading; ``follow`` a symbolic link to it only where the user made it.

    Raises:
        OSError: It cannot be read, or is a symbolic link, a pipe or a device.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW))
    except OSError as error:
        if error.errno == errno.ELOOP and not follow:
            error.strerror = "a symbolic link, which is not followed"
        raise
    file = os.fdopen(descriptor, "rb")
    if not path.is_file():
        file.close()
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return file


def content(path: Path) -> bytes:
    """All of a file that the user names.

    Raises:
        OSError: It cannot be read, is not a regular file, or has more than :data:`LARGEST` bytes.
    """
    with opened(path, follow=True) as file:
        read = file.read(LARGEST + 1)
    if len(read) > LARGEST:
        raise OSError(errno.EFBIG, f"more than {LARGEST >> 20} MiB", str(path))
    return read
