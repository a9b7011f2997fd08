"""Twelve operations, each the work of one library. ``python workloads.py NAME`` times one of them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

Workload = Callable[[], object]


def typeguard() -> Workload:
    from typeguard import typechecked

    @typechecked
    def total(prices: list[float], names: dict[str, int], note: str | None) -> float:
        return sum(prices) + len(names) + len(note or "")

    prices, names = [1.5] * 40, {f"pizza {number}": number for number in range(20)}
    return lambda: [total(prices, names, None) for _ in range(4)]


def mistune() -> Workload:
    import mistune as library

    text = (
        "# Menu\n\n* **Margherita**, `7.50`\n* [Diavola](/menu/2)\n\n> Fresh *every* day.\n\n1. Order\n" * 3
    )
    return lambda: library.markdown(text)


def cryptography() -> Workload:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        load_pem_private_key,
    )

    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return lambda: [load_pem_private_key(pem, None) for _ in range(3)]


def jsonschema() -> Workload:
    from jsonschema import Draft7Validator

    line = {
        "type": "object",
        "properties": {
            "name": {"type": "string", "minLength": 1},
            "count": {"type": "integer", "minimum": 1},
        },
        "required": ["name", "count"],
    }
    schema = {"definitions": {"line": line}, "type": "array", "items": {"$ref": "#/definitions/line"}}
    validator = Draft7Validator(schema)
    order = [{"name": f"pizza {number}", "count": number + 1} for number in range(8)]
    return lambda: validator.is_valid(order)


def pydantic() -> Workload:
    from pydantic import BaseModel

    class Pizza(BaseModel):
        name: str
        size: int

    class Drink(BaseModel):
        name: str
        litres: float

    class Order(BaseModel):
        lines: list[Pizza | Drink]

    lines = [Pizza(name="Margherita", size=30), Drink(name="Water", litres=0.5)] * 30
    order = Order(lines=lines)
    return lambda: [order.model_dump_json() for _ in range(10)]


def multipart() -> Workload:
    try:
        from python_multipart.multipart import parse_options_header
    except ImportError:
        from multipart.multipart import parse_options_header

    header = b'form-data; name="pizza"; filename="salami.txt"'
    return lambda: [parse_options_header(header) for _ in range(20)]


def attrs() -> Workload:
    import attr

    def build() -> object:
        return attr.make_class(
            "Line", {name: attr.ib(default=0, converter=int) for name in ("count", "price", "size")}
        )

    return build


def dacite() -> Workload:
    from dataclasses import dataclass

    from dacite import from_dict

    @dataclass
    class Line:
        name: str
        count: int

    @dataclass
    class Order:
        lines: list[Line]
        note: str | None

    globals().update(Line=Line, Order=Order)  # the annotations are strings, and are looked up here
    order = {"lines": [{"name": f"pizza {number}", "count": number} for number in range(8)], "note": None}
    return lambda: from_dict(Order, order)


def charset_normalizer() -> Workload:
    from charset_normalizer import from_bytes

    text = ("Pizza quattro stagioni, perché no? Già pronta, così buona. " * 4).encode("latin-1")
    return lambda: from_bytes(text, steps=3, chunk_size=128, cp_isolation=["latin_1", "cp1252"])


def pyparsing() -> Workload:
    from pyparsing import Group, Suppress, Word, ZeroOrMore, alphas, nums

    line = Group(Word(nums) + Word(alphas) + Suppress(";"))
    order = ZeroOrMore(line)
    text = "2 margherita; 1 diavola; 3 marinara; " * 6
    return lambda: order.parseString(text)


def tomli() -> Workload:
    from tomli import loads

    text = "\n".join(
        f'[pizza.number-{number}]\nname = "Margherita"\nprice = 7.5\ntags = ["a", "b"]'
        for number in range(20)
    )
    return lambda: loads(text)


def protobuf() -> Workload:
    from google.protobuf.struct_pb2 import Struct

    order = Struct()
    order.update({f"pizza {number}": {"count": number, "name": "Margherita"} for number in range(20)})
    data = order.SerializeToString()
    return lambda: Struct.FromString(data)


WORKLOADS: dict[str, Callable[[], Workload]] = {
    each.__name__: each
    for each in (
        typeguard, mistune, cryptography, jsonschema, pydantic, multipart,
        attrs, dacite, charset_normalizer, pyparsing, tomli, protobuf,
    )
}  # fmt: skip


def seconds_per_call(workload: Workload, at_least: float = 0.3) -> float:
    """CPU seconds of a call: the median of nine lots, after one that is not counted."""
    calls = 1
    while (spent := _spent(workload, calls)) < at_least / 9:
        calls = max(calls + 1, int(calls * min(10.0, at_least / 9 / max(spent, 1e-6))))
    return sorted(_spent(workload, calls) / calls for _ in range(9))[4]


def _spent(workload: Workload, calls: int) -> float:
    started = time.process_time()
    for _ in range(calls):
        workload()
    return time.process_time() - started


if __name__ == "__main__":
    print(seconds_per_call(WORKLOADS[sys.argv[1]]()))
