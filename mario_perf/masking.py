"""What looks like a secret in a text is masked.

The run record masks what it is given, and the reports mask all that they show. Needs the standard library
alone, like the record's types: the load generator's process has them.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

MASK: Final = "***"

_PART: Final = (
    r"(?:passw(?:or)?d|passphrase|pwd|secret|token|credential|authorization|cookie|signature|jwt"
    r"|(?:api|access|private|signing)[-_]?key)"
)
"""In whatever name this stands, its value is a secret."""
_WORD: Final = r"(?<![a-z0-9])(?:key|sig|sid|auth|pass)"
"""The same, where it is a word of its own: ``monkey`` holds no key."""

# Names have an end: without one, a text made for it would take a time that grows with its length squared.
# Up to the closing quote, or one word.
_VALUE: Final = r"(?:(\\?[\"'])(?:(?!\2)\\.|(?!\2).)*(?:\2)?|[^\s&\"',;]+)"
_USER_INFO: Final = re.compile(r"(?<=//)[^\s/]+@")
# "basic" is a word, too: what follows must not look like one.
_SCHEME: Final = re.compile(r"\b((?i:bearer)\s+|(?i:basic)\s+(?=\S*[A-Z0-9=]))[\w.~+/=-]{6,}")
# A header's value may have any form, so it goes to the end of the line.
_HEADER: Final = re.compile(
    r"(?i)(?<![a-z0-9/])((?:proxy-)?authorization|(?:set-)?cookie"
    r"|x-[\w-]{0,40}(?:key|token|auth|secret|signature)[\w-]{0,40}|api-?key)(\s*:\s*)[^\r\n]+"
)
_ASSIGNED: Final = re.compile(rf"(?i)((?:{_PART}[\w-]{{0,40}}|{_WORD})(?:\\?[\"'])?\s*=\s*){_VALUE}")
# With a colon only as a whole word or in quotes: "GetTokenQuery: ..." and "/oauth/token: ..." are operations.
_NAMED: Final = re.compile(
    rf"(?i)((?<![a-z0-9/]){_PART}s?(?:[_-][a-z0-9]{{1,40}}){{0,4}}\s*:\s*|{_PART}[\w-]{{0,40}}\\?[\"']\s*:\s*){_VALUE}"
)
_BARE: Final = re.compile(
    r"\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?"  # a JWT
    r"|\b(?:gh[pousr]_|github_pat_|glpat-|xox[a-z]-|sk_live_)[\w-]{10,}"
    r"|(?s:-----BEGIN [A-Z ]*PRIVATE KEY-----.*)"
)
_SUSPECTS: Final = (
    *("//", "pass", "pwd", "secret", "token", "credential", "auth", "cookie", "sig", "sid", "jwt", "key"),
    *("bearer", "basic", "eyj", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox"),
    *("sk_live_", "-----begin"),
)
"""One of these is in every text that holds a secret: looking for them is much faster than the expressions."""
_SECRET_NAME: Final = re.compile(rf"(?i){_PART}|{_WORD}$|auth$|^bearer|^basic")
_FLAG: Final = re.compile(r"--?[\w-]+")


def text(raw: str) -> str:
    """A text without what precedes the host of a URL, values of headers and of secret names, and tokens."""
    lower = raw.lower()
    if not any(suspect in lower for suspect in _SUSPECTS):
        return raw
    masked = _USER_INFO.sub(f"{MASK}@", raw)
    masked = _HEADER.sub(rf"\g<1>\g<2>{MASK}", masked)
    masked = _SCHEME.sub(rf"\g<1>{MASK}", masked)
    for pattern in (_ASSIGNED, _NAMED):
        masked = pattern.sub(rf"\g<1>\g<2>{MASK}\g<2>", masked)
    return _BARE.sub(MASK, masked)


def arguments(command: Sequence[str]) -> tuple[str, ...]:
    """Texts in a row; what follows a flag such as ``--token``, or ``TOKEN=``, is masked whole."""
    return tuple(
        MASK if _FLAG.fullmatch(before) and is_secret(before) else _argument(one)
        for before, one in zip(("", *command), command, strict=False)
    )


@cache
def is_secret(name: str) -> bool:
    return bool(_SECRET_NAME.search(name))


def _argument(one: str) -> str:
    name, equals, _ = one.partition("=")
    is_assignment = equals and name.replace("-", "_").isidentifier() and is_secret(name)
    return f"{name}={MASK}" if is_assignment else text(one)
