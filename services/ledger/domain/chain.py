"""The chain: the canonical encoding of entries, leaves, Merkle roots and blocks.

Version 1 of an entry: one byte of tag, one of version, one each for the number of integers n and of texts m;
then n integers and m lengths in bytes, each 8 bytes big-endian two's complement; then the texts in UTF-8, end
to end. Null is -2**63 for an integer and -1 for a length. Days count from 1970-01-01, booleans are 0 and 1.
A leaf is SHA-256 of a zero byte and the entry; a node is SHA-256 of a one byte and its two children; an odd
last node moves up as it is.
"""

from __future__ import annotations

import hashlib
import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import polars as pl

from services.ledger.domain.faults import Flaw

VERSION = 1
CONTENT_HASH_BYTES = 16
GENESIS = bytes(32)
_NULL = -(2**63)


class Tag(IntEnum):
    """The kinds of entry. Part of the chain: never reuse a number."""

    TRANSFER = 1
    ACCOUNT = 2
    QUOTA = 3
    PROJECT = 4
    ALLOTMENT = 5
    PAYMENT = 6
    DISBURSEMENT = 7
    QUOTA_DOCUMENT = 8
    QUOTA_LINE = 9
    LINK = 10
    LINK_LINE = 11
    PROJECT_CARD = 12
    LIBRARY_STEP = 13
    TARGET_SET = 14
    PERFORMANCE_REPORT = 15


@dataclass(frozen=True)
class Block:
    """One posting, sealed. `recorded_at_us` is microseconds since the epoch, UTC."""

    height: int
    posting_id: int
    previous_hash: bytes
    merkle_root: bytes
    entries: int
    recorded_at_us: int
    hash: bytes


def leaves(frame: pl.DataFrame, tag: Tag) -> list[bytes]:
    """The leaf of each row, over all columns of the frame in their order, integers before texts."""
    if frame.height == 0:
        return []
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    integers = [name for name in frame.columns if name not in texts]
    numbers = [_as_integer(name, frame.schema[name]) for name in integers]
    numbers += [
        pl.col(name).str.len_bytes().cast(pl.Int64).fill_null(-1).alias(f"{name} length") for name in texts
    ]
    encoded = frame.select(numbers)
    words = array("q", bytes(8 * encoded.width * encoded.height))
    # Column by column into every row's place: lists made row by row cost four times as much.
    for place, column in enumerate(encoded.iter_columns()):
        words[place :: encoded.width] = array("q", column.to_list())
    if sys.byteorder == "little":
        words.byteswap()
    fixed = words.tobytes()
    text = pl.concat_str(texts, ignore_nulls=True) if texts else pl.repeat("", frame.height)
    tails = frame.select(text=text.cast(pl.Binary))["text"].to_list()
    width = 8 * len(numbers)
    head = bytes((0, tag, VERSION, len(integers), len(texts)))
    sha256 = hashlib.sha256
    return [
        sha256(head + fixed[row * width : (row + 1) * width] + tail).digest()
        for row, tail in enumerate(tails)
    ]


def _as_integer(name: str, dtype: pl.DataType) -> pl.Expr:
    value = pl.col(name).cast(pl.Int32) if dtype == pl.Date else pl.col(name)
    return value.cast(pl.Int64).fill_null(_NULL)


def merkle_root(hashes: Sequence[bytes]) -> bytes:
    """The root over leaves in their order; 32 zero bytes over none."""
    if not hashes:
        return GENESIS
    sha256 = hashlib.sha256
    level = list(hashes)
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        level = [
            sha256(b"\x01" + left + right).digest()
            for left, right in zip(level[0::2], level[1::2], strict=False)
        ]
        level += odd
    return level[0]


def block_hash(
    height: int, posting_id: int, previous_hash: bytes, root: bytes, entries: int, recorded_at_us: int
) -> bytes:
    """SHA-256 of a block's version, numbers (8 bytes big-endian each) and hashes."""
    numbers = array("q", (VERSION, height, posting_id, entries, recorded_at_us))
    if sys.byteorder == "little":
        numbers.byteswap()
    return hashlib.sha256(numbers.tobytes() + previous_hash + root).digest()


def seal(height: int, posting_id: int, previous_hash: bytes, root: bytes, entries: int, at_us: int) -> Block:
    """The block of a posting whose entries have this root."""
    sealed = block_hash(height, posting_id, previous_hash, root, entries, at_us)
    return Block(height, posting_id, previous_hash, root, entries, at_us, sealed)


def find_flaw(
    block: Block, expected_height: int, previous_hash: bytes, hashes: Sequence[bytes]
) -> Flaw | None:
    """What is wrong with a block whose entries have these leaves; None if nothing is."""
    if block.height != expected_height:
        return Flaw.HEIGHT
    if block.previous_hash != previous_hash:
        return Flaw.PREVIOUS
    if block.entries != len(hashes):
        return Flaw.COUNT
    if block.merkle_root != merkle_root(hashes):
        return Flaw.ROOT
    sealed = block_hash(
        block.height, block.posting_id, previous_hash, block.merkle_root, block.entries, block.recorded_at_us
    )
    return None if sealed == block.hash else Flaw.FIELDS
