"""One entry as its canonical bytes and back again: what a receipt shows can be read out of what was sealed.

The encoding is that of `domain.chain`, which writes whole frames. Here is one row at a time, and the way back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from services.kit.errors import InvalidInput
from services.ledger.domain.chain import VERSION, Tag

Field = int | str | bool | None
"""A value of an entry as it is shown; a day is its ISO text."""
Schema = Mapping[str, pl.DataType | type[pl.DataType]]

NUMBER_BYTES = 8
ENTRY_BYTES_MAX = 1024**2
_HEAD_BYTES = 4
_NULL = -(2**63)
_NO_TEXT = -1
_EPOCH = date(1970, 1, 1)


def encode(tag: int, integers: list[int], texts: list[bytes | None]) -> bytes:
    """Tag, version, how many of each; the integers; the lengths; the texts. Refuses what has no such form."""
    lengths = [_NO_TEXT if text is None else len(text) for text in texts]
    try:
        head = bytes((tag, VERSION, len(integers), len(texts)))
        numbers = b"".join(number.to_bytes(NUMBER_BYTES, "big", signed=True) for number in integers + lengths)
    except (OverflowError, ValueError) as error:
        raise InvalidInput("ledger.entry_range", "数值超出范围", "a number is out of range") from error
    return head + numbers + b"".join(text or b"" for text in texts)


def leaf_of(entry: bytes) -> bytes:
    """The leaf of an entry in the tree of its block."""
    return hashlib.sha256(b"\x00" + entry).digest()


def encode_row(tag: Tag, row: Mapping[str, Field], columns: Schema) -> bytes:
    """The canonical bytes of a row; days as ISO texts, as `decode_row` shows them."""
    integers = [_as_number(row[name], dtype) for name, dtype in columns.items() if dtype != pl.String]
    texts = [row[name] for name, dtype in columns.items() if dtype == pl.String]
    return encode(tag, integers, [None if text is None else str(text).encode() for text in texts])


def decode_row(entry: bytes, tag: Tag, columns: Schema) -> dict[str, Field]:
    """The fields of an entry in the order of its columns; refuses bytes that no row of these columns has."""
    texts = [name for name, dtype in columns.items() if dtype == pl.String]
    integers = [name for name in columns if name not in texts]
    if entry[:_HEAD_BYTES] != bytes((tag, VERSION, len(integers), len(texts))):
        raise _unreadable()
    place = _HEAD_BYTES + NUMBER_BYTES * len(columns)
    if len(entry) < place:
        raise _unreadable()
    numbers = [
        int.from_bytes(entry[start : start + NUMBER_BYTES], "big", signed=True)
        for start in range(_HEAD_BYTES, place, NUMBER_BYTES)
    ]
    found: dict[str, Field] = {}
    for name, number in zip(integers, numbers[: len(integers)], strict=True):
        found[name] = _as_field(number, columns[name])
    for name, length in zip(texts, numbers[len(integers) :], strict=True):
        if length < _NO_TEXT or length > len(entry) - place:
            raise _unreadable()
        found[name] = None if length == _NO_TEXT else _text(entry[place : place + length])
        place += max(length, 0)
    if place != len(entry):
        raise _unreadable()
    return {name: found[name] for name in columns}


def _as_number(value: Field, dtype: pl.DataType | type[pl.DataType]) -> int:
    if value is None:
        return _NULL
    return (date.fromisoformat(str(value)) - _EPOCH).days if dtype == pl.Date else int(value)


def _as_field(number: int, dtype: pl.DataType | type[pl.DataType]) -> Field:
    if number == _NULL:
        return None
    if dtype == pl.Boolean:
        if number not in (0, 1):
            raise _unreadable()
        return number == 1
    if dtype != pl.Date:
        return number
    try:
        return (_EPOCH + timedelta(days=number)).isoformat()
    except OverflowError as error:
        raise _unreadable() from error


def _text(encoded: bytes) -> str:
    try:
        return encoded.decode()
    except UnicodeDecodeError as error:
        raise _unreadable() from error


def _unreadable() -> InvalidInput:
    return InvalidInput(
        "ledger.entry_unreadable",
        "分录内容无法解读",
        "the bytes of the entry cannot be read as one of its kind",
    )
