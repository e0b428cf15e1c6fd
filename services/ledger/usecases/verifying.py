"""Recomputing the chain from what is stored, block after block, in bounded memory; naming what is wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import polars as pl

from services.kit.errors import InvalidInput
from services.ledger.domain import chain
from services.ledger.domain.accounts import ROWS_PER_POSTING_BITS
from services.ledger.domain.chain import CONTENT_HASH_BYTES, GENESIS, Block, Tag
from services.ledger.domain.faults import NOTHING, Finding, Flaw, Named, Said, flaw_said, named, of_block
from services.ledger.domain.heads import SignedHead

ENTRIES_AT_ONCE = 40_000
BLOCKS_AT_ONCE = 500
"""What is held in memory at a time, twice: one part is hashed while the next is read. Never less than one block."""
TOLD = ("told_posting_id", "told_id", "told_content_hash")
Progress = Callable[[str, int, int], None]
"""Told of a step ("blocks", "strays", "balances"), how far it is, and how far it goes."""


@dataclass(frozen=True)
class Verified:
    """How far the chain was checked. The faults are empty if all of it is sound, else they name the first bad place."""

    blocks: int
    entries: int
    height: int
    fault: str = ""
    fault_zh: str = ""
    heads: int = 0
    """Signed heads that were found in the chain."""


class Sealed(NamedTuple):
    """Entries as they are sealed: their ids, the content hash of each (None where none is kept), and of each what
    its leaf is the SHA-256 of."""

    ids: Sequence[int]
    content_hashes: Sequence[bytes | None]
    hashed: Sequence[bytes]


@dataclass(frozen=True)
class Evidence:
    """What else is stored says about the entries of a block: its events, its changes of balances, its numbers."""

    changed: Sequence[Named] = ()
    removed: Sequence[Named] = ()
    added: Sequence[Named] = ()
    moved: Sequence[Named] = ()

    def said(self) -> tuple[Said, ...]:
        """What it says of rows; of accounts only where it knows of no row."""
        rows = (
            named(self.changed, Finding.CHANGED),
            named(self.removed, Finding.REMOVED),
            named(self.added, Finding.ADDED),
        )
        return rows if any(rows) else (named(self.moved, Finding.MOVED),)


class ChainReader(Protocol):
    """The stored chain and its entries."""

    def head(self) -> tuple[int, bytes]:
        """Height and hash of the newest block; 0 and zeros before the first."""
        ...

    def blocks(self, from_height: int, limit: int) -> list[Block]:
        """Blocks from a height on, in order."""
        ...

    def entries(self, tag: Tag, posting_ids: Sequence[int]) -> pl.DataFrame:
        """Entries of postings in the order in which they were sealed: told_posting_id, told_id and
        told_content_hash (hex, null where none is stored), then exactly the encoded columns."""
        ...

    def sealed(self, tag: Tag, posting_ids: Sequence[int]) -> Sealed:
        """Entries of postings in the order in which they were sealed, as what their leaves are the hashes of."""
        ...

    def stray_block(self) -> int:
        """The height of a block that is above the head; 0 if there is none."""
        ...

    def stray_entries(self, limit: int, progress: Callable[[int, int], None]) -> list[Named]:
        """Entries that are in no block."""
        ...

    def wrong_balance(self, progress: Callable[[int, int], None]) -> Named | None:
        """An account whose balance is not the sum of its transfers, on some day or in all."""
        ...

    def named(self, tag: Tag, ids: Sequence[int]) -> list[Named]:
        """Entries of these ids by their names."""
        ...

    def held(self, posting_id: int, limit: int) -> list[Named]:
        """Entries of a posting by their names: those with a key, else its accounts."""
        ...

    def evidence(self, block: Block) -> Evidence:
        """What else is stored says about the entries of a block."""
        ...


def verify_chain(
    reader: ChainReader, from_height: int, progress: Progress, heads: Sequence[SignedHead] = ()
) -> Verified:
    """Recomputes the chain from a height (1: all of it) to the head of now, and looks for signed heads in it.

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
    walk = _Walk(reader, from_height, {one.height: one for one in heads})
    fault = walk.check_before() or walk.run(head_height, progress)
    if not fault and walk.height <= head_height:
        fault = of_block(
            walk.height,
            Said(f"缺少，链的高度为 {head_height}", f"it is missing, the head is {head_height}"),
            named(_strays(reader, progress), Finding.STRAY),
        )
    elif not fault and head_height and walk.previous != head_hash:
        fault = of_block(head_height, Said("不是链头", "it is not the head"))
    fault = fault or walk.check_beyond(head_height) or _aside(reader, progress)
    checked = walk.height - 1 if not fault or walk.height > head_height else walk.height
    return Verified(walk.height - from_height, walk.entries, checked, fault.en, fault.zh, walk.heads)


def _strays(reader: ChainReader, progress: Progress) -> list[Named]:
    return reader.stray_entries(100, lambda done, whole: progress("strays", done, whole))


def _aside(reader: ChainReader, progress: Progress) -> Said:
    """What is wrong beside the blocks."""
    above = reader.stray_block()
    if above:
        return of_block(above, Said("高于链头", "it is above the head"))
    strays = _strays(reader, progress)
    if strays:
        return named(strays, Finding.STRAY)
    wrong = reader.wrong_balance(lambda done, whole: progress("balances", done, whole))
    if wrong is None:
        return NOTHING
    document = Named("account", wrong.name, wrong.document_number)
    return Said(
        f"{document.zh}的余额不等于其分录之和",
        f"the balance of {document.en} is not the sum of its transfers",
    )


class _Walk:
    """The way along the blocks: what was found so far."""

    def __init__(self, reader: ChainReader, from_height: int, heads: Mapping[int, SignedHead]) -> None:
        before = reader.blocks(from_height - 1, 1) if from_height > 1 else []
        self._reader = reader
        self._signed = heads
        self._sound_head = 0
        self._first = from_height
        self.previous = before[0].hash if before else GENESIS
        self.height = from_height
        self.entries = 0
        self.heads = 0

    def check_before(self) -> Said:
        """The signed heads of blocks that are not walked: only their hashes are compared."""
        for height in sorted(height for height in self._signed if height < self._first):
            found = self._reader.blocks(height, 1)
            fault = self._compare(found[0] if found and found[0].height == height else None, height)
            if fault:
                return fault
        return NOTHING

    def run(self, head_height: int, progress: Progress) -> Said:
        """Checks block after block; the first fault ends it."""
        with closing(_read_ahead(self._reader, self.height, head_height)) as parts:
            for blocks, entries in parts:
                leaves, changed = _leaves(blocks, entries)
                for block in blocks:
                    fault = self._check(block, leaves[block.posting_id], changed.get(block.posting_id, []))
                    if fault:
                        return fault
                progress("blocks", self.height - 1, head_height)
        return NOTHING

    def _check(self, block: Block, hashes: Sequence[bytes], changed: Sequence[tuple[Tag, int]]) -> Said:
        flaw = chain.find_flaw(block, self.height, self.previous, hashes)
        if changed and flaw is not Flaw.HEIGHT:
            rows = [row for tag, entry_id in changed for row in self._reader.named(tag, [entry_id])]
            return of_block(self.height, named(rows, Finding.CHANGED))
        if flaw:
            return self._explain(flaw, block, len(hashes))
        fault = self._compare(block, block.height)
        if not fault:
            self.previous, self.height, self.entries = block.hash, self.height + 1, self.entries + len(hashes)
        return fault

    def _explain(self, flaw: Flaw, block: Block, found: int) -> Said:
        said = flaw_said(flaw, self.height, found, block.entries)
        if flaw is Flaw.HEIGHT:
            return of_block(self.height, said, named(_strays(self._reader, lambda *_: None), Finding.STRAY))
        evidence = self._reader.evidence(block).said() if flaw in (Flaw.COUNT, Flaw.ROOT) else ()
        if any(evidence):
            return of_block(self.height, said, *evidence)
        return of_block(self.height, said, named(self._reader.held(block.posting_id, 100), Finding.HELD))

    def _compare(self, block: Block | None, height: int) -> Said:
        """Whether the block of a height is the one that was signed, if one was."""
        signed = self._signed.get(height)
        if signed is None:
            return NOTHING
        if block is not None and block.hash == signed.hash:
            self._sound_head, self.heads = height, self.heads + 1
            return NOTHING
        since = self._sound_head + 1
        held = self._reader.held(block.posting_id, 100) if block else []
        return of_block(
            height,
            Said(
                f"不是当时签名的那一块（密钥 {signed.key_id}）",
                f"it is not the block that was signed (key {signed.key_id})",
            ),
            Said(
                f"第 {since} 块起可能已被改写", f"what stands from block {since} on may have been rewritten"
            ),
            *(self._reader.evidence(block).said() if block else ()),
            named(held, Finding.NOW_HELD),
        )

    def check_beyond(self, head_height: int) -> Said:
        """A signed head above the chain's own: blocks are gone."""
        for height in sorted(height for height in self._signed if height > head_height):
            fault = of_block(
                height,
                Said(
                    f"曾被签名（密钥 {self._signed[height].key_id}），而链的高度只有 {head_height}",
                    f"it was signed (key {self._signed[height].key_id}), and the chain has only"
                    f" {head_height} blocks",
                ),
            )
            return self._with_lost(fault, head_height)
        return NOTHING

    def _with_lost(self, fault: Said, head_height: int) -> Said:
        lost = Block(head_height + 1, 0, self.previous, GENESIS, 0, 0, GENESIS)
        names = named(self._reader.evidence(lost).removed, Finding.REMOVED)
        return Said(f"{fault.zh}；{names.zh}", f"{fault.en}; {names.en}") if names else fault


Entries = Mapping[Tag, Sealed]


def _read_ahead(reader: ChainReader, height: int, last: int) -> Generator[tuple[list[Block], Entries]]:
    """Parts of the chain with their entries; the next is read while one is worked on."""

    def parts() -> Iterator[list[Block]]:
        nonlocal height
        while height <= last and (blocks := reader.blocks(height, min(BLOCKS_AT_ONCE, last - height + 1))):
            start, entries = 0, 0
            for place, block in enumerate(blocks):
                if place > start and entries + block.entries > ENTRIES_AT_ONCE:
                    yield blocks[start:place]
                    start, entries = place, 0
                entries += block.entries
            yield blocks[start:]
            # A block may be missing: the heights of what was found say where to go on, or where to end.
            height = max(height, blocks[-1].height) + 1

    waiting = parts()

    def read() -> tuple[list[Block], Entries] | None:
        blocks = next(waiting, None)
        if blocks is None:
            return None
        ids = [block.posting_id for block in blocks]
        return blocks, {tag: reader.sealed(tag, ids) for tag in Tag}

    with ThreadPoolExecutor(1, thread_name_prefix="ledger-verify") as beside:
        ahead = beside.submit(read)
        while (part := ahead.result()) is not None:
            ahead = beside.submit(read)
            yield part


def _leaves(
    blocks: Sequence[Block], entries: Entries
) -> tuple[dict[int, list[bytes]], dict[int, list[tuple[Tag, int]]]]:
    """The leaves of each posting in the order of the tags, and the entries that are not what they were."""
    leaves: dict[int, list[bytes]] = {block.posting_id: [] for block in blocks}
    changed: dict[int, list[tuple[Tag, int]]] = {}
    sha256 = hashlib.sha256
    for tag, (ids, content_hashes, hashed) in entries.items():
        for entry_id, kept, entry in zip(ids, content_hashes, hashed, strict=True):
            posting_id, leaf = entry_id >> ROWS_PER_POSTING_BITS, sha256(entry).digest()
            leaves[posting_id].append(leaf)
            if kept is not None and kept != leaf[:CONTENT_HASH_BYTES]:
                changed.setdefault(posting_id, []).append((tag, entry_id))
    return leaves, changed
