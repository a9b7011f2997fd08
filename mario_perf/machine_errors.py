"""What the machine refuses: room, rights, open files, memory. The user can mend it."""

from __future__ import annotations

import errno
from typing import Final

from mario_perf.errors import UserError

_ADVICE: Final = {
    errno.ENOSPC: "make room on its disk, or give another place",
    errno.EDQUOT: "make room in your quota, or give another place",
    errno.EFBIG: "raise the limit of file sizes (ulimit -f)",
    errno.EROFS: "give another place: nothing can be written there",
    errno.EACCES: "correct its permissions, or give another place",
    errno.EPERM: "correct its permissions, or give another place",
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
    errno.ENFILE: "end other programs: they hold all files that the system can open",
    errno.ENOMEM: "end other programs, or use a machine with more memory",
}


class MachineError(UserError):
    """The machine refused something that was asked of it."""


def explain(error: BaseException) -> BaseException:
    """The refusal that an error comes from, with the file and what to do; else the error itself."""
    each: BaseException | None = error
    while each is not None and not isinstance(error, UserError):
        if isinstance(each, MemoryError):
            return MachineError(f"no memory is left; {_ADVICE[errno.ENOMEM]}")
        if isinstance(each, OSError) and each.errno in _ADVICE:
            place = f"{each.filename}: " if each.filename else ""
            return MachineError(f"{place}{each.strerror}; {_ADVICE[each.errno]}")
        each = each.__cause__ or each.__context__
    return error
