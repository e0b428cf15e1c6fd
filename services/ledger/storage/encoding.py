"""The canonical encoding of entries, worked out by the database: what `domain.chain.leaves` hashes, row by row.

Verifying reads every entry there is. Sent as they are sealed, entries need neither be parsed nor encoded again, which
is more than half of the time; and what posting has encoded is checked by an encoder that shares no code with it.
"""

from __future__ import annotations

import polars as pl

from services.ledger.domain.chain import VERSION, Tag
from services.ledger.storage.tables import SEALED

_NULL = "(-9223372036854775808)"


def hashed(tag: Tag) -> str:
    """SQL for what the leaf of `entry` is the SHA-256 of: a zero byte and its canonical encoding."""
    texts = [f"entry.{name}" for name, dtype in SEALED[tag].items() if dtype == pl.String]
    numbers = [_number(f"entry.{name}", dtype) for name, dtype in SEALED[tag].items() if dtype != pl.String]
    head = bytes((0, tag, VERSION, len(numbers), len(texts))).hex()
    sent = [f"int8send({number}::bigint)" for number in numbers]
    sent += [f"int8send(coalesce(octet_length({text}), -1)::bigint)" for text in texts]
    tail = [f"convert_to(concat({', '.join(texts)}), 'UTF8')"] if texts else []
    return " || ".join([f"'\\x{head}'::bytea", *sent, *tail])


def _number(column: str, dtype: pl.DataType | type[pl.DataType]) -> str:
    if dtype == pl.Date:
        column = f"({column} - date '1970-01-01')"
    elif dtype == pl.Boolean:
        column = f"{column}::int"
    return f"coalesce({column}, {_NULL})"
