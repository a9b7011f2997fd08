"""Request bodies: JSON, forms, text, bytes, files, and multipart forms."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any, TypeAlias
from urllib.parse import urlencode

from mario_perf.load.http1.request import HeaderItems

_JSON: HeaderItems = (("Content-Type", "application/json"), ("Accept", "application/json"))
_FORM: HeaderItems = (("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),)
_TEXT: HeaderItems = (("Content-Type", "text/plain; charset=utf-8"),)
_BYTES: HeaderItems = (("Content-Type", "application/octet-stream"),)

Body: TypeAlias = tuple[bytes, HeaderItems]
"""The bytes, and the headers that say what they are unless the caller says otherwise."""


def json_body(value: Any) -> Body:  # noqa: ANN401 - whatever json can dump
    """`value` as JSON."""
    return json.dumps(value).encode(), _JSON


def data_body(data: Any) -> Body:  # noqa: ANN401 - told apart below
    """What `data=` means by its type: a form, text, or bytes (from bytes, an open file, an iterable)."""
    if isinstance(data, Mapping):
        return urlencode(data, doseq=True).encode(), _FORM
    if isinstance(data, str):
        return data.encode(), _TEXT
    if isinstance(data, bytes | bytearray | memoryview):
        return bytes(data), _BYTES
    return _read(data), _BYTES


def multipart_body(files: Any, fields: Any) -> Body:  # noqa: ANN401 - mappings or pairs
    """A multipart/form-data body (RFC 7578).

    Args:
        files: Name → content or (file name, content[, type[, more headers]]), as mapping or pairs.
        fields: Name → value or values of the other form fields, as mapping or pairs, or None.
    """
    boundary = os.urandom(16).hex()
    parts = [_field(name, value) for name, values in _pairs(fields or ()) for value in _many(values)]
    parts += [_file(name, value) for name, value in _pairs(files)]
    delimiter = f"--{boundary}\r\n".encode()
    body = b"".join(delimiter + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()
    return body, (("Content-Type", f"multipart/form-data; boundary={boundary}"),)


def _pairs(values: Any) -> Iterable[tuple[str, Any]]:  # noqa: ANN401
    return values.items() if isinstance(values, Mapping) else values


def _many(values: Any) -> Iterable[Any]:  # noqa: ANN401
    return values if isinstance(values, list | tuple) else (values,)


def _field(name: str, value: object) -> bytes:
    return f'Content-Disposition: form-data; name="{_escape(name)}"\r\n\r\n'.encode() + _read(value)


def _file(name: str, value: Any) -> bytes:  # noqa: ANN401
    file_name, content, *more = value if isinstance(value, tuple | list) else (_file_name(value, name), value)
    lines = [f'Content-Disposition: form-data; name="{_escape(name)}"; filename="{_escape(file_name)}"']
    if more and more[0]:
        lines.append(f"Content-Type: {more[0]}")
    for header, text in _pairs(more[1] if len(more) > 1 else ()):
        lines.append(f"{header}: {text}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + _read(content)


def _file_name(content: object, otherwise: str) -> str:
    name = getattr(content, "name", None)
    return PurePath(name).name if isinstance(name, str) else otherwise


def _escape(text: object) -> str:
    return str(text).replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _read(content: Any) -> bytes:  # noqa: ANN401
    """The bytes of text, of bytes, of an open file, of an iterable of bytes, or of a plain value."""
    if hasattr(content, "read"):
        content = content.read()
    if isinstance(content, bytes | bytearray | memoryview):
        return bytes(content)
    if isinstance(content, str) or not isinstance(content, Iterable):
        return str(content).encode()
    return b"".join(content)
