"""Recomputing the chain from what is stored, block after block, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from services.kit.errors import InvalidInput
from services.ledger.domain import chain
from services.ledger.domain.chain import CONTENT_HASH_BYTES, GENESIS, Block, Tag

BLOCKS_AT_ONCE = 4
TOLD = ("told_posting_id", "told_name", "told_content_hash")


@dataclass(frozen=True)
class Verified:
    """How far the chain was checked. `fault` is empty if all of it is sound, else it names the first bad place."""

    blocks: int
    entries: int
    height: int
    fault: str = ""


class ChainReader(Protocol):
    """The stored chain and its entries."""

    def head(self) -> tuple[int, bytes]:
        """Height and hash of the newest block; 0 and zeros before the first."""
        ...

    def blocks(self, from_height: int, limit: int) -> list[Block]:
        """Blocks from a height on, in order."""
        ...

    def entries(self, tag: Tag, posting_ids: Sequence[int]) -> pl.DataFrame:
        """Entries of postings in the order in which they were sealed: told_posting_id, told_name and
        told_content_hash (hex, null where none is stored), then exactly the encoded columns."""
        ...

    def stray_block(self) -> str:
        """A block that is above the head; empty if there is none."""
        ...

    def stray_entry(self) -> str:
        """An entry that is in no block; empty if there is none."""
        ...

    def wrong_balance(self) -> str:
        """An account whose balance is not the sum of its transfers; empty if there is none."""
        ...


def verify_chain(reader: ChainReader, from_height: int, progress: Callable[[int, int], None]) -> Verified:
    """Recomputes the chain from a height (1: all of it) to the head of now; `progress(height, head)` as it goes.

    Postings may go on meanwhile: what is sealed after the head was read is left to the next time.
    """
    head_height, head_hash = reader.head()
    if from_height > max(head_height, 1):
        raise InvalidInput(
            "ledger.beyond_head",
            f"链的高度为 {head_height}，没有第 {from_height} 块",
            f"the chain has {head_height} blocks, there is no block {from_height}",
            {"head": head_height},
        )
    before = reader.blocks(from_height - 1, 1) if from_height > 1 else []
    previous = before[0].hash if before else GENESIS
    height, entries, first = from_height, 0, from_height
    while blocks := reader.blocks(height, max(min(BLOCKS_AT_ONCE, head_height - height + 1), 0)):
        leaves, faults = _leaves(reader, blocks)
        for block in blocks:
            hashes = leaves[block.posting_id]
            fault = faults.get(block.posting_id) or chain.find_fault(block, height, previous, hashes)
            if fault:
                return Verified(height - first, entries, height, f"block {height}: {fault}")
            previous, height, entries = block.hash, height + 1, entries + len(hashes)
        progress(height - 1, head_height)
    fault = ""
    if height <= head_height:
        fault = f"block {height}: it is missing, the head is {head_height}"
    elif height - 1 == head_height and head_height and previous != head_hash:
        fault = f"block {head_height}: it is not the head"
    fault = fault or reader.stray_block() or reader.stray_entry() or reader.wrong_balance()
    return Verified(height - first, entries, height - 1, fault)


def _leaves(reader: ChainReader, blocks: Sequence[Block]) -> tuple[dict[int, list[bytes]], dict[int, str]]:
    """The leaves of each posting in the order of the tags, and the first entry that is not what it was."""
    ids = [block.posting_id for block in blocks]
    leaves: dict[int, list[bytes]] = {posting_id: [] for posting_id in ids}
    faults: dict[int, str] = {}
    for tag in Tag:
        frame = reader.entries(tag, ids)
        hashes = chain.leaves(frame.drop(TOLD), tag)
        named = frame.select(TOLD).iter_rows()
        for (posting_id, name, content_hash), leaf in zip(named, hashes, strict=True):
            leaves[posting_id].append(leaf)
            if content_hash is not None and content_hash != leaf[:CONTENT_HASH_BYTES].hex():
                faults.setdefault(posting_id, f"{tag.name.lower()} {name} was changed")
    return leaves, faults
