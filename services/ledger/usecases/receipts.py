"""Giving receipts of entries, and checking them without the ledger."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from services.kit.caller import Scope
from services.kit.errors import InvalidInput, NotFound
from services.ledger.domain import chain, receipts
from services.ledger.domain.chain import Tag
from services.ledger.domain.entries import Field, Schema, encode_row
from services.ledger.domain.heads import SignedHead
from services.ledger.domain.linking import UNSTORABLE_TEXT
from services.ledger.domain.proofs import merkle_path
from services.ledger.domain.receipts import HEADERS_MAX, Receipt
from services.ledger.usecases.heads import Signatory, broken
from services.ledger.usecases.verifying import TOLD, ChainReader

KINDS = (
    "payment",
    "quota",
    "project",
    "allotment",
    "disbursement",
    "quota_document",
    "quota_line",
    "link",
    "link_line",
)
KEY_CHARACTERS_MAX = 300


@dataclass(frozen=True)
class Place:
    """Where an entry is: its id, the posting that it came with, and the block of that; 0 if it is in none."""

    entry_id: int
    posting_id: int
    height: int


class EntryFinder(Protocol):
    """Where entries are looked up by their keys."""

    def find(self, scope: Scope, tag: Tag, key: str) -> Place | None:
        """An entry, if it is there and in the scope."""
        ...


@dataclass(frozen=True)
class Receipts:
    """What a receipt is made of: the chain, where entries are found, the columns of each kind, and who signs."""

    chain: ChainReader
    finder: EntryFinder
    columns: Mapping[Tag, Schema]
    signatory: Signatory


def give_receipt(parts: Receipts, scope: Scope, kind: str, key: str) -> Receipt:
    """The receipt of an entry; refuses a kind or key that is unknown or outside the scope, and a broken block."""
    tag = _tag(kind)
    if "\x00" in key or not 0 < len(key) <= KEY_CHARACTERS_MAX:
        raise InvalidInput(UNSTORABLE_TEXT, "标识无效", "this cannot be a key")
    head_height, _ = parts.chain.head()
    place = parts.finder.find(scope, tag, key)
    found = parts.chain.blocks(place.height, 1) if place else []
    if place is None or not found or not 0 < place.height <= head_height:
        raise NotFound(
            "ledger.entry_unknown",
            f"没有 {kind} {key}，或尚未入链",
            f"there is no {kind} {key}, or it is not in the chain yet",
            {"kind": kind, "key": key},
        )
    (block,) = found
    hashes: list[bytes] = []
    at, row = -1, {}
    for each in Tag:
        frame = parts.chain.entries(each, [place.posting_id])
        if each is tag:
            own = frame["told_id"].index_of(place.entry_id)
            if own is None:
                raise broken(block.height)
            at, row = len(hashes) + own, frame.drop(TOLD).row(own, named=True)
        hashes += chain.leaves(frame.drop(TOLD), each)
    if chain.find_flaw(block, block.height, block.previous_hash, hashes):
        raise broken(block.height)
    fields = _shown(row)
    following = _following(parts.chain, block.height, head_height)
    receipt = Receipt(
        tag,
        key,
        fields,
        encode_row(tag, fields, parts.columns[tag]),
        at,
        merkle_path(hashes, at),
        block,
        following,
        parts.signatory.sign([block, *following][-1]),
    )
    # What is given out is checked as whoever gets it will check it.
    receipts.check(receipt, parts.columns, ())
    return receipt


def _following(reader: ChainReader, height: int, head_height: int) -> list[chain.Block]:
    """The headers after a block up to the head, or none if they are too many."""
    if head_height - height > HEADERS_MAX:
        return []
    return reader.blocks(height + 1, head_height - height) if head_height > height else []


def _tag(kind: str) -> Tag:
    if kind not in KINDS:
        raise InvalidInput(
            "ledger.receipt_kind",
            f"没有 {kind} 的回执，可选：{'、'.join(KINDS)}",
            f"there are receipts of {', '.join(KINDS)}, not of {kind}",
            {"kind": kind},
        )
    return Tag[kind.upper()]


def _shown(row: Mapping[str, object]) -> dict[str, Field]:
    shown: dict[str, Field] = {}
    for name, value in row.items():
        if isinstance(value, date):
            shown[name] = value.isoformat()
        else:
            assert value is None or isinstance(value, int | str | bool)
            shown[name] = value
    return shown


def check_receipt(
    text: bytes,
    columns: Mapping[Tag, Schema],
    trusted: Collection[bytes],
    kept: Sequence[SignedHead] = (),
) -> Receipt:
    """The receipt of a text, if it proves what it shows; with heads that somebody kept, also that it leads to them.

    `trusted` are public keys, none for any. The heads must already be checked.
    """
    receipt = receipts.from_json(text)
    receipts.check(receipt, columns, trusted)
    met = 0
    for head in kept:
        found = receipt.hash_at(head.height)
        if found is not None and found != head.hash:
            raise InvalidInput(
                "ledger.receipt_other_chain",
                f"回执无效：高度 {head.height} 的区块与所存链头不符",
                f"the receipt is not valid: its block at height {head.height} is not that of the head that was kept",
                {"height": head.height},
            )
        met += found is not None
    if kept and not met:
        raise InvalidInput(
            "ledger.receipt_unmet",
            "所存链头都不在回执所含的区块之中，无法对照",
            "no head that was kept lies among the blocks of the receipt, so they cannot be compared",
        )
    return receipt
