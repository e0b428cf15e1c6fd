"""Receipts: that an entry lies in a block, and the block in a chain whose head was signed. Checked without the ledger.

A receipt holds the canonical bytes of the entry, the fields that they encode, the path from its leaf to the root of its
block, the header of the block, what makes the headers that follow, and the signed head that they end with.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from services.kit.errors import InvalidInput
from services.ledger.domain import heads
from services.ledger.domain.chain import VERSION, Block, Tag, block_hash
from services.ledger.domain.entries import ENTRY_BYTES_MAX, Field, Schema, decode_row, leaf_of
from services.ledger.domain.heads import SignedHead
from services.ledger.domain.proofs import HASH_BYTES, root_of
from services.ledger.domain.strict_json import bytes_of, read_object, take, unreadable

HEIGHT_MAX = 2**62
"""A chain of a block each microsecond reaches it in 146,000 years; the headers after it still have heights."""
HEADERS_MAX = 10_000
"""Headers from the block to the signed head. If there are more, the head of the block itself is signed."""
BYTES_MAX = 8 * 1024**2
_SHAPE = {
    "version": int,
    "kind": str,
    "key": str,
    "fields": dict,
    "entry": str,
    "place": int,
    "path": list,
    "block": dict,
    "headers": list,
    "head": dict,
}
_BLOCK_SHAPE = {
    "height": int,
    "posting_id": int,
    "previous_hash": str,
    "merkle_root": str,
    "entries": int,
    "recorded_at_us": int,
    "hash": str,
}
_HEADER_SHAPE = {"posting_id": int, "merkle_root": str, "entries": int, "recorded_at_us": int}


@dataclass(frozen=True)
class Receipt:
    """An entry with its way to a signed head. `place` is that of its leaf, from 0; `headers` follow the block."""

    tag: Tag
    key: str
    fields: Mapping[str, Field]
    entry: bytes
    place: int
    path: Sequence[bytes]
    block: Block
    headers: Sequence[Block]
    head: SignedHead

    def hash_at(self, height: int) -> bytes | None:
        """The hash of the block of a height, if this receipt holds its header."""
        held = [self.block, *self.headers]
        return held[height - self.block.height].hash if 0 <= height - self.block.height < len(held) else None


def check(receipt: Receipt, columns: Mapping[Tag, Schema], trusted: Collection[bytes]) -> None:
    """Refuses a receipt that does not prove what it shows. `trusted`: public keys, none for any."""
    fields = decode_row(receipt.entry, receipt.tag, columns[receipt.tag])
    # Compared as texts: to Python, true is 1.
    if orjson.dumps(fields) != orjson.dumps(dict(receipt.fields)) or fields.get("key") != receipt.key:
        raise _unproved("fields", "所示内容与分录不符", "the fields shown are not those of the entry")
    block = receipt.block
    if root_of(leaf_of(receipt.entry), receipt.place, block.entries, receipt.path) != block.merkle_root:
        raise _unproved(
            "path", "分录不在该区块内", "the path does not lead from the entry to the root of the block"
        )
    before = block.previous_hash
    for height, header in enumerate([block, *receipt.headers], block.height):
        if header.hash != _hash(header) or header.previous_hash != before or header.height != height:
            raise _unproved("header", "区块头不相连", "the headers do not follow each other")
        before = header.hash
    last, head = [block, *receipt.headers][-1], receipt.head
    if (last.height, last.hash, last.recorded_at_us) != (head.height, head.hash, head.recorded_at_us):
        raise _unproved("head", "区块头未到达签名的链头", "the headers do not lead to the signed head")
    heads.check(head, trusted)


def _hash(header: Block) -> bytes:
    return block_hash(
        header.height,
        header.posting_id,
        header.previous_hash,
        header.merkle_root,
        header.entries,
        header.recorded_at_us,
    )


def to_json(receipt: Receipt) -> bytes:
    """A receipt as the text of a file."""
    block = receipt.block
    document = {
        "version": VERSION,
        "kind": receipt.tag.name.lower(),
        "key": receipt.key,
        "fields": dict(receipt.fields),
        "entry": receipt.entry.hex(),
        "place": receipt.place,
        "path": [beside.hex() for beside in receipt.path],
        "block": {
            "height": block.height,
            "posting_id": block.posting_id,
            "previous_hash": block.previous_hash.hex(),
            "merkle_root": block.merkle_root.hex(),
            "entries": block.entries,
            "recorded_at_us": block.recorded_at_us,
            "hash": block.hash.hex(),
        },
        "headers": [
            {
                "posting_id": header.posting_id,
                "merkle_root": header.merkle_root.hex(),
                "entries": header.entries,
                "recorded_at_us": header.recorded_at_us,
            }
            for header in receipt.headers
        ],
        "head": heads.fields_of(receipt.head),
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def from_json(text: bytes) -> Receipt:
    """The receipt of a file's text; refuses anything else. What it proves is not checked here."""
    if len(text) > BYTES_MAX:
        raise unreadable("receipt")
    fields = take(read_object(text, "receipt"), _SHAPE, "receipt")
    tag = Tag.__members__.get(fields["kind"].upper())
    if tag is None or tag.name.lower() != fields["kind"] or fields["version"] != VERSION:
        raise unreadable("receipt")
    if len(fields["headers"]) > HEADERS_MAX or len(fields["entry"]) > 2 * ENTRY_BYTES_MAX:
        raise unreadable("receipt")
    block = _block(fields["block"])
    return Receipt(
        tag,
        fields["key"],
        fields["fields"],
        bytes_of(fields["entry"], "receipt"),
        fields["place"],
        [bytes_of(beside, "receipt", HASH_BYTES) for beside in fields["path"]],
        block,
        _following(block, fields["headers"]),
        heads.head_of(fields["head"]),
    )


def _block(found: object) -> Block:
    fields = take(found, _BLOCK_SHAPE, "receipt")
    if fields["height"] > HEIGHT_MAX:
        raise unreadable("receipt")
    hashes = {
        name: bytes_of(fields[name], "receipt", HASH_BYTES)
        for name in ("previous_hash", "merkle_root", "hash")
    }
    return Block(**(fields | hashes))


def _following(block: Block, found: Sequence[Any]) -> list[Block]:
    """The headers after a block: height and hashes follow from what is written down."""
    headers: list[Block] = []
    for one in found:
        fields = take(one, _HEADER_SHAPE, "receipt")
        before = headers[-1] if headers else block
        unsealed = Block(
            before.height + 1,
            fields["posting_id"],
            before.hash,
            bytes_of(fields["merkle_root"], "receipt", HASH_BYTES),
            fields["entries"],
            fields["recorded_at_us"],
            b"",
        )
        headers.append(Block(**(vars(unsealed) | {"hash": _hash(unsealed)})))
    return headers


def _unproved(what: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(f"ledger.receipt_{what}", f"回执无效：{zh}", f"the receipt is not valid: {en}")
